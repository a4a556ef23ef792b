"""From the bytes of a bundle to the model: parsed once, resolved once an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.document import read_document
from iflint.iflow.manifest import Manifest, parse_manifest
from iflint.iflow.model import Iflow, SenderChannel
from iflint.places.location import Package
from iflint.places.problems import Problem, Unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.iflow.channels import StoredChannel
    from iflint.iflow.diagram.model import Diagram
    from iflint.iflow.document import Document
    from iflint.iflow.properties import ParameterFile
    from iflint.places.location import FileLocation


def read_iflow(
    flow: bytes,
    location: FileLocation,
    *,
    bundle: FileLocation,
    manifest: tuple[bytes, FileLocation] | None,
    parameters: tuple[bytes, FileLocation] | None,
    package: Package | None = None,
    display_name: str | None = None,
    every_channel: bool = False,
    parameters_readable: bool = True,
    with_diagram: bool = False,
) -> ParsedIflow:
    """An integration flow, from its ``.iflw``, its manifest and its ``parameters.prop``.

    Reads the ``.iflw`` up to the end of its collaboration, and not at all where its bytes show no
    authorization by certificate. ``every_channel`` reads it all the same, so that the model holds
    every sender channel. ``with_diagram`` implies that, and reads the diagram, too; where the rest
    of the file can't be read, the diagram alone is missing. Never raises; what can't be read is
    among the problems. ``parameters_readable`` is False where there are parameters that could not
    be read.
    """
    headers = parse_manifest(*manifest) if manifest else Manifest({})
    problems = list(headers.problems)
    every_channel = every_channel or with_diagram
    diagram: Diagram | None = None
    channels: tuple[StoredChannel, ...] = ()
    relevant = False
    try:
        document = read_document(flow, location, scan=not every_channel)
    except Unreadable as unreadable:
        problems.append(unreadable.problem)
    else:
        channels, relevant = _channels(document)
        if with_diagram:
            from iflint.iflow.diagram.reader import diagram_of

            diagram = diagram_of(flow, location)
    defaults = _Defaults(parameters)
    wrong = defaults.problems()
    problems += wrong
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
        parameters_complete=parameters_readable and not wrong,
        diagram=diagram,
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
    parameters_complete: bool = True
    diagram: Diagram | None = None

    def resolve(self, overlays: Sequence[ParameterFile] = ()) -> Iflow:
        """The flow with the bundle's parameter values, overlaid by ``overlays``; the last wins.

        The problems of the overlays themselves are not repeated here.
        """
        channels, problems, names = self._resolve(overlays) if self.channels else ((), (), ())
        return Iflow(
            id=self.id,
            name=self.name,
            version=self.version,
            package=self.package,
            location=self.location,
            bundle=self.bundle,
            channels=channels,
            problems=(*self.problems, *problems),
            parameters_complete=self.parameters_complete,
            parameters=names,
        )

    def _resolve(
        self, overlays: Sequence[ParameterFile]
    ) -> tuple[tuple[SenderChannel, ...], tuple[Problem, ...], tuple[str, ...]]:
        from iflint.iflow.parameters import Parameters
        from iflint.iflow.resolution import Resolver

        parameters = Parameters(lambda: self.defaults.file, overlays)
        resolver = Resolver(parameters)
        channels = tuple(
            resolver.channel(stored, ordinal) for ordinal, stored in enumerate(self.channels, 1)
        )
        resolver.finish(self.location)
        return channels, tuple(resolver.problems), tuple(parameters.asked)


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
            from iflint.iflow.properties import parse_properties

            self._file = parse_properties(*self._source)
        return self._file

    def problems(self) -> tuple[Problem, ...]:
        r"""What can't be read of it: only ``\u`` and a byte order mark can give a problem."""
        data = self._source[0] if self._source else b""
        suspect = b"\\u" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")
        return self.file.problems if suspect and self.file else ()


def _channels(document: Document) -> tuple[tuple[StoredChannel, ...], bool]:
    """The sender channels, and whether one of them could be authorized by certificate."""
    if document.root is None or document.xml is None:
        return (), False
    from iflint.iflow.authorization import may_be_certificate
    from iflint.iflow.channels import sender_channels

    channels = sender_channels(document.root, document.xml)
    return channels, any(map(may_be_certificate, channels))


def _stem(location: FileLocation) -> str:
    """The name of the ``.iflw`` without folder and extension."""
    name = location.members[-1] if location.members else location.path
    base = name.rpartition("/")[2]
    return base[: -len(".iflw")] if base.lower().endswith(".iflw") else base
