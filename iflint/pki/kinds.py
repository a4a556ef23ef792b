"""What a file or a value is that somebody gave for a certificate, and what to do about it.

Told by content, never by a name: one table of names with remedies, and the shapes and beginnings
by which each is known. A remedy that is a command names the file, quoted for a shell.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from iflint.pki import der as asn1

if TYPE_CHECKING:
    from iflint.pki.der import Node
    from iflint.places.location import FileLocation

CERTIFICATE = "certificate"
PKCS7 = "PKCS#7"
PKCS12 = "PKCS#12"
PKI_PATH = "PkiPath"
PSE = "SAP PSE"
BCFKS = "keystore of Bouncy Castle (BCFKS)"
PRIVATE_KEY = "private key"
ENCRYPTED_KEY = "encrypted private key"
CRL = "certificate revocation list"
ATTRIBUTE_CERTIFICATE = "attribute certificate"
SIGNATURE = "signature without certificates"

_REQUEST = "certificate request"
_PUBLIC_KEY = "public key"
_OCSP = "OCSP response"
_ENCRYPTED_MESSAGE = "encrypted message (S/MIME)"
_BKS = "keystore of Bouncy Castle (BKS)"
_UBER = "keystore of Bouncy Castle (UBER)"
_OPENPGP = "OpenPGP key"
_OPENPGP_MESSAGE = "OpenPGP message or signature"
_SSH_KEY = "public key of SSH"
_SSH_CERTIFICATE = "certificate of SSH"
_MAIL = "e-mail"

_WITH_ITS_CERTIFICATE = "Give the certificate that belongs to it"
_AS_A_FILE = "Ask for the certificate as a file of its own, as PEM with its whole chain"
_X509 = "Ask for an X.509 certificate: this is of another kind, which TLS does not know"
_FROM_BOUNCY_CASTLE = (
    "Convert it: keytool -importkeystore -srckeystore {file} -srcstoretype %s "
    "-destkeystore {p12} -deststoretype PKCS12 -providerpath bcprov.jar "
    "-providerclass org.bouncycastle.jce.provider.BouncyCastleProvider"
)
_POINTS_ELSEWHERE = "Give the file that it points to"
_REMEDIES = {
    PRIVATE_KEY: _WITH_ITS_CERTIFICATE,
    ENCRYPTED_KEY: _WITH_ITS_CERTIFICATE,
    "PuTTY private key": _WITH_ITS_CERTIFICATE,
    _PUBLIC_KEY: "Give the certificate that holds it",
    _REQUEST: "Send it to the CA, and give the certificate that comes back",
    _ENCRYPTED_MESSAGE: "Have it sent unencrypted: a certificate is no secret",
    SIGNATURE: "Ask who signed for the certificate",
    PSE: "Or convert it: sapgenpse export_p12 -p {file} {p12} (what it trusts is listed by: "
    "sapgenpse maintain_pk -l -p {file})",
    BCFKS: _FROM_BOUNCY_CASTLE % "BCFKS",
    _BKS: _FROM_BOUNCY_CASTLE % "BKS",
    _UBER: _FROM_BOUNCY_CASTLE % "UBER",
    _OPENPGP: _X509,
    _OPENPGP_MESSAGE: _X509,
    _SSH_KEY: _X509,
    _SSH_CERTIFICATE: _X509,
    "zip archive": "Unpack it, or give the archive itself",
    "packed file": "Unpack it, and give the folder",
    "HTML page": "Download the certificate again: a page was saved in its place",
    "shortcut to a web page": _POINTS_ELSEWHERE,
    "shortcut of Windows": _POINTS_ELSEWHERE,
    "PDF document": _AS_A_FILE,
    "RTF document": _AS_A_FILE,
    "Office document": _AS_A_FILE,
    "picture": _AS_A_FILE,
    "Outlook message or old Office document": "Save the attached certificate, and give that file",
    "certificate store of Windows (SST)": "Export its certificates as PKCS #7 (.p7b)",
    _MAIL: "Save what is attached, and give that file",
}
"""What to do, by what it is; a kind that is not here needs no more than the certificate itself."""

_LABELS = (
    ("PGP PUBLIC KEY", _OPENPGP),
    ("PGP PRIVATE KEY", _OPENPGP),
    ("PGP", _OPENPGP_MESSAGE),
    ("ENCRYPTED PRIVATE KEY", ENCRYPTED_KEY),
    ("PRIVATE KEY", PRIVATE_KEY),
    ("CERTIFICATE REQUEST", _REQUEST),
    ("ATTRIBUTE CERTIFICATE", ATTRIBUTE_CERTIFICATE),
    ("CRL", CRL),
    ("PUBLIC KEY", _PUBLIC_KEY),
    ("PARAMETERS", "key parameters"),
)
"""Parts of the labels of PEM blocks (RFC 7468, RFC 4880 §6.2), the first that fits."""

_BEGINNINGS = (
    (rb"ssh-|ecdsa-sha2-|sk-(?:ssh|ecdsa)-", _SSH_KEY),
    (rb"---- BEGIN SSH2 PUBLIC KEY", _SSH_KEY),
    (rb"PuTTY-User-Key-File-", "PuTTY private key"),
    (rb"PK\x03\x04.{26}\[Content_Types\]\.xml", "Office document"),
    (rb"PK\x03\x04", "zip archive"),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|\x1f\x8b\x08|BZh[1-9]|\xfd7zXZ\0|MSCF\0", "packed file"),
    (rb"%PDF-", "PDF document"),
    (rb"\{\\rtf", "RTF document"),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Outlook message or old Office document"),
    (rb"\x89PNG\r\n|\xff\xd8\xff|GIF8[79]a|BM....\0\0\0\0|II\*\0|MM\0\*", "picture"),
    (rb"L\0\0\0\x01\x14\x02\0", "shortcut of Windows"),
    (rb"\0\0\0\0CERT", "certificate store of Windows (SST)"),
    (rb"(?i:\[InternetShortcut\])", "shortcut to a web page"),
    (rb"(?is:<!doctype html|<html|(?:<\?xml[^>]{0,200}>\s{0,20})?<html|<head|<body)", "HTML page"),
    (rb"[\x94\x98].[\x03-\x06]|[\x95\x99]..[\x03-\x06]", _OPENPGP),
    (rb"[\xc5\xc6](?:[\0-\xbf]|[\xc0-\xdf].|\xff....)[\x03-\x06]", _OPENPGP),
    (rb"[A-Za-z0-9-]{1,40}:[^\n]{0,998}\n", _MAIL),
)  # fmt: skip
"""How files begin (RFC 4253, RFC 4880 §4.2 and §5.5.2, MS-SHLLINK, MS-CFB, RFC 5322 §2.2)."""
_OF_MAIL = rb"(?im)^(?:mime-version|received|message-id):"
_SSH_CERTIFIED = rb"\S{1,64}-cert-v0[01]@openssh\.com "
_HEAD = 4096
"""Bytes that tell what a file is. Ours: every beginning above is shorter, but for headers."""

_BOUNCY_CASTLE = rb"\0\0\0[\1\2]\0\0\0\x14"
_SALTED = 8 + 20 + 4
"""Bytes before the entries: version, length of the salt, the salt, iterations."""


def kind_of_label(label: str) -> str:
    """What a PEM block of this label holds; empty when it may be a certificate or anything."""
    return next((kind for part, kind in _LABELS if part in label), "")


@functools.cache
def _signs() -> tuple[tuple[re.Pattern[bytes], str], ...]:
    return tuple((re.compile(begin, re.DOTALL), kind) for begin, kind in _BEGINNINGS)


def kind_of_file(data: bytes) -> str:
    """What a file is by how it begins; empty when nothing tells."""
    if re.match(_BOUNCY_CASTLE, data):
        return _BKS if _holds_entries(data) else _UBER
    head = data[:_HEAD]
    if head[1:2] == b"\0" or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.replace(b"\0", b"").lstrip(b"\xff\xfe \t\r\n")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    kind = next((kind for sign, kind in _signs() if sign.match(head) or sign.match(text)), "")
    if kind == _SSH_KEY and re.match(_SSH_CERTIFIED, text):
        return _SSH_CERTIFICATE
    return "" if kind == _MAIL and not re.search(_OF_MAIL, text) else kind


def _holds_entries(data: bytes) -> bool:
    """Whether entries follow the head of a keystore of Bouncy Castle, which in UBER are encrypted.

    Source: its ``BcKeyStoreSpi``: a type, an alias with its length, …; after the last a zero.
    """
    kind, *size = data[_SALTED : _SALTED + 3] or b"\xff"
    if kind == 0:
        return len(data) == _SALTED + 1 + 20
    alias = data[_SALTED + 3 :][: int.from_bytes(size, "big")]
    return 1 <= kind <= 4 and len(size) == 2 and alias.decode(errors="replace").isprintable()


def kind_of(node: Node) -> str:
    """What a DER value is, by its outer shape; empty when it is nothing known here."""
    if node.tag != asn1.SEQUENCE:
        return ""
    try:
        outer = node.children()
        if not outer:
            return ""
        first = outer[0]
        if first.tag == asn1.OBJECT_IDENTIFIER:
            return _CONTENTS.get(asn1.object_identifier(first), "")
        if first.tag == asn1.INTEGER:
            return _kind_of_numbered(asn1.integer(first), outer)
        inner = first.children() if first.tag == asn1.SEQUENCE else ()
        return _kind_of_signed(tuple(part.tag for part in outer), tuple(part.tag for part in inner))
    except asn1.DerError:
        return CERTIFICATE


_CONTENTS = {
    "1.2.840.113549.1.7.2": PKCS7,
    "1.2.840.113549.1.7.3": _ENCRYPTED_MESSAGE,
    "1.2.840.113549.1.9.16.1.23": _ENCRYPTED_MESSAGE,
}
"""What a ContentInfo may hold (RFC 5652 §5.1, §6.1; RFC 5083 §2)."""
_VERSIONS_OF_PSE = {2: (0x30, 0xA0), 4: (0xA3,), 256: (0xA3,)}
"""How the content of a PSE is tagged, by its version (see ``iflint.pki.keystores.pse``)."""


def _kind_of_numbered(number: int, outer: tuple[Node, ...]) -> str:
    """Private keys (RFC 5208, 8017, 5915), PKCS#12 (RFC 7292), PSEs: they begin with a version."""
    if len(outer) == 2 and outer[1].tag in _VERSIONS_OF_PSE.get(number, ()):
        return PSE
    if number == 3 and len(outer) > 1 and outer[1].tag == asn1.SEQUENCE:
        return PKCS12
    return PRIVATE_KEY if len(outer) > 1 else ""


_ENUMERATED = 0x0A
SIGNED = (asn1.SEQUENCE, asn1.SEQUENCE, asn1.BIT_STRING)
"""The tags of what a CA has signed: a certificate, as any other (RFC 5280 §4.1)."""


def _kind_of_signed(outer: tuple[int, ...], inner: tuple[int, ...]) -> str:
    """Certificates, requests (RFC 2986), CRLs, public keys and what holds certificates, by the tags
    of the two levels: a PkiPath is a sequence of certificates (X.509, 9.2), BCFKS as in Bouncy
    Castle's ``ObjectStore``, an OCSP response begins with its status (RFC 6960 §4.2.1).
    """
    if outer[0] == _ENUMERATED:
        return _OCSP
    if set(outer) == {asn1.SEQUENCE} and inner == SIGNED:
        return PKI_PATH
    if outer == (asn1.SEQUENCE, asn1.SEQUENCE) and inner == (asn1.SEQUENCE, asn1.OCTET_STRING):
        return BCFKS
    if outer[1:] == (asn1.BIT_STRING,):
        return _PUBLIC_KEY
    if outer[1:] == (asn1.OCTET_STRING,):
        return ENCRYPTED_KEY
    if len(outer) < 3:
        return ""
    if inner[:1] == (asn1.INTEGER,) and len(inner) >= 3 and inner[3:] in ((), (0xA0,)):
        return _REQUEST
    times = (asn1.UTC_TIME, asn1.GENERALIZED_TIME)
    if any(tag in times for tag in inner[2:4]):
        return CRL
    return CERTIFICATE


def what_to_do(kind: str, file: FileLocation) -> str:
    """What to do about a file of this kind that was given for certificates."""
    remedy = _REMEDIES.get(kind, "Give the certificate itself")
    if "{" not in remedy:
        return remedy
    from shlex import quote

    name = (file.path, *file.members)[-1]
    return remedy.format(file=quote(name), p12=quote(f"{name}.p12"))


def is_explained(kind: str) -> bool:
    """Whether more is to be said of a kind than to give the certificate itself."""
    return kind in _REMEDIES


def named(kind: str) -> str:
    """A kind with its article: ``a private key``, ``an OCSP response``."""
    vowel = kind[:1] in "aeioAEIO" or kind.startswith(("HTML", "RTF"))
    return f"{'an' if vowel else 'a'} {kind}"
