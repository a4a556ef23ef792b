"""To whom parameters and credentials belong: what Kubernetes, Terraform and mta.yaml say of it.

Kubernetes: the operator of SAP BTP (``services.cloud.sap.com``: ``ServiceInstance``,
``ServiceBinding``, its secrets), and others of the same fields. Terraform: the providers
``SAP/btp`` and ``cloudfoundry/cloudfoundry``. mta.yaml: resources of ``org.cloudfoundry.*`` types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.callers.trees.hcl_tree import Reference
from iflint.callers.trees.nodes import Block, Mapping, Sequence, Text, plain_name

if TYPE_CHECKING:
    from iflint.callers.trees.nodes import Node

OFFERING, PLAN = "it-rt", "integration-flow"
"""Process Integration Runtime, and its plan for those who call flows (SAP docs 19af5e2)."""

_CARRIERS = frozenset(
    (
        "attributes",
        "config",
        "credentialbinding",
        "credentials",
        "credentialsjson",
        "jsonparams",
        "parameters",
        "params",
        "paramsjson",
    )
)
"""Plain names under which a thing has its parameters or credentials; its name stands beside."""
_INSTANCE_NAMES = (
    "serviceinstancename",
    "instancename",
    "serviceinstance",
    "serviceinstanceid",
    "serviceinstanceguid",
)
_COMMON = frozenset(
    (
        "credential",
        "d",
        "data",
        "instances",
        "items",
        "key",
        "keys",
        "oauth",
        "resources",
        "results",
        "servicekey",
        "servicekeys",
        "stringdata",
        "value",
        "x509",
    )
)
"""Plain names that say nothing of which key it is."""
_QUOTED = re.compile(r'\["([^"\]]{1,64})"\]')


class Owner(msgspec.Struct, frozen=True):
    """What is known of the thing in whose description a node stands.

    ``name`` is the key's or the instance's; ``instance`` how the instance of a key is referred
    to; ``secret`` the Kubernetes secret that holds it. ``is_key`` and ``is_instance`` tell what
    parameters here are of, ``service`` and ``plan`` of which; ``plan_reference`` is the plan's
    address in Terraform. ``references`` are how others may refer to an instance. ``hint`` is the
    nearest name above that tells keys of one file apart; ``resource`` the type and label of a
    resource of Terraform whose instances are to come.
    """

    name: str = ""
    instance: str = ""
    secret: str = ""
    is_key: bool = False
    is_instance: bool = False
    service: str = ""
    plan: str = ""
    plan_reference: str = ""
    references: tuple[str, ...] = ()
    hint: str = ""
    resource: tuple[str, str] | None = None

    @property
    def is_other(self) -> bool:
        """Whether it is surely of another service or plan than the one for callers of flows."""
        return self.service not in ("", OFFERING) or self.plan not in ("", PLAN)

    @property
    def is_ours(self) -> bool:
        """Whether it is surely of the service and the plan for callers of flows."""
        return not self.is_other and (self.service, self.plan) != ("", "")


NOBODY = Owner()


def owner_of(node: Mapping, around: Owner) -> Owner:
    """The owner of what stands in a mapping, which may itself be what is described."""
    if isinstance(node, Block):
        return _of_block(node, around)
    fields = node.fields
    if "kind" in fields and "apiversion" in fields:
        return _of_kubernetes(node)
    if isinstance(fields.get("instances"), Sequence) and "type" in fields and "name" in fields:
        resource = (node.value("type"), node.value("name"))
        return msgspec.structs.replace(around, resource=resource)
    attributes = node.mapping("attributes")
    if attributes is not None and around.resource is not None:
        return _of_terraform(attributes, around.resource, ".".join(around.resource))
    parameters = node.mapping("parameters")
    if parameters is not None and {"service", "servicekeys"} & parameters.fields.keys():
        return _of_mta(node, parameters)
    return around


def owner_below(node: Mapping, name: Text, value: Node, around: Owner) -> Owner:
    """The owner of the ``value`` that stands under a name of a mapping."""
    plain = plain_name(name.value)
    if plain == "servicekeys":
        return msgspec.structs.replace(around, is_instance=False, is_key=True)
    if plain not in _CARRIERS:
        if isinstance(value, Text) or plain in _COMMON:
            return around
        return msgspec.structs.replace(around, hint=name.value)
    if around.is_instance:
        return around
    return msgspec.structs.replace(
        around,
        name=_name(node) or around.name,
        instance=instance_named_in(node) or around.instance,
    )


def plan_in(node: Mapping) -> tuple[str, str] | None:
    """The address and the name of a plan that Terraform looks up."""
    if not isinstance(node, Block) or node.type != "data" or len(node.labels) < 2:
        return None
    is_plan = plain_name(node.labels[0]).endswith("serviceplan")
    return (node.address, node.value("name")) if is_plan else None


def secrets_named_by(node: Mapping) -> list[str]:
    """The Kubernetes secrets that a binding or an instance is written to, or is made of.

    A binding's own name is the default (SAP BTP service operator, "Service Binding properties").
    """
    spec = node.mapping("spec")
    if spec is None:
        return []
    found = [spec.value("secretname")]
    metadata = node.mapping("metadata")
    if kind_of(node) == "servicebinding" and metadata is not None:
        found.append(metadata.value("name"))
    sources = spec.fields.get("parametersfrom")
    for source in sources.items if isinstance(sources, Sequence) else ():
        reference = source.mapping("secretkeyref") if isinstance(source, Mapping) else None
        if reference is not None:
            found.append(reference.value("name"))
    return [name for name in found if name]


def kind_of(node: Mapping) -> str:
    """The kind of a Kubernetes object, plain; empty for any other mapping."""
    return plain_name(node.value("kind")) if "apiversion" in node.fields else ""


def without_suffix(reference: str) -> str:
    """The address in a reference of Terraform: without ``.id``, ``[0]`` and the like."""
    parts = reference.partition("[")[0].split(".")
    return ".".join(parts[: 3 if parts[0] == "data" else 2]) if len(parts) > 1 else reference


def _name(node: Mapping) -> str:
    text = node.text("bindingname", "name")
    if text is None or isinstance(text, Reference):
        return ""
    name = text.value.strip()
    return "" if "${" in name or "{{" in name else name


def instance_named_in(node: Mapping) -> str:
    """How credentials or what holds them refer to their instance; empty where they don't."""
    text = node.text(*_INSTANCE_NAMES)
    if text is None:
        return ""
    name = text.value.strip()
    if isinstance(text, Reference):
        return without_suffix(name)
    is_template = name.startswith("${") and name.endswith("}")
    return without_suffix(name[2:-1].strip()) if is_template else name


def _of_kubernetes(node: Mapping) -> Owner:
    metadata, spec = node.mapping("metadata"), node.mapping("spec") or Mapping()
    name = metadata.value("name") if metadata is not None else ""
    kind = kind_of(node)
    if kind == "secret":
        return Owner(name=name, secret=name)
    if kind == "serviceinstance":
        return Owner(
            name=name,
            is_instance=True,
            service=spec.value("serviceofferingname"),
            plan=spec.value("serviceplanname"),
            references=(name, spec.value("externalname")),
        )
    provided = spec.mapping("forprovider") or spec
    reference = provided.mapping("serviceinstanceref")
    instance = instance_named_in(provided) or (
        reference.value("name") if reference is not None else ""
    )
    is_key = kind in ("servicebinding", "servicecredentialbinding", "servicekey")
    return Owner(name=name, instance=instance, is_key=is_key)


def _of_mta(node: Mapping, parameters: Mapping) -> Owner:
    """A resource: its ``config`` is the instance's, and it may list keys."""
    name = parameters.value("servicename") or _name(node)
    return Owner(
        name=name,
        instance=name,
        is_instance=True,
        service=parameters.value("service"),
        plan=parameters.value("serviceplan"),
        references=(name, _name(node)),
    )


def _of_block(block: Block, around: Owner) -> Owner:
    if block.type not in ("resource", "data") or len(block.labels) < 2:
        return around
    return _of_terraform(block, (block.labels[0], block.labels[1]), block.address)


def _of_terraform(attributes: Mapping, resource: tuple[str, str], address: str) -> Owner:
    kind, label = plain_name(resource[0]), resource[1]
    is_key = any(word in kind for word in ("credentialbinding", "servicebinding", "servicekey"))
    plan = attributes.value("serviceplan", "serviceplanname", "serviceplanid")
    quoted = _QUOTED.findall(plan)
    return Owner(
        name=_name(attributes) or label,
        instance=instance_named_in(attributes),
        is_key=is_key,
        is_instance="serviceinstance" in kind and not is_key,
        plan=quoted[-1] if quoted else "",
        plan_reference="" if quoted else without_suffix(plan),
        references=(address, attributes.value("id"), attributes.value("guid")),
    )
