"""Suggestions: the known word that a mistyped one most likely stands for."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CODE = "[a-z]+[0-9]+"

LONGEST_WORD = 60
"""Longer texts are no typing slips, and comparing them costs time. Ours: twice the longest
name of a rule (32)."""
_LEAST_ALIKE = 0.65
"""Of difflib's ratio, between 0 and 1. Ours: a little more than its own 0.6, so that short words
don't suggest each other."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to ``word``, letter case aside; None when nothing is close.

    Every code is close to many others, so one is suggested only for a slip that leads to no other.
    """
    if len(word) > LONGEST_WORD:
        return None
    from difflib import get_close_matches

    spelled = {candidate.lower(): candidate for candidate in known}
    codes = [candidate for candidate in spelled if re.fullmatch(_CODE, candidate)]
    meant = [code for code in codes if _is_slip(word.lower(), code)]
    if len(meant) == 1:
        return spelled[meant[0]]
    spelled = {candidate: spelled[candidate] for candidate in spelled if candidate not in codes}
    matches = get_close_matches(word.lower(), spelled, n=1, cutoff=_LEAST_ALIKE)
    return spelled[matches[0]] if matches else None


def _is_slip(word: str, code: str) -> bool:
    """Whether ``word`` is ``code`` with one character missing or too many, or two exchanged."""
    longer, shorter = (word, code) if len(word) > len(code) else (code, word)
    pairs = enumerate(zip(longer, shorter, strict=False))
    at = next((number for number, (one, other) in pairs if one != other), len(shorter))
    if len(longer) == len(shorter) + 1:
        return longer[:at] + longer[at + 1 :] == shorter
    exchanged = word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
    return exchanged == code


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message about the unknown ``word``: empty, or ``; did you mean 'x'?``."""
    match = nearest(word, known)
    return f"; did you mean '{match}'?" if match else ""
