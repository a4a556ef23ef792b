"""The rules that come with iflint, one file a rule, found by looking into this folder."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from iflint.rule import hookimpl

if TYPE_CHECKING:
    from iflint.rule import Rule


@hookimpl
def iflint_rules() -> list[type[Rule]]:
    """Import every module of this package and give the rules defined in it."""
    from iflint.rule import Rule

    rules: list[type[Rule]] = []
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        rules.extend(
            member
            for member in vars(module).values()
            if isinstance(member, type)
            and issubclass(member, Rule)
            and member.__module__ == module.__name__
        )
    return rules
