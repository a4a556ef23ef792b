"""SAP's own keystores, PSEs of version 2 and 4: read where no PIN protects them, or it is given.

What SAP does not publish is read from what it wrote: the class ``secudePSE`` of its user management
engine (a PSE without PIN, the list of trusted certificates), and from OWASP's pysap, with PSEs that
``sapgenpse`` made (with and without PIN, versions 2 and 4)::

    PSE ::= SEQUENCE { version INTEGER, content }
    content, version 2: SEQUENCE { algorithm, …, SET OF Object }, or with a PIN
                        [0] { check OCTET STRING, algorithm, encrypted OCTET STRING }
    content, version 4: [3] { encrypted INTEGER (0: no), algorithm, OCTET STRING, check }
    Object ::= SEQUENCE { name PrintableString, time OPTIONAL, kind OBJECT IDENTIFIER, value }
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from iflint.pki import der as asn1
from iflint.pki.keystores.decryption import Effort, Unsupported, decrypt
from iflint.pki.keystores.model import (
    MAX_PRESENTED,
    Keystore,
    Protection,
    StoredEntry,
    TooMany,
    certificates_in,
    go_on,
)
from iflint.pki.kinds import PSE, SIGNED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.limits import Budget
    from iflint.pki.certificates import Certificate
    from iflint.pki.der import Node

_ALL, _OWN, _OF_OWN_KEY, _SECRET, _PATH, _TRUSTED = (
    f"1.3.36.2.{number}" for number in ("0", "1.", "2.", "3.", "4.1", "6.")
)
"""Kinds of objects: a list of all certificates, one's own (to sign, to encrypt, for both), others
of the same key, private keys, the path to the root, and lists of what is trusted."""
_GROUPS = (_OWN, _PATH, _OF_OWN_KEY, _TRUSTED, _ALL)
_OPENED_WHERE_MADE = 256
"""The version of a PSE that the local protected storage (LPS) of its machine protects."""
_VERSION = 0xA0
_MAX_DEPTH = 3
"""Of groups around a certificate: the path is a list of sets."""


def read_pse(pse: Node, passwords: Sequence[str], run: Budget | None = None) -> Keystore:
    """The entries of a PSE; each password is tried as its PIN, at the cost of the ``run``'s budget.

    That its own certificate is presented with those of its path is *inferred*.
    """
    reader = _Reader(tuple(passwords), Effort(run))
    try:
        reader.read(pse)
    except (asn1.DerError, LookupError, ValueError, StopIteration):
        reader.faults.append("it is damaged; what could be read is used")
    except (TooMany, Unsupported) as stopped:
        reader.faults.append(str(stopped))
    return reader.keystore()


class _Reader:
    def __init__(self, passwords: tuple[str, ...], effort: Effort) -> None:
        self._passwords = passwords
        self._effort = effort
        self._protection = Protection.NOTHING
        self._locked = False
        self._has_key = False
        self._found: dict[str, dict[Certificate, None]] = {}
        self._every: dict[Certificate, Certificate] = {}
        self._signed_parts: list[Node] = []
        self._looked_at = 0
        self.faults: list[str] = []

    def keystore(self) -> Keystore:
        trusted = self._of(_TRUSTED)
        entries = [StoredEntry("", (each,), has_key=False, trusted=True) for each in trusted]
        if self._has_key and (own := self._of(_OWN)[:1]):
            presented = tuple(dict.fromkeys((*own, *self._of(_PATH))))[:MAX_PRESENTED]
            entries.insert(0, StoredEntry("", presented, has_key=True))
        return Keystore(
            kind=PSE,
            entries=tuple(entries),
            certificates=tuple(self._every),
            protection=self._protection if self._has_key else None,
            locked=self._locked,
            faults=tuple(self.faults),
        )

    def read(self, pse: Node) -> None:
        content = self._content(pse)
        if content is None:
            return
        objects = next(part for part in content.children() if part.tag == asn1.SET)
        for each in objects.children():
            _, *parts, value = each.children()
            self._read_object(asn1.object_identifier(parts[-1]), value)
        self._complete()

    def _content(self, pse: Node) -> Node | None:
        """What a PSE holds; None where its PIN is not given."""
        version, content = pse.children()[:2]
        if content.tag == asn1.SEQUENCE:
            return content
        number, parts = asn1.integer(version), content.children()
        if number == _OPENED_WHERE_MADE:
            raise Unsupported("only the machine can open it on which it was made (LPS)")
        first, algorithm, *octets = parts
        if first.tag == asn1.INTEGER and asn1.integer(first) == 0:
            return asn1.parse(octets[0].content)
        self._protection = Protection.PASSWORD
        for password in self._passwords:
            opened = decrypt(algorithm, octets[0].content, password, self._effort)
            if opened is not None:
                return opened
        self._locked = True
        return None

    def _read_object(self, kind: str, value: Node) -> None:
        self._has_key = self._has_key or kind.startswith(_SECRET)
        group = next((each for each in _GROUPS if kind.startswith(each)), None)
        if group is None:
            return
        encoded = []
        for each in self._members(value):
            if _tags(each) == SIGNED:
                encoded.append(each.encoded)
            elif group == _TRUSTED:
                self._signed_parts.append(each)
        self._add(group, certificates_in(encoded, self.faults, "of it"))

    def _members(self, value: Node, depth: int = 0) -> Iterator[Node]:
        """The certificates in a value of an object, whole or the signed part alone."""
        self._looked_at += 1
        go_on(self._looked_at, self.faults)
        tags = _tags(value)
        if depth == _MAX_DEPTH or tags == SIGNED or tags[:1] in ((_VERSION,), (asn1.INTEGER,)):
            yield value
            return
        for part in value.children():
            yield from self._members(part, depth + 1)

    def _add(self, group: str, certificates: Iterable[Certificate]) -> None:
        """Add to a group; a certificate that stands in several is one object."""
        found = self._found.setdefault(group, {})
        found.update((self._every.setdefault(each, each), None) for each in certificates)

    def _of(self, group: str) -> tuple[Certificate, ...]:
        return tuple(self._found.get(group, ()))

    def _complete(self) -> None:
        """Find the certificates of which a list of what is trusted holds the signed part.

        A root that the PSE does not hold as a whole is made up of that part: it is trusted for its
        name and its key. Other certificates are left out.
        """
        whole = {each.tbs: each for each in self._every}
        alone = [part for part in self._signed_parts if part.encoded not in whole]
        made_up = certificates_in(map(_without_signature, alone), self.faults, "that it trusts")
        roots = [each for each in made_up if each.self_issued]
        known = (whole[part.encoded] for part in self._signed_parts if part.encoded in whole)
        self._add(_TRUSTED, (*known, *roots))
        if roots:
            what = f"it trusts without their signature: {len(roots)}"
            self.faults.append(f"roots that {what}. Their fingerprints are not the real ones")
        if others := len(made_up) - len(roots):
            what = f"it trusts without their signature: {others}"
            self.faults.append(f"intermediates that {what}. They are not used")


def _tags(value: Node) -> tuple[int, ...]:
    return tuple(part.tag for part in value.children())


def _without_signature(signed_part: Node) -> bytes:
    """The certificate of a signed part, by the algorithm that this names, its signature empty."""
    fields = [part for part in signed_part.children() if part.tag != _VERSION]
    empty = asn1.encode(asn1.BIT_STRING, b"\0")
    return asn1.encode(asn1.SEQUENCE, signed_part.encoded + fields[1].encoded + empty)
