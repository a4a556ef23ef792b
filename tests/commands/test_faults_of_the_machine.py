"""Whatever the machine does: no report is cut in silence, no draft left, nothing a traceback."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time

import pytest

from .conftest import CASES, CLOCK  # isort: skip

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and file descriptors of POSIX")

CASE = CASES / "expired-certificate" / "bad-all-of-them"
CHECK = ("check", str(CASE), "--as-of", CLOCK, "--isolated")


def shell(text, cwd, *arguments, **environment):
    """Run iflint by a line of a shell, in which ``"$@"`` is the call."""
    return subprocess.run(
        ["sh", "-c", text, "sh", sys.executable, "-m", "iflint", *arguments],
        cwd=cwd,
        capture_output=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def limited(cwd, most, *arguments, **environment):
    """Run iflint into a file on a disk that takes only so many bytes, by a limit of the process."""
    with open(cwd / "out", "wb") as out:
        return subprocess.run(
            [sys.executable, "-m", "iflint", *arguments],
            cwd=cwd,
            stdout=out,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
            preexec_fn=lambda: (
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
                resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)),
            ),
            check=False,
            timeout=60,
        )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("name", ["json", "text", "sarif", "html"])
def test_a_short_write_is_a_failure(tmp_path, unbuffered, name) -> None:
    run = limited(tmp_path, 1000, *CHECK, "--format", name, PYTHONUNBUFFERED=unbuffered)
    assert run.returncode == 3
    assert b"can't be written" in run.stderr
    assert b"Traceback" not in run.stderr


def test_a_short_write_of_help_is_a_failure(tmp_path) -> None:
    assert limited(tmp_path, 100, "check", "--help", PYTHONUNBUFFERED="1").returncode == 3


def test_a_file_that_can_not_be_written_as_a_whole_stays_as_it_was(tmp_path) -> None:
    (tmp_path / "report.json").write_text("old")
    run = limited(tmp_path, 1000, *CHECK, "--format", "json=report.json")
    assert run.returncode == 3
    assert (tmp_path / "report.json").read_text() == "old"
    assert sorted(os.listdir(tmp_path)) == ["out", "report.json"]


@pytest.mark.parametrize("more", [(), ("--debug",), ("--verbose",)])
def test_nothing_of_a_closed_standard_error_is_in_the_data(tmp_path, more) -> None:
    run = shell('exec "$@" 2>&-', tmp_path, *CHECK, "--format", "concise", *more)
    told = shell('exec "$@"', tmp_path, *CHECK, "--format", "concise", *more)
    assert run.stdout == told.stdout
    run = shell('exec "$@" 2>&-', tmp_path, *CHECK, "--format", "json", *more)
    assert json.loads(run.stdout)["format"] == "iflint-report"
    assert shell('exec "$@" 2>&-', tmp_path, "check", "absent", *more).stdout == b""


def test_a_closed_standard_input_is_nothing(tmp_path) -> None:
    run = shell('exec "$@" <&-', tmp_path, *CHECK, "--format", "json")
    assert run.returncode == 1
    assert json.loads(run.stdout)
    assert run.stderr.startswith(b"iflint: 1 iFlow") or run.stderr == b""


def test_a_deleted_current_folder_is_said(tmp_path) -> None:
    place = tmp_path / "gone"
    place.mkdir()
    run = shell(f'rmdir "{place}"; exec "$@"', place, "check")
    assert run.returncode == 2
    assert b"current folder" in run.stderr
    assert b"Traceback" not in run.stderr


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": ""},
        {"HOME": "/absent"},
        {"LC_ALL": "C"},
        {"LC_ALL": "xx_YY.nothing"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"TZ": "Nowhere/Nothing"},
        {"COLUMNS": "-1"},
    ],
    ids=str,
)
def test_an_odd_environment_changes_no_finding(tmp_path, environment) -> None:
    name = os.fsdecode(b"caf\xe9 \xff")
    shutil.copytree(CASE, tmp_path / name)
    for form in ("json", "text", "concise", "sarif", "html", "junit", "gitlab", "github"):
        run = shell(
            'unset HOME; exec "$@"' if not environment.get("HOME", "x") else 'exec "$@"',
            tmp_path,
            *("check", ".", "--as-of", CLOCK, "--isolated", "--format", form),
            **environment,
        )
        assert run.returncode == 1, run.stderr
        assert b"Traceback" not in run.stderr


NUMBERS = [signal.SIGINT, signal.SIGTERM]
WRITING = """
import os, sys, time
from iflint.__main__ import main
import iflint.console.output as output
replace = os.replace
def slow(*arguments):
    print("writing", file=sys.stderr, flush=True)
    time.sleep(60)
    replace(*arguments)
os.replace = slow
sys.argv = ["iflint", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_while_a_report_is_written_leaves_no_draft(tmp_path, number) -> None:
    (tmp_path / "report.json").write_text("old")
    arguments = (*CHECK, "--format", "json=report.json")
    with subprocess.Popen(
        [sys.executable, "-c", WRITING, *arguments], cwd=tmp_path, stderr=subprocess.PIPE
    ) as run:
        assert run.stderr.readline() == b"writing\n"
        run.send_signal(number)
        _, said = run.communicate(timeout=30)
    assert run.returncode == 128 + number
    assert said == b""
    assert os.listdir(tmp_path) == ["report.json"]
    assert (tmp_path / "report.json").read_text() == "old"


IMPORTING = """
import sys, time
module, sys.argv = sys.argv[1], ["iflint", *sys.argv[2:]]
class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == module:
            print("importing", file=sys.stderr, flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
from iflint.__main__ import main
main()
"""


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("module", ["click", "iflint.engine.session", "lxml", "iflint_rules"])
def test_a_signal_while_modules_are_imported_is_silent(tmp_path, number, module) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", IMPORTING, module, *CHECK],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as run:
        assert run.stderr.readline() == b"importing\n"
        run.send_signal(number)
        out, said = run.communicate(timeout=30)
    assert run.returncode == 128 + number
    assert out + said == b""


BEGINNING = """
import sys
from iflint.console.interruption import watch
watch()
print("begun", file=sys.stderr, flush=True)
from iflint.__main__ import main
sys.argv = ["iflint", *sys.argv[1:]]
main()
"""


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_at_any_moment_is_silent(tmp_path, number) -> None:
    """Once the program has begun; before, it is Python's."""
    for wait in range(10):
        with subprocess.Popen(
            [sys.executable, "-c", BEGINNING, *CHECK, "--format", "json=report.json"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as run:
            assert run.stderr.readline() == b"begun\n"
            time.sleep(wait * 0.05)
            run.send_signal(number)
            _, said = run.communicate(timeout=30)
        assert run.returncode in (128 + number, 1)
        assert b"Traceback" not in said
        assert set(os.listdir(tmp_path)) <= {"report.json"}


def test_signals_are_watched_before_anything_else_is_imported() -> None:
    asked = [sys.executable, "-X", "importtime", "-m", "iflint", "--version"]
    told = subprocess.run(asked, capture_output=True, text=True, check=True).stderr
    names = [line.rpartition("|")[2].strip() for line in told.splitlines()]
    before = names[names.index("runpy") : names.index("iflint.console.interruption")]
    assert not {"typing", "dataclasses", "inspect", "click", "msgspec"} & set(before)


def test_no_module_is_taken_from_the_current_folder(tmp_path) -> None:
    for name in ("click", "lxml", "iflint_rules", "pluggy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger')")
    information = tmp_path / "stranger-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: stranger\nVersion: 1\n")
    (information / "entry_points.txt").write_text("[iflint]\nstranger = stranger\n")
    (tmp_path / "stranger.py").write_text("raise SystemExit('a stranger')")
    for path in ("", os.pathsep, "."):
        run = shell('exec "$@"', tmp_path, *CHECK, PYTHONPATH=path)
        assert run.returncode == 1, run.stderr
