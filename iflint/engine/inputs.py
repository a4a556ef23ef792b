"""Everything that a run reads: paths become flows, certificates, roots and problems."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Protocol

import msgspec

from iflint.callers.model import Callers
from iflint.engine.file_contents import FileRead, begins_with_a_sign, keys_in_any_text, read_content
from iflint.engine.kept_flow import KeptFlow
from iflint.iflow.reader import FlowRead, read_iflow
from iflint.limits import (
    CALLERS,
    CERTIFICATES,
    CHANNELS,
    KEY_SEARCH_BYTES,
    KEY_SIGNS_BYTES,
    KEY_TEXT_BYTES,
    LINES_OF_PARAMETERS,
    PRIVATE_KEYS,
    ROWS,
    Budget,
    Limit,
)
from iflint.options import Options
from iflint.places.defects import failed_on
from iflint.places.location import FileLocation, Location, Package
from iflint.places.paths import is_below_any
from iflint.places.problems import Problem, ProblemKind, Unreadable, beyond_the_run
from iflint.progress import followed
from iflint.sources import (
    NO_CERTIFICATE_IN_IT,
    OF_NO_KNOWN_KIND,
    Artifact,
    Bundle,
    CertificateSource,
    Parcel,
    SkipKind,
    Skipped,
    SourceFile,
    TextSource,
    certificate_files,
    discover,
    opened,
    repository_of_flows,
)
from iflint.sources.disk import Disk
from iflint.sources.parcels import ParcelKind

if TYPE_CHECKING:
    from iflint.engine.parts import Pair, Part
    from iflint.pki.files import FileContent, FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.pki.passwords import Password, Passwords


class Inputs(msgspec.Struct, frozen=True):
    """What the checked paths and the certificate paths hold, each in the order it was found.

    ``files`` are the paths on disk of what was read for it. ``callers`` stand in any of
    them, wherever certificates are taken from: who may call is not narrowed by saying where
    certificates are. Theirs are among ``certificates``, their private keys among ``keys``, their
    problems among ``problems``, each once. ``taken`` are the files of certificates and callers.
    ``idle`` are the patterns that excluded nothing. ``size`` is how many bytes there are on disk of
    what holds flows and certificates.
    """

    flows: tuple[KeptFlow, ...] = ()
    certificates: tuple[FoundCertificate, ...] = ()
    certificate_files: int = 0
    skipped: tuple[Skipped, ...] = ()
    problems: tuple[Problem, ...] = ()
    keys: tuple[KeyMaterial, ...] = ()
    files: tuple[str, ...] = ()
    callers: Callers = Callers()
    idle: tuple[str, ...] = ()
    size: int = 0
    taken: frozenset[FileLocation] = frozenset()

    def with_more(self, read: Inputs) -> Inputs:
        """What was read, and certificates that were read besides."""
        from iflint.callers.merging import all_of
        from iflint.pki.keys import each_key_once

        return msgspec.structs.replace(
            self,
            certificates=self.certificates + read.certificates,
            certificate_files=self.certificate_files + read.certificate_files,
            callers=all_of((self.callers, read.callers)),
            skipped=tuple(dict.fromkeys(self.skipped + read.skipped)),
            problems=tuple(dict.fromkeys(self.problems + read.problems)),
            keys=each_key_once(self.keys + read.keys),
            files=tuple(sorted({*self.files, *read.files})),
            size=max(self.size, read.size),
            taken=self.taken | read.taken,
        )


class Known(dict[tuple[FileLocation, bool], FileRead]):
    """What certificate files hold that were read before, and the run's budget for more of them.

    They are known by place, and whether they surely are some. ``weighed`` are the files on disk
    whose size the budget knows, ``unsearched`` how often each limit kept from looking for keys.
    """

    def __init__(self) -> None:
        super().__init__()
        self.budget = Budget()
        self.weighed: set[str] = set()
        self.unsearched = Counter[str]()
        self._on_purpose: dict[tuple[str, ...], frozenset[str]] = {}
        self._passwords: dict[tuple[str, ...], Passwords] = {}

    def passwords(self, given: tuple[str, ...], directory: str | None) -> Passwords:
        """The passwords that are given in this way."""
        if given not in self._passwords:
            from iflint.pki.passwords import Passwords

            self._passwords[given] = Passwords(given, directory)
        return self._passwords[given]

    def on_purpose(self, paths: tuple[str, ...], disk: Disk) -> frozenset[str]:
        """The absolute paths among these that are not a repository as a whole."""
        if paths not in self._on_purpose:
            from iflint.sources.disk import enclosing_repository

            places = map(disk.absolute, paths)
            own = frozenset(each for each in places if enclosing_repository(each) != each)
            self._on_purpose[paths] = own
        return self._on_purpose[paths]


def read_inputs(
    paths: Sequence[str], options: Options, known: Known, ahead: Ahead | None = None
) -> Inputs:
    """Read the flows under ``paths`` and the certificates that belong to the run.

    Where nobody says which these are, they are those under ``paths``, too, and for flows that are
    named themselves those of their repository.
    What is ``known`` is not read again, and what is read becomes known. Raises FileNotFoundError
    for a path that does not exist. What can't be read is a problem.
    """
    reading = Reading(options, known)
    reading.take_all(
        discover(
            paths,
            directory=options.directory,
            exclude=options.exclude,
            exclude_directory=options.exclude_directory,
            root=options.root,
            certificates=options.certificates is None,
            texts=True,
            idle=reading.idle,
        ),
        ahead,
    )
    if options.certificates is not None:
        reading.take_certificate_files(options.certificates)
    elif reading.needs_certificates:
        repository = repository_of_flows(paths, directory=options.directory)
        if repository is not None:
            reading.take_certificates_beside(repository)
    return reading.inputs()


STANDARD_INPUT = "standard input"
"""What stands in the place of a path."""


def read_certificates(
    paths: Sequence[str],
    options: Options,
    known: Known | None = None,
    *,
    connectivity_tests: bool = False,
    taken: frozenset[FileLocation] = frozenset(),
    piped: bytes | None = None,
) -> Inputs:
    """Read the certificate files at ``paths``, and no flows; ``known`` as for `read_inputs`.

    Files that are ``taken`` are passed over; ``piped`` is what came from standard input.
    Downloads of a Connectivity Test are skipped but with ``connectivity_tests``.
    Raises FileNotFoundError for a path that does not exist. What can't be read is a problem.
    """
    reading = Reading(options, known, connectivity_tests=connectivity_tests, taken=taken)
    if piped is not None:
        given = SourceFile(FileLocation(STANDARD_INPUT), lambda: piped)
        reading.take([CertificateSource(given, given=True)])
    reading.take_certificate_files(paths)
    return reading.inputs()


def read_parcel(parcel: Parcel, options: Options, known: Known) -> Reading:
    """Read a parcel by itself, what is ``known`` apart."""
    reading = Reading(options, known)
    spare = parcel.limits.spare.left
    if not parcel.identities:
        reading.take(opened(parcel))
    else:
        from iflint.sources.identity import Look

        paths = (each.path for each in parcel.order.places)
        look = Look(dict(zip(paths, parcel.identities, strict=True)))
        with parcel.disk.shown_to(look):
            reading.take(opened(parcel))
        reading.may_be_kept = look.holds and reading.is_complete
    reading.stands_alone &= parcel.limits.spare.left == spare
    return reading


class Ahead(Protocol):
    """What is known of parcels before they are read here, and who keeps what is read of them."""

    def __call__(self, found: Iterable[Artifact | Parcel]) -> Iterable[Pair]:
        """The same, with the parts of parcels that are known."""
        ...

    @property
    def keeps(self) -> bool:
        """Whether anything is kept."""
        ...

    def keep(self, parcel: Parcel, part: Part) -> None:
        """Take what was read of a parcel."""
        ...


def _place(found: Pair) -> object:
    artifact = found[0]
    if isinstance(artifact, Parcel):
        return artifact.order.location
    return artifact.file.location if isinstance(artifact, CertificateSource) else artifact.location


class Reading:
    """Collects what the sources yield, reading each file while its archive is at hand."""

    def __init__(
        self,
        options: Options,
        known: Known | None = None,
        *,
        connectivity_tests: bool = False,
        taken: Iterable[FileLocation] = (),
    ) -> None:
        self._options = options
        self._known = Known() if known is None else known
        self._connectivity_tests = connectivity_tests
        self._read_flows: list[FlowRead] = []
        self._flows: list[KeptFlow] = []
        self._limited: set[FileLocation] = set()
        self._certificates: list[FoundCertificate] = []
        self._certificate_files = 0
        self._skipped: list[Skipped] = []
        self._problems: list[Problem] = []
        self._keys: dict[FileLocation, tuple[KeyMaterial, ...]] = {}
        self._files: set[str] = set()
        self.idle = set(options.exclude)
        self._before = self._known.budget.spent
        self._taken = set(taken)
        self._callers: dict[FileLocation, Callers] = {}
        self._archives_of_use: set[FileLocation] = set()
        self._of_archive: tuple[FileLocation | None, list[FileContent]] = (None, [])
        self._beside = False
        self.stands_alone = True
        """Whether what was read depends on nothing else in the run."""
        self.may_be_kept = False
        """Whether what was read is what the files are known by, and is so on any other day."""

    @property
    def is_complete(self) -> bool:
        """Whether everything could be read that was asked for."""
        unread = any(each.kind is SkipKind.OTHER_FILE for each in self._skipped)
        return bool(self._files) and not self._problems and not unread

    @property
    def needs_certificates(self) -> bool:
        """Whether a flow that was read has pairs that may count."""
        return any(flow.may_be_judged for flow in self._flows)

    def inputs(self) -> Inputs:
        callers = self._all_callers()
        return Inputs(
            tuple(self._flows),
            (*self._certificates, *self._told_by(callers)),
            self._certificate_files,
            self._all_skipped(),
            tuple(self._told(dict.fromkeys((*self._problems, *self._untold_by(callers))))),
            self._all_keys(),
            tuple(sorted(self._files)),
            callers,
            tuple(each for each in self._options.exclude if each in self.idle),
            self._known.budget.size,
            frozenset(self._taken),
        )

    def _told(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """The problems; of texts that are too long to look for keys in the first of its kind.

        One of which another limit tells, too, has said enough.
        """
        found, left = tuple(problems), 1
        told = self._limited.union(_limited(found))
        for problem in found:
            if not _says_too_long(problem):
                yield problem
            elif left and problem.location.file not in told:
                left = 0
                yield problem

    def _all_skipped(self) -> tuple[Skipped, ...]:
        """What was passed over, once each; not an archive without a flow that held something else.

        What an archive below a path of certificates holds is known only when all was read.
        """
        once = {each.location: each for each in reversed(self._skipped)}
        return tuple(
            each
            for each in reversed(once.values())
            if each.kind is not SkipKind.ARCHIVE_WITHOUT_FLOW
            or each.location not in self._archives_of_use
        )

    def _all_keys(self) -> tuple[KeyMaterial, ...]:
        if not self._keys:
            return ()
        from iflint.pki.strangers import strangers_told

        keys = chain.from_iterable(self._keys[file] for file in self._files_with_keys())
        return tuple(strangers_told(keys, self._certificates))

    def _files_with_keys(self) -> Iterator[FileLocation]:
        """Each once, by no link where it is there by itself."""
        disk = Disk(self._options.directory)
        for file in self._keys:
            there = disk.real(file)
            if there == file or there not in self._keys:
                yield file

    def _all_callers(self) -> Callers:
        if not self._callers:
            return Callers()
        from iflint.callers.merging import all_of

        return all_of(self._callers.values())

    def _told_by(self, callers: Callers) -> tuple[FoundCertificate, ...]:
        """The certificates of which a keystore's dump tells names and dates."""
        if not callers.keystore_entries:
            return ()
        from iflint.callers.keystore_entries import certificates_by_facts

        return tuple(certificates_by_facts(callers.keystore_entries, self._certificates))

    def _untold_by(self, callers: Callers) -> tuple[Problem, ...]:
        """What a keystore's dump tells of certificates in no way that can be read."""
        if not callers.keystore_entries:
            return ()
        from iflint.callers.keystore_entries import undated

        return tuple(undated(callers.keystore_entries, self._certificates))

    def take_certificate_files(self, paths: Sequence[str]) -> None:
        """Read the certificate files at and below ``paths``."""
        self.take_all(self._certificate_files_at(paths))

    def take_certificates_beside(self, repository: str) -> None:
        """Read the certificates of a repository of which only some flows were asked for.

        Nothing is said of anything else there: of keys, of who else may call, of other archives.
        """
        self._beside = True
        found = self._certificate_files_at([repository])
        self.take_all(each for each in found if isinstance(each, CertificateSource))

    def _certificate_files_at(
        self, paths: Sequence[str]
    ) -> Iterator[CertificateSource | Skipped | Problem]:
        options = self._options
        return certificate_files(
            paths,
            directory=options.directory,
            exclude=options.exclude,
            exclude_directory=options.exclude_directory,
            root=options.root,
            idle=self.idle,
        )

    def take_all(self, found: Iterable[Artifact | Parcel], ahead: Ahead | None = None) -> None:
        """Take what was found, and of parcels what is known of them ``ahead``."""
        pairs = zip(found, repeat(None)) if ahead is None else ahead(found)
        for each, part in followed(pairs, self._options.progress, "reading file", _place):
            if isinstance(each, Parcel):
                self._take_parcel(each, part, ahead)
            else:
                self._take(each)
        self._end_archive(None)

    def _take_parcel(self, parcel: Parcel, part: Part | None, ahead: Ahead | None) -> None:
        if parcel.order.kind is not ParcelKind.TEXT:
            self._weigh(parcel.disk.location(parcel.order.main.path).path, parcel.size)
        if part is not None and self._known.budget.spend_all(part.spent):
            self._add_flows(part.flows)
            self._skipped += part.skipped
            self._problems += part.problems
            self._files.update(part.files)
        else:
            read = read_parcel(parcel, self._options, self._known)
            # What adding it spends is no part of it.
            part = read.part if ahead is not None and ahead.keeps else None
            self._add(read)
        if ahead is not None and part is not None:
            ahead.keep(parcel, part)

    def _add(self, other: Reading) -> None:
        """Take what was read of a parcel."""
        self._add_flows(other.flows)
        self._certificates += other._certificates
        self._certificate_files += other._certificate_files
        self._skipped += other._skipped
        self._problems += other._problems
        self._keys |= other._keys
        self._files |= other._files
        self._taken |= other._taken
        self._callers |= other._callers
        self._archives_of_use |= other._archives_of_use

    def _add_flows(self, flows: Iterable[KeptFlow]) -> None:
        found: Iterable[KeptFlow] = map(self._affordable_flow, flows)
        if not self._options.has_other_parameters:
            found = (flow.least for flow in found)
        self._flows += found

    @cached_property
    def flows(self) -> tuple[KeptFlow, ...]:
        """The flows that were read, once their archive is let go of."""
        located = self._options.whole_inventory
        return tuple(KeptFlow.of(read, located=located) for read in self._read_flows)

    @property
    def part(self) -> Part | None:
        """What was read, as data; None where that does not hold it, or a limit cut it off."""
        if self._keys or self._known.budget.has_refused_any or not self.stands_alone:
            return None
        from iflint.engine.parts import Part

        before = self._before
        spent = {
            name: amount - before.get(name, 0)
            for name, amount in self._known.budget.spent.items()
            if amount != before.get(name, 0)
        }
        files = tuple(sorted(self._files))
        skipped, problems = tuple(self._skipped), tuple(self._problems)
        return Part(self.flows, skipped, problems, files, spent, self.may_be_kept)

    def take(self, artifacts: Iterable[Artifact]) -> None:
        """Read artifacts, here and now."""
        for artifact in artifacts:
            self._take(artifact)
        self._end_archive(None)

    def _take(self, artifact: Artifact) -> None:
        archive = artifact.archive if isinstance(artifact, CertificateSource) else None
        if archive != self._of_archive[0]:
            self._end_archive(archive)
        if isinstance(artifact, Bundle):
            self._take_bundle(artifact)
        elif isinstance(artifact, CertificateSource):
            self._take_certificates(artifact)
        elif isinstance(artifact, TextSource):
            self._take_text(artifact)
        elif isinstance(artifact, Skipped):
            self._skip(artifact)
        else:
            self._problems.append(artifact)

    def _skip(self, skipped: Skipped) -> None:
        """Count what was passed over."""
        self._files.add(skipped.location.path)
        self._skipped.append(skipped)

    def _end_archive(self, following: FileLocation | None) -> None:
        """Use what an archive of nothing but certificates held, if it is a sender's."""
        archive, contents = self._of_archive
        self._of_archive = (following, [])
        if archive is None:
            return
        from iflint.pki.chains.connectivity import is_load_balancer_chain

        found = [f.certificate for content in contents for f in content.certificates]
        if not self._connectivity_tests and is_load_balancer_chain(found):
            detail = "the load balancer's own chain, from a Connectivity Test (inferred)"
            self._skipped.append(Skipped(archive, SkipKind.CONNECTIVITY_TEST, detail))
            return
        for content in contents:
            self._use(content)

    def _weigh(self, path: str, size: int | None = None) -> None:
        """Add a file on disk to what was read, once; ``size`` where its bytes are known."""
        if path not in self._known.weighed:
            self._known.weighed.add(path)
            with contextlib.suppress(OSError):
                if size is None:
                    size = os.stat(os.path.join(self._options.directory or "", path)).st_size
                self._known.budget.size += size

    def _take_bundle(self, bundle: Bundle) -> None:
        self._weigh(bundle.flow.location.path)
        flow = self._read(bundle.flow)
        if flow is None:
            return
        parameters = self._read(bundle.parameters)
        files = (bundle.flow, bundle.manifest, bundle.parameters)
        self._files.update(file.location.path for file in files if file is not None)
        package = bundle.package
        manifest = self._read(bundle.manifest)
        for data, file in filter(None, (flow, parameters, manifest)):
            self._look_for_keys(partial(bytes, data), file)
        try:
            read = read_iflow(
                flow[0],
                flow[1],
                bundle=bundle.location,
                manifest=manifest,
                parameters=parameters,
                parameters_readable=bundle.parameters is None or parameters is not None,
                package=Package(package.id, package.name) if package else None,
                display_name=bundle.display_name,
                every_channel=self._options.whole_inventory,
                with_diagram=self._options.diagrams,
            )
        except Exception as error:
            self._problems.append(failed_on(Location(flow[1]), error, ProblemKind.ARTIFACT))
        else:
            self._read_flows.append(read)

    def _affordable_flow(self, flow: KeptFlow) -> KeptFlow:
        """A flow, without its channels where the run would hold too many with these.

        Nor has it its parameters where these would be too many.
        """
        if not flow.is_quiet:
            self._limited.update(_limited(flow.read.problems))
        for limit, count in ((ROWS, flow.rows), (CHANNELS, flow.channels)):
            if not self._known.budget.spend(limit, count):
                where = Location(flow.told.location)
                problem = beyond_the_run(limit, where, ProblemKind.ARTIFACT)
                return flow.with_other(flow.read.without_channels(problem))
        if not flow.lines or self._known.budget.spend(LINES_OF_PARAMETERS, flow.lines):
            return flow
        read = flow.read
        place = read.parameters.location or read.location
        problem = beyond_the_run(LINES_OF_PARAMETERS, Location(place), ProblemKind.ARTIFACT)
        self._problems.append(problem)
        return flow.with_other(read.without_parameters())

    def _take_certificates(self, source: CertificateSource) -> None:
        location = source.file.location
        if location in self._taken:
            return
        self._weigh(location.path)
        read = self._content(source)
        if read is None:
            if source.told and not _matters(source):
                self._skipped.append(Skipped(location, SkipKind.OTHER_FILE, "it can't be read"))
            return
        content = read.content
        keys_only = source.keys_only and not read.callers.tell_who_may_call
        if not keys_only:
            self._files.add(location.path)
        if not read:
            if source.given or source.told:
                detail = OF_NO_KNOWN_KIND if source.given else NO_CERTIFICATE_IN_IT
                self._skipped.append(Skipped(location, SkipKind.OTHER_FILE, detail))
            return
        # What is used of it depends on passwords, and on what is read elsewhere.
        self.stands_alone = False
        if not self._beside:
            self._keep_keys(content, source)
        if keys_only:
            return
        self._taken.add(location)
        for level in range(len(location.members)):
            archive = FileLocation(location.path, location.members[:level])
            self._archives_of_use.add(archive)
        if read.callers and not self._beside:
            if location in self._callers:
                return  # below a checked path and below one of certificates
            self._callers[location] = read.callers
        content = self._declared(content, source)
        if source.archive is not None:
            self._of_archive[1].append(content)
        else:
            self._use(content)
        told = content.certificates or content.problems or read.callers.keystore_entries
        if content.other and not told:
            self._take_other(source, content.other)

    def knows(self, file: SourceFile) -> bool:
        """Whether a file was read before that surely holds certificates."""
        return (file.location, True) in self._known

    def learn(self, file: SourceFile, data: bytes) -> None:
        """Take the ``data`` of a file that surely holds certificates as read."""
        self._known[file.location, True] = self._parsed(data, CertificateSource(file))

    def _content(self, source: CertificateSource) -> FileRead | None:
        """What a file holds; None if it can't be read, which is a problem where it ought to be."""
        key = source.file.location, source.certain
        if key not in self._known:
            read = self._read(source.file, ProblemKind.CERTIFICATE, lambda: _matters(source))
            if read is None:
                return None
            self._known[key] = self._within_the_run(self._parsed(read[0], source), key[0])
            self._tell_unsearched(source.file.location)
        return self._known[key]

    def _within_the_run(self, read: FileRead, file: FileLocation) -> FileRead:
        """What a file holds, or its problem where the run would hold too much with it."""
        callers = read.callers
        held = (
            (CERTIFICATES, len(read.content.certificates)),
            (PRIVATE_KEYS, len(read.content.keys)),
            (CALLERS, len(callers.service_keys) + len(callers.mappings)),
            (CALLERS, len(callers.keystore_entries)),
        )
        beyond = [limit for limit, count in held if not self._known.budget.spend(limit, count)]
        if not beyond:
            return read
        from iflint.pki.files import FileContent

        problem = beyond_the_run(beyond[0], Location(file), ProblemKind.CERTIFICATE)
        return FileRead(FileContent(problems=(problem,)))

    def _parsed(self, data: bytes, source: CertificateSource) -> FileRead:
        file = source.file.location
        try:
            return read_content(data, source, lambda: self._passwords(file), self._known.budget)
        except Exception as error:
            from iflint.pki.files import FileContent

            problem = failed_on(Location(file), error, ProblemKind.CERTIFICATE)
            return FileRead(FileContent(problems=(problem,)))

    def _use(self, content: FileContent) -> None:
        self._problems.extend(content.problems)
        self._certificates.extend(content.certificates)
        self._certificate_files += bool(content.certificates)

    def _declared(self, content: FileContent, source: CertificateSource) -> FileContent:
        """What a file holds, its certificates as clients' own where it was given as such."""
        if not content.certificates or not self._passed_on_purpose(source.file.location):
            return content
        found = (msgspec.structs.replace(each, declared=True) for each in content.certificates)
        return msgspec.structs.replace(content, certificates=tuple(found))

    def _take_text(self, source: TextSource) -> None:
        may_read = partial(self._may_be_searched, source.location)
        self._look_for_keys(partial(source.read, may_read), source.location)

    def _may_be_searched(self, text: FileLocation, size: int) -> bool:
        """Whether private keys are looked for in a text; why not is told."""
        if size > KEY_TEXT_BYTES.value:
            detail = f"a text too long to look for private keys (limit {KEY_TEXT_BYTES.name})"
            self._skipped.append(Skipped(text, SkipKind.OTHER_FILE, detail))
            return False
        budget, limit = self._known.budget, KEY_SEARCH_BYTES
        # An empty text costs nothing, so it is read whatever was read before it.
        if size and (budget.has_refused(limit) or not budget.spend(limit, size)):
            return False
        self._files.add(text.path)
        return True

    def _look_for_keys(self, read: Callable[[], bytes], file: FileLocation) -> None:
        """Take the private keys in a text that is not read for them as a certificate file is."""
        if file in self._keys:
            return
        try:
            keys = keys_in_any_text(read(), file, self._known.budget)
        except Exception as error:
            self._problems.append(failed_on(Location(file), error, ProblemKind.ARTIFACT))
            return
        if keys:
            self._keys[file] = keys
        self._tell_unsearched(file)

    def _tell_unsearched(self, file: FileLocation) -> None:
        """Tell of each text that is too long to look for keys in, and of the first of too many."""
        budget, known = self._known.budget, self._known.unsearched
        for limit in _UNSEARCHED:
            before, times = known[limit.name], budget.refusals(limit)
            known[limit.name] = times
            if times > before and (limit is KEY_TEXT_BYTES or not before):
                self._problems.append(_unsearched(file, limit))

    def _keep_keys(self, content: FileContent, source: CertificateSource) -> None:
        if not content.keys:
            return
        given = source.given or self._passed_on_purpose(source.file.location)
        keys = (msgspec.structs.replace(key, given=given) for key in content.keys)
        self._keys[source.file.location] = tuple(keys)

    def _passed_on_purpose(self, file: FileLocation) -> bool:
        """Whether ``--certificates`` names the file or its folder; a repository says nothing."""
        options = self._options
        if not options.certificates:
            return False
        disk = Disk(options.directory)
        named = self._known.on_purpose(options.certificates, disk)
        return is_below_any(disk.absolute(file.path), named)

    def _passwords(self, file: FileLocation) -> tuple[Password, ...]:
        options = self._options
        if not options.keystore_password_env:
            return ()
        return self._known.passwords(options.keystore_password_env, options.directory).of(file)

    def _take_other(self, source: CertificateSource, held: Sequence[str]) -> None:
        """A file without a certificate: wrong if the user named it, else counted."""
        location = source.file.location
        if source.given:
            from iflint.pki.files import what_to_give

            message = f"it holds no certificate, but: {' and '.join(held)}"
            remedy = what_to_give(held, location)
            self._problems.append(
                Problem(ProblemKind.CERTIFICATE, Location(location), message, remedy)
            )
        else:
            detail = f"what it holds: {' and '.join(held)}"
            self._skipped.append(Skipped(location, SkipKind.OTHER_FILE, detail))

    def _read(
        self,
        file: SourceFile | None,
        kind: ProblemKind | None = None,
        matters: Callable[[], bool] = lambda: True,
    ) -> tuple[bytes, FileLocation] | None:
        """The bytes of a file; that it can't be read is a problem where that ``matters``."""
        if file is None:
            return None
        try:
            return file.read(), file.location
        except Unreadable as error:
            problem = error.problem
            if not problem.left_out and not matters():
                return None
            if kind is not None and not problem.left_out:
                problem = msgspec.structs.replace(problem, kind=kind)
            self._problems.append(problem)
            return None


_TOO_MANY = "No private key was looked for in this text, nor in those after it: there are too many"
_UNSEARCHED = {
    KEY_SEARCH_BYTES: _TOO_MANY,
    KEY_SIGNS_BYTES: _TOO_MANY,
    KEY_TEXT_BYTES: "This text is too long to look for private keys of every form in it; of others"
    " as long this is not said again",
}
"""Limits beyond which private keys are not looked for, and what is said where that begins."""


def _unsearched(text: FileLocation, limit: Limit) -> Problem:
    return Problem(
        ProblemKind.ARTIFACT, Location(text), _UNSEARCHED[limit], limit.remedy, left_out=True
    )


def _limited(problems: Iterable[Problem]) -> Iterator[FileLocation]:
    """The files of which a limit is told, but for that of texts in which keys are looked for."""
    for problem in problems:
        if "--limit" in problem.remedy and not _says_too_long(problem):
            yield problem.location.file


def _says_too_long(problem: Problem) -> bool:
    return problem.message == _UNSEARCHED[KEY_TEXT_BYTES]


def _matters(source: CertificateSource) -> bool:
    """Whether a file ought to be readable: not one that may just as well be something else."""
    return not source.keys_only and (source.certain or begins_with_a_sign(source.file))


def named_file(path: str, options: Options) -> SourceFile:
    """The file at a path that an option names, read under the limits of every other file.

    It is unreadable where an archive or a damaged one stands there.
    """
    disk = Disk(options.directory)
    place = disk.location(disk.absolute(path))
    problem = Problem(
        ProblemKind.ARTIFACT,
        Location(place),
        "This is an archive, and a file that can be read by itself is asked for",
        "Unpack it, and give the file in it",
    )
    for artifact in certificate_files([path], directory=options.directory):
        if isinstance(artifact, CertificateSource) and artifact.file.location == place:
            return artifact.file
        if isinstance(artifact, Problem):
            problem = artifact
        break

    def read() -> bytes:
        raise Unreadable(problem)

    return SourceFile(place, read)
