"""Makes keys and certificates for tests, good and bad, with ``cryptography``.

Keys are made anew at each run and live only in memory.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from iflint.pki import der as asn1
from iflint.pki.certificates import Certificate, parse_certificate
from iflint.pki.files import FoundCertificate
from iflint.places.location import FileLocation, Location

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
CLIENT = ExtendedKeyUsageOID.CLIENT_AUTH
SERVER = ExtendedKeyUsageOID.SERVER_AUTH
ANY = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE

_serials = itertools.count(1000)


@dataclass
class Party:
    """Somebody with a name and a key, who may issue certificates."""

    name: str
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def x509_name(self) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
                x509.NameAttribute(NameOID.COMMON_NAME, self.name),
            ]
        )

    def spki(self) -> bytes:
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def key_id(self) -> x509.SubjectKeyIdentifier:
        return x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())


def issue(
    subject: Party,
    issuer: Party,
    *,
    ca: bool | None = None,
    path_length: int | None = None,
    key_usage: str | None = None,
    eku: tuple[Any, ...] | None = None,
    begin: dt.datetime = NOW - 100 * DAY,
    end: dt.datetime = NOW + 100 * DAY,
    key_ids: bool = True,
    authority_key_id: bytes | None = None,
    aia: str = "",
    algorithm: Any = None,
    padding: Any = None,
    subject_name: x509.Name | None = None,
    more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> bytes:
    """The DER of a certificate; ``ca`` None leaves basicConstraints out.

    ``key_usage`` is ``sign`` (digitalSignature) or ``cert`` (keyCertSign).
    ``more`` are further extensions, each with whether it is critical.
    """
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject.x509_name if subject_name is None else subject_name)
        .issuer_name(issuer.x509_name)
        .public_key(subject.key.public_key())
        .serial_number(next(_serials))
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if key_usage is not None:
        signs = key_usage == "cert"
        builder = builder.add_extension(
            x509.KeyUsage(not signs, False, False, False, False, signs, signs, False, False),
            critical=True,
        )
    if eku is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=False)
    if key_ids:
        builder = builder.add_extension(subject.key_id(), critical=False)
        key_id = authority_key_id or issuer.key_id().digest
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier(key_id, None, None), critical=False
        )
    if aia:
        builder = builder.add_extension(
            x509.AuthorityInformationAccess(
                [
                    x509.AccessDescription(
                        x509.oid.AuthorityInformationAccessOID.CA_ISSUERS,
                        x509.UniformResourceIdentifier(aia),
                    )
                ]
            ),
            critical=False,
        )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    signed = builder.sign(
        issuer.key,
        algorithm or _hash_for(issuer.key),
        rsa_padding=padding,
        **({"ecdsa_deterministic": True} if _is_deterministic(issuer.key) else {}),
    )
    return signed.public_bytes(serialization.Encoding.DER)


def count_serials_from(first: int) -> None:
    """Begin the serial numbers anew, for certificates that are to be the same at every run."""
    global _serials
    _serials = itertools.count(first)


def ecdsa(digest: Any) -> ec.ECDSA:
    """ECDSA with this hash, with the same signature at every run where OpenSSL can do that."""
    if _can_be_deterministic():
        return ec.ECDSA(digest, deterministic_signing=True)
    return ec.ECDSA(digest)


def _is_deterministic(key: Any) -> bool:
    return isinstance(key, ec.EllipticCurvePrivateKey) and _can_be_deterministic()


def _can_be_deterministic() -> bool:
    from cryptography.hazmat.backends.openssl import backend

    supported = getattr(backend, "ecdsa_deterministic_supported", lambda: False)
    return bool(supported())


def _hash_for(key: Any) -> Any:
    return None if "Ed" in type(key).__name__ else hashes.SHA256()


def root_of(party: Party, **options: Any) -> bytes:
    """A self-signed CA certificate."""
    return issue(party, party, **{"ca": True, "key_usage": "cert", **options})


def intermediate(party: Party, issuer: Party, **options: Any) -> bytes:
    return issue(party, issuer, **{"ca": True, "key_usage": "cert", **options})


def client(party: Party, issuer: Party, **options: Any) -> bytes:
    return issue(party, issuer, **{"eku": (CLIENT,), **options})


def certificate(der: bytes) -> Certificate:
    return parse_certificate(der)


def found(der: bytes, file: str = "certificates/bundle.pem") -> FoundCertificate:
    return FoundCertificate(parse_certificate(der), Location(FileLocation(file)))


def pem(der: bytes, label: str = "CERTIFICATE") -> bytes:
    encoded = base64.b64encode(der).decode()
    text = "\n".join(encoded[i : i + 64] for i in range(0, len(encoded), 64))
    return f"-----BEGIN {label}-----\n{text}\n-----END {label}-----\n".encode()


def resigned(der: bytes, algorithm: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """The certificate with another AlgorithmIdentifier (DER) and the signature that ``sign`` makes.

    For what ``cryptography`` does not issue: SHA-1, MD5, odd parameters.
    """
    fields = asn1.parse(der).children()[0].children()
    parts = [field.encoded for field in fields]
    parts[2 if fields[0].tag == 0xA0 else 1] = algorithm
    tbs = asn1.encode(asn1.SEQUENCE, b"".join(parts))
    signature = asn1.encode(asn1.BIT_STRING, b"\0" + sign(tbs))
    return asn1.encode(asn1.SEQUENCE, tbs + algorithm + signature)


def object_identifier(dotted: str) -> bytes:
    """The content bytes of an OBJECT IDENTIFIER (no tag, no length)."""
    first, second, *rest = map(int, dotted.split("."))
    return b"".join(map(_base128, (first * 40 + second, *rest)))


def _base128(arc: int) -> bytes:
    octets = [arc & 0x7F]
    while arc := arc >> 7:
        octets.append(0x80 | arc & 0x7F)
    return bytes(reversed(octets))


def algorithm(oid: str, parameters: bytes = b"") -> bytes:
    """The DER of an AlgorithmIdentifier."""
    identifier = asn1.encode(asn1.OBJECT_IDENTIFIER, object_identifier(oid))
    return asn1.encode(asn1.SEQUENCE, identifier + parameters)
