"""Texts of a cell that are no sender's DN: nothing was entered, or the flow was to fill it in."""

from __future__ import annotations

import re

_PLACEHOLDERS = frozenset(
    name + end for name in ("subject", "issuer") for end in ("", "dn")
) | frozenset({"cn=subject", "cn=issuer"})
"""What published content has where a DN is to be entered, in small letters without blanks."""
_IN_ANGLES = r"(?:^|[=,;+])\s*<[^<>]*>\s*(?:$|[,;+])"
_EXPRESSION = r"\$\{[^{}]*\}"


def is_placeholder(text: str) -> bool:
    """Whether a text stands for a DN, as ``cn=subject`` and ``<CI Certificate>`` do."""
    plain = "".join(text.split()).casefold()
    return plain in _PLACEHOLDERS or ("<" in text and re.search(_IN_ANGLES, text) is not None)


def expression_in(text: str) -> tuple[int, int] | None:
    """Start and end of the first expression in a text, as ``${property.subject}`` is one."""
    found = re.search(_EXPRESSION, text) if "${" in text else None
    return found.span() if found else None
