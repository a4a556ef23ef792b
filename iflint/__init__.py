"""iflint finds the SAP Cloud Integration sender channels whose client certificate will fail."""

from __future__ import annotations

from iflint.__version__ import __version__ as __version__

TYPE_CHECKING = False  # `typing` takes long to import, and signals are watched only behind it
if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike
    from typing import Any

    from iflint.options import Options
    from iflint.report.report import Report

__all__ = ["check", "check_each"]


def check(*paths: str | PathLike[str], **settings: Any) -> Report:
    """Check the integration flows under ``paths`` (default: the current directory).

    ``settings`` are those of `iflint.options.Options`: ``certificates``, ``parameters``,
    ``roots``, ``platform``, ``as_of`` (an aware datetime), ``expiry_days``, ``select``,
    ``ignore``, ``exclude``, … Raises `iflint.options.UsageError` or FileNotFoundError when
    something is asked for that can't be done; what can't be read is in the report. Whatever is a
    path may be a `pathlib.Path`, too.
    """
    from iflint.engine.run import check as run

    return run(_plain(paths) or (".",), _options(settings))


def check_each(*paths: str | PathLike[str], **settings: Any) -> Iterator[Report]:
    """The same thing by thing: first what belongs to no flow, then each flow, as it is judged.

    ``settings`` and what is raised are those of `check`. What is said of a run as a whole, what
    suppressions and a baseline say and what several environments come to is left to the caller.
    """
    from iflint.engine.run import check_each as run

    return run(_plain(paths) or (".",), _options(settings))


def _options(settings: dict[str, Any]) -> Options:
    from iflint.options import Options

    return Options(**{name: _plain(value) for name, value in settings.items()})


def _plain(value: Any) -> Any:
    """A value with its paths as texts."""
    if isinstance(value, (list, tuple)):
        return tuple(map(_plain, value))
    return value.__fspath__() if hasattr(value, "__fspath__") else value
