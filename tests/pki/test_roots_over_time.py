"""The list of roots over time: narrowed, extended, what leaves it, what came and went."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from authorities import NOW, Party, certificate, client, found, intermediate, root_of
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import Outcome
from iflint.pki.names import parse_name
from iflint.pki.roots.history import change, known_roots
from iflint.pki.roots.table_update import TrustStore, Update, update
from iflint.pki.roots.trust import (
    Platform,
    Root,
    RootStanding,
    Table,
    Trust,
    TrustList,
    load_trust_list,
    packaged_data,
    packaged_table,
    read_table,
)

ONE, TWO, THREE = (root_of(Party(name)) for name in ("Root One", "Root Two", "Root Three"))
ONE_NAME, TWO_NAME, THREE_NAME = (
    f"CN=Root {name}, O=Example, C=DE" for name in ("One", "Two", "Three")
)
TODAY = dt.date(2026, 11, 24)
RELEASES = {"1.0.0": "2024-01-01", "2.0.0": "2026-01-01"}


def at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, tzinfo=dt.UTC)


LATER = at(2027, 2, 1)


def row(der: bytes, **changes: Any) -> dict[str, Any]:
    import base64

    read = certificate(der)
    return {
        "subject": read.subject.text,
        "sha256": read.sha256,
        "sha1": read.sha1,
        "not_before": read.not_before.date().isoformat(),
        "not_after": read.not_after.date().isoformat(),
        "spki": base64.b64encode(read.spki).decode(),
        "added_in": "1.0.0",
        "in_neo_list": True,
        **changes,
    }


def table(*rows: dict[str, Any], **more: Any) -> bytes:
    return json.dumps({"releases": RELEASES, "roots": rows, **more}).encode()


def trust(data: bytes | None, moment: dt.datetime = NOW, **options: Any) -> TrustList:
    platform = options.pop("platform", Platform.CF)
    return load_trust_list(platform, moment, table=data, **options)


def named(trust_list: TrustList, text: str) -> Root:
    (root,) = trust_list.roots_named(parse_name(text))
    return root


CLOUD = "CN=SAP Cloud Root CA,O=SAP SE,L=Walldorf,C=DE"
X9 = "CN=X9 Financial PKI - RSA 4096 Root,O=X9 Financial PKI,C=US"


def test_the_required_roots_only() -> None:
    narrow = trust(None, trust=Trust.BTP_REQUIRED)
    assert narrow.standing(named(narrow, CLOUD)) is RootStanding.LISTED
    assert narrow.standing(named(narrow, X9)) is RootStanding.NOT_REQUIRED
    listed = [each for each in known_roots(narrow) if each.standing is RootStanding.LISTED]
    assert len(listed) == sum(bool(each.required) for each in packaged_table().rows.roots)
    assert "required roots only" in narrow.name


def test_only_a_list_for_btp_can_be_narrowed() -> None:
    with pytest.raises(ValueError, match="not the one for Neo"):
        trust(None, platform=Platform.NEO, trust=Trust.BTP_REQUIRED)
    with pytest.raises(ValueError, match="not roots of your own"):
        trust(None, roots=[found(ONE)], trust=Trust.BTP_REQUIRED)


def test_added_roots_extend_the_list() -> None:
    extended = trust(None, added=[found(ONE, "own.pem")])
    assert extended.release == "3.0.0"
    root = extended.root_of(certificate(ONE))
    assert root is not None
    assert extended.standing(root) is RootStanding.LISTED
    assert extended.standing(named(extended, X9)) is RootStanding.LISTED
    assert extended.name.endswith("and 1 root in own.pem")


def test_an_added_root_that_was_removed_counts_again() -> None:
    data = table(row(ONE, removed_in="2.0.0", in_mozilla_tls_store=True))
    extended = trust(data, added=[found(ONE)])
    root = extended.root_of(certificate(ONE))
    assert root is not None
    assert extended.standing(root) is RootStanding.LISTED
    assert root.public_web is True
    assert [each.standing for each in known_roots(extended)] == [RootStanding.LISTED]


def test_the_release_that_drops_a_root() -> None:
    data = table(row(ONE, removed_in="2.0.0"), row(TWO))
    before = trust(data, at(2025, 6, 1))
    leaving = before.leaving(named(before, ONE_NAME))
    assert leaving is not None
    assert (leaving.release, leaving.on) == ("2.0.0", at(2026, 1, 1))
    assert before.leaving(named(before, TWO_NAME)) is None
    after = before.at(leaving.on)
    assert after.standing(named(after, ONE_NAME)) is RootStanding.REMOVED
    assert after.leaving(named(after, ONE_NAME)) is None
    pinned = before.of_release("1.0.0")
    assert pinned.at(leaving.on).release == "1.0.0"


def test_the_path_to_a_root_that_stays_is_preferred() -> None:
    """Although the other one would be valid for longer."""
    leaf, issuing, one, two = map(Party, ("Leaf", "Issuing", "One", "Two"))
    begin, far, near = at(2025, 1, 1), at(2029, 1, 1), at(2027, 1, 1)
    data = table(row(root_of(one), removed_in="2.0.0"), row(root_of(two)))
    pool = CertificatePool(
        [
            found(intermediate(issuing, one, begin=begin, end=far)),
            found(intermediate(issuing, two, begin=begin, end=near)),
        ]
    )
    when = at(2025, 12, 1)
    presented = certificate(client(leaf, issuing, begin=begin, end=far))
    verdict = judge_chain(presented, pool, trust(data, when), when)
    assert verdict.outcome is Outcome.TRUSTED
    assert verdict.leaving is None
    assert verdict.root is not None
    assert "CN=Two" in verdict.root.subject_text
    only_one = CertificatePool([found(intermediate(issuing, one, begin=begin, end=far))])
    verdict = judge_chain(presented, only_one, trust(data, when), when)
    assert verdict.leaving is not None
    assert verdict.holds_until == verdict.leaving.on == at(2026, 1, 1)


@pytest.mark.parametrize(("days", "stale"), [(180, 0), (181, 181)])
def test_a_table_that_ends_long_before_the_clock(days: int, stale: int) -> None:
    released = packaged_table().known_until
    moment = dt.datetime.combine(released, dt.time(), dt.UTC) + dt.timedelta(days)
    assert trust(None, moment).days_stale(moment) == stale


def test_a_table_that_was_compared_since_is_not_stale() -> None:
    data = table(row(ONE), checked_on="2026-11-01")
    assert trust(data).days_stale(NOW) == 0
    assert trust(table(row(ONE))).days_stale(NOW) > 180
    assert trust(None, roots=[found(ONE)]).days_stale(at(2040, 1, 1)) == 0


def test_search() -> None:
    everything = trust(None)

    def search(*words: str) -> list[str]:
        return [each.root.subject_text for each in known_roots(everything, words)]

    assert len(search()) == 76
    assert len(search("digicert", "g2")) == 2
    assert search("DigiCert, Inc.", "tls", "RSA 4096") == [
        "CN=DigiCert TLS RSA4096 Root G5, O=DigiCert\\, Inc., C=US"
    ]
    fingerprint = named(everything, X9).sha256.upper()
    with_colons = ":".join(fingerprint[i : i + 2] for i in range(0, 64, 2))
    assert search(with_colons) == search(fingerprint) == [named(everything, X9).subject_text]
    assert search("no such root") == []


def test_what_came_and_went() -> None:
    packaged = packaged_table()
    latest = change(packaged, "3.0.0", "2.0.0")
    assert (latest.older, latest.newer) == ("2.0.0", "3.0.0")
    assert (len(latest.added), len(latest.removed)) == (6, 13)
    assert change(packaged, "3.0.0", "3.0.0").added == ()
    with pytest.raises(ValueError, match=r"has no release '9\.9'; it has 1\.0\.0, "):
        change(packaged, "1.0.0", "9.9")


def updated(data: bytes, *roots: bytes, required: Any = None, **options: Any) -> Update:
    certificates = tuple(map(certificate, roots))
    wanted = None if required is None else frozenset(certificate(r).sha256 for r in required)
    release, on = options.get("release"), options.get("on")
    return update(data, TrustStore(certificates, wanted), release, on, TODAY)


def standings(data: bytes, moment: dt.datetime = LATER) -> dict[str, RootStanding]:
    known = known_roots(trust(data, moment))
    return {each.root.subject_text: each.standing for each in known}


NEXT = {"release": "3.0.0", "on": dt.date(2027, 1, 20)}


def test_the_new_table_gives_the_standings_of_the_store() -> None:
    before = table(row(ONE), row(TWO, required=True), note="kept")
    made = updated(before, TWO, THREE, required=[THREE], **NEXT)
    assert [root.subject_text for root in made.removed] == [ONE_NAME]
    assert [root.subject_text for root in made.added] == [THREE_NAME]
    assert [root.subject_text for root in made.no_longer_required] == [TWO_NAME]
    assert standings(made.data) == {
        TWO_NAME: RootStanding.LISTED,
        THREE_NAME: RootStanding.LISTED,
        ONE_NAME: RootStanding.REMOVED,
    }
    assert standings(made.data, at(2027, 1, 19)) == {
        ONE_NAME: RootStanding.LISTED,
        TWO_NAME: RootStanding.LISTED,
        THREE_NAME: RootStanding.NOT_YET,
    }
    written = json.loads(made.data)
    assert (written["release"], written["checked_on"]) == ("3.0.0", "2026-11-24")
    assert written["note"] == "kept"
    root = named(trust(made.data, at(2027, 2, 1)), THREE_NAME)
    assert root.spki == certificate(THREE).spki
    assert root.required
    assert root.public_web is None


def test_the_same_store_again_changes_the_day_of_the_comparison_only() -> None:
    first = updated(table(row(ONE)), ONE, TWO, **NEXT)
    again = updated(first.data, ONE, TWO)
    assert not again.changed
    assert again.release == "3.0.0"
    assert again.data == first.data


def test_a_root_that_comes_back() -> None:
    gone = updated(table(row(ONE, in_mozilla_tls_store=True), row(TWO)), TWO, **NEXT).data
    back = updated(gone, ONE, TWO, release="3.1.0", on=dt.date(2027, 6, 1)).data
    moments = (at(2026, 12, 1), at(2027, 2, 1), at(2027, 7, 1))
    found_as = [trust(back, moment).root_of(certificate(ONE)) for moment in moments]
    assert [
        trust(back, moment).standing(root)
        for moment, root in zip(moments, found_as, strict=True)
        if root is not None
    ] == [RootStanding.LISTED, RootStanding.REMOVED, RootStanding.LISTED]
    assert found_as[2] is not None
    assert found_as[2].public_web is True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "--release NUMBER"),
        ({"release": "3.0.0"}, "--released-on DATE"),
        ({"release": "2.0.0", "on": TODAY}, "has release 2.0.0 already"),
        ({"release": "1.9.9", "on": TODAY}, "not newer than 2.0.0"),
        ({"release": "3.0.0", "on": dt.date(2025, 1, 1)}, "can't be of 2025-01-01"),
    ],
)
def test_a_release_that_does_not_fit(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="release") as raised:
        updated(table(row(ONE)), TWO, **options)
    assert message in str(raised.value)


def test_the_packaged_table_survives_an_update_untouched_but_for_the_change() -> None:
    before = json.loads(packaged_data())
    store = TrustStore((certificate(ONE),), None)
    after = json.loads(update(packaged_data(), store, "4.0.0", TODAY, TODAY).data)
    assert len(after["roots"]) == len(before["roots"]) + 1
    for old, new in zip(before["roots"], after["roots"], strict=False):
        gone = {} if old["removed_in"] else {"removed_in": "4.0.0", "removed_on": str(TODAY)}
        assert new == {**old, **gone}
    assert isinstance(read_table(json.dumps(after).encode()), Table)
