"""The ``Configurations`` of an artifact as Atom, which the OData API gives by default."""

from __future__ import annotations

import json
import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.iflow.overlays import read_overlay
from iflint.iflow.properties import ParameterFile
from iflint.places.edits import applied
from iflint.places.location import FileLocation
from iflow.flows import stored

HERE = FileLocation("configurations.xml")
VALUES = {"Subject DN": "CN=a & b, O=<ü>", "Issuer's DN": "", "Role": "ESBMessaging.send"}


def feed(values: dict[str, str], *, prolog: str = "", expanded: bool = False) -> str:
    """The dump of an artifact's parameters, or of an artifact with its parameters in it."""
    entries = "\n".join(
        f'<entry><content type="application/xml"><m:properties>'
        f"<d:ParameterKey>{escape(name)}</d:ParameterKey>"
        + (f"<d:ParameterValue>{escape(value)}</d:ParameterValue>" if value else EMPTY)
        + "<d:DataType>xsd:string</d:DataType></m:properties></content></entry>"
        for name, value in values.items()
    )
    spaces = (
        ' xmlns="http://www.w3.org/2005/Atom"'
        ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"'
        ' xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"'
    )
    inner = f"<feed><title>Ü</title>{entries}</feed>"
    if expanded:
        inner = f"<feed><entry><link><m:inline>{inner}</m:inline></link></entry></feed>"
    return f'<?xml version="1.0" encoding="utf-8"?>{prolog}\n' + inner.replace(
        "<feed>", f"<feed{spaces}>", 1
    )


EMPTY = '<d:ParameterValue m:null="true"/>'


def read(text: str | bytes) -> ParameterFile:
    return read_overlay(text.encode() if isinstance(text, str) else text, HERE)


@pytest.mark.parametrize("expanded", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_values_and_their_places(expanded, encoding) -> None:
    text = feed(VALUES, expanded=expanded).replace('encoding="utf-8"', 'encoding="%s"' % (
        "utf-16" if encoding == "utf-16" else "utf-8"))  # fmt: skip
    data = text.encode(encoding)
    file = read(data)
    assert file.problems == ()
    assert {name: entry.value for name, entry in file.entries.items()} == VALUES
    region = file.entries["Subject DN"].origin.locate().region
    assert region is not None
    plain = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding)
    assert data[region.start_byte : region.end_byte].decode(plain) == escape(VALUES["Subject DN"])
    empty = file.entries["Issuer's DN"].origin.locate().region
    assert empty is not None
    assert data[empty.start_byte : empty.end_byte].decode(plain) == EMPTY
    assert file.entries["Role"].name_origin.locate().region is not None


def test_a_value_is_written_as_xml_has_it() -> None:
    data = feed(VALUES).encode()
    edit = read(data).entries["Role"].origin.edit("a & <b> ü")
    after = read(applied(data, [edit]))
    assert after.entries["Role"].value == "a & <b> ü"
    assert after.entries["Subject DN"].value == VALUES["Subject DN"]


def test_of_one_name_the_last_counts() -> None:
    text = feed({"a": "1"}).replace("</feed>", feed({"a": "2"}).partition("</title>")[2])
    assert read(text).entries["a"].value == "2"


def test_it_says_the_same_as_json() -> None:
    dump = {"d": {"results": [
        {"ParameterKey": name, "ParameterValue": value or None} for name, value in VALUES.items()
    ]}}  # fmt: skip
    as_json = read(json.dumps(dump))
    assert {name: entry.value for name, entry in read(feed(VALUES)).entries.items()} == {
        name: entry.value for name, entry in as_json.entries.items()
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (feed(VALUES, prolog="<!DOCTYPE feed [<!ENTITY a 'b'>]>"), "DOCTYPE"),
        (feed(VALUES)[:-20], "cut off"),
        ("<a><ParameterKey>x</ParameterKey></a>", "is XML without ParameterKey"),
        ("<ParameterKey", "cut off"),
        ("<ParameterKey></x>", "broken"),
        ("<a>" + "<ParameterKey/>" * 600_000 + "</a>", "more than 200,000 elements"),
        ("<ParameterKey>" + "<a>" * 1000, "cut off"),
    ],
)
def test_what_can_t_be_read_is_a_problem(text, message) -> None:
    file = read(text)
    assert file.entries == {}
    (problem,) = file.problems
    assert message in problem.message
    assert "Configurations" in problem.remedy


@pytest.mark.parametrize("text", ["<a=b\n", "< x = y\nk = v\n", "<x>=1\n"])
def test_properties_may_begin_like_xml(text) -> None:
    file = read(text)
    assert file.entries
    assert file.problems == ()


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_damage_never_crashes(data: st.DataObject) -> None:
    source = bytearray(feed(VALUES).encode(data.draw(st.sampled_from(["utf-8", "utf-16"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at : at + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=4))
    file = read(bytes(source))
    for entry in file.entries.values():
        assert entry.origin.locate().file == HERE


def test_a_dump_is_read_in_time() -> None:
    values = {f"Parameter {number}": f"value {number}" for number in range(5000)}
    started = time.process_time()
    file = read(feed(values))
    places = [entry.origin.locate().region for entry in file.entries.values()]
    assert len(places) == 5000
    assert places[-1] is not None
    assert time.process_time() - started < 10
    assert stored(feed(values).encode(), file.entries["Parameter 9"].origin.locate()) == "value 9"
