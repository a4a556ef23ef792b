"""The one hook of iflint: how rules arrive, its own like anybody's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from iflint.rule.rule import Rule

GROUP = "iflint"
"""The entry point group in which a distribution names its module of rules."""

hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Hooks:
    """The hooks that a plugin may implement."""

    @hookspec
    def iflint_rules(self) -> Iterable[type[Rule]]:  # type: ignore[empty-body]
        """Give the rules of this plugin: subclasses of `iflint.rule.rule.Rule`."""
