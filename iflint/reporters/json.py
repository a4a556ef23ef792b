"""The whole report as JSON, for other programs, and the list of certificates (`docs/json.md`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.links import schema_id
from iflint.places.paths import from_root
from iflint.report.pieces import Pieces
from iflint.report.report import IllustratedReport, Report
from iflint.reporters import Needs
from iflint.reporters.causes import causes_of, tally
from iflint.reporters.encoding import dumped, with_items
from iflint.reporters.remarks import remarks
from iflint.reporters.sentences import scope
from iflint.words.visible import visible

if TYPE_CHECKING:
    from iflint.report.certificate_list import CertificateUses

NEEDS = Needs(inventory=True, describe_rules=True, fixes=True)


def _envelope(name: str) -> dict[str, str]:
    """What stands first: ``formatVersion`` changes when a field is renamed, removed or means
    something else, not when one is added.
    """
    return {
        "$schema": schema_id(name),
        "format": f"iflint-{name}",
        "formatVersion": "1",
    }


_IFLOWS = '\n    "iflows": []'
"""How a report without flows has them, two levels deep."""
REPORT, CERTIFICATES = _envelope("report"), _envelope("certificates")


def render(report: Report) -> Pieces:
    """The report as indented JSON, in its envelope; keys stand in the order of the schema.

    ``directory`` becomes ``.`` and ``root`` the way from there to the repository's root, so that
    the same input gives the same bytes on every machine.
    """
    if isinstance(report, IllustratedReport):
        report = report.plain
    way = from_root(report.root, report.directory)
    told = msgspec.structs.replace(report, directory=".", root=way)
    counts = msgspec.structs.asdict(tally(causes_of(report.findings)))
    said = [msgspec.structs.replace(each, text=visible(each.text)) for each in remarks(report)]
    envelope = {**REPORT, "summary": scope(report), **counts, "remarks": said}
    without = msgspec.structs.replace(told, iflows=())
    return Pieces(with_items(dumped({**envelope, "report": without}), _IFLOWS, told.iflows))


def certificates(uses: CertificateUses) -> str:
    """The list of certificates as indented JSON, beside the fields of its envelope."""
    return dumped({**CERTIFICATES, **msgspec.structs.asdict(uses)})
