"""Signals that end the program end it at once; what was begun is taken back first.

Nothing is raised for it: an exception may come in the middle of an import, or be turned into
another one by an extension, and would be told as a traceback. So this module imports next to
nothing, and the program begins with it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_begun: list[Callable[[], object]] = []


def watch() -> None:
    """Leave with the exit code that shells give for a signal, where nobody has said otherwise."""
    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) in _DEFAULTS:
            with contextlib.suppress(ValueError):  # this is not the main thread
                signal.signal(number, _leave)


_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


@contextlib.contextmanager
def taken_back(undo: Callable[[], object]) -> Iterator[None]:
    """Call ``undo`` if a signal ends the program while the body runs."""
    _begun.append(undo)
    try:
        yield
    finally:
        _begun.remove(undo)


def _leave(number: int, _frame: object) -> None:
    for undo in reversed(_begun):
        with contextlib.suppress(Exception):
            undo()
    os._exit(128 + number)
