"""Service keys as JSON, in all the shapes in which people keep them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from caller_files import (
    CHAIN,
    CLIENT,
    OF_OTHER_SERVICES,
    OTHER,
    PARAMETERS,
    PARTNER,
    PEM,
    PREAMBLE,
    PRIVATE,
    SECRET,
    base64_of,
    everything_shown,
    key,
    names,
    pem,
    read,
    subjects,
    written,
)
from iflint.callers.model import Callers, CertificateFacts, Elsewhere

UPPER = {name.upper(): value for name, value in key().items()}
CAMEL = {"clientId": CLIENT, "Certificate": PEM, "tokenUrl": "x", "URL": "https://example.invalid"}


@pytest.mark.parametrize(
    "document",
    [
        key(),
        {"credentials": key()},
        {"oauth": key()},
        {"credentials": {"oauth": key()}},
        [{"a": [[{"b": key()}]]}],
        UPPER,
        CAMEL,
        {"VCAP_SERVICES": {"it-rt": [{"plan": "integration-flow", "credentials": key()}]}},
    ],
    ids=range(8),
)
def test_a_key_at_any_depth(document) -> None:
    callers = read(document)
    (found,) = callers.service_keys
    assert found.client_id == CLIENT
    assert found.tenant == "it-rt-example!b2"
    assert found.name == "partner"
    assert found.certificate is not None
    assert found.certificate.der == PARTNER.der
    assert found.chain == (found.certificate,)
    assert (found.made_by_sap, found.roles, found.instance) == (False, None, "")
    assert found.facts is None
    assert callers.problems == ()
    text = json.dumps(document, indent=1)
    assert written(found.location, text) == json.dumps(PEM)
    assert [each.location for each in callers.certificates] == [found.location]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("indent", [None, 2])
def test_in_every_encoding(encoding, indent) -> None:
    text = json.dumps({"schlüssel": key()}, indent=indent, ensure_ascii=False)
    data = text.encode(encoding)
    (found,) = read(data).service_keys
    region = found.location.region
    assert region is not None
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    assert data[region.start_byte : region.end_byte].decode(plain) == json.dumps(PEM)
    assert text.splitlines()[region.start_line - 1][region.start_column - 1 :].startswith('"-----')
    assert region.excerpt.lstrip() == '"-----BEGIN CERTIFICATE-----'


def test_a_key_that_sap_made() -> None:
    details = {
        "issuerdn": "CN=CA,C=DE",
        "subjectdn": "CN=edi.partner.example,O=Partner AG,C=CH",
        "validuntil": "2027-09-30T23:59:59.000Z",
        "serialnumber": "0xABCD1234",
    }
    callers = read(key(CHAIN, key=PRIVATE, certificatedetails=details))
    (found,) = callers.service_keys
    assert found.made_by_sap
    assert [each.subject.text.partition(",")[0] for each in found.chain] == [
        "CN=edi.partner.example",
        "CN=CA",
        "CN=Root",
    ]
    assert found.certificate == found.chain[0]
    assert found.facts == CertificateFacts(
        subject=details["subjectdn"],
        issuer=details["issuerdn"],
        not_after=datetime(2027, 9, 30, 23, 59, 59, tzinfo=UTC),
        serial="0xABCD1234",
    )
    assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
    assert len(callers.certificates) == 3


def test_the_own_certificate_is_the_leaf_wherever_it_stands() -> None:
    blocks = CHAIN.split("-----END CERTIFICATE-----\n")[:-1]
    turned = "".join(f"{block}-----END CERTIFICATE-----\n" for block in reversed(blocks))
    (found,) = read(key(turned)).service_keys
    assert found.certificate is not None
    assert found.certificate.der == PARTNER.der
    assert len(found.chain) == 3


def test_facts_alone_are_a_key_too() -> None:
    document = {"clientid": CLIENT, "CertificateDetails": {"ValidUntil": "1798761600000"}}
    (found,) = read(document).service_keys
    assert found.certificate is None
    assert found.facts == CertificateFacts(not_after=datetime(2027, 1, 1, tzinfo=UTC))
    assert written(found.location, json.dumps(document, indent=1)) == '"CertificateDetails"'


def test_without_client_id_behind_the_bar_the_tenant_is_the_url() -> None:
    (found,) = read(key(clientid="sb-0000!b1|it-rt-")).service_keys
    assert found.tenant == "it-rt-"


@pytest.mark.parametrize("credentials", OF_OTHER_SERVICES.values(), ids=OF_OTHER_SERVICES)
def test_credentials_of_other_services_are_none(credentials) -> None:
    document = {"credentials": {**credentials, "certificate": PEM, "key": PRIVATE}, "note": "it-rt"}
    callers = read(document)
    assert not callers
    assert callers.problems == ()
    assert read({"credentials": {**credentials, "key-type": "x509", "validity": 7}}) == Callers()


@pytest.mark.parametrize(
    "document",
    [
        {"clientid": CLIENT, "clientsecret": SECRET, "url": "https://example.invalid"},
        {"clientid": CLIENT, "certificate": "", "clientsecret": SECRET},
        {"clientid": CLIENT, "url": "https://example.invalid"},
        {"clientid": {"a": CLIENT}, "certificate": PEM},
    ],
    ids=range(4),
)
def test_a_key_without_certificate_calls_with_none(document) -> None:
    assert read(document).service_keys == ()
    assert read(document).problems == ()


@pytest.mark.parametrize(
    ("certificate", "elsewhere"),
    [
        ("-----BEGIN CERTIFICATE-----\nMIIF...\n-----END ", None),
        ("<paste the certificate here>", None),
        ("${certificate}", None),
        ("-----BEGIN CERTIFICATE-----MIIFxxxxxxxxxxxxx-----END CERTIFICATE-----", None),
        (base64_of("-----BEGIN CERTIFICATE-----\nMIIF...\n-----END CERTIFICATE-----\n"), None),
        (
            base64_of("<the certificate of the sender, without those of its issuers>"),
            None,
        ),
        (base64_of("paste the whole certificate here, lines and all, and save this file"), None),
        (1, None),
        ('${file("${path.module}/a.pem")}', Elsewhere('file("${path.module}/a.pem")', "a.pem")),
        ("certs/partner.pem", Elsewhere("certs/partner.pem", "certs/partner.pem")),
        ("@partner.cer", Elsewhere("partner.cer", "partner.cer")),
    ],
)
def test_a_key_whose_certificate_is_not_in_it(certificate, elsewhere) -> None:
    parameters = {"key-type": "certificate_external", "X.509": certificate}
    for document in ({"clientid": CLIENT, "certificate": certificate}, parameters):
        callers = read(document)
        (found,) = callers.service_keys
        assert (found.certificate, found.elsewhere) == (None, elsewhere)
        assert callers.problems == ()


@pytest.mark.parametrize("certificate", ["", None, "..."])
def test_a_key_that_lost_its_certificate_is_a_key(certificate) -> None:
    details = {"validuntil": "<date>", "subjectdn": "<subject>", "issuerdn": "${issuer}"}
    document = {"clientid": CLIENT, "certificate": certificate, "certificatedetails": details}
    (found,) = read(document).service_keys
    assert (found.certificate, found.facts, found.elsewhere) == (None, None, None)


@pytest.mark.parametrize(
    ("parameters", "by_sap"),
    [
        ({"key-type": "certificate_external", "X.509": PEM}, False),
        ({"key-type": "certificate_external", "X.509": PEM.replace("\n", "")}, False),
        ({"Key-Type": "CERTIFICATE_EXTERNAL", "x.509": PEM, "validity": 365}, False),
        ({"X.509": PEM}, False),
        ({"key-type": "certificate_external", "X.509": "certs/partner.pem"}, False),
        ({"key-type": "certificate", "validity": 365, "key-length": 2048}, True),
    ],
)
def test_parameters_of_which_a_key_is_made(parameters, by_sap) -> None:
    callers = read(parameters)
    (found,) = callers.service_keys
    assert (found.client_id, found.tenant, found.made_by_sap) == ("", "", by_sap)
    assert found.roles is None
    place = written(found.location, json.dumps(parameters, indent=1))
    if "-----BEGIN" in str(parameters):
        assert subjects(callers) == ["edi.partner.example"]
        assert place.startswith('"-----BEGIN')
    else:
        assert subjects(callers) == ["-"]
        assert place in ('"certificate"', '"X.509"')
    assert callers.problems == ()


@pytest.mark.parametrize(
    "parameters",
    [
        {"key-type": "rsa", "validity": 7},
        {"key-type": "certificate"},
        {"X.509": "certs/partner.pem"},
        {"x509": {"key-length": 2048, "validity": 7}, "credential-type": "x509"},
        {"x509": PEM, "validity": 7, "key_type": "clientsecret"},
        {"keyType": "certificate", "validity": 7},
    ],
)
def test_other_parameters_make_none(parameters) -> None:
    assert not read({"note": "certificate_external", "a": parameters})


@pytest.mark.parametrize("name", ["out.txt", "partner.json"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_the_cf_command_prints_before_a_key(name, encoding) -> None:
    text = PREAMBLE + json.dumps(key(), indent=2) + "\nOK\n"
    text += PREAMBLE.replace("partner-2026", "other") + json.dumps({"credentials": key()}) + "\n"
    text += "\n" * 1200 + json.dumps({"oauth": key(clientid=f"{CLIENT}x")}, indent=1)
    data = text.replace("\n", "\r\n").encode(encoding)
    callers = read(data, name)
    assert [(found.name, found.instance) for found in callers.service_keys] == [
        ("partner-2026", "runtime"),
        (name.partition(".")[0], ""),
    ]
    assert callers.service_keys[0].location.region is not None
    assert callers.service_keys[0].location.region.start_line == 5


def test_several_keys_in_a_file_are_told_apart() -> None:
    one, two = key(), key(pem(OTHER).decode(), clientid=f"{CLIENT}2")
    assert names(read({"edi": {"oauth": one}, "crm": two})) == ["edi", "crm"]
    assert names(read([one, two])) == ["partner", "partner"]
    listed = [{"name": "a", "credentials": one}, {"name": "b", "credentials": {"oauth": two}}]
    callers = read({"resources": listed})
    assert names(callers) == ["a", "b"]
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]


def test_a_bound_application_names_key_and_instance() -> None:
    binding = {"name": "it", "instance_name": "runtime", "binding_name": None, "credentials": key()}
    (found,) = read({"VCAP_SERVICES": {"it-rt": [binding]}}).service_keys
    assert (found.name, found.instance) == ("it", "runtime")


def test_a_key_listed_twice_in_a_file_is_one() -> None:
    callers = read([{"data": key()}, {"output": key(certificatedetails={"serialnumber": "1"})}])
    (found,) = callers.service_keys
    assert found.facts == CertificateFacts(serial="1")
    assert len(read([key(), key(clientid=f"{CLIENT}2")]).service_keys) == 2
    assert len(read([key(), key(pem(OTHER).decode())]).service_keys) == 2
    parameters = {"key-type": "certificate_external", "X.509": PEM}
    assert len(read([parameters, parameters]).service_keys) == 2


def test_json_in_a_string() -> None:
    text = json.dumps({"value": {"key.json": json.dumps({"oauth": key(key=PRIVATE)})}})
    callers = read(text)
    (found,) = callers.service_keys
    assert json.loads(f'"{written(found.location, text)}"') == json.dumps(PEM)
    assert found.location.region is not None
    assert found.location.region.excerpt == '\\"-----BEGIN CERTIFICATE-----'
    assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
    assert PRIVATE.splitlines()[1][:12] not in everything_shown(callers)


def test_a_document_that_breaks_off_gives_what_comes_before() -> None:
    text = json.dumps({"a": key(), "b": key(clientid=f"{CLIENT}2")}, indent=1)
    for cut in (text[:-20], text[: text.rindex("-----END")], text[: text.rindex('"clientid"')]):
        assert read(cut).service_keys[0].client_id == CLIENT
    half = text[: text.index("tokenurl")]
    assert subjects(read(half)) == ["edi.partner.example"]


def test_a_damaged_certificate_in_a_good_key() -> None:
    damaged = PEM[:200] + "*" + PEM[201:]
    callers = read(key(damaged))
    (found,) = callers.service_keys
    assert found.certificate is None
    (problem,) = callers.problems
    assert problem.message == "the base64 text of the block is damaged"
    assert problem.location == found.location
    assert read({"a": {"certificate": damaged}, "b": CLIENT}).problems == ()


def test_a_key_whose_chain_is_damaged_in_part() -> None:
    at = CHAIN.rindex("-----BEGIN") + 200
    callers = read(key(CHAIN[:at] + "*" + CHAIN[at + 1 :]))
    assert len(callers.service_keys[0].chain) == 2
    assert len(callers.problems) == 1


def test_a_key_without_the_armour_of_pem() -> None:
    bare = "".join(PRIVATE.splitlines()[1:-1])
    callers = read(key(key=bare, certificate=base64_of(PARTNER.der)))
    (found,) = callers.service_keys
    assert found.made_by_sap
    assert subjects(callers) == ["edi.partner.example"]
    assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
    assert callers.problems == ()
    assert bare[:12] not in everything_shown(callers)


@pytest.mark.parametrize(
    ("parameters", "roles"),
    [
        ({"roles": ["A", "B"], "grant-types": ["client_credentials"]}, ("A", "B")),
        ({"ROLES": ["A"], "Grant-Types": []}, ("A",)),
        ({"roles": "A", "redirect-uris": []}, ("A",)),
        ({"roles": ["ESBMessaging.send"]}, ("ESBMessaging.send",)),
        ({"roles": [], "grant-types": []}, ()),
    ],
)
def test_parameters_of_which_an_instance_is_made(parameters, roles) -> None:
    document = {"parameters": parameters, "note": "it-rt"}
    callers = read(document, "instances/runtime.json")
    (found,) = callers.instances
    assert (found.name, found.roles, found.reference) == ("runtime", roles, "")
    assert written(found.location, json.dumps(document, indent=1)).lower() == '"roles"'
    assert callers.service_keys == ()


@pytest.mark.parametrize(
    "parameters",
    [
        {"roles": {"realm": ["x"]}, "grant-types": []},
        {"roles": ["x"], "grant_types": ["x"]},
        {"roles": ["x"]},
        {"roles": ["${role}"], "grant-types": []},
        {"xsappname": "x", "oauth2-configuration": {"grant-types": []}, "role-templates": []},
    ],
)
def test_parameters_of_something_else_make_none(parameters) -> None:
    assert read({"parameters": parameters, "note": "it-rt roles"}) == Callers()


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("held", [key(), PARAMETERS])
def test_a_key_is_found_in_a_string_of_json_alone(held, indent) -> None:
    """So ``terraform output -json`` prints a value that is JSON itself."""
    found = read(json.dumps(json.dumps(held, indent=indent)) + "\n")
    assert subjects(found) == ["edi.partner.example"]
