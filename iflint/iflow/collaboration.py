"""What a flow's collaboration holds of its sender channels, as data: it can be kept, and sent."""

from __future__ import annotations

import msgspec

Path = tuple[int, ...]
"""The numbers of the child elements on the way down from the root."""


class Property(msgspec.Struct, frozen=True, array_like=True):
    """The text of a property and the path of the element that holds it.

    ``whole``: the text has no place of its own, all of the element stands for it.
    """

    key: str
    text: str
    path: Path
    whole: bool = False


class Element(msgspec.Struct, frozen=True, array_like=True):
    """A participant or a message flow, with the properties that matter here, each key once.

    Of a message flow, ``source`` is the participant that it comes from, by number.
    """

    id: str
    name: str
    path: Path
    properties: tuple[Property, ...]
    is_sender: bool = False
    source: int | None = None


class Packed(msgspec.Struct, frozen=True, array_like=True):
    """The text of a `.iflw` in UTF-8, compressed, and how it is stored."""

    utf8: bytes
    encoding: str
    preamble: int


class Collaboration(msgspec.Struct, frozen=True, array_like=True):
    """The sender channels of a flow and where they come from, as data alone."""

    participants: tuple[Element, ...] = ()
    channels: tuple[Element, ...] = ()

    def without_places(self) -> Collaboration:
        """The same where nothing will be looked for: all of it stands somewhere in the file."""
        return Collaboration(
            tuple(map(_without_place, self.participants)), tuple(map(_without_place, self.channels))
        )


def _without_place(element: Element) -> Element:
    properties = tuple(Property(each.key, each.text, (), each.whole) for each in element.properties)
    return msgspec.structs.replace(element, path=(), properties=properties)
