"""A line on the terminal that tells how far a run is, once it has taken a second."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from _thread import allocate_lock, start_new_thread
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from iflint.console.interruption import taken_back
from iflint.words.visible import cells, visible

if TYPE_CHECKING:
    from _thread import LockType

    from iflint.progress import Activity, Progress

PATIENCE, PAUSE = 1.0, 0.25
"""Seconds: how long a program runs before it tells anything, and between two looks at it."""

CLEARING = 1.0
"""Seconds that a program waits at its end for the line to be gone."""

SHORTEST_ITEM = 12
"""Columns; with less an item says nothing."""

_began = time.monotonic()
_latest: list[Activity] = []
_silenced: list[bool] = []


def listener() -> Progress | None:
    """What the library is handed: None where nobody would see the line."""
    return tell if _is_watched(os.environ) else None


def tell(activity: Activity) -> None:
    """Keep the activity for the line."""
    _latest[:] = [activity]


@contextlib.contextmanager
def silenced() -> Iterator[None]:
    """Tell nothing while the body runs, wherever it runs."""
    _silenced.append(True)
    try:
        yield
    finally:
        _silenced.pop()


@contextlib.contextmanager
def shown(doing: str = "") -> Iterator[None]:
    """Show the latest activity while the body runs, ``doing`` first; leave no trace of it.

    Nothing is shown before the program has run for `PATIENCE`, where nobody looks at standard
    error, or in a log. The line is plain text, written over and over, so that any console can
    show it and nothing has to be put right when the program is killed. Signals that end the program
    leave no line either.
    """
    if not _is_watched(os.environ):
        yield
        return
    if doing:
        from iflint.progress import Activity

        tell(Activity(doing))
    done, gone = allocate_lock(), allocate_lock()
    done.acquire()
    gone.acquire()
    start_new_thread(_show, (done, gone))

    def end() -> None:
        done.release()
        gone.acquire(timeout=CLEARING)

    try:
        with taken_back(end):
            yield
    finally:
        end()


def _is_watched(environment: Mapping[str, str]) -> bool:
    if _silenced or environment.get("TERM") == "dumb" or environment.get("CI"):
        return False
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:
        return False


def _show(done: LockType, gone: LockType) -> None:
    try:
        with contextlib.suppress(OSError, ValueError):
            _show_until(done)
    finally:
        gone.release()


def _show_until(done: LockType) -> None:
    columns = 0
    pause = max(PATIENCE - (time.monotonic() - _began), 0)
    while not done.acquire(timeout=pause):
        columns = os.get_terminal_size(sys.stderr.fileno()).columns - 1
        text = line(_latest[0], columns) if _latest else ""
        _write(text + " " * (columns - cells(text)))
        pause = PAUSE
    if columns:
        _write(" " * columns)


def _write(text: str) -> None:
    sys.stderr.write(f"\r{text}\r")
    sys.stderr.flush()


def line(activity: Activity, columns: int) -> str:
    """The activity in at most ``columns``; of a long item its end, which says most."""
    number = "" if activity.number is None else f" {activity.number}"
    of = "" if activity.total is None else f" of {activity.total}"
    start = f"{activity.doing[:1].upper()}{activity.doing[1:]}{number}{of}"
    room = columns - len(start) - len(": ")
    if not activity.item or room < SHORTEST_ITEM:
        return start[: max(columns, 0)]
    item = visible(activity.item)
    if cells(item) > room:
        item = item[-room:]
        while cells(item) > room - len("..."):
            item = item[1:]
        item = f"...{item}"
    return f"{start}: {item}"
