"""What no output repeats of an address: a name and a password, and tokens in its query."""

from __future__ import annotations

import re

_LONGEST = 1024
"""Characters of what is hidden. Ours: some times a token; more are hidden in parts."""
_USER = rf"(?<=//)[^/?#\s]{{1,{_LONGEST}}}(?=@)"
_QUERY = (
    r"(?i)(?P<name>[?&;][\w.-]{0,32}"
    r"(?:token|secret|pass|pwd|key|sig|credential|auth|bearer|jwt|code)"
    rf"[\w.-]{{0,32}}=)(?P<value>[^&#;\s\"'<>]{{1,{_LONGEST}}})"
)
_HIDDEN = "***"


def without_credentials(text: str, *, as_long: bool = False) -> str:
    """The text with ``***`` for what addresses in it hold to log on with.

    ``as_long`` keeps the columns of all else: there are as many asterisks as characters.
    """

    def hidden(what: str) -> str:
        return "*" * len(what) if as_long else _HIDDEN

    if "//" in text and "@" in text:
        text = re.sub(_USER, lambda found: hidden(found[0]), text)
    if "=" in text and ("?" in text or "&" in text or ";" in text):
        text = re.sub(_QUERY, lambda found: found["name"] + hidden(found["value"]), text)
    return text
