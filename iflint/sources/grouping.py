"""A tree of names becomes artifacts: which files belong together, and what each of them is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import ARCHIVE_DEPTH
from iflint.places.defects import failed_on
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources import names
from iflint.sources.artifacts import (
    Artifact,
    Bundle,
    CertificateSource,
    Origin,
    SkipKind,
    Skipped,
    SourceFile,
    TextSource,
)
from iflint.sources.names import Role
from iflint.sources.origins import NOWHERE, Origins
from iflint.sources.packages import FLOW_BUNDLE, FLOW_RESOURCE, bundle_type
from iflint.sources.parcels import Order, Parcel, ParcelKind, Wanted
from iflint.sources.trees import ArchiveTree
from iflint.sources.zips import SIGNATURES, Archive, Budget, Exhausted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iflint.places.location import FileLocation
    from iflint.sources.disk import Disk
    from iflint.sources.limits import Limits
    from iflint.sources.trees import Entry, Tree


class Grouping:
    """Turns one tree into artifacts, in the order of its names, and its archives with it."""

    def __init__(
        self,
        tree: Tree,
        wanted: Wanted,
        limits: Limits,
        origin: Origin = NOWHERE,
        archive: FileLocation | None = None,
        disk: Disk | None = None,
    ) -> None:
        """``archive`` is the one that the tree is of, if it holds nothing but certificates.

        ``disk`` is that of a tree that lies on one: of it what can be read by itself is given as
        parcels.
        """
        self._tree = tree
        self._archive_of_certificates = archive
        self._wanted = wanted
        self._limits = limits
        self._disk = disk
        self._origins = Origins(tree, origin)
        self._of_any_name = wanted.of_any_name or tree.is_delivery
        flows = tuple(tree.flows)
        self._roots = {_root(name) for name in flows if not names.is_clutter(name)}
        roots = map(names.bundle_root, flows)
        self._bundles = {root for root in roots if root is not None}

    def artifacts(self, budget: Budget | None = None) -> Iterator[Artifact | Parcel]:
        """Everything in the tree; ``budget`` is that of the archive on disk that it is in.

        Raises `Exhausted` when that budget is.
        """
        for entry in self._tree.entries:
            try:
                yield from self._artifacts_of(entry, budget)
            except Unreadable:
                raise
            except Exception as error:
                yield failed_on(Location(entry.file.location), error, ProblemKind.ARTIFACT)

    def _artifacts_of(self, entry: Entry, budget: Budget | None) -> Iterator[Artifact | Parcel]:
        role = entry.role
        if names.is_clutter(entry.name) and not entry.given:
            if role in _PLAIN_ROLES:
                yield Skipped(entry.file.location, SkipKind.CLUTTER, "left behind by macOS")
        elif role is Role.FLOW and self._wanted.flows:
            yield from self._bundle(entry)
        elif role is Role.MANIFEST and self._wanted.flows:
            yield from self._bundle_without_flow(entry)
        elif role is Role.PACKAGE_LIST and self._wanted.flows:
            yield from self._origins.problems(entry.name, entry.file.location)
        elif role is Role.DOCUMENT and not entry.given and self._is_of_a_packed_flow(entry.name):
            yield from self._text(entry)
        elif role in names.OF_CERTIFICATES:
            yield from self._certificate(entry)
        elif role is Role.ARCHIVE:
            yield from self._archive(entry.file, self._origins.of(entry.name), budget)
        elif role is Role.CONTENT:
            yield from self._content(entry, budget)
        elif role is Role.PACKED and self._wanted.flows and not entry.given:
            yield from self._packed(entry, budget)
        elif role is Role.NAMELESS or entry.given:
            yield from self._unknown(entry, budget)
        elif role in (None, Role.PACKED) and self._may_hold_certificates(entry.name):
            yield from self._certificate(entry)
        elif role is None:
            yield from self._text(entry)

    def _may_hold_certificates(self, name: str) -> bool:
        return self._of_any_name and names.may_hold_certificates(name)

    def _text(self, entry: Entry) -> Iterator[TextSource | Parcel]:
        if not self._wanted.texts or self._is_of_parameters(entry.name):
            return
        location, place = entry.file.location, entry.file.on_disk
        if place is None:
            yield TextSource(location, entry.text)
        else:
            yield self._parcel(Order(ParcelKind.TEXT, location, place, self._wanted))

    def _parcel(self, order: Order) -> Parcel:
        if self._disk is None:
            raise TypeError("what lies in an archive is no parcel")
        return Parcel(order, self._disk, self._limits)

    def _is_of_parameters(self, name: str) -> bool:
        """Whether a file holds the parameters of a flow, which come with its bundle."""
        root = names.bundle_root(name)
        beside = names.parent(name) if root is None else root
        return names.basename(name) == names.basename(names.PARAMETERS) and beside in self._roots

    def _is_of_a_packed_flow(self, name: str) -> bool:
        if self._wanted.documents:
            return False
        folder = name
        while folder:
            folder = names.parent(folder)
            if folder in self._bundles:
                return True
        return names.bundle_root(name) is not None

    def _bundle(self, entry: Entry) -> Iterator[Bundle | Parcel]:
        root = names.bundle_root(entry.name)
        folder = names.parent(entry.name) if root is None else root
        location = entry.file.location if root is None else self._tree.location(root)
        inside = names.basename(names.PARAMETERS) if root is None else names.PARAMETERS
        files = [self._tree.get(names.join(folder, name)) for name in (names.MANIFEST, inside)]
        origin = self._origins.of(entry.name if root is None else root)
        place = entry.file.on_disk
        if place is None:
            yield _bundle_of(entry.file, files, location, origin)
        else:
            beside = tuple(None if file is None else file.on_disk for file in files)
            order = Order(ParcelKind.FLOW, location, place, self._wanted, beside, origin)
            yield self._parcel(order)

    def _bundle_without_flow(self, entry: Entry) -> Iterator[Artifact]:
        root = names.parent(names.parent(entry.name))
        if root in self._roots:
            return
        try:
            kind = bundle_type(entry.file.read())
        except Exhausted:
            raise
        except Unreadable as error:
            yield error.problem
            return
        location = self._tree.location(root)
        if kind == FLOW_BUNDLE:
            detail = "its manifest says integration flow, but no .iflw of it was found"
            yield Skipped(location, SkipKind.BUNDLE_WITHOUT_FLOW, detail)
        elif kind is not None:
            yield Skipped(location, SkipKind.OTHER_ARTIFACT, kind)

    def _certificate(self, entry: Entry) -> Iterator[Artifact]:
        if not entry.given and self._is_content_signature(entry.name):
            detail = "the certificate that signed the exported content"
            yield Skipped(entry.file.location, SkipKind.CLUTTER, detail)
        else:
            yield CertificateSource(
                entry.file,
                given=entry.given,
                certain=entry.role is Role.CERTIFICATE or (entry.given and not self._wanted.flows),
                document=entry.role is Role.DOCUMENT,
                keys_only=not (self._wanted.certificates or entry.given),
                told=self._wanted.of_any_name,
                archive=self._archive_of_certificates,
            )

    def _is_content_signature(self, name: str) -> bool:
        if names.basename(name).lower() != names.SIGNATURE_CERTIFICATE:
            return False
        folder = names.parent(name)
        return (
            folder in self._roots
            or (not folder and not self._tree.top)
            or self._tree.get(names.join(folder, names.MANIFEST)) is not None
            or self._tree.get(names.join(folder, names.PACKAGE_LIST)) is not None
        )

    def _content(self, entry: Entry, budget: Budget | None) -> Iterator[Artifact | Parcel]:
        """The content of a resource: a flow's must be an archive, any other's may be one.

        A file that somebody put into the package is what its own name says.
        """
        resource = self._origins.resource(entry.name)
        required = resource is None or resource.type == FLOW_RESOURCE
        role = names.role_of(resource.file_name) if resource and not required else None
        if role in names.OF_CERTIFICATES:
            yield from self._artifacts_of(msgspec.structs.replace(entry, role=role), budget)
            return
        if resource is None or not required:
            try:
                if entry.head() not in SIGNATURES:
                    if entry.given:
                        yield _unpacked(entry.file, self._wanted)
                    else:
                        yield from self._text(entry)
                    return
            except Unreadable as error:
                if resource is None:
                    yield error.problem
                return
        yield from self._archive(entry.file, self._origins.of(entry.name), budget, required)

    def _unknown(self, entry: Entry, budget: Budget | None) -> Iterator[Artifact | Parcel]:
        try:
            packed = entry.head() in SIGNATURES
        except Unreadable as error:
            if entry.given:
                yield error.problem
            return
        if packed:
            yield from self._archive(entry.file, self._origins.of(entry.name), budget)
        elif entry.given:
            yield _unpacked(entry.file, self._wanted)
        elif self._of_any_name:
            yield from self._certificate(entry)
        else:
            yield from self._text(entry)

    def _packed(self, entry: Entry, budget: Budget | None) -> Iterator[Artifact | Parcel]:
        """An archive that is mostly a library: its list of members tells whether it may be more."""
        try:
            listed = entry.listed()
        except Exhausted:
            raise
        except Unreadable as error:
            detail = f"not read: {error.problem.message}"
            yield Skipped(entry.file.location, SkipKind.OTHER_FILE, detail)
            return
        roles = _OF_TRANSPORTS if entry.name.lower().endswith(".mtar") else _OF_FLOWS
        if any(names.role_of(name) in roles and not names.is_clutter(name) for name in listed):
            yield from self._archive(entry.file, self._origins.of(entry.name), budget, False)

    def _archive(
        self, file: SourceFile, origin: Origin, budget: Budget | None, required: bool = True
    ) -> Iterator[Artifact | Parcel]:
        if file.on_disk is None:
            yield from _archive(file, self._wanted, self._limits, origin, budget, required)
        else:
            order = (ParcelKind.ARCHIVE, file.location, file.on_disk, self._wanted)
            yield self._parcel(Order(*order, origin=origin, required=required))


def opened(parcel: Parcel) -> Iterator[Artifact]:
    """What a parcel holds. An unforeseen exception is a problem of the whole."""
    order = parcel.order
    try:
        if order.kind is ParcelKind.ARCHIVE:
            file = parcel.disk.file_at(order.main)
            wanted, limits = order.wanted, parcel.limits
            yield from _archive(file, wanted, limits, order.origin, None, order.required)
        elif order.kind is ParcelKind.FLOW:
            files = [parcel.disk.file_at(each) if each else None for each in order.beside]
            yield _bundle_of(parcel.disk.file_at(order.main), files, order.location, order.origin)
        else:
            yield TextSource(order.location, partial(parcel.disk.text, order.main.path))
    except Exception as error:
        yield failed_on(Location(order.location), error, ProblemKind.ARTIFACT)


def all_opened(found: Iterable[Artifact | Parcel]) -> Iterator[Artifact]:
    """The same with what the parcels hold in their places."""
    for each in found:
        if isinstance(each, Parcel):
            yield from opened(each)
        else:
            yield each


def _bundle_of(
    flow: SourceFile, beside: Sequence[SourceFile | None], location: FileLocation, origin: Origin
) -> Bundle:
    manifest, parameters = beside
    return Bundle(location, flow, manifest, parameters, origin.package, origin.display_name)


def _unpacked(file: SourceFile, wanted: Wanted) -> CertificateSource:
    """A file that the user named, whose name says nothing, and that is no archive."""
    known = not wanted.flows
    return CertificateSource(file, given=True, certain=known, document=not known)


def _archive(
    file: SourceFile,
    wanted: Wanted,
    limits: Limits,
    origin: Origin,
    budget: Budget | None,
    required: bool,
) -> Iterator[Artifact]:
    """What is in an archive; at least one artifact, so that no flow is missed in silence.

    One that is not ``required`` to be readable is only skipped when it is not.
    """
    outermost = budget is None
    silent = True
    try:
        if len(file.location.members) >= limits.depth:
            yield _too_deep(file, limits.depth)
            return
        data = file.read()
        budget = budget or Budget(file.location, limits, len(data))
        archive = Archive(data, file.location, budget)
        tree = ArchiveTree(archive, every=wanted.of_any_name, texts=wanted.texts)
        if outermost and not wanted.flows and tree.get(_OF_OFFICE) is not None:
            yield _unpacked(file, wanted)
            return
        whole = file.location if tree.holds_only(_DOWNLOADED) else None
        grouping = Grouping(tree, wanted.inside_archives(), limits, origin, whole)
        for artifact in all_opened(grouping.artifacts(budget)):
            silent = silent and _says_nothing(artifact, wanted)
            yield artifact
    except Exhausted as error:
        if not outermost:
            raise
        yield error.problem
        return
    except Unreadable as error:
        if required:
            yield _named(error.problem, origin)
        else:
            detail = f"not read: {error.problem.message}"
            yield Skipped(file.location, SkipKind.OTHER_FILE, detail)
        return
    if silent and (wanted.flows or outermost):
        yield _nothing_in(file, wanted)


def _says_nothing(artifact: Artifact, wanted: Wanted) -> bool:
    """Whether an archive has nothing to report that holds only artifacts like this one."""
    if isinstance(artifact, CertificateSource):
        return artifact.keys_only or (wanted.flows and not artifact.certain)
    clutter = isinstance(artifact, Skipped) and artifact.kind is SkipKind.CLUTTER
    return clutter or isinstance(artifact, TextSource)


def _nothing_in(file: SourceFile, wanted: Wanted) -> Skipped:
    if wanted.flows:
        detail = "no integration flow in it"
        return Skipped(file.location, SkipKind.ARCHIVE_WITHOUT_FLOW, detail)
    detail = "no certificate file in it"
    return Skipped(file.location, SkipKind.ARCHIVE_WITHOUT_CERTIFICATE, detail)


_OF_FLOWS = (Role.FLOW, Role.PACKAGE_LIST, Role.CONTENT, Role.ARCHIVE)
"""What an archive holds in which a flow may be."""
_OF_TRANSPORTS = (*_OF_FLOWS, Role.PACKED, Role.NAMELESS)
"""The same of a transport archive, whose parts may be called anything (*inferred*)."""
_PLAIN_ROLES = (Role.FLOW, Role.ARCHIVE, Role.CONTENT, Role.CERTIFICATE, Role.KEY)
_DOWNLOADED = (".cer", ".crt")
_OF_OFFICE = "[Content_Types].xml"
"""What every document of Office holds, which is a zip (ECMA-376-2 §10.1.2)."""


def _root(name: str) -> str:
    root = names.bundle_root(name)
    return names.parent(name) if root is None else root


def _named(problem: Problem, origin: Origin) -> Problem:
    """The problem of an artifact, with the name under which people know it."""
    if origin.display_name is None:
        return problem
    package = f" of package '{origin.package.name}'" if origin.package else ""
    message = f"'{origin.display_name}'{package} can't be read. {problem.message}"
    return msgspec.structs.replace(problem, message=message, artifact=origin.display_name)


def _too_deep(file: SourceFile, depth: int) -> Problem:
    message = f"The archive is nested more than {depth} levels deep and was not read."
    remedy = f"Unpack the outer archives, or {ARCHIVE_DEPTH.option}"
    return Problem(ProblemKind.ARTIFACT, Location(file.location), message, remedy)
