"""The sender channels of a collaboration as they are stored, before parameters are replaced.

Read in two steps: XML becomes data, which can be kept and sent; data becomes channels whose texts
know their places.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.iflow.adapters import ADDRESS_KEYS, CERTIFICATE_TABLE, SETTINGS, USER_ROLE
from iflint.iflow.certificate_table import Row, Rows
from iflint.iflow.collaboration import Collaboration, Element, Property
from iflint.iflow.document import BPMN
from iflint.limits import TEXT_LENGTH
from iflint.places.text_file import CharacterMap, Mapped, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lxml import etree

    from iflint.iflow.collaboration import Path
    from iflint.iflow.positions import XmlFile
    from iflint.places.text_file import Origin

IFL_TYPE = "{http:///com.sap.ifl.model/Ifl.xsd}type"
BASIC_AUTHENTICATION = "enableBasicAuthentication"

_CHANNEL_KEYS = frozenset(
    {
        "direction",
        "ComponentType",
        "cmdVariantUri",
        USER_ROLE,
        CERTIFICATE_TABLE,
        *ADDRESS_KEYS,
    }
    | {setting.key for setting in SETTINGS}
)
_NUMBERED = re.compile(r"(subject|issuer)([0-9]+)")
_PARTICIPANT_KEYS = frozenset({BASIC_AUTHENTICATION, "ifl:type"})
_VARIANT_NAME = re.compile(r"/cname::(?:[^:/]*:)?([^:/]+)")


class Participant(msgspec.Struct, frozen=True):
    """Who sends; ``pairs`` and ``basic_authentication`` are the old format's settings."""

    name: str = ""
    is_sender: bool = False
    basic_authentication: Text | None = None
    pairs: tuple[Row, ...] = ()


class StoredChannel(msgspec.Struct, frozen=True):
    """A sender channel: the properties that matter here, by key, and its table's rows."""

    id: str
    name: str
    adapter: str
    participant: Participant
    properties: dict[str, Text]
    rows: Rows
    origin: Origin


def read_collaboration(root: etree._Element) -> Collaboration:
    """The sender channels of all collaborations, in document order.

    Whether a message flow is one is told by its ``direction`` or, where that is neither ``Sender``
    nor ``Receiver``, by the participant that it comes from.
    """
    collaborations = [
        (number, child)
        for number, child in enumerate(root)
        if child.tag == f"{{{BPMN}}}collaboration"
    ]
    participants: dict[str, Element] = {}
    for number, collaboration in collaborations:
        for index, child in enumerate(collaboration):
            if child.tag == f"{{{BPMN}}}participant":
                participant = _participant(child, (number, index))
                participants.setdefault(participant.id, participant)
    channels: list[Element] = []
    sources: dict[str, int] = {}
    for number, collaboration in collaborations:
        for index, child in enumerate(collaboration):
            if child.tag != f"{{{BPMN}}}messageFlow":
                continue
            reference = _attribute(child, "sourceRef")
            source = participants.get(reference)
            is_sender = source is not None and source.is_sender
            if not (is_sender or _may_send(child)):
                continue
            properties = _properties(child, (number, index), _CHANNEL_KEYS)
            direction = _text(properties, "direction").strip().casefold()
            if direction == "sender" or (direction != "receiver" and is_sender):
                known = None if source is None else sources.setdefault(reference, len(sources))
                channels.append(_element(child, (number, index), properties, source=known))
    return Collaboration(tuple(participants[each] for each in sources), tuple(channels))


def sender_channels(collaboration: Collaboration, xml: XmlFile) -> tuple[StoredChannel, ...]:
    """The channels of a collaboration, with the places of their texts in ``xml``."""
    participants = [_sender(each, xml) for each in collaboration.participants]
    return tuple(
        _channel(each, Participant() if each.source is None else participants[each.source], xml)
        for each in collaboration.channels
    )


def _may_send(element: etree._Element) -> bool:
    """Whether ``Sender`` occurs in a message flow's settings: a quick look, by lxml alone."""
    return bool(_sends()(element))


@functools.cache
def _sends() -> Any:
    from lxml import etree

    return etree.XPath("boolean(*/*/*[contains(., 'Sender')])")


def _channel(stored: Element, source: Participant, xml: XmlFile) -> StoredChannel:
    properties = _located(stored, xml)
    return StoredChannel(
        id=stored.id,
        name=stored.name,
        adapter=_adapter(stored.properties),
        participant=source,
        properties=properties,
        rows=_rows(properties.get(CERTIFICATE_TABLE)),
        origin=xml.start_tag(stored.path),
    )


def _rows(table: Text | None) -> Rows:
    if table is None or not table.text:
        return Rows(())
    from iflint.iflow.rows import parse_rows

    return parse_rows(table.text, table.origin)


def _adapter(properties: Iterable[Property]) -> str:
    """ComponentType, else (*inferred*) the name in ``cmdVariantUri`` (``cname::sap:HTTPS``)."""
    if named := _text(properties, "ComponentType").strip():
        return named[: TEXT_LENGTH.value]
    variant = _VARIANT_NAME.search(_text(properties, "cmdVariantUri"))
    return variant[1].strip()[: TEXT_LENGTH.value] if variant else ""


def _participant(element: etree._Element, path: Path) -> Element:
    properties = _properties(element, path, _PARTICIPANT_KEYS)
    role = element.get(IFL_TYPE) or _text(properties, "ifl:type")
    return _element(element, path, properties, is_sender=role.strip() == "EndpointSender")


def _sender(stored: Element, xml: XmlFile) -> Participant:
    properties = _located(stored, xml)
    return Participant(
        name=stored.name,
        is_sender=stored.is_sender,
        basic_authentication=properties.get(BASIC_AUTHENTICATION),
        pairs=_pairs(properties),
    )


def _pairs(properties: dict[str, Text]) -> tuple[Row, ...]:
    """The old format's numbered pairs; a missing half is empty and stands where the other does."""
    halves: dict[tuple[int, str], dict[str, Text]] = {}
    for key, text in properties.items():
        numbered = _NUMBERED.fullmatch(key)
        if numbered:
            number = numbered[2].lstrip("0")
            halves.setdefault((len(number), number), {})[numbered[1]] = text
    return tuple(_pair(halves[number]) for number in sorted(halves))


def _pair(halves: dict[str, Text]) -> Row:
    present = halves.get("subject") or halves["issuer"]
    length = len(present.text)
    missing = Text("", Mapped(present.origin, CharacterMap((), 0, (0, length))))
    return Row(halves.get("subject", missing), halves.get("issuer", missing), origin=present.origin)


def _properties(element: etree._Element, path: Path, keys: frozenset[str]) -> tuple[Property, ...]:
    """The properties of an element with one of the keys or a numbered one; the last one wins."""
    found: dict[str, Property] = {}
    for outer, extension in enumerate(element):
        if _local(extension) != "extensionElements":
            continue
        for inner, entry in enumerate(extension):
            if _local(entry) != "property":
                continue
            key, value = _child(entry, "key"), _child(entry, "value")
            name = (entry[key].text or "").strip(" \t\r\n") if key is not None else ""
            if name not in keys and not _NUMBERED.fullmatch(name):
                continue
            if value is None:
                found[name] = Property(name, "", (*path, outer, inner, key or 0), True)
            else:
                found[name] = _value(name, entry[value], (*path, outer, inner, value))
    return tuple(found.values())


def _value(key: str, element: etree._Element, path: Path) -> Property:
    """A value's text; one with elements in it has their text, too, and only one place."""
    if len(element):
        return Property(key, "".join(element.itertext()), path, True)
    return Property(key, element.text or "", path)


def _element(
    element: etree._Element,
    path: Path,
    properties: tuple[Property, ...],
    *,
    is_sender: bool = False,
    source: int | None = None,
) -> Element:
    name = _attribute(element, "name")
    return Element(_attribute(element, "id"), name, path, properties, is_sender, source)


def _text(properties: Iterable[Property], key: str) -> str:
    return next((each.text for each in properties if each.key == key), "")


def _located(stored: Element, xml: XmlFile) -> dict[str, Text]:
    """The properties by key, each with its place."""
    return {
        key: Text(text, xml.whole(path) if whole else xml.text(path, len(text)))
        for key, text, path, whole in map(msgspec.structs.astuple, stored.properties)
    }


def _child(entry: etree._Element, name: str) -> int | None:
    """The number of the first child element of this name."""
    for number, child in enumerate(entry):
        if child.tag == name or _local(child) == name:
            return number
    return None


def _attribute(element: etree._Element, name: str) -> str:
    return (element.get(name) or "").strip()[: TEXT_LENGTH.value]


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
