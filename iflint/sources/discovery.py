"""Any path becomes artifacts: the way from what the user names to bundles and certificates."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from iflint.sources import names
from iflint.sources.artifacts import CertificateSource, Skipped
from iflint.sources.disk import Disk, enclosing_repository
from iflint.sources.grouping import Grouping, Wanted
from iflint.sources.ignoring import repository_rules, rules_from_patterns
from iflint.sources.limits import DEFAULT, Limits
from iflint.sources.names import Role
from iflint.sources.trees import DiskTree
from iflint.sources.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from iflint.problems import Problem
    from iflint.sources.artifacts import Artifact


def discover(
    paths: Sequence[str],
    *,
    directory: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits = DEFAULT,
    certificates: bool = True,
) -> Iterator[Artifact]:
    """Everything at and below ``paths``, one artifact after the other, in a fixed order.

    ``paths`` are relative to ``directory`` (the current one if None), and so are the
    gitignore-style patterns of ``exclude``; a path that is named is read whatever they say.
    Without ``certificates``, only the certificate files that are named are given back. Raises
    FileNotFoundError for a path that does not exist and ValueError for a pattern that is none,
    both before anything is read.
    """
    return _discover(paths, directory, exclude, limits, Wanted(certificates=certificates))


def certificate_files(
    paths: Sequence[str],
    *,
    directory: str | None = None,
    exclude: Sequence[str] = (),
    limits: Limits = DEFAULT,
) -> Iterator[CertificateSource | Skipped | Problem]:
    """The certificate files at and below ``paths``, also those in archives.

    A file that is named is one whatever its name, unless it is an archive; in folders and
    archives the extension decides. Arguments and errors as for `discover`.
    """
    return _discover(paths, directory, exclude, limits, Wanted(flows=False))  # type: ignore[return-value]


def owning_bundles(paths: Sequence[str], *, directory: str | None = None) -> dict[str, str | None]:
    """For each file the path to check when it changed, for example in a pre-commit hook.

    That is the folder of the bundle that the file belongs to; an archive or a ``.iflw`` that
    stands alone belongs to itself, the list of a package to its folder. None for every other
    file, so for certificates outside of bundles. Found are relative to ``directory`` like
    locations. The files need not exist any more.
    """
    disk = Disk(directory)
    return {path: _owner(disk, disk.absolute(path)) for path in paths}


def _owner(disk: Disk, path: str) -> str | None:
    role = names.role_of(path)
    folder = names.bundle_root(path)
    if folder is None:
        folder = _bundle_above(path)
    if folder is None and role in (Role.FLOW, Role.ARCHIVE, Role.CONTENT):
        folder = path
    if folder is None and role is Role.PACKAGE_LIST:
        folder = names.parent(path)
    return None if folder is None else disk.location(folder).path


def _bundle_above(path: str) -> str | None:
    """The nearest folder above ``path``, within its repository, that holds a bundle."""
    top = enclosing_repository(path)
    folder = names.parent(path)
    while folder:
        if os.path.isfile(names.join(folder, names.MANIFEST)) and os.path.isdir(
            names.join(folder, names.RESOURCES)
        ):
            return folder
        if folder == top or (top is None and folder != names.parent(path)):
            return None
        folder = names.parent(folder)
    return None


def _discover(
    paths: Sequence[str],
    directory: str | None,
    exclude: Sequence[str],
    limits: Limits,
    wanted: Wanted,
) -> Iterator[Artifact]:
    disk = Disk(directory)
    targets = sorted({disk.absolute(path) for path in paths})
    for path in targets:
        os.stat(path)
    rules_from_patterns(None, exclude, disk.directory, "")
    return _artifacts(disk, targets, exclude, limits, wanted)


def _artifacts(
    disk: Disk, targets: Sequence[str], exclude: Sequence[str], limits: Limits, wanted: Wanted
) -> Iterator[Artifact]:
    named = frozenset(targets)
    seen: set[str] = set()
    for target in targets:
        repository = enclosing_repository(target)
        found: list[str] = []
        if os.path.isdir(target):
            rules = repository_rules(repository, target) if repository else None
            rules = rules_from_patterns(rules, exclude, disk.directory, target)
            for item in walk(disk, target, rules):
                if isinstance(item, str):
                    found.append(item)
                elif item.path not in seen:
                    seen.add(item.path)
                    yield item.artifact
            top = repository or target
        else:
            found.append(target)
            top = repository or names.parent(target)
        fresh = sorted(path for path in found if path not in seen)
        seen.update(fresh)
        yield from Grouping(DiskTree(disk, top, fresh, named, limits), wanted, limits).artifacts()
