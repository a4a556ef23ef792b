"""The strings of a JSON document that hold PEM, plain or as base64, and where each stands.

A service key has a certificate and its private key so, at any depth; a dump of the OData entity
set ``CertificateUserMappings`` has base64 of PEM. Strings are found without reading the structure
around them, so a document that breaks off gives what comes before.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.pki.pem import LONGEST_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYSTORE_ENTRIES = '"Hexalias"'
"""The key of the entity set ``KeystoreEntries``, which has names and dates, no certificates."""

_INSIDE = re.compile(r'[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+')
_PEM = "-----BEGIN "
_FIRST_MARKER = re.compile(rf'"-----BEGIN [^-\\"]{{1,{LONGEST_LABEL}}}-----|"LS0tLS1CRUdJTi|"')
_MARKER_ALONE = re.compile(rf"[\"\\]*-----BEGIN [^-]{{1,{LONGEST_LABEL}}}-----")
_PEM_IN_BASE64 = "LS0tLS1CRUdJTi"


class PemText(msgspec.Struct, frozen=True):
    """A text with PEM in it; ``start`` and ``end`` are those of its string in the document.

    Up to ``shown_to`` it is no secret, whatever it holds.
    """

    text: str
    start: int
    end: int
    shown_to: int


def pem_texts(document: str) -> Iterator[PemText]:
    """The texts with PEM of a JSON document, in its order.

    A marker and nothing else, as reports quote it, gives an empty text; where the text that they
    quote is of JSON, quotation marks stand before it.
    """
    for start, end in _strings(document):
        written = document[start + 1 : end - 1]
        if _PEM not in written and not written.lstrip().startswith(_PEM_IN_BASE64):
            continue
        text = _plain(document[start:end])
        marker = _FIRST_MARKER.match(document, start)
        if _PEM in text and marker is not None:
            held = "" if _MARKER_ALONE.fullmatch(text.strip()) else text
            yield PemText(held, start, end, marker.end())


def _strings(document: str) -> Iterator[tuple[int, int]]:
    """Start and end of each string with its quotation marks, in one pass.

    What breaks off at a control character is none, and what follows it is read on.
    """
    at = document.find('"')
    while at >= 0:
        inside = _INSIDE.match(document, at + 1)
        end = inside.end() if inside else at + 1
        if document.startswith('"', end):
            yield at, end + 1
        at = document.find('"', end + 1)


def _plain(written: str) -> str:
    """The text that a JSON string stands for, its base64 decoded; empty if it is none."""
    try:
        text = msgspec.json.decode(written.encode(errors="replace"), type=str)
    except msgspec.DecodeError:
        return ""
    if _PEM in text:
        return text
    import binascii

    try:
        return binascii.a2b_base64(text).decode("utf-8", errors="replace")
    except ValueError:  # also what is not ASCII, for which binascii has no error of its own
        return ""
