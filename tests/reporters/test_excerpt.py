"""The caret stands under the exact text, however long, wide or strange the line is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.places.location import FileLocation, Region
from iflint.places.text_file import TextFile
from iflint.reporters.excerpt import excerpt
from iflint.words.visible import cells, visible
from reporters.sample_report import region


def marked(where, width=60):
    """What stands over the caret, in columns of a terminal."""
    line, start, end = excerpt(where, width, visible, "…")
    assert cells(line) <= width
    columns = "".join(char + "\0" * (cells(char) - 1) for char in line)
    return columns[start:end].replace("\0", "")


@pytest.mark.parametrize(
    "line",
    [
        "CN=Acme",
        "<value>CN=Acme</value>",
        "\t\t<value>CN=Acme</value>",
        "<value>注文注文CN=Acme</value>",
        "x" * 500 + "CN=Acme" + "y" * 500,
        "x" * 500 + "CN=Acme",
        "CN=Acme" + "y" * 500,
        "\u202e\x1b" * 50 + "CN=Acme" + "\u200b" * 50,
    ],
)
def test_exact_text(line) -> None:
    assert marked(region(line, "CN=Acme")) == "CN=Acme"


def test_long_text_is_marked_as_far_as_it_is_shown() -> None:
    shown = marked(region("<v>" + "x" * 500 + "</v>", "x" * 500))
    assert set(shown) == {"x"}
    assert len(shown) > 50


def test_cut_ends_are_shown() -> None:
    line, _, _ = excerpt(region("a" * 99 + "CN=x" + "b" * 99, "CN=x"), 40, visible, "…")
    assert line.startswith("…a")
    assert line.endswith("b…")


def test_a_line_that_just_fits_is_not_cut() -> None:
    line = "a" * 18 + "CN=x" + "b" * 18
    assert excerpt(region(line, "CN=x"), 40, visible, "…")[0] == line
    assert "…" in excerpt(region(line, "CN=x"), 39, visible, "…")[0]


def test_window_of_a_longer_line() -> None:
    where = Region(1, 1005, 1, 1009, 0, 0, "<v>\tCN=x</v>", 1001)
    assert marked(where) == "CN=x"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_excerpt_of_a_file_is_one_line_of_it(line_end, number) -> None:
    lines = ["CN=one", "O=two,", "C=three"]
    text = line_end.join(lines)
    start = text.index(lines[number - 1]) + 2
    where = TextFile(FileLocation("file"), text).locate(start, start + 1).region
    assert (where.start_line, where.start_column) == (number, 3)
    assert (where.excerpt, where.excerpt_column) == (lines[number - 1], 1)


@pytest.mark.parametrize(
    ("length", "at", "column"),
    [(400, 399, 1), (401, 0, 1), (401, 120, 1), (401, 121, 2), (401, 400, 281), (9000, 8000, 7881)],
)
def test_of_a_line_that_is_too_long_what_stands_before_the_place_is_shown(
    length, at, column
) -> None:
    line = ("0123456789" * 900)[:length]
    text = f"before\n{line}"
    where = TextFile(FileLocation("file"), text).locate(7 + at, 8 + at).region
    assert where.excerpt == line[column - 1 : column + 399]
    assert where.excerpt_column == column
    assert marked(where) == line[at]


def test_nothing_between_start_and_end_is_still_marked() -> None:
    line, start, end = excerpt(Region(1, 4, 1, 4, 0, 0, "<v></v>"), 40, visible, "…")
    assert (line, start, end) == ("<v></v>", 3, 4)


def test_several_lines_are_marked_to_the_end_of_the_first() -> None:
    assert marked(Region(1, 4, 3, 2, 0, 0, "<v>CN=x")) == "CN=x"


@given(
    st.text(max_size=80),
    st.integers(-5, 200),
    st.integers(-5, 200),
    st.integers(1, 100),
    st.integers(20, 120),
)
def test_any_region_fits_the_width(text, first, last, column, width) -> None:
    where = Region(1, first, 1, last, 0, 0, text, column)
    line, start, end = excerpt(where, width, visible, "…")
    assert 0 <= start < end <= width + 1
    assert cells(line) <= width
