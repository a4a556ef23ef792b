"""A report with what only pictures need: how the flows are drawn, and every certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.answers.certificate_uses import uses_of
from iflint.report.report import FlowDiagram, IllustratedReport, Report

if TYPE_CHECKING:
    from iflint.engine.run import Run


def illustrated(report: Report, run: Run) -> IllustratedReport:
    """The ``report`` of a run that read ``diagrams``, with its illustrations."""
    return IllustratedReport(
        **{name: getattr(report, name) for name in Report.__struct_fields__},
        diagrams=tuple(
            FlowDiagram(flow.location, flow.diagram)
            for flow in run.first.flows
            if flow.diagram is not None
        ),
        uses=uses_of(run.sessions),
    )
