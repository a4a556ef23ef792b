r"""The private keys in a text of any kind: source code, settings, documents.

A key stands there as people paste it: as PEM, its line ends and signs written out (``\n``,
``&#10;``, ``%20``), its lines quoted, indented or in comments; as PuTTY writes it; as base64 of
these, or of PKCS#8 alone. What begins like a key is one only if its body decodes to one, so a
header alone and a placeholder are none. Sources: RFC 7468 (PEM), RFC 1421 §4.6.1.1 (encrypted PEM),
PuTTY's manual, appendix C (PPK).
"""

from __future__ import annotations

import bisect
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from iflint.pki.files import block_region
from iflint.pki.key_signs import (
    BEGINS_IN_BASE64,
    BLANK,
    HYPHEN,
    PRIVATE_KEY,
    PUTTY,
    WITHIN_BASE64,
)
from iflint.pki.keys import PUTTY_KEY, KeyForm, KeyMaterial, key_in_pem
from iflint.pki.pem import Refused, blocks_of, decoded, is_placeholder
from iflint.places.location import Location
from iflint.places.text_file import read_damaged_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iflint.places.location import FileLocation, Region
    from iflint.places.text_file import TextFile

MAX_KEYS = 100
"""In one file. Ours: more of them say nothing new."""

_LONGEST = 64 * 1024
"""Characters of one key. Ours: twice an RSA key of 16,384 bits, its base64 in base64."""
_SHORTEST = 48
"""Characters of a body. Ours: that of an Ed25519 key in PKCS#8 has 64, of any other more."""
_SHORTEST_PUTTY = 32
"""Bytes of a private part: an Ed25519 key's has 36, any other more."""
_DER = b"\x30"
_HEADER = re.compile(r"Proc-Type: ?4,ENCRYPTED|DEK-Info: ?[A-Za-z0-9-]{1,32},[0-9A-Fa-f]{1,64}")
_WRITTEN = re.compile(
    r"\\{1,4}(?:u00(?P<json>[0-9A-Fa-f]{2})|[nrt]|(?P<sign>/))|`[nrt]"
    r"|%(?P<url>[0-9A-Fa-f]{2})"
    r"|&#(?:x(?P<hex>[0-9A-Fa-f]{1,2})|(?P<decimal>[0-9]{1,3}));"
)
_MARKER = re.compile(
    rf"{HYPHEN}{{5}}(?P<side>BEGIN|END){BLANK}"
    rf"(?P<label>(?:[A-Z0-9]{{1,16}}{BLANK}){{0,3}}PRIVATE{BLANK}KEY){HYPHEN}{{5}}"
)
_NOT_WRITTEN_OUT = re.compile("[A-Z0-9 -]*+")
_RUN = re.compile(r"[A-Za-z0-9+/]++")
_SIGN_IN_BASE64 = re.compile("|".join((*BEGINS_IN_BASE64, *WITHIN_BASE64)))
_BASE64 = re.compile(
    r"[A-Za-z0-9+/]*+"
    r"(?:[\"']?[ \t]*+(?:[\\`][rn]|\\?[\r\n])++[ \t\"']*+(?!LS0tLS1C)[A-Za-z0-9+/]++)*+"
)
_PPK = re.compile(
    r"PuTTY-User-Key-File-[123]: ?(?P<algorithm>[\w.@-]{1,64}+)\W{1,64}+"
    r"Encryption: ?(?P<cipher>[\w-]{1,32})\b"
)
_PPK_PUBLIC = re.compile(r"Public-Lines: ?[0-9]{1,4}\b")
_PPK_PRIVATE = re.compile(r"Private-Lines: ?[0-9]{1,4}\b")
_PPK_END = re.compile(r"Private-(?:MAC|Hash):")


def keys_in_text(
    data: bytes, file: FileLocation, known: Sequence[KeyMaterial] = ()
) -> tuple[KeyMaterial, ...]:
    """The private keys in the text that a file's bytes are, in its order, but those ``known``."""
    regions = [key.location.region for key in known]
    if None in regions:
        return ()
    text = read_damaged_text(data, file)
    taken = sorted((each.start_byte, each.end_byte) for each in regions if each is not None)
    found: list[KeyMaterial] = []
    for form, region in _keys(text):
        at = bisect.bisect_left(taken, (region.end_byte, 0))
        if at == 0 or taken[at - 1][1] <= region.start_byte:
            taken.insert(at, (region.start_byte, region.end_byte))
            location = Location(file, region)
            found.append(KeyMaterial(location, form.kind, form.encrypted, half=form.half))
        if len(found) >= MAX_KEYS:
            break
    return tuple(sorted(found, key=_begin))


def _keys(text: TextFile) -> Iterator[tuple[KeyForm, Region]]:
    for form, (start, end, shown_to) in _in_plain(text.text):
        yield form, block_region(text, start, end, shown_to)
    for form, (start, end, shown_to) in _in_pem_written_out(text.text):
        yield form, block_region(text, start, end, shown_to)
    for start, end, shown_to in _encoded(text.text):
        encoded = _in_base64(text.text[start : min(end, start + _LONGEST)])
        if encoded is not None:
            yield encoded, block_region(text, start, end, shown_to)


def _encoded(text: str) -> Iterator[tuple[int, int, int]]:
    """Start and end of what may be a key in base64, and up to where it is shown.

    PEM begins its base64 in most cases; else this begins where its letters do.
    """
    end = 0
    for sign in _SIGN_IN_BASE64.finditer(text):
        if sign.start() < end:
            continue
        start = shown_to = sign.start()
        if sign[0] in BEGINS_IN_BASE64:
            shown_to = sign.end()
        else:
            before = _RUN.match(text[max(end, start - _LONGEST) : start][::-1])
            start = shown_to = start - (before.end() if before else 0)
        run = _BASE64.match(text, sign.end())
        end = run.end() if run else sign.end()
        yield start, end, shown_to


def _in_plain(text: str) -> Iterator[tuple[KeyForm, tuple[int, int, int]]]:
    """The keys that are not in base64, with start and end of each, and up to where it is shown."""
    if PRIVATE_KEY in text:
        yield from _in_pem(text)
    if PUTTY in text:
        yield from _in_putty(text)


def _in_pem(text: str) -> Iterator[tuple[KeyForm, tuple[int, int, int]]]:
    """The keys in blocks of PEM."""
    for block in blocks_of(text):
        if PRIVATE_KEY not in block.label or "PGP" in block.label:
            continue
        written = text[block.body_start : min(block.body_end, block.body_start + _LONGEST)]
        form = _form(block.label, written)
        if form is not None:
            yield form, (block.start, block.end, block.body_start)


def _in_pem_written_out(text: str) -> Iterator[tuple[KeyForm, tuple[int, int, int]]]:
    """The keys in blocks of PEM whose labels have blanks and signs written out, as in a URL."""
    markers = _MARKER.finditer(text) if "PRIVATE" in text else iter(())
    for begin, end in pairwise(markers):
        if begin["side"] == end["side"] or _NOT_WRITTEN_OUT.fullmatch(begin[0]):
            continue
        written = text[begin.end() : min(end.start(), begin.end() + _LONGEST)]
        if "+" in begin["label"]:
            written = written.replace("+", " ")
        label = _plain(begin["label"]).replace("+", " ")
        form = _form(label, written)
        if form is not None:
            yield form, (begin.start(), end.end(), begin.end())


def _form(label: str, written: str) -> KeyForm | None:
    """What a block of PEM with this body is, in whatever way it is written."""
    if len(written) < _SHORTEST:
        return None
    return next(filter(None, (_form_of(label, body) for body in _bodies(written))), None)


def _form_of(label: str, body: str) -> KeyForm | None:
    form = key_in_pem(label, body, _bytes(_HEADER.sub("", body)))
    return None if form is not None and form.encrypted and is_placeholder(body) else form


def _bodies(written: str) -> Iterator[str]:
    """What may be the body of a block: all of it, what is in quotes, or what ends each line.

    Around the quotes stands code, before what ends the lines of a log their time.
    """
    plain = _plain(written)
    yield plain
    for quote in "\"'":
        if quote in plain:
            yield "".join(plain.split(quote)[::2])
    yield "\n".join(runs[-1] for line in plain.splitlines() if (runs := _RUN.findall(line)))


def _in_base64(text: str) -> KeyForm | None:
    """The first key in what is in base64: a text, or the key itself."""
    content = _bytes(_plain(text[:_LONGEST]))
    if content.startswith(_DER):
        return key_in_pem("", "", content)
    plain = content.decode("ascii", "replace")
    return next((form for form, _ in _in_plain(plain)), None)


def _in_putty(text: str) -> Iterator[tuple[KeyForm, tuple[int, int, int]]]:
    """The keys as PuTTY writes them, from one beginning to the next."""
    starts = [found.start() for found in re.finditer(PUTTY, text)]
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        written = _plain(text[start : min(following, start + _LONGEST)])
        begin = _PPK.match(written)
        public, private = _PPK_PUBLIC.search(written), _PPK_PRIVATE.search(written)
        if begin is None or public is None or private is None:
            continue
        algorithm = begin["algorithm"].encode()
        half = _bytes(written[public.end() : private.start()])
        end = _PPK_END.search(written, private.end())
        body = written[private.end() : end.start() if end else len(written)]
        is_key = half.startswith(len(algorithm).to_bytes(4) + algorithm)
        if is_key and len(_bytes(body)) >= _SHORTEST_PUTTY:
            encrypted = begin["cipher"] != "none"
            shown_to = start + len(PUTTY)
            yield KeyForm(PUTTY_KEY, encrypted), (start, shown_to, shown_to)


def _plain(written: str) -> str:
    r"""A text whose line ends and signs may be written out: ``\n``, ``\u002b``, ``%2B``."""
    if any(sign in written for sign in ("\\", "%", "&#", "`")):
        return _WRITTEN.sub(_character, written)
    return written


def _character(found: re.Match[str]) -> str:
    if found["sign"]:
        return found["sign"]
    code = found["json"] or found["url"] or found["hex"]
    if code is not None:
        return chr(int(code, 16))
    return chr(int(found["decimal"])) if found["decimal"] else "\n"


def _bytes(body: str) -> bytes:
    """What base64 stands for whose lines may have quotes, indents and comment signs around them.

    Empty if it is none.
    """
    runs = (run for run in _RUN.findall(body.partition("=")[0]) if run.strip("+/"))
    digits = "".join(runs)
    try:
        return decoded(digits[:-1] if len(digits) % 4 == 1 else digits)
    except Refused:
        return b""


def _begin(key: KeyMaterial) -> int:
    region = key.location.region
    return region.start_byte if region is not None else -1
