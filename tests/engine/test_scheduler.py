"""A Dask scheduler whose workers read for a run, one of which is killed while it works."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

distributed = pytest.importorskip("distributed", reason="needs the extra dask")

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures" / "rules"
REPORT = ("check", ".", "--isolated", "--as-of", "2026-11-24", "--format", "json", "--no-cache")


def run(*arguments: str, cwd: Path = FIXTURES) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "iflint", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        yield cluster


def test_the_same_comes_out_though_a_worker_is_killed(cluster: Any) -> None:
    alone = run(*REPORT)
    away = run(*REPORT, "--scheduler", cluster.scheduler_address)
    assert (away.returncode, away.stderr) == (alone.returncode, alone.stderr)
    assert away.stdout == alone.stdout
    killed = threading.Thread(target=_kill_one, args=(cluster,))
    killed.start()
    away = run(*REPORT, "--scheduler", cluster.scheduler_address, "--send-files")
    killed.join()
    assert away.stdout == alone.stdout


def test_where_the_cluster_is_lost_the_rest_is_read_here(cluster: Any) -> None:
    alone = run(*REPORT)
    killed = threading.Thread(target=_kill_one, args=(cluster, cluster.close))
    killed.start()
    away = run(*REPORT, "--scheduler", cluster.scheduler_address)
    killed.join()
    assert (away.stdout, away.stderr) == (alone.stdout, alone.stderr)


def _kill_one(cluster: Any, then: Callable[[], object] = lambda: None) -> None:
    """Kill a worker as soon as it has something to do."""
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            busy = [worker for worker, tasks in client.processing().items() if tasks]
            if busy:
                pids = client.run(os.getpid, workers=busy[:1])
                os.kill(next(iter(pids.values())), signal.SIGKILL)
                then()
                return
            time.sleep(0.001)


def test_no_scheduler_is_wrong_usage() -> None:
    answer = run(*REPORT, "--scheduler", "tcp://127.0.0.1:9")
    assert answer.returncode == 2
    assert "no Dask scheduler answers at 'tcp://127.0.0.1:9'" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_what_answers_without_a_word_is_no_scheduler() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        answer = run(*REPORT, "--scheduler", address)
    assert answer.returncode == 2
    assert f"no Dask scheduler answers at '{address}'" in answer.stderr


def test_an_address_that_needs_more_than_is_there_is_wrong_usage() -> None:
    answer = run(*REPORT, "--scheduler", "tls://127.0.0.1:9")
    assert answer.returncode == 2
    assert "Dask can't ask a scheduler at 'tls://127.0.0.1:9': " in answer.stderr


@pytest.mark.parametrize("place", ["scheduler", "send-files"])
def test_a_configuration_names_no_scheduler(tmp_path: Path, place: str) -> None:
    (tmp_path / "iflint.toml").write_text(f'{place} = "tcp://127.0.0.1:9"\n')
    answer = run("check", ".", cwd=tmp_path)
    assert answer.returncode == 2
    assert place in answer.stderr
