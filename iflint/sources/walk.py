"""The files below a folder that may matter, by name, without what is ignored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from iflint.places.problems import Problem
from iflint.sources.artifacts import SkipKind, Skipped
from iflint.sources.ignoring import (
    GITIGNORE,
    SKIPPED_FOLDERS,
    VIRTUAL_ENVIRONMENT,
    folder_rules,
)
from iflint.sources.names import Role, role_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.sources.disk import Disk
    from iflint.sources.ignoring import Rules


_OF_NO_INTEREST = (None, Role.NAMELESS)


class NotEntered(msgspec.Struct, frozen=True):
    """A place that was not entered, and what to say of it."""

    path: str
    artifact: Problem | Skipped


def walk(
    disk: Disk, top: str, rules: Rules | None, excluded: Rules | None
) -> Iterator[str | NotEntered]:
    """Absolute paths of the files in and below the folder ``top`` whose names have a role.

    ``rules`` are those in force above ``top``; nothing in an ignore file brings back what is
    ``excluded``. Symbolic links to folders are not followed.
    Folders come in the order of their names; a folder's files before its folders.
    """
    pending: list[tuple[str, Rules | None]] = [(top, rules)]
    while pending:
        folder, rules = pending.pop()
        try:
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield NotEntered(folder, disk.problem(folder, error))
            continue
        contained = {entry.name for entry in entries}
        if VIRTUAL_ENVIRONMENT in contained and folder != top:
            continue
        if GITIGNORE in contained:
            rules = folder_rules(rules, disk, folder, top)
        below: list[tuple[str, Rules | None]] = []
        for entry in entries:
            path = f"{folder.rstrip('/')}/{entry.name}"
            if _is_folder(entry):
                if entry.name in SKIPPED_FOLDERS or _ignored(path, True, excluded, rules):
                    continue
                if entry.is_symlink():
                    detail = "a symbolic link to a folder; links are not followed"
                    link = Skipped(disk.location(path), SkipKind.SYMLINK, detail)
                    yield NotEntered(path, link)
                else:
                    below.append((path, rules))
            elif role_of(path) not in _OF_NO_INTEREST and not _ignored(
                path, False, excluded, rules
            ):
                yield path
        pending.extend(reversed(below))


def _ignored(path: str, is_folder: bool, *rules: Rules | None) -> bool:
    return any(rule is not None and rule.ignore(path, is_folder) for rule in rules)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
