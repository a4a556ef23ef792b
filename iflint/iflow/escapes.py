"""XML escapes that are left in a text after it was read: they are decoded once more.

That the runtime does so too is *inferred*: exports hold names escaped twice in their tables, and
values of parameters with ``&apos;`` or ``&lt;`` in them beside others with a plain ``&``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.places.text_file import Mapped, Text, decode

if TYPE_CHECKING:
    from iflint.places.text_file import Origin

NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}

_ESCAPED = re.compile(r"&(amp|lt|gt|quot|apos);")


def decode_once_more(text: str, origin: Origin) -> Text:
    """The text with the five named escapes of XML decoded; other references stay as they are."""
    if "&" not in text or not _ESCAPED.search(text):
        return Text(text, origin)
    decoded, escapes = decode(text, 0, len(text), _ESCAPED, lambda escape: NAMED[escape[1]])
    return Text(decoded, Mapped(origin, escapes, escaped), text)


def escaped(text: str) -> str:
    """The text with the characters escaped that XML would take for markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
