"""One attribute of a name: its type and value, and the forms in which it is compared.

The runtime's forms are *inferred* to be Java's (`X500Principal`, JDK 17), on which they were
measured; the chain's form follows RFC 5280 §7.1.
"""

from __future__ import annotations

import re

import msgspec

from iflint.pki import der

EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25"
COMMON_NAME = "2.5.4.3"
ORGANIZATION = "2.5.4.10"

TEXT_KEYWORDS = {
    COMMON_NAME: "CN",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    ORGANIZATION: "O",
    "2.5.4.11": "OU",
    "2.5.4.9": "STREET",
    DOMAIN_COMPONENT: "DC",
    "0.9.2342.19200300.100.1.1": "UID",
}
"""The attributes of RFC 2253: the runtime compares them by text, if their string type allows."""

_OTHER_KEYWORDS = {
    "2.5.4.4": "SURNAME",
    "2.5.4.5": "SERIALNUMBER",
    "2.5.4.12": "T",
    "2.5.4.42": "GIVENNAME",
    "2.5.4.43": "INITIALS",
    "2.5.4.44": "GENERATION",
    "2.5.4.46": "DNQ",
    EMAIL_ADDRESS: "EMAILADDRESS",
    "1.3.6.1.4.1.42.2.11.2.1": "IP",
}

KEYWORDS = TEXT_KEYWORDS | _OTHER_KEYWORDS
"""Type to keyword, for every type that has a keyword which the runtime's parser knows."""

TYPES = {keyword: oid for oid, keyword in KEYWORDS.items()} | {
    "S": "2.5.4.8",
    "DNQUALIFIER": "2.5.4.46",
    "EMAIL": EMAIL_ADDRESS,
}
"""Keyword to type, for every keyword that the runtime's parser knows."""

TEXT_TAGS = (der.PRINTABLE_STRING, der.UTF8_STRING)
JAVA_BLANKS = "".join(map(chr, range(0x21)))
"""What ``String.trim`` removes."""
_ESCAPED_IN_CANONICAL = re.compile(r'[,+<>;"\\]')
_SPACES = re.compile(" {2,}")


class Attribute(msgspec.Struct, frozen=True):
    """One type and value. ``value`` is the text (for no string type: empty).

    ``keyword`` is the one to show (`CN`, `EMAILADDRESS`, … or the dotted type); ``tag`` is the
    value's ASN.1 tag and ``der`` its whole encoding. In a name that was parsed from text,
    ``start`` and ``end`` span `KEY=value` in it, and ``hexadecimal`` tells whether the value
    was given as `#hex`, which fixes its string type.
    """

    oid: str
    keyword: str
    value: str
    tag: int
    der: bytes
    start: int = -1
    end: int = -1
    hexadecimal: bool = False


def from_encoding(
    oid: str, tag: int, encoded: bytes, start: int = -1, end: int = -1, *, hexadecimal: bool = False
) -> Attribute:
    """The attribute whose value has this tag and encoding (tag, length and content)."""
    value = text_of(encoded) if der.is_string(tag) else ""
    return Attribute(
        oid, KEYWORDS.get(oid, oid), value, tag, encoded, start, end, hexadecimal=hexadecimal
    )


def text_of(encoded: bytes) -> str:
    """The text of an encoded string. Raises DerError."""
    return der.string(der.parse(encoded))


def canonical(attribute: Attribute) -> str:
    """As Java writes it in ``X500Principal.getName(CANONICAL)``."""
    keyword = TEXT_KEYWORDS.get(attribute.oid)
    if keyword is None or attribute.tag not in TEXT_TAGS:
        return f"{(keyword or attribute.oid).lower()}=#{attribute.der.hex()}"
    return f"{keyword.lower()}={fold(attribute.value)}"


def fold(text: str) -> str:
    """A text as the runtime compares it: spaces, letter case and compatibility forms folded."""
    escaped = _ESCAPED_IN_CANONICAL.sub(r"\\\g<0>", text)
    if escaped.startswith("#"):
        escaped = "\\" + escaped
    folded = _SPACES.sub(" ", escaped).strip(JAVA_BLANKS).upper().lower()
    if folded.isascii():
        return folded
    import unicodedata

    return unicodedata.normalize("NFKD", folded)


def order(attribute: Attribute) -> tuple[bool, bytes]:
    """The key by which Java orders the attributes of one RDN in its canonical form."""
    form = canonical(attribute)
    return attribute.oid not in TEXT_KEYWORDS, form.encode("utf-16-be", "surrogatepass")


def chain_key(attribute: Attribute) -> str:
    """Equal for attributes that match by RFC 5280 §7.1, whatever their string types."""
    if not der.is_string(attribute.tag):
        return f"{attribute.oid}=#{attribute.der.hex()}"
    text = attribute.value
    if not text.isascii():
        import unicodedata

        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = " ".join(text.split()).lower()
    return f"{attribute.oid}={len(text)}:{text}"


def differs_in_type_only(stored: Attribute, certificate: Attribute) -> bool:
    """Whether only the string type, which typed text leaves open, keeps the two from being equal.

    False when they are equal, and when the stored value was given as `#hex`.
    """
    if (
        stored.oid != certificate.oid
        or stored.hexadecimal
        or stored.tag == certificate.tag
        or not der.is_string(certificate.tag)
    ):
        return False
    if der.encode_string(certificate.tag, stored.value) == certificate.der:
        return True
    compared_by_text = stored.oid in TEXT_KEYWORDS and certificate.tag in TEXT_TAGS
    return compared_by_text and fold(stored.value) == fold(certificate.value)
