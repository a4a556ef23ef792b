"""Parcels that other processes read: the same comes out, whoever reads and whoever dies."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from iflint.engine import elsewhere, parts
from iflint.engine.run import check
from iflint.engine.workers import Workers
from iflint.options import Options
from iflint.report.report import Report
from iflint.values import parse_as_of

AS_OF = parse_as_of("2026-11-24")
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "rules"
LETHAL = "expired-certificate/bad-yesterday/Orders.iflw"


def report(executor: Executor | None = None, **more: Any) -> Report:
    options = Options(
        as_of=AS_OF, directory=str(FIXTURES), executor=executor, no_cache=True, **more
    )
    return check(["."], options)


@pytest.fixture(scope="module")
def alone() -> Report:
    return report()


class Inline(Executor):
    """Reads in this process, by bytes."""

    def __init__(self) -> None:
        self.read = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args))
        except Exception as error:
            future.set_exception(error)
        else:
            self.read += len(args) and sum(each is not None for each in future.result())
        return future


def test_what_comes_back_is_the_same(alone: Report) -> None:
    inline = Inline()
    assert report(inline) == alone
    assert inline.read > 100


class Refusing(Inline):
    """It takes nothing, as one that has lost its connection."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        raise OSError("the connection is closed")


class Forgetful(Inline):
    """It loses something of all that is more than one."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future = super().submit(fn, *args, **more)
        if args and len(future.result()) > 1:
            future.result().pop()
        return future


class Dying(Inline):
    """It fails on the first batch, answers once more, and is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        self.asked += 1
        if self.asked == 2:
            return super().submit(fn, *args, **more)
        future: Future[Any] = Future()
        future.set_exception(BrokenExecutor("gone"))
        return future


@pytest.mark.parametrize("kind", [Refusing, Forgetful, Dying])
def test_what_is_not_read_elsewhere_is_read_all_the_same(alone: Report, kind: type[Inline]) -> None:
    assert report(kind()) == alone


class AnotherMachine(Inline):
    """It has nothing by the same paths."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        away = self.folder.rename(self.folder.with_name("away"))
        try:
            return super().submit(fn, *args, **more)
        finally:
            away.rename(self.folder)


def test_what_another_machine_does_not_see_is_read_here(tmp_path: Path) -> None:
    folder = tmp_path / "flows"
    shutil.copytree(FIXTURES / "expired-certificate" / "bad-yesterday", folder)
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "notes.txt").write_bytes(pem)
    given = {"as_of": AS_OF, "directory": str(folder), "no_cache": True}
    alone = check(["."], Options(**given))
    assert "IFL407" in {each.code for each in alone.findings}
    assert check(["."], Options(**given, executor=AnotherMachine(folder))) == alone


def test_files_that_are_sent_need_not_be_seen(alone: Report, monkeypatch: Any) -> None:
    read = elsewhere.read_parts

    def blind(asked: bytes, orders: bytes) -> list[bytes | None]:
        with monkeypatch.context() as patched:
            patched.setattr("builtins.open", lambda *_, **__: pytest.fail("opened a file"))
            return read(asked, orders)

    monkeypatch.setattr("iflint.engine.elsewhere.read_parts", blind)
    inline = Inline()
    assert report(inline, send_files=True) == alone
    assert inline.read > 100


def test_where_a_limit_of_the_run_was_met_the_rest_is_the_same(tmp_path: Path) -> None:
    texts = {"a": b"x" * 900, "b": b"x" * 2_000, "c": b"x" * 9_000, "d": b"", "e": b"x"}
    for name, text in texts.items():
        (tmp_path / f"{name}.groovy").write_bytes(text)
    limit = ("key-search-bytes=1000", "key-text-bytes=5000")
    given = {"as_of": AS_OF, "directory": str(tmp_path), "no_cache": True, "limit": limit}
    inline = Inline()
    alone = check(["."], Options(**given))
    assert check(["."], Options(**given, executor=inline)) == alone
    assert inline.read
    assert [str(each.location) for each in alone.skipped] == ["c.groovy"]


def test_another_iflint_reads_nothing(alone: Report, monkeypatch: Any) -> None:
    inline = Inline()
    monkeypatch.setattr("iflint.engine.elsewhere.__version__", "another")
    asked = parts.Asked.of
    monkeypatch.setattr(
        parts.Asked, "of", lambda *given: msgspec.structs.replace(asked(*given), version="this")
    )
    assert report(inline) == alone
    assert inline.read == 0


def test_threads_read_for_runs_with_other_limits(alone: Report) -> None:
    limited = {"limit": ("rows-of-a-channel=1",)}
    expected = report(**limited)
    assert expected != alone
    with ThreadPoolExecutor(3) as threads:
        assert report(threads, **limited) == expected
        assert report(threads) == alone


def test_processes_give_the_same(alone: Report) -> None:
    with Workers(2) as workers:
        assert report(workers) == alone


def test_a_process_that_answers_something_else_is_replaced() -> None:
    with Workers(1) as workers:
        with pytest.raises(BrokenExecutor):
            workers.submit(os.write, 1, b"\1\0\0\0\0\0\0\0x").result(timeout=60)
        assert workers.submit(int).result(timeout=60) == 0


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_process_that_is_gone_when_it_is_asked_is_replaced(size: int) -> None:
    with Workers(1) as workers:
        os.kill(workers.submit(os.getpid).result(timeout=60), signal.SIGKILL)
        time.sleep(0.1)
        with pytest.raises(BrokenExecutor):
            workers.submit(len, b"x" * size).result(timeout=20)
        assert workers.submit(int).result(timeout=60) == 0


def test_a_process_that_is_interrupted_ends_at_once_and_is_replaced() -> None:
    with Workers(1) as workers:
        (process,) = _processes_of(workers)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=0.5) == -signal.SIGINT
        with pytest.raises(BrokenExecutor):
            workers.submit(int).result(timeout=60)
        assert workers.submit(int).result(timeout=60) == 0


def _processes_of(workers: Workers) -> set[subprocess.Popen[bytes]]:
    """The processes, once they answer."""
    assert workers.submit(int).result(timeout=60) == 0
    return workers._processes


class Dying(Workers):
    """Processes that die on one kind of parcel: each time, or only the first."""

    def __init__(self, mark: Path | None) -> None:
        super().__init__(2)
        self._mark = mark

    def submit(self, fn: Callable[..., Any], /, *args: Any, **_: Any) -> Future[Any]:
        return super().submit(_read_or_die, self._mark, fn, *args)


def _read_or_die(mark: Path | None, fn: Callable[..., Any], *args: Any) -> Any:
    if any(LETHAL.encode() in each for each in args) and not (mark and mark.exists()):
        if mark:
            mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return fn(*args)


def test_what_a_process_had_that_died_is_read_again(alone: Report, tmp_path: Path) -> None:
    with Dying(tmp_path / "died") as workers:
        assert report(workers) == alone
    assert (tmp_path / "died").exists()


def test_a_parcel_that_kills_again_is_a_problem_and_the_rest_is_reported(alone: Report) -> None:
    with Dying(None) as workers:
        found = report(workers)
    new = [each for each in found.findings if "failed on this" in each.message]
    assert new
    assert all(LETHAL in each.location.file.path and each.code == "IFL001" for each in new)
    rest = [each.location for each in alone.findings if LETHAL not in each.location.file.path]
    assert [each.location for each in found.findings if each not in new] == rest


def test_an_executor_that_is_broken_for_good_is_left_alone(alone: Report) -> None:
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        with pytest.raises(Exception, match="terminated"):
            pool.submit(os._exit, 1).result()
        assert report(pool) == alone


def test_an_interrupt_ends_all_at_once(tmp_path: Path) -> None:
    (tmp_path / "0.groovy").write_bytes(b"PRIVATE KEY " * 4_000)
    for number in range(1, 6000):  # more than is read before the signal comes
        os.link(tmp_path / "0.groovy", tmp_path / f"{number}.groovy")
    command = [sys.executable, "-m", "iflint", "check", str(tmp_path), "--jobs", "2", "--isolated"]
    run = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    threads = Path(f"/proc/{run.pid}/task")
    if not (threads / str(run.pid) / "children").exists():
        run.kill()
        pytest.skip("the system does not tell which processes a process has")
    begun: list[str] = []
    deadline = time.monotonic() + 60
    while len(begun) < 2 and run.poll() is None and time.monotonic() < deadline:
        begun = [child for each in threads.glob("*/children") for child in each.read_text().split()]
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    out, error = run.communicate(timeout=60)
    assert (run.returncode, out, error) == (130, "", "")
    assert begun
    ended = time.monotonic() + 10
    while any(Path(f"/proc/{each}").exists() for each in begun) and time.monotonic() < ended:
        time.sleep(0.01)
    assert not [each for each in begun if Path(f"/proc/{each}").exists()]
