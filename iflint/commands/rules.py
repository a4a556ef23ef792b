"""`iflint rules`: the other name of `iflint explain`."""

from __future__ import annotations

from iflint.commands.explain import named

command = named("rules", "List the rules, or explain one.")
