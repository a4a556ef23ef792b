"""Fixes that are good by themselves and not together, told apart without files."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

import iflint
from iflint.fixes.proofs import Candidate, Prover
from iflint.fixes.texts import Change
from iflint.places.edits import Edit
from iflint.places.location import FileLocation, Location
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    EntryReference,
    Finding,
    IflowReference,
    Severity,
)

FLOW = FileLocation("flow.iflw")
CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
CERTIFICATE = CertificateReference("CN=s", "CN=i", "0" * 64, CLOCK, CLOCK, ())


def finding(code, ordinal=None, channel=1) -> Finding:
    """An error, at an entry of the flow or of the run as a whole."""
    of_entry = ordinal is not None
    return Finding(
        code=code,
        name=code.lower(),
        severity=Severity.ERROR,
        message=f"{code} at {ordinal}",
        remedy="-",
        location=Location(FLOW),
        iflow=IflowReference("f", "f", "1", None, FLOW) if of_entry else None,
        channel=ChannelReference("c", channel, "c", "HTTPS", "/c", "/c") if of_entry else None,
        entry=EntryReference(ordinal, "CN=s", "CN=i") if of_entry else None,
        fingerprint=f"{code} {channel} {ordinal}",
    )


def test_of_a_fix_that_harms_another_one_only_it_is_told_what_would_be_found(tmp_path) -> None:
    empty = iflint.check(str(tmp_path), as_of=CLOCK)
    wrong = {channel: finding("WRONG", 1, channel) for channel in (1, 2, 3)}
    first, second, third = (
        Candidate(("", FLOW, channel, 1), (each,), (), ("s", "i"))
        for channel, each in wrong.items()
    )

    def judge(candidates):
        fixed = {candidate.place[2] for candidate in candidates}
        found = [each for channel, each in wrong.items() if channel not in fixed]
        if {1, 2} <= fixed and 3 not in fixed:
            found.append(msgspec.structs.replace(finding("HARM", 1), certificate=CERTIFICATE))
        if 3 in fixed:
            found.append(finding("RUN"))
        return [msgspec.structs.replace(empty, findings=tuple(found))]

    prover = Prover(judge(()), judge, about_pairs=(), unsafe=False)
    assert list(prover.good([first, second, third])) == [first]
    refused = {each.candidate: each for each in prover.failed}
    assert [each.code for each in refused[second].findings] == ["HARM"]
    assert refused[second].unsafe
    assert [each.code for each in refused[third].findings] == ["RUN"]
    assert not refused[third].unsafe


def test_blanks_around_a_dn_do_not_hide_which_fix_a_finding_comes_from(tmp_path) -> None:
    """A fix writes a DN where one stands, and leaves the blanks beside it."""
    empty = iflint.check(str(tmp_path), as_of=CLOCK)

    def of_row(number, code, subject) -> Finding:
        entry = EntryReference(number, f" {subject}\t", " CN=i ")
        return msgspec.structs.replace(finding(code, number), entry=entry)

    def candidate(number) -> Candidate:
        edit = Edit(FLOW, number, number + 1, b"")
        change = Change(Location(FLOW), "subject DN", "wrong", f"CN={number}", edit)
        wrong = of_row(number, "WRONG", "wrong")
        return Candidate(("", FLOW, 1, number), (wrong,), (change,), (f"CN={number}", "CN=i"))

    candidates = [candidate(number) for number in range(1, 9)]

    def judge(tried):
        fixed = {each.place[3] for each in tried}
        found = [each.findings[0] for each in candidates if each.place[3] not in fixed]
        found += [of_row(5, "HARM", "CN=5")] * (5 in fixed)
        return [msgspec.structs.replace(empty, findings=tuple(found))]

    prover = Prover(judge(()), judge, about_pairs=(), unsafe=False)
    good = prover.good(candidates)
    assert [each.place[3] for each in good] == [1, 2, 3, 4, 6, 7, 8]
    assert [each.candidate.place[3] for each in prover.failed] == [5]
