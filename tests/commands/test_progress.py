"""Progress: what the library tells, and the line that a terminal shows of it."""

import os
import sys
from pathlib import Path

import pytest

import iflint
from iflint.commands.progress import line
from iflint.progress import Step, followed

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "rules"

SLOW = """\
import sys, time
from iflint.inputs import _Reading
from iflint.commands.main import main
take, seconds = _Reading._take_bundle, float(sys.argv.pop(1))
def slow(self, bundle):
    time.sleep(seconds)
    take(self, bundle)
_Reading._take_bundle = slow
main()
"""


def on_a_terminal(*arguments, slow, columns=60, **environment):
    """What a terminal receives from a run whose reading takes ``slow`` seconds, and its code."""
    import fcntl
    import pty
    import struct
    import termios

    child, terminal = pty.fork()
    if child == 0:
        os.environ.update({"TERM": "xterm", **environment})
        for name in ("CI", "COLUMNS", "NO_COLOR"):
            if name not in environment:
                os.environ.pop(name, None)
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        command = [sys.executable, "-c", SLOW, str(slow), *map(str, arguments)]
        os.execv(sys.executable, command)
    received = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:
            break
        if not data:
            break
        received += data
    os.close(terminal)
    _, status = os.waitpid(child, 0)
    return received.decode(), os.waitstatus_to_exitcode(status)


pseudo_terminals = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")


@pytest.fixture
def case():
    folder = CASES / "expired-certificate" / "bad-left-behind"
    return ("check", folder, "--as-of", "2026-11-24", "--isolated")


@pseudo_terminals
def test_a_long_run_shows_a_line_that_is_gone_at_the_end(case) -> None:
    received, code = on_a_terminal(*case, slow=2)
    progress, _, report = received.rpartition("\r" + " " * 59 + "\r")
    assert "\rReading file " in progress
    assert all(len(part) <= 59 for part in progress.split("\r"))
    assert "\n" not in progress
    assert "findings" in report
    assert "Reading file" not in report
    assert code == 1


@pseudo_terminals
@pytest.mark.parametrize(
    ("slow", "environment"),
    [(0, {}), (1.5, {"TERM": "dumb"}), (1.5, {"CI": "true"})],
    ids=["short", "dumb", "ci"],
)
def test_a_short_run_a_plain_terminal_and_a_ci_server_show_none(case, slow, environment) -> None:
    received, _ = on_a_terminal(*case, slow=slow, **environment)
    assert "Reading" not in received
    assert "\r" not in received.replace("\r\n", "")


def test_the_library_tells_every_step_to_its_caller(case) -> None:
    told = []
    iflint.check(str(case[1]), progress=told.append)
    assert {step.doing for step in told} == {
        "reading file",
        "judging iFlow",
        "applying rules to iFlow",
    }
    assert [step.number for step in told if step.doing == "judging iFlow"] == [1]
    assert all(step.item for step in told)


def test_nobody_is_told_unless_somebody_asks() -> None:
    items = [1, 2]
    assert followed(items, None, "doing", str) is items


@pytest.mark.parametrize(
    ("step", "columns", "expected"),
    [
        (Step("reading file", 3, item="a/b.zip"), 40, "Reading file 3: a/b.zip"),
        (Step("judging iFlow", 3, 12, "Orders"), 40, "Judging iFlow 3 of 12: Orders"),
        (Step("reading file", 3, item="exports/orders.zip"), 30, "Reading file 3: .../orders.zip"),
        (Step("reading file", 3, item="exports/orders.zip"), 20, "Reading file 3"),
        (Step("reading file", 3, item="a\x1b[2J\nb"), 40, r"Reading file 3: a\x1b[2J\nb"),
        (Step("writing html"), 40, "Writing html"),
        (Step("reading file", 3), 5, "Readi"),
        (Step("reading file", 3), 0, ""),
    ],
)
def test_the_line_fits(step, columns, expected) -> None:
    assert line(step, columns) == expected


def test_a_wide_name_takes_two_columns_a_character() -> None:
    shown = line(Step("reading file", 1, item="注文" * 20), 40)
    assert shown == "Reading file 1: ..." + "注文" * 5
