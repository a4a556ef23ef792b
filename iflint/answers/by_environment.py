"""What is told of several environments: once, with those in which it is so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from typing import Protocol

    class Told(Protocol):
        """What has a field for the environments of which it is told."""

        @property
        def environments(self) -> tuple[str, ...]:
            """Their names; empty: all."""

    T = TypeVar("T", bound=Told)


def each_once(named: Iterable[tuple[str, T]], every: int) -> list[T]:
    """Each different one once, with the environments in which it is so, unless it is in all.

    ``named`` has each with the name of its environment; ``every`` is how many there are.
    """
    where: dict[T, list[str]] = {}
    for name, said in named:
        where.setdefault(said, []).append(name)
    return [
        said if len(found) == every else msgspec.structs.replace(said, environments=tuple(found))  # type: ignore[type-var]
        for said, found in where.items()
    ]
