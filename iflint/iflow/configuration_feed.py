"""Parameter values in XML: elements with ``ParameterKey`` and ``ParameterValue``, at any depth.

This is the shape of SAP's OData ``Configurations`` as Atom, the API's default, alone or expanded
into the artifacts that have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.document import read_xml
from iflint.iflow.properties import Parameter, ParameterFile
from iflint.places.location import Location, file_name
from iflint.places.problems import Problem, ProblemKind, Unreadable, without_excerpt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from iflint.iflow.collaboration import Path
    from iflint.iflow.positions import XmlFile
    from iflint.places.location import FileLocation
    from iflint.places.text_file import Origin

_KEY, _VALUE = "ParameterKey", "ParameterValue"
_GIVE = "Give a properties file, or the Configurations of the artifact"


def feed_of_configurations(data: bytes, location: FileLocation) -> ParameterFile:
    """The parameters in a dump as XML; of those with the same name, the last. Never raises."""
    try:
        root, xml = read_xml(data, location)
    except Unreadable as error:
        problem = msgspec.structs.replace(without_excerpt(error.problem), remedy=_GIVE)
        return ParameterFile(location, {}, (problem,))
    entries = {entry.name: entry for entry in _entries(root, xml)}
    if entries:
        return ParameterFile(location, entries)
    nothing = _unreadable(location, f"{_named(location)} is XML without {_KEY} and {_VALUE}")
    return ParameterFile(location, {}, (nothing.problem,))


def _named(location: FileLocation) -> str:
    return f"The file {file_name(Location(location))}"


def _unreadable(location: FileLocation, message: str) -> Unreadable:
    return Unreadable(Problem(ProblemKind.ARTIFACT, Location(location), message, _GIVE))


def _entries(root: etree._Element, xml: XmlFile) -> Iterator[Parameter]:
    pending: list[tuple[etree._Element, Path]] = [(root, ())]
    while pending:
        element, path = pending.pop()
        children = [(child, (*path, number)) for number, child in enumerate(element)]
        named = {_local_name(child): (child, place) for child, place in children}
        if _KEY in named and _VALUE in named:
            name, value = (_text(*named[each], xml) for each in (_KEY, _VALUE))
            yield Parameter(name[0], value[0], name[1], value[1])
        pending += reversed(children)


def _text(element: etree._Element, path: Path, xml: XmlFile) -> tuple[str, Origin]:
    text = element.text or ""
    return text, xml.text(path, len(text)) if text else xml.whole(path)


def _local_name(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
