"""The steps of action.yml, run as GitHub's runner does: annotations, summary, SARIF, exit code."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
DEFAULTS = {name: told["default"] for name, told in ACTION["inputs"].items()}
STEPS = {step.get("id", step.get("name")): step for step in ACTION["runs"]["steps"]}
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
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=repository,
            env=self._environment | {"RUNNER_TEMP": str(self.temp), **variables},
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
    assert re.fullmatch(r"hash=[0-9a-f]{64}\n", output)
