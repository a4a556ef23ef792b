"""Reading a ``.iflw``: what is accepted, what is refused, and how far it is read."""

from __future__ import annotations

import time

import pytest

import iflint
from iflow.flows import BPMN, END, IFL, certificate_channel, channel, flow, prop, read, stored

FLOW = flow(certificate_channel("CN=shöp, O=Ä"))
QUIET = flow(channel("JMS"))


def subjects(data: str | bytes, **options: object) -> list[str]:
    """The subjects of a flow that is read without a problem."""
    resolved = read(data, **options).resolve()
    assert resolved.problems == ()
    return [entry.subject.raw for each in resolved.channels for entry in each.entries]


def problem(data: str | bytes, **options: object):
    """The one problem of a flow that can't be read."""
    parsed = read(data, **options)
    resolved = parsed.resolve()
    assert resolved.channels == ()
    (found,) = resolved.problems
    assert "\n" not in found.message
    return found


@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace('encoding="UTF-8"', "").encode(),
        lambda text: text.replace("UTF-8", "utf8").encode(),
        lambda text: text.replace("UTF-8", "UTF8").encode(),
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16"),
        lambda text: text.replace("UTF-8", "UTF-16").encode("utf-16-be"),
        lambda text: text.replace("UTF-8", "utf-16le").encode("utf-16-le"),
        lambda text: text.replace("UTF-8", "ISO-8859-1").encode("iso-8859-1"),
        lambda text: text.replace("UTF-8", "windows-1252").encode("cp1252"),
        lambda text: text.replace("UTF-8", "US-ASCII").encode("ascii", "xmlcharrefreplace"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("bpmn2:", "b:").replace("xmlns:bpmn2", "xmlns:b").encode(),
        lambda text: text.replace("bpmn2:", "").replace("xmlns:bpmn2", "xmlns").encode(),
        lambda text: text.replace("ifl:", "x:").replace("xmlns:ifl", "xmlns:x").encode(),
    ],
)
@pytest.mark.parametrize("options", [{}, {"with_diagram": True}])
def test_any_encoding_and_prefix_is_read(encode, options) -> None:
    assert subjects(encode(FLOW), **options) == ["CN=shöp, O=Ä"]


@pytest.mark.parametrize(
    "tail",
    ["", "\n", " \r\n\t", "<!-- end -->", "\n<!-- a --> <!-- b -->\n", "<?end?>\n", "<?a <? ?>"],
)
@pytest.mark.parametrize("text", [FLOW, QUIET, FLOW.replace(END, "</bpmn2:definitions >")])
def test_what_may_follow_the_root(text: str, tail: str) -> None:
    assert read(text + tail).resolve().problems == ()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"\0" * 100, "empty"),
        (b"hello", "not XML"),
        (b"PK\x03\x04 zip", "not XML"),
        (b"\x89PNG\r\n\x1a\n\0\xff", "not UTF-8"),
        (b"<", "not XML"),
        (b"<!-- ", "cut off"),
        (b"<?xml ", "cut off"),
        (b"<html/>", "root is 'html'"),
        (b"<a:definitions xmlns:a='urn:x'></a:definitions>", "root is 'a:definitions'"),
        (f"<definitions xmlns='{BPMN}x'></definitions>".encode(), "root is 'definitions'"),
        (b"<a>&nbsp;</a>", "entity"),
        (b"<a>\x01</a>", "can't stand"),
        (b"<a><b></a></b>", "end tag"),
        (b"<a x='1' x='2'></a>", "attribute occurs twice"),
        (b"<p:a></p:a>", "prefix"),
        (b" <?xml version='1.0'?><a></a>", "declaration"),
        (b"<a>&#0;</a>", "character"),
        (b"<?xml version='1.0' encoding='klingon'?><a></a>", "klingon"),
        (b"<?xml version='1.0' encoding='zip'?><a></a>", "encoding zip"),
        (b"<?xml version='1.0' encoding='UTF-16'?><a></a>", "encoding UTF-16"),
        (b"<?xml version='1.0' encoding='UTF-8'?><a>\xe4</a>", "not UTF-8"),
        (b"\xef\xbb\xbf<a>\xe4</a>", "byte 6 does not belong there"),
        (b"\xff\xfe<\0a", "not UTF-16"),
        ((FLOW + "x").encode(), "follows the end"),
        ((FLOW + FLOW).encode(), "follows the end"),
    ],
)
def test_what_is_no_flow_is_one_problem(data: bytes, words: str) -> None:
    assert words in problem(data).message


@pytest.mark.parametrize("text", [FLOW, QUIET])
@pytest.mark.parametrize("options", [{}, {"with_diagram": True}])
def test_a_flow_cut_anywhere_is_one_problem_at_its_end(text: str, options) -> None:
    data = text.encode()
    for end in range(150, len(data) - 1, 37):
        found = problem(data[:end], **options)
        if "not UTF-8" not in found.message:
            assert "cut off" in found.message
            assert found.location.region.start_byte == end


@pytest.mark.parametrize(
    "rest", ["<<<<<<< HEAD", "<a>", "<a></b>", "&none;", "<x:a/>", "<a b='1' b='2'/>", "\0"]
)
def test_what_is_broken_behind_the_channels_is_told_where_pairs_count(rest: str) -> None:
    by_role = flow(channel("HTTPS", prop("senderAuthType", "{{How}}")), after=rest)
    assert read(by_role, "How=RoleBased").resolve().problems == ()
    (told,) = read(by_role, "How=ClientCertificate").resolve().problems
    resolved = read(flow(certificate_channel(), after=rest)).resolve()
    assert [each.message for each in resolved.problems] == [told.message]
    assert [each.checked for each in resolved.channels] == [True]


def test_an_error_is_located() -> None:
    text = FLOW.replace("CN=ca", "\n  ä <oops")
    found = problem(text)
    assert found.location.region.start_line == text[: text.index("<oops")].count("\n") + 1
    assert found.location.region.excerpt_column == 1
    assert found.location.region.start_byte > text.index("<oops")


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE x>",
        "<!-- c --><!DOCTYPE x [<!ENTITY a 'b'>]>",
        "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>",
        "<!DOCTYPE x [<!ENTITY a '"
        + "b" * 100
        + "'>"
        + "".join(
            f"<!ENTITY a{i} '&a{i - 1};&a{i - 1};&a{i - 1};&a{i - 1};'>" for i in range(1, 30)
        )
        + "]>",
    ],
)
@pytest.mark.parametrize("text", [FLOW, QUIET])
def test_a_doctype_is_refused(text: str, doctype: str) -> None:
    found = problem(text.replace("?><", f"?>{doctype}<", 1))
    assert "DOCTYPE" in found.message
    assert found.location.region.start_column > 1


@pytest.mark.parametrize(
    "look_alike",
    [
        "<!-- </bpmn2:collaboration> -->",
        "<!-- </bpmn2:collaboration> </bpmn2:definitions> -->",
        "<x><![CDATA[</bpmn2:collaboration>]]></x>",
        "<?x </bpmn2:collaboration>?>",
        "<x:collaboration xmlns:x='urn:x'></x:collaboration>",
        "<x><y><z:collaboration xmlns:z='urn:x'></z:collaboration></y></x>",
    ],
)
def test_an_end_tag_look_alike_does_not_cut_the_flow(look_alike: str) -> None:
    assert subjects(flow(certificate_channel(), after=look_alike)) == ["CN=shop"]
    assert subjects(flow(certificate_channel(), before=look_alike)) == ["CN=shop"]
    assert subjects(flow(certificate_channel(), look_alike.replace("<x>", "<x>"))) == ["CN=shop"]


def test_every_collaboration_is_read() -> None:
    second = (
        f'<c:collaboration xmlns:c="{BPMN}"><c:participant id="P2" i:type="EndpointSender" '
        f'xmlns:i="{IFL}"/>' + certificate_channel("CN=second").replace("Participant_1", "P2")
    )
    text = flow(certificate_channel(), after=second + "</c:collaboration>")
    assert subjects(text) == ["CN=shop", "CN=second"]


@pytest.mark.parametrize(
    "key",
    [
        "sender&#65;uthType",
        "&#x73;enderAuthType",
        "sender<!-- x -->AuthType",
        "<!-- x -->senderAuthType",
        "<![CDATA[senderAuthType]]>",
        "sender<![CDATA[Auth]]>Type",
        "sender<?x?>AuthType",
        "\n   senderAuthType\t",
        " " * 500 + "senderAuthType" + " " * 500,
        "senderAuthType<x/>",
    ],
)
def test_a_key_is_found_in_any_spelling(key: str) -> None:
    text = flow(channel("HTTPS", prop(key, "ClientCertificate")))
    parsed = read(text, every_channel=False)
    assert parsed.resolve().channels[0].authorization.key == "senderAuthType"


def test_channels_of_a_quiet_flow_are_read_too() -> None:
    for options in ({}, {"with_diagram": True}):
        assert [c.adapter for c in read(QUIET, **options).resolve().channels] == ["JMS"]


def test_a_flow_whose_places_nobody_asks_for_needs_no_second_parser() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from iflint.iflow.reader import read_iflow; "
        "from iflint.places.location import FileLocation as F; "
        "read_iflow(sys.stdin.buffer.read(), F('x.iflw'), bundle=F('.'), manifest=None, "
        "parameters=(b'a=b', F('p'))).resolve(); "
        "print([m for m in ('pyexpat', 'json') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], input=QUIET.encode(), capture_output=True, check=True
    )
    assert run.stdout.decode().strip() == "[]"


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<x>" * 300 + "</x>" * 300, "256"),
        ("<x>" * 150_000 + "</x>" * 150_000, "256"),
        ("<x>" * 200_000 + "</x>" * 200_000, "200,000 elements"),
        ("<x/>" * 200_000, "200,000 elements"),
        ("<x " + "".join(f"a{n}='' " for n in range(500_000)) + "/>", "500,000 equals signs"),
        ("<x a='" + "y" * 11_000_000 + "'/>", "larger"),
        ("<x>" + "y" * 11_000_000 + "</x>", "larger"),
    ],
)
def test_huge_input_is_one_problem_soon(inside: str, words: str) -> None:
    started = time.monotonic()
    text = flow(certificate_channel(), before=inside)
    assert words in problem(text).message
    assert time.monotonic() - started < 10


def test_many_comments_behind_the_root_are_read_soon() -> None:
    started = time.monotonic()
    assert read(QUIET + "<!-- -->" * 200_000 + "\n" * 1_000_000).resolve().problems == ()
    assert read(QUIET.replace("?>", "?>" + "<!-- -->" * 200_000, 1)).resolve().problems == ()
    words = "<x>" + "collaboration" * 200_000 + "</x>"
    assert read(flow(certificate_channel(), after=words)).resolve().problems == ()
    assert time.monotonic() - started < 5


def test_channels_are_located_by_their_start_tag() -> None:
    (found,) = read(FLOW).resolve().channels
    assert stored(FLOW, found.location).startswith('<bpmn2:messageFlow id="MessageFlow_1"')
    assert stored(FLOW, found.location).endswith('targetRef="StartEvent_1">')


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf\0\0\0\0\0\0\0\0",
        b"\xff\xfe\0\0\xe4\0\0\0",
        b"<a\0\xe4\0b",
        '<?xml version="1.0" encoding="UTF-16"?><ä'.encode(),
        "<ä ö='".encode("utf-16"),
    ],
)
def test_what_is_no_xml_is_a_problem_with_a_place(tmp_path, data: bytes) -> None:
    (tmp_path / "Odd.iflw").write_bytes(data)
    report = iflint.check(str(tmp_path))
    assert [finding.code for finding in report.findings] == ["IFL001"]
