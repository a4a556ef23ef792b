"""A report with what only pictures need: how flows with findings are drawn, every certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.answers.certificate_uses import uses_of
from iflint.report.report import FlowDiagram, IllustratedReport, Report

if TYPE_CHECKING:
    from iflint.engine.run import Run


def illustrated(report: Report, run: Run) -> IllustratedReport:
    """The ``report`` of a run that read ``diagrams``, with its illustrations.

    A flow is drawn where a finding stands on one of its channels.
    """
    found = {each.iflow.location for each in report.findings if each.iflow and each.channel}
    return IllustratedReport(
        **{name: getattr(report, name) for name in Report.__struct_fields__},
        diagrams=tuple(
            FlowDiagram(flow.told.location, drawn)
            for flow in run.first.flows.kept
            if flow.told.location in found and (drawn := flow.read.drawn()) is not None
        ),
        uses=uses_of(run.sessions),
    )
