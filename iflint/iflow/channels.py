"""The sender channels of a collaboration as they are stored, before parameters are replaced."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.iflow.adapters import ADDRESS_KEYS, CERTIFICATE_TABLE, SETTINGS, USER_ROLE
from iflint.iflow.certificate_table import Row, Rows
from iflint.iflow.document import BPMN
from iflint.limits import TEXT_LENGTH
from iflint.places.text_file import CharacterMap, Mapped, Text

if TYPE_CHECKING:
    from lxml import etree

    from iflint.iflow.positions import Path, XmlFile
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


def sender_channels(root: etree._Element, xml: XmlFile) -> tuple[StoredChannel, ...]:
    """The sender channels of all collaborations, in document order.

    Whether a message flow is one is told by its ``direction`` or, where that is neither ``Sender``
    nor ``Receiver``, by the participant that it comes from.
    """
    participants: dict[str, Participant] = {}
    found: list[StoredChannel] = []
    collaborations = [
        (number, child)
        for number, child in enumerate(root)
        if child.tag == f"{{{BPMN}}}collaboration"
    ]
    for number, collaboration in collaborations:
        for index, child in enumerate(collaboration):
            if child.tag == f"{{{BPMN}}}participant":
                participant = _participant(child, xml, (number, index))
                participants.setdefault(_attribute(child, "id"), participant)
    for number, collaboration in collaborations:
        for index, child in enumerate(collaboration):
            if child.tag != f"{{{BPMN}}}messageFlow":
                continue
            source = participants.get(_attribute(child, "sourceRef"), Participant())
            if source.is_sender or _may_send(child):
                channel = _channel(child, xml, (number, index), source)
                if channel is not None:
                    found.append(channel)
    return tuple(found)


def _may_send(element: etree._Element) -> bool:
    """Whether ``Sender`` occurs in a message flow's settings: a quick look, by lxml alone."""
    return bool(_sends()(element))


@functools.cache
def _sends() -> Any:
    from lxml import etree

    return etree.XPath("boolean(*/*/*[contains(., 'Sender')])")


def _channel(
    element: etree._Element, xml: XmlFile, path: Path, source: Participant
) -> StoredChannel | None:
    properties = _properties(element, xml, path, _CHANNEL_KEYS)
    stored = properties.get("direction")
    direction = stored.text.strip().casefold() if stored else ""
    if direction != "sender" and (direction == "receiver" or not source.is_sender):
        return None
    table = properties.get(CERTIFICATE_TABLE)
    return StoredChannel(
        id=_attribute(element, "id"),
        name=_attribute(element, "name"),
        adapter=_adapter(properties),
        participant=source,
        properties=properties,
        rows=_rows(table),
        origin=xml.start_tag(path),
    )


def _rows(table: Text | None) -> Rows:
    if table is None or not table.text:
        return Rows(())
    from iflint.iflow.rows import parse_rows

    return parse_rows(table.text, table.origin)


def _adapter(properties: dict[str, Text]) -> str:
    """ComponentType, else (*inferred*) the name in ``cmdVariantUri`` (``cname::sap:HTTPS``)."""
    if "ComponentType" in properties and properties["ComponentType"].text.strip():
        return properties["ComponentType"].text.strip()[: TEXT_LENGTH.value]
    variant = _VARIANT_NAME.search(
        properties["cmdVariantUri"].text if "cmdVariantUri" in properties else ""
    )
    return variant[1].strip()[: TEXT_LENGTH.value] if variant else ""


def _participant(element: etree._Element, xml: XmlFile, path: Path) -> Participant:
    properties = _properties(element, xml, path, _PARTICIPANT_KEYS)
    role = element.get(IFL_TYPE) or (
        properties["ifl:type"].text if "ifl:type" in properties else ""
    )
    return Participant(
        name=_attribute(element, "name"),
        is_sender=role.strip() == "EndpointSender",
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


def _properties(
    element: etree._Element, xml: XmlFile, path: Path, keys: frozenset[str]
) -> dict[str, Text]:
    """The properties of an element with one of the keys or a numbered one; the last one wins."""
    found: dict[str, Text] = {}
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
                found[name] = Text("", xml.whole((*path, outer, inner, key or 0)))
            else:
                found[name] = _value(entry[value], xml, (*path, outer, inner, value))
    return found


def _value(element: etree._Element, xml: XmlFile, path: Path) -> Text:
    """A value's text; one with elements in it has their text, too, and only one place."""
    if len(element):
        return Text("".join(element.itertext()), xml.whole(path))
    text = element.text or ""
    return Text(text, xml.text(path, len(text)))


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
