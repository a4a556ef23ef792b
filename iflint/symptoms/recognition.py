"""Finds in a text, typed or pasted, the symptom or the term that it speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable

from iflint.symptoms.model import Symptom, Term, symptoms, terms

MOST_READ = 20_000
"""Characters of a text that are looked at. Ours: a line of the trace has some hundred, a stack
trace of Java some thousand."""
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[^0-9a-z]+")


def symptoms_in(text: str) -> tuple[Symptom, ...]:
    """The symptoms that a text names, else has a sign of, else a hint; the first counts."""
    read = _padded(text[:MOST_READ])
    named = tuple(each for each in symptoms() if _padded(each.name) == read)
    return named or _with(read, lambda each: each.signs) or _with(read, lambda each: each.hints)


def term_named(text: str) -> Term | None:
    """The term that is called so, in one number or the other."""
    if len(text) > MOST_READ:
        return None
    wanted = _padded(text).strip()
    for term in terms():
        names = {_padded(name).strip() for name in (term.name, *term.also)}
        if wanted in names or wanted.removesuffix("s") in names:
            return term
    return None


def _with(text: str, phrases: Callable[[Symptom], tuple[str, ...]]) -> tuple[Symptom, ...]:
    """The symptoms of which a phrase stands in a text, elsewhere than in one that counts before."""
    found = []
    for symptom in symptoms():
        said = [phrase for phrase in map(_padded, phrases(symptom)) if phrase in text]
        if said:
            found.append(symptom)
            for phrase in said:
                text = text.replace(phrase, "  ")
    return tuple(found)


def _padded(text: str) -> str:
    """The words of a text in small letters, with a blank before and behind each.

    `UnknownCA`, `unknown_ca` and `unknown-ca` are the same two words.
    """
    words = _NO_WORD.sub(" ", _HUMP.sub(" ", text).lower())
    return f" {words.strip()} "
