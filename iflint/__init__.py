"""iflint finds the SAP Cloud Integration sender channels whose client certificate will fail."""

from __future__ import annotations

from iflint.__version__ import __version__ as __version__

TYPE_CHECKING = False  # `typing` takes long to import, and signals are watched only behind it
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from iflint.report.report import Report

__all__ = ["check", "check_each"]


def check(*paths: str, **settings: Any) -> Report:
    """Check the integration flows under ``paths`` (default: the current directory).

    ``settings`` are those of `iflint.options.Options`: ``certificates``, ``parameters``,
    ``roots``, ``platform``, ``as_of`` (an aware datetime), ``expiry_days``, ``select``,
    ``ignore``, ``exclude``, … Raises `iflint.options.UsageError` or FileNotFoundError when
    something is asked for that can't be done; what can't be read is in the report.
    """
    from iflint.engine.run import check as run
    from iflint.options import Options

    return run(paths or (".",), Options(**settings))


def check_each(*paths: str, **settings: Any) -> Iterator[Report]:
    """The same thing by thing: first what belongs to no flow, then each flow, as it is judged.

    ``settings`` and what is raised are those of `check`. What is said of a run as a whole, what
    suppressions and a baseline say and what several environments come to is left to the caller.
    """
    from iflint.engine.run import check_each as run
    from iflint.options import Options

    return run(paths or (".",), Options(**settings))
