"""From the bytes of a bundle to the model: parsed once, resolved once an environment."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.iflow.document import read_document
from iflint.iflow.manifest import Manifest, parse_manifest
from iflint.iflow.model import Iflow, SenderChannel
from iflint.iflow.prescan import concerns_nobody
from iflint.places.defects import tell
from iflint.places.location import Package
from iflint.places.problems import Problem, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iflint.iflow.channels import StoredChannel
    from iflint.iflow.diagram.model import Diagram
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
    parameters_readable: bool = True,
    every_channel: bool = False,
    with_diagram: bool = False,
) -> ParsedIflow:
    """An integration flow, from its ``.iflw``, its manifest and its ``parameters.prop``.

    Reads the ``.iflw`` up to the end of its collaboration, and the rest where pairs are judged.
    A file of whose channels none concerns certificates or roles is not parsed, and where a channel
    stands is not kept if nothing can be found there, but with ``every_channel``.
    ``with_diagram`` keeps what its diagram is read from, where anything can be found there; where
    the rest of the file can't be read, the diagram alone is missing. Never raises; what can't be
    read is among the problems. ``parameters_readable`` is False where there are parameters that
    could not be read.
    """
    headers = parse_manifest(*manifest) if manifest else Manifest()
    stem = _stem(location)
    stored = _stored(flow, location, every_channel=every_channel, with_diagram=with_diagram)
    defaults = _Defaults(parameters, readable=parameters_readable)
    if not stored.channels:
        defaults.forget()
    return ParsedIflow(
        id=headers.symbolic_name or stem,
        name=display_name or headers.name or stem,
        version=headers.version,
        package=package,
        location=location,
        bundle=bundle,
        problems_of_manifest=headers.problems,
        stored=stored,
        defaults=defaults,
    )


_SUSPECT = (b"\\u", b"<<<<<<<", b">>>>>>>")


class Stored(msgspec.Struct, frozen=True):
    """What a ``.iflw`` holds: its channels as stored, and its drawing, where that was asked for.

    ``may_be_judged``: a channel is judged with some parameters; only then was looked at what
    stands behind the channels, of which ``problems_of_the_rest`` tells.
    """

    channels: tuple[StoredChannel, ...] = ()
    problems: tuple[Problem, ...] = ()
    drawing: _Drawing | None = None
    may_be_judged: bool = False
    problems_of_the_rest: tuple[Problem, ...] = ()


class ParsedIflow(msgspec.Struct, frozen=True):
    """A flow with its texts as stored; `resolve` makes the model with one set of parameters."""

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation
    bundle: FileLocation
    problems_of_manifest: tuple[Problem, ...]
    stored: Stored
    defaults: _Defaults

    @property
    def channels(self) -> tuple[StoredChannel, ...]:
        """The sender channels as they are stored."""
        return self.stored.channels

    @property
    def may_be_judged(self) -> bool:
        """Whether some set of parameters could make pairs count that a channel lists."""
        return self.stored.may_be_judged

    @property
    def diagram(self) -> Diagram | None:
        """How the editor draws the flow, where that was asked for."""
        return self.stored.drawing.diagram if self.stored.drawing else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read of its own files."""
        return (*self.problems_of_manifest, *self.stored.problems, *self.defaults.problems)

    @property
    def parameters_complete(self) -> bool:
        """Whether its own parameters could be read as a whole."""
        return self.defaults.readable and not self.defaults.problems

    def with_texts(self, text_of: Callable[[FileLocation], bytes | None]) -> ParsedIflow:
        """The flow with other bytes in its files, where ``text_of`` has some for a location."""
        changes: dict[str, Any] = {}
        if (flow := text_of(self.location)) is not None:
            with_diagram = self.stored.drawing is not None
            changes["stored"] = _stored(
                flow, self.location, every_channel=True, with_diagram=with_diagram
            )
        place = self.defaults.location
        if place is not None and (parameters := text_of(place)) is not None:
            changes["defaults"] = _Defaults((parameters, place))
        return msgspec.structs.replace(self, **changes) if changes else self

    def without_parameters(self) -> ParsedIflow:
        """The flow as if its own parameters could not be read."""
        return msgspec.structs.replace(self, defaults=_Defaults(None, readable=False))

    def resolve(self, overlays: Sequence[ParameterFile] = ()) -> Iflow:
        """The flow with the bundle's parameter values, overlaid by ``overlays``; the last wins.

        The problems of the overlays themselves are not repeated here.
        """
        channels, problems, names = self._resolve(overlays) if self.channels else ((), (), ())
        if any(channel.checked for channel in channels):
            problems = (*self.stored.problems_of_the_rest, *problems)
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

    def unresolved(self, problem: Problem) -> Iflow:
        """The flow without its channels, which could not be worked out."""
        without = msgspec.structs.replace(self, stored=Stored(problems=self.stored.problems))
        return msgspec.structs.replace(
            without.resolve(),
            problems=(*self.problems, problem),
            parameters_complete=False,
        )

    def _resolve(
        self, overlays: Sequence[ParameterFile]
    ) -> tuple[tuple[SenderChannel, ...], tuple[Problem, ...], tuple[str, ...]]:
        from iflint.iflow.parameters import Parameters
        from iflint.iflow.resolution import Resolver

        own = [overlay.of(self.id) for overlay in overlays]
        parameters = Parameters(functools.cache(self.defaults.parsed), own)
        resolver = Resolver(parameters)
        channels = tuple(
            resolver.channel(stored, ordinal) for ordinal, stored in enumerate(self.channels, 1)
        )
        resolver.finish(self.location)
        return channels, resolver.problems.told(), tuple(parameters.asked)


class _Defaults:
    """The bundle's own parameter file, parsed when it is asked for, and not kept so."""

    __slots__ = ("_source", "location", "problems", "readable")

    def __init__(self, source: tuple[bytes, FileLocation] | None, *, readable: bool = True) -> None:
        """``readable`` is False where there is a file that could not be read at all."""
        self.location = source[1] if source else None
        """Where the file stands; None when the bundle has none."""
        self.readable = readable
        self._source = source
        self.problems = self._problems()

    @property
    def lines(self) -> int:
        """How many lines are parsed where a parameter is asked for."""
        data = self._source[0] if self._source else b""
        return data.count(b"\n") + data.count(b"\r")

    def forget(self) -> None:
        """Let go of the parameters, which nobody will ask for."""
        self._source = None

    def parsed(self) -> ParameterFile | None:
        """The parameters, or None when the bundle has none."""
        if self._source is None:
            return None
        from iflint.iflow.properties import parse_properties

        return parse_properties(*self._source)

    def _problems(self) -> tuple[Problem, ...]:
        r"""What can't be read of it: ``\u``, a byte order mark or a conflict can give a problem."""
        data = self._source[0] if self._source else b""
        suspect = data[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")
        suspect = suspect or any(sign in data for sign in _SUSPECT)
        file = self.parsed() if suspect else None
        return file.problems if file else ()


def _stored(
    flow: bytes, location: FileLocation, *, every_channel: bool, with_diagram: bool
) -> Stored:
    if not every_channel and concerns_nobody(flow):
        return Stored()
    from iflint.iflow.authorization import may_be_judged, may_list_pairs
    from iflint.iflow.channels import sender_channels

    try:
        document = read_document(flow, location)
    except Unreadable as unreadable:
        return Stored(problems=(unreadable.problem,))
    channels = sender_channels(document.root, document.xml)
    may_matter = any(map(may_be_judged, channels))
    drawing = None
    if not (every_channel or may_matter or any(map(may_list_pairs, channels))):
        document.xml.forget()
    else:
        document.xml.pack()
        drawing = _Drawing(flow, location) if with_diagram else None
    rest = _problems_of_the_rest(flow, location) if may_matter else ()
    return Stored(channels, (), drawing, may_matter, rest)


class _Drawing:
    """How the editor draws a flow: read when first asked, since it takes longer than the rest."""

    __slots__ = ("_diagram", "_flow", "_location")

    def __init__(self, flow: bytes, location: FileLocation) -> None:
        self._flow: bytes | None = flow
        self._location = location
        self._diagram: Diagram | None = None

    @property
    def diagram(self) -> Diagram | None:
        """The diagram; None where there is none that can be read."""
        if self._flow is not None:
            from iflint.iflow.diagram.reader import diagram_of

            flow, self._flow = self._flow, None
            try:
                self._diagram = diagram_of(flow, self._location)
            except Exception as error:
                tell(f"{self._location}: its diagram", error)
        return self._diagram


def _problems_of_the_rest(flow: bytes, location: FileLocation) -> tuple[Problem, ...]:
    """Why a flow whose channels were read can't be read as a whole.

    Expat takes half of the time that a document does: 2 ms a MB.
    """
    if not _is_well_formed(flow):
        try:
            read_document(flow, location, whole=True)
        except Unreadable as unreadable:
            return (unreadable.problem,)
    return ()


def _is_well_formed(flow: bytes) -> bool:
    import pyexpat

    try:
        pyexpat.ParserCreate(None, " ").Parse(flow, True)
    except (pyexpat.ExpatError, ValueError, LookupError):
        return False
    return True


def _stem(location: FileLocation) -> str:
    """The name of the ``.iflw`` without folder and extension."""
    name = location.members[-1] if location.members else location.path
    base = name.rpartition("/")[2]
    return base[: -len(".iflw")] if base.lower().endswith(".iflw") else base
