"""What one file holds: certificates and private keys, and callers, each thing once.

A file of JSON is read by both rooms, which tell the same places. Any other document is read as
the trees of its notation; what stands alone in it as PEM is taken without a word on what is wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.model import Callers
from iflint.limits import KEY_SIGNS_BYTES, KEY_TEXT_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iflint.limits import Budget
    from iflint.pki.files import FileContent
    from iflint.pki.keys import KeyMaterial
    from iflint.pki.passwords import Password
    from iflint.places.location import FileLocation
    from iflint.sources import CertificateSource, SourceFile

_HEAD = 64 * 1024
"""Bytes of a file too large to be read that are looked at. Ours: dumps have a sign in 2 KiB."""


class FileRead(msgspec.Struct, frozen=True):
    """What a file holds; the certificates, keys and problems of its callers are in ``content``."""

    content: FileContent
    callers: Callers = Callers()

    def __bool__(self) -> bool:
        content = self.content
        held = (content.certificates, content.problems, content.other, content.keys)
        return any(held) or bool(self.callers)


def read_content(
    data: bytes,
    source: CertificateSource,
    passwords: Callable[[], Sequence[Password]],
    budget: Budget | None = None,
) -> FileRead:
    """What a file of these bytes holds; ``passwords`` are asked for if it may be a keystore.

    What it costs to open is taken from the run's ``budget``.
    """
    from iflint.callers.signs import begins_like_json, may_hold_callers
    from iflint.pki.files import FileContent, may_hold_certificates, read_certificate_file

    location = source.file.location
    callers = Callers()
    if may_hold_callers(data):
        from iflint.callers.reading import read_callers

        callers = read_callers(data, location)
    holds = may_hold_certificates(data)
    by_trees = callers != Callers() or (source.document and not source.certain)
    if by_trees and not begins_like_json(data):
        content = FileContent()
        if holds:
            from iflint.callers.reading import read_loose

            content = read_loose(data, location)
    elif holds or (source.certain and not callers):
        content = read_certificate_file(data, location, passwords(), budget)
    else:
        content = FileContent()
    if source.told and callers == Callers() and not (content.certificates or source.certain):
        content = _hidden(data, location) or content
    if callers != Callers():
        from iflint.callers.merging import with_those_of

        content = with_those_of(callers, content)
    others = _keys_beside(content.keys, data, location, budget)
    keys = (*content.keys, *others)
    if keys and not source.certain:
        keys = _embedded(keys, data)
    if keys != content.keys:
        content = msgspec.structs.replace(content, keys=keys)
    return FileRead(content, callers)


def keys_in_any_text(
    data: bytes, file: FileLocation, budget: Budget | None
) -> tuple[KeyMaterial, ...]:
    """The private keys in a text that is nothing else for us."""
    return _embedded(_keys_beside((), data, file, budget), data)


def _embedded(keys: tuple[KeyMaterial, ...], data: bytes) -> tuple[KeyMaterial, ...]:
    """The keys of a file, each marked that stands in something else."""
    from iflint.pki.key_signs import begins_like_keys

    if not keys or begins_like_keys(data):
        return keys
    return tuple(
        key if key.location.region is None else msgspec.structs.replace(key, embedded=True)
        for key in keys
    )


def _keys_beside(
    known: Sequence[KeyMaterial], data: bytes, file: FileLocation, budget: Budget | None
) -> tuple[KeyMaterial, ...]:
    """The private keys in a text, in whatever form, beside those that are ``known`` of it."""
    from iflint.pki.key_signs import may_hold_keys

    if not may_hold_keys(data):
        return ()
    if len(data) > KEY_TEXT_BYTES.value:
        if budget is not None:
            budget.refuse(KEY_TEXT_BYTES)
        return ()
    if budget is not None and not budget.spend(KEY_SIGNS_BYTES, len(data)):
        return ()
    from iflint.pki.key_texts import keys_in_text

    return keys_in_text(data, file, known)


def _hidden(data: bytes, location: FileLocation) -> FileContent | None:
    """What a file in a folder of certificates holds among other words; None for no certificate."""
    from iflint.pki.files import may_hide_certificates, read_certificate_file

    found = read_certificate_file(data, location) if may_hide_certificates(data) else None
    return found if found is not None and found.certificates else None


def holds_anything(data: bytes, path: str) -> bool:
    """Whether a document of these bytes would be read for anything in it."""
    from iflint.places.location import FileLocation
    from iflint.sources import CertificateSource, SourceFile

    file = SourceFile(FileLocation(path), lambda: data)
    return bool(read_content(data, CertificateSource(file, certain=False, document=True), tuple))


def begins_with_a_sign(file: SourceFile) -> bool:
    """Whether a file that can't be read as a whole looks as if it held anything of ours."""
    from iflint.callers.signs import may_hold_callers
    from iflint.pki.files import may_hold_certificates
    from iflint.places.problems import Unreadable

    try:
        head = file.head(_HEAD) if file.head is not None else b""
    except Unreadable:
        return False
    return may_hold_certificates(head) or may_hold_callers(head)
