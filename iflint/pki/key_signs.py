"""Whether a text may hold a private key: a search of its bytes, as most hold none."""

from __future__ import annotations

import re

PRIVATE_KEY = "PRIVATE KEY"
BLANK = r"(?: |\+|%20|\\u0020|&#(?:32|x20);)"
HYPHEN = r"(?:-|%2[Dd]|\\u002[Dd]|&#(?:45|x2[Dd]);)"
"""Signs of a label as they are, or written out as in a URL, a form, JSON or XML."""
PEM = "-----BEGIN "
PUTTY = "PuTTY-User-Key-File-"
BEGINS_IN_BASE64 = ("LS0tLS1CRUdJTi", "UHVUVFktVXNlci1LZXktRmlsZS")
"""How PEM begins in base64, and what PuTTY writes."""
WITHIN_BASE64 = (
    *("UFJJVkFURSBLRVktLS0tL", "BSSVZBVEUgS0VZLS0tLS", "QUklWQVRFIEtFWS0tLS0t"),
    *("IBADANBgkqhkiG9w0BAQEFAASC", "AgEAMBMGByqGSM49AgEG", "AgEAMBAGByqGSM49AgEG"),
)
"""The end of a key's label in base64, by where in three bytes it begins; and what a key of RSA or
of a curve has behind its first bytes, where it stands without a label (RFC 5958, RFC 5480)."""
_LABEL = re.compile(f"PRIVATE{BLANK}KEY{HYPHEN}".encode())
_LABEL_BEGINS, _PUTTY = b"PRIVATE", PUTTY.encode()
_IN_BASE64 = tuple(sign.encode() for sign in (*BEGINS_IN_BASE64, *WITHIN_BASE64))
_BLANKS = b"\xef\xbb\xbf\xff\xfe \t\r\n"
_BEGIN = 256
"""Bytes. Ours: blank lines and the mark of an encoding may come before a key."""


def may_hold_keys(data: bytes) -> bool:
    """Whether a file has a sign of a private key that stands in it as text.

    XML, which most of an export is, is not searched for one in base64 without its first line: each
    search takes 0.15 ms a MB.
    """
    if b"\0" in data[:4]:
        data = data[data[:1] in (b"\0", b"\xfe") :: 2]  # the half of UTF-16 that ASCII takes
    if _PUTTY in data or (_LABEL_BEGINS in data and _LABEL.search(data)):
        return True
    return not data[:_BEGIN].lstrip(_BLANKS).startswith(b"<") and any(
        sign in data for sign in _IN_BASE64
    )


def begins_like_keys(data: bytes) -> bool:
    """Whether a text begins with a key or a certificate, so that it is a file of such."""
    begin = data[:_BEGIN].replace(b"\0", b"").lstrip(_BLANKS)
    return begin.startswith((PEM.encode(), PUTTY.encode()))
