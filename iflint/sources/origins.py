"""What the package exports around a file say of it: its package, and what people call it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources import names
from iflint.sources.artifacts import Origin
from iflint.sources.packages import (
    FLOW_RESOURCE,
    PackageList,
    Resource,
    Undecodable,
    read_package_list,
)
from iflint.sources.zips import EXPORT_AGAIN, Exhausted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.places.location import FileLocation
    from iflint.sources.artifacts import SourceFile
    from iflint.sources.trees import Tree


NOWHERE = Origin()


class Origins:
    """The package exports of one tree; ``outer`` is the origin of the tree itself."""

    def __init__(self, tree: Tree, outer: Origin) -> None:
        self._tree = tree
        self._outer = outer
        self._lists: dict[str, PackageList | Problem | None] = {}

    def of(self, name: str) -> Origin:
        """What the nearest list of a package above ``name`` says of it, else the tree's own."""
        below = name
        while below and below != self._tree.top:
            folder = names.parent(below)
            package = self._package_list(folder)
            if isinstance(package, PackageList):
                resource = package.resources.get(names.basename(below)) if below == name else None
                return Origin(
                    package.package or self._outer.package,
                    resource.display_name or None if resource else None,
                )
            below = folder
        return Origin(self._outer.package) if name else self._outer

    def resource(self, name: str) -> Resource | None:
        """The resource whose content the file ``name`` is, if the list beside it says so."""
        package = self._package_list(names.parent(name))
        if isinstance(package, PackageList):
            return package.resources.get(names.basename(name))
        return None

    def problems(self, name: str, location: FileLocation) -> Iterator[Problem]:
        """What is wrong with the list ``name`` at ``location``.

        It can't be read, or the content of a flow in it is missing.
        """
        folder = names.parent(name)
        package = self._package_list(folder)
        if isinstance(package, Problem):
            yield package
        if not isinstance(package, PackageList):
            return
        for content, resource in package.resources.items():
            if resource.type == FLOW_RESOURCE and not self._has_content(folder, content):
                message = (
                    f"The package lists the integration flow “{resource.display_name}”, "
                    f"but its content ({content}) is missing."
                )
                yield Problem(ProblemKind.ARTIFACT, Location(location), message, EXPORT_AGAIN)

    def _has_content(self, folder: str, content: str) -> bool:
        if "/" in content or "\\" in content or "\0" in content:
            return False
        name = names.join(folder, content)
        return self._tree.get(name) is not None or self._tree.has_folder(name)

    def _package_list(self, folder: str) -> PackageList | Problem | None:
        """The list of the package in ``folder``, the problem with it, or None without one."""
        if folder not in self._lists:
            file = self._tree.get(names.join(folder, names.PACKAGE_LIST))
            self._lists[folder] = None if file is None else _read(file)
        return self._lists[folder]


def _read(file: SourceFile) -> PackageList | Problem:
    try:
        return read_package_list(file.read())
    except Exhausted:
        raise
    except Unreadable as error:
        return error.problem
    except Undecodable as error:
        message = f"The list of the package can't be read: {error}."
        return Problem(ProblemKind.ARTIFACT, Location(file.location), message, EXPORT_AGAIN)
