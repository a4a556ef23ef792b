"""Which list of roots is in force, and what it says of a root."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from authorities import NOW, Party, certificate, found, intermediate, root_of
from iflint.pki.names import parse_name
from iflint.pki.roots.trust import (
    Platform,
    Root,
    RootStanding,
    TrustList,
    load_trust_list,
    packaged_table,
)

ROOT = Party("Root")


def at(year: int, month: int, day: int, second: int = 0) -> dt.datetime:
    return dt.datetime(year, month, day, 0, 0, second, tzinfo=dt.UTC)


def named(trust: TrustList, text: str) -> Root:
    (root,) = trust.roots_named(parse_name(text))
    return root


DIGICERT = "CN=DigiCert Global Root CA,OU=www.digicert.com,O=DigiCert Inc,C=US"
DIGICERT_G2 = "CN=DigiCert Global Root G2,OU=www.digicert.com,O=DigiCert Inc,C=US"
DIGICERT_G3 = "CN=DigiCert Global Root G3,OU=www.digicert.com,O=DigiCert Inc,C=US"
BALTIMORE = "CN=Baltimore CyberTrust Root,OU=CyberTrust,O=Baltimore,C=IE"
CERTIGNA = "CN=Certigna,O=Dhimyotis,C=FR"
X9 = "CN=X9 Financial PKI - RSA 4096 Root,O=X9 Financial PKI,C=US"
SSO = "CN=SSO_CA,O=SAP-AG,C=DE"


@pytest.mark.parametrize(
    ("moment", "release"),
    [
        (at(2020, 1, 1), "1.0.0"),
        (at(2024, 2, 13), "1.0.0"),
        (at(2024, 3, 18, 59), "1.0.0"),
        (at(2024, 3, 19), "1.2.0"),
        (at(2026, 6, 2), "2.0.0"),
        (at(2026, 6, 3), "3.0.0"),
        (at(2040, 1, 1), "3.0.0"),
    ],
)
def test_the_newest_release_not_after_the_clock(moment: dt.datetime, release: str) -> None:
    trust = load_trust_list(Platform.CF, moment)
    assert trust.release == release
    assert release in trust.name


@pytest.mark.parametrize(
    ("platform", "moment", "name", "standing"),
    [
        (Platform.CF, NOW, DIGICERT_G2, RootStanding.LISTED),
        (Platform.CF, NOW, DIGICERT, RootStanding.REMOVED),
        (Platform.CF, at(2026, 6, 2), DIGICERT, RootStanding.LISTED),
        (Platform.CF, at(2026, 6, 2), BALTIMORE, RootStanding.REMOVED),
        (Platform.CF, at(2026, 6, 2), X9, RootStanding.NOT_YET),
        (Platform.CF, NOW, X9, RootStanding.LISTED),
        (Platform.CF, NOW, SSO, RootStanding.NOT_LISTED),
        (Platform.NEO, NOW, DIGICERT_G2, RootStanding.LISTED),
        (Platform.NEO, NOW, DIGICERT, RootStanding.ONE_LIST),
        (Platform.NEO, NOW, DIGICERT_G3, RootStanding.ONE_LIST),
        (Platform.NEO, NOW, X9, RootStanding.ONE_LIST),
        (Platform.NEO, NOW, CERTIGNA, RootStanding.REMOVED),
        (Platform.NEO, NOW, SSO, RootStanding.ONE_LIST),
    ],
)
def test_standing(
    platform: Platform, moment: dt.datetime, name: str, standing: RootStanding
) -> None:
    trust = load_trust_list(platform, moment)
    assert trust.standing(named(trust, name)) is standing


def test_counts_of_the_packaged_table() -> None:
    table = packaged_table()
    trust = load_trust_list(Platform.CF, NOW)
    roots = [named(trust, row.subject) for row in table.rows.roots]
    standings = [trust.standing(root) for root in roots]
    assert standings.count(RootStanding.LISTED) == 57
    assert standings.count(RootStanding.REMOVED) == 18
    neo = load_trust_list(Platform.NEO, NOW)
    assert [neo.standing(root) for root in roots].count(RootStanding.LISTED) == 15


def test_a_date_of_the_table_is_the_whole_day() -> None:
    root = named(load_trust_list(Platform.CF, NOW), DIGICERT_G2)
    assert root.not_before == at(2013, 8, 1)
    assert root.not_after is not None
    assert root.not_after.date() == dt.date(2038, 1, 15)
    assert root.not_after > dt.datetime(2038, 1, 15, 23, 59, 59, tzinfo=dt.UTC)
    assert root.not_after < at(2038, 1, 16)


def test_history_of_a_removed_root() -> None:
    root = named(load_trust_list(Platform.CF, NOW), DIGICERT)
    assert (root.removed_in, root.removed_on) == ("3.0.0", dt.date(2026, 6, 3))
    assert root.public_web is not None
    assert root.origin == "SAP BTP Trust Store"


def test_names_match_whatever_the_case_and_string_type() -> None:
    trust = load_trust_list(Platform.CF, NOW)
    assert trust.roots_named(
        parse_name("cn=X9 financial  PKI - RSA 4096 root,o=X9 Financial PKI,c=us")
    )
    assert not trust.roots_named(parse_name("O=X9 Financial PKI,C=US"))


def test_files_replace_the_list() -> None:
    anchor = root_of(ROOT)
    trust = load_trust_list(Platform.CF, NOW, [found(anchor, "roots/own.pem")])
    assert trust.release is None
    assert trust.released_on is None
    assert trust.name == "1 root in roots/own.pem"
    root = trust.root_of(certificate(anchor))
    assert root is not None
    assert trust.standing(root) is RootStanding.LISTED
    assert trust.standing(named(trust, DIGICERT_G2)) is RootStanding.NOT_LISTED


def test_a_root_counts_by_name_and_key() -> None:
    anchor = root_of(ROOT)
    trust = load_trust_list(Platform.CUSTOM, NOW, [found(anchor)])
    cross_signed = certificate(intermediate(ROOT, Party("Other")))
    assert trust.root_of(cross_signed) is not None
    assert trust.root_of(certificate(root_of(Party("Root")))) is None


def test_custom_needs_roots() -> None:
    with pytest.raises(ValueError, match="custom"):
        load_trust_list(Platform.CUSTOM, NOW)


def own_table(**changes: Any) -> dict[str, Any]:
    row = {
        "subject": "CN=Own Root,O=Example",
        "sha256": "AB" * 32,
        "not_before": "2020-01-01",
        "not_after": "2040-01-01",
        "spki": "AAEC",
        "added_in": "1.0",
        "removed_in": "2.0",
        "in_neo_list": True,
        **changes,
    }
    return {"releases": {"1.0": "2024-01-01", "2.0": "2026-01-01"}, "roots": [row]}


def test_a_table_of_ones_own() -> None:
    data = json.dumps(own_table()).encode()
    trust = load_trust_list(Platform.CUSTOM, at(2025, 1, 1), table=data, table_name="own.json")
    assert trust.name == "own.json 1.0 (2024-01-01)"
    root = named(trust, "CN=Own Root,O=Example")
    assert trust.standing(root) is RootStanding.LISTED
    assert root.sha256 == "ab" * 32
    later = load_trust_list(Platform.CF, NOW, table=data)
    assert later.standing(root) is RootStanding.REMOVED
    assert named(later, "CN=Own Root,O=Example").removed_on == dt.date(2026, 1, 1)
    assert later.roots_named(parse_name(DIGICERT_G2)) == ()
    both = load_trust_list(Platform.CF, NOW, [found(root_of(ROOT))], data)
    assert both.release == "2.0"
    assert both.root_of(certificate(root_of(ROOT))) is not None


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "releases"),
        ({"releases": {}, "roots": []}, "no release"),
        (own_table(sha256="xyz"), "sha256"),
        (own_table(not_after="soon"), "not_after"),
        (own_table(spki="%%%"), "spki"),
        (own_table(added_in="9.9"), "9.9"),
        (own_table(added_in="latest"), "added_in"),
        (own_table(subject="no name"), "name"),
        ([], "object"),
    ],
)
def test_a_bad_table_says_what_is_wrong_in_one_line(table: Any, message: str) -> None:
    with pytest.raises(ValueError, match="the table of roots can't be used") as raised:
        load_trust_list(Platform.CF, NOW, table=json.dumps(table).encode())
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"{", b"[" * 100_000])
def test_a_table_that_is_no_json(data: bytes) -> None:
    with pytest.raises(ValueError, match="the table of roots can't be used"):
        load_trust_list(Platform.CF, NOW, table=data)
