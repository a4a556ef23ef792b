"""The certificates and private keys in a text of a tree, with a place that shows no secret."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from iflint.callers.trees.json_tree import JsonText
from iflint.callers.trees.nodes import Base64Text
from iflint.pki.files import FileContent, block_region, read_certificate_text
from iflint.pki.pem import BASE64, is_placeholder
from iflint.places.location import Location

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.callers.trees.nodes import Text
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.places.location import Region

PEM = "-----BEGIN "
PEM_IN_BASE64 = "LS0tLS1CRUdJTi"
_MARKER = re.compile(r"-----BEGIN [^-\\\"]{1,64}-----")


def certificates_in(text: Text) -> FileContent:
    """What a text holds: PEM, base64 of PEM, base64 of DER, or that in base64 once more.

    A certificate's place is its block; in a string of JSON it is the string, as that of a file
    of JSON is, and in base64 all of it.
    """
    if PEM not in text.value:
        decoded = Base64Text(text)
        if PEM in decoded.value or _stands_for_one(decoded.value):
            text = decoded
    file = text.layer.file.location
    return read_certificate_text(text.value, file, partial(_region, text))


def _stands_for_one(text: str) -> bool:
    """Whether a text that was in base64 is a certificate in base64, or a placeholder for one."""
    if not text:
        return False
    return BASE64.fullmatch("".join(text.split())) is not None or is_placeholder(text)


def name_location(text: Text) -> Location:
    """The place of a text that is no secret, and nothing beside it shown."""
    file = text.layer.file
    first, last = text.layer.span(*text.whole)
    shown = last if text.layer.exact else first
    return Location(file.location, block_region(file, first, last, shown))


def own_first(found: Sequence[FoundCertificate]) -> list[FoundCertificate]:
    """The certificates of one key, its own first: the one that issued none of the others."""
    issuers = [each.certificate.issuer.chain_key for each in found]
    subjects = [each.certificate.subject.chain_key for each in found]

    def rank(number: int) -> tuple[bool, bool]:
        issued = any(
            issuer == subjects[number] for other, issuer in enumerate(issuers) if other != number
        )
        return issued, bool(_is_ca(found[number].certificate))

    own = min(range(len(found)), key=rank, default=0)
    return [*found[own : own + 1], *found[:own], *found[own + 1 :]]


def _is_ca(certificate: Certificate) -> bool:
    return certificate.is_ca is True


def _region(text: Text, start: int, end: int, shown_to: int) -> Region:
    """The region of a block, whose excerpt shows its first marker at most."""
    written = text
    while isinstance(written, Base64Text):
        written = written.encoded
    file = text.layer.file
    if isinstance(written, JsonText):
        first, last = written.layer.span(*written.whole)
        begins = written.layer.span(written.whole[0], written.start + _shown(written.written))[1]
        exact = written.layer.exact
    else:
        first, last = text.inside.span(start, end)
        begins = text.inside.span(start, shown_to)[1]
        exact = text.inside.exact
    if not exact:
        begins = first + _shown(file.text[first : first + len(PEM_IN_BASE64)])
    return block_region(file, first, last, begins)


def _shown(written: str) -> int:
    """How much of a text is no secret, whatever it holds."""
    if written.startswith(PEM_IN_BASE64):
        return len(PEM_IN_BASE64)
    marker = _MARKER.match(written)
    return marker.end() if marker else 0
