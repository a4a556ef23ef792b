"""A report with what only pictures need: how the flows are drawn, and every certificate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.certificate_uses import uses_of
from iflint.engine.checks import report_of, sessions
from iflint.report.report import FlowDiagram, IllustratedReport, Report

if TYPE_CHECKING:
    from iflint.options import Options


def check(paths: Sequence[str], options: Options) -> IllustratedReport:
    """What `iflint.engine.checks.check` reports, with its illustrations; raises the same."""
    options = msgspec.structs.replace(options, diagrams=True)
    named = sessions(paths, options)
    report = report_of(named, options)
    flows = named[0][1].inputs.flows
    return IllustratedReport(
        **{name: getattr(report, name) for name in Report.__struct_fields__},
        diagrams=tuple(
            FlowDiagram(flow.location, flow.diagram) for flow in flows if flow.diagram is not None
        ),
        uses=uses_of(named),
    )
