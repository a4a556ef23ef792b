"""A session that is asked with something else in force keeps nothing that came from before."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from iflint.engine.session import Session
from iflint.judging.judge import Judge
from iflint.options import Options

DEMO = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
LATER = datetime(2027, 3, 1, tzinfo=UTC)


@pytest.fixture
def session() -> Session:
    clock = datetime(2026, 11, 24, tzinfo=UTC)
    roots = (str(DEMO / "trust-table.json"),)
    session = Session([str(DEMO)], Options(as_of=clock, roots=roots, select=("IFL1",)))
    assert session.report().entries_joined
    return session


def test_other_certificates_give_other_verdicts(session: Session) -> None:
    assert session.with_certificates(()).report().entries_joined == 0
    assert session.report().entries_joined


def test_other_roots_give_other_verdicts(session: Session) -> None:
    oldest = min(session.trust.table.releases)
    assert session.of_release(oldest).report().iflows != session.report().iflows


def test_other_rules_are_asked(session: Session) -> None:
    assert len(session.with_every_rule().rules) > len(session.rules)


def test_parts_keep_what_was_judged_at_the_clock(session: Session, monkeypatch) -> None:
    judged = []
    judge = Judge.judge
    monkeypatch.setattr(Judge, "judge", lambda *given: (judged.append(1), judge(*given))[1])
    parts = [part.at(session.as_of) for part in session.smallest_parts()]
    found = [finding for part in parts for finding in part.findings(session.as_of)]
    assert {finding.code for finding in found} == {
        finding.code for finding in session.findings(session.as_of)
    }
    assert not judged
    assert [part.at(LATER).findings(LATER) for part in parts]
    assert judged
