"""What a path turns into: bundles, certificate files, and what was passed over."""

from __future__ import annotations

import enum
from collections.abc import Callable

import msgspec

from iflint.places.location import FileLocation
from iflint.places.problems import Problem, ProblemKind


class OnDisk(msgspec.Struct, frozen=True, array_like=True):
    """A file on disk, by absolute ``path``, of which at most ``most`` bytes are read.

    They are those of the limit with this name; a problem of it is of this ``kind``.
    """

    path: str
    most: int
    kind: ProblemKind
    limit: str


class SourceFile(msgspec.Struct, frozen=True):
    """A file on disk or in an archive, read when asked; ``on_disk`` is None in an archive.

    ``read()`` gives its bytes, decompressed and verified against the archive's checksum;
    it raises `iflint.places.problems.Unreadable`. ``head`` gives the first bytes of a file on
    disk, also of one that is too large to be read, or raises the same.
    """

    location: FileLocation
    read: Callable[[], bytes]
    head: Callable[[int], bytes] | None = None
    on_disk: OnDisk | None = None


class PackageName(msgspec.Struct, frozen=True):
    """The integration package of an export: ``id``, and ``name`` as people know it."""

    id: str
    name: str


class Origin(msgspec.Struct, frozen=True, array_like=True):
    """The package that something comes from, and its name as a resource of that package."""

    package: PackageName | None = None
    display_name: str | None = None


class Bundle(msgspec.Struct, frozen=True):
    """One integration flow with the files that belong to it.

    ``location`` is the folder, the archive, the folder in an archive (as if it were a member),
    or the ``.iflw`` itself where it stands alone. ``display_name`` is what ``resources.cnt``
    calls the artifact.
    """

    location: FileLocation
    flow: SourceFile
    manifest: SourceFile | None = None
    parameters: SourceFile | None = None
    package: PackageName | None = None
    display_name: str | None = None


class CertificateSource(msgspec.Struct, frozen=True):
    """A file that may hold certificates or keys; ``given`` if the user named this very file.

    ``certain`` tells that its name, or the user, says so: else it may just as well be something
    else. ``document`` tells that its name is one of documents of all kinds. ``keys_only`` tells
    that certificates come from elsewhere, ``told`` that it is counted where it holds none.
    ``archive`` is the archive that holds nothing but
    certificate files, this one among them.
    """

    file: SourceFile
    given: bool = False
    certain: bool = True
    document: bool = False
    keys_only: bool = False
    told: bool = False
    archive: FileLocation | None = None


class TextSource(msgspec.Struct, frozen=True):
    """A file of any other kind, in which a private key may lie if it is text.

    ``read(may_read)`` gives its bytes: none where it is no text or can't be read, or where
    ``may_read`` says no to so many.
    """

    location: FileLocation
    read: Callable[[Callable[[int], bool]], bytes]


class SkipKind(enum.StrEnum):
    """Why something was passed over that might have been expected in the report."""

    ARCHIVE_WITHOUT_FLOW = "archive-without-flow"
    ARCHIVE_WITHOUT_CERTIFICATE = "archive-without-certificate"
    BUNDLE_WITHOUT_FLOW = "bundle-without-flow"
    OTHER_ARTIFACT = "other-artifact"
    OTHER_FILE = "other-file"
    CLUTTER = "clutter"
    CONNECTIVITY_TEST = "connectivity-test"
    SYMLINK = "symlink"


class Skipped(msgspec.Struct, frozen=True):
    """Something that was passed over, and why; never a finding, always counted."""

    location: FileLocation
    kind: SkipKind
    detail: str


NO_CERTIFICATE_IN_IT = "no certificate in it"
"""What is said of a file in a folder of certificates that holds none."""
OF_NO_KNOWN_KIND = "neither an integration flow, nor an archive, nor a certificate file"
"""What is said of a file that the user named and that is passed over."""

Artifact = Bundle | CertificateSource | TextSource | Skipped | Problem
