"""A long text comes out as it went in, and its length is known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from iflint.report.pieces import Pieces, length_of

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(TEXTS))
def test_pieces_are_the_text_that_they_make(parts: list[str]) -> None:
    whole = "".join(parts)
    kept = Pieces(parts)
    assert b"".join(kept) == b"".join(kept) == whole.encode()
    assert str(kept) == whole
    assert len(kept) == length_of(kept) == length_of(whole)


def test_a_long_text_takes_little_room_and_comes_in_small_pieces() -> None:
    kept = Pieces(f'{{"id": "Flow_{number}"}},\n' for number in range(100_000))
    assert len(kept) > 2_000_000
    assert max(map(len, kept)) < len(kept) / 3
