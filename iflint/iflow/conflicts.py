"""What Git leaves in a text whose versions it could not merge."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from iflint.places.text_file import TextFile

_MARKER = re.compile(r"^(?:<{7}|>{7})(?: [^\r\n]*)?(?=[\r\n]|\Z)", re.MULTILINE)


def conflict_in(file: TextFile) -> Problem | None:
    """The problem of a text with the markers of a merge conflict in it, at the first of them."""
    marker = _MARKER.search(file.text)
    if marker is None:
        return None
    return Problem(
        ProblemKind.ARTIFACT,
        file.locate(*marker.span()),
        "The file holds a merge conflict that nobody has resolved",
        "Resolve the conflict: keep the lines that are right, and remove the markers",
    )
