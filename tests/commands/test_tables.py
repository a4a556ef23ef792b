"""Tables on terminals of every width: nothing is lost, and they can be read aloud."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.console.tables import Column, table
from iflint.words.terminal import Style
from iflint.words.visible import cells

COLUMNS = (Column("Rule", names=True), Column("Severity"), Column("Finds"))
ROWS = [
    ["IFL101 expired-certificate", "error", "Every certificate at hand has expired."],
    ["IFL102 certificate-expires-soon", "warning", "The best one expires soon."],
]


def shown(rows, width, columns=COLUMNS, title=""):
    return table(columns, [(title, rows)], Style(False, width, False)).splitlines()


def test_wide_enough_each_row_is_a_line() -> None:
    assert shown(ROWS, 100) == [
        "Rule                             Severity  Finds",
        "IFL101 expired-certificate       error     Every certificate at hand has expired.",
        "IFL102 certificate-expires-soon  warning   The best one expires soon.",
    ]


def test_the_last_cell_alone_goes_on_below() -> None:
    assert shown(ROWS[:1], 64)[1:] == [
        "IFL101 expired-certificate  error     Every certificate at hand",
        " " * 38 + "has expired.",
    ]


def test_narrow_each_row_is_a_block_of_facts() -> None:
    assert shown(ROWS, 40) == [
        "IFL101 expired-certificate",
        "  severity  error",
        "  finds     Every certificate at hand",
        "              has expired.",
        "",
        "IFL102 certificate-expires-soon",
        "  severity  warning",
        "  finds     The best one expires soon.",
    ]


def test_cells_of_several_lines_make_blocks_at_any_width() -> None:
    rows = [["IFL101", "", "first\n  second"]]
    assert shown(rows, 200, title="One group") == [
        "One group",
        "  IFL101",
        "    finds     first",
        "                second",
    ]


def test_a_word_too_long_for_its_column_stands_below_the_line() -> None:
    path = "a" * 60
    assert shown([["name", "x", "short"], ["other", "x", path]], 64)[1:] == [
        "name   x         short",
        "other  x",
        f"  {path}",
    ]


def test_a_word_too_long_for_its_fact_stands_below_the_label() -> None:
    rows = [["IFL203", "", "self-signed-certificate ends early"]]
    columns = (Column("Rule", names=True), Column("Severity"), Column("Not before"))
    assert shown(rows, 40, columns, title="One group")[1:] == [
        "  IFL203",
        "    not before",
        "      self-signed-certificate ends early",
    ]


def test_colours_change_no_column() -> None:
    import re

    for width in (40, 100):
        painted = table(COLUMNS, [("Title", ROWS)], Style(True, width, False))
        assert "\x1b[" in painted
        plain = table(COLUMNS, [("Title", ROWS)], Style(False, width, False))
        assert re.sub(r"\x1b\[[0-9;]*m", "", painted) == plain


WORDS = st.text("ab.=/ü注", min_size=1, max_size=30)
CELLS = st.lists(WORDS, max_size=6).map(" ".join)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@settings(max_examples=40, deadline=None)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=4))
def test_every_word_is_whole_and_in_reading_order(width, rows) -> None:
    lines = shown(rows, width)
    words = " ".join(lines).split()
    labels = {"Rule", "Severity", "Finds", "severity", "finds"}
    said = [word for word in words if word not in labels]
    assert said == [word for row in rows for cell in row for word in cell.split()]
    longest = max((cells(word) for word in words), default=0)
    assert max(map(cells, lines)) <= max(width, longest + 6)
