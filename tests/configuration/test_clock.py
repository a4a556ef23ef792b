"""`--as-of` is read as people write dates, and nothing else is taken for one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.options import now
from iflint.values import parse_as_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        (" 2026-11-24 ", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026-11-24T08:30", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2026-11-24t08:30:15z", datetime(2026, 11, 24, 8, 30, 15, tzinfo=UTC)),
        ("2026-11-24 08:30:15", datetime(2026, 11, 24, 8, 30, 15, tzinfo=UTC)),
        ("2026-11-24T00:30:00+02:00", datetime(2026, 11, 23, 22, 30, tzinfo=UTC)),
        ("2026-11-24T23:59:59.999Z", datetime(2026, 11, 24, 23, 59, 59, tzinfo=UTC)),
        ("2028-02-29", datetime(2028, 2, 29, tzinfo=UTC)),
    ],
)
def test_dates_and_timestamps_become_moments_in_utc(text, expected) -> None:
    assert parse_as_of(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "24.11.2026",
        "2026-11",
        "20261124",
        "2026-W48-2",
        "2026-13-01",
        "2026-02-29",
        "2026-11-24T24:00",
        "2026-11-24T08",
        "2026-11-24T08:30:60Z",
        "2026-11-24Z",
        "٢٠٢٦-11-24",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59:59-01:00",
        "2026-11-24T08:30+99:00",
    ],
)
def test_everything_else_is_refused_with_what_is_accepted(text) -> None:
    with pytest.raises(ValueError, match="2026-11-24T08:30:00Z"):
        parse_as_of(text)


@given(st.datetimes(timezones=st.just(UTC)))
def test_what_a_report_prints_can_be_given_back(moment) -> None:
    assert parse_as_of(moment.isoformat()) == moment.replace(microsecond=0)


@given(st.text())
def test_no_text_raises_anything_but_value_error(text) -> None:
    try:
        parse_as_of(text)
    except ValueError:
        return


def test_now_is_in_utc_and_whole_seconds() -> None:
    assert now().tzinfo is UTC
    assert now().microsecond == 0
