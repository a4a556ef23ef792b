"""Service keys in what Kubernetes is given, and what it gives back."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives import serialization

from caller_files import (
    BINDING,
    CHAIN,
    CLIENT,
    FLAT,
    INSTANCE,
    OTHER,
    PARTNER,
    PEM,
    PRIVATE,
    SECRET,
    base64_of,
    everything_shown,
    indented,
    key,
    loose,
    names,
    pem,
    read,
    secret,
    subjects,
    written,
)


def test_the_parameters_of_a_binding() -> None:
    callers = read(BINDING, "k8s/binding.yaml")
    (found,) = callers.service_keys
    assert (found.name, found.instance, found.roles) == ("partner", "runtime", None)
    assert subjects(callers) == ["edi.partner.example"]
    block = written(found.location, BINDING)
    assert block == indented(PEM, 6).strip()
    region = found.location.region
    assert region is not None
    assert (region.start_line, region.start_column) == (10, 7)
    assert region.excerpt == "      -----BEGIN CERTIFICATE-----"
    assert loose(BINDING).certificates[0].location.region == region


@pytest.mark.parametrize(
    "scalar",
    [
        json.dumps(PEM),
        json.dumps(PEM.replace("\n", "")),
        f'"{PEM.replace(chr(10), "")}"',
        f"'{PEM.replace(chr(10), '')}'",
        ">-\n" + indented(PEM, 6).rstrip("\n"),
        "|+2\n" + indented(PEM, 6) + "\n",
        f'"{indented(PEM, 8).strip()}"',
        f"{base64_of(PEM)}",
        base64_of(PARTNER.der),
        f'!!binary "{base64_of(PEM)}"',
    ],
    ids=range(10),
)
def test_every_way_to_write_a_certificate(scalar) -> None:
    text = BINDING.partition("X.509:")[0] + f"X.509: {scalar}\n"
    for source in (text, text.replace("\n", "\r\n")):
        callers = read(source, "binding.yml")
        assert subjects(callers) == ["edi.partner.example"]
        assert callers.problems == ()
        place = written(callers.service_keys[0].location, source)
        assert place.startswith(("-----BEGIN", base64_of(PEM)[:20], base64_of(PARTNER.der)[:20]))
        assert place.endswith(("-----END CERTIFICATE-----", "=", base64_of(PEM)[-9:]))


@pytest.mark.parametrize("order", [1, -1])
def test_roles_are_those_of_the_instance_in_the_same_file(order) -> None:
    text = "---\n".join([INSTANCE, BINDING][::order])
    callers = read(text, "all.yaml")
    (found,) = callers.service_keys
    assert found.roles == ("ESBMessaging.send", "Partner")
    (instance,) = callers.instances
    assert (instance.name, instance.roles) == ("runtime", ("ESBMessaging.send", "Partner"))
    assert written(instance.location, text) == "roles"


@pytest.mark.parametrize(
    "change",
    [
        ("servicePlanName: integration-flow", "servicePlanName: api"),
        ("serviceOfferingName: it-rt", "serviceOfferingName: xsuaa"),
    ],
)
def test_an_instance_of_another_service_or_plan_is_none(change) -> None:
    callers = read(INSTANCE.replace(*change) + "---\n" + BINDING, "all.yaml")
    assert not callers
    assert len(callers.certificates) == 1


@pytest.mark.parametrize("kind", ["data", "stringData"])
def test_a_secret_with_a_key_laid_out(kind) -> None:
    text = secret(FLAT, kind)
    callers = read(text, "secret.yaml")
    (found,) = callers.service_keys
    assert (found.name, found.instance, found.client_id) == ("partner-secret", "runtime", CLIENT)
    assert found.made_by_sap
    assert found.facts is not None
    assert found.facts.serial == "0xAB"
    assert len(found.chain) == 3
    assert len(callers.certificates) == 3
    assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
    shown = everything_shown(callers)
    for hidden in (SECRET, PRIVATE.splitlines()[1][:12], base64_of(SECRET)[:8]):
        assert hidden not in shown
    for line in base64_of(PRIVATE)[14::12]:
        assert base64_of(PRIVATE)[14:26] not in shown, line


@pytest.mark.parametrize("kind", ["data", "stringData"])
@pytest.mark.parametrize("document", [key(key=PRIVATE), {"credentials": key(key=PRIVATE)}])
def test_a_secret_with_a_key_as_json(kind, document) -> None:
    text = secret({"partner.json": json.dumps(document), "other": "x"}, kind)
    callers = read(text, "secret.yaml")
    (found,) = callers.service_keys
    assert (found.name, found.client_id, found.made_by_sap) == ("partner-secret", CLIENT, True)
    assert subjects(callers) == ["edi.partner.example"]
    assert len(callers.private_keys) == 1
    shown = everything_shown(callers)
    assert PRIVATE.splitlines()[1][:12] not in shown
    if kind == "data":
        region = found.location.region
        assert region is not None
        assert region.excerpt.strip() == ""
        assert written(found.location, text) == base64_of(json.dumps(document))


def test_a_secret_is_named_by_the_binding_that_uses_it() -> None:
    binding = BINDING.partition("  parameters:")[0] + "  secretName: partner-secret\n"
    for text in (f"{binding}---\n{secret(FLAT)}", f"{secret(FLAT)}---\n{binding}"):
        (found,) = read(text + "---\n" + INSTANCE, "all.yaml").service_keys
        assert (found.name, found.instance) == ("partner", "runtime")
        assert found.roles == ("ESBMessaging.send", "Partner")


def test_parameters_out_of_secrets() -> None:
    parameters = {"key-type": "certificate_external", "X.509": PEM}
    held = secret({"p": json.dumps(parameters)}, name="key-parameters")
    roles = secret({"p": json.dumps({"roles": ["Partner"]})}, "stringData", "instance-parameters")
    source = "  parametersFrom:\n  - secretKeyRef:\n      name: {}\n      key: p\n"
    binding = BINDING.partition("  parameters:")[0] + source.format("key-parameters")
    instance = INSTANCE.partition("  parameters:")[0] + source.format("instance-parameters")
    callers = read("---\n".join([held, binding, roles, instance]), "all.yaml")
    (found,) = callers.service_keys
    assert (found.name, found.instance, found.client_id) == ("partner", "runtime", "")
    assert subjects(callers) == ["edi.partner.example"]


def test_what_was_asked_for_and_what_came_of_it_are_one_key() -> None:
    made = secret({**FLAT, "certificate": PEM}, name="partner")
    for text in (f"{BINDING}---\n{made}", f"{made}---\n{BINDING}"):
        callers = read(text, "all.yaml")
        (found,) = callers.service_keys
        assert (found.client_id, found.instance) == (CLIENT, "runtime")
        assert len(callers.certificates) == 2
    other = secret({**FLAT, "certificate": pem(OTHER).decode()}, name="partner")
    assert len(read(f"{BINDING}---\n{other}", "all.yaml").service_keys) == 2


def test_a_list_and_its_json() -> None:
    manifest = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": "partner-secret",
            "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"},
        },
        "data": {name: base64_of(value) for name, value in FLAT.items()},
    }
    applied = json.dumps(manifest)
    manifest["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": applied
    }
    other = {**manifest, "metadata": {"name": "crm"}}
    other["data"] = {"clientid": base64_of(CLIENT + "2"), "certificate": base64_of(pem(OTHER))}
    listed = {"apiVersion": "v1", "kind": "List", "items": [manifest, other]}
    callers = read(listed, "list.json")
    assert names(callers) == ["partner-secret", "crm"]
    assert len(callers.certificates) == 4


def test_anchors_and_merges() -> None:
    text = f"""\
common: &common
  key-type: certificate_external
keys:
  - name: a
    config: &a
      <<: *common
      X.509: {json.dumps(PEM)}
  - name: b
    config: *a
  - {{name: c, config: {{<<: [*common], X.509: {json.dumps(pem(OTHER).decode())}}}}}
"""
    callers = read(text, "keys.yaml")
    assert names(callers) == ["a", "c"]
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]


@pytest.mark.parametrize(
    "text",
    [
        secret({"tls.crt": PEM, "tls.key": PRIVATE}),
        secret({**FLAT, "clientid": "sb-0000!b1|it!b2"}),
        secret({"key.json": json.dumps(key(clientid="sb-app!t1", key=PRIVATE))}, "stringData"),
    ],
    ids=["TLS", "plan api", "XSUAA"],
)
def test_secrets_of_others_hold_certificates_and_keys_alone(text) -> None:
    callers = read(text, "secret.yaml")
    assert not callers
    assert callers.certificates
    assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
    assert PRIVATE.splitlines()[1][:12] not in everything_shown(callers)


def test_an_encrypted_key_in_a_secret() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec

    encrypted = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(SECRET.encode()),
    )
    (found,) = read(secret({**FLAT, "key": encrypted.decode()}), "s.yaml").private_keys
    assert found.encrypted


@pytest.mark.parametrize(
    "text",
    [
        BINDING.replace(PEM.splitlines()[1], "{{ .Values.certificate }}"),
        "{{- if .Values.enabled }}\n" + BINDING.replace(PEM.splitlines()[1], "MIIF..."),
        BINDING.replace("certificate_external", "other").replace("X.509", "x509"),
        secret({"clientid": CLIENT, "certificate": "not base64!"}, "stringData"),
        secret({"clientid": CLIENT}).replace(base64_of(CLIENT), "%%%"),
        "kind: Secret\napiVersion: v1\ndata: it-rt- LS0tLS1CRUdJTi\n",
        "kind: Secret\napiVersion: v1\ndata: [LS0tLS1CRUdJTi]\nmetadata: it-rt\n",
    ],
    ids=range(7),
)
def test_what_holds_no_certificate_holds_no_problem(text) -> None:
    callers = read(text, "binding.yaml")
    assert callers.certificates == ()
    assert callers.problems == ()


def test_what_comes_before_the_end_of_what_is_yaml() -> None:
    callers = read(f"{BINDING}---\n{{{{ broken", "binding.yaml")
    assert subjects(callers) == ["edi.partner.example"]
    behind = read("{{ template }}\n" + BINDING, "binding.yaml")
    assert subjects(behind) == ["edi.partner.example"]


def test_without_the_library_in_c(monkeypatch) -> None:
    import yaml

    text = f"{secret(FLAT)}---\n{BINDING}---\n{INSTANCE}---\n- \x07: \0\n- broken: ["
    with_it = read(text, "all.yaml")
    assert len(with_it.service_keys) == 2
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert read(text, "all.yaml") == with_it


@pytest.mark.parametrize(
    "text",
    [
        f"{{{{- if .Values.partner }}}}\n{secret(FLAT)}{{{{- end }}}}\n",
        secret(FLAT).replace(
            "metadata:\n", 'metadata:\n  labels:\n    {{- include "labels" . | nindent 4 }}\n'
        ),
        f"a: [\n---\n{secret(FLAT)}",
        f"{'x: ]' + chr(10) + '---' + chr(10)}" * 20 + secret(FLAT),
    ],
)
def test_what_steers_a_template_or_breaks_off_hides_no_key(text: str) -> None:
    found = read(text, "k8s/partner.yaml")
    assert names(found) == ["partner-secret"]
    (key_,) = found.service_keys
    assert written(key_.location, text) == base64_of(CHAIN)
