"""Text from input inside Markdown, where it must stay text."""

from __future__ import annotations

from iflint.text import visible

_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|!"})


def escaped(text: str) -> str:
    """Text from input, harmless in Markdown."""
    return visible(text).translate(_SPECIAL)


def in_block(text: str) -> str:
    """Text from input for a block of code, which it can't end."""
    return visible(text).replace("```", "` ` `")
