"""One X.509 certificate, read from its DER without a library: what can be read of it is used.

Source: RFC 5280 §4.1 and §4.2. Lenient where a Java runtime is: see ``iflint.pki.der``.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.limits import CERTIFICATE_BYTES, numbered
from iflint.pki import der as asn1
from iflint.pki.names import MalformedName, Name, name_from_der, parse_name
from iflint.places.credentials import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable

    from iflint.pki.der import Node

_LONG_PAST = datetime(1970, 1, 1, tzinfo=UTC)

CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
ANY_EXTENDED_KEY_USAGE = "2.5.29.37.0"

_USAGES = {
    "1.3.6.1.5.5.7.3.1": "Server Authentication",
    CLIENT_AUTH: "Client Authentication",
    "1.3.6.1.5.5.7.3.3": "Code Signing",
    "1.3.6.1.5.5.7.3.4": "E-mail Protection",
    "1.3.6.1.5.5.7.3.8": "Time Stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP Signing",
    ANY_EXTENDED_KEY_USAGE: "any usage",
}
_KEY_USAGES = (
    "digitalSignature",
    "contentCommitment",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
    "decipherOnly",
)
_CA_ISSUERS = "1.3.6.1.5.5.7.48.2"
_AUTHORITY_INFORMATION = "1.3.6.1.5.5.7.1.1"
_PROCESSED_ELSEWHERE = frozenset(
    (
        "1.3.6.1.5.5.7.48.1.5",  # OCSP no check
        "2.16.840.1.113730.1.1",  # Netscape certificate type
        "2.5.29.31",  # cRLDistributionPoints
        "2.5.29.32",  # certificatePolicies
        "2.5.29.33",  # policyMappings
        "2.5.29.36",  # policyConstraints
        "2.5.29.54",  # inhibitAnyPolicy
    )
)
"""Extensions that decide nothing here: policies and revocation are not checked."""
NEVER_CRITICAL = {
    _AUTHORITY_INFORMATION: "authorityInfoAccess",
    "1.3.6.1.5.5.7.1.11": "subjectInfoAccess",
    "2.5.29.9": "subjectDirectoryAttributes",
    "2.5.29.14": "subjectKeyIdentifier",
    "2.5.29.16": "privateKeyUsagePeriod",
    "2.5.29.18": "issuerAltName",
    "2.5.29.35": "authorityKeyIdentifier",
    "2.5.29.46": "freshestCRL",
}
"""Extensions that CAs should not mark as critical: OpenSSL and the JDK refuse them then."""
_MAX_EXTENSIONS = 200
"""Ours: RFC 5280 defines 17; most seen in real certificates: 8, in test vectors: 12."""

_RSA_KEYS = {"1.2.840.113549.1.1.1": "RSA", "1.2.840.113549.1.1.10": "RSA-PSS"}
_EC_KEY = "1.2.840.10045.2.1"
_DSA_KEY = "1.2.840.10040.4.1"
_PLAIN_KEYS = {
    "1.3.101.110": "X25519",
    "1.3.101.111": "X448",
    "1.3.101.112": "Ed25519",
    "1.3.101.113": "Ed448",
}
_CURVES = {
    "1.2.840.10045.3.1.1": "secp192r1",
    "1.2.840.10045.3.1.7": "secp256r1",
    "1.3.132.0.10": "secp256k1",
    "1.3.132.0.33": "secp224r1",
    "1.3.132.0.34": "secp384r1",
    "1.3.132.0.35": "secp521r1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
    "1.3.36.3.3.2.8.1.1.13": "brainpoolP512r1",
}


class CertificateError(ValueError):
    """The bytes are no certificate; the text is one line that says why."""


class Extensions(msgspec.Struct, frozen=True, kw_only=True):
    """The extensions that matter here; None: the certificate has no such extension.

    ``extended_key_usage`` holds OIDs, ``ca_issuers`` the URLs of AIA caIssuers. ``unread`` says,
    in words, which extensions are there and could not be read. ``subject_alternative_names`` and
    ``name_constraints`` are the DER of these extensions' values, ``critical`` the OIDs of the
    critical extensions, ``unprocessed`` those of them that are unknown here, can't be read, or
    are never critical. ``malformed`` says, in clauses, what of the other ones makes programs
    refuse the certificate.
    """

    is_ca: bool | None = None
    path_length: int | None = None
    key_usage: frozenset[str] | None = None
    extended_key_usage: tuple[str, ...] | None = None
    subject_key_id: bytes | None = None
    authority_key_id: bytes | None = None
    ca_issuers: tuple[str, ...] = ()
    subject_alternative_names: bytes | None = None
    name_constraints: bytes | None = None
    critical: frozenset[str] = frozenset()
    unprocessed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    malformed: tuple[str, ...] = ()


class Certificate(Extensions, frozen=True, dict=True, eq=False, kw_only=True):
    """An X.509 certificate; two are equal when their bytes are.

    ``version`` counts from 1; times are UTC, both bounds belong to the validity. ``spki`` is the
    DER of the SubjectPublicKeyInfo, ``tbs`` the signed bytes, ``signature_parameters`` the DER of
    the algorithm's parameters; ``algorithms_agree`` is False when the signed part names another
    signature algorithm than the signature itself (RFC 5280 §4.1.1.2).
    """

    der: bytes
    version: int
    serial: int
    subject: Name
    issuer: Name
    not_before: datetime
    not_after: datetime
    spki: bytes
    signature_algorithm: str
    signature_parameters: bytes | None
    signature: bytes
    algorithms_agree: bool
    tbs: bytes

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self.der == other.der

    def __ne__(self, other: object) -> bool:
        # msgspec's own would compare which object it is.
        return not self == other

    def __hash__(self) -> int:
        return hash(self.der)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 fingerprint, lower-case hex without separators."""
        import hashlib

        return hashlib.sha256(self.der).hexdigest()

    @cached_property
    def sha1(self) -> str:
        """The SHA-1 fingerprint, lower-case hex without separators."""
        import hashlib

        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @cached_property
    def key(self) -> str:
        """The kind of public key for people: ``RSA 2048``, ``EC secp256r1``, ``Ed25519``."""
        return describe_key(self.spki)

    @cached_property
    def pair(self) -> tuple[str, str]:
        """Subject and issuer as the runtime compares them."""
        return self.subject.canonical, self.issuer.canonical

    @cached_property
    def self_issued(self) -> bool:
        """Whether subject and issuer are the same name (RFC 5280 §3.2)."""
        return self.subject.chain_key == self.issuer.chain_key

    @property
    def is_known_by_facts(self) -> bool:
        """Whether names and dates are all that is known of it (see `known_by_facts`)."""
        return not self.tbs

    @property
    def told_begin(self) -> datetime | None:
        """The first moment of its validity; None where it is not known."""
        unknown = self.is_known_by_facts and self.not_before == _LONG_PAST
        return None if unknown else self.not_before

    @property
    def lacks_client_auth(self) -> bool:
        """Whether an extended key usage is stated, and neither client authentication nor any."""
        usages = self.extended_key_usage
        return usages is not None and not {CLIENT_AUTH, ANY_EXTENDED_KEY_USAGE} & set(usages)


def known_by_facts(
    subject: str, issuer: str, not_before: datetime | None, not_after: datetime
) -> Certificate:
    """A certificate of which names and dates are told, and no bytes: the rest of it is empty.

    Names are read as the runtime reads them; a text that it refuses is taken for one common name.
    An unknown beginning counts as long past.
    """
    begin = not_before or _LONG_PAST
    told = "\x1f".join((subject, issuer, begin.isoformat(), not_after.isoformat()))
    return Certificate(
        der=told.encode("utf-8", "backslashreplace"),
        version=0,
        serial=0,
        subject=_name_as_told(subject),
        issuer=_name_as_told(issuer),
        not_before=begin,
        not_after=not_after,
        spki=b"",
        signature_algorithm="",
        signature_parameters=None,
        signature=b"",
        algorithms_agree=True,
        tbs=b"",
    )


def _name_as_told(text: str) -> Name:
    if not text.strip():
        return Name(())
    try:
        return parse_name(text)
    except MalformedName:
        return parse_name("CN=" + re.sub(r'([\s,=+<>#;"\\])', r"\\\1", text.strip()))


def parse_certificate(der: bytes) -> Certificate:
    """The certificate at the beginning of ``der``; bytes after it are left alone.

    Raises CertificateError when it is none: its frame, names, validity, key or signature can't
    be read. Extensions are read one by one: a bad one goes to ``unread``, the rest is used.
    """
    try:
        outer = asn1.parse(der)
        if outer.end - outer.start > CERTIFICATE_BYTES.value:
            most = numbered(CERTIFICATE_BYTES.value)
            what = f"it is larger than {most} bytes (limit {CERTIFICATE_BYTES.name})"
            raise CertificateError(what)
        return _certificate(outer)
    except asn1.DerError as error:
        raise CertificateError(f"not a certificate: {error.message}") from None


def _certificate(outer: Node) -> Certificate:
    outer.expect(asn1.SEQUENCE, "a certificate")
    parts = outer.children()
    if len(parts) < 3:
        raise CertificateError("not a certificate: it has no signed part, algorithm and signature")
    tbs, algorithm, signature = parts[:3]
    fields = list(tbs.expect(asn1.SEQUENCE, "the signed part").children())
    version = 1
    if fields and fields[0].tag == 0xA0:
        version = _version(fields.pop(0))
    if len(fields) < 6:
        raise CertificateError("not a certificate: its signed part lacks fields")
    serial, inner_algorithm, issuer, validity, subject, spki, *optional = fields
    not_before, not_after = _validity(validity)
    oid, parameters = _algorithm(algorithm)
    return Certificate(
        der=outer.encoded,
        version=version,
        serial=asn1.integer(serial.expect(asn1.INTEGER, "a serial number")),
        subject=name_from_der(subject.encoded),
        issuer=name_from_der(issuer.encoded),
        not_before=not_before,
        not_after=not_after,
        spki=spki.expect(asn1.SEQUENCE, "a public key").encoded,
        signature_algorithm=oid,
        signature_parameters=parameters,
        signature=asn1.bit_string(signature.expect(asn1.BIT_STRING, "a signature")),
        algorithms_agree=_same_algorithm((oid, parameters), inner_algorithm),
        tbs=tbs.encoded,
        **msgspec.structs.asdict(_extensions(optional)),
    )


def _version(node: Node) -> int:
    number = asn1.integer(_only_child(node))
    if not 0 <= number <= 2:
        raise CertificateError("not a certificate of version 1, 2 or 3")
    return number + 1


def _only_child(node: Node) -> Node:
    children = node.children()
    if not children:
        raise asn1.DerError("a value is expected, but there is none", node.start)
    return children[0]


def _validity(node: Node) -> tuple[datetime, datetime]:
    bounds = node.expect(asn1.SEQUENCE, "a validity").children()
    if len(bounds) < 2:
        raise asn1.DerError("a validity has two dates", node.start)
    return asn1.time(bounds[0]), asn1.time(bounds[1])


def _algorithm(node: Node) -> tuple[str, bytes | None]:
    """OID and DER of the parameters of an AlgorithmIdentifier; NULL counts as no parameters."""
    children = node.expect(asn1.SEQUENCE, "an algorithm").children()
    if not children:
        raise asn1.DerError("an algorithm has an identifier", node.start)
    oid = asn1.object_identifier(children[0].expect(asn1.OBJECT_IDENTIFIER, "an algorithm"))
    if len(children) < 2 or children[1].tag == asn1.NULL:
        return oid, None
    return oid, children[1].encoded


def _same_algorithm(algorithm: tuple[str, bytes | None], other: Node) -> bool:
    try:
        return _algorithm(other) == algorithm
    except asn1.DerError:
        return False


class _Found(msgspec.Struct):
    """What the extensions say, as they are read one by one."""

    values: dict[str, Any] = {}
    seen: set[str] = set()
    critical: set[str] = set()
    unprocessed: list[str] = []
    unread: list[str] = []
    malformed: list[str] = []


def _extensions(optional: list[Node]) -> Extensions:
    """What the fields after the public key say; [3] holds the extensions (RFC 5280 §4.1.2.9)."""
    found = _Found()
    for field in optional:
        if field.tag != 0xA3:
            continue
        try:
            extensions = _only_child(field).expect(asn1.SEQUENCE, "extensions").children()
        except asn1.DerError:
            return Extensions(unread=("the extensions",))
        if len(extensions) > _MAX_EXTENSIONS:
            found.unread.append(f"the extensions after the first {_MAX_EXTENSIONS}")
        for extension in extensions[:_MAX_EXTENSIONS]:
            _read_extension(extension, found)
    return Extensions(
        **found.values,
        critical=frozenset(found.critical),
        unprocessed=tuple(found.unprocessed),
        unread=tuple(found.unread),
        malformed=tuple(found.malformed),
    )


def _read_extension(extension: Node, found: _Found) -> None:
    try:
        parts = extension.expect(asn1.SEQUENCE, "an extension").children()
        oid = asn1.object_identifier(parts[0].expect(asn1.OBJECT_IDENTIFIER, "an extension"))
    except (asn1.DerError, IndexError):
        found.unread.append("an extension without identifier")
        return
    critical = any(part.tag == asn1.BOOLEAN and part.content != b"\0" for part in parts[1:-1])
    if critical:
        found.critical.add(oid)
    known = _READERS.get(oid)
    is_fine = known and oid not in NEVER_CRITICAL
    if critical and not (is_fine or oid in _PROCESSED_ELSEWHERE or oid in found.unprocessed):
        found.unprocessed.append(oid)
    if known is None:
        return
    what, read = known
    if oid in found.seen:
        found.unread.append(f"the second extension {what} (a certificate may have one)")
        found.malformed.append(f"it has the extension {what} twice")
        return
    found.seen.add(oid)
    try:
        value = parts[-1].expect(asn1.OCTET_STRING, "an extension's value")
        found.values.update(read(asn1.parse(value.content)))
    except asn1.DerError:
        found.unread.append(f"the extension {what}")
        if oid in found.unprocessed:
            return
        if critical:
            found.unprocessed.append(oid)
        elif oid != _AUTHORITY_INFORMATION:
            found.malformed.append(f"its extension {what} can't be read")


def _basic_constraints(node: Node) -> dict[str, Any]:
    is_ca = False
    path_length = None
    for child in node.expect(asn1.SEQUENCE, "basicConstraints").children():
        if child.tag == asn1.BOOLEAN:
            is_ca = asn1.boolean(child)
        elif child.tag == asn1.INTEGER:
            path_length = max(asn1.integer(child), 0)
    return {"is_ca": is_ca, "path_length": path_length}


def _key_usage(node: Node) -> dict[str, Any]:
    bits = asn1.named_bits(node.expect(asn1.BIT_STRING, "keyUsage"))
    return {"key_usage": frozenset(_KEY_USAGES[bit] for bit in bits if bit < len(_KEY_USAGES))}


def _extended_key_usage(node: Node) -> dict[str, Any]:
    usages = node.expect(asn1.SEQUENCE, "extendedKeyUsage").children()
    oids = (asn1.object_identifier(u.expect(asn1.OBJECT_IDENTIFIER, "a usage")) for u in usages)
    return {"extended_key_usage": tuple(oids)}


def _subject_key_id(node: Node) -> dict[str, Any]:
    return {"subject_key_id": node.expect(asn1.OCTET_STRING, "a key identifier").content}


def _authority_key_id(node: Node) -> dict[str, Any]:
    for child in node.expect(asn1.SEQUENCE, "authorityKeyIdentifier").children():
        if child.tag == 0x80:
            return {"authority_key_id": child.content}
    return {}


def _authority_information(node: Node) -> dict[str, Any]:
    """The URLs from which the issuer's certificate could be had (RFC 5280 §4.2.2.1)."""
    urls: list[str] = []
    for description in node.expect(asn1.SEQUENCE, "authorityInfoAccess").children():
        method, location, *_ = (*description.children(), None, None)
        if method is None or location is None or location.tag != 0x86:
            continue
        if asn1.object_identifier(method) == _CA_ISSUERS:
            urls.append(location.content.decode("utf-8", errors="replace"))
    return {"ca_issuers": tuple(map(without_credentials, urls))}


def _subject_alternative_names(node: Node) -> dict[str, Any]:
    return {"subject_alternative_names": node.expect(asn1.SEQUENCE, "names").encoded}


def _name_constraints(node: Node) -> dict[str, Any]:
    return {"name_constraints": node.expect(asn1.SEQUENCE, "nameConstraints").encoded}


_READERS: dict[str, tuple[str, Callable[[Node], dict[str, Any]]]] = {
    "2.5.29.14": ("subjectKeyIdentifier", _subject_key_id),
    "2.5.29.15": ("keyUsage", _key_usage),
    "2.5.29.17": ("subjectAltName", _subject_alternative_names),
    "2.5.29.19": ("basicConstraints", _basic_constraints),
    "2.5.29.30": ("nameConstraints", _name_constraints),
    "2.5.29.35": ("authorityKeyIdentifier", _authority_key_id),
    "2.5.29.37": ("extendedKeyUsage", _extended_key_usage),
    _AUTHORITY_INFORMATION: ("authorityInfoAccess", _authority_information),
}


def usage_name(oid: str) -> str:
    """The name of an extended key usage (RFC 5280 §4.2.1.12) for people, or its number."""
    return _USAGES.get(oid, oid)


def describe_key(spki: bytes) -> str:
    """The kind of a public key (DER of a SubjectPublicKeyInfo), for people.

    ``RSA 2048``, ``EC secp256r1``, ``Ed25519``; ``unknown`` where it can't be read.
    """
    try:
        return _describe_key(asn1.parse(spki))
    except (asn1.DerError, IndexError, ValueError):
        return "unknown"


def _describe_key(node: Node) -> str:
    algorithm, key = node.children()[:2]
    oid, *parameters = algorithm.children()
    kind = asn1.object_identifier(oid)
    if kind in _RSA_KEYS:
        modulus = asn1.integer(_only_child(asn1.parse(asn1.bit_string(key))))
        return f"{_RSA_KEYS[kind]} {modulus.bit_length()}"
    if kind == _DSA_KEY and parameters:
        return f"DSA {asn1.integer(_only_child(parameters[0])).bit_length()}"
    if kind == _EC_KEY and parameters and parameters[0].tag == asn1.OBJECT_IDENTIFIER:
        curve = asn1.object_identifier(parameters[0])
        return f"EC {_CURVES.get(curve, curve)}"
    if kind == _EC_KEY:
        return "EC with a curve of its own"
    return _PLAIN_KEYS.get(kind, kind)
