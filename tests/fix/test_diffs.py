"""A diff makes of a file what its edits make, and costs little whatever stands in it."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from iflint.places.diffs import legible, unified
from iflint.places.edits import Edit, applied, clashing
from iflint.places.location import FileLocation

FILE = FileLocation("file")
TEXTS = st.text("ab\n\r", max_size=4)


@st.composite
def changed(draw):
    """The text of a file, and edits of it that do not meet."""
    before = draw(st.lists(st.sampled_from(["a\n", "b\n", "\n", "c"]), max_size=40).map("".join))
    places = st.integers(0, len(before))
    spans = draw(st.lists(st.tuples(places, places, TEXTS), max_size=6))
    edits = {Edit(FILE, min(span[:2]), max(span[:2]), span[2].encode()) for span in spans}
    return before.encode(), sorted(edits - clashing(edits))


def patched(before: bytes, diff: bytes) -> bytes:
    """What a patch makes of a file, line by line."""
    lines, at, after = re.findall(rb"[^\n]*\n|[^\n]+", before), 0, []
    told = re.findall(rb"[^\n\0]*[\n\0]", diff.replace(b"\n\\ No newline at end of file\n", b"\0"))
    for line in (each.replace(b"\0", b"") for each in told[2:]):
        if line.startswith(b"@@"):
            begin, length = re.match(rb"@@ -(\d+)(?:,(\d+))? ", line).groups()
            start = int(begin) - (length != b"0")
            after += lines[at:start]
            at = start
        elif line.startswith(b"+"):
            after.append(line[1:])
        else:
            assert lines[at] == line[1:]
            at += 1
            after += [line[1:]] * line.startswith(b" ")
    return b"".join((*after, *lines[at:]))


@given(changed())
def test_it_makes_what_the_edits_make(change) -> None:
    before, edits = change
    diff = unified("file", before, edits)
    assert patched(before, diff) == applied(before, edits)


def test_a_row_that_is_added_changes_no_line_beside_it() -> None:
    before = b"".join(b"%d\n" % each for each in range(9))
    diff = unified("file", before, [Edit(FILE, 9, 9, b"\nnew")])
    assert diff.split(b"\n")[2:] == b"@@ -3,6 +3,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n".split(b"\n")


@given(changed(), st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]))
def test_a_wide_encoding_reads_like_any_other(change, encoding) -> None:
    before, edits = change
    text = f"<x>é{before.decode()}"
    mark = len("".encode(encoding))
    width = 4 if encoding == "utf-32" else 2
    native = {"utf-16": "utf-16-le", "utf-32": "utf-32-le"}.get(encoding, encoding)
    wide = [
        Edit(
            FILE,
            *(mark + width * (at + 4) for at in (edit.start, edit.end)),
            edit.data.decode().encode(native),
            native,
        )
        for edit in edits
    ]
    data, moved = legible(text.encode(encoding), wide)
    after = applied(text.encode(encoding), wide).decode(encoding)
    assert data.decode() == text
    assert applied(data, moved).decode() == after


def test_a_file_that_repeats_itself_takes_no_longer() -> None:
    lines = b"".join(b"#%d\n" % (each % 150) for each in range(200_000))
    edits = [Edit(FILE, at, at + 1, b"!") for at in (0, len(lines) - 2)]
    assert len(unified("file", lines, edits)) < 200
