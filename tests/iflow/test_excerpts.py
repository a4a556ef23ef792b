"""Of a file that is not what its name says, no line is shown: it may be a secret."""

import pytest

from iflint.iflow.document import read_document
from iflint.iflow.manifest import parse_manifest
from iflint.iflow.overlays import read_overlay
from iflint.iflow.properties import parse_properties
from iflint.places.problems import Unreadable
from iflow.flows import BPMN, FLOW, MANIFEST, PROPERTIES

SECRET = "made-up-secret"


@pytest.mark.parametrize(
    "text",
    [
        f"{SECRET}\n",
        f"<password>{SECRET}</password",
        f"<password>{SECRET}</password>",
        f"<!DOCTYPE {SECRET}><x/>",
        f"<!-- {SECRET}",
        f"<a><b>{SECRET}</a>",
        f"{SECRET}\xff",
        f"<x {SECRET}=''/>",
        f"<{SECRET}/>",
        f"<definitions {SECRET}",
    ],
)
def test_no_line_is_shown_of_what_is_no_flow(text) -> None:
    with pytest.raises(Unreadable) as refused:
        read_document(text.encode("latin-1"), FLOW)
    assert SECRET not in repr(refused.value.problem)


def test_a_broken_flow_shows_where() -> None:
    broken = f"<bpmn2:definitions xmlns:bpmn2='{BPMN}'><broken </bpmn2:definitions>"
    with pytest.raises(Unreadable) as refused:
        read_document(broken.encode(), FLOW)
    assert "broken" in refused.value.problem.location.region.excerpt


@pytest.mark.parametrize("parse", [parse_properties, read_overlay])
@pytest.mark.parametrize("text", [f"password={SECRET}\\u12\n", f"a=1\0\npassword={SECRET}\\u12"])
def test_no_line_of_parameters_is_shown(parse, text) -> None:
    read = parse(text.encode(), PROPERTIES)
    assert read.problems
    assert SECRET not in repr(read)


@pytest.mark.parametrize(
    "text", [f'{{"password": "{SECRET}" 1}}', f"<ParameterKey>{SECRET}</ParameterValue>"]
)
def test_no_line_of_configurations_is_shown(text) -> None:
    (problem,) = read_overlay(text.encode(), PROPERTIES).problems
    assert SECRET not in repr(problem)


def test_a_line_is_shown_of_manifests_alone() -> None:
    (shown,) = parse_manifest(b"Manifest-Version: 1.0\nno header\n", MANIFEST).problems
    assert shown.location.region.excerpt == "no header"
    (hidden,) = parse_manifest(f"{SECRET}\n".encode(), MANIFEST).problems
    assert SECRET not in repr(hidden)


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"ParameterKey": "P", "ParameterValue": "{SECRET}"}},'
        '{"ParameterKey": "Path", "ParameterValue": "/orders"},'
        f'{{"ParameterKey": "Q", "ParameterValue": "{SECRET}"}}]',
        f"<x><p><ParameterKey>P</ParameterKey><ParameterValue>{SECRET}</ParameterValue></p>"
        "<p><ParameterKey>Path</ParameterKey><ParameterValue>/orders</ParameterValue></p>"
        f"<p><ParameterKey>Q</ParameterKey><ParameterValue>{SECRET}</ParameterValue></p></x>",
    ],
    ids=["json", "xml"],
)
def test_the_parameters_beside_one_are_not_shown(text) -> None:
    region = read_overlay(text.encode(), PROPERTIES).entries["Path"].origin.locate().region
    assert region.excerpt == "/orders"
    assert region.start_column == region.excerpt_column == text.index("/orders") + 1
