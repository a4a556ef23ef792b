"""Progress: what the library tells, and the line that a terminal shows of it."""

import os
import signal
import sys
from pathlib import Path

import pytest

import iflint
from iflint.console.progress_bar import line
from iflint.progress import Activity, followed

CASES = Path(__file__).resolve().parents[2] / "fixtures" / "rules"

SLOW = """\
import sys, time
from iflint.console import progress_bar
from iflint.commands.main import main
from iflint.engine.inputs import Reading
progress_bar.PATIENCE, wait, stay = (float(sys.argv.pop(1)) for _ in range(3))
shown, write, take = [], progress_bar._write, Reading._take_bundle
def written(text):
    write(text)
    shown.append(text.strip())
def slow(self, bundle):
    until = time.monotonic() + wait
    while not any(shown) and time.monotonic() < until:
        time.sleep(0.01)
    time.sleep(stay)
    take(self, bundle)
progress_bar._write, Reading._take_bundle = written, slow
main()
"""
"""Reads each flow when the line has been shown, or after some seconds, and some later."""

LONGEST_RUN = 30
"""Seconds after which a run on a terminal is ended, and its test has failed."""


def on_a_terminal(
    *arguments, patience=0, wait=20, stay=0, columns=60, types=None, stdout=None, **environment
):
    """What a terminal receives from a run that waits for its line to be shown, and its code.

    It waits for ``wait`` seconds at most, and ``stay`` seconds longer. ``types`` is a pair: once
    the terminal has received the first, the second is typed, or sent if it is a signal.
    ``stdout`` is a file that standard output goes to instead.
    """
    import fcntl
    import pty
    import select
    import struct
    import subprocess
    import termios
    import time

    kept = ("CI", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "PYTHONIOENCODING")
    calm = {name: value for name, value in os.environ.items() if name not in kept}
    terminal, end = pty.openpty()
    fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, *map(str, (patience, wait, stay, *arguments))],
        stdin=end,
        stdout=stdout or end,
        stderr=end,
        env={**calm, "TERM": "xterm", **environment},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as run:
        os.close(end)
        received, until = b"", time.monotonic() + LONGEST_RUN
        while select.select([terminal], [], [], max(until - time.monotonic(), 0))[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            received += data
            if types and types[0] in received:
                if isinstance(types[1], bytes):
                    os.write(terminal, types[1])
                else:
                    run.send_signal(types[1])
                types = None
        else:
            run.kill()
            pytest.fail(f"still running after {LONGEST_RUN} s, having shown {received!r}")
    os.close(terminal)
    return received.decode(), run.returncode


pseudo_terminals = pytest.mark.skipif(os.name == "nt", reason="needs a pseudo-terminal")


@pytest.fixture
def case():
    folder = CASES / "expired-certificate" / "bad-all-of-them"
    return ("check", folder, "--as-of", "2026-11-24", "--isolated")


@pseudo_terminals
def test_a_long_run_shows_a_line_that_is_gone_at_the_end(case) -> None:
    received, code = on_a_terminal(*case)
    progress, _, report = received.rpartition("\r" + " " * 59 + "\r")
    assert "\rReading file " in progress
    assert all(len(part) <= 59 for part in progress.split("\r"))
    assert "\n" not in progress
    assert "findings" in report
    assert "Reading file" not in report
    assert code == 1


@pseudo_terminals
@pytest.mark.parametrize(
    ("patience", "environment"),
    [(1000, {}), (0, {"TERM": "dumb"}), (0, {"CI": "true"})],
    ids=["short", "dumb", "ci"],
)
def test_a_short_run_a_plain_terminal_and_a_ci_server_show_none(
    case, patience, environment
) -> None:
    received, _ = on_a_terminal(*case, patience=patience, wait=0.5, **environment)
    assert "Reading" not in received
    assert "\r" not in received.replace("\r\n", "")


@pseudo_terminals
def test_quiet_runs_and_the_hook_show_none(case) -> None:
    for arguments in ((*case, "--quiet"), ("hook", case[1] / "Orders.iflw", *case[2:])):
        received, _ = on_a_terminal(*arguments, wait=0.5)
        assert "expired-certificate" in received
        assert "Reading" not in received


@pseudo_terminals
def test_ctrl_c_leaves_the_line_empty(case) -> None:
    received, code = on_a_terminal(*case, stay=60, types=(b"Reading file", b"\x03"))
    assert code == 130
    assert received.rstrip("\r\n").endswith(" " * 59)
    assert "Traceback" not in received
    assert "\x1b" not in received


@pseudo_terminals
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_what_ends_the_program_leaves_the_line_empty(case, name) -> None:
    number = getattr(signal, name)
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("the signal is ignored here, as by nohup")
    received, code = on_a_terminal(*case, stay=60, types=(b"Reading file", number))
    assert code == 128 + number
    assert received.endswith("\r" + " " * 59 + "\r")


@pseudo_terminals
def test_standard_output_in_a_file_holds_nothing_of_the_line(case, tmp_path) -> None:
    with open(tmp_path / "report", "wb") as report:
        received, code = on_a_terminal(*case, stdout=report)
    assert "Reading file" in received
    assert code == 1
    shown = (tmp_path / "report").read_bytes()
    assert b"Reading" not in shown
    assert b"\r" not in shown


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
        (Activity("reading file", 3, item="a/b.zip"), 40, "Reading file 3: a/b.zip"),
        (Activity("judging iFlow", 3, 12, "Orders"), 40, "Judging iFlow 3 of 12: Orders"),
        (
            Activity("reading file", 3, item="exports/orders.zip"),
            30,
            "Reading file 3: .../orders.zip",
        ),
        (Activity("reading file", 3, item="exports/orders.zip"), 20, "Reading file 3"),
        (Activity("reading file", 3, item="a\x1b[2J\nb"), 40, r"Reading file 3: a\x1b[2J\nb"),
        (Activity("writing html"), 40, "Writing html"),
        (Activity("reading file", 3), 5, "Readi"),
        (Activity("reading file", 3), 0, ""),
    ],
)
def test_the_line_fits(step, columns, expected) -> None:
    assert line(step, columns) == expected


def test_a_wide_name_takes_two_columns_a_character() -> None:
    shown = line(Activity("reading file", 1, item="注文" * 20), 40)
    assert shown == "Reading file 1: ..." + "注文" * 5
