"""The pairs of a channel, from well-formed and hand-made tables, each with its exact place."""

from __future__ import annotations

import time
from xml.sax.saxutils import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.limits import ROWS_OF_A_CHANNEL, TEXT_LENGTH
from iflow.flows import PROPERTIES, channel, flow, prop, read, row, rows, stored

AUTHORIZED = prop("senderAuthType", "ClientCertificate")


LIMIT = ROWS_OF_A_CHANNEL.default


def entries(table: str, parameters: str | None = None):
    """The flow's text, and the entries of a channel whose table stands so in the file."""
    text = flow(channel("HTTPS", AUTHORIZED, prop("clientCertificates", table)))
    resolved = read(text, parameters).resolve()
    return text, resolved.channels[0].entries, resolved.problems


def pairs(table: str, parameters: str | None = None):
    _, found, problems = entries(table, parameters)
    assert problems == ()
    return [(entry.subject.text, entry.issuer.text) for entry in found]


def test_rows_that_are_not_escaped_are_not_taken_for_none() -> None:
    table = row("CN=a", "CN=b")
    text, found, (problem,) = entries(table)
    assert found == ()
    assert "can't be read" in problem.message
    assert stored(text, problem.location) == f"<value>{table}</value>"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", []),
        (" \n", []),
        (rows(("CN=a", "CN=b")), [("CN=a", "CN=b")]),
        (rows(("CN=a", "CN=b"), ("CN=c", "CN=d")), [("CN=a", "CN=b"), ("CN=c", "CN=d")]),
        (rows(("", "")), [("", "")]),
        ("&lt;row/&gt;", [("", "")]),
        ("&lt;row&gt;&lt;/row&gt;", [("", "")]),
        ("<![CDATA[" + row("CN=a", "CN=b") + "]]>", [("CN=a", "CN=b")]),
        (rows(("CN=a", "CN=b")).replace("'", '"'), [("CN=a", "CN=b")]),
        (rows(("CN=a", "CN=b")).replace("'", "&quot;"), [("CN=a", "CN=b")]),
        (rows(("CN=a", "CN=b")).replace("clientCertificate.", ""), [("CN=a", "CN=b")]),
        (rows(("CN=a", "CN=b")).replace("&gt;", "&gt;\n "), [("\n CN=a", "\n CN=b")]),
        (escape("<row><cell id='subjectDN'>CN=a</cell></row>"), [("CN=a", "")]),
        (escape("<row><cell id='x.issuerDN'>CN=a</cell></row>"), [("", "CN=a")]),
        (
            escape("<row><cell id='subjectDN'/><cell id='issuerDN'>CN=b</cell></row>"),
            [("", "CN=b")],
        ),
        (
            escape("<row><cell id='issuerDN'>b</cell><cell id='subjectDN'>a</cell></row>"),
            [("a", "b")],
        ),
        # escaped twice, and once more
        (rows(("O=A &amp; B", "O=A &amp;amp; B")), [("O=A & B", "O=A & B")]),
        (rows(("O=O&amp;apos;Neil", "O=&quot;A, B&quot;")), [("O=O'Neil", 'O="A, B"')]),
        (rows(("O=&#x41;&#66;", "O=&amp;#65;")), [("O=AB", "O=&#65;")]),
        (rows(("&#xD7FF;&#xE000;", "&#x10FFFF;")), [("\ud7ff\ue000", "\U0010ffff")]),
        (rows(("&#xD800;&#xDFFF;", "&#x110000;")), [("\ufffd\ufffd", "\ufffd")]),
        # not well-formed
        (rows(("O=A & B", "O=<CI Certificate>")), [("O=A & B", "O=<CI Certificate>")]),
        (rows(("O=A &amp; B & C", "O=a<b")), [("O=A & B & C", "O=a<b")]),
        (escape("<row><cell id='subjectDN'>a<cell id='issuerDN'>b</row>"), [("a", "b")]),
        (escape("<row><cell id='subjectDN'>a</cell><cell id='issuerDN'>b</cell>"), [("a", "b")]),
        (
            escape("<cell id='subjectDN'>a</cell><cell id='issuerDN'>b</cell>" * 2),
            [("a", "b"), ("a", "b")],
        ),
        (escape("<row><cell id=subjectDN>a</cell></row>"), [("a", "")]),
        (
            escape("<row><cell id='subjectDN'>a</cell><cell id='subjectDN'>b</cell></row>"),
            [("b", "")],
        ),
        (escape("<row><cell>a</cell></row>"), [("", "")]),
        (escape("<ROW><CELL ID='subjectdn'>a</CELL></ROW>"), [("a", "")]),
        (escape("<row><cell id='subjectDN'><![CDATA[a&b]]><!-- c --></cell></row>"), [("a&b", "")]),
    ],
)
def test_tables(table: str, expected) -> None:
    assert pairs(table) == expected


@pytest.mark.parametrize("table", ["CN=a", "{{A}}{{B}}", "&lt;table/&gt;", "{{Broken}}", "{{A"])
def test_a_table_without_a_row_is_a_problem_at_its_value(table: str) -> None:
    text, found, problems = entries(table, "Broken=CN=a\nA=x\nB=y")
    assert found == ()
    (problem,) = problems
    assert stored(text, problem.location) == table


@pytest.mark.parametrize("text", ["CN=c", "{{More}}", " \n CN=c, O=d "])
@pytest.mark.parametrize("before", [False, True])
def test_text_beside_rows_is_a_problem_and_the_rows_count(text: str, before: bool) -> None:
    table = rows(("CN=a", "CN=b"))
    whole = text + table if before else table + text
    stored_text, found, (problem,) = entries(whole)
    assert [(entry.subject.text, entry.issuer.text) for entry in found] == [("CN=a", "CN=b")]
    assert "text outside of its rows" in problem.message
    assert stored(stored_text, problem.location) == whole


@pytest.mark.parametrize("text", [" \n", "&lt;/row&gt;", "&lt;!-- CN=c --&gt;", "&lt;x/&gt;"])
def test_markup_and_blanks_beside_rows_are_none(text: str) -> None:
    assert pairs(rows(("CN=a", "CN=b")) + text) == [("CN=a", "CN=b")]


def test_a_table_is_read_up_to_a_number_of_rows() -> None:
    table = "&lt;row/&gt;" * LIMIT
    assert len(pairs(table)) == LIMIT
    _, found, (problem,) = entries(table + "&lt;row/&gt;")
    assert len(found) == LIMIT
    assert f"more than {LIMIT:,} client certificates" in problem.message


def test_a_table_that_is_not_judged_gives_no_problem() -> None:
    role = prop("senderAuthType", "RoleBased")
    text = flow(channel("HTTPS", role, prop("clientCertificates", "garbage")))
    assert read(text).resolve().problems == ()


def test_parameters_in_cells() -> None:
    table = rows(("{{Subject DN}}", "CN={{Name}}, O=x"), ("{{Name&amp;apos;s}}", "{{None}}"))
    parameters = "Subject\\ DN=CN=a\\, b\nName's=O=&amp; {{Name}}\nName=n"
    assert pairs(table, parameters) == [
        ("CN=a, b", "CN=n, O=x"),
        ("O=& {{Name}}", None),
    ]
    text, found, _ = entries(table, parameters)
    (subject, issuer) = found[1].subject, found[1].issuer
    assert subject.parameters[0].name == "Name's"
    assert stored(text, subject.location) == "{{Name&amp;amp;apos;s}}"
    assert stored(parameters, subject.definition) == "O=&amp; {{Name}}"
    assert stored(parameters, subject.locate(0, 1)) == "O"
    assert stored(parameters, subject.locate(2, 4)) == "&amp; "
    assert subject.definition.file == PROPERTIES
    assert issuer.undefined[0].name == "None"
    assert found[0].issuer.definition is None
    assert stored(text, found[0].issuer.locate(0, 2)) == "CN={{Name}}, O=x"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("O=A &amp; B", "O=A & B"),
        ("O=A & B", "O=A & B"),
        ("O=O&apos;Neil, CN=&lt;CI Certificate&gt;", "O=O'Neil, CN=<CI Certificate>"),
        ("O=&amp;lt;", "O=&lt;"),
        ("O=&#65;&auml;&", "O=&#65;&auml;&"),
    ],
)
def test_escapes_in_a_parameters_value_are_decoded_once(value: str, text: str) -> None:
    assert pairs(rows(("{{P}}", "CN=x {{P}}")), f"P={value}") == [(text, f"CN=x {text}")]


def test_a_table_that_is_one_parameter() -> None:
    parameters = "Table=" + row("CN=a", "CN={{Name}}").replace("=", "\\=") + "\nName=n"
    assert pairs("{{Table}}", parameters) == [("CN=a", "CN=n")]
    assert pairs("\n {{Table}} ", parameters) == [("CN=a", "CN=n")]
    _, found, _ = entries("{{Table}}", parameters)
    assert stored(parameters, found[0].subject.location) == "CN\\=a"
    assert stored(parameters, found[0].location).startswith("<row>")
    assert pairs("{{Empty}}", "Empty=") == []
    assert pairs("{{Table}}", "Table=" + rows(("CN=a", "O=a &amp; b"))) == [("CN=a", "O=a & b")]


def test_a_table_that_is_one_undefined_parameter_is_its_first_entry() -> None:
    text, (entry,), problems = entries(" {{Nothing}}", "Another=x")
    assert problems == ()
    assert entry.ordinal == 1
    assert [use.name for use in entry.subject.undefined] == ["Nothing"]
    assert entry.issuer.undefined == ()
    for place in (entry.location, entry.subject.location, entry.issuer.location):
        assert stored(text, place) == "{{Nothing}}"


def test_a_long_value_may_be_used_as_a_whole_often() -> None:
    value = "CN=" + "x" * (1 << 20)
    _, found, problems = entries(rows(*[("{{Long}}", "CN=b")] * 20), f"Long={value}")
    read_of_it = value[: TEXT_LENGTH.default]
    assert [(each.subject.text, each.issuer.text) for each in found] == [(read_of_it, "CN=b")] * 20
    assert all("longer than 4,096 characters" in problem.message for problem in problems)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_places_through_every_layer(line_end: str) -> None:
    table = "{0}  " + rows(("CN=ä&amp;amp;ß, O=😀x", "")) + rows(("CN=&lt;x&gt;", "CN=y"))
    text, found, _ = entries(table.format("\n") + "{{")
    text = text.replace("\n", line_end)
    found = read(text).resolve().channels[0].entries
    assert stored(text, found[0].location).startswith("&lt;row&gt;&lt;cell id='client")
    assert stored(text, found[0].location).endswith("&lt;/row&gt;")
    subject = found[0].subject
    assert subject.raw == "CN=ä&ß, O=😀x"
    assert stored(text, subject.location) == "CN=ä&amp;amp;amp;ß, O=😀x"
    assert stored(text, subject.locate(4, 5)) == "&amp;amp;amp;"
    assert stored(text, subject.locate(10, 12)) == "😀x"
    region = subject.locate(10, 11).region
    line = text.split(line_end)[region.start_line - 1]
    assert line[region.start_column - 1] == "😀"
    assert region.end_column == region.start_column + 1
    shown = region.start_column - region.excerpt_column
    assert region.excerpt[shown] == "😀"
    assert len(region.excerpt) <= 400
    empty = stored(text, found[0].issuer.location)
    assert empty == "&lt;cell id='clientCertificate.issuerDN'&gt;&lt;/cell&gt;"
    assert stored(text, found[1].subject.location) == "CN=&amp;lt;x&amp;gt;"


@pytest.mark.parametrize("end", ["a", "&amp;", "&#228;", "&#65;b"])
def test_an_empty_span_stands_between_two_characters_or_behind_the_last(end: str) -> None:
    _, (entry,), _ = entries(rows((f"CN=&lt;{end}", "CN=b")))
    subject = entry.subject
    whole = subject.location.region
    length = len(subject.text)

    def span(*place: int) -> tuple[int, int]:
        region = subject.locate(*place).region
        return region.start_byte, region.end_byte

    assert span(0, 0) == (whole.start_byte, whole.start_byte)
    assert span(4, 4) == (whole.start_byte + len("CN=&amp;lt;"),) * 2
    assert span(4, 2) == span(4, 4)
    assert span(-1, length + 9) == (whole.start_byte, whole.end_byte)
    for beyond in ((length, length), (length, length + 9), (length + 9, length + 9)):
        assert span(*beyond) == (whole.end_byte, whole.end_byte)


def test_places_in_utf_16_and_latin_1() -> None:
    text = flow(
        channel("HTTPS", AUTHORIZED, prop("clientCertificates", rows(("CN=äé&amp;x", "CN=b"))))
    )
    for name, codec, mark in (
        ("UTF-16", "utf-16-le", b"\xff\xfe"),
        ("ISO-8859-1", "iso-8859-1", b""),
        ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
    ):
        data = mark + text.replace("UTF-8", name).encode(codec)
        (entry,) = read(data).resolve().channels[0].entries
        region = entry.subject.locate(4, 6).region
        assert data[region.start_byte : region.end_byte].decode(codec) == "é&amp;amp;"


def test_an_absent_value_stands_at_its_key() -> None:
    text = flow(channel("HTTPS", prop("senderAuthType", None)))
    decided = read(text).resolve().channels[0].authorization
    assert stored(text, decided.value.location) == "<key>senderAuthType</key>"
    text = flow(channel("HTTPS", prop("senderAuthType", "")))
    decided = read(text).resolve().channels[0].authorization
    assert stored(text, decided.value.location) == "<value/>"


@pytest.mark.parametrize(
    "table",
    [
        "<row><cell id='subjectDN'>" + "<!--" * 200_000,
        "<row><cell id='subjectDN'>" + "<![CDATA[" * 100_000,
        "<row><cell id='subjectDN'>" + "&amp;" * 200_000,
        "<cell " * 200_000,
        "<cell " + " " * 1_000_000,
        "<cell " + " id" * 200_000 + ">",
        "<cell id='" + "subjectDN " * 100_000 + "'>",
    ],
)
def test_a_hostile_table_is_read_soon(table: str) -> None:
    started = time.monotonic()
    _, found, _ = entries(escape(table))
    for entry in found[:3]:
        assert entry.subject.location.region is not None
    assert time.monotonic() - started < 10


CHARACTERS = st.characters(
    codec="utf-8", exclude_categories=["Cs", "Cc"], exclude_characters="{}\ufffe\uffff"
)
NAMES = st.text(CHARACTERS | st.sampled_from("&<>'\"=,ä€😀 "), max_size=30)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=3))
def test_any_name_survives_a_table_and_stands_where_it_says(names) -> None:
    def once(name: str) -> str:
        return escape(name, {"'": "&apos;", '"': "&quot;"})

    def twice(name: str) -> str:
        return once(once(name))

    for quote in (once, twice):
        quoted = [(quote(subject), quote(issuer)) for subject, issuer in names]
        text, found, problems = entries(rows(*quoted))
        assert problems == ()
        for entry, name in zip(found, names, strict=True):
            for value, expected in zip((entry.subject, entry.issuer), name, strict=True):
                if any(f"&{e};" in expected for e in ("amp", "lt", "gt", "quot", "apos")):
                    continue
                assert value.text == expected
                if expected:
                    assert stored(text, value.location) == escape(quote(expected))
                for at, character in enumerate(expected):
                    assert stored(text, value.locate(at, at + 1)) == escape(quote(character))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *("<row>", "</row>", "<row/>", "<cell id='subjectDN'>", "<cell id='issuerDN'>"),
                *("<row ", "</cell>", "<cell/>", "<", ">", "&", "&amp;", "{{", "}}", "x", "<!--"),
                *("]]>", "é"),
            ]
        ),
        max_size=25,
    )
)
def test_no_table_breaks_the_reader(pieces) -> None:
    text, found, _ = entries(escape("".join(pieces)), "x=y")
    for entry in found:
        for place in (entry.location, entry.subject.location, entry.issuer.location):
            assert place.region is not None
            assert 0 < place.region.start_byte <= place.region.end_byte <= len(text.encode())
