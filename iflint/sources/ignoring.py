"""Which files of a folder are left out: ``.gitignore`` and the user's ``--exclude``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pathspec import GitIgnoreSpec

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
"""Folders that are never entered, unless named: no export of anybody's stands in them."""

VIRTUAL_ENVIRONMENT = "pyvenv.cfg"
GITIGNORE = ".gitignore"


class Rules:
    """The patterns in force in one folder: its own before those from above.

    ``above`` are the rules of the folder over it; ``base`` is the absolute path, with forward
    slashes, that the patterns are relative to.
    """

    def __init__(self, above: Rules | None, base: str, spec: GitIgnoreSpec) -> None:
        self._above = above
        self._base = _with_slash(base)
        self._spec = spec

    def ignore(self, path: str) -> bool:
        """Whether the file or folder (then with ``/`` at its end) at ``path`` is left out.

        The innermost file that has a matching pattern decides, in it the last such pattern
        (gitignore(5)).
        """
        rules: Rules | None = self
        while rules is not None:
            verdict = rules._spec.check_file(path.removeprefix(rules._base)).include
            if verdict is not None:
                return verdict
            rules = rules._above
        return False


def rules_from_file(above: Rules | None, file: str, base: str, named: str) -> Rules | None:
    """The rules of the ignore file ``file`` on top of those from ``above``.

    Patterns that match the folder ``named`` say nothing about what is in it, because what the
    user names is always read. A file that can't be read has no rules, as for Git.
    """
    try:
        with open(file, "rb") as stream:
            text = stream.read().removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    except OSError:
        return above
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    return _rules(above, base, _valid(lines), named)


def rules_from_patterns(patterns: Sequence[str], base: str, named: str) -> Rules | None:
    """The rules of the user's own patterns for the folder ``named``.

    They are relative to ``base`` if ``named`` lies in it, else to ``named``. Raises ValueError
    for a pattern that is none.
    """
    inside = _with_slash(named).startswith(_with_slash(base))
    return _rules(None, base if inside else named, patterns, named) if patterns else None


def repository_rules(root: str, folder: str) -> Rules | None:
    """What the repository at ``root`` ignores in ``folder``, which lies in it or is it.

    ``folder``'s own ignore file is not among the rules yet.
    """
    root = root.rstrip("/")
    exclude = os.path.join(root, ".git", "info", "exclude")
    rules = rules_from_file(None, exclude, root, folder) if os.path.isfile(exclude) else None
    at = root
    for segment in folder[len(root) :].split("/"):
        at = f"{at}/{segment}" if segment else at
        if at == folder:
            break
        rules = folder_rules(rules, at, folder)
    return rules


def folder_rules(above: Rules | None, folder: str, named: str) -> Rules | None:
    """The rules in ``folder``: those from ``above``, and its own if it has an ignore file."""
    file = f"{folder}/{GITIGNORE}"
    return rules_from_file(above, file, folder, named) if os.path.isfile(file) else above


def _rules(above: Rules | None, base: str, lines: Iterable[str], named: str) -> Rules | None:
    from pathspec import GitIgnoreSpec

    patterns = list(GitIgnoreSpec.from_lines(lines).patterns)
    folder, start = _with_slash(named), _with_slash(base)
    if folder != start and folder.startswith(start):
        name = folder.removeprefix(start)
        patterns = [pattern for pattern in patterns if pattern.match_file(name) is None]
    return Rules(above, base, GitIgnoreSpec(patterns)) if patterns else above


def _valid(lines: Iterable[str]) -> Iterable[str]:
    from pathspec import GitIgnoreSpec

    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:
            continue
        yield line


def _with_slash(folder: str) -> str:
    return folder.rstrip("/") + "/"
