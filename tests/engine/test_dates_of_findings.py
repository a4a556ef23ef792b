"""A finding says since when something fails: never before there was anything to fail."""

from datetime import UTC, datetime

import iflint
from exports import FIXTURES

CASE = FIXTURES / "rules" / "unsupported-root" / "bad-removed-root"


def test_a_certificate_issued_after_its_root_was_removed_is_broken_from_its_first_day() -> None:
    (finding,) = iflint.check(
        str(CASE),
        roots=(str(FIXTURES / "rules" / "trust-table.json"),),
        select=("IFL201",),
        as_of=datetime(2026, 11, 24, tzinfo=UTC),
    ).findings
    assert "removed in release 2.0.0 (2025-04-15)" in finding.message
    assert finding.certificate is not None
    assert finding.certificate.not_before == datetime(2026, 3, 2, tzinfo=UTC)
    assert finding.broken_since == finding.certificate.not_before
