"""Whatever an export calls itself, a pattern leads to nothing outside its folder."""

import json

import pytest

from exports import Channel, Flow, bundle
from iflint import check
from iflint.options import Environment

NAMES = [
    "../../outside/secret",
    "../secret",
    "..",
    "/../../outside/secret",
    "a/../../../outside/secret",
    "nul\0",
]
PATTERNS = ["configuration/{package}/{artifact}.json", "configuration/{id}.json", "x-{id}.json"]
SECRET = {"ParameterKey": "Path", "ParameterValue": "made-up-secret"}


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A flow whose address is a parameter, and files outside of the repository that define it."""
    folder = tmp_path / "repository"
    (folder / "configuration" / "Package").mkdir(parents=True)
    for place in ("outside/secret.json", "secret.json", "repository/secret.json"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(json.dumps([SECRET]))
    monkeypatch.chdir(folder)
    return folder


def flow(folder, identifier):
    """An unpacked flow with an id."""
    described = Flow(
        identifier, "Orders", [Channel("HTTPS", "{{Path}}", [])], parameters={"Path": ""}
    )
    for name, content in bundle(described).items():
        (folder / "Package/Orders" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "Package/Orders" / name).write_bytes(content)


def checked(pattern, **more):
    """What a check of the environment with this pattern tells."""
    environment = Environment(name="qa", parameters=(pattern,), **more)
    return check(".", environments=(environment,))


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("name", NAMES)
def test_an_id_leads_nowhere_else(repository, pattern, name) -> None:
    flow(repository, name)
    assert "made-up-secret" not in repr(checked(pattern))


def test_what_leads_out_is_said_once(repository) -> None:
    flow(repository, "../../outside/secret")
    report = checked(PATTERNS[0])
    (finding,) = [each for each in report.findings if each.code == "IFL001"]
    assert "leads out of the folder that the pattern names" in finding.message


def test_a_link_leads_nowhere_else(repository, tmp_path) -> None:
    flow(repository, "Orders")
    (repository / "configuration/Orders.json").symlink_to(tmp_path / "secret.json")
    assert "made-up-secret" not in repr(checked("configuration/{id}.json"))


def test_the_folder_of_an_artifact_leads_no_further_than_the_repository(repository) -> None:
    flow(repository, "Orders")
    pattern = "{artifact}/../../../secret.json"
    assert "made-up-secret" in repr(checked(pattern))
    assert "made-up-secret" not in repr(checked(pattern, repository=str(repository)))


def test_a_name_with_a_slash_may_lead_to_a_folder(repository) -> None:
    flow(repository, "EU/Orders")
    (repository / "configuration/EU").mkdir()
    (repository / "configuration/EU/Orders.json").write_text(json.dumps([SECRET]))
    assert "made-up-secret" in repr(checked("configuration/{id}.json"))
