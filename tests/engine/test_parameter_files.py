"""Parameters in YAML, as deployment tools have them: each of its artifact, and with its place."""

from __future__ import annotations

import pytest

from iflint.engine.parameter_files import read_parameters
from iflint.places.location import FileLocation
from iflow.flows import channel, flow, prop, read

PIPER = """\
general:
  host: example
steps:
  integrationArtifactUpdateConfiguration:
    integrationFlowId: Orders
    integrationFlowVersion: "1.0.0"
    parameterKey: Sender Authorization
    parameterValue: "ClientCertificate"
"""
FLASHPIPE = """\
deploymentPrefix: QA
packages:
  - integrationSuiteId: Sales
    artifacts:
      - artifactId: Orders
        type: Integration
        parameters:
          - key: Subject
            value: 'CN=edi.partner.example, O=Partner''s, C=DE'
          - key: Issuer
            value: CN=Example CA
          - {key: Role, value: "${env:ROLE}"}
      - artifactId: Invoices
        parameters:
          - {key: Subject, value: CN=other}
"""
DEFAULTS = "Subject=CN=default\nRole=ESBMessaging.send\nElse=1\n"


def parameters(text: str, name: str = "qa.yaml"):
    return read_parameters(text.encode(), FileLocation(name))


def values(text: str, artifact: str, name: str = "qa.yaml") -> dict[str, str]:
    file = parameters(text, name)
    assert file.problems == ()
    return {name: entry.value for name, entry in file.of(artifact).entries.items()}


@pytest.mark.parametrize("name", ["a.yaml", "a.YML", "a.txt", "a"])
def test_values_are_those_of_their_artifact(name: str) -> None:
    assert values(PIPER, "Orders", name) == {"Sender Authorization": "ClientCertificate"}
    assert values(PIPER, "Invoices", name) == {}
    both = "# of QA\n---\n" + FLASHPIPE
    subject = "CN=edi.partner.example, O=Partner's, C=DE"
    for artifact in ("Orders", "QAOrders"):
        assert values(both, artifact, name) == {"Subject": subject, "Issuer": "CN=Example CA"}
    assert values(both, "Invoices", name) == {"Subject": "CN=other"}
    assert len(parameters(both, name).entries) == 2


def test_a_value_from_elsewhere_is_undefined() -> None:
    own = read(
        flow(channel("HTTPS", prop("address", "{{Role}} {{Subject}} {{Else}}"))),
        DEFAULTS,
        b"Bundle-SymbolicName: Orders\n",
    )
    (found,) = own.resolve([parameters(FLASHPIPE)]).channels
    uses = [use.value for use in found.address.parameters]
    assert uses == [None, "CN=edi.partner.example, O=Partner's, C=DE", "1"]


def test_places_are_those_in_the_file() -> None:
    entry = parameters(FLASHPIPE).of("Orders").entries["Subject"]
    region = entry.origin.locate(3, 22).region
    line = FLASHPIPE.splitlines()[region.start_line - 1]
    assert line[region.start_column - 1 : region.end_column - 1] == "edi.partner.example"
    assert entry.origin.edit("CN=x's").text == "CN=x''s"


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("a: b\n", "values.yaml", "values.yaml is YAML, but"),
        ("---\na: b\n", "values", "values is YAML, but"),
        ("", "values.yml", "values.yml is YAML, but"),
        ("steps:\n  a: [", "a.yaml", "broken"),
        ("a: &a [*b]\n", "a.yaml", "YAML"),
        ("x: 1\n" * 1_000_000, "a.yaml", "larger"),
        ("<html><body/></html>", "a.xml", "a.xml is XML without"),
        ("<?xml version='1.0'?>\n<a/>", "a.prop", "a.prop is XML without"),
    ],
)
def test_what_holds_no_parameters_is_a_problem_with_its_name(text, name, words) -> None:
    (problem,) = parameters(text, name).problems
    assert words in problem.message


def test_an_alias_that_leads_back_ends() -> None:
    text = "packages: &p\n- *p\n- {artifactId: A, parameters: [{key: x, value: y}]}\n"
    assert values(text, "A") == {"x": "y"}


@pytest.mark.parametrize("text", ["a: b\n", "steps: 1\n", "<name>=1\n", "a=<x/>\n", "--- = 1\n"])
def test_what_may_be_properties_is(text: str) -> None:
    file = parameters(text, "qa.prop")
    assert (len(file.entries), file.problems) == (1, ())
