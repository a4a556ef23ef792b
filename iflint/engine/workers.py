"""Processes on this machine that read for a run, as an executor like any other's.

Not `concurrent.futures.ProcessPoolExecutor`: its processes run the caller's program again, take
modules from the current folder, which may be a stranger's, and all fail when one of them dies.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from queue import SimpleQueue
from typing import IO, Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORTH = 1000
"""How many parcels there have to be for processes to be begun. Ours: they take 0.3 s to begin."""

_Task = tuple[Future[Any], bytes]
_LENGTH = struct.Struct("<Q")
_BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from iflint.engine.workers import serve; serve()"
_HOME = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Workers(Executor):
    """So many processes, begun when there is work; one that dies loses the work that it had.

    ``worth`` is how many parcels there should be before any of them is begun.
    """

    def __init__(self, jobs: int, worth: int = 0) -> None:
        self.worth = worth
        self._jobs = jobs
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._processes: set[subprocess.Popen[bytes]] = set()
        self._is_shut = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As every executor's; the future of what a process had that died raises BrokenExecutor."""
        if self._is_shut:
            raise RuntimeError("it was shut down")
        future: Future[T] = Future()
        self._tasks.put((future, pickle.dumps((fn, args, kwargs))))
        if len(self._threads) < self._jobs:
            thread = threading.Thread(target=self._work, daemon=True)
            thread.start()
            self._threads.append(thread)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End all processes at once, whatever they do: they only read."""
        self._is_shut = True
        for _ in self._threads:
            self._tasks.put(None)
        for process in tuple(self._processes):
            process.kill()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        """What one thread does: it talks to a process, and begins another one when that died."""
        process: subprocess.Popen[bytes] | None = None
        while (task := self._tasks.get()) is not None:
            future, asked = task
            if self._is_shut or not future.set_running_or_notify_cancel():
                future.cancel()
                continue
            try:
                process = process or self._begun()
                is_result, answer = pickle.loads(_exchanged(process, asked))  # noqa: S301 - ours
            except Exception as error:  # also where something else wrote to its output
                self._end(process)
                process = None
                future.set_exception(BrokenExecutor(f"the process died: {error}"))
            else:
                (future.set_result if is_result else future.set_exception)(answer)
        self._end(process)

    def _begun(self) -> subprocess.Popen[bytes]:
        path = [folder for folder in (*sys.path, _HOME) if folder]
        process = subprocess.Popen(  # noqa: S603 - itself
            [sys.executable, "-I", "-S", "-c", _BEGIN, *path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._processes.add(process)
        return process

    def _end(self, process: subprocess.Popen[bytes] | None) -> None:
        if process is not None:
            process.kill()
            self._processes.discard(process)
            with contextlib.suppress(OSError), process:  # what it was not told any more
                pass


def workers(jobs: int) -> Workers | None:
    """So many processes, or as many as there are processors (`iflint.values.AUTO`).

    There are never more than these: what a configuration says may be a stranger's. None where that
    is one, which this process is, and where the program is one file that can begin no other.
    """
    most = 1 if hasattr(sys, "frozen") else _processors()
    count = min(jobs or most, most)
    return None if count == 1 else Workers(count, 0 if jobs else WORTH)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _exchanged(process: subprocess.Popen[bytes], asked: bytes) -> bytes:
    """What a process answers. Raises OSError or EOFError where it does not."""
    assert process.stdin is not None
    assert process.stdout is not None
    _write(process.stdin, asked)
    return _read(process.stdout)


def _write(stream: IO[bytes], data: bytes) -> None:
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes:
    """The next message. Raises EOFError where the other side is gone."""
    head = stream.read(_LENGTH.size)
    data = stream.read(_LENGTH.unpack(head)[0]) if len(head) == _LENGTH.size else b""
    if len(head) < _LENGTH.size or len(data) < _LENGTH.unpack(head)[0]:
        raise EOFError("it said nothing")
    return data


def serve() -> None:
    """What a process does: it answers until the one that began it is gone, then ends at once.

    So it does when a terminal interrupts both: an exception would wait for the thread that listens.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    while True:
        fn, args, kwargs = pickle.loads(tasks.get())  # noqa: S301 - ours
        answer: tuple[bool, Any]
        try:
            answer = True, fn(*args, **kwargs)
        except Exception as error:
            answer = False, RuntimeError(f"{type(error).__name__}: {error}")
        with contextlib.suppress(OSError):
            _write(sys.stdout.buffer, pickle.dumps(answer))


def _listen(stream: IO[bytes], tasks: SimpleQueue[bytes]) -> None:
    with contextlib.suppress(EOFError, OSError):
        while True:
            tasks.put(_read(stream))
    os._exit(0)
