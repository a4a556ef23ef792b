"""Processes on this machine that read for a run, as an executor like any other's."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process
from typing import ParamSpec, TypeVar

WORTH = 1000
"""How many parcels there have to be for processes to be begun. Ours: they take 0.3 s to begin."""

_SAFE_PATH = "PYTHONSAFEPATH"

P = ParamSpec("P")
T = TypeVar("T")


class Workers(Executor):
    """So many processes, begun when the first work comes, and anew when they have died.

    ``worth`` is how many parcels there should be before any of them is begun.
    """

    def __init__(self, jobs: int, worth: int = 0) -> None:
        self.worth = worth
        self._jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As every executor's; the work of processes that died is lost, and raises."""
        with _safe_path():
            if self._pool is not None:
                try:
                    return self._pool.submit(fn, *args, **kwargs)
                except BrokenExecutor:
                    self._pool.shutdown(wait=False)
            self._pool = ProcessPoolExecutor(self._jobs, get_context("spawn"), _begin)
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End all processes at once, whatever they do: they only read."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()


@contextlib.contextmanager
def _safe_path() -> Iterator[None]:
    """Processes that begin meanwhile take no module from the current folder.

    It may be a stranger's; from Python 3.11 on the variable says so.
    """
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


def workers(jobs: int) -> Workers | None:
    """So many processes, or as many as there are processors (`iflint.values.AUTO`).

    There are never more than these: what a configuration says may be a stranger's. None where that
    is one, which this process is.
    """
    most = _processors()
    count = min(jobs or most, most)
    return None if count == 1 else Workers(count, 0 if jobs else WORTH)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _begin() -> None:
    """Leave an interrupt to the process that began this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    connection.wait([sentinel])
    os._exit(1)
