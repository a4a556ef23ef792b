"""Which files of a folder are left out: ``.gitignore`` and the user's ``--exclude``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from iflint.limits import IGNORE_FILE_BYTES
from iflint.places.problems import Unreadable
from iflint.sources.disk import slashes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from iflint.sources.disk import Disk
    from iflint.sources.gitignore import Pattern

SKIPPED_FOLDERS = frozenset(
    {
        ".git",
        ".hg",
        ".svn",
        ".nox",
        ".tox",
        ".venv",
        "__pycache__",
        "node_modules",
        "venv",
    }
)
"""Folders that are never entered, unless named: nobody keeps exports in them."""

VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
GITIGNORE = ".gitignore"


class Rules:
    """The patterns in force in one folder: its own before those from above.

    ``above`` are the rules of the folder over it; ``base`` is the absolute path, with forward
    slashes, of the folder that the patterns are relative to.
    """

    def __init__(self, above: Rules | None, base: str, patterns: Sequence[Pattern]) -> None:
        self._above = above
        self._depth = _with_slash(base).count("/")
        self._last_first = tuple(reversed(patterns))

    def ignore(self, path: str, is_folder: bool) -> bool:
        """Whether the file or folder at ``path``, in a folder that is read, is left out.

        The innermost file that has a matching pattern decides, in it the last such pattern
        (gitignore(5), "DESCRIPTION").
        """
        rules: Rules | None = self
        segments = path.split("/")
        while rules is not None:
            for pattern in rules._last_first:
                if pattern.matches(segments, is_folder, rules._depth):
                    rules._decided(pattern)
                    return not pattern.negated
            rules = rules._above
        return False

    def _decided(self, pattern: Pattern) -> None:
        """Take note that a pattern matched."""


def rules_from_file(
    above: Rules | None, disk: Disk, file: str, base: str, named: str
) -> Rules | None:
    """The rules of the ignore file ``file`` on top of those from ``above``.

    A file that can't be read has no rules, as for Git. ``named`` is the folder that the user
    named, as in `rules_from_patterns`.
    """
    if not os.path.lexists(file):
        return above
    try:
        data = disk.head(file, IGNORE_FILE_BYTES.value)
    except Unreadable:
        return above
    from iflint.sources.gitignore import parse

    text = data.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    return _rules(above, base, filter(None, map(parse, text.split("\n"))), named)


class Excluded(Rules):
    """The user's own patterns; those that leave something out are taken from ``idle``."""

    def __init__(
        self, base: str, patterns: Sequence[Pattern], texts: Sequence[str], idle: set[str]
    ) -> None:
        super().__init__(None, base, patterns)
        self._texts = dict(zip(map(id, patterns), texts, strict=True))
        self._idle = idle

    def _decided(self, pattern: Pattern) -> None:
        self._idle.discard(self._texts[id(pattern)])


def rules_from_patterns(
    patterns: Sequence[str], base: str, named: str, idle: set[str] | None = None
) -> Rules | None:
    """The rules of the user's own patterns for the folder ``named``.

    Those that match something are taken from ``idle``; a backslash is a slash where paths have it.
    They are relative to ``base`` if ``named`` lies in it, else to ``named``. Patterns that
    cover ``named`` as a whole say nothing, because what the user names is always read. Raises
    ValueError for a text that is no pattern.
    """
    from iflint.sources.gitignore import parse

    parsed = []
    for text in patterns:
        pattern = parse(slashes(text))
        if pattern is None:
            raise ValueError(f"not a pattern that can match anything: {text!r}")
        parsed.append((pattern, text))
    base = base if _with_slash(named).startswith(_with_slash(base)) else named
    idle = set() if idle is None else idle
    idle.difference_update(text for each, text in parsed if _covers(each, base, named))
    kept = [(each, text) for each, text in parsed if not _covers(each, base, named)]
    if not kept:
        return None
    return Excluded(base, [each for each, _ in kept], [text for _, text in kept], idle)


def repository_rules(disk: Disk, root: str, folder: str) -> Rules | None:
    """What the repository at ``root`` ignores in ``folder``, which lies in it or is it.

    ``folder``'s own ignore file is not among the rules yet.
    """
    root = root.rstrip("/")
    rules = rules_from_file(None, disk, f"{root}/.git/info/exclude", root, folder)
    at = root
    for segment in folder[len(root) :].split("/"):
        at = f"{at}/{segment}" if segment else at
        if at == folder:
            break
        rules = folder_rules(rules, disk, at, folder)
    return rules


def folder_rules(above: Rules | None, disk: Disk, folder: str, named: str) -> Rules | None:
    """The rules in ``folder``: those from ``above``, and its own if it has an ignore file."""
    return rules_from_file(above, disk, f"{folder}/{GITIGNORE}", folder, named)


def _rules(above: Rules | None, base: str, patterns: Iterable[Pattern], named: str) -> Rules | None:
    kept = [pattern for pattern in patterns if not _covers(pattern, base, named)]
    return Rules(above, base, kept) if kept else above


def _covers(pattern: Pattern, base: str, named: str) -> bool:
    """Whether the pattern matches the folder ``named``, one above it, or whatever is in it."""
    folder, start = _with_slash(named), _with_slash(base)
    if folder == start or not folder.startswith(start):
        return False
    segments = folder.removeprefix(start).split("/")[:-1]
    return pattern.matches([*segments, _NO_NAME], False) or any(
        pattern.matches(segments[:length], True) for length in range(1, len(segments) + 1)
    )


def _with_slash(folder: str) -> str:
    return folder.rstrip("/") + "/"


_NO_NAME = "\0"
