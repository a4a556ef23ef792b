"""Patterns of the configuration that name files, as .gitignore has them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable
from functools import cache
from itertools import takewhile
from typing import TYPE_CHECKING

from iflint.places.paths import is_below

if TYPE_CHECKING:
    from iflint.places.location import FileLocation


def begins_at(text: str, folder: str) -> str:
    """The absolute path at and below which everything lies that a pattern matches."""
    way = text.replace("\\", "/").rstrip("/")
    if "/" not in way:
        return folder
    fixed = "/".join(takewhile(_GLOB.isdisjoint, way.split("/")))
    if not is_below(way, folder):
        fixed = fixed.lstrip("/")
    return posixpath.normpath(posixpath.join(folder, fixed))


def looked_for(text: str, folder: str, paths: Iterable[str]) -> bool:
    """Whether all that a pattern of ``folder`` may match lies at or below one of the paths."""
    start = begins_at(text.removeprefix("!"), folder)
    return any(is_below(start, path) for path in paths)


_GLOB = frozenset("*?[!")


def path_test(text: str, directory: str, folder: str, root: str) -> Callable[[FileLocation], bool]:
    """Tells whether a file is what a pattern matches, or lies in it; archives count as folders.

    Paths are seen from ``folder``, locations from ``directory``, both absolute. A backslash in the
    pattern is a slash; below ``folder`` or ``root`` it may be absolute.
    """
    from iflint.sources.gitignore import parse

    way = text.replace("\\", "/").replace("!/", "/")
    end = "/" if way.endswith("/") else ""
    if is_below(way, folder) or is_below(way, root):
        way = f"./{posixpath.relpath(way, folder)}"
    if way.startswith(("./", "../")) or way == ".":
        way = posixpath.normpath(way)
        way = "**" if way == "." else f"/{way}{end}"
    pattern = parse(way)

    @cache
    def lies_there(file: FileLocation) -> bool:
        path = posixpath.normpath(posixpath.join(directory, file.path))
        inside = "/".join((posixpath.relpath(path, folder), *file.members))
        segments = [segment for segment in inside.split("/") if segment]
        return pattern is not None and any(
            pattern.matches(segments[:length], length < len(segments))
            for length in range(1, len(segments) + 1)
        )

    return lies_there
