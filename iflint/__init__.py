"""iflint finds the SAP Cloud Integration sender channels whose client certificate will fail."""

from __future__ import annotations

from iflint.__version__ import __version__ as __version__

TYPE_CHECKING = False  # `typing` takes long to import, and signals are watched only behind it
if TYPE_CHECKING:
    from os import PathLike
    from typing import Any

    from iflint.report.report import Report

__all__ = ["check"]


def check(*paths: str | PathLike[str], **settings: Any) -> Report:
    """Check the integration flows under ``paths`` (default: the current directory).

    ``settings`` are those of `iflint.options.Options`: ``certificates``, ``parameters``,
    ``roots``, ``platform``, ``as_of`` (an aware datetime), ``expiry_days``, ``select``,
    ``ignore``, ``exclude``, … Raises `iflint.options.UsageError` or FileNotFoundError when
    something is asked for that can't be done; what can't be read is in the report. Whatever is a
    path may be a `pathlib.Path`, too.
    """
    from os import fspath

    from iflint.engine.run import check as run
    from iflint.options import Options

    def plain(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(map(plain, value))
        return fspath(value) if hasattr(value, "__fspath__") else value

    named = {name: plain(value) for name, value in settings.items()}
    return run(plain(paths) or (".",), Options(**named))
