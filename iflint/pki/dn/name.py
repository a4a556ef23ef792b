"""A distinguished name: read from a certificate or from text, written so that it can be pasted."""

from __future__ import annotations

import re
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import DER_VALUES, NAME_PARTS
from iflint.pki import der
from iflint.pki.dn import attribute as attributes
from iflint.pki.dn import grammar
from iflint.pki.dn.attribute import Attribute

if TYPE_CHECKING:
    from collections.abc import Set

Rdn = tuple[Attribute, ...]

NAMES_KEPT = 256
"""Names that were read last. Ours: thousands of certificates and rows have a few issuers."""

_NEEDS_ESCAPE = re.compile(r'[,=+<>#;"\\]')
_PLAIN = re.compile(
    r"[A-Za-z0-9'()\-./:?@_*&](?:[A-Za-z0-9 '()\-./:?@_*&]*[A-Za-z0-9'()\-./:?@_*&])?"
)


class Name(msgspec.Struct, frozen=True, dict=True):
    """RDNs, the most specific first: as DNs are written here and by Java.

    ``stored`` is the text that a parsed name was read from.
    """

    rdns: tuple[Rdn, ...]
    stored: str = ""

    def __str__(self) -> str:
        return self.readable

    @cached_property
    def text(self) -> str:
        """The text to paste: the runtime reads it as a name that equals this one."""
        return written(self)

    @cached_property
    def readable(self) -> str:
        """The text to look at: every string type in plain text, a blank behind each comma."""
        return ", ".join(map(rdn_text, self.rdns))

    @cached_property
    def canonical(self) -> str:
        """Java's ``X500Principal.getName(CANONICAL)``: the runtime's equality (*inferred*)."""
        return ",".join(map(_canonical_rdn, self.rdns))

    @cached_property
    def chain_key(self) -> str:
        """Equal for names that match by RFC 5280 §7.1: what links certificates to a chain."""
        return ",".join(
            "+".join(sorted(attributes.chain_key(attribute) for attribute in rdn))
            for rdn in self.rdns
        )

    @cached_property
    def values(self) -> frozenset[str]:
        """Each attribute in a form that is equal for those that match by RFC 5280 §7.1."""
        return frozenset(attributes.chain_key(part) for rdn in self.rdns for part in rdn)

    @cached_property
    def without_common_name(self) -> tuple[str, ...]:
        """The canonical form of each RDN, that of a common name left empty."""
        return tuple(
            "" if all(part.oid == attributes.COMMON_NAME for part in rdn) else _canonical_rdn(rdn)
            for rdn in self.rdns
        )

    def values_of(self, oid: str) -> frozenset[str]:
        """The values of one type of attribute, each as the runtime compares it (*inferred*)."""
        return frozenset(
            attributes.canonical(part) for rdn in self.rdns for part in rdn if part.oid == oid
        )

    @property
    def common_name(self) -> str | None:
        """The text of the most specific CN."""
        for rdn in self.rdns:
            for attribute in rdn:
                if attribute.oid == attributes.COMMON_NAME and der.is_string(attribute.tag):
                    return attribute.value
        return None


def _canonical_rdn(rdn: Rdn) -> str:
    if len(rdn) == 1:
        return attributes.canonical(rdn[0])
    return "+".join(
        attributes.canonical(attribute) for attribute in sorted(rdn, key=attributes.order)
    )


def name_from_der(encoded: bytes) -> Name:
    """The name that these bytes encode (RFC 5280 §4.1.2.4). Raises DerError."""
    return _read_once(encoded, NAME_PARTS.value, DER_VALUES.value)


@lru_cache(NAMES_KEPT)
def _read_once(encoded: bytes, *_limits: int) -> Name:
    """The name, kept under the limits that it was read under: another run may set others."""
    sequence = der.parse(encoded).expect(der.SEQUENCE, "a name")
    rdns = [
        tuple(map(_attribute_from_der, _parts(rdn.expect(der.SET, "a part of a name"))))
        for rdn in _parts(sequence)
    ]
    return Name(tuple(reversed(rdns)))


def _parts(node: der.Node) -> tuple[der.Node, ...]:
    """What a name, or one part of it, consists of. Raises DerError, also where it is too much."""
    parts = node.children()
    if len(parts) > NAME_PARTS.value:
        what = f"a name has more than {NAME_PARTS.value} parts (limit {NAME_PARTS.name})"
        raise der.DerError(what, node.start)
    return parts


def _attribute_from_der(node: der.Node) -> Attribute:
    parts = node.expect(der.SEQUENCE, "an attribute").children()
    if len(parts) < 2:
        raise der.DerError("an attribute needs a type and a value", node.start)
    oid = der.object_identifier(parts[0].expect(der.OBJECT_IDENTIFIER, "an attribute's type"))
    value = parts[1]
    shortest = value.tag <= 0xFF and not value.indefinite
    encoded = der.encode(value.tag, value.content) if shortest else value.encoded
    return attributes.from_encoding(oid, value.tag, encoded)


def written(name: Name, in_bytes: Set[Attribute] = frozenset()) -> str:
    """The text of a name that reads back as equal, with some attributes as `#hex`."""
    text = _joined(name.rdns, in_bytes)
    if "\\\\" not in text or _reads_back(text, name.canonical):
        return text
    # The runtime's parser miscounts the backslashes before an escaped separator.
    with_backslash = {part for rdn in name.rdns for part in rdn if "\\" in part.value}
    return _joined(name.rdns, with_backslash.union(in_bytes))


def _joined(rdns: tuple[Rdn, ...], in_bytes: Set[Attribute]) -> str:
    return ",".join(
        "+".join(
            hexadecimal_text(part) if part in in_bytes else attribute_text(part) for part in rdn
        )
        for rdn in rdns
        if rdn
    )


def rdn_text(rdn: Rdn) -> str:
    """One RDN to look at: as in ``Name.text``, but every string type in plain text."""
    return "+".join(next(iter(_candidates(part)), hexadecimal_text(part)) for part in rdn)


def attribute_text(attribute: Attribute) -> str:
    """`KEY=value` that the runtime reads back as equal: as text if text can, else as `#hex`."""
    if _is_plain_text(attribute):
        return f"{_keyword(attribute)}={attribute.value}"
    canonical = attributes.canonical(attribute)
    for candidate in _candidates(attribute):
        if _reads_back(f"{candidate},C=A", f"{canonical},c=a"):
            return candidate
    return hexadecimal_text(attribute)


def hexadecimal_text(attribute: Attribute) -> str:
    """`KEY=#hex`: certain to be read as this very encoding."""
    return f"{_keyword(attribute)}=#{attribute.der.hex()}"


def _keyword(attribute: Attribute) -> str:
    return attributes.KEYWORDS.get(attribute.oid) or f"OID.{attribute.oid}"


def _is_plain_text(attribute: Attribute) -> bool:
    """Whether the value needs no escape and is compared by text, so that it surely reads back."""
    return (
        attribute.tag in attributes.TEXT_TAGS
        and attribute.oid in attributes.TEXT_KEYWORDS
        and attribute.oid != attributes.DOMAIN_COMPONENT
        and _PLAIN.fullmatch(attribute.value) is not None
    )


def _candidates(attribute: Attribute) -> tuple[str, ...]:
    if not der.is_string(attribute.tag):
        return ()
    keyword = _keyword(attribute)
    escaped = "".join(map(_escaped, attribute.value))
    core = escaped.strip(" ")
    lead = len(escaped) - len(escaped.lstrip(" "))
    trail = len(escaped) - len(core) - lead if core else 0
    text = f"{keyword}=" + "\\ " * lead + core + "\\ " * trail
    if text.endswith("\\\\"):
        # The runtime's parser takes the separator behind it for escaped: keep them apart.
        text += " "
    return text, text.replace("\\\\", "\\5C")


def _escaped(character: str) -> str:
    if _NEEDS_ESCAPE.match(character):
        return "\\" + character
    if character.isprintable():
        return character
    return "".join(f"\\{octet:02X}" for octet in character.encode("utf-8", "replace"))


def _reads_back(text: str, canonical: str) -> bool:
    try:
        return Name(grammar.read(text)).canonical == canonical
    except grammar.MalformedName:
        return False


def swallowed_attribute(name: Name) -> tuple[Attribute, int, int] | None:
    """An attribute that is accepted, but whose value swallowed the next one.

    Its value holds white space, then a keyword (or object identifier) that the runtime knows,
    then `=`; or a slash instead, where OpenSSL 1.0 writes one. Returns it with the span of the
    stored text from that keyword to the value's end. An escaped `=` (`\\=`) is taken as meant.
    """
    parts = [attribute for rdn in name.rdns for attribute in rdn]
    if name.stored.count("=") == len(parts):
        return None
    pattern = swallowed_pattern()
    for attribute in parts:
        value = name.stored.index("=", attribute.start) + 1
        match = pattern.search(name.stored, value, attribute.end)
        if match is not None:
            return attribute, match.start(1), attribute.end
    return None


@cache
def swallowed_pattern() -> re.Pattern[str]:
    """White space, then what the runtime takes for an attribute when it follows a comma.

    OpenSSL 1.0 writes a slash before keywords of more than two letters, a comma before others.
    """
    keywords = "|".join(attributes.TYPES)
    return re.compile(
        rf"(?:\s|/(?=[A-Z]{{3}}))((?:OID\.[0-9][0-9.]*|[0-9]+(?:\.[0-9]+){{2,}}|{keywords})\s*=)",
        re.IGNORECASE,
    )
