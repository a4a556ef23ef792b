"""Suggestions: the known word that a mistyped one most likely stands for."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_WORD = 60
"""Longer texts are no typing slips, and comparing them costs time."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to ``word``, letter case aside; None when nothing is close."""
    if len(word) > LONGEST_WORD:
        return None
    from difflib import get_close_matches

    spelled = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(word.lower(), spelled, n=1, cutoff=0.65)
    return spelled[matches[0]] if matches else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about the unknown ``word``: empty, or ``; did you mean 'x'?``."""
    match = nearest(word, known)
    return f"; did you mean '{match}'?" if match else ""
