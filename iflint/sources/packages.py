"""What an export says it holds: a package's list of resources, and a bundle's manifest.

The list, ``resources.cnt``, is base64 of JSON (seen in all 29 exports); a bundle's type stands in
``META-INF/MANIFEST.MF``.
"""

from __future__ import annotations

from typing import Any

import msgspec

from iflint.sources.artifacts import PackageName
from iflint.sources.names import CONTENT_SUFFIX

FLOW_BUNDLE = "IntegrationFlow"
"""``SAP-BundleType`` of a flow."""
FLOW_RESOURCE = "IFlow"
"""``resourceType`` of a flow in a package's list."""
_PACKAGE_RESOURCE = "ContentPackage"

_BUNDLE_TYPE = b"sap-bundletype"


class Resource(msgspec.Struct, frozen=True):
    """One resource of a package; ``content`` is the name of the file that holds it.

    ``file_name`` is what the resource was called when somebody put it into the package
    (``partner.pem``); for a flow it is its id with ``.zip``.
    """

    id: str
    type: str
    display_name: str
    file_name: str = ""

    @property
    def content(self) -> str:
        """The name of the file beside the list that holds the resource."""
        return self.id + CONTENT_SUFFIX


class PackageList(msgspec.Struct, frozen=True):
    """The resources of a package by the name of the file that holds each, and its name."""

    package: PackageName | None
    resources: dict[str, Resource]


class Undecodable(ValueError):  # noqa: N818 - it names the state of the bytes
    """The bytes are not base64 of a JSON object with a list of resources."""


def read_package_list(data: bytes) -> PackageList:
    """The package that ``resources.cnt`` describes; raises `Undecodable`.

    Plain JSON is accepted too; rows that are no resource are left out.
    """
    import binascii

    text = data.strip().removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = text if text.startswith(b"{") else binascii.a2b_base64(text)
        content = msgspec.json.decode(decoded)
    except (binascii.Error, msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Undecodable("it is not base64 of JSON") from error
    rows = content.get("resources") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise Undecodable("it has no list of resources")
    package = None
    resources = {}
    for row in rows:
        if not isinstance(row, dict) or not (id_ := _text(row, "id")):
            continue
        name = " ".join((_text(row, "displayName") or _text(row, "name")).split())
        if _text(row, "resourceType") == _PACKAGE_RESOURCE:
            package = PackageName(_text(row, "uniqueId") or _text(row, "name") or id_, name or id_)
        else:
            resource = Resource(id_, _text(row, "resourceType"), name, _text(row, "name"))
            resources[resource.content] = resource
    return PackageList(package, resources)


def bundle_type(manifest: bytes) -> str | None:
    """The type of the bundle: ``IntegrationFlow``, ``ScriptCollection``, …; None if not said.

    Lines wrap at 72 bytes and go on after a space (JAR File Specification, "Line length").
    """
    for line in manifest.replace(b"\r\n", b"\n").replace(b"\n ", b"").split(b"\n"):
        name, separator, value = line.partition(b":")
        if separator and name.strip().lower() == _BUNDLE_TYPE:
            return value.decode(errors="replace").strip() or None
    return None


def _text(row: dict[str, Any], key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""
