"""The report as one HTML page that needs nothing from outside: for people, with every drawing."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from typing import TYPE_CHECKING, Any

from iflint.places.packaged import packaged_file
from iflint.report.report import IllustratedReport
from iflint.reporters import Needs
from iflint.reporters.drawing import flow as drawing
from iflint.reporters.html_callers import caller_views, findings_of
from iflint.reporters.html_findings import ahead, errors, finding_views
from iflint.reporters.html_views import choices, flow_views, timeline
from iflint.reporters.remarks import remarks
from iflint.words.visible import visible

if TYPE_CHECKING:
    from jinja2 import Environment

    from iflint.report.certificate_list import CertificateUses
    from iflint.report.report import Report

NEEDS = Needs(describe_rules=True, illustrated=True)

_CI_COMMAND = re.compile(r"#(?=#(?:vso|teamcity)?\[)", re.IGNORECASE)
"""What a CI server would obey if the page went to its log (see `iflint.words.visible.inert`)."""


def render(report: Report) -> str:
    """The page: what breaks next, the flows with their drawings and findings, and all the rest."""
    illustrated = report if isinstance(report, IllustratedReport) else None
    uses = illustrated.uses if illustrated else None
    findings = finding_views(report, uses)
    callers = caller_views(report, findings)
    flows = flow_views(report, illustrated.diagrams if illustrated else (), findings, callers)
    told = findings_of(callers)
    placed = {view.number for flow in flows for view in flow.findings}
    placed |= {view.number for view, _ in told}
    codes = {each.code for each in (*report.findings, *report.known, *report.suppressed)}
    return _page(
        "report.html",
        report=report,
        remarks=remarks(report),
        clock=report.as_of,
        choices=choices(report),
        errors=errors(findings),
        ahead=ahead(findings),
        flows=flows,
        callers=callers,
        of_callers=told,
        opened_by={view.number: opened for view, opened in told},
        others=[view for view in findings if view.number not in placed],
        findings=findings,
        rules=[rule for rule in report.rules if rule.code in codes],
        timeline=timeline(uses, findings) if uses else None,
    )


def certificates_page(uses: CertificateUses) -> str:
    """The page of `iflint certificates`: the timeline, each certificate's chain, who needs it."""
    return _page("certificates.html", uses=uses, clock=uses.as_of, timeline=timeline(uses))


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
        "symbols": drawing.SYMBOLS,
    }
    return environment
