"""Files that Git LFS keeps elsewhere: whatever they should be, one is told to fetch them."""

import pytest
from click.testing import CliRunner

from iflint.commands.main import cli
from tests.sources.found import discover

POINTER = (
    b"version https://git-lfs.github.com/spec/v1\n"
    b"oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"
)
SAID = "a Git LFS pointer, not the file itself; fetch it with: git lfs pull"


@pytest.fixture
def call(here):
    def run(*arguments):
        result = CliRunner().invoke(cli, [*arguments, "--isolated"])
        return result.exit_code, result.stderr or result.stdout

    return run


@pytest.mark.parametrize("name", ["a.zip", "a.pem", "a.p12", "a.jks", "a.cer", "a.p7b", "a.iflw"])
def test_check_tells_to_fetch_it(here, call, name) -> None:
    (here / name).write_bytes(POINTER)
    code, said = call("check", ".", "--as-of", "2026-11-24")
    assert code == 1
    assert "This is a Git LFS pointer" in said
    assert "git lfs pull" in said


def test_a_pointer_in_an_archive(here, exports, call) -> None:
    files = exports.bundle()
    parameters = next(name for name in files if name.endswith("parameters.prop"))
    (here / "a.zip").write_bytes(exports.pack({**files, parameters: POINTER, "b.zip": POINTER}))
    (problem, _) = discover(["."])
    assert problem.in_one_line.endswith(SAID)
    _, said = call("check", ".", "--as-of", "2026-11-24")
    assert said.count("git lfs pull") == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ("chain", "a.pem"),
        ("renew", "a.pem"),
        ("sender", "a.pem"),
        ("check", "--roots", "a.pem"),
        ("check", "--roots-add", "a.pem"),
    ],
)
def test_commands_that_need_the_file(here, call, arguments) -> None:
    (here / "a.pem").write_bytes(POINTER)
    code, said = call(*arguments)
    assert code == 2
    assert said.endswith(f"{SAID}\n")
    assert said.count("git lfs pull") == 1
