"""A Dask scheduler as an executor: its workers read for a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from iflint.__version__ import __version__
from iflint.console.interface import WrongUsage
from iflint.words.visible import shown

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 10
"""Seconds for which a scheduler is waited for, and after which a task needs a worker."""
_EXTRA = "--scheduler needs more than is installed; install it with: pip install 'iflint[dask]'"


class _Answer(Future[T]):
    """What a cluster gives back; it raises where the scheduler is lost, and the last worker."""

    def __init__(self, client: Any, asked: Any) -> None:
        super().__init__()
        self._client = client
        self._asked = asked

    def result(self, timeout: float | None = None) -> T:  # noqa: ARG002 - nobody asks for one
        """The result, as soon as it is there."""
        while True:
            try:
                answer: T = self._asked.result(timeout=_PATIENCE)
            except TimeoutError:
                if self._asked.done():  # it is the task's own
                    raise
                if not self._client.scheduler_info()["workers"]:
                    raise BrokenExecutor("no worker is left") from None
            else:
                return answer


class _Cluster(Executor):
    """The workers of a cluster.

    Not Dask's own executor, whose results never come once the scheduler is lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return _Answer(self._client, self._client.submit(fn, *args, pure=False, **kwargs))


def connected(address: str) -> Executor:
    """The workers of the scheduler at an address; they must have this very iflint.

    Raises WrongUsage where none answers there.
    """
    try:
        import distributed
    except ImportError:
        raise WrongUsage([_EXTRA]) from None
    logging.disable(logging.CRITICAL)  # Dask's loggers have levels of their own
    named = shown(address, 200)

    def asked() -> tuple[Any, dict[str, Any]]:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        return client, client.run(_version, on_error="return")

    try:  # in a thread: Dask waits as long as it likes for what answers without a word
        client, versions = ThreadPoolExecutor(1).submit(asked).result(timeout=2 * _PATIENCE)
    except (OSError, ValueError, TimeoutError):
        told = f"no Dask scheduler answers at {named}; check the address, and that it runs"
        raise WrongUsage([told]) from None
    except Exception as error:  # what an address needs besides: certificates, another package
        told = f"Dask can't ask a scheduler at {named}: {shown(str(error), 200)}"
        raise WrongUsage([told]) from None
    if not versions:
        raise WrongUsage([f"the Dask scheduler at {named} has no workers"])
    other = [f"{worker}: {found}" for worker, found in versions.items() if found != __version__]
    if other:
        told = shown(other[0], 200)
        raise WrongUsage([f"each worker needs iflint {__version__}, and one has another: {told}"])
    return _Cluster(client)


def _version() -> str:
    """On a worker: which iflint it has."""
    return __version__
