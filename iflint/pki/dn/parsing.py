"""From a text to a name, or to what is wrong with it."""

from __future__ import annotations

from functools import lru_cache

from iflint.pki.dn import grammar
from iflint.pki.dn.name import NAMES_KEPT, Name
from iflint.words.visible import is_invisible


@lru_cache(NAMES_KEPT)
def parse_name(text: str) -> Name:
    """The name that the runtime reads from this text. Raises MalformedName."""
    try:
        return Name(grammar.read(text), text)
    except grammar.MalformedName as error:
        from iflint.pki.dn.diagnosis import explain

        raise explain(text, error) from None


def corrected_text(text: str) -> str | None:
    """The DN that was probably meant, in one line that the runtime reads; None: nobody can tell.

    For texts that ``parse_name`` refuses, and for those in which a value swallowed the next
    attribute.
    """
    from iflint.pki.dn.diagnosis import corrected

    return corrected(text)


def hidden_in(text: str) -> tuple[int, int] | None:
    """Start and end of the first character beyond ASCII that nobody can see."""
    if text.isascii():
        return None
    for position, character in enumerate(text):
        if not character.isascii() and is_invisible(ord(character)):
            return position, position + 1
    return None
