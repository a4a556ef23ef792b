"""`iflint hook`: from changed files to what is checked."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import CASES, ROOT, unpacked_flow  # isort: skip

FLOW = "packages/Orders/src/main/resources"


@pytest.fixture
def repository(workplace):
    (workplace / ".git").mkdir()
    unpacked_flow(CASES / "dn-mismatch" / "bad-order", workplace / "packages/Orders")
    (workplace / "packages/Orders/QA").mkdir()
    shutil.copytree(CASES / "dn-mismatch" / "bad-order" / "certificates", workplace / "certs")
    for name in (
        "packages/Orders/QA/parameters.prop",
        "README.md",
        "exports.zip",
        f"{FLOW}/parameters.prop",
    ):
        (workplace / name).touch()
    return workplace


@pytest.mark.parametrize(
    ("files", "checked"),
    [
        ([f"{FLOW}/scenarioflows/integrationflow/Orders.iflw"], ("packages/Orders",)),
        ([f"{FLOW}/parameters.prop"], ("packages/Orders",)),
        (["packages/Orders/META-INF/MANIFEST.MF"], ("packages/Orders",)),
        (["packages/Orders/QA/parameters.prop"], ("packages/Orders",)),
        (["exports.zip", f"{FLOW}/parameters.prop"], ("exports.zip", "packages/Orders")),
        (["README.md"], ()),
        (["README.md", "certs/partner.pem"], (".",)),
        (["certs/partner.JKS"], (".",)),
        (["partner.key"], (".",)),
        (["package.json"], ()),
        ([], (".",)),
    ],
)
def test_changed_files_lead_to_what_they_belong_to(repository, call, engine, files, checked):
    for file in files:
        Path(file).touch()
    result = call("hook", *files)
    assert result.exit_code == 0, result.stderr
    paths, options = engine.asked
    assert paths == checked
    assert options.certificates == (None if checked else ())


def test_each_thing_is_said_once(repository, call) -> None:
    """A broken archive is an export and may hold certificates; a flow may be staged thrice."""
    (repository / "exports.zip").write_bytes(b"PK\x03\x04 cut off")
    unpacked_flow(CASES / "dn-mismatch" / "bad-order", repository / "unpacked/Orders")
    for name in ("resources.cnt", "b_content"):
        (repository / "unpacked" / name).touch()
    staged = [
        f"{FLOW}/parameters.prop",
        f"./{FLOW}/parameters.prop",
        f"{FLOW}/scenarioflows/integrationflow/Orders.iflw",
        "packages/Orders/META-INF/MANIFEST.MF",
        "packages/Orders/QA/parameters.prop",
        "exports.zip",
        "unpacked/resources.cnt",
        "unpacked/b_content",
        "unpacked/Orders/META-INF/MANIFEST.MF",
    ]
    for files in (staged, ["iflint.toml"], staged[:6]):
        (repository / "iflint.toml").touch()
        *lines, last = call("hook", "--format", "concise", *files).stdout.splitlines()
        assert len(lines) == len(set(lines))
        assert any("exports.zip" in line for line in lines)
        assert f". {1 if len(files) == 6 else 2} iFlow" in last


def test_a_service_key_concerns_every_flow(repository, call, engine) -> None:
    (repository / "key.json").write_text('{"key": "-----BEGIN PRIVATE KEY-----\\n"}')
    assert call("hook", "key.json").exit_code == 0
    assert engine.asked[0] == (".",)


def test_settings_and_their_files(repository, call, engine) -> None:
    (repository / "envs").mkdir()
    for name in ("envs/qa.json", "envs/qa.txt"):
        (repository / name).touch()
    (repository / "iflint.toml").write_text(
        'certificates = ["certs"]\nparameters = ["envs/qa.json"]\nexclude = ["/packages/"]\n'
    )
    (repository / "packages" / "iflint.toml").write_text("nonsense = 1\n")

    def checked(*files):
        result = call("hook", *files)
        assert result.exit_code == 0, result.stderr
        return engine.asked[0]

    assert checked("envs/qa.json") == (".",)
    assert checked("iflint.toml") == (".",)
    assert checked("envs/qa.txt") == ()
    assert checked(f"{FLOW}/parameters.prop") == ()
    assert engine.asked[1].certificates == ()
    checked()
    assert [os.path.relpath(path) for path in engine.asked[1].certificates] == ["certs"]


def test_a_file_that_does_not_exist_is_wrong_usage(repository, call, engine) -> None:
    assert call("hook", "absent.iflw").exit_code == 2


def test_the_finding_of_a_changed_flow(repository, call) -> None:
    result = call("hook", f"{FLOW}/parameters.prop", "--select", "IFL301")
    assert result.exit_code == 1, result.stderr
    assert "IFL301" in result.stdout
    assert call("hook", "README.md").exit_code == 0


@pytest.mark.parametrize(
    ("path", "matches"),
    [
        (f"{FLOW}/scenarioflows/integrationflow/Orders.iflw", True),
        (f"{FLOW}/parameters.prop", True),
        ("Orders/QA/parameters.prop", True),
        ("META-INF/MANIFEST.MF", True),
        ("exports/Orders v2.ZIP", True),
        ("package/resources.cnt", True),
        ("package/3fc0a51d57f60e9dd2cb22fcf5ac9da8_content", True),
        ("certs/partner.CER", True),
        ("certs/chain.p7b", True),
        ("iflint.toml", True),
        ("my-iflint.toml", False),
        (f"{FLOW}/parameters.propdef", False),
        ("README.md", False),
        ("certs/cer", False),
    ],
)
def test_the_hook_runs_for_files_that_matter(path, matches) -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML, which pre-commit brings, is not installed")
    one, every = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert bool(re.search(one["files"], path)) == matches
    assert one["require_serial"]
    assert every["always_run"]
    assert not every["pass_filenames"]


def git(*arguments, cwd):
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.org")
    return subprocess.run(
        ["git", *settings, *arguments],
        cwd=cwd,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.differential
@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_pre_commit_runs_the_hook(workplace) -> None:
    pytest.importorskip("pre_commit", reason="pre-commit is not installed")
    if not (ROOT / ".git").exists():
        pytest.skip("the project is not a Git checkout, which pre-commit try-repo needs")
    hooks = workplace / "hooks"
    git("clone", "--quiet", ROOT, hooks, cwd=workplace)
    repository = workplace / "repository"
    shutil.copytree(CASES / "dn-mismatch" / "bad-order", repository)
    (repository / "iflint.toml").write_text('select = ["IFL3"]')
    (repository / "README.md").touch()
    git("init", "--quiet", cwd=repository)
    git("add", "--all", cwd=repository)

    def try_hook(*arguments):
        run = subprocess.run(
            [sys.executable, "-m", "pre_commit", "try-repo", hooks, *arguments],
            cwd=repository,
            env={**os.environ, "PRE_COMMIT_HOME": str(workplace / "cache")},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        if "CalledProcessError" in run.stdout and "pip" in run.stdout:
            pytest.skip(f"pip could not set the hook up: {run.stdout[-300:]}")
        return run

    changed = "Orders.iflw"
    found = try_hook("iflint", "--files", changed)
    assert found.returncode == 1, found.stdout + found.stderr
    assert "IFL301" in found.stdout
    nothing = try_hook("iflint", "--files", "README.md")
    assert nothing.returncode == 0, nothing.stdout
    assert "no files to check" in nothing.stdout
    whole = try_hook("iflint-all", "--files", "README.md")
    assert whole.returncode == 1, whole.stdout
