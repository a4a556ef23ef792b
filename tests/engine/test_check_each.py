"""The same findings, flow by flow."""

from __future__ import annotations

from pathlib import Path

import iflint
from iflint.values import parse_as_of

AS_OF = parse_as_of("2026-11-24")
FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"


def test_what_is_found_comes_flow_by_flow() -> None:
    folder = str(FIXTURES / "demo")
    whole = iflint.check(folder, as_of=AS_OF)
    first, *others = iflint.check_each(folder, as_of=AS_OF)
    assert not first.iflows
    assert {each.location.path for report in others for each in report.iflows} == {
        each.location.path for each in whole.iflows
    }
    found = {each.fingerprint for report in (first, *others) for each in report.findings}
    assert found == {each.fingerprint for each in whole.findings}
    assert all(len({flow.id for flow in report.iflows}) == 1 for report in others)
    assert all(report.callers == () and report.skipped == () for report in others)
