"""Trees of every notation: what they hold, and that each character is found in the file again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from caller_files import base64_of
from iflint.callers.trees.hcl_tree import read_hcl
from iflint.callers.trees.json_tree import read_json
from iflint.callers.trees.nodes import (
    MAX_DEPTH,
    Base64Text,
    Budget,
    Layer,
    Mapping,
    Node,
    Sequence,
    Text,
)
from iflint.callers.trees.xml_tree import read_xml
from iflint.callers.trees.yaml_tree import read_yaml
from iflint.places.location import FileLocation
from iflint.places.text_file import TextFile


def layer_of(text: str) -> Layer:
    return Layer(TextFile(FileLocation("x"), text))


def plain(node: Node | None) -> object:
    """The tree as plain values."""
    if isinstance(node, Mapping):
        return {name.value: plain(value) for name, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    return None if node is None else node.value


def texts(node: Node | None) -> Iterator[Text]:
    if isinstance(node, Mapping):
        for name, value in node.entries:
            yield name
            yield from texts(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from texts(item)
    elif node is not None:
        yield node


def as_texts(value: object) -> object:
    """A value of JSON with all scalars as texts, as a tree has it."""
    if isinstance(value, dict):
        return {name: as_texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_texts(each) for each in value]
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)


SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=12)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=12,
)


@given(VALUES, st.sampled_from([None, 0, 2]), st.booleans())
def test_json_is_read_as_python_reads_it(value, indent, ascii_only) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    node, end = read_json(layer_of(text), 0, Budget())
    assert plain(node) == as_texts(value)
    assert end == len(text)
    for found in texts(node):
        written = text[slice(*found.whole)]
        decoded = json.loads(written)
        assert found.value == as_texts(decoded)
        inside = found.inside
        for at, letter in enumerate(found.value):
            start, stop = inside.span(at, at + 1)
            assert json.loads(f'"{text[start:stop]}"') == letter


@settings(max_examples=200)
@given(VALUES, st.data())
def test_json_cut_anywhere_gives_what_comes_before(value, data) -> None:
    text = json.dumps({"a": "first", "b": value}, indent=1)
    cut = data.draw(st.integers(text.index("first") + 6, len(text)))
    node, end = read_json(layer_of(text[:cut]), 0, Budget())
    assert isinstance(node, Mapping)
    assert node.value("a") == "first"
    assert end == cut


@given(
    st.dictionaries(st.text(max_size=6), st.text(max_size=40), max_size=4),
    st.sampled_from([None, '"', "'", "|", ">"]),
    st.booleans(),
)
def test_yaml_is_read_as_pyyaml_reads_it(value, style, wide) -> None:
    text = yaml.safe_dump(
        {"values": value}, default_style=style, allow_unicode=True, width=1000 if wide else 10
    )
    (node,) = read_yaml(layer_of(text), Budget())
    assert plain(node) == yaml.load(text, Loader=yaml.BaseLoader)
    for found in texts(node):
        inside = found.inside
        assert inside.span(0, len(found.value))[1] <= len(text)
        if inside.exact:
            for at, letter in enumerate(found.value):
                start, stop = inside.span(at, at + 1)
                written = text[start:stop]
                assert written == letter or written.strip() == "" or written[0] in "\\'", written


@pytest.mark.parametrize(
    "scalar",
    [
        "|\n    one\n      two  \n\n    three\n",
        "|-\n    one\n    three",
        "|+\n    one\n\n\n",
        ">\n    one\n    two\n\n    three\n      more\n    last\n",
        "|2\n     one\n    two\n",
        '"one \\"two\\" \\u00fc\\x41\\n\n      three \\\n      four"',
        "'it''s\n      folded'",
        "plain\n      folded  words",
        "&anchor plain",
        "!tag 'quoted'",
        "&anchor !!str |\n    one\n",
    ],
    ids=range(11),
)
def test_each_style_is_exact(scalar) -> None:
    for text in (f"a:\n  b: {scalar}\n", f"ü:\r\n  b: {scalar}\r\n".replace("\n", "\r\n")):
        (node,) = read_yaml(layer_of(text), Budget())
        *_, found = texts(node)
        assert found.inside.exact
        joined = "".join(
            text[slice(*found.inside.span(at, at + 1))]
            for at, letter in enumerate(found.value)
            if not letter.isspace()
        )
        letters = "".join(found.value.split())
        assert (
            joined.replace("\\u00fc", "ü")
            .replace("\\x41", "A")
            .replace('\\"', '"')
            .replace("''", "'")
            == letters
        )


def test_yaml_of_several_documents_and_shared_nodes() -> None:
    text = "a: &x {b: [1, null]}\nc: *x\nd: *unknown\n---\n- e\n...\n"
    one, two = read_yaml(layer_of(text), Budget())
    assert plain(one) == {"a": {"b": ["1", "null"]}, "c": {"b": ["1", "null"]}}
    assert isinstance(one, Mapping)
    assert one.fields["a"] is one.fields["c"]
    assert plain(two) == ["e"]


def test_terraform() -> None:
    text = """\
# comment
locals { a = "x \\"y\\" $${z} ${file("b")} é\\u00fc", b = [1, two.three["x"].four, null,] }
resource "type" "label" {
  "quoted" = { k = "v", "l" : 'x, (m) = 1 }
  heredoc = <<-EOT
    one
      two
    EOT
  call = jsonencode({ x = upper("no"), y = true ? "a" : "b" })
  inner { deep = merge({ a = 1 }, { b = 2 }) }
}
"""
    node = read_hcl(layer_of(text), Budget())
    found = plain(node)
    assert found == {
        "locals": {"a": 'x "y" ${z} ${file("b")} éü', "b": ["1", 'two.three["x"].four', ""]},
        "resource": {
            "quoted": {"k": "v"},
            "heredoc": "    one\n      two",
            "call": {"x": 'upper("no")', "y": 'true ? "a" : "b"'},
            "inner": {"deep": {"a": "1", "b": "2"}},
        },
    }
    for each in texts(node):
        assert text[each.start : each.end] == each.written


def test_xml() -> None:
    text = (
        "<?xml version='1.0'?><!-- é --><a x='1'>é<b>1&amp;2</b>\n"
        "<p:c><![CDATA[<ü>]]>&#65;</p:c><d/></a>"
    )
    node = read_xml(layer_of(text), Budget())
    assert plain(node) == {"b": "1&2", "c": "<ü>A", "d": ""}
    joined = [
        [text[slice(*found.inside.span(at, at + 1))] for at in range(len(found.value))]
        for found in texts(node)
        if found.value not in "bcd"
    ]
    assert joined == [["1", "&amp;", "2"], ["<", "ü", ">", "&#65;"]]


def test_the_text_of_an_element_in_pieces() -> None:
    text = "<a>one\r\ntwo\nthree&lt;\nfour</a>"
    node = read_xml(layer_of(text), Budget())
    assert isinstance(node, Text)
    assert node.value == "one\ntwo\nthree<\nfour"
    inside = node.inside
    written = [text[slice(*inside.span(at, at + 1))] for at in range(len(node.value))]
    assert "".join(written) == text[3:-4]
    assert len(node.pieces) == 5


def test_base64() -> None:
    outer, _ = read_json(layer_of(json.dumps({"a": base64_of('{"b": "ü"}')})), 0, Budget())
    assert isinstance(outer, Mapping)
    text = outer.text("a")
    assert text is not None
    decoded = Base64Text(text)
    assert decoded.value == '{"b": "ü"}'
    assert not decoded.inside.exact
    assert decoded.inside.span(2, 3) == (text.start, text.end)
    for bad in ("%", "ü", "YQ=YQ", base64_of(b"\xff\xfe"), "Y", ""):
        broken, _ = read_json(layer_of(json.dumps([bad])), 0, Budget())
        assert isinstance(broken, Sequence)
        assert isinstance(broken.items[0], Text)
        assert Base64Text(broken.items[0]).value == ""


READERS = {
    "json": lambda layer, budget: [read_json(layer, 0, budget)[0]],
    "yaml": read_yaml,
    "hcl": lambda layer, budget: [read_hcl(layer, budget)],
    "xml": lambda layer, budget: [read_xml(layer, budget)],
}
HOSTILE = {
    "brackets": "[" * 300_000,
    "braces": '{"a":' * 100_000,
    "brackets and braces": '[{"a":' * 100_000,
    "closed": "]" * 300_000,
    "numbers": "[" + "1," * 300_000,
    "quotes": '"' * 300_001,
    "escaped quotes": '"' + '\\"' * 300_000,
    "backslashes": '"' + "\\" * 300_001,
    "blanks": " " * 1_000_000,
    "lines": "\n" * 1_000_000,
    "keys": "a: {b: " * 50_000,
    "dashes": "- " * 100_000,
    "indented": "".join(f"{' ' * depth}a:\n" for depth in range(1000)),
    "anchors": "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(5000)),
    "itself": "&a [*a, *a, {b: *a}]",
    "tags": "!!python/object/apply:os.system ['true']\n" * 1000,
    "blocks": "a {" * 100_000,
    "heredocs": "a = <<A\n" * 50_000,
    "templates": 'a = "' + "${" * 100_000,
    "comments": "/* " * 300_000,
    "calls": "a = f(" * 50_000,
    "calls of calls": "a = " + "f(" * 50_000,
    "elements": "<a>" * 100_000,
    "attributes": "<a " + "".join(f"a{n}='' " for n in range(50_000)) + "/>",
    "text": "<a>" + "&amp;" * 200_000 + "</a>",
    "siblings": "<a>" + "<b/>" * 300_000 + "</a>",
    "nul": "\0" * 1000,
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_end_quickly(reader, text) -> None:
    started = time.process_time()
    budget = Budget(50_000)
    for node in READERS[reader](layer_of(text), budget):
        assert "*" in text or depth(node) <= MAX_DEPTH + 1
    assert time.process_time() - started < 5


def depth(root: Node | None) -> int:
    deepest, pending, seen = 0, [(root, 1)], set()
    while pending:
        node, level = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        deepest = max(deepest, level)
        if isinstance(node, Mapping):
            pending += [(value, level + 1) for _, value in node.entries]
        elif isinstance(node, Sequence):
            pending += [(item, level + 1) for item in node.items]
    return deepest
