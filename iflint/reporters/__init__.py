"""Functions from one immutable Report to text; none computes a verdict or knows a rule.

Each reporter is a module with ``render(report, …) -> str`` and two constants that tell what the
engine has to fill for it: ``DESCRIBE_RULES`` (``report.rules``) and ``WHOLE_INVENTORY`` (the
exact location of every channel and entry).
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

REPORTERS = {
    "text": "iflint.reporters.text",
    "sarif": "iflint.reporters.sarif",
    "json": "iflint.reporters.json",
}
"""The name of each format, and the module that writes it."""


def load(name: str) -> ModuleType:
    """The module of the format ``name``; raises KeyError for one that does not exist."""
    return importlib.import_module(REPORTERS[name])
