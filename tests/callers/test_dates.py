"""Points in time in all the forms that files have."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.callers.dates import point_in_time, unread_time

NOON = datetime(2026, 12, 24, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-24T12:00:00Z",
        "2026-12-24T12:00:00.000Z",
        "2026-12-24T12:00:00",
        "2026-12-24T12:00",
        "2026-12-24 12:00:00 UTC",
        "2026-12-24T13:00:00+01:00",
        "2026-12-24T13:00:00.000+0100",
        "2026-12-24 06:00:00 -06:00",
        "2026-12-24 12:00:00 +0000 UTC",
        "2026-12-24 13:00:00.123456789 +0100 CET",
        "2026-12-24 09:00:00 -0300 -03",
        "2026-12-24 12:00:00.5 +0000 UTC m=+0.000012345",
        "2026-12-24T13:00:00+01:00[Europe/Berlin]",
        "2026-12-24T12:00Z[UTC]",
        "1798113600000",
        "1798113600",
        "/Date(1798113600000)/",
        "/Date(1798113600000+0000)/",
        "\\/Date(1798113600000)\\/",
        "Dec 24 12:00:00 2026 GMT",
        "Thu Dec 24 12:00:00 UTC 2026",
        "Thu, 24 Dec 2026 12:00:00 GMT",
        "  Thursday, December 24, 2026 12:00:00 ",
        "24 Dec 2026 13:00 +0100",
        "Dec 24, 2026 12:00:00 PM",
    ],
)
def test_known_forms(text) -> None:
    assert point_in_time(text) == NOON


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-04", 4), ("Dec  4 2026", 4), ("Dec 4, 2026 12:00:00 AM", 4)],
)
def test_days(text, day) -> None:
    assert point_in_time(text) == datetime(2026, 12, day, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "2026-13-24",
        "2026-02-30T00:00:00Z",
        "24.12.2026",
        "01/02/2026",
        "12/24/2026",
        "2026-12-24 12:00:00 UTC +0000",
        "2026-12-24 12:00:00 +0000 utc",
        "2026-12-24 12:00:00 +00000 UTC",
        "-1",
        "0",
        "soon",
        "Thu Dec 24 12:00:00 CET 2026",
        "Dec 24 25:00:00 2026 GMT",
        "Dec 24, 2026 13:00:00 PM",
        "Dec 24 2026 2027",
        "/Date(99999999999999999)/",
        "/Date(9999999999999999)/",
        "20261224",
        "1798113600000" * 2,
        "２０２６-12-24",
        "x" * 1000,
    ],
)
def test_unknown_forms(text) -> None:
    assert point_in_time(text) is None


@pytest.mark.parametrize("text", ["31.10.2026", "01/02/2026", "soon", "-1", "9" * 20, "0"])
def test_what_tells_no_time_is_told(text) -> None:
    assert unread_time(f" {text}\n") == text
    assert unread_time(text * 100).endswith("…")


@pytest.mark.parametrize("text", ["", " ", "2026-12-24", "<date>", "${until}", "{{ x }}", "..."])
def test_a_time_or_its_place_is_not(text) -> None:
    assert unread_time(text) == ""


@given(st.text(max_size=70) | st.from_regex(r"[0-9TZ:/.+() DecDate-]{1,64}"))
def test_no_text_crashes(text) -> None:
    moment = point_in_time(text)
    assert moment is None or moment.tzinfo is not None
    assert not (moment and unread_time(text))
