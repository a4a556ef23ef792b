"""The files below a folder that may matter, by name, without what is ignored and not tracked."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import IGNORE_TRIALS
from iflint.places.bounds import leads_elsewhere
from iflint.places.location import Location
from iflint.places.paths import openable
from iflint.places.problems import Problem, ProblemKind
from iflint.sources.artifacts import SkipKind, Skipped
from iflint.sources.ignoring import (
    GITIGNORE,
    SKIPPED_FOLDERS,
    VIRTUAL_ENVIRONMENT,
    folder_rules,
    repository_rules,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iflint.limits import Budget
    from iflint.sources.disk import Disk
    from iflint.sources.ignoring import Rules
    from iflint.sources.tracked import Tracked


class NotEntered(msgspec.Struct, frozen=True):
    """A place that was not entered, and what to say of it."""

    path: str
    artifact: Problem | Skipped


class _Folder(msgspec.Struct, frozen=True):
    """A folder to be read; in one that is ``ignored`` only what is tracked counts."""

    path: str
    rules: Rules | None
    repository: str | None
    ignored: bool = False


def walk(
    disk: Disk,
    top: str,
    repository: str | None,
    excluded: Rules | None,
    matters: Callable[[str], bool],
    budget: Budget,
) -> Iterator[str | NotEntered]:
    """Absolute paths of the files in and below the folder ``top`` whose names matter.

    What the ``repository`` that holds ``top`` ignores is left out, but for what it tracks; nothing
    brings back what is ``excluded``. Symbolic links to folders are not followed. Patterns with
    wildcards are tried as long as the ``budget`` has room.
    Folders come in the order of their names; a folder's files before its folders.
    """
    tracked, folds = functools.cache(_tracked), functools.cache(_folds)
    pending = [_first_folder(disk, top, repository)]

    def leaves_out(rules: Rules | None, path: str, is_folder: bool) -> bool:
        return rules is not None and rules.ignore(path, is_folder, budget)

    told = False
    while pending:
        place = pending.pop()
        folder, rules, repository = place.path, place.rules, place.repository
        try:
            with os.scandir(openable(folder)) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            yield NotEntered(folder, disk.problem(folder, error))
            continue
        contained = {entry.name for entry in entries}
        if VIRTUAL_ENVIRONMENT in contained and folder != top:
            continue
        if ".git" in contained:
            repository = folder
        if GITIGNORE in contained and not place.ignored:
            fold = repository is not None and folds(repository)
            rules = folder_rules(rules, disk, folder, top, folded=fold)
        below: list[_Folder] = []
        for entry in entries:
            path = f"{folder.rstrip('/')}/{entry.name}"
            if _is_folder(entry):
                if leaves_out(excluded, path, True) or entry.name in SKIPPED_FOLDERS:
                    continue
                ignored = place.ignored or leaves_out(rules, path, True)
                if ignored:
                    if repository is None:
                        continue
                    ignored = not tracked(repository).has(path)
                    if ignored and not tracked(repository).has_below(path):
                        continue
                if _is_link(entry):
                    detail = "a symbolic link to a folder; links are not followed"
                    link = Skipped(disk.location(path), SkipKind.SYMLINK, detail)
                    yield NotEntered(path, link)
                else:
                    below.append(_Folder(path, rules, repository, ignored))
            elif not leaves_out(excluded, path, False) and matters(path):
                ignored = place.ignored or leaves_out(rules, path, False)
                if not ignored or (repository is not None and tracked(repository).has(path)):
                    yield path
        pending.extend(reversed(below))
        if not told and budget.has_refused(IGNORE_TRIALS):
            told = True
            yield NotEntered(f"{folder}/{GITIGNORE}", _untried(disk, folder))


def _untried(disk: Disk, folder: str) -> Problem:
    return Problem(
        ProblemKind.ARTIFACT,
        Location(disk.location(folder)),
        "From this folder on, patterns with wildcards leave nothing out: there are too many of them"
        " in .gitignore or exclude for so many files",
        IGNORE_TRIALS.remedy,
        left_out=True,
    )


def _first_folder(disk: Disk, top: str, repository: str | None) -> _Folder:
    if repository is None:
        return _Folder(top, None, None)
    return _Folder(top, repository_rules(disk, repository, top), repository)


def _tracked(repository: str) -> Tracked:
    from iflint.sources.tracked import Tracked

    return Tracked(repository)


def _folds(repository: str) -> bool:
    from iflint.sources.git import ignores_case

    return ignores_case(repository)


def _is_link(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link; what else may be a junction, only Windows has to be asked."""
    is_symlink = entry.is_symlink()
    return is_symlink or (os.name == "nt" and leads_elsewhere(entry.stat(follow_symlinks=False)))


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
