"""The Pythons that we say we support are those that are tested, in every place that lists them."""

import tomllib
from pathlib import Path

import yaml

from iflint.links import SITE
from release.pythons import supported

ROOT = Path(__file__).resolve().parents[2]


def test_the_oldest_python_is_the_one_that_is_required() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={supported()[0]}"


def test_the_workflow_tests_every_supported_python_on_three_systems() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["tests"]["strategy"]["matrix"]
    assert matrix["python"] == supported()
    assert matrix["system"] == ["ubuntu-latest", "windows-latest", "macos-latest"]


def test_the_action_and_the_component_take_the_newest() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    assert action["inputs"]["python-version"]["default"] == supported()[-1]
    inputs, _ = yaml.safe_load_all((ROOT / "templates/iflint.yml").read_text(encoding="utf-8"))
    assert f":{supported()[-1]}-" in inputs["spec"]["inputs"]["image"]["default"]
    assert f"python:{supported()[-1]}-slim" in (ROOT / "Containerfile").read_text(encoding="utf-8")


def test_the_package_index_leads_to_the_site() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE
