"""The armour of PEM: its blocks, their labels, and the bytes in each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LABEL = 64
"""Characters. Ours: RFC 7468 gives no bound; its longest labels have 21."""
_MARKER = re.compile(rf"-----(BEGIN|END) ([^-\r\n]{{1,{LONGEST_LABEL}}})-----")
BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_HEADER = r"(?m)^[ \t]*+[A-Za-z0-9-]++:[^\r\n]*+(?:\r?\n[ \t]++[^\r\n:]*+:[^\r\n]*+)*+"
"""A header with its continuation lines; what was matched is never given back (RFC 1421 §4.6)."""
_LEFT_BY_COPIES = (
    r"(?im)</?(?:br|p|div|span|pre|font)(?:\s[^<>]*+)?/?>|&nbsp;|&#160;|^[ \t]*+>[> \t]*+|=\r?\n"
)
"""What stands among base64 that was copied from a page, a reply, or the source of an e-mail."""
CERTIFICATE_LABELS = ("CERTIFICATE", "PKCS7", "PKCS #7", "CMS", "PKCS12")


_LONGEST_WORD = 32
"""Letters. Ours: half of what RFC 7468 §2 makes a line of base64 have; longer is no word."""
_BEGINS_DER = "MII"
"""How the base64 of any certificate begins: a SEQUENCE of 256 bytes to 64 KiB."""
_FILLED = r"([B-Zb-z0-9*#_.-])\1{7}|\A.{0,28}([B-Zb-z0-9*#_.-])\2{3}.{0,28}\Z"
"""A letter again and again, as people fill what they left out: eight times, or four in a text that
is shorter than a line. Ours: the first is there in one of 10^8 certificates; of bits that are all
0 or all 1 (``A``, ``/``) real ones have many.
"""
_OF_WORDS = r"[A-Za-z0-9+/=_.,!?'\"()*#-]++"


class Refused(Exception):  # noqa: N818 - becomes a Problem
    """A block that is not what it should be; the text is one line for people."""


class Block(msgspec.Struct, frozen=True):
    """A PEM block: characters ``start`` to ``end`` of the text, its body between the markers.

    ``fault`` says what is wrong with its markers; empty when nothing is.
    """

    label: str
    start: int
    end: int
    body_start: int
    body_end: int
    fault: str = ""


def blocks_of(text: str) -> list[Block]:
    """The PEM blocks of a text, also those whose end is not there."""
    return list(_each_block(text))


def _each_block(text: str) -> Iterator[Block]:
    begin: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if begin is not None:
            yield _block(begin, marker, len(text))
        begin = marker if marker[1] == "BEGIN" else None
    if begin is not None:
        yield _block(begin, None, len(text))


def _block(begin: re.Match[str], following: re.Match[str] | None, size: int) -> Block:
    label = begin[2].strip()
    body_end = size if following is None else following.start()
    end = body_end
    fault = ""
    if following is None or following[1] == "BEGIN":
        fault = f"the block begins with BEGIN {_known_label(label)} and does not end"
    else:
        end = following.end()
        if following[2].strip() != label:
            fault = "the block's END has another label than its BEGIN"
    return Block(label, begin.start(), end, begin.end(), body_end, fault)


def _known_label(label: str) -> str:
    return next((known for known in CERTIFICATE_LABELS if known in label), "")


def without_traces(text: str) -> str:
    """The body of a block without what a page, a reply or a mail's encoding left in it.

    Sources: HTML, RFC 3676 §4.5 (``>``), RFC 2045 §6.7 (a ``=`` is ``=3D``, or a line's end).
    """
    return re.sub(_LEFT_BY_COPIES, "", text.replace("=3D", "="))


def body_of(text: str) -> str:
    """The base64 of a block without RFC 1421 headers and white space.

    Line ends written as ``\\n``, as in JSON, are taken for line ends.
    """
    unescaped = text.replace("\\r", "").replace("\\n", "\n")
    if ":" in unescaped:
        unescaped = re.sub(_HEADER, "", unescaped)
    return "".join(unescaped.split())


def is_placeholder(body: str, *, ends: bool = True) -> bool:
    """Whether a block's body only holds the place of what is to be pasted there.

    ``MIIF...``, ``<paste here>``, ``{{ .Values.certificate }}``; in a block that ``ends`` also
    ``MIIFxxxxxxxx``, ``YOUR CERTIFICATE``, or nothing. What is cut off or damaged begins as a
    certificate does, or is long, or does not end. That these are all shapes is *inferred*.
    """
    if "..." in body or "…" in body or "{{" in body or "${" in body:
        return True
    if -1 < body.find("<") < body.rfind(">"):
        return True
    words = body.replace("\\r", " ").replace("\\n", " ").split()
    if not ends:
        return False
    if re.search(_FILLED, "".join(words)):
        return True
    if words and words[0].startswith(_BEGINS_DER):
        return False
    return all(len(word) < _LONGEST_WORD and re.fullmatch(_OF_WORDS, word) for word in words)


def decoded(encoded: str) -> bytes:
    """The bytes of base64 without white space; padding may be missing. Raises Refused."""
    import binascii

    if not BASE64.fullmatch(encoded):
        raise Refused("the base64 text of the block is damaged")
    digits = encoded.rstrip("=")
    try:
        return binascii.a2b_base64(digits + "=" * (-len(digits) % 4))
    except binascii.Error:
        raise Refused("the base64 text of the block is damaged") from None
