"""The whole report as JSON, for other programs; `docs/report.schema.json` is its schema."""

from __future__ import annotations

import posixpath
from typing import Final, Literal

import msgspec

from iflint.report import IllustratedReport, Report
from iflint.reporters.encoding import dumped

DESCRIBE_RULES = True
WHOLE_INVENTORY = True
ILLUSTRATED = False
FIXES = True
FOR_PEOPLE = False
TAKES = ()

SCHEMA: Final = "https://iflint.readthedocs.io/en/stable/report.schema.json"
"""Names the schema; nothing is ever fetched from there."""


class Document(msgspec.Struct, frozen=True, kw_only=True, rename={"schema": "$schema"}):
    """A report in its envelope.

    ``version`` is the format's: it changes when a field is renamed, removed or means something
    else, not when one is added. ``report.version`` is iflint's own.
    """

    schema: Literal["https://iflint.readthedocs.io/en/stable/report.schema.json"] = SCHEMA
    version: Literal["1"] = "1"
    report: Report


def render(report: Report) -> str:
    """The report as indented JSON; keys stand in the order of the schema.

    ``directory`` becomes ``.`` and ``root`` the way from there to the repository's root, so that
    the same input gives the same bytes on every machine.
    """
    if isinstance(report, IllustratedReport):
        report = report.plain
    way = posixpath.relpath(report.root, report.directory)
    return dumped(Document(report=msgspec.structs.replace(report, directory=".", root=way)))
