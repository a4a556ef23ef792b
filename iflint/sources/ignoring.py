"""Which files of a folder are left out: ``.gitignore`` and the user's ``--exclude``."""

from __future__ import annotations

import os
from itertools import count
from typing import TYPE_CHECKING

from iflint.limits import IGNORE_FILE_BYTES, IGNORE_TRIALS
from iflint.places.problems import Unreadable
from iflint.sources.disk import slashes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.limits import Budget
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
    slashes, of the folder that the patterns are relative to. ``size`` is how many bytes of ignore
    files they and those above come from. Where they are ``folded``, letter case does not count.
    """

    def __init__(
        self,
        above: Rules | None,
        base: str,
        patterns: Sequence[Pattern],
        size: int = 0,
        *,
        folded: bool = False,
    ) -> None:
        from iflint.sources.gitignore import Lookup

        self.size = size
        self.folded = folded
        self._above = above
        self._depth = _with_slash(base).count("/")
        self._patterns = tuple(patterns)
        self._lookup = Lookup(zip(self._patterns, count(), strict=False), max)
        tried = [pattern for pattern, _ in self._lookup.tried]
        self._to_be_compiled = len(tried)
        self._of_names = sum(_weight(each.length) for each in tried if not each.anchored)
        self._of_paths = sum(_weight(each.length) for each in tried if each.anchored)

    def ignore(self, path: str, is_folder: bool, budget: Budget | None = None) -> bool:
        """Whether the file or folder at ``path``, in a folder that is read, is left out.

        The innermost file that has a matching pattern decides, in it the last such pattern
        (gitignore(5), "DESCRIPTION"). Patterns with wildcards count as long as the ``budget`` has
        room for a trial of each.
        """
        rules: Rules | None = self
        segments = path.split("/")
        while rules is not None:
            pattern = rules._last_match(segments, is_folder, budget)
            if pattern is not None:
                rules._decided(pattern)
                return not pattern.negated
            rules = rules._above
        return False

    def _last_match(
        self, path: Sequence[str], is_folder: bool, budget: Budget | None
    ) -> Pattern | None:
        if self.folded:
            path = _folded(path)
        last = max(self._lookup.fixed(path, is_folder, self._depth), default=-1)
        if self._lookup.tried and (budget is None or budget.spend(IGNORE_TRIALS, self._cost(path))):
            for pattern, number in reversed(self._lookup.tried):
                if number < last:
                    break
                if pattern.matches(path, is_folder, self._depth):
                    return pattern
        return self._patterns[last] if last >= 0 else None

    def _cost(self, path: Sequence[str]) -> int:
        """Trials of all patterns with wildcards: of long texts one counts for several."""
        of_paths = self._of_paths and self._of_paths * _weight(sum(map(len, path)))
        compiling, self._to_be_compiled = _COMPILING * self._to_be_compiled, 0
        return self._of_names * _weight(len(path[-1])) + of_paths + compiling

    def _decided(self, pattern: Pattern) -> None:
        """Take note that a pattern matched."""


def rules_from_file(
    above: Rules | None, disk: Disk, file: str, base: str, named: str, *, folded: bool
) -> Rules | None:
    """The rules of the ignore file ``file`` on top of those from ``above``.

    A file that can't be read has no rules, as for Git. ``named`` is the folder that the user
    named, as in `rules_from_patterns`.
    """
    if not os.path.lexists(file):
        return above
    size = above.size if above else 0
    try:
        data = disk.head(file, max(IGNORE_FILE_BYTES.value - size, 0))
    except Unreadable:
        return above
    from iflint.sources.gitignore import parse, parse_folded

    size += len(data)
    text = data.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    parsed = filter(None, map(parse_folded if folded else parse, text.split("\n")))
    kept = [pattern for pattern in parsed if not _covers(pattern, base, named, folded=folded)]
    return Rules(above, base, kept, size, folded=folded) if kept else above


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
    from iflint.sources.git import ignores_case

    root = root.rstrip("/")
    fold = ignores_case(root)
    rules = rules_from_file(None, disk, f"{root}/.git/info/exclude", root, folder, folded=fold)
    at = root
    for segment in folder[len(root) :].split("/"):
        at = f"{at}/{segment}" if segment else at
        if at == folder:
            break
        rules = folder_rules(rules, disk, at, folder, folded=fold)
    return rules


def folder_rules(
    above: Rules | None, disk: Disk, folder: str, named: str, *, folded: bool
) -> Rules | None:
    """The rules in ``folder``: those from ``above``, and its own if it has an ignore file."""
    return rules_from_file(above, disk, f"{folder}/{GITIGNORE}", folder, named, folded=folded)


def _folded(segments: Sequence[str]) -> list[str]:
    from iflint.sources.gitignore import folded

    return [*map(folded, segments)]


def _covers(pattern: Pattern, base: str, named: str, *, folded: bool = False) -> bool:
    """Whether the pattern matches the folder ``named``, one above it, or whatever is in it."""
    folder, start = _with_slash(named), _with_slash(base)
    if folder == start or not folder.startswith(start):
        return False
    segments = folder.removeprefix(start).split("/")[:-1]
    if folded:
        segments = _folded(segments)
    return pattern.matches([*segments, _NO_NAME], False) or any(
        pattern.matches(segments[:length], True) for length in range(1, len(segments) + 1)
    )


_COMPILING = 200
"""Trials that take as long as to compile a pattern. Ours: measured."""


def _weight(length: int) -> int:
    """Of two texts that are compared at worst character by character, what each counts for."""
    return 1 + length // 16


def _with_slash(folder: str) -> str:
    return folder.rstrip("/") + "/"


_NO_NAME = "\0"
