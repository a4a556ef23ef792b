"""The bytes of a file to the certificates in it: PEM, DER, PKCS#7, bare base64, keystores, JSON.

Decided by content, never by the file's name. What is no certificate is told by kind
(``private key``); nothing of a private key is ever kept or repeated, not even in an excerpt.
Sources: RFC 7468 (PEM), RFC 5652 §5.1 (SignedData), RFC 5280 (certificates).
"""

from __future__ import annotations

import enum
import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import CERTIFICATES_OF_A_FILE, DOCUMENT_BYTES, numbered
from iflint.pki import der as asn1
from iflint.pki import kinds
from iflint.pki.certificates import Certificate, CertificateError, parse_certificate
from iflint.pki.key_pairs import half_of_certificate
from iflint.pki.keys import Holder, KeyForm, KeyMaterial, key_in_der, key_in_pem
from iflint.pki.pem import (
    BASE64,
    CERTIFICATE_LABELS,
    Block,
    Refused,
    blocks_of,
    body_of,
    decoded,
    is_placeholder,
    without_traces,
)
from iflint.places.defects import failed_on
from iflint.places.location import FileLocation, Location, Region
from iflint.places.problems import Problem, ProblemKind, Problems
from iflint.places.text_file import read_damaged_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from iflint.limits import Budget
    from iflint.pki.der import Node
    from iflint.pki.keystores.model import Keystore, StoredEntry
    from iflint.pki.passwords import Password
    from iflint.places.text_file import TextFile

_SHORTEST = 64
"""Letters of base64 that may be a certificate. Ours: a line of PEM; no certificate is as short."""

_EXPORT = "export the certificate again, as PEM with its whole chain"
_SEND_AGAIN = "have the CA send it again, with the certificate and its chain"
_NO_CERTIFICATE = "there is no certificate in it"
_PLACEHOLDER = "a placeholder for a certificate"
_LARGEST_INDENT = 200
"""Blanks before a block that are shown with it. Ours: more than any indentation that people use."""

_JAVA_KEYSTORES = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce")
_BOUNCY_CASTLE = (b"\0\0\0\1\0\0\0\x14", b"\0\0\0\2\0\0\0\x14")
_DER_STARTS = (b"\x30\x80", b"\x30\x81", b"\x30\x82", b"\x30\x83")
_BINARY_STARTS = (*_JAVA_KEYSTORES, *_BOUNCY_CASTLE, *_DER_STARTS)
_SHORT_KEY = b"\x02\x01"
"""What follows the tag and length of a short key: the size of its version."""
_SIGNS = (
    b"BEGIN CERTIFICATE",
    b"BEGIN PKCS7",
    b"PRIVATE KEY-----",
    b"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS",
    b'"Hexalias"',
)


_BARE = re.compile(rb"[ \t\r\n]*MII[A-Za-z0-9+/]{60}")
"""How base64 of a certificate begins where it stands without the lines of PEM."""


_RUN = (
    r"(?<![A-Za-z0-9+/])(?:MI[E-L]|MIAG|LS0tLS1CRUdJTi)[A-Za-z0-9+/]{40,}+"
    r"(?:\s++[A-Za-z0-9+/]++)*+={0,2}"
)
"""Base64 of a certificate, of a PKCS#7 in BER, or of PEM, as texts of other kinds have it: XML with
``X509Certificate``, JSON with ``x5c``, an e-mail with what is attached."""
_RUN_OF_BYTES = re.compile(rb"(?:MI[E-L]|MIAG|LS0tLS1CRUdJTi)[A-Za-z0-9+/]{40}")
_DIGITS = r"\s*+30[\s:]*+8[0-3][0-9A-Fa-f\s:]{60,}+"
"""A certificate in hexadecimal digits, as ABAP and ``xxd`` write it."""
_ALL_BASE64 = r"[A-Za-z0-9+/\s]*+={0,2}\s*"
_MARKER = b"-----BEGIN "


class KeyEntry(msgspec.Struct, frozen=True):
    """A private key with its certificates: what a sender presents, its own first.

    ``location`` is the keystore's, else that of its own certificate. ``alias``, by which it is
    known in its holder, may be empty.
    """

    location: Location
    alias: str
    presented: tuple[Certificate, ...]
    holder: Holder = Holder.KEYSTORE


class Stored(enum.StrEnum):
    """What a certificate is in its keystore."""

    PRESENTED = "presented"
    """One of those that a key entry presents."""
    TRUSTED = "trusted"
    """One to trust, as Java marks it."""
    UNMARKED = "unmarked"
    """Beside the keys, without Java's mark."""


class FoundCertificate(msgspec.Struct, frozen=True):
    """A certificate and where it stands: the region is its PEM block, None in binary files.

    ``entry`` is set when it is the own certificate of a key beside it. ``stored`` tells what a
    keystore takes it for; None in other files. ``alias`` is its own, where it is one to trust.
    ``declared`` tells that its file was given as one of clients' certificates, not just found.
    """

    certificate: Certificate
    location: Location
    entry: KeyEntry | None = None
    stored: Stored | None = None
    alias: str = ""
    declared: bool = False


class FileContent(msgspec.Struct, frozen=True):
    """What a certificate file holds.

    ``problems`` are parts that could not be read; ``other`` names what else is in it
    (``private key``, ``certificate request``, ``public key``, …), each kind once; ``keys`` are
    the private keys in it, a keystore with some being one.
    """

    certificates: tuple[FoundCertificate, ...] = ()
    problems: tuple[Problem, ...] = ()
    other: tuple[str, ...] = ()
    keys: tuple[KeyMaterial, ...] = ()


def _with_their_key(
    found: Sequence[FoundCertificate], keys: Sequence[KeyMaterial]
) -> tuple[FoundCertificate, ...]:
    """The certificates of a file, each that a private key beside it belongs to as such.

    That its sender presents all that the file holds is *inferred*; so is, of a key that can't be
    read, that it belongs to the only certificate of a client beside it.
    """
    lone = [key for key in keys if not key.keystore]
    halves = {key.half for key in lone if key.half is not None}
    owned = [one for one in found if halves and half_of_certificate(one.certificate) in halves]
    clients = {one.certificate for one in found if not one.certificate.is_ca}
    if len(keys) == len(lone) == 1 and not halves and len(clients) == 1:
        owned = [one for one in found if one.certificate in clients]
    entries: dict[Certificate, KeyEntry] = {}
    for one in owned:
        above = (each.certificate for each in found if each.certificate.is_ca)
        chain = tuple(dict.fromkeys((one.certificate, *above)))
        entries.setdefault(one.certificate, KeyEntry(one.location, "", chain, Holder.FILE))
    if not entries:
        return tuple(found)
    return tuple(msgspec.structs.replace(one, entry=entries.get(one.certificate)) for one in found)


def read_certificate_file(
    data: bytes,
    file: FileLocation,
    passwords: Sequence[Password] = (),
    budget: Budget | None = None,
) -> FileContent:
    """The certificates in a file, in its order; a certificate that occurs twice is there twice.

    ``passwords`` are tried on a keystore, after these an empty one; ``budget`` is the run's.
    """
    reader = _Reader(file, passwords, budget)
    reader.read(data)
    return reader.content()


def read_certificate_text(
    text: str, file: FileLocation, region: Callable[[int, int, int], Region]
) -> FileContent:
    """The certificates in a text that stands somewhere in a file: PEM, or base64 and nothing else.

    ``region`` tells the place of a block by its start, its end and where its body begins. What
    is neither holds nothing, and no problem.
    """
    reader = _Reader(file, ())
    reader.read_within(text, region)
    return reader.content()


def may_hold_certificates(data: bytes) -> bool:
    """Whether a file whose name says little looks as if it held certificates or keys.

    A look at bytes, for files of which most are something else: JSON, ``.key``, ``.ks``.
    """
    if data.startswith(_BINARY_STARTS) or (data[:1] == b"\x30" and data[2:4] == _SHORT_KEY):
        return True
    if data[1:2] == b"\0" or data[:1] == b"\0":
        data = data.replace(b"\0", b"")
    return _BARE.match(data) is not None or any(sign in data for sign in _SIGNS)


def may_hide_certificates(data: bytes) -> bool:
    """Whether base64 that may be of a certificate stands among other words: an e-mail, XML."""
    return _RUN_OF_BYTES.search(data) is not None


class _Reader:
    """Collects what one file holds."""

    def __init__(
        self, file: FileLocation, passwords: Sequence[Password], budget: Budget | None = None
    ) -> None:
        self._file = file
        self._passwords = passwords
        self._budget = budget
        self._certificates: list[FoundCertificate] = []
        self._problems = Problems()
        self._other: dict[str, None] = {}
        self._keys: list[KeyMaterial] = []
        self._full = False

    def content(self) -> FileContent:
        return FileContent(
            _with_their_key(self._certificates, self._keys),
            self._problems.told(),
            tuple(self._other),
            tuple(self._keys),
        )

    def read(self, data: bytes) -> None:
        if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            self._problem(None, "the file is empty", _EXPORT)
        elif len(data) > DOCUMENT_BYTES.value:
            most = numbered(DOCUMENT_BYTES.value)
            remedy = f"split the file, or {DOCUMENT_BYTES.option}"
            self._problem(None, f"the file is larger than {most} bytes", remedy)
        elif not self._read_binary(data):
            self._read_text(data)

    def _read_binary(self, data: bytes) -> bool:
        """Whether the file is DER that is known here, also several values one after the other."""
        if data.startswith(_JAVA_KEYSTORES):
            from iflint.pki.keystores.java import read_java_keystore

            self._use_keystore(read_java_keystore(data), None)
            return True
        if data[0] != asn1.SEQUENCE:
            return False
        try:
            self._use(data, None)
        except Refused:
            return False
        return True

    def _read_text(self, data: bytes) -> None:
        text = read_damaged_text(data, self._file)
        if text.text.lstrip().startswith(("{", "[")) and self._read_json(text):
            return
        blocks = blocks_of(text.text)
        if not blocks:
            self._read_bare(text, data)
        self._read_blocks(text.text, blocks, partial(block_region, text))

    def read_within(self, text: str, region: Callable[[int, int, int], Region]) -> None:
        """A text that stands in another one, with the places of its blocks there."""
        blocks = blocks_of(text)
        self._read_blocks(text, blocks, region)
        encoded = "" if blocks else "".join(text.split())
        if len(encoded) < _SHORTEST or not BASE64.fullmatch(encoded):
            return
        whole = region(0, len(text), 0)
        try:
            self._use(decoded(encoded), whole)
        except Refused as refused:
            self._problem(whole, str(refused), _EXPORT)

    def _read_json(self, text: TextFile) -> bool:
        """Whether the file is JSON that holds anything of ours, in whatever object of it.

        A service key, a dump of ``CertificateUserMappings``, one of ``KeystoreEntries``.
        """
        from iflint.pki.json_texts import KEYSTORE_ENTRIES, pem_texts

        found = False
        for pem in pem_texts(text.text):
            if self._full:
                return True
            found = True
            region = block_region(text, pem.start, pem.end, pem.shown_to)
            self._read_blocks(pem.text, blocks_of(pem.text), lambda *_, region=region: region)
        if not found and KEYSTORE_ENTRIES in text.text:
            self._other.setdefault("a list of keystore entries, without the certificates")
            return True
        return found

    def _read_blocks(
        self, text: str, blocks: Sequence[Block], region: Callable[[int, int, int], Region]
    ) -> None:
        for block in blocks:
            if self._full:
                return
            if (
                self._problems.full
                and block.fault
                and block.body_end - block.body_start < _SHORTEST
            ):
                self._problems.count()
                continue
            self._read_block(text, block, region(block.start, block.end, block.body_start))

    def _read_bare(self, text: TextFile, data: bytes) -> None:
        """A text without PEM markers: what its base64 or its hexadecimal digits stand for."""
        for run in islice(_runs(text.text), CERTIFICATES_OF_A_FILE.value + 1):
            written = text.text[run.start() : run.end()]
            try:
                content = _bytes_of(written)
                if content.startswith(_MARKER):
                    place = block_region(text, run.start(), run.end(), run.start())
                    self.read_within(content.decode(errors="replace"), lambda *_, at=place: at)
                else:
                    self._use(content, None)
            except Refused:
                continue  # what it is, is told of the whole file
            if self._full:
                return
        if self.content() == FileContent():
            self._problem(None, *_explain(data, self._file))

    def _read_block(self, text: str, block: Block, region: Region) -> None:
        body = without_traces(text[block.body_start : block.body_end])
        other = kinds.kind_of_label(block.label)
        if other in (kinds.PRIVATE_KEY, kinds.ENCRYPTED_KEY):
            self._read_key(block.label, body, region)
        if other or not any(part in block.label for part in CERTIFICATE_LABELS):
            self._other.setdefault(other or "another kind of PEM block")
            return
        if is_placeholder(body, ends=not block.fault):
            self._other.setdefault(_PLACEHOLDER)
            return
        if block.fault:
            self._problem(
                region, block.fault, "complete the block, or export the certificate again"
            )
        try:
            self._use(decoded(body_of(body)), region)
        except Refused as refused:
            if not block.fault:
                self._problem(region, str(refused), _EXPORT)
        except Exception as error:
            place = Location(self._file, region)
            failed = failed_on(place, error, ProblemKind.CERTIFICATE)
            self._problems.add(lambda: failed)

    def _read_key(self, label: str, body: str, region: Region) -> None:
        """A block that says it is a private key; one without a key in it is an example."""
        try:
            form = key_in_pem(label, body, decoded(body_of(body)))
        except Refused:
            return
        if form is not None:
            self._add_key(form, region)

    def _add_key(self, form: KeyForm, region: Region | None) -> None:
        if len(self._keys) < CERTIFICATES_OF_A_FILE.value:
            location = Location(self._file, region)
            self._keys.append(KeyMaterial(location, form.kind, form.encrypted, half=form.half))

    def _use(self, data: bytes, region: Region | None) -> None:
        """Takes the certificates that ``data`` begins with, one after the other, or a PKCS#7.

        What follows them is left alone, as Java does. Raises Refused when it begins with none.
        """
        try:
            node = asn1.parse(data)
        except asn1.DerError:
            raise Refused("the certificate is cut off or damaged") from None
        kind = kinds.kind_of(node)
        if kind in (kinds.PRIVATE_KEY, kinds.ENCRYPTED_KEY) and (form := _key_form(node)):
            self._add_key(form, region)
        if (read := _READERS.get(kind)) is not None:
            read(self, node, region)
        elif not kind or kind == kinds.BCFKS or region is not None:
            what = kinds.named(kind) if kind else "something else"
            raise Refused(f"the block holds {what}, not a certificate")
        else:
            self._other.setdefault(kind)

    def _use_certificates(self, node: Node, region: Region | None) -> None:
        data, offset = node.data, node.start
        first = offset
        while data[offset : offset + 1] == b"\x30" and not self._full:
            try:
                node = asn1.parse(data, offset)
                certificate = parse_certificate(node.encoded)
            except (asn1.DerError, CertificateError) as error:
                if offset > first:
                    return
                raise Refused(error.args[0]) from None
            self._add(certificate, region)
            offset = node.end

    def _use_pkcs7(self, node: Node, region: Region | None) -> None:
        """The certificates of a SignedData, its only part that matters (RFC 5652 §5.1)."""
        try:
            signed_data = node.children()[1].children()[0]
            parts = {part.tag: part for part in signed_data.children()}
            found = parts[0xA0].children() if 0xA0 in parts else ()
        except (asn1.DerError, IndexError):
            raise Refused("the PKCS#7 structure can't be read") from None
        if not found and 0xA1 in parts:
            self._other.setdefault(kinds.CRL)
        elif not found and _is_signed(signed_data):
            self._other.setdefault(kinds.SIGNATURE)
        elif not found:
            self._problem(region, "it is a PKCS#7 structure without any certificate", _SEND_AGAIN)
        self._use_each(found, "PKCS#7 structure", region)

    def _use_pki_path(self, node: Node, region: Region | None) -> None:
        self._use_each(node.children(), kinds.PKI_PATH, region)

    def _use_each(self, values: Iterable[Node], holder: str, region: Region | None) -> None:
        for ordinal, value in enumerate(values, 1):
            if self._full:
                return
            if value.tag != asn1.SEQUENCE:
                self._other.setdefault(kinds.ATTRIBUTE_CERTIFICATE)
                continue
            try:
                self._add(parse_certificate(value.encoded), region)
            except CertificateError as error:
                self._problem(region, f"value {ordinal} of the {holder}: {error}", _EXPORT)

    def _use_pkcs12(self, node: Node, region: Region | None) -> None:
        from iflint.pki.keystores.pkcs12 import read_pkcs12

        self._use_keystore(read_pkcs12(node, self._values(), self._budget), region)

    def _use_pse(self, node: Node, region: Region | None) -> None:
        from iflint.pki.keystores.pse import read_pse

        self._use_keystore(read_pse(node, self._values(), self._budget), region)

    def _values(self) -> list[str]:
        return [text for password in self._passwords for text in password.spellings]

    def _use_keystore(self, keystore: Keystore, region: Region | None) -> None:
        """All certificates of a keystore; those of its keys with what they present."""
        from iflint.pki.keystores.model import Protection

        location = Location(self._file, region)
        own: dict[int, KeyEntry] = {}
        stored: dict[int, Stored] = {}
        aliases: dict[int, str] = {}
        for entry in keystore.entries:
            if entry.has_key:
                presented = KeyEntry(location, entry.alias, entry.certificates)
                own.setdefault(id(entry.certificates[0]), presented)
            kind = Stored.TRUSTED if entry.trusted else Stored.PRESENTED
            if entry.trusted or entry.has_key:
                stored.update((id(certificate), kind) for certificate in entry.certificates)
            if entry.trusted:
                aliases.update((id(certificate), entry.alias) for certificate in entry.certificates)
        for certificate in keystore.certificates:
            mine = id(certificate)
            place, alias = stored.get(mine, Stored.UNMARKED), aliases.get(mine, "")
            self._add(certificate, region, own.get(mine), place, alias)
        if keystore.protection is not None:
            protected = keystore.protection is Protection.PASSWORD
            what = keystore.kind if protected else f"{keystore.kind} with {keystore.protection}"
            key = KeyMaterial(location, what, protected, keystore=True)
            strange = next(filter(_has_a_strangers_key, keystore.entries), None)
            if strange is not None:
                beside = strange.certificates[0]
                key = msgspec.structs.replace(key, half=strange.half, beside=beside)
            self._keys.append(key)
        for fault in keystore.faults:
            self._problem(region, f"{kinds.named(keystore.kind)}: {fault}", _EXPORT)
        if keystore.locked:
            from iflint.pki.passwords import what_is_needed

            why, remedy = what_is_needed(self._passwords, self._file)
            if kinds.is_explained(keystore.kind):
                conversion = kinds.what_to_do(keystore.kind, self._file)
                remedy = f"{remedy}. {conversion}"
            self._problem(region, f"{kinds.named(keystore.kind)} can't be opened: {why}", remedy)
        elif not (keystore.certificates or keystore.faults):
            self._other.setdefault(f"{kinds.named(keystore.kind)} without certificates")

    def _add(
        self,
        certificate: Certificate,
        region: Region | None,
        entry: KeyEntry | None = None,
        stored: Stored | None = None,
        alias: str = "",
    ) -> None:
        most = CERTIFICATES_OF_A_FILE.value
        self._full = len(self._certificates) >= most
        if self._full:
            message = f"the file holds more than {numbered(most)} certificates"
            self._problem(region, message, f"split the file, or {CERTIFICATES_OF_A_FILE.option}")
            return
        location = Location(self._file, region)
        self._certificates.append(FoundCertificate(certificate, location, entry, stored, alias))
        if certificate.unread:
            name = certificate.subject.text
            what = ", ".join(certificate.unread)
            self._problem(
                region,
                f"of the certificate {name} can't be read: {what}",
                "have the certificate issued again; what can be read of it is used",
            )

    def _problem(self, region: Region | None, message: str, remedy: str) -> None:
        location = Location(self._file, region)
        self._problems.add(lambda: Problem(ProblemKind.CERTIFICATE, location, message, remedy))


def _has_a_strangers_key(entry: StoredEntry) -> bool:
    """Whether the key of an entry can be read, and is not its certificate's."""
    own = half_of_certificate(entry.certificates[0]) if entry.half is not None else None
    return own is not None and own != entry.half


def _runs(text: str) -> Iterable[re.Match[str]]:
    whole = re.fullmatch(_DIGITS, text) or re.fullmatch(_ALL_BASE64, text)
    return re.finditer(_RUN, text) if whole is None else (whole,)


def _bytes_of(written: str) -> bytes:
    """The bytes that digits of base64, or hexadecimal ones, stand for. Raises Refused."""
    if re.fullmatch(_DIGITS, written):
        digits = "".join(written.replace(":", "").split())
        return bytes.fromhex(digits[: len(digits) // 2 * 2])
    digits = "".join(written.split()).rstrip("=")
    return decoded(digits[:-1] if len(digits) % 4 == 1 else digits)


def _is_signed(signed_data: Node) -> bool:
    """Whether a SignedData has a signer: its last part is the set of them (RFC 5652 §5.1)."""
    *_, signers = (None, *signed_data.children())
    return signers is not None and signers.tag == asn1.SET and bool(signers.content)


def _key_form(node: Node) -> KeyForm | None:
    try:
        return key_in_der(node)
    except asn1.DerError:
        return None


def _explain(data: bytes, file: FileLocation) -> tuple[str, str]:
    """Message and remedy for a file of which nothing can be used."""
    try:
        kind = kinds.kind_of(asn1.parse(data))
    except asn1.DerError:
        kind = "cut off" if data[:1] == b"\x30" and data[1:2] >= b"\x80" else ""
    if kind == kinds.CERTIFICATE:
        try:
            parse_certificate(data)
        except CertificateError as error:
            return str(error), _EXPORT
    if kind in (kinds.PKCS7, "cut off"):
        return "the certificate in it is cut off or damaged", _EXPORT
    kind = kind or kinds.kind_of_file(data)
    if not kind:
        return _NO_CERTIFICATE, _EXPORT
    return f"it is {kinds.named(kind)}, not a certificate", kinds.what_to_do(kind, file)


_READERS: dict[str, Callable[[_Reader, Node, Region | None], None]] = {
    kinds.CERTIFICATE: _Reader._use_certificates,
    kinds.PKCS7: _Reader._use_pkcs7,
    kinds.PKCS12: _Reader._use_pkcs12,
    kinds.PKI_PATH: _Reader._use_pki_path,
    kinds.PSE: _Reader._use_pse,
}
"""Who reads a value of this kind; every other kind is told by its name."""


def what_to_give(held: Sequence[str], file: FileLocation) -> str:
    """What to do about a file that was given for certificates and holds these kinds of things."""
    kind = next(filter(kinds.is_explained, held), "")
    return kinds.what_to_do(kind, file)


def block_region(text: TextFile, start: int, end: int, shown_to: int) -> Region:
    """The characters ``start`` to ``end``.

    The excerpt ends at ``shown_to`` at the latest and begins with nothing but blanks: what
    stands on the same line may be a private key.
    """
    before = text.text[max(start - _LARGEST_INDENT - 1, 0) : start]
    indent = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
    indented = len(indent) <= _LARGEST_INDENT and not indent.strip()
    shown_from = start - len(indent) if indented else start
    shown = text.text[shown_from:shown_to].partition("\n")[0].partition("\r")[0]
    return text.region(start, end, shown_from, shown_from + len(shown))
