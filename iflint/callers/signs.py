"""Whether a file may hold callers: a look at its bytes, as most files are something else."""

from __future__ import annotations

import binascii

_VALUES = (b"|it-rt-", b"certificate_external", b"certificateusermapping", b"hexalias")
"""A sign each, in lower case: a client id, a key's type, the dumps of two entity sets."""
_TOGETHER = (
    (b"it-rt", b"roles"),
    (b"grant-types", b"roles"),
    (b"esbmessaging.send", b"roles"),
    (b"key-type", b"validity"),
    (b"key_type", b"validity"),
    (b"x.509", b"begin certificate"),
    (b"validuntil", b"certificate"),
    (b'"validuntil"', b'"user"', b'"results"'),
    (b"\\u007cit-rt-", b"clientid"),
)
"""Signs that count together, in lower case: parameters of instances and keys, mappings."""
_PEM = (b"LS0tLS1CRUdJTi", b"-----\\\\")
"""PEM in base64, and PEM in JSON that is itself the string of a document."""
_HEAD = 4096
"""Bytes in which a document's first letter is looked for. Ours: blanks before it are few."""
_SECRET = b"Secret"
_HIDDEN = (b"|it-rt-", b"certificate_external", b"BEGIN CERTIFICATE", b"grant-types")


def _in_base64(text: bytes) -> tuple[bytes, ...]:
    """What every base64 of a longer text has, where this one stands in it: one of three."""
    found = []
    for before in range(3):
        encoded = binascii.b2a_base64(b"\0" * before + text)
        first = -(-before * 4 // 3)
        found.append(encoded[first : (before + len(text)) * 4 // 3])
    return tuple(found)


_HIDDEN_IN_BASE64 = tuple(sign for text in _HIDDEN for sign in _in_base64(text))


def may_hold_callers(data: bytes) -> bool:
    """Whether a file looks as if it held service keys, mappings, or parameters of these.

    Also certificates and keys that only a document's notation reveals, whatever they are of.
    """
    if b"\0" in data[:4]:
        data = data.replace(b"\0", b"")
    if any(sign in data for sign in _PEM):
        return True
    if _SECRET in data and any(sign in data for sign in _HIDDEN_IN_BASE64):
        return True
    lower = data.lower()
    return any(sign in lower for sign in _VALUES) or any(
        all(sign in lower for sign in signs) for signs in _TOGETHER
    )


def begins_like_json(data: bytes) -> bool:
    """Whether a file begins as documents of JSON do, in UTF-8 or UTF-16."""
    begin = data[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return begin[:1] in (b"{", b"[")


def surely_of_callers(data: bytes) -> bool:
    """Whether a file has a sign that nothing else has."""
    lower = data.replace(b"\0", b"").lower()
    return any(sign in lower for sign in _VALUES)
