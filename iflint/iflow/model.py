"""The typed picture of an integration flow: what rules and reports see, with no XML in it."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

from iflint.places.location import FileLocation, Location, Package
from iflint.places.problems import Problem

if TYPE_CHECKING:
    from iflint.places.edits import Edit
    from iflint.places.text_file import Origin


class ParameterUse(msgspec.Struct, frozen=True):
    """One ``{{name}}`` in a value: characters ``start`` to ``end`` of the raw text.

    ``value`` is None when no file at hand defines the parameter; else ``definition`` is where
    the value stands (``parameters.prop`` of the bundle, or a file given with ``--parameters``).
    """

    name: str
    start: int
    end: int
    value: str | None = None
    definition: Origin | None = None


class Value(msgspec.Struct, frozen=True):
    """A text of the flow: as stored, and with its externalized parameters replaced.

    ``raw`` is decoded from XML and still holds ``{{…}}``; ``text`` is None when a parameter in
    it is not defined. ``undecoded`` is the text before escapes that were left in it were decoded
    once more; empty where there were none. ``origin`` locates characters of ``raw``.
    """

    raw: str
    text: str | None
    origin: Origin
    parameters: tuple[ParameterUse, ...] = ()
    undecoded: str = ""

    @property
    def undefined(self) -> tuple[ParameterUse, ...]:
        """The parameters in it that no file at hand defines."""
        return tuple(use for use in self.parameters if use.value is None)

    @property
    def location(self) -> Location:
        """Where the raw text stands in the flow."""
        return self.origin.locate()

    @property
    def definition(self) -> Location | None:
        """Where the text itself stands when one parameter is the whole value, else None."""
        if len(self.parameters) != 1:
            return None
        use = self.parameters[0]
        if use.definition is None or (use.start, use.end) != (0, len(self.raw)):
            return None
        return use.definition.locate()

    def locate(self, start: int, end: int) -> Location:
        """Where characters ``start`` to ``end`` of the *resolved* text stand.

        In the file that defines the parameter when the value is one whole parameter, in the
        flow when it has none; a mixed value is located as a whole, in the flow.
        """
        if not self.parameters:
            return self.origin.locate(start, end)
        use = self.parameters[0]
        if self.definition is not None and use.definition is not None:
            return use.definition.locate(start, end)
        return self.origin.locate()

    def edit(self, text: str) -> Edit:
        """What makes the resolved text read as ``text``, but for blanks around it, which stay.

        The change is in the file that `definition` names, if there is one. Raises
        `iflint.places.edits.CannotWrite` for a mixture of text and parameters.
        """
        if not self.parameters:
            return self.edit_raw(text)
        use = self.parameters[0]
        if self.definition is None or use.definition is None:
            from iflint.places.edits import CannotWrite

            raise CannotWrite("it is put together of text and parameters")
        return use.definition.edit(text, *_without_blanks(use.value or ""))

    def edit_raw(self, text: str) -> Edit:
        """What makes the raw text read as ``text``, in the flow, but for blanks around it."""
        return self.origin.edit(text, *_without_blanks(self.raw))


def _without_blanks(text: str) -> tuple[int, int]:
    """Start and end of a text without the blanks and line ends around it."""
    blanks = " \t\r\n"
    return len(text) - len(text.lstrip(blanks)), len(text.rstrip(blanks)) or len(text)


class AuthorizationKind(enum.StrEnum):
    """What a channel's authorization setting means for its certificate entries."""

    CLIENT_CERTIFICATE = "client-certificate"
    """The pairs of the channel decide who may call."""
    USER_ROLE = "user-role"
    """A documented value that looks at roles, not at the pairs."""
    UNKNOWN = "unknown"
    """A value that nobody documents, on an adapter whose values are known."""
    UNRESOLVED = "unresolved"
    """A parameter in it is not defined, or defined as empty."""
    NONE = "none"
    """No setting of this kind on the channel: nothing to judge."""


class Authorization(msgspec.Struct, frozen=True):
    """How callers of a sender channel are authorized.

    ``key`` is the property that decides (``senderAuthType``, ``authentication``, or
    ``enableBasicAuthentication`` of the participant in the old format); ``value`` is None when
    the pairs alone decide. ``known_adapter`` is True for adapters whose values of this key are
    documented. ``exact`` is False when a value was read as client certificate although its
    spelling differs (letter case, blanks around it). ``inferred`` is True in the old format.
    """

    kind: AuthorizationKind
    key: str = ""
    value: Value | None = None
    known_adapter: bool = False
    exact: bool = True
    inferred: bool = False
    documented: tuple[str, ...] = ()


class CertificateEntry(msgspec.Struct, frozen=True):
    """One pair of distinguished names that a sender channel accepts; ``ordinal`` from 1."""

    ordinal: int
    subject: Value
    issuer: Value
    origin: Origin

    @property
    def location(self) -> Location:
        """Where the row (or the old format's subject property) stands."""
        return self.origin.locate()


class SenderChannel(msgspec.Struct, frozen=True):
    """A channel through which senders call the flow.

    ``ordinal`` counts the flow's sender channels from 1 in document order. ``name`` may be
    empty; ``participant`` is the sender's name in the diagram. ``checked`` is True when the
    channel's entries are to be judged or its authorization can't be told; ``unread`` when its
    table holds more than could be read of it (a problem says so). ``role`` is the role that callers
    need, where the channel is authorized by role (the editor's *User Role*).
    """

    id: str
    ordinal: int
    name: str
    participant: str
    adapter: str
    address: Value | None
    authorization: Authorization
    entries: tuple[CertificateEntry, ...]
    origin: Origin
    checked: bool
    unread: bool = False
    role: Value | None = None

    @property
    def location(self) -> Location:
        """Where the message flow's start tag stands."""
        return self.origin.locate()

    @property
    def matters(self) -> bool:
        """Whether there is anything to judge in it."""
        return self.checked or bool(self.entries)


class Iflow(msgspec.Struct, frozen=True):
    """An integration flow, resolved with one set of parameter values.

    ``location`` is its ``.iflw``; ``bundle`` the folder, archive or file that it came in;
    ``name`` the display name of the export, else the bundle's name, else the file's.
    ``parameters_complete`` is False when its own ``parameters.prop`` could not be read, or not
    all of it: a parameter that is not defined then may well be. ``parameters`` are the names of
    all externalized parameters that its sender channels use.
    """

    id: str
    name: str
    version: str
    package: Package | None
    location: FileLocation
    bundle: FileLocation
    channels: tuple[SenderChannel, ...]
    problems: tuple[Problem, ...] = ()
    parameters_complete: bool = True
    parameters: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Whether anything can be found in it: pairs, or that it could not be read."""
        return (
            bool(self.problems)
            or not self.parameters_complete
            or any(channel.matters for channel in self.channels)
        )
