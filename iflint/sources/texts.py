"""What is text, by how it begins: in it alone a private key is looked for."""

from __future__ import annotations

TEXT_BEGIN = 8000
"""Bytes that are looked at: as many as Git takes to tell."""
_MARKS = (b"\xff\xfe", b"\xfe\xff")


def is_text(begin: bytes) -> bool:
    """Whether what begins so is text: it has no zero byte, or those of UTF-16."""
    if b"\0" not in begin or begin.startswith(_MARKS):
        return True
    zeros = tuple(byte == 0 for byte in begin[:4])
    return zeros in ((False, True, False, True), (True, False, True, False))
