"""Private keys that lie beside a certificate and are not its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from iflint.pki.key_pairs import half_of_certificate

if TYPE_CHECKING:
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.places.location import FileLocation


def strangers_told(
    keys: Iterable[KeyMaterial], found: Iterable[FoundCertificate]
) -> Iterator[KeyMaterial]:
    """The keys, each with the certificate that lies beside it and is not its own, if so.

    Beside a key lies what stands in its file, or in one whose name differs in its ending only. Of
    a key that has its certificate there nothing is told, nor of one that can't be read.
    """
    known = list(keys)
    if not any(key.half for key in known):
        yield from known
        return
    beside: dict[tuple[str, ...], list[Certificate]] = {}
    of_half: dict[bytes | None, Certificate] = {}
    for one in found:
        for place in {_place(one.location.file), _stem(one.location.file)}:
            beside.setdefault(place, []).append(one.certificate)
        if not one.certificate.is_known_by_facts:
            of_half.setdefault(half_of_certificate(one.certificate), one.certificate)
    for key in known:
        file = key.location.file
        candidates = beside.get(_place(file)) or beside.get(_stem(file)) or []
        own = of_half.get(key.half) if key.half else None
        meant = next((c for c in candidates if not c.is_ca and c.spki), None)
        if not key.half or meant is None or own in candidates:
            yield key
        else:
            yield msgspec.structs.replace(key, beside=meant, owner=own)


def _place(file: FileLocation) -> tuple[str, ...]:
    return ("", file.path, *file.members)


def _stem(file: FileLocation) -> tuple[str, ...]:
    *folders, name = (file.path, *file.members)
    folder, slash, last = name.rpartition("/")
    return (*folders, f"{folder}{slash}{last.rpartition('.')[0] or last}")
