"""From the bytes of a bundle to the model: parsed once, resolved once an environment."""

from __future__ import annotations

import functools
import zlib
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.iflow.collaboration import Collaboration, Element, Packed
from iflint.iflow.manifest import Manifest, parse_manifest
from iflint.iflow.prescan import concerns_nobody
from iflint.places.defects import tell
from iflint.places.location import FileLocation, Package
from iflint.places.problems import Problem, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iflint.iflow.channels import StoredChannel
    from iflint.iflow.diagram.model import Diagram
    from iflint.iflow.model import Iflow, SenderChannel
    from iflint.iflow.properties import ParameterFile


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
) -> FlowRead:
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
    read = FlowRead(
        id=headers.symbolic_name or stem,
        name=display_name or headers.name or stem,
        version=headers.version,
        package=package,
        location=location,
        bundle=bundle,
        manifest_problems=headers.problems,
        stored=_stored(flow, location, every_channel=every_channel, with_diagram=with_diagram),
        parameters=_parameters(parameters, readable=parameters_readable),
    )
    return read if read.stored.uses_parameters else read.without_values()


_SUSPECT = (b"\\u", b"<<<<<<<", b">>>>>>>")


class Stored(msgspec.Struct, frozen=True, array_like=True):
    """What a ``.iflw`` holds: its channels as stored, and the texts that tell more when asked.

    ``rows`` is how much the rows of its channels weigh. ``head`` is its text up to the channels'
    end, where something can be found there; ``whole`` all of it, compressed, where its drawing was
    asked for.
    ``may_be_judged``: a channel is judged with some parameters; only then was looked at what
    stands behind the channels, of which ``problems_of_the_rest`` tells.
    """

    collaboration: Collaboration = Collaboration()
    problems: tuple[Problem, ...] = ()
    rows: int = 0
    head: Packed | None = None
    whole: bytes | None = None
    may_be_judged: bool = False
    problems_of_the_rest: tuple[Problem, ...] = ()

    @property
    def channels(self) -> tuple[Element, ...]:
        """The sender channels, as data."""
        return self.collaboration.channels

    @property
    def uses_parameters(self) -> bool:
        """Whether anything in it may name a parameter, if only once an escape is decoded."""
        elements = (*self.collaboration.participants, *self.channels)
        texts = (each.text for element in elements for each in element.properties)
        return any("{{" in text or "&" in text for text in texts)


NOTHING = Stored()
"""What a flow holds that concerns nobody."""


class StoredParameters(msgspec.Struct, frozen=True, array_like=True):
    """The bundle's own parameter file, as stored: ``text`` is let go where nobody asks for it.

    ``location`` is None when the bundle has none; ``readable`` is False where there is a file that
    could not be read at all.
    """

    location: FileLocation | None = None
    text: bytes = b""
    readable: bool = True
    problems: tuple[Problem, ...] = ()

    @property
    def lines(self) -> int:
        """How many lines are parsed where a parameter is asked for."""
        return self.text.count(b"\n") + self.text.count(b"\r")

    @property
    def complete(self) -> bool:
        """Whether they could be read as a whole."""
        return self.readable and not self.problems

    def parsed(self) -> ParameterFile | None:
        """The parameters, or None when the bundle has none."""
        if self.location is None:
            return None
        from iflint.iflow.properties import parse_properties

        return parse_properties(self.text, self.location)


class FlowRead(msgspec.Struct, frozen=True, array_like=True):
    """All that was read of a flow, as data alone: it can be kept, and sent.

    `resolve` makes the model with one set of parameters.
    """

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation
    bundle: FileLocation
    manifest_problems: tuple[Problem, ...]
    stored: Stored
    parameters: StoredParameters

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read of its own files."""
        return (*self.manifest_problems, *self.stored.problems, *self.parameters.problems)

    def without_values(self) -> FlowRead:
        """The flow without the values of its parameters, for which nobody will ask."""
        parameters = self.parameters
        if parameters == StoredParameters(parameters.location, parameters.text):
            return msgspec.structs.replace(self, parameters=NO_VALUES)
        return msgspec.structs.replace(
            self, parameters=msgspec.structs.replace(parameters, text=b"")
        )

    @property
    def channels(self) -> tuple[StoredChannel, ...]:
        """The sender channels as they are stored, made anew each time."""
        if not self.stored.channels:
            return ()
        from iflint.iflow.channels import sender_channels
        from iflint.iflow.positions import XmlFile

        xml = XmlFile.of(self.stored.head, self.location)
        return sender_channels(self.stored.collaboration, xml)

    def drawn(self) -> Diagram | None:
        """How the editor draws the flow, where that was asked for; None where it can't be read.

        It is read when asked for, since that takes longer than the rest.
        """
        if self.stored.whole is None:
            return None
        from iflint.iflow.diagram.reader import diagram_of

        try:
            return diagram_of(zlib.decompress(self.stored.whole), self.location)
        except Exception as error:
            tell(f"{self.location}: its diagram", error)
            return None

    def with_texts(self, text_of: Callable[[FileLocation], bytes | None]) -> FlowRead:
        """The flow with other bytes in its files, where ``text_of`` has some for a location."""
        changes: dict[str, Any] = {}
        if (flow := text_of(self.location)) is not None:
            with_diagram = self.stored.whole is not None
            changes["stored"] = _stored(
                flow, self.location, every_channel=True, with_diagram=with_diagram
            )
        place = self.parameters.location
        if place is not None and (parameters := text_of(place)) is not None:
            changes["parameters"] = _parameters((parameters, place))
        return msgspec.structs.replace(self, **changes) if changes else self

    def without_parameters(self) -> FlowRead:
        """The flow as if its own parameters could not be read."""
        return msgspec.structs.replace(self, parameters=StoredParameters(readable=False))

    def without_channels(self, *problems: Problem) -> FlowRead:
        """The flow as if it had none, with problems that say why."""
        return msgspec.structs.replace(self, stored=Stored(problems=problems))

    def resolve(self, overlays: Sequence[ParameterFile] = ()) -> Iflow:
        """The flow with the bundle's parameter values, overlaid by ``overlays``; the last wins.

        The problems of the overlays themselves are not repeated here.
        """
        from iflint.iflow.model import Iflow

        channels, problems, names = self._resolve(overlays)
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
            parameters_complete=self.parameters.complete,
            parameters=names,
        )

    def unresolved(self, problem: Problem) -> Iflow:
        """The flow without its channels, which could not be worked out."""
        return msgspec.structs.replace(
            self.without_channels(*self.stored.problems).resolve(),
            problems=(*self.problems, problem),
            parameters_complete=False,
        )

    def _resolve(
        self, overlays: Sequence[ParameterFile]
    ) -> tuple[tuple[SenderChannel, ...], tuple[Problem, ...], tuple[str, ...]]:
        channels = self.channels
        if not channels:
            return (), (), ()
        from iflint.iflow.parameters import Parameters
        from iflint.iflow.resolution import Resolver

        own = [overlay.of(self.id) for overlay in overlays]
        parameters = Parameters(functools.cache(self.parameters.parsed), own)
        resolver = Resolver(parameters)
        resolved = tuple(
            resolver.channel(stored, ordinal) for ordinal, stored in enumerate(channels, 1)
        )
        resolver.finish(self.location)
        return resolved, resolver.problems.told(), tuple(parameters.asked)


NO_VALUES = StoredParameters()
"""What thousands of flows share."""


def _parameters(
    source: tuple[bytes, FileLocation] | None, *, readable: bool = True
) -> StoredParameters:
    r"""A bundle's own parameters; ``\u``, a byte order mark or a conflict can give a problem."""
    if source is None:
        return StoredParameters(readable=readable)
    text, location = source
    suspect = text[:2] in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb")
    problems: tuple[Problem, ...] = ()
    if suspect or any(sign in text for sign in _SUSPECT):
        from iflint.iflow.properties import parse_properties

        problems = parse_properties(text, location).problems
    return StoredParameters(location, text, readable, problems)


def _stored(
    flow: bytes, location: FileLocation, *, every_channel: bool, with_diagram: bool
) -> Stored:
    if not every_channel and concerns_nobody(flow):
        return NOTHING
    from iflint.iflow.authorization import may_be_judged, may_list_pairs
    from iflint.iflow.channels import read_collaboration, sender_channels
    from iflint.iflow.document import read_document

    try:
        document = read_document(flow, location)
    except Unreadable as unreadable:
        return Stored(problems=(unreadable.problem,))
    collaboration = read_collaboration(document.root)
    channels = sender_channels(collaboration, document.xml)
    rows = sum(row.weight for channel in channels for row in channel.rows.rows)
    may_matter = any(map(may_be_judged, channels))
    if not (channels and (every_channel or may_matter or any(map(may_list_pairs, channels)))):
        return Stored(collaboration.without_places(), rows=rows)
    return Stored(
        collaboration,
        rows=rows,
        head=document.xml.packed,
        whole=zlib.compress(flow) if with_diagram else None,
        may_be_judged=may_matter,
        problems_of_the_rest=_problems_of_the_rest(flow, location) if may_matter else (),
    )


def _problems_of_the_rest(flow: bytes, location: FileLocation) -> tuple[Problem, ...]:
    """Why a flow whose channels were read can't be read as a whole.

    Expat takes half of the time that a document does: 2 ms a MB.
    """
    if not _is_well_formed(flow):
        from iflint.iflow.document import read_document

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
