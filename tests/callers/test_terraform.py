"""Service keys in Terraform's state and configuration."""

from __future__ import annotations

import json

import pytest

from caller_files import (
    CHAIN,
    CLIENT,
    CONFIGURATION,
    GUID,
    OTHER,
    PARAMETERS,
    PEM,
    PRIVATE,
    SECRET,
    STATE_BINDING,
    STATE_INSTANCE,
    everything_shown,
    key,
    loose,
    names,
    pem,
    read,
    resource,
    state,
    subjects,
    written,
)
from iflint.callers.model import Callers, Elsewhere


def test_a_key_in_the_state_with_its_instance() -> None:
    text = state(STATE_INSTANCE, STATE_BINDING)
    callers = read(text, "terraform.tfstate")
    (found,) = callers.service_keys
    assert (found.name, found.instance, found.client_id) == ("partner-2026", "cpi-runtime", CLIENT)
    assert found.roles == ("ESBMessaging.send", "Partner")
    inner = json.loads(f'"{written(found.location, text)}"')
    assert inner == json.dumps(PEM)
    (instance,) = callers.instances
    assert (instance.name, instance.roles) == ("cpi-runtime", found.roles)
    assert instance.reference == "btp_subaccount_service_instance.runtime"
    assert json.loads(f'"{written(instance.location, text)}"') == '"roles"'


@pytest.mark.parametrize(
    "attributes",
    [
        {"name": "partner-2026", "service_instance": GUID, "parameters": json.dumps(PARAMETERS)},
        {"name": "partner-2026", "service_instance": GUID, "credentials": key()},
        {"name": "partner-2026", "credentials_json": json.dumps({"credentials": key()})},
        {"name": "partner-2026", "params": PARAMETERS},
        {"name": "partner-2026", "credential_bindings": [
            {"credential_binding": json.dumps({"credentials": key()})}]},
    ],
    ids=range(5),
)  # fmt: skip
def test_every_provider_has_its_own_names(attributes) -> None:
    found = resource("cloudfoundry_service_credential_binding", "partner", **attributes)
    callers = read(state(found), "x.tfstate")
    assert names(callers) == ["partner-2026"]
    assert subjects(callers) == ["edi.partner.example"]


def test_what_was_asked_for_what_came_of_it_and_what_was_looked_up_are_one_key() -> None:
    looked_up = resource(
        "cloudfoundry_service_credential_binding_details",
        "again",
        mode="data",
        name="partner-2026",
        credentials=json.dumps(key()),
    )
    callers = read(state(STATE_BINDING, looked_up), "x.tfstate")
    assert names(callers) == ["partner-2026"]
    assert len(callers.certificates) == 3


def test_several_keys_of_one_resource() -> None:
    found = resource("btp_subaccount_service_binding", "each", name="a", credentials=key())
    second = {"name": "b", "credentials": key(pem(OTHER).decode(), clientid=CLIENT + "2")}
    found["instances"].append({"index_key": "b", "attributes": second})
    callers = read(state(found), "x.tfstate")
    assert names(callers) == ["a", "b"]
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example"]


def test_nothing_secret_of_a_state_is_shown() -> None:
    made = key(CHAIN, key=PRIVATE, clientsecret=SECRET)
    whole = {"name": "partner", "credentials": json.dumps(made), "token": SECRET}
    for text in (
        state(resource("btp_subaccount_service_binding", "x", **whole)),
        json.dumps(json.loads(state(resource("btp_subaccount_service_binding", "x", **whole)))),
    ):
        callers = read(text, "x.tfstate")
        assert callers.service_keys[0].made_by_sap
        assert [each.kind for each in callers.private_keys] == ["private key (PKCS#8)"]
        shown = everything_shown(callers)
        assert SECRET not in shown
        assert PRIVATE.splitlines()[1][:12] not in shown


def test_states_of_others_are_none() -> None:
    other = key(clientid="sb-app!t1", key=PRIVATE)
    callers = read(
        state(
            resource("btp_subaccount_service_binding", "uaa", credentials=json.dumps(other)),
            resource("btp_subaccount_service_instance", "uaa", parameters=json.dumps({
                "xsappname": "app", "role-templates": [], "roles": ["x"]})),
        ),
        "x.tfstate",
    )  # fmt: skip
    assert not callers
    assert len(callers.certificates) == 1
    assert len(callers.private_keys) == 1


def test_the_configuration() -> None:
    callers = read(CONFIGURATION, "main.tf")
    (found,) = callers.service_keys
    assert (found.name, found.instance, found.client_id) == ("partner-2026", "cpi-runtime", "")
    assert found.roles == ("ESBMessaging.send", "Partner")
    assert subjects(callers) == ["edi.partner.example"]
    place = written(found.location, CONFIGURATION)
    assert place.startswith("-----BEGIN")
    assert place.endswith("-----END CERTIFICATE-----")
    assert loose(CONFIGURATION).certificates[0].location == callers_place(
        found, "notes/partner.txt"
    )
    (instance,) = callers.instances
    assert instance.name == "cpi-runtime"
    assert instance.reference == "btp_subaccount_service_instance.runtime"
    assert written(instance.location, CONFIGURATION) == "roles"


def callers_place(found, name: str):
    from iflint.places.location import FileLocation, Location

    return Location(FileLocation(name), found.location.region)


@pytest.mark.parametrize(
    "certificate",
    [
        json.dumps(PEM),
        f'"{PEM.replace(chr(10), "")}"',
        json.dumps(PEM).replace("CERTIFICATE-----\\n", 'CERTIFICATE-----${"\\n"}\\n', 1),
        f"chomp(<<PEM\n{PEM}PEM\n)",
        f"sensitive(\n{json.dumps(PEM)}\n)",
        f"({json.dumps(PEM)})",
    ],
    ids=range(6),
)
def test_every_way_to_write_a_certificate(certificate) -> None:
    text = (
        'resource "cloudfoundry_service_credential_binding" "partner" {\n'
        '  type = "key"\n'
        "  service_instance = cloudfoundry_service_instance.runtime[0].id\n"
        "  /* not { this */\n"
        f'  parameters = jsonencode({{ "key-type" : "certificate_external", '
        f'"X.509" = {certificate}\n }})\n'
        "}\n"
    )
    for source in (text, text.replace("\n", "\r\n")):
        callers = read(source, "main.tf")
        (found,) = callers.service_keys
        assert (found.name, found.instance) == ("partner", "cloudfoundry_service_instance.runtime")
        if "${" not in certificate:
            assert subjects(callers) == ["edi.partner.example"]
            assert written(found.location, source).startswith("-----BEGIN")
        assert callers.problems == ()


@pytest.mark.parametrize(
    ("expression", "elsewhere"),
    [
        ('file("partner.pem")', ('file("partner.pem")', "partner.pem")),
        ('filebase64( "a/b.cer" )', ('filebase64( "a/b.cer" )', "a/b.cer")),
        ('templatefile("x.pem", {a = "}"})', ('templatefile("x.pem", {a = "}"})', "x.pem")),
        ('"${file("${path.module}/x.pem")}"', ('file("${path.module}/x.pem")', "x.pem")),
        (
            'replace(trimspace(file("./x.pem")), "\\n", "")',
            ('replace(trimspace(file("./x.pem")), "\\n", "")', "x.pem"),
        ),
        ('file("${var.folder}/x.pem")', ('file("${var.folder}/x.pem")', "")),
        ("var.certificate", ("var.certificate", "")),
        ('"${var.x}"', ("var.x", "")),
        (
            'var.prod ? file("a.pem") : file("b.pem")',
            ('var.prod ? file("a.pem") : file("b.pem")', ""),
        ),
        ('var.on ? file("a.pem") : null', ('var.on ? file("a.pem") : null', "a.pem")),
        ("local.it[0].pem", ("local.it[0].pem", "")),
        ("tls_self_signed_cert.x.cert_pem", ("tls_self_signed_cert.x.cert_pem", "")),
        (f'format("%s", "{PEM[:20]}")', ('format("%s", "', "")),
        (f"join({', '.join(40 * ['x'])})", (f"join({', '.join(40 * ['x'])}"[:80] + "…", "")),
    ],
)
def test_references_are_told(expression, elsewhere) -> None:
    text = f"""\
resource "cloudfoundry_service_credential_binding" "partner" {{
  name             = "partner-${{var.year}}"
  service_instance = cloudfoundry_service_instance.runtime.id
  parameters       = jsonencode({{"key-type" = "certificate_external", "X.509" = {expression}}})
}}
resource "cloudfoundry_service_instance" "runtime" {{
  name         = var.name
  service_plan = data.cloudfoundry_service.it_rt.service_plans["integration-flow"]
  parameters   = jsonencode({{ roles = [var.role, "Partner"], "grant-types" = [] }})
}}
"""
    callers = read(text, "main.tf")
    (found,) = callers.service_keys
    assert (found.name, found.certificate, found.roles) == ("partner", None, None)
    assert found.elsewhere == Elsewhere(*elsewhere)
    assert written(found.location, text) == '"X.509"'
    assert callers.instances == ()
    assert callers.problems == ()


@pytest.mark.parametrize(
    ("template", "elsewhere"),
    [
        ("var.x", ("var.x", "")),
        ('replace(file("a.pem"), "\\n", "")', ('replace(file("a.pem"), "\\n", "")', "a.pem")),
        ('file("${path.module}/a.pem")', ('file("${path.module}/a.pem")', "a.pem")),
    ],
)
def test_a_template_in_json_of_terraform_refers_to_something(template, elsewhere) -> None:
    document = f'{{"key-type": "certificate_external", "X.509": "${{{template}}}"}}'
    for heredoc in (f"<<EOT\n{document}\nEOT\n", f"<<-X\n    {document}\n  X\n"):
        text = f'resource "cloudfoundry_service_key" "partner" {{\n  params_json = {heredoc}}}\n'
        (found,) = read(text, "main.tf").service_keys
        assert found.elsewhere == Elsewhere(*elsewhere)
        assert written(found.location, text) == '"X.509"'


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("value", "subject", "file"),
    [
        (f"<<PEM\n{PEM}PEM\n", "edi.partner.example", None),
        ("trimspace(local.other)", "-", ""),
        ("local.other", "-", "old.pem"),
        ("local.itself", "-", ""),
        ('{ a = "b" }', "-", ""),
    ],
)
def test_a_local_of_the_same_file_is_followed(value, subject, file, first) -> None:
    values = f'locals {{\n  pem = {value}\n  other = file("old.pem")\n  itself = local.itself\n}}\n'
    a_key = (
        'resource "cloudfoundry_service_key" "partner" {\n  params = jsonencode({'
        '"key-type" = "certificate_external", "X.509" = local.pem})\n}\n'
    )
    callers = read(values + a_key if first else a_key + values, "main.tf")
    (found,) = callers.service_keys
    assert subjects(callers) == [subject]
    assert (found.elsewhere and found.elsewhere.file) == file
    assert len(callers.certificates) == len(set(callers.certificates)) == (file is None)


def test_parameters_as_json_in_a_heredoc() -> None:
    document = json.dumps(PARAMETERS, indent=2)
    text = (
        'resource "cloudfoundry_service_key" "partner" {\n'
        f"  params_json = <<EOT\n{document}\nEOT\n}}\n"
    )
    callers = read(text, "main.tf")
    assert names(callers) == ["partner"]
    assert written(callers.service_keys[0].location, text) == json.dumps(PEM)


@pytest.mark.parametrize(
    "change",
    [
        ('name          = "integration-flow"', 'name          = "api"'),
        ("data.btp_subaccount_service_plan.runtime.id", 'x.service_plans["api"]'),
    ],
)
def test_another_plan_is_none(change) -> None:
    assert change[0] in CONFIGURATION
    callers = read(CONFIGURATION.replace(*change), "main.tf")
    assert not callers
    assert len(callers.certificates) == 1


def test_an_unknown_plan_may_be_ours() -> None:
    text = CONFIGURATION.replace("data.btp_subaccount_service_plan.runtime.id", "var.plan")
    assert names(read(text, "main.tf")) == ["partner-2026"]
    assert len(read(text, "anything.txt").instances) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "}" * 100,
        'resource "a" "b" {' * 200,
        "x = " + "[" * 1000,
        "x = " + "(" * 1000,
        "x = {" + "a = {" * 1000,
        'x = "${' * 1000,
        "x = <<EOT\n" * 1000,
        "/*" * 1000,
        "x = jsonencode(" * 1000,
        'x = "a\nb"',
        "x = merge(}",
        "= = =",
        "a b c d",
        '"a" = 1',
        "x = a.b[.c](\n",
    ],
    ids=range(17),
)
def test_what_is_no_configuration_is_nothing(text) -> None:
    assert read(text + "\n# |it-rt-", "main.tf") == Callers()
