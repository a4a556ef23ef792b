"""Finds and loads every rule that is installed, iflint's own like anybody's."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pluggy

from iflint.rule.hooks import GROUP, Hooks

if TYPE_CHECKING:
    from iflint.rule.rule import Rule


class PluginError(Exception):
    """A plugin can't be loaded, or its rules contradict others; one line for people."""


def load_rules() -> tuple[type[Rule], ...]:
    """Load every rule that is installed, ordered by code.

    Raises `PluginError` for a plugin that fails to load, and for two rules with one code or name.
    """
    import iflint_rules

    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    manager.register(iflint_rules, name="builtin")
    if _others_installed():
        _load_entry_points(manager)
    rules = [rule for found in manager.hook.iflint_rules() for rule in found]
    return _checked(rules)


def _load_entry_points(manager: pluggy.PluginManager) -> None:
    from importlib.metadata import entry_points

    for entry_point in entry_points(group=GROUP):
        if entry_point.value == "iflint_rules":
            continue
        try:
            manager.register(entry_point.load(), name=f"{entry_point.name} ({entry_point.value})")
        except (Exception, SystemExit) as error:
            raise PluginError(
                f"the plugin {entry_point.name!r} ({entry_point.value}) can't be loaded: {error}"
            ) from error


def _others_installed() -> bool:
    """Whether another distribution names rules; a look at small files, not a 30 ms import."""
    marker = f"[{GROUP}]".encode()
    for folder in dict.fromkeys(sys.path):
        try:
            entries = list(os.scandir(folder or "."))
        except OSError:
            continue
        for entry in entries:
            name = entry.name.lower()
            if not name.endswith((".dist-info", ".egg-info")):
                continue
            if name.startswith("iflint-"):
                continue
            try:
                with open(os.path.join(entry.path, "entry_points.txt"), "rb") as file:
                    if marker in file.read():
                        return True
            except OSError:
                continue
    return False


def _checked(rules: list[type[Rule]]) -> tuple[type[Rule], ...]:
    seen: dict[str, type[Rule]] = {}
    for rule in rules:
        for label in (rule.code.upper(), rule.name.lower()):
            other = seen.setdefault(label, rule)
            if other is not rule:
                raise PluginError(
                    f"two rules are called {label}: {other.__module__} and {rule.__module__}"
                )
    return tuple(sorted(rules, key=lambda rule: rule.code))
