"""When a CA ends certificates for clients, and how sure that is."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import msgspec
import pytest

from iflint.pki.calendar import Calendar, Stage, Sunset, read_calendar
from iflint.pki.names import parse_name
from iflint.pki.roots.trust import Root

DAY = dt.date


def root(subject: str, public_web: bool | None = True) -> Root:
    name = parse_name(subject)
    return Root(name, name.readable, "00", "00", "a table", public_web=public_web)


WEB = root("CN=Example Web Root,O=Example Trust")


def row(**changes: Any) -> dict[str, Any]:
    return {
        "key": "example",
        "ca": "Example Trust",
        "organizations": ["Example Trust"],
        "default_off": "2025-10-01",
        "last": "2026-12-31",
        "confidence": "documented",
        "source": "its announcement",
        **changes,
    }


def calendar(*rows: dict[str, Any]) -> Calendar:
    return Calendar(read_calendar(json.dumps({"known_on": "2026-11-24", "rows": rows}).encode()))


def sunset(*rows: dict[str, Any], of: Root = WEB, issuers: tuple[str, ...] = ()) -> Sunset | None:
    return calendar(*rows).sunset_of(of, map(parse_name, issuers))


def stages(found: Sunset | None, *days: str) -> list[Stage]:
    assert found is not None
    return [found.stage(DAY.fromisoformat(day)) for day in days]


def test_the_packaged_rows_are_complete() -> None:
    rows = {each.key: each for each in Calendar().rows}
    assert {"chrome-root-program", "digicert", "lets-encrypt", "sectigo"} <= set(rows)
    assert {"google-trust-services", "certum"} <= set(rows)
    assert all(each.says_when and each.source and each.known_on for each in rows.values())
    assert rows["sectigo"].confidence == "disputed"


def test_from_open_to_closed() -> None:
    days = ("2025-09-30", "2025-10-01", "2026-12-31", "2027-01-01")
    expected = [Stage.OPEN, Stage.ON_REQUEST, Stage.ON_REQUEST, Stage.CLOSED]
    assert stages(sunset(row()), *days) == expected


def test_a_disputed_end_is_sure_only_by_the_last_claim() -> None:
    claims = [{"on": "2027-02-10", "by": "a reseller"}, {"on": "2026-05-15", "by": "its FAQ"}]
    found = sunset(row(confidence="disputed", last=claims))
    assert found is not None
    assert found.disputed
    assert [claim.by for claim in found.last] == ["its FAQ", "a reseller"]
    days = ("2026-05-15", "2026-05-16", "2027-02-10", "2027-02-11")
    expected = [Stage.ON_REQUEST, Stage.UNSURE, Stage.UNSURE, Stage.CLOSED]
    assert stages(found, *days) == expected


def test_an_announced_end_is_sure_only_by_the_program() -> None:
    found = sunset(row(confidence="announced", last="2026-05-15"))
    assert stages(found, "2026-11-24", "2027-03-14") == [Stage.UNSURE, Stage.UNSURE]
    assert stages(found, "2027-03-15") == [Stage.CLOSED]


def test_the_program_binds_a_ca_of_which_nothing_is_known() -> None:
    found = Calendar().sunset_of(root("CN=Somebody's Root,O=Somebody"))
    assert found is not None
    assert found.authority is None
    assert found.forbidden_from is not None
    assert found.stage(found.forbidden_from) is Stage.CLOSED
    assert found.stage(found.forbidden_from - dt.timedelta(1)) is Stage.OPEN


def test_the_program_ends_what_a_ca_would_still_issue() -> None:
    found = sunset(row(last="2030-01-01"))
    assert found is not None
    assert found.closed_from == found.forbidden_from


@pytest.mark.parametrize("public_web", [False, None])
def test_only_public_web_roots_are_concerned(public_web: bool | None) -> None:
    assert sunset(row(), of=root("CN=Own Root,O=Example Trust", public_web)) is None


def test_a_row_can_name_a_root_that_nobody_knows_to_be_public() -> None:
    own = root("CN=New Root, O=Example Trust", None)
    found = sunset(row(organizations=[], roots=["cn=new root,o=Example  Trust"]), of=own)
    assert found is not None
    assert found.authority is not None


def test_the_ca_that_issued_counts_before_the_root() -> None:
    other = row(key="other", ca="Other", organizations=["Other CA Ltd"], last="2026-06-01")
    found = sunset(row(), other, issuers=("CN=Other CA 4,O=OTHER  CA ltd", "CN=Up,O=Example Trust"))
    assert found is not None
    assert found.authority is not None
    assert found.authority.key == "other"
    by_root = sunset(row(), other, issuers=("CN=Reseller CA,O=Reseller",))
    assert by_root is not None
    assert by_root.authority is not None
    assert by_root.authority.key == "example"


def test_own_rows_replace_those_of_their_key_and_add_others() -> None:
    own = calendar(row(key="digicert"), row())
    keys = [each.key for each in own.rows]
    assert keys == [each.key for each in Calendar().rows] + ["example"]
    assert next(each for each in own.rows if each.key == "digicert").ca == "Example Trust"


def test_a_row_without_dates_withdraws_one() -> None:
    program = row(key="chrome-root-program", organizations=[], every_public_root=True)
    del program["default_off"], program["last"]
    assert sunset(program, of=root("CN=Somebody's Root,O=Somebody")) is None


def test_what_is_shown_can_be_given_back() -> None:
    shown = msgspec.json.encode({"rows": Calendar().rows})
    assert read_calendar(shown) == Calendar().rows


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"last": "soon"}, "$.rows[0].last"),
        ({"last": [{"on": "2026-13-01"}]}, "$.rows[0].last[0].on"),
        ({"lats": "2026-01-01"}, "lats"),
        ({"confidence": "sure"}, "$.rows[0].confidence"),
        ({"key": "Two Words"}, "$.rows[0].key"),
        ({"organizations": []}, "needs organizations"),
        ({"roots": ["no name"]}, "not a name"),
        ({"last": "1999-01-01"}, "between 2020 and 2099"),
        ({"last": "9999-12-31"}, "between 2020 and 2099"),
        ({"source": ""}, "$.rows[0].source"),
    ],
)
def test_a_bad_row_says_what_is_wrong_in_one_line(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match="the CA calendar can't be used") as raised:
        calendar(row(**changes))
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"[]", b'{"rows": 1}', b"[" * 100_000])
def test_a_file_that_is_no_calendar(data: bytes) -> None:
    with pytest.raises(ValueError, match="the CA calendar can't be used"):
        read_calendar(data)


def test_the_same_key_twice() -> None:
    with pytest.raises(ValueError, match=r"the key example is there twice - at `\$\.rows\[1\]`"):
        calendar(row(), row())
