"""A checkout or download of SAP's trust store, compared with the table of roots in use."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import msgspec

from iflint.options import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from iflint.options import Options
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FileContent
    from iflint.pki.passwords import Password
    from iflint.pki.roots.table_update import Update
    from iflint.places.location import FileLocation

OPTIONAL, REQUIRED = "optional", "required"
PUBLISHED_PASSWORD = "changeit"  # noqa: S105 - SAP publishes it with the trust store
"""Opens the PKCS#12 files of SAP's trust store (its README); tried on these alone."""

_KEYSTORES = (".jks", ".p12", ".pfx", ".pse")
_VERSION_AT_THE_END = re.compile(r"(?:^|[-_ ])v?([0-9]{1,6}(?:\.[0-9]{1,6}){1,5})(?:\.zip)?$")
_RELEASE_NOTES = re.compile(r"release_notes_v([0-9]{1,6}(?:_[0-9]{1,6}){1,5})\.md$")


class Store(msgspec.Struct, frozen=True):
    """What a checkout holds: the roots of its two folders, and the release if it says so.

    ``read`` names the files by kind: ``PEM``, or the kind of keystore that was taken instead.
    """

    optional: tuple[Certificate, ...]
    required: tuple[Certificate, ...] | None
    release: str | None
    read: str


def update_table(
    path: str, options: Options, release: str | None, released_on: date | None
) -> tuple[Store, Update, str]:
    """Compare the trust store at ``path`` with the table in use, and make the new table.

    The table in use, whose name comes last, is the one of ``--roots``, else the packaged one.
    Raises UsageError when
    the store is not one or can't be read in full, when the release has to be told, or when the
    table can't be used.
    """
    from iflint.engine.roots import read_table_in_use
    from iflint.options import now
    from iflint.pki.roots.table_update import TrustStore, update
    from iflint.pki.roots.trust import TableError

    store = read_store(path, options)
    certificates = {c.sha256: c for c in (*store.optional, *(store.required or ()))}
    required = store.required
    data, name = read_table_in_use(options)
    try:
        made = update(
            data,
            TrustStore(
                tuple(certificates.values()),
                None if required is None else frozenset(c.sha256 for c in required),
            ),
            release or store.release,
            released_on,
            (options.as_of or now()).date(),
        )
    except TableError as error:
        raise UsageError(f"{name}: {error}") from None
    except ValueError as error:
        raise UsageError(str(error)) from None
    return store, made, name


def read_store(path: str, options: Options) -> Store:
    """The roots below the folders ``optional`` and ``required`` at ``path``, at any depth.

    PEM files count; where a folder has none, its keystore does. Raises UsageError when there is
    no folder ``optional`` with roots, or when one of the files that count can't be read: what
    is not read would look as if it had been removed.
    """
    folders: dict[str, dict[str, list[tuple[FileLocation, FileContent]]]] = {}
    release = None
    for location, folder, content in _files(path, options):
        release = release or _release_of(location, path, options)
        kind = _kind(location)
        folders.setdefault(folder, {}).setdefault(kind, []).append((location, content))
    optional, read = _roots(folders.get(OPTIONAL, {}))
    if not optional:
        raise UsageError(
            f"{path} is not a trust store: it has no folder {OPTIONAL} with roots in PEM files, "
            "a .jks or a .p12"
        )
    required = _roots(folders[REQUIRED])[0] if REQUIRED in folders else None
    return Store(optional, required, release or _newest_notes(path, options), read)


def _files(path: str, options: Options) -> Iterator[tuple[FileLocation, str, FileContent]]:
    """Every certificate file in one of the two folders, with the folder and its content."""
    from iflint.pki.files import read_certificate_file
    from iflint.pki.passwords import Password
    from iflint.places.problems import Problem, Unreadable
    from iflint.sources import CertificateSource, certificate_files

    passwords: Sequence[Password] = [Password("", PUBLISHED_PASSWORD)]
    for artifact in certificate_files([path], directory=options.directory):
        if isinstance(artifact, Problem):
            raise UsageError(f"{artifact.location.file}: {artifact.message}")
        if not isinstance(artifact, CertificateSource) or not artifact.certain:
            continue
        location = artifact.file.location
        folder = _folder(location)
        if folder is None:
            continue
        try:
            yield location, folder, read_certificate_file(artifact.file.read(), location, passwords)
        except Unreadable as error:
            raise UsageError(f"{location}: {error.problem.message}") from None


def _parts(location: FileLocation) -> list[str]:
    return [part for name in (location.path, *location.members) for part in name.split("/")]


def _folder(location: FileLocation) -> str | None:
    """The folder of the trust store that the file lies in, the innermost one."""
    folders = [part for part in _parts(location)[:-1] if part in (OPTIONAL, REQUIRED)]
    return folders[-1] if folders else None


def _kind(location: FileLocation) -> str:
    ending = os.path.splitext(_parts(location)[-1].lower())[1]
    return ending if ending in _KEYSTORES else "PEM"


def _roots(
    kinds: dict[str, list[tuple[FileLocation, FileContent]]],
) -> tuple[tuple[Certificate, ...], str]:
    """The roots of a folder, of the first kind of files that has any. Raises UsageError."""
    for kind in ("PEM", *_KEYSTORES):
        found: dict[str, Certificate] = {}
        for location, content in kinds.get(kind, ()):
            unread = sum(bool(one.certificate.unread) for one in content.certificates)
            if len(content.problems) > unread:
                raise UsageError(f"{location}: {content.problems[0].message}")
            found.update((one.certificate.sha256, one.certificate) for one in content.certificates)
        if found:
            return tuple(found.values()), kind
    return (), ""


def _release_of(location: FileLocation, path: str, options: Options) -> str | None:
    """The release in the name of a folder or archive, as GitHub names its downloads."""
    name = os.path.basename(os.path.abspath(os.path.join(options.directory or "", path)))
    for part in (name, *reversed(_parts(location)[:-1])):
        found = _VERSION_AT_THE_END.search(part)
        if found:
            return found[1]
    return None


def _newest_notes(path: str, options: Options) -> str | None:
    """The newest release that the checkout has notes of: minor releases may have none."""
    from iflint.pki.roots.trust import version

    folder = os.path.join(options.directory or "", path, "release_notes")
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    releases = [found[1].replace("_", ".") for found in map(_RELEASE_NOTES.search, names) if found]
    return max(releases, key=version, default=None)
