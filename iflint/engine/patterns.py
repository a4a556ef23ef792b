"""Patterns of the configuration: of files, as .gitignore has them, and of names."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import translate
from itertools import takewhile
from re import compile as compiled
from typing import TYPE_CHECKING

from iflint.engine.bits import any_of, bits_by
from iflint.limits import PATTERN_TRIALS, Budget, numbered
from iflint.options import UsageError
from iflint.places.paths import absolute, from_root, is_below

if TYPE_CHECKING:
    from iflint.places.location import FileLocation
    from iflint.sources.gitignore import Lookup


def begins_at(text: str, folder: str) -> str:
    """The absolute path at and below which everything lies that a pattern matches."""
    way = text.replace("\\", "/").rstrip("/")
    if "/" not in way:
        return folder
    fixed = "/".join(takewhile(_GLOB.isdisjoint, way.split("/")))
    if not is_below(way, folder):
        fixed = fixed.lstrip("/")
    return absolute(folder, fixed)


def looked_for(text: str, folder: str, paths: Iterable[str]) -> bool:
    """Whether all that a pattern of ``folder`` may match lies at or below one of the paths."""
    start = begins_at(text.removeprefix("!"), folder)
    return any(is_below(start, path) for path in paths)


_GLOB = frozenset("*?[!")


class Trials:
    """Counts how often something is held against a pattern with wildcards, which a run bounds."""

    def __init__(self, budget: Budget) -> None:
        """``budget`` is the run's."""
        self._budget = budget

    def take(self, pattern: str, text: str, depth: int = 1) -> None:
        """Count one trial, or as many as it may last. Raises UsageError beyond the limit.

        ``depth`` is how many folders deep the text is, where it is a path.
        """
        # At worst each character is compared with each of the pattern in a nanosecond, and each
        # folder with all below it, a tenth of a trial each.
        amount = 1 + len(pattern) * len(text) // 1000 + depth * depth // 10
        if not self._budget.spend(PATTERN_TRIALS, amount):
            raise UsageError(
                "the configuration has too many patterns with wildcards for what is checked"
                f" (limit {PATTERN_TRIALS.name}, {numbered(PATTERN_TRIALS.value)});"
                f" {PATTERN_TRIALS.option}"
            )


class Globs:
    """Which of many texts with ``*`` and ``?`` a text matches: the bits of those that do, as one.

    Each has bits of its own, ``globs``. The letter case counts.
    """

    def __init__(self, globs: Mapping[str, int], trials: Trials) -> None:
        self._fixed = {glob: bits for glob, bits in globs.items() if _GLOB.isdisjoint(glob)}
        self._tried = [
            (glob, compiled(translate(glob)).match, bits)
            for glob, bits in globs.items()
            if glob not in self._fixed
        ]
        self._trials = trials
        self._known: dict[str, int] = {}

    def matching(self, text: str) -> int:
        """The bits of all that match."""
        if text not in self._known:
            found = self._fixed.get(text, 0)
            for glob, match, bits in self._tried:
                self._trials.take(glob, text)
                if match(text):
                    found |= bits
            self._known[text] = found
        return self._known[text]


class Paths:
    """Which of many path patterns a file matches or lies in: bit n is that of pattern n.

    Each comes with the absolute folder that it is seen from; an empty one matches nothing.
    Locations are seen from the absolute ``directory``; archives count as folders. A backslash in a
    pattern is a slash; below its folder or ``root`` it may be absolute.
    """

    def __init__(
        self, patterns: Sequence[tuple[str, str]], directory: str, root: str, trials: Trials
    ) -> None:
        from iflint.sources.gitignore import Lookup, parse

        by_folder: dict[str, list[tuple[str, int]]] = {}
        for n, (text, folder) in enumerate(patterns):
            if text:
                by_folder.setdefault(folder, []).append((text, n))
        self._lookups = {}
        for folder, texts in by_folder.items():
            parsed = (
                (pattern, (text, bits))
                for text, bits in bits_by(texts).items()
                if (pattern := parse(_way(text, folder, root))) is not None
            )
            self._lookups[folder] = Lookup(parsed, lambda one, other: (one[0], one[1] | other[1]))
        self._directory = directory
        self._trials = trials
        self._known: dict[FileLocation, int] = {}

    def matching(self, file: FileLocation) -> int:
        """The bits of all that match."""
        if file not in self._known:
            path = absolute(self._directory, file.path)
            self._known[file] = any_of(
                self._found(lookup, "/".join((from_root(path, folder), *file.members)))
                for folder, lookup in self._lookups.items()
            )
        return self._known[file]

    def _found(self, lookup: Lookup[tuple[str, int]], path: str) -> int:
        segments = [segment for segment in path.split("/") if segment]
        places = [(segments[:end], end < len(segments)) for end in range(1, len(segments) + 1)]
        found = any_of(bits for place in places for _, bits in lookup.fixed(*place))
        for pattern, (text, bits) in lookup.tried:
            self._trials.take(text, path, len(places))
            if any(pattern.matches(*place) for place in places):
                found |= bits
        return found


def _way(text: str, folder: str, root: str) -> str:
    """The pattern as an ignore file in ``folder`` would have it."""
    way = text.replace("\\", "/").replace("!/", "/")
    end = "/" if way.endswith("/") else ""
    if is_below(way, folder) or is_below(way, root):
        way = f"./{posixpath.relpath(way, folder)}"
    if way.startswith(("./", "../")) or way == ".":
        way = posixpath.normpath(way)
        way = "**" if way == "." else f"/{way}{end}"
    return way
