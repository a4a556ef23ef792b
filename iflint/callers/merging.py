"""What two readers found in one file, each thing once; and what was found in several files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol, TypeVar

from iflint.callers.model import Callers
from iflint.pki.files import FileContent

if TYPE_CHECKING:
    from iflint.places.location import Location, Region
    from iflint.places.problems import Problem


class _Placed(Protocol):
    @property
    def location(self) -> Location:
        """Where it stands."""
        ...


T = TypeVar("T", bound=_Placed)


def with_those_of(callers: Callers, content: FileContent) -> FileContent:
    """What a reader of certificate files found, together with what the trees of the file hold.

    A certificate, a key and a problem that meet in the file are one: that of the trees, whose
    places are the more exact.
    """
    regions: dict[bytes, list[Region | None]] = {}
    for found in callers.certificates:
        regions.setdefault(found.certificate.der, []).append(found.location.region)
    certificates = [
        found
        for found in content.certificates
        if not _meets(found.location, regions.get(found.certificate.der, ()))
    ]
    places = [key.location.region for key in callers.private_keys]
    keys = [key for key in content.keys if not _meets(key.location, places)]
    opened = [found.location.region for found in callers.certificates]
    opened += places
    problems = [
        each
        for each in content.problems
        if not (_is_told(each, callers.problems) or _is_opened(each.location.region, opened))
    ]
    return FileContent(
        certificates=_in_order((*callers.certificates, *certificates)),
        problems=_in_order((*callers.problems, *problems)),
        other=content.other,
        keys=_in_order((*callers.private_keys, *keys)),
    )


def all_of(found: Iterable[Callers]) -> Callers:
    """The callers of several files."""
    each = list(found)
    return Callers(
        service_keys=tuple(key for one in each for key in one.service_keys),
        mappings=tuple(mapping for one in each for mapping in one.mappings),
        instances=tuple(instance for one in each for instance in one.instances),
        keystore_entries=tuple(entry for one in each for entry in one.keystore_entries),
        certificates=tuple(certificate for one in each for certificate in one.certificates),
        private_keys=tuple(key for one in each for key in one.private_keys),
        problems=tuple(problem for one in each for problem in one.problems),
    )


def _in_order(found: Iterable[T]) -> tuple[T, ...]:
    """What was found in a file, in the file's order; what is said of it as a whole comes first."""

    def start(each: T) -> int:
        region = each.location.region
        return -1 if region is None else region.start_byte

    return tuple(sorted(found, key=start))


def _is_told(problem: Problem, told: Iterable[Problem]) -> bool:
    """Whether a problem is told already: the same, or another one of the same place."""
    return any(
        problem == each
        or (each.location.region is not None and _meets(problem.location, (each.location.region,)))
        for each in told
        if problem == each or problem.location.region is not None
    )


def _is_opened(region: Region | None, opened: Iterable[Region | None]) -> bool:
    """Whether what could not be read is a text in which the trees found what they know to read."""
    return region is not None and any(
        inner is not None
        and region.start_byte <= inner.start_byte
        and inner.end_byte <= region.end_byte
        and inner != region
        for inner in opened
    )


def _meets(location: Location, regions: Iterable[Region | None]) -> bool:
    """Whether a place has bytes in common with one of others; None is the file as a whole."""
    region = location.region
    return any(
        region is None
        or other is None
        or (region.start_byte < other.end_byte and other.start_byte < region.end_byte)
        for other in regions
    )
