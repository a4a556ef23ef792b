"""A baseline knows the findings of a row that is written otherwise, and of no other row."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

import iflint
from exports import Channel, Flow, bundle, write_tree, zipped
from iflint.engine import baseline

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
PAIR = ("CN=*,OU=shop, O=", "CN=Issuer, C=DE")


@pytest.fixture
def repository(tmp_path):
    (tmp_path / ".git").mkdir()
    return tmp_path


def check(folder, *pairs, **more):
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", pairs)])
    write_tree(folder, {"Orders.zip": zipped(bundle(flow))})
    more["select"] = ["IFL305", "IFL306"]
    return iflint.check(".", as_of=CLOCK, directory=str(folder), **more)


def known(folder, *pairs):
    path = folder / "known.json"
    path.write_text(baseline.written(baseline.of_report(check(folder, *pairs))), "utf-8")
    return str(path)


@pytest.mark.parametrize(
    "pair",
    [
        ("CN=*,OU=shop,O=", "CN=Issuer, C=DE"),
        ("cn=*, ou=SHOP,  O=", "CN=issuer,C=de"),
    ],
)
def test_blanks_and_letter_case_make_no_new_finding(repository, pair) -> None:
    before = check(repository, PAIR).findings
    assert before
    report = check(repository, pair, baseline=known(repository, PAIR))
    assert report.findings == ()
    assert [f.code for f in report.known] == [f.code for f in before]
    assert report.baseline.vanished == ()
    assert {row.subject for row in report.baseline.moved} == {PAIR[0]}


def test_a_row_may_be_written_otherwise_in_a_renamed_export(repository) -> None:
    """An export of a newer version has another name, and whoever exports it may edit a row."""
    path = known(repository, PAIR)
    before = check(repository, PAIR).findings
    (repository / "Orders.zip").unlink()
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [("CN=*,OU=shop,O=", PAIR[1])])])
    write_tree(repository, {"1.0.1/Orders-1.0.1.zip": zipped(bundle(flow))})
    report = iflint.check(
        ".", as_of=CLOCK, directory=str(repository), select=["IFL305", "IFL306"], baseline=path
    )
    assert [f.code for f in report.known] == [f.code for f in before]
    assert (report.findings, report.baseline.vanished) == ((), ())


@pytest.mark.parametrize(
    "pair", [("CN=*,OU=shop, O=X", PAIR[1]), (PAIR[0], "C=DE, CN=Issuer"), ("CN=*", PAIR[1])]
)
def test_another_pair_is_new(repository, pair) -> None:
    report = check(repository, pair, baseline=known(repository, PAIR))
    assert report.known == ()
    assert report.findings != ()


def test_a_second_row_beside_the_known_one_is_new(repository) -> None:
    other = ("CN=*,OU=SHOP,O=", PAIR[1])
    report = check(repository, PAIR, other, baseline=known(repository, PAIR))
    assert {f.entry.subject for f in report.known} == {PAIR[0]}
    assert [(f.code, f.entry.subject) for f in report.findings] == [("IFL305", other[0])]


def test_writing_the_baseline_again_notes_the_new_spelling(repository) -> None:
    before = baseline.BaselineFile(known(repository, PAIR)).baseline
    report = check(repository, ("CN=*,OU=shop,O=", PAIR[1]), baseline=before.path)
    rows = baseline.of_report(report, before)
    assert {row.subject for row in rows} == {"CN=*,OU=shop,O="}
    assert len(rows) == len(list(before.rows))
