"""One pattern of an ignore file: gitignore(5), "PATTERN FORMAT", as Git itself applies it.

Written for this purpose: a pattern here matches an entry itself and never by way of the folder
that holds it, as the walk needs it; and most repositories have such a file, while importing a
library for it takes as long as checking a small flow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

import msgspec

Test = Callable[[str], object]
T = TypeVar("T")


class Pattern(msgspec.Struct, frozen=True):
    """A pattern that was parsed: one test a segment of the path, None for ``**``.

    ``anchored`` patterns are matched from the folder of their file on, others against the last
    segment. ``negated`` ones bring back what an earlier pattern ignores. ``names`` are the
    segments where none has a wildcard, ``length`` is how many characters it has.
    """

    segments: tuple[Test | None, ...]
    anchored: bool
    folders_only: bool
    negated: bool
    names: tuple[str, ...] | None
    length: int

    def matches(self, path: Sequence[str], is_folder: bool, start: int = 0) -> bool:
        """Whether it matches the file or folder with the segments ``path``.

        The folder of its file has the first ``start`` of these.
        """
        if self.folders_only and not is_folder:
            return False
        if self.anchored:
            return _matches(self.segments, path, start)
        test = self.segments[0]
        return test is not None and bool(test(path[-1]))


def folded(text: str) -> str:
    """A text in which letter case is not told, of ASCII alone, as for Git."""
    return text.translate(_FOLDED)


_FOLDED = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def parse_folded(line: str) -> Pattern | None:
    """The pattern in one line where letter case does not count; it matches what is `folded`."""
    return parse(folded(line).replace("[:upper:]", "[:lower:]"))


def parse(line: str) -> Pattern | None:
    """The pattern in one line of an ignore file; None where there is none.

    That is an empty line, a comment, or a text that can match nothing.
    """
    text = _without_trailing_spaces(line.removesuffix("\r"))
    if not text or text.startswith("#"):
        return None
    negated = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    text = text.removesuffix("/")
    anchored = "/" in text
    names = text.removeprefix("/").split("/")
    if not all(names):
        return None
    segments: list[Test | None] = []
    for name in names:
        if name == "**" and anchored:
            segments.append(None)
        elif (test := _test(name)) is not None:
            segments.append(test)
        else:
            return None
    if segments[-1] is None:
        segments.append(_anything)
    fixed = tuple(names) if _WILDCARD.isdisjoint(text) else None
    return Pattern(tuple(segments), anchored, folders_only, negated, fixed, len(text))


class Lookup(Generic[T]):
    """Many patterns, each with a value: those without wildcards are looked up, others are tried.

    ``tried`` are those with wildcards. Of the values of others that match the same, ``merge``
    makes one.
    """

    def __init__(self, patterns: Iterable[tuple[Pattern, T]], merge: Callable[[T, T], T]) -> None:
        self.tried: list[tuple[Pattern, T]] = []
        self._fixed: dict[tuple[bool, bool, tuple[str, ...]], T] = {}
        for pattern, value in patterns:
            if pattern.names is None:
                self.tried.append((pattern, value))
                continue
            key = pattern.anchored, pattern.folders_only, pattern.names
            self._fixed[key] = merge(self._fixed[key], value) if key in self._fixed else value

    def fixed(self, path: Sequence[str], is_folder: bool, start: int = 0) -> Iterator[T]:
        """The values of the patterns without wildcards that match (`Pattern.matches`)."""
        for folders_only in (False, True) if is_folder else (False,):
            for anchored, names in ((True, path[start:]), (False, path[-1:])):
                key = anchored, folders_only, tuple(names)
                if key in self._fixed:
                    yield self._fixed[key]


def _matches(segments: Sequence[Test | None], path: Sequence[str], start: int) -> bool:
    """Match segment by segment; after a failure only the last ``**`` takes in one more."""
    at, position = 0, start
    resume: tuple[int, int] | None = None
    while position < len(path):
        test = segments[at] if at < len(segments) else _nothing
        if test is None:
            at += 1
            resume = (at, position)
        elif test(path[position]):
            at += 1
            position += 1
        elif resume is not None:
            at, position = resume[0], resume[1] + 1
            resume = (at, position)
        else:
            return False
    return at == len(segments)


def _without_trailing_spaces(text: str) -> str:
    bare = text.rstrip(" ")
    escaped = (len(bare) - len(bare.rstrip("\\"))) % 2
    return text[: len(bare) + 1] if escaped else bare


def _test(glob: str) -> Test | None:
    """A test for one segment; None if the glob is not valid and so matches nothing."""
    if _WILDCARD.isdisjoint(glob):
        return glob.__eq__
    if glob.startswith("*") and _WILDCARD.isdisjoint(glob[1:]):
        suffix = glob[1:]
        return lambda name: name.endswith(suffix)
    expression = _expression(glob)
    if expression is None:
        return None
    return _Expression(expression)


class _Expression:
    """A test by a regular expression, which is compiled when first needed."""

    __slots__ = ("_compiled", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._compiled: re.Pattern[str] | None = None

    def __call__(self, name: str) -> object:
        if self._compiled is None:
            self._compiled = re.compile(self._text, re.DOTALL)
        return self._compiled.fullmatch(name)


def _expression(glob: str) -> str | None:
    """The glob as a regular expression that never goes back over what a star took in."""
    pieces = [""]
    at = 0
    while at < len(glob):
        character = glob[at]
        at += 1
        if character == "*":
            if pieces[-1] or len(pieces) == 1:
                pieces.append("")
        elif character == "?":
            pieces[-1] += "."
        elif character == "[":
            found = re.compile(_CLASS).match(glob, at)
            if found is None or (content := _class_content(found["content"])) is None:
                return None
            pieces[-1] += f"[{'^' if found['negated'] else ''}{content}]" if content else "(?!)"
            at = found.end()
        elif character == "\\":
            if at == len(glob):
                return None
            pieces[-1] += re.escape(glob[at])
            at += 1
        else:
            pieces[-1] += re.escape(character)
    first, *middle = pieces
    if not middle:
        return first
    *middle, last = middle
    return first + "".join(f"(?>.*?{piece})" for piece in middle) + f".*{last}"


_WILDCARD = frozenset("*?[\\")
_CLASS = r"(?s)(?P<negated>[!^]?)(?P<content>\]?(?:\[:[a-z]*:\]|\\.|[^\]\\])*)\]"
_CLASS_ITEM = r"(?s)\[:(?P<name>[a-z]*):\]|(?P<first>\\.|.)(?:-(?P<last>\\.|[^\]]))?"
_NAMED_CLASSES = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "blank": r" \t",
    "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9",
    "graph": "!-~",
    "lower": "a-z",
    "print": " -~",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


def _class_content(content: str) -> str | None:
    """What stands between a class's brackets, as a regular expression has it."""
    parts = []
    for item in re.finditer(_CLASS_ITEM, content):
        if (name := item["name"]) is not None:
            if name not in _NAMED_CLASSES:
                return None
            parts.append(_NAMED_CLASSES[name])
            continue
        first = item["first"][-1]
        parts.append(re.escape(first))
        if item["last"] and first <= (last := item["last"][-1]):
            parts.append(f"-{re.escape(last)}")
    return "".join(parts)


def _anything(_: str) -> bool:
    return True


def _nothing(_: str) -> bool:
    return False
