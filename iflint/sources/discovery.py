"""Any path becomes artifacts: the way from what the user names to bundles and certificates."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from iflint.limits import Budget
from iflint.places.bounds import real
from iflint.places.paths import is_below
from iflint.sources import names
from iflint.sources.artifacts import CertificateSource, Skipped
from iflint.sources.disk import Disk, Reach, enclosing_repository
from iflint.sources.grouping import Grouping, all_opened
from iflint.sources.limits import Limits
from iflint.sources.names import Role
from iflint.sources.parcels import Wanted
from iflint.sources.trees import DiskTree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from iflint.places.problems import Problem
    from iflint.sources.artifacts import Artifact
    from iflint.sources.ignoring import Rules
    from iflint.sources.parcels import Parcel

_ON_THEIR_OWN = (
    Role.FLOW,
    Role.ARCHIVE,
    Role.PACKED,
    Role.CONTENT,
    Role.CERTIFICATE,
    Role.KEY,
)

_OF_FLOWS = (Role.FLOW, Role.ARCHIVE, Role.PACKED, Role.CONTENT)


def discover(
    paths: Sequence[str],
    *,
    directory: str | None = None,
    exclude: Sequence[str] = (),
    exclude_directory: str | None = None,
    root: str | None = None,
    limits: Limits | None = None,
    certificates: bool = True,
    texts: bool = False,
    idle: set[str] | None = None,
) -> Iterator[Artifact | Parcel]:
    """Everything at and below ``paths``, one artifact or parcel after the other, in a fixed order.

    ``paths`` are relative to ``directory`` (the current one if None), the gitignore-style
    patterns of ``exclude`` to ``exclude_directory`` (``directory`` if None); a path that is named
    is read whatever they say. Those that match something are taken from ``idle``. No link is
    followed that leads out of the paths and their repositories; ``root`` is the folder of the one
    where Git has none.
    Without ``certificates``, only the certificate files that are named are given back; with
    ``texts``, also all other files, as such in which private keys may lie. Raises
    FileNotFoundError for a path that does not exist and ValueError for a pattern that is none,
    both before anything is read.
    """
    wanted = Wanted(certificates=certificates, texts=texts)
    return _discover(
        paths, directory, exclude, exclude_directory, root, limits or Limits(), wanted, idle
    )


def certificate_files(
    paths: Sequence[str],
    *,
    directory: str | None = None,
    exclude: Sequence[str] = (),
    exclude_directory: str | None = None,
    root: str | None = None,
    limits: Limits | None = None,
    idle: set[str] | None = None,
) -> Iterator[CertificateSource | Skipped | Problem]:
    """The certificate files at and below ``paths``, also those in archives.

    A file that is named is one whatever its name, unless it is an archive; in folders and
    archives each is looked at, but in a repository as a whole those whose names say that they may
    be some. Arguments and errors as for `discover`, but that a folder which lies in no repository
    is the caller's own: its links are followed, as of ``/etc/ssl/certs``.
    """
    wanted = Wanted(flows=False, of_any_name=True)
    found = _discover(
        paths, directory, exclude, exclude_directory, root, limits or Limits(), wanted, idle
    )
    return all_opened(found)  # type: ignore[return-value]


def owning_bundles(paths: Sequence[str], *, directory: str | None = None) -> dict[str, str | None]:
    """For each file the path to check when it changed, for example in a pre-commit hook.

    That is the folder of the bundle that the file belongs to; an archive or a ``.iflw`` that
    stands alone belongs to itself, the list of a package to its folder. None for every other
    file, so for certificates outside of bundles. Found are relative to ``directory`` like
    locations. The files need not exist any more.
    """
    disk = Disk(directory)
    return {path: _owner(disk, disk.absolute(path)) for path in paths}


def repository_of_flows(paths: Sequence[str], *, directory: str | None = None) -> str | None:
    """The repository in which files and folders of single flows lie, if all paths are such."""
    disk = Disk(directory)
    found = {_repository_of_a_flow(disk.absolute(path)) for path in paths}
    return found.pop() if len(found) == 1 else None


def _repository_of_a_flow(path: str) -> str | None:
    if os.path.isdir(path):
        parts = (names.join(path, names.MANIFEST), names.join(path, names.RESOURCES))
        if not all(map(os.path.exists, parts)):
            return None
    repository = enclosing_repository(path)
    return None if repository == path else repository


def _owner(disk: Disk, path: str) -> str | None:
    owner = _folder_of(path)
    if owner is None and names.role_of(path) in _OF_FLOWS:
        owner = path
    return None if owner is None else disk.location(owner).path


def _folder_of(path: str) -> str | None:
    """The folder of the bundle, or of the unpacked package, that the file belongs to."""
    if (root := names.bundle_root(path)) is not None:
        return root
    role = names.role_of(path)
    if role is Role.PACKAGE_LIST:
        return names.parent(path)
    if role is Role.MANIFEST and _has_lone_flow(names.parent(names.parent(path))):
        return names.parent(names.parent(path))
    is_parameters = names.basename(path) == names.basename(names.PARAMETERS)
    if is_parameters and _has_lone_flow(names.parent(path)):
        return names.parent(path)
    return _bundle_above(path)


def _bundle_above(path: str) -> str | None:
    """The nearest folder above ``path``, within its repository, that holds a bundle."""
    top = enclosing_repository(path)
    folder = names.parent(path)
    while folder:
        manifest = names.join(folder, names.MANIFEST)
        resources = names.join(folder, names.RESOURCES)
        if os.path.isfile(manifest) and os.path.isdir(resources):
            return folder
        if folder == top:
            return None
        folder = names.parent(folder)
    return None


def _has_lone_flow(folder: str) -> bool:
    try:
        return any(names.role_of(name) is Role.FLOW for name in os.listdir(folder))
    except OSError:
        return False


def _discover(
    paths: Sequence[str],
    directory: str | None,
    exclude: Sequence[str],
    exclude_directory: str | None,
    root: str | None,
    limits: Limits,
    wanted: Wanted,
    idle: set[str] | None,
) -> Iterator[Artifact | Parcel]:
    disk = Disk(directory)
    for path in paths:
        _check_exists(path, disk.absolute(path))
    disk = Disk(directory, _reach([disk.absolute(path) for path in paths], root, wanted))
    base = disk.absolute(exclude_directory or ".")

    def excluded(folder: str) -> Rules | None:
        if not exclude:
            return None
        from iflint.sources.ignoring import rules_from_patterns

        return rules_from_patterns(exclude, base, folder, idle)

    excluded(base)
    return _artifacts(disk, {disk.absolute(path) for path in paths}, excluded, limits, wanted)


def _reach(targets: Sequence[str], root: str | None, wanted: Wanted) -> Reach | None:
    """Where links may lead; None for everywhere."""
    places, tops = set(), {}
    for target in targets:
        folder = _place_to_walk(target, wanted) or target
        top = _surroundings(folder)
        tops[top] = real(f"{top}/")
        place = real(folder)
        repository = enclosing_repository(place)
        if repository is None and root is not None and is_below(place, real(root)):
            repository = real(root)
        if repository is None and not wanted.flows:
            return None
        places |= {real(target), place, repository or place}
    return Reach(frozenset(places), tops)


def _check_exists(given: str, path: str) -> None:
    try:
        os.stat(path if given else given)
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), given) from error
    except OSError:
        return


def _artifacts(
    disk: Disk,
    targets: Collection[str],
    excluded_in: Callable[[str], Rules | None],
    limits: Limits,
    wanted: Wanted,
) -> Iterator[Artifact | Parcel]:
    named = frozenset(target for target in targets if _is_meant_itself(target, wanted))
    seen: set[str] = set()
    asked = wanted
    budget = Budget()
    for target in sorted(targets):
        place = _place_to_walk(target, wanted)
        around = _surroundings(place or target)
        found = [target]
        if place is not None:
            from iflint.sources.walk import walk

            found = []
            repository = enclosing_repository(place)
            wanted = asked.in_a_repository() if repository == place else asked
            matters = wanted.may_matter
            for item in walk(disk, place, repository, excluded_in(place), matters, budget):
                if isinstance(item, str):
                    found.append(item)
                elif item.path not in seen:
                    seen.add(item.path)
                    yield item.artifact
        fresh = sorted(path for path in found if path not in seen)
        seen.update(fresh)
        tree = DiskTree(disk, around, fresh, named, limits)
        yield from Grouping(tree, wanted, limits, disk=disk).artifacts()


def _is_meant_itself(target: str, wanted: Wanted) -> bool:
    """Whether ``target`` is read as the user's, not as a part of a bundle that it stands for."""
    return names.role_of(target) is not None or _place_to_walk(target, wanted) is None


def _place_to_walk(target: str, wanted: Wanted) -> str | None:
    """The folder that the user means by ``target``; None where it is a file of its own."""
    if os.path.isdir(target):
        return target
    if not wanted.flows or names.role_of(target) in _ON_THEIR_OWN:
        return None
    return _folder_of(target)


def _surroundings(path: str) -> str:
    """The highest folder that may say something of ``path``: its repository's, if it has one."""
    root = names.bundle_root(f"{path}/") or path
    return enclosing_repository(path) or names.parent(root)
