"""Parameter files: the grammar of java.util.Properties, encodings, overlays, places."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.iflow.overlays import read_overlay
from iflint.iflow.properties import parse_properties
from iflint.limits import PROBLEMS_OF_A_FILE
from iflint.places.location import FileLocation
from iflow.flows import channel, flow, prop, read, rows, stored

HERE = FileLocation("parameters.prop")


def values(data: str | bytes, read=parse_properties) -> dict[str, str]:
    file = read(data.encode() if isinstance(data, str) else data, HERE)
    assert file.problems == ()
    return {name: entry.value for name, entry in file.entries.items()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        ("#Wed May 04 14:46:14 UTC 2022\n! x\n\n", {}),
        ("Subject\\ DN=CN\\=a, O\\=b", {"Subject DN": "CN=a, O=b"}),
        ("a\\:b\\=c\\!\\#\\\\=\\u00e4\\t", {"a:b=c!#\\": "ä\t"}),
        ("a = b \nc:d\ne f\n  g\n", {"a": "b ", "c": "d", "e": "f", "g": ""}),
        ("a=b,\\\n    c\\\r\n\td", {"a": "b,cd"}),
        ("a=1\na=2", {"a": "2"}),
        ("a=1\rb=2\r\nc=3\n", {"a": "1", "b": "2", "c": "3"}),
        ("a=\\ud83d\\ude00", {"a": "😀"}),
        ("a=b\\", {"a": "b"}),
        ("a=b #c", {"a": "b #c"}),
    ],
)
def test_the_grammar(text: str, expected: dict[str, str]) -> None:
    assert values(text) == expected
    assert values(text, read_overlay) == expected


def test_encodings() -> None:
    expected = {"ä": "ß€"}
    text = "ä=ß€"
    assert values(text.encode()) == expected
    assert values(b"\xef\xbb\xbf" + text.encode()) == expected
    assert values(text.encode("utf-16")) == expected
    assert values("a=ß€".encode("utf-16-le")) == {"a": "ß€"}
    assert values("a=ß€".encode("utf-16-be")) == {"a": "ß€"}
    assert values("ä=ß".encode("iso-8859-1")) == {"ä": "ß"}
    assert values(b"a=\xff\x80") == {"a": "\xff\x80"}


def test_places() -> None:
    text = "# ä\r\nä\\ b = x\\\r\n   \\u00e4y\\=😀z\nempty=\n"
    data = b"\xef\xbb\xbf" + text.encode()
    file = parse_properties(data, HERE)
    entry = file.entries["ä b"]
    assert entry.value == "xäy=😀z"
    assert stored(data, entry.name_origin.locate()) == "ä\\ b"
    assert stored(data, entry.origin.locate()) == "x\\\r\n   \\u00e4y\\=😀z"
    assert stored(data, entry.origin.locate(1, 2)) == "\\u00e4"
    assert stored(data, entry.origin.locate(3, 5)) == "\\=😀"
    last = entry.origin.locate(5, 6).region
    assert (last.start_line, last.start_column, last.end_column) == (3, 14, 15)
    assert last.excerpt == "   \\u00e4y\\=😀z"
    assert stored(data, file.entries["empty"].origin.locate()) == "empty="


@pytest.mark.parametrize("escape", ["\\u", "\\u12", "\\u12G4", "\\uXXXX"])
def test_a_malformed_escape_is_a_problem_and_the_rest_is_read(escape: str) -> None:
    text = f"a=1\nb=2{escape}\nc=3\n# {escape}\n"
    file = parse_properties(text.encode(), HERE)
    assert {name: entry.value for name, entry in file.entries.items()} == {"a": "1", "c": "3"}
    (problem,) = file.problems
    assert problem.location.region.start_line == 2
    assert problem.location.region.start_column == 4
    quiet = read(flow(channel("JMS")), text)
    assert quiet.resolve().problems == (problem,)


def test_a_marked_file_that_breaks_its_encoding_is_a_problem() -> None:
    for data in (b"\xff\xfea\0\0\xd8", b"\xff\xfea", b"\xef\xbb\xbf\xff"):
        for reader in (parse_properties, read_overlay):
            (problem,) = reader(data, HERE).problems
            assert "UTF" in problem.message
        assert len(read(flow(channel("JMS")), data).resolve().problems) == 1


PAIR = {"ParameterKey": "Subject DN", "ParameterValue": 'CN=a\\, "ä" 😀'}
OTHER = {"ParameterKey": "b", "ParameterValue": "c", "DataType": "xsd:string"}
SHAPES = [
    [PAIR, OTHER],
    {"d": {"results": [PAIR | {"__metadata": {"id": "x"}}, OTHER]}},
    {"value": [PAIR, OTHER]},
    {"artifactConfigurations": [{"configurations": [PAIR]}, {"configurations": [OTHER]}]},
    {"artifactId": "x", "nested": {"deep": [[{"x": PAIR}], OTHER]}},
    {
        "a": [
            {"ParameterValue": "c", "x": [1, None, {"y": "ParameterKey"}], "ParameterKey": "b"},
            PAIR,
        ]
    },
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_json_overlays(shape, ascii_only, encoding) -> None:
    text = json.dumps(shape, indent=1, ensure_ascii=ascii_only)
    expected = {"Subject DN": 'CN=a\\, "ä" 😀', "b": "c"}
    assert values(text.encode(encoding), read_overlay) == expected


def test_json_places_and_scalars() -> None:
    text = '[{"ParameterKey": "k",\n "ParameterValue": "a\\u00e4\\ud83d\\ude00\\nb"}]'
    entry = read_overlay(text.encode(), HERE).entries["k"]
    assert entry.value == "aä😀\nb"
    assert stored(text, entry.origin.locate()) == "a\\u00e4\\ud83d\\ude00\\nb"
    assert stored(text, entry.origin.locate(2, 3)) == "\\ud83d\\ude00"
    assert entry.origin.locate().region.start_line == 2
    text = (
        '[{"ParameterKey":"a","ParameterValue":true},{"ParameterKey":"b","ParameterValue":null},'
        '{"ParameterKey":"c","ParameterValue":12.50},{"ParameterKey":"d","ParameterValue":""},'
        '{"ParameterKey":"c","ParameterValue":"last"},{"ParameterKey":"e"},'
        '{"ParameterKey":"f","ParameterValue":["x"]}]'
    )
    assert values(text, read_overlay) == {"a": "true", "b": "", "c": "last", "d": ""}
    assert stored(text, read_overlay(text.encode(), HERE).entries["d"].origin.locate()) == '""'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "broken"),
        ('[{"ParameterKey": "a",}]', "broken"),
        ("[1, 2]", "holds no"),
        ("[" * 100_000, "broken|deep"),
        ("[" * 100_000 + "]" * 100_000, "deep"),
        ('{"a":' * 100_000, "broken|deep"),
        ('{"x": ' + "9" * 10_000 + "}", "holds no"),
    ],
)
def test_json_that_is_of_no_use_is_one_problem(text: str, words: str) -> None:
    (problem,) = read_overlay(text.encode(), HERE).problems
    assert any(word in problem.message for word in words.split("|"))


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.text() | st.none() | st.integers() | st.booleans(),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["ParameterKey", "ParameterValue", "x"]), inner, max_size=3
            )
        ),
        max_leaves=12,
    )
)
def test_json_parameters_are_the_objects_that_have_both(tree) -> None:
    expected: dict[str, str] = {}

    def collect(node) -> None:
        if isinstance(node, list):
            for child in node:
                collect(child)
        elif isinstance(node, dict):
            for child in node.values():
                collect(child)
            key, value = node.get("ParameterKey", []), node.get("ParameterValue", [])
            if not isinstance(key, (list, dict)) and not isinstance(value, (list, dict)):
                expected[scalar(key)] = scalar(value)

    def scalar(value) -> str:
        if isinstance(value, str):
            return value
        return "" if value is None else json.dumps(value)

    collect(tree)
    file = read_overlay((" [" + json.dumps(tree) + "]").encode(), HERE)
    assert {name: entry.value for name, entry in file.entries.items()} == expected


def test_overlays_win_over_the_bundle_and_the_last_over_all() -> None:
    table = rows(("{{S}}", "{{I}}"))
    text = flow(
        channel("HTTPS", prop("senderAuthType", "{{A}}"), prop("clientCertificates", table))
    )
    parsed = read(text, "A=RoleBased\nS=CN\\=default\nI=CN\\=ca")
    first = read_overlay(b"A=ClientCertificate\nS=CN=first", FileLocation("qa.properties"))
    second = read_overlay(
        b'[{"ParameterKey":"S","ParameterValue":"CN=second"}]', FileLocation("prod.json")
    )

    def outcome(*overlays):
        (found,) = parsed.resolve(overlays).channels
        subject = found.entries[0].subject
        return found.authorization.kind.value, subject.text, str(subject.definition.file)

    assert outcome() == ("user-role", "CN=default", "parameters.prop")
    assert outcome(first) == ("client-certificate", "CN=first", "qa.properties")
    assert outcome(first, second) == ("client-certificate", "CN=second", "prod.json")
    assert outcome(second, first) == ("client-certificate", "CN=first", "qa.properties")
    assert outcome() == ("user-role", "CN=default", "parameters.prop")


def test_a_flow_without_a_parameter_file_leaves_parameters_undefined() -> None:
    (found,) = read(flow(channel("HTTPS", prop("senderAuthType", "{{A}}")))).resolve().channels
    assert found.authorization.kind == "unresolved"
    assert [use.name for use in found.authorization.value.undefined] == ["A"]


@pytest.mark.parametrize(
    ("raw", "uses"),
    [
        ("{{a}}", ["a"]),
        ("{{a}}{{b}}", ["a", "b"]),
        ("{{ a }}", [" a "]),
        ("{{}}", [""]),
        ("{{{a}}}", ["{a"]),
        ("{{a", []),
        ("a}}", []),
        ("{a}", []),
        ("{{a}} {{", ["a"]),
        ("{{a\nb}}", ["a\nb"]),
    ],
)
def test_parameter_syntax(raw: str, uses: list[str]) -> None:
    text = flow(channel("HTTPS", prop("senderAuthType", raw)))
    value = read(text).resolve().channels[0].authorization.value
    assert [use.name for use in value.parameters] == uses
    for use in value.parameters:
        assert value.raw[use.start : use.end] == "{{" + use.name + "}}"


def test_hostile_values_do_not_explode() -> None:
    started = time.monotonic()
    big = "A=" + "x" * 1_000_000
    table = rows(*[("{{A}}{{A}}", "{{A}}")] * 500)
    setting = prop("senderAuthType", "ClientCertificate")
    parsed = read(flow(channel("HTTPS", setting, prop("clientCertificates", table))), big)
    *too_long, problem = parsed.resolve().problems
    assert "16,777,216 characters" in problem.message
    assert all("longer than 4,096 characters" in each.message for each in too_long)
    opening = prop("senderAuthType", "{{" * 500_000)
    assert read(flow(channel("HTTPS", opening))).resolve().problems == ()
    assert values("\\" * 1_000_001) == {"\\" * 500_000: ""}
    assert len(values("a\\\n" * 200_000)) == 1
    assert len(values("=\n" * 20_000)) == 1
    defaults = parse_properties(b"a=\\u1\n" * 200_000, FileLocation("parameters.prop"))
    assert len(defaults.problems) == PROBLEMS_OF_A_FILE.default + 1
    assert "And 19,950 more problems in this file" in defaults.problems[-2].message
    assert "more than 20,000 values" in defaults.problems[-1].message
    many = rows(*[("", "")] * 2001)
    (problem,) = (
        read(flow(channel("HTTPS", setting, prop("clientCertificates", many)))).resolve().problems
    )
    assert "2,000" in problem.message
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_merge_conflict_is_told_at_its_first_marker(end: str) -> None:
    lines = ["a=1\\", "<<<<<<< HEAD", "b=2", "=======", "b=3", ">>>>>>> other", ""]
    data = end.join(lines).encode()
    found = parse_properties(data, FileLocation("parameters.prop"))
    (problem,) = found.problems
    assert "merge conflict" in problem.message
    assert problem.location.region.start_line == 2
    assert found.entries["b"].value == "3"


@pytest.mark.parametrize("line", ["a=<<<<<<< x", "<<<<<<<<", "#", " <<<<<<< x", "<<<<<<<x=1"])
def test_what_only_looks_like_a_merge_conflict_is_none(line: str) -> None:
    found = parse_properties(f"{line}\n".encode(), FileLocation("parameters.prop"))
    assert found.problems == ()
