"""The places of keys and values in TOML, on hand-picked and on generated documents."""

import json
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.configuration.positions import Positions
from iflint.places.location import FileLocation
from iflint.places.text_file import TextFile


def positions_in(text, preamble=0):
    """The positions in a document, as its file gives them."""
    return Positions(TextFile(FileLocation("iflint.toml"), text, preamble=preamble))


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("a = 1", ("a",), (1, 1), (1, 5)),
        ("\n  a   =   'x'", ("a",), (2, 3), (2, 11)),
        ("# c = 1\r\nb = 2\r\nc = 3", ("c",), (3, 1), (3, 5)),
        ("[tool.iflint]\na = 1", ("tool", "iflint", "a"), (2, 1), (2, 5)),
        ("[tool.iflint]\na = 1", ("tool", "iflint"), (1, 7), (1, 7)),
        ("tool.iflint.a = 1", ("tool", "iflint", "a"), (1, 13), (1, 17)),
        ("[tool]\niflint = {a = 1, 'b c' = 2}", ("tool", "iflint", "b c"), (2, 18), (2, 26)),
        ("a = [\n  'x', # ]\n  'y',\n]", ("a", 1), (1, 1), (3, 3)),
        ("a = [[1, 2], [3]]", ("a", 1, 0), (1, 1), (1, 15)),
        ("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), (4, 1), (4, 5)),
        ("[[a]]\n[a.c]\nb = 1\n[[a]]\n[a.c]\nb = 2", ("a", 1, "c", "b"), (6, 1), (6, 5)),
        ('x = """a"b\\\\""""\nb = 2', ("b",), (2, 1), (2, 5)),
        ("x = '''a\n'b''''\nb = 2", ("b",), (3, 1), (3, 5)),
        ("x = 1979-05-27 07:32:00 # b = 1\nb = 2", ("b",), (2, 1), (2, 5)),
        ('"a\\u0062" = 1', ("ab",), (1, 1), (1, 13)),
        ("äö = 1", ("nothing", "here"), (1, 1), (1, 1)),
    ],
)
def test_places(text, path, key, value) -> None:
    positions = positions_in(text)
    assert positions.key(path) == key
    assert positions.value(path) == value


KEYS = st.text("ab-_1", min_size=1, max_size=4) | st.text("a\"'.#]= \tü", max_size=4).map(
    json.dumps
)
SCALARS = (
    st.integers(-99, 99).map(str)
    | st.text("a\"'\\#]},=[{\tü", max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False))
    | st.text('a"\\#]},=[{ü', max_size=6).map(lambda text: f"'{text}'")
    | st.text("a\\#]},=[{'\n", max_size=6).map(lambda text: f'"""{text.replace(chr(92), "")}"""')
    | st.sampled_from(["true", "1.5e3", "2026-11-24", "2026-11-24 08:30:00Z", "inf", '""', "''"])
)
BLANK = st.sampled_from(["", " ", "\n", " # no = [value\n", "\t"])


def arrays(values):
    items = st.lists(st.tuples(BLANK, values, BLANK).map("".join), max_size=3)
    return st.tuples(items, BLANK).map(lambda given: f"[{','.join(given[0])}{given[1]}]")


def inline_tables(values):
    pairs = st.dictionaries(KEYS, values.filter(lambda text: True), max_size=3)
    return pairs.map(lambda p: "{" + ", ".join(f"{k} = {v}" for k, v in p.items()) + "}")


VALUES = st.recursive(SCALARS, lambda inner: arrays(inner) | inline_tables(inner), max_leaves=8)
LINES = (
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}")
    | st.tuples(KEYS, KEYS, VALUES).map(lambda each: f"{each[0]} . {each[1]}={each[2]} # end")
    | st.lists(KEYS, min_size=1, max_size=2).map(lambda keys: f"[ {'.'.join(keys)} ]")
    | KEYS.map(lambda key: f"[[{key}]]")
    | BLANK
)


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    else:
        yield path, value


@given(st.lists(LINES, max_size=6).map("\n".join))
def test_every_value_stands_where_it_is_said_to(text) -> None:
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        positions_in(text)
        return
    positions = positions_in(text)
    lines = text.split("\n")
    for path, value in leaves(document):
        line, column = positions.value(path)
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        assert reads_as(rest, value), (path, rest)


def reads_as(text, value):
    """Whether some beginning of the text is this value."""
    for end in range(1, len(text) + 1):
        try:
            read = tomllib.loads(f"x = {text[:end]}")["x"]
        except tomllib.TOMLDecodeError:
            continue
        if read == value or (read != read and value != value):
            return True
    return False


@given(st.text("[]{}=,.'\"#\n a1\\"))
def test_no_text_is_too_broken(text) -> None:
    positions = positions_in(text)
    assert positions.key(("a",)) >= (1, 1)


def test_deep_nesting_needs_no_recursion() -> None:
    depth = 3000
    assert positions_in(f"a = {'[' * depth}{']' * depth}\nb = 1").key(("b",)) == (2, 1)


def test_a_place_counts_bytes_and_holds_its_line() -> None:
    text = "# ä\r\n[[a]]\r\nb = 'é' # c\r\n"
    place = positions_in(text, preamble=3).locate(("a", 0, "b")).region
    assert place is not None
    assert (place.start_line, place.start_column, place.end_line, place.end_column) == (3, 5, 3, 8)
    assert text.encode()[place.start_byte - 3 : place.end_byte - 3].decode() == "'é'"
    assert (place.excerpt, place.excerpt_column) == ("b = 'é' # c", 1)
