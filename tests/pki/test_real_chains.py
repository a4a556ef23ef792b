"""What is known of real chains, at several dates; skips where they are not at hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from iflint.answers.chains import judged_chains
from iflint.options import Options
from iflint.report.certificate_list import Standing

REAL_CHAINS = Path(__file__).resolve().parents[2] / "../shared/reference/real-chains.pem"

pytestmark = pytest.mark.skipif(
    not REAL_CHAINS.exists(), reason="the shared reference folder is not here"
)

DIGICERT = "CN=DigiCert TLS RSA SHA256 2020 CA1"
BALTIMORE = "CN=Cloudflare Inc ECC CA-3"
ENTRUST = "CN=Entrust Certification Authority - L1K"
TIME_STAMP = "CN=DigiCert Timestamp 2022 - 2"
SAP_CLIENT = "CN=32783526e67e"
SAP_CA = "CN=SAP BTP Client CA"


def trees(day: str, platform: str = "cf") -> dict[str, Standing]:
    """The tree of each certificate of the file on a day, by its subject."""
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    options = Options(as_of=moment, platform=platform)
    found = judged_chains([str(REAL_CHAINS)], options, every=True)
    assert not found.problems
    return {tree.steps[0].subject: tree for tree in found.trees}


def tree(subject: str, day: str, platform: str = "cf") -> Standing:
    (one,) = (t for name, t in trees(day, platform).items() if name.startswith(subject))
    return one


@pytest.mark.parametrize(
    ("subject", "day", "platform", "verdict", "reason"),
    [
        (DIGICERT, "2024-02-20", "cf", "works", ""),
        (DIGICERT, "2026-06-02", "cf", "works", ""),
        (DIGICERT, "2026-06-03", "cf", "fails", "removed from the list in release 3.0.0"),
        (DIGICERT, "2026-11-24", "neo", "uncertain", "on only one of the two lists for Neo"),
        (ENTRUST, "2026-06-02", "cf", "works", ""),
        (ENTRUST, "2026-06-03", "cf", "fails", "removed from the list in release 3.0.0"),
        (BALTIMORE, "2024-12-31", "cf", "works", ""),
        (BALTIMORE, "2025-01-01", "cf", "fails", "it expired on 2024-12-31"),
        (BALTIMORE, "2025-04-15", "cf", "fails", "removed from the list in release 2.0.0"),
        (TIME_STAMP, "2024-02-20", "cf", "fails", "lacks Client Authentication"),
        (SAP_CLIENT, "2024-02-20", "cf", "works", ""),
        (SAP_CLIENT, "2024-02-22", "cf", "fails", "the certificate itself: it expired"),
        (SAP_CLIENT, "2024-03-27", "cf", "fails", "the intermediate CN=Zero Trust Identity"),
        (SAP_CA, "2026-11-24", "cf", "works", ""),
    ],
)
def test_a_verdict(subject: str, day: str, platform: str, verdict: str, reason: str) -> None:
    found = tree(subject, day, platform)
    assert found.verdict == verdict
    assert any(reason in said for said in found.reasons) or not reason


def test_a_root_that_is_known_without_its_file() -> None:
    found = tree(DIGICERT, "2024-02-20")
    *_, root = found.steps
    assert root.role == "root"
    assert root.places == ()
    assert "since 1.0.0 (2024-02-13), removed in 3.0.0 (2026-06-03)" in root.known_as
    assert found.holds_until == datetime(2026, 6, 3, tzinfo=UTC)


def test_the_steps_of_a_chain_of_saps() -> None:
    found = tree(SAP_CLIENT, "2024-02-20")
    assert [step.subject.split(",")[0] for step in found.steps[1:]] == [
        "CN=Zero Trust Identity Service CA",
        "CN=SAP BTP Client CA",
        "CN=SAP Cloud Root CA",
    ]
    assert [step.role for step in found.steps] == ["client", "intermediate", "intermediate", "root"]


def test_each_root_of_the_file_is_its_own_end() -> None:
    roots = [one for one in trees("2026-11-24").values() if len(one.steps) == 1]
    assert len(roots) == 5
    assert {one.verdict for one in roots if "ISRG" not in one.steps[0].subject} == {"works"}
