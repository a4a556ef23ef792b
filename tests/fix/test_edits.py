"""A text written over another one reads as itself, whatever the layers, and the rest stays."""

from __future__ import annotations

import json

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from iflint.iflow.overlays import read_overlay
from iflint.iflow.properties import parse_properties
from iflint.iflow.reader import read_iflow
from iflint.places.edits import CannotWrite, Edit, applied
from iflint.places.location import FileLocation

FILE = FileLocation("file")
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CHARACTERS = st.one_of(
    st.sampled_from("CN=, +\"'\\<>&;#:!é€😀\u200b\u00a0{}ux0041"),
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")),
)
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30).filter(
    lambda text: (
        text.strip() == text and "{{" not in text and "\ufffe" not in text and "\uffff" not in text
    )
)
STORED = st.sampled_from(
    ["CN=x", "CN\\=x\\, y", "C\\u00E9=1", "\\ a", "a\\\n   b", "", "x\\", "a\\\r\n\tb", "é"]
)


@given(
    STORED,
    TEXTS,
    st.sampled_from(["utf-8", "iso-8859-1", "utf-16", "utf-8-sig"]),
    st.sampled_from(["k=", "k = ", "k:", "k "]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["a=1", "a=é", "# é"]),
)
def test_a_value_of_a_properties_file(stored, text, encoding, key, end, other) -> None:
    assume(stored or not key.endswith(" ") or "=" in key)
    last = "" if stored.endswith("\\") else f"{end}z=é"
    data = f"{other}{end}{key}{stored}{last}".encode(encoding)
    before = parse_properties(data, FILE).entries
    edit = before["k"].origin.edit(text)
    after = parse_properties(applied(data, [edit]), FILE).entries
    if not before["k"].value:
        return
    assert after["k"].value == text
    assert {n: e.value for n, e in after.items() if n != "k"} == {
        n: e.value for n, e in before.items() if n != "k"
    }


@given(st.text(min_size=1, max_size=10), TEXTS, st.booleans())
def test_a_value_in_json(stored, text, ascii_only) -> None:
    assume(stored.encode("utf-8", "ignore").decode() == stored)
    content = [{"ParameterKey": "k", "ParameterValue": stored}, {"é": 1}]
    data = json.dumps(content, ensure_ascii=ascii_only).encode()
    edit = read_overlay(data, FILE).entries["k"].origin.edit(text)
    assert json.loads(applied(data, [edit])) == [
        {"ParameterKey": "k", "ParameterValue": text},
        {"é": 1},
    ]


def xml(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def flow(value, encoding, declared):
    text = (
        f'<?xml version="1.0" encoding="{declared}"?>\r\n'
        f'<d:definitions xmlns:d="{BPMN}" xmlns:ifl="x">'
        "<d:collaboration><d:messageFlow><d:extensionElements>"
        "<ifl:property><key>direction</key><value>Sender</value></ifl:property>"
        "<ifl:property><key>ComponentType</key><value>HTTPS</value></ifl:property>"
        "<ifl:property><key>senderAuthType</key><value>ClientCertificate</value></ifl:property>"
        f"<ifl:property><key>clientCertificates</key><value>{value}</value></ifl:property>"
        "</d:extensionElements></d:messageFlow></d:collaboration></d:definitions>"
    )
    return text.encode(encoding, "xmlcharrefreplace")


def entry(data):
    read = read_iflow(data, FILE, bundle=FILE, manifest=None, parameters=None).resolve()
    assert not read.problems
    return read.channels[0].entries[0]


def cells(subject):
    return f"<row><cell id='subjectDN'>{subject}</cell><cell id='issuerDN'>CN=é</cell></row>"


WRITTEN = {
    "as SAP has it": lambda old: xml(cells(xml(old))),
    "escaped twice": lambda old: xml(cells(xml(xml(old)))),
    "a CDATA section": lambda old: f"<![CDATA[{cells(xml(old))}]]>",
    "a CDATA section in the cell": lambda old: xml(cells(f"<![CDATA[{old}]]>")),
    "references": lambda old: xml(cells("".join(f"&#{ord(c)};" for c in old))),
    "references in the file": lambda old: "".join(f"&#x{ord(c):x};" for c in cells(xml(old))),
    "blanks around": lambda old: xml(cells(f"\n\t {xml(old)}\r\n  ")),
}


@given(
    st.sampled_from(["CN=x", "CN=a & b", "é"]),
    TEXTS,
    st.sampled_from(sorted(WRITTEN)),
    st.sampled_from([("utf-8", "UTF-8"), ("iso-8859-1", "ISO-8859-1"), ("utf-16", "UTF-16")]),
)
def test_a_cell_of_a_flow(stored, text, how, encoding) -> None:
    assume(
        "&" not in text
        or not any(f"&{name};" in text for name in ("amp", "lt", "gt", "quot", "apos"))
    )
    if how == "a CDATA section in the cell":
        assume("]]>" not in text and "<" not in text and "&#" not in text)
    data = flow(WRITTEN[how](stored), *encoding)
    before = entry(data)
    try:
        edit = before.subject.edit(text)
    except CannotWrite:
        assert "CDATA" in how
        return
    after = entry(applied(data, [edit]))
    assert after.subject.text.strip(" \t\r\n") == text
    assert len(after.subject.text) - len(text) == len(before.subject.text) - len(stored)
    assert after.issuer.text == "CN=é"


@pytest.mark.parametrize(
    "cell", ["<![CDATA[CN=x]]>, O=y", "CN=x<![CDATA[, O=y]]>", "<![CDATA[a]]><![CDATA[b]]>"]
)
def test_a_cell_that_is_half_a_cdata_section_is_not_written(cell) -> None:
    found = entry(flow(xml(cells(cell)), "utf-8", "UTF-8"))
    with pytest.raises(CannotWrite):
        found.subject.edit("CN=z")


@pytest.mark.parametrize("value", ["<![CDATA[%s]]>%s", "%s<![CDATA[%s]]>"])
def test_a_value_that_is_half_a_cdata_section_keeps_it(value) -> None:
    start, end = (
        "<row><cell id='subjectDN'>CN=x",
        ", O=y</cell><cell id='issuerDN'>CN=é</cell></row>",
    )
    halves = (start, xml(end)) if value.startswith("<!") else (xml(start), end)
    found = entry(flow(value % halves, "utf-8", "UTF-8"))
    assert found.subject.text == "CN=x, O=y"
    with pytest.raises(CannotWrite):
        found.subject.edit("CN=z")


def test_edits_that_meet_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        applied(b"abc", [Edit(FILE, 0, 2, b""), Edit(FILE, 1, 3, b"")])
    twice = [Edit(FILE, 1, 2, b"x")] * 2
    assert applied(b"abc", twice) == b"axc"
