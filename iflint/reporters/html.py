"""The report as one HTML page that needs nothing from outside: for people, with every drawing."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from iflint.places.packaged import packaged_file
from iflint.report.findings import Severity
from iflint.report.report import IllustratedReport
from iflint.reporters import Needs
from iflint.reporters.causes import causes_of, headline, tally
from iflint.reporters.drawing import flow as drawing
from iflint.reporters.html_callers import caller_views
from iflint.reporters.html_findings import cause_views, ending, partner, placed
from iflint.reporters.html_views import MOST_ENDING, choices, flow_views, timeline
from iflint.reporters.opened import OpenedBy
from iflint.reporters.remarks import remarks
from iflint.words.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jinja2 import Environment

    from iflint.places.location import FileLocation
    from iflint.report.certificate_list import CertificateUse, CertificateUses
    from iflint.report.report import Report
    from iflint.reporters.html_views import FlowView

NEEDS = Needs(inventory=True, describe_rules=True, illustrated=True, settings=("title",))

_MOST_CALLERS = 50
"""Service keys and mappings in the table. Ours: those with findings come first."""
_CI_COMMAND = re.compile(r"#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)
"""What a CI server would obey if the page went to its log (see `iflint.words.visible.inert`)."""


def render(report: Report, *, title: str | None = None) -> str:
    """The page: what to do by day, what ends next, and the flows that a finding stands in.

    Its size grows with what was found, not with what was looked at. ``title`` stands above all;
    without one, the name of the repository or folder.
    """
    illustrated = report if isinstance(report, IllustratedReport) else None
    uses = illustrated.uses if illustrated else None
    sorted_causes = causes_of(report.findings)
    causes = cause_views(sorted_causes, uses)
    findings = list(placed(causes))
    callers = caller_views(report, findings)
    flows = flow_views(report, illustrated.diagrams if illustrated else (), findings, callers)
    ends = timeline(uses, findings, ending(report.findings)) if uses else None
    told = {view.certificate for view in causes}
    told |= {row.number for row in ends.needed[:MOST_ENDING]} if ends else set()
    codes = {each.code for each in (*report.findings, *report.known, *report.suppressed)}
    return _page(
        "report.html",
        report=report,
        title=title or posixpath.basename(report.root) or "iflint report",
        remarks=remarks(report),
        clock=report.as_of,
        headline=headline(sorted_causes, report.outcomes),
        counts=str(tally(sorted_causes)),
        severities=[(severity.value, report.count(severity)) for severity in Severity],
        choices=choices(causes),
        causes=causes,
        flows=flows,
        rows=_rows(flows),
        anchors={f"c{flow.number}-{view.number}" for flow in flows for view in flow.channels},
        callers=callers,
        most_callers=_MOST_CALLERS,
        told_callers={view.number for view in callers[:_MOST_CALLERS]},
        opens=OpenedBy(report).named_in,
        rules=[rule for rule in report.rules if rule.code in codes],
        timeline=ends,
        certificates=[each for each in _numbered(uses) if each[0] in told] if uses else [],
    )


def certificates_page(uses: CertificateUses) -> str:
    """The page of `iflint certificates`: the timeline, each certificate's chain, who needs it."""
    return _page(
        "certificates.html",
        uses=uses,
        clock=uses.as_of,
        timeline=timeline(uses),
        certificates=_numbered(uses),
    )


def _numbered(uses: CertificateUses) -> list[tuple[int, CertificateUse]]:
    return list(enumerate(uses.certificates, 1))


def _rows(flows: Iterable[FlowView]) -> dict[tuple[FileLocation, int], str]:
    """The row of the page in which each channel stands that has a finding."""
    return {
        (flow.iflow.location, view.channel.ordinal): f"c{flow.number}-{view.number}"
        for flow in flows
        for view in reversed(flow.channels)
        if view.findings
    }


def _page(template: str, **values: Any) -> str:
    style = _read("page.css") + drawing.STYLE
    script = _read("page.js")
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = _environment().get_template(template)
    text = page.render(**values, style=style, script=script, policy=policy)
    return _CI_COMMAND.sub("&#35;", text) + "\n"


def _read(name: str) -> str:
    return packaged_file(f"reporters/page/{name}").decode()


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _environment() -> Environment:
    """The templates; whatever they show is made visible and escaped in this one place."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    from iflint.reporters import html_views, sentences
    from iflint.words import wording

    def shown(value: object) -> object:
        return visible(value) if isinstance(value, str) and type(value) is not Markup else value

    environment = Environment(
        loader=FunctionLoader(_read),
        autoescape=True,
        finalize=shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "safe_markup": Markup,
        "cut": lambda text: sentences.cut(visible(text)),
        "shown": sentences.shown,
    }
    environment.globals |= {
        "sentences": sentences,
        "wording": wording,
        "views": html_views,
        "partner": partner,
        "symbols": drawing.SYMBOLS,
    }
    return environment
