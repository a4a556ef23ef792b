"""The steps of action.yml, run as GitHub's runner does: annotations, summary, SARIF, exit code."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from platform import python_version

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
DEFAULTS = {name: told["default"] for name, told in ACTION["inputs"].items()}
STEPS = {step.get("id", step.get("name")): step for step in ACTION["runs"]["steps"]}
SAVED = "Save what was installed and read"
EXPRESSION = re.compile(r"\$\{\{ ([\w.-]+) \}\}")


class Runner:
    """A machine of GitHub's, with the folders and files that it hands to a step."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.temp = folder / "temp"
        self.temp.mkdir()
        self._environment = environment

    def run(self, name: str, repository: Path, **inputs: str) -> tuple[int, str, str, str]:
        """A step's exit code, log, summary and outputs."""
        step = STEPS[name]
        known = {f"inputs.{key}": value for key, value in DEFAULTS.items()}
        known |= {f"inputs.{key.replace('_', '-')}": value for key, value in inputs.items()}
        known["github.action_path"] = str(ROOT)
        variables = {
            key: EXPRESSION.sub(lambda found: known[found[1]], value)
            for key, value in step.get("env", {}).items()
        }
        files = {"GITHUB_STEP_SUMMARY": self.temp / "summary", "GITHUB_OUTPUT": self.temp / "out"}
        for file in files.values():
            file.write_text("", encoding="utf-8")
        variables |= {key: str(path) for key, path in files.items()}
        variables |= {"RUNNER_TEMP": str(self.temp), "RUNNER_OS": "Linux", "RUNNER_ARCH": "X64"}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=repository,
            env=self._environment | variables,
            capture_output=True,
            text=True,
            check=False,
        )
        summary, output = (path.read_text(encoding="utf-8") for path in files.values())
        return done.returncode, done.stdout + done.stderr, summary, output


@pytest.fixture(scope="module")
def runner(tmp_path_factory, index):
    """A machine on which the action has installed iflint."""
    machine = Runner(tmp_path_factory.mktemp("runner"), index)
    code, log, _, _ = machine.run("Install iflint", machine.temp)
    assert code == 0, log
    return machine


def test_findings_fail_the_step_and_are_told_in_three_places(runner, repository) -> None:
    code, log, summary, output = runner.run("check", repository)
    assert code == 1, log
    assert "::error file=" in log
    assert summary.startswith("## iflint: ")
    assert "What breaks when" not in summary
    (sarif,) = re.findall(r"^sarif=(.*)$", output, re.MULTILINE)
    assert json.loads(Path(sarif).read_text(encoding="utf-8"))["runs"][0]["results"]


def test_each_input_arrives(runner, repository) -> None:
    code, _, summary, _ = runner.run("check", repository, fail_on="never", forecast="true")
    assert code == 0
    assert "What breaks when" in summary
    code, log, _, _ = runner.run("check", repository, paths="packages\nno such folder\n")
    assert code == 2
    assert "no such folder" in log
    assert runner.run("check", repository, platform="neptune")[0] == 2
    assert runner.run("check", repository, environment="nowhere")[0] == 2
    assert runner.run("check", repository, baseline="nothing.json")[0] == 2


def test_what_could_not_be_checked_is_not_uploaded(runner, repository) -> None:
    shutil.rmtree(repository)
    repository.mkdir()
    code, _, _, output = runner.run("check", repository)
    assert code == 2
    assert output == ""
    assert "steps.check.outputs.sarif != ''" in STEPS["Upload the findings to code scanning"]["if"]


def test_another_release_is_another_entry_of_the_cache(runner, tmp_path) -> None:
    code, log, _, output = runner.run("source", tmp_path)
    assert code == 0, log
    assert re.fullmatch(rf"key=Linux-X64-{re.escape(python_version())}-[0-9a-f]{{64}}\n", output)
    restored = STEPS["cache"]["with"]
    assert restored["key"] == restored["restore-keys"] + "${{ github.sha }}"
    assert restored["path"] == STEPS[SAVED]["with"]["path"] == "${{ runner.temp }}/iflint"


def test_what_was_read_is_kept_beside_the_installation(runner, repository, committed) -> None:
    committed(repository)
    runner.run("check", repository)
    installed = runner.temp / "iflint"
    told = subprocess.run(
        [installed / "bin" / "iflint", "cache"],
        env={"IFLINT_CACHE_DIR": str(installed / "read")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.search(r"Kept +\d+ archives, flows and texts", told.stdout), told.stdout


@pytest.mark.parametrize(
    ("event", "branch", "saves"),
    [
        ("push", "main", True),
        ("push", "partner/feature", False),
        ("pull_request", "7/merge", False),
        ("pull_request_target", "main", False),
        ("workflow_run", "main", False),
        ("issue_comment", "main", False),
    ],
)
def test_nothing_is_saved_that_a_stranger_may_have_filled(event, branch, saves) -> None:
    uses = [step.get("uses", "") for step in ACTION["runs"]["steps"]]
    cached = [use.partition("@")[0] for use in uses if use.startswith("actions/cache")]
    assert cached == ["actions/cache/restore", "actions/cache/save"]
    known = {
        "!cancelled()": True,
        "steps.check.outputs.sarif": "iflint.sarif",
        "github.event_name": event,
        "github.ref_name": branch,
        "github.event.repository.default_branch": "main",
    }
    terms = STEPS[SAVED]["if"].removeprefix("${{").removesuffix("}}").split("&&")
    assert all(holds(term.strip(), known) for term in terms) is saves


def holds(term: str, known: dict[str, object]) -> bool:
    """What GitHub makes of a comparison, or of a function's call."""
    left, operator, right = (*term.split(" "), "", "")[:3]
    if not operator:
        return bool(known[left])
    value = right.strip("'") if right.startswith("'") else known[right]
    return (known[left] == value) is (operator == "==")
