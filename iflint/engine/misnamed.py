"""Values that an environment's file gives to no parameter of its flow, but nearly to one.

Names compare exactly, so a flow runs with its default there, and nothing looks wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from iflint.report.report import MisnamedValue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.engine.flows import Flows

_MOST = 50
"""Names of each kind of a flow that are compared with each other. Ours: 30 ms at worst."""


def misnamed(flows: Flows, environment: str) -> Iterator[MisnamedValue]:
    """The names in a flow's own files that are a letter or two from one that they lack.

    Only of parameters on which sender channels rely; of a file that serves several flows and tells
    not which nothing is said, since its names may be those of any.
    """
    serving = Counter(file.location for own in flows.own for file in own)
    for number, iflow in flows.that_matter.items():
        own = [
            each.of(iflow.id)
            for each in flows.own[number]
            if each.artifacts or serving[each.location] == 1
        ]
        given = {name for each in own for name in (*each.entries, *each.undefined)}
        elsewhere = {name for file in flows.overlays for name in file.of(iflow.id).entries}
        lacking = [name for name in iflow.parameters if name not in given | elsewhere][:_MOST]
        if not own or not lacking:
            continue
        defaults = flows.kept[number].read.parameters.parsed()
        known = {*iflow.parameters, *(defaults.entries if defaults else ())}
        for name in sorted(given - known)[:_MOST]:
            meant = next((each for each in lacking if _is_near(name, each)), None)
            file = next((each.location for each in own if name in each.entries), None)
            if meant is not None and file is not None:
                yield MisnamedValue(file, name, meant, iflow.name, environment)


def _is_near(name: str, other: str) -> bool:
    from iflint.judging.name_index import folded, is_misspelt

    one, two = folded(name), folded(other)
    return one == two or is_misspelt(one, two)
