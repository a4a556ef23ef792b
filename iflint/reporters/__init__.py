"""Functions from one immutable Report to text; none computes a verdict or knows a rule.

Each reporter is a module with ``render(report, …)`` and its `Needs`, called ``NEEDS``. A text that
grows with what was looked at is no string but `Pieces`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from types import ModuleType


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter needs besides the findings and the sender channels.

    One that lists what was looked at, and so grows with it, needs the ``inventory``.
    The report then has its ``rules`` (``describe_rules``), the exact location of every channel and
    entry (``whole_inventory``), what `iflint fix` would write (``fixes``), and what is only in an
    `IllustratedReport` (``illustrated``). For a text that is read on a ``console``, ``render`` is
    given the ``colour``, ``width`` and ``ascii`` of it, and nothing in the text is a command to a
    CI server. Where a format has no room for what was looked at, that is said beside the report
    (``scope_aside``). ``settings`` names what else ``render`` is given of the run, such as
    ``verbose``.
    """

    inventory: bool = False
    describe_rules: bool = False
    whole_inventory: bool = False
    fixes: bool = False
    illustrated: bool = False
    console: bool = False
    scope_aside: bool = False
    settings: tuple[str, ...] = ()


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
