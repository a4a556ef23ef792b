"""Functions from one immutable Report to text; none computes a verdict or knows a rule.

Each reporter is a module with ``render(report, …) -> str`` and constants that tell what it needs.
The engine has to fill for it ``report.rules`` (``DESCRIBE_RULES``) and the exact location of every
channel and entry (``WHOLE_INVENTORY``), what `iflint fix` would write (``FIXES``), or what is only
in an `IllustratedReport` (``ILLUSTRATED``). A text ``FOR_PEOPLE`` gets the ``colour``, ``width``
and ``ascii`` of its console, and nothing in it is a command to a CI server. ``TAKES`` names what
else ``render`` is given of the run, such as ``verbose`` or ``fail_level``.
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
    "concise": "iflint.reporters.concise",
    "github": "iflint.reporters.github",
    "gitlab": "iflint.reporters.gitlab",
    "junit": "iflint.reporters.junit",
    "markdown": "iflint.reporters.job_summary",
    "html": "iflint.reporters.html",
}
"""The name of each format, and the module that writes it."""


def load(name: str) -> ModuleType:
    """The module of the format ``name``; raises KeyError for one that does not exist."""
    return importlib.import_module(REPORTERS[name])
