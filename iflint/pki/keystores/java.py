"""Java's own keystores, JKS and JCEKS: their certificates are plain, so no password is needed.

The digest at the end is not verified, as that takes the password. Source: the JDK's
``sun.security.provider.JavaKeyStore`` and ``com.sun.crypto.provider.JceKeyStore``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from iflint.pki.keystores.java_objects import NotSkipped, skip_object
from iflint.pki.keystores.model import (
    MAX_PRESENTED,
    Keystore,
    Protection,
    StoredEntry,
    TooMany,
    certificates_in,
    go_on,
)

KINDS = {
    b"\xfe\xed\xfe\xed": "Java keystore (JKS)",
    b"\xce\xce\xce\xce": "Java keystore (JCEKS)",
}
"""How such a file begins, and what people call it."""

_KEY, _CERTIFICATE, _SECRET = 1, 2, 3
_DIGEST_BYTES = 20
"""Of SHA-1, at the end of the file."""


def read_java_keystore(data: bytes) -> Keystore:
    """The entries of a JKS or JCEKS file (see ``KINDS``), as far as they can be read."""
    reader = _Reader(data)
    faults: list[str] = []
    try:
        reader.read(faults)
    except (struct.error, NotSkipped):
        faults.append("it is cut off or damaged; what stands before the damage is used")
    except TooMany as too_many:
        faults.append(str(too_many))
    return Keystore(
        kind=KINDS[data[:4]],
        entries=tuple(reader.entries),
        certificates=tuple(c for entry in reader.entries for c in entry.certificates),
        protection=Protection.PASSWORD if reader.has_keys else None,
        faults=tuple(faults),
    )


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 4
        self._version = 0
        self.entries: list[StoredEntry] = []
        self.has_keys = False
        self._cut = False
        self._found = 0

    def read(self, faults: list[str]) -> None:
        """Read every entry; raises struct.error or NotSkipped where the bytes go wrong."""
        self._version = self._number("I")
        if self._version not in (1, 2):
            faults.append(f"its version {self._version} is not known")
            return
        for _ in range(self._number("I")):
            self._entry(faults)
        if self._position + _DIGEST_BYTES > len(self._data):
            raise struct.error

    def _entry(self, faults: list[str]) -> None:
        go_on(self._found, faults)
        tag = self._number("I")
        alias = self._octets("H").decode("utf-8", errors="replace")
        self._advance(8)
        if tag == _SECRET:
            self._position = skip_object(self._data, self._position)
            return
        if tag == _KEY:
            self.has_keys = True
            self._octets("I")
            count = self._number("I")
        elif tag == _CERTIFICATE:
            count = 1
        else:
            raise struct.error
        place = f"of its entry “{alias}”"
        encoded = self._certificates(count)
        first = next(encoded, None)
        leaf = certificates_in([first] if first is not None else [], faults, place)
        found = [*leaf, *certificates_in(encoded, faults, f"after the first {place}")]
        whole = tag == _KEY and bool(leaf)
        kept = tuple(found[:MAX_PRESENTED] if whole else found)
        self._found += len(found)
        if kept:
            trusted = tag == _CERTIFICATE
            self.entries.append(StoredEntry(alias, kept, has_key=whole, trusted=trusted))
        if self._cut:
            raise struct.error

    def _certificates(self, count: int) -> Iterator[bytes]:
        """So many certificates, or those before the bytes go wrong."""
        try:
            for _ in range(count):
                yield self._certificate()
        except struct.error:
            self._cut = True

    def _certificate(self) -> bytes:
        if self._version == 2:
            self._octets("H")
        return self._octets("I")

    def _octets(self, size: str) -> bytes:
        count = self._number(size)
        start = self._position
        self._advance(count)
        return self._data[start : self._position]

    def _number(self, kind: str) -> int:
        (number,) = struct.unpack_from(f">{kind}", self._data, self._position)
        self._position += struct.calcsize(f">{kind}")
        return int(number)

    def _advance(self, count: int) -> None:
        self._position += count
        if self._position > len(self._data):
            raise struct.error
