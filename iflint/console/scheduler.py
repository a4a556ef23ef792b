"""A Dask scheduler as an executor: its workers read for a run."""

from __future__ import annotations

import logging
from concurrent.futures import Executor
from typing import Any

from iflint.__version__ import __version__
from iflint.console.interface import WrongUsage
from iflint.words.visible import shown

_PATIENCE = 10
"""Seconds for which a scheduler is waited for."""
_EXTRA = "--scheduler needs more than is installed; install it with: pip install 'iflint[dask]'"


def connected(address: str) -> Executor:
    """The workers of the scheduler at an address; they must have this very iflint.

    Raises WrongUsage where none answers there.
    """
    try:
        import distributed
    except ImportError:
        raise WrongUsage([_EXTRA]) from None
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    named = shown(address, 200)
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
        versions: dict[str, Any] = client.run(_version, on_error="return")
    except (OSError, ValueError, TimeoutError):
        told = f"no Dask scheduler answers at {named}; check the address, and that it runs"
        raise WrongUsage([told]) from None
    if not versions:
        raise WrongUsage([f"the Dask scheduler at {named} has no workers"])
    other = [f"{worker}: {found}" for worker, found in versions.items() if found != __version__]
    if other:
        told = shown(other[0], 200)
        raise WrongUsage([f"each worker needs iflint {__version__}, and one has another: {told}"])
    executor: Executor = client.get_executor(pure=False)
    return executor


def _version() -> str:
    """On a worker: which iflint it has."""
    return __version__
