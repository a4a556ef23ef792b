"""From the bytes of a ``.iflw`` to its XML, read no further than the collaboration.

All channels stand in the collaboration element, which mostly comes first. What follows it is
read only if asked for, or where the bytes leave a doubt; that the file ends with its root's end
tag is always looked at.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.positions import XmlFile
from iflint.iflow.prescan import collaboration_end
from iflint.limits import XML_ATTRIBUTES, XML_ELEMENTS, numbered
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind, Unreadable, without_excerpt
from iflint.places.text_file import TextFile

if TYPE_CHECKING:
    from lxml import etree

    from iflint.places.location import FileLocation

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"

_EXPORT_AGAIN = "Export the integration flow again"
_DECLARED = re.compile(rb"<\?xml\s[^>]*?\sencoding\s*=\s*[\"']([A-Za-z][\w.\-]*)[\"']")
_ENCODINGS = ("ascii", "big5", "cp", "euc_", "gb", "iso8859-", "koi8-", "mac-", "shift_jis", "tis-")
"""How Python's names of the encodings begin that XML documents may be stored in."""
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ROOT = re.compile(rb"<([^\s<>/?!&='\"]+)")
_LONGEST_DECLARATION = 400
"""Bytes in which the XML declaration names its encoding. Ours: ten times the longest seen (38)."""
_FLOW_BEGINS = rb"<(?:[^\s<>/:]{1,100}:)?definitions[\s/>]"
_WORD = r"[A-Za-z:]{1,40}"
"""A name that can be told; of what is no flow, another may be a secret."""
_LONGEST_PROLOG = 16384
"""Bytes in which a flow's root element begins. Ours: in 343 of them it does so within 100."""
_TAIL = 4096
"""Bytes that are looked through at a time for the file's last character that is no blank: ours."""


class Document(msgspec.Struct, frozen=True):
    """A readable ``.iflw``; ``xml`` locates the elements of ``root``."""

    root: etree._Element
    xml: XmlFile


def read_document(data: bytes, location: FileLocation, *, whole: bool = False) -> Document:
    """The XML of a ``.iflw`` up to the end of its collaboration, or all of it (``whole``).

    Raises Unreadable with the one problem of a file that is empty, not XML, not BPMN, cut off, of
    an unknown encoding or with a DOCTYPE. No line is shown of what is no flow: it may be a secret.
    """
    try:
        return _read_document(data, location, whole=whole)
    except Unreadable as refused:
        head = data[:_LONGEST_PROLOG].replace(b"\0", b"")
        if BPMN.encode() in head and re.search(_FLOW_BEGINS, head):
            raise
        raise Unreadable(without_excerpt(refused.problem)) from None


def _read_document(data: bytes, location: FileLocation, *, whole: bool) -> Document:
    if not data.strip(b"\0 \t\r\n"):
        raise _unreadable(Location(location), "The file is empty")
    utf8, encoding, preamble = _utf8(data, location)
    xml = XmlFile(location, utf8, encoding, preamble)
    root_start, root_name = _prolog(xml)
    end = collaboration_end(utf8)
    ends_well = _ends_with(utf8, root_name)
    if end and ends_well and not whole:
        _refuse_too_many(utf8[:end], location)
        head = _parse_head(utf8[:end], root_name)
        if head is not None:
            return Document(_definitions(head, xml, root_start), xml.until(end))
    return Document(_definitions(_parse(xml), xml, root_start), xml)


def read_xml(data: bytes, location: FileLocation) -> tuple[etree._Element, XmlFile]:
    """The root of a dump in XML, and what locates its elements however deep they are.

    All of it may stand in one line, and any of it may be a secret.

    Raises Unreadable as `read_document` does.
    """
    utf8, encoding, preamble = _utf8(data, location)
    xml = XmlFile(location, utf8, encoding, preamble, deepest=256, discreet=True)
    _prolog(xml, "dumps")
    return _parse(xml), xml


def _unreadable(where: Location, message: str, remedy: str = _EXPORT_AGAIN) -> Unreadable:
    return Unreadable(Problem(ProblemKind.ARTIFACT, where, message, remedy))


def _utf8(data: bytes, location: FileLocation) -> tuple[bytes, str, int]:
    """The text in UTF-8 without byte order mark, how it is stored, and the mark's bytes."""
    encoding, preamble = _encoding(data, location)
    body = data[preamble:] if preamble else data
    if encoding == "utf-8" and body.isascii():
        return body, encoding, preamble
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        readable = body.decode(encoding, "replace")
        at = len(body[: error.start].decode(encoding, "replace"))
        where = TextFile(location, readable, encoding, preamble).locate(at, at)
        raise _unreadable(
            where,
            f"The file is not {encoding.upper()} as it says: byte {preamble + error.start} "
            "does not belong there",
            "Save the file in the encoding that its first line names, or export it again",
        ) from None
    return body if encoding == "utf-8" else text.encode("utf-8"), encoding, preamble


def _encoding(data: bytes, location: FileLocation) -> tuple[str, int]:
    """The encoding by byte order mark, zero bytes or declaration (XML 1.0, appendix F)."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, len(mark)
    if data.startswith((b"<\0", b"\0<")):
        return ("utf-16-le" if data[0] else "utf-16-be"), 0
    declared = _DECLARED.match(data, 0, _LONGEST_DECLARATION)
    if declared is None:
        return "utf-8", 0
    name = declared[1].decode("ascii")
    encoding = _known_encoding(name)
    if not encoding or encoding.startswith(("utf-16", "utf-32")):
        what = "is not known" if not encoding else "is not the one that it is stored in"
        start, end = declared.span(1)
        where = TextFile(location, data.decode("iso-8859-1"), "iso-8859-1").locate(start, end)
        raise _unreadable(
            where, f"The file declares the encoding {name}, which {what}", "Save it as UTF-8"
        )
    return encoding, 0


def _known_encoding(name: str) -> str:
    if name.lower() in ("utf-8", "utf8"):
        return "utf-8"
    import codecs

    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        return ""
    return encoding if encoding.startswith((*_ENCODINGS, "utf-16", "utf-32")) else ""


def _prolog(xml: XmlFile, of: str = "integration flows") -> tuple[int, bytes]:
    """Where the root's start tag begins, and the root's name as written; ``of`` are such files."""
    utf8, at = xml.utf8, 0
    while True:
        while utf8[at : at + 1].isspace():
            at += 1
        if utf8.startswith(b"<?", at):
            end = utf8.find(b"?>", at) + 2
        elif utf8.startswith(b"<!--", at):
            end = utf8.find(b"-->", at + 4) + 3
        else:
            break
        if end < at + 4:
            raise _cut_off(xml)
        at = end
    if utf8.startswith(b"<!DOCTYPE", at):
        where = xml.file.locate(xml.characters(at), xml.characters(at + len("<!DOCTYPE")))
        raise _unreadable(
            where,
            f"The file has a DOCTYPE, which {of} don't have and iflint refuses",
            "Remove the DOCTYPE, or export the integration flow again",
        )
    root = _ROOT.match(utf8, at)
    if root is None:
        start = xml.characters(at)
        where = xml.file.locate(start, min(start + 1, len(xml.file.text)))
        raise _unreadable(where, "The file is not XML")
    return at, root[1]


def _cut_off(xml: XmlFile) -> Unreadable:
    end = len(xml.file.text)
    return _unreadable(
        xml.file.locate(end, end), "The file is cut off: it ends before its root element does"
    )


def _ends_with(utf8: bytes, root_name: bytes) -> bool:
    """Whether the text surely ends with the root's end tag; comments may follow it."""
    end = len(utf8)
    while True:
        tail = utf8[max(0, end - _TAIL) : end]
        end -= len(tail) - len(tail.rstrip(b" \t\r\n"))
        if end and len(tail.strip(b" \t\r\n")) == 0:
            continue
        if utf8.endswith(b"-->", 0, end):
            end = utf8.rfind(b"<!--", 0, end)
        elif utf8.endswith(b"?>", 0, end):
            end = utf8.rfind(b"<?", 0, end)
        else:
            break
        if end < 0:
            return False
    start = utf8.rfind(b"</", 0, end)
    return start >= 0 and utf8[start + 2 : end].rstrip(b" \t\r\n>") == root_name


@functools.cache
def _parser() -> etree.XMLParser:
    from lxml import etree

    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _refuse_too_many(utf8: bytes, location: FileLocation) -> None:
    """Raises Unreadable before a parser makes an object of each element and attribute."""
    elements = utf8.count(b"<") - sum(map(utf8.count, (b"</", b"<!", b"<?")))
    for count, limit in ((elements, XML_ELEMENTS), (utf8.count(b"="), XML_ATTRIBUTES)):
        if count > limit.value:
            what = f"There are more than {numbered(limit.value)} {limit.bounds}"
            raise _unreadable(Location(location), what, limit.remedy)


def _parse_head(head: bytes, root_name: bytes) -> etree._Element | None:
    """The document cut behind a collaboration and closed there; None if that is no place to cut.

    A cut inside a comment, a CDATA section or an element leaves something open, so that what is
    parsed is sound: all collaborations end before the cut.
    """
    from lxml import etree

    try:
        return etree.fromstring(head + b"</" + root_name + b">", _parser())
    except etree.XMLSyntaxError:
        return None


def _parse(xml: XmlFile) -> etree._Element:
    from lxml import etree

    _refuse_too_many(xml.utf8, xml.location)
    try:
        return etree.fromstring(xml.utf8, _parser())
    except etree.XMLSyntaxError as error:
        raise _not_well_formed(xml, str(error)) from None


def _definitions(root: etree._Element, xml: XmlFile, root_start: int) -> etree._Element:
    if root.tag == f"{{{BPMN}}}definitions":
        return root
    start = xml.characters(root_start)
    prefix = f"{root.prefix}:" if root.prefix else ""
    name = str(root.tag).rpartition("}")[2]
    told = f"'{prefix}{name}'" if re.fullmatch(_WORD, prefix + name) else "another one"
    raise _unreadable(
        xml.file.locate(start, start + 1 + len(prefix + name)),
        f"The file is XML but no integration flow: its root is {told}, "
        "not the 'definitions' of BPMN",
    )


# What libxml2 says of its own limits, which it has without `huge_tree`; measured with 2.14.
_LIMITS = (
    ("depth", "Elements are nested more than 256 deep, which no integration flow needs"),
    ("huge", "A text or an attribute is larger than 10 million characters"),
    ("too long", "A text or an attribute is larger than 10 million characters"),
)
# By the numbers of expat's errors (`pyexpat.errors`).
_BROKEN = {
    2: "XML can't be read here",
    4: "The XML is broken: this can't stand here",
    7: "The XML is broken: this end tag does not match the last start tag",
    8: "The XML is broken: an attribute occurs twice in one tag",
    9: "The XML is broken: text follows the end of the root element",
    11: "The XML is broken: a reference names an entity that is not defined",
    14: "The XML is broken: a reference stands for a character that XML does not allow",
    17: "The XML is broken: its declaration does not stand at the very beginning",
    27: "The XML is broken: a prefix has no namespace",
}
_CUT_OFF = (3, 5, 6, 20)  # no element; a token, a character or a CDATA section without its end


def _not_well_formed(xml: XmlFile, reason: str) -> Unreadable:
    """The one problem of XML that lxml refused; expat says where, and what in plain words."""
    import pyexpat

    from iflint.iflow.conflicts import conflict_in

    parser = pyexpat.ParserCreate("utf-8", " ")
    try:
        parser.Parse(xml.utf8, True)
    except pyexpat.ExpatError as error:
        if error.code in _CUT_OFF:
            return _cut_off(xml)
        conflict = conflict_in(xml.file)
        if conflict is not None:
            return Unreadable(conflict)
        at = xml.characters(max(parser.ErrorByteIndex, 0))
        where = xml.file.locate(at, min(at + 1, len(xml.file.text)))
        return _unreadable(where, _BROKEN.get(error.code, f"The XML is broken: {error}"))
    for word, message in _LIMITS:
        if word in reason.lower():
            return _unreadable(Location(xml.location), message)
    return _unreadable(Location(xml.location), "The XML is broken or larger than is read")
