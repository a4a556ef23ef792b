"""The headers of a bundle's META-INF/MANIFEST.MF.

The format is Java's (JAR File Specification): ``Name: value`` lines of at most 72 bytes, folded
by a line end and one space, which may cut a UTF-8 sequence. Only the main section counts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import HEADER_LENGTH
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from iflint.places.location import FileLocation

_LINE_END = rb"\r\n|\r|\n"
_UNFOLDED = 60
"""Bytes of a line that are looked for in the file, where longer ones are folded: ours, below 72."""


class Manifest(msgspec.Struct, frozen=True):
    """What the main section says of the artifact; each is empty where it says nothing.

    ``symbolic_name`` is without its directives (``ID; singleton:=true``).
    """

    symbolic_name: str = ""
    name: str = ""
    version: str = ""
    problems: tuple[Problem, ...] = ()


_SYMBOLIC_NAME, _NAME, _VERSION = b"bundle-symbolicname", b"bundle-name", b"bundle-version"


def parse_manifest(data: bytes, location: FileLocation) -> Manifest:
    """The main section of a manifest; never raises.

    A line that is no header is left out; the first such line gives the one problem.
    """
    headers = dict.fromkeys((_SYMBOLIC_NAME, _NAME, _VERSION), "")
    begun = False
    broken: bytes | None = None
    lines = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for line in lines.replace(b"\n ", b"").split(b"\n"):
        if not line:
            if begun:
                break
            continue
        name, separator, value = line.partition(b":")
        if separator:
            begun = True
            key = name.strip().lower()
            if key in headers:
                headers[key] = value.decode("utf-8", "replace").strip()[: HEADER_LENGTH.value]
        elif broken is None:
            broken = line
    problems = () if broken is None else (_not_a_header(data, broken, location),)
    symbolic_name, title, version = headers.values()
    return Manifest(symbolic_name.partition(";")[0].strip(), title, version, problems)


def _not_a_header(data: bytes, line: bytes, location: FileLocation) -> Problem:
    from iflint.places.text_file import TextFile

    file = TextFile(location, data.decode("iso-8859-1"), "iso-8859-1")
    start = data.find(re.split(_LINE_END, line)[0][:_UNFOLDED])
    end = re.compile(_LINE_END).search(data, max(start, 0))
    where = file.locate(start, end.start() if end else len(data)) if start >= 0 else None
    if where and not data.lstrip(b"\xef\xbb\xbf\r\n").lower().startswith(b"manifest-version:"):
        where = where.without_excerpt  # it may be anything, a secret too
    return Problem(
        ProblemKind.ARTIFACT,
        where or Location(location),
        "The manifest has a line that is not of the form 'Name: value'",
        "Export the integration flow again; the flow itself was still read",
    )
