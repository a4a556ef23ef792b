"""From the bytes of a bundle to the model: parsed once, resolved once an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.adapters import CERTIFICATE_TABLE
from iflint.iflow.authorization import (
    authorization,
    in_old_format,
    is_checked,
    may_be_certificate,
)
from iflint.iflow.channels import StoredChannel, sender_channels
from iflint.iflow.document import read_document
from iflint.iflow.escapes import decode_once_more
from iflint.iflow.manifest import Manifest, parse_manifest
from iflint.iflow.model import CertificateEntry, Iflow, Package, SenderChannel, Value
from iflint.iflow.parameters import Parameters, whole_reference
from iflint.iflow.properties import ParameterFile, may_have_problems, parse_properties
from iflint.iflow.rows import ROW_LIMIT, Row, Rows, parse_rows
from iflint.iflow.text import Mapped, literal
from iflint.location import FileLocation, Location
from iflint.problems import Problem, ProblemKind, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_iflow(
    flow: bytes,
    location: FileLocation,
    *,
    bundle: FileLocation,
    manifest: tuple[bytes, FileLocation] | None,
    parameters: tuple[bytes, FileLocation] | None,
    package: Package | None = None,
    display_name: str | None = None,
    whole: bool = False,
    every_channel: bool = False,
) -> ParsedIflow:
    """An integration flow, from its ``.iflw``, its manifest and its ``parameters.prop``.

    Reads the ``.iflw`` up to the end of its collaboration, or all of it (``whole``), and not at
    all where its bytes show no authorization by certificate. ``every_channel`` (implied by
    ``whole``) reads it all the same, so that the model holds every sender channel. Never raises;
    what can't be read is among the problems.
    """
    headers = parse_manifest(*manifest) if manifest else Manifest({})
    problems = list(headers.problems)
    every_channel = every_channel or whole
    channels: tuple[StoredChannel, ...] = ()
    try:
        document = read_document(flow, location, scan=not every_channel, whole=whole)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
    else:
        if document.root is not None and document.xml is not None:
            channels = sender_channels(document.root, document.xml)
    relevant = any(map(may_be_certificate, channels))
    defaults = _Defaults(parameters)
    if parameters and may_have_problems(parameters[0]):
        problems += defaults.file.problems if defaults.file else ()
    stem = _stem(location)
    return ParsedIflow(
        id=headers.symbolic_name or stem,
        name=display_name or headers.name or stem,
        version=headers.version,
        package=package,
        location=location,
        bundle=bundle,
        relevant=relevant,
        channels=channels if relevant or every_channel else (),
        defaults=defaults,
        problems=tuple(problems),
    )


class ParsedIflow(msgspec.Struct, frozen=True):
    """A flow with its texts as stored; `resolve` makes the model with one set of parameters.

    ``relevant`` is False where no channel could be authorized by certificate, whatever the
    parameters; such a flow holds its channels only when every channel was asked for.
    """

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation
    bundle: FileLocation
    relevant: bool
    channels: tuple[StoredChannel, ...]
    defaults: _Defaults
    problems: tuple[Problem, ...] = ()

    def resolve(self, overlays: Sequence[ParameterFile] = ()) -> Iflow:
        """The flow with the bundle's parameter values, overlaid by ``overlays``; the last wins.

        The problems of the overlays themselves are not repeated here.
        """
        resolver = _Resolver(Parameters(lambda: self.defaults.file, overlays))
        channels = tuple(
            resolver.channel(stored, ordinal) for ordinal, stored in enumerate(self.channels, 1)
        )
        resolver.finish(self.location)
        return Iflow(
            id=self.id,
            name=self.name,
            version=self.version,
            package=self.package,
            location=self.location,
            bundle=self.bundle,
            channels=channels,
            problems=(*self.problems, *resolver.problems),
        )


class _Defaults:
    """The bundle's own parameter file, read when first asked for."""

    __slots__ = ("_file", "_source")

    def __init__(self, source: tuple[bytes, FileLocation] | None) -> None:
        self._source = source
        self._file: ParameterFile | None = None

    @property
    def file(self) -> ParameterFile | None:
        """The parameters, or None when the bundle has none."""
        if self._file is None and self._source is not None:
            self._file = parse_properties(*self._source)
        return self._file


class _Resolver:
    """Makes channels of stored ones with one set of parameters, collecting problems."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._tables: dict[str, Rows] = {}
        self.problems: list[Problem] = []

    def channel(self, stored: StoredChannel, ordinal: int) -> SenderChannel:
        """One sender channel with its entries."""
        rows, opaque = self._rows(stored)
        has_rows = bool(rows.rows or opaque)
        decided = authorization(stored, self._parameters, has_rows=has_rows)
        entries = (opaque,) if opaque else self._entries(rows.rows)
        if in_old_format(stored, has_rows=has_rows):
            entries = self._entries(stored.participant.pairs)
        checked = is_checked(decided, has_entries=bool(entries))
        if checked and not opaque:
            self._report_rows(stored, rows)
        return SenderChannel(
            id=stored.id,
            ordinal=ordinal,
            name=stored.name,
            participant=stored.participant.name,
            adapter=stored.adapter,
            address=self._address(stored),
            authorization=decided,
            entries=entries,
            origin=stored.origin,
            checked=checked,
        )

    def _rows(self, stored: StoredChannel) -> tuple[Rows, CertificateEntry | None]:
        """The rows of a channel's table; or the entry that stands for one that is not defined.

        A table that is one whole parameter has its rows in the parameter's value.
        """
        table = stored.properties.get(CERTIFICATE_TABLE)
        reference = whole_reference(table.text) if table and not stored.rows.rows else None
        if table is None or reference is None:
            return stored.rows, None
        start, end = reference
        parameter = self._parameters.get(table.text[start + 2 : end - 2])
        if parameter is None:
            origin = Mapped(table.origin, literal(start, end))
            undefined = self._parameters.value(table.text[start:end], origin)
            return stored.rows, CertificateEntry(1, undefined, Value("", "", origin), origin)
        if parameter.name not in self._tables:
            stored_rows = parse_rows(parameter.value, parameter.origin)
            if not stored_rows.rows:
                escaped = decode_once_more(parameter.value, parameter.origin)
                stored_rows = parse_rows(escaped.text, escaped.origin)
            self._tables[parameter.name] = stored_rows
        return self._tables[parameter.name], None

    def _entries(self, rows: Sequence[Row]) -> tuple[CertificateEntry, ...]:
        value = self._parameters.value
        return tuple(
            CertificateEntry(
                ordinal,
                value(row.subject.text, row.subject.origin),
                value(row.issuer.text, row.issuer.origin),
                row.origin,
            )
            for ordinal, row in enumerate(rows, 1)
        )

    def _address(self, stored: StoredChannel) -> Value | None:
        for key in ("address", "urlPath"):
            text = stored.properties.get(key)
            if text is not None and text.text.strip():
                return self._parameters.value(text.text, text.origin)
        return None

    def _report_rows(self, stored: StoredChannel, rows: Rows) -> None:
        """A table of which nothing, or not everything, could be read is a problem."""
        where = stored.properties.get(CERTIFICATE_TABLE)
        if where is None or not (rows.cut_off or (rows.rest.strip() and not rows.rows)):
            return
        message = (
            f"The channel lists more than {ROW_LIMIT} client certificates; only these are read"
            if rows.cut_off
            else "The channel's list of client certificates can't be read: it holds no row"
        )
        remedy = "Enter the client certificates of the channel again and save the flow"
        self.problems.append(Problem(ProblemKind.ARTIFACT, where.origin.locate(), message, remedy))

    def finish(self, location: FileLocation) -> None:
        """Reports what concerns the flow as a whole."""
        if self._parameters.exhausted:
            self.problems.append(
                Problem(
                    ProblemKind.ARTIFACT,
                    Location(location),
                    "Values with parameters in them grow beyond 16 million characters; "
                    "the rest of them is read without replacing parameters",
                    "Shorten the values of the parameters",
                )
            )


def _stem(location: FileLocation) -> str:
    """The name of the ``.iflw`` without folder and extension."""
    name = location.members[-1] if location.members else location.path
    return name.rpartition("/")[2].removesuffix(".iflw")
