"""What rules say of cases: one that raises is told of once, and the others go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.places.defects import tell
from iflint.places.location import FileLocation, Location
from iflint.rule.rule import FailureCase, RuleFailure, place_of

if TYPE_CHECKING:
    from iflint.report.findings import Finding
    from iflint.rule.rule import Case, Context, Rule

Handlers = Mapping[str, Sequence["Rule"]]
"""Rules by the kind of case that they are handed."""


def handlers_of(rules: Iterable[Rule]) -> Handlers:
    """The rules by the kind of case that they are handed."""
    handlers: dict[str, list[Rule]] = {}
    for rule in rules:
        for kind in rule.handed():
            handlers.setdefault(kind, []).append(rule)
    return handlers


class Rulings:
    """Asks rules of cases, and keeps which of them failed."""

    def __init__(self, handlers: Handlers, path: str) -> None:
        """A rule that fails on a case which stands nowhere is told of at ``path``."""
        self._handlers = handlers
        self._path = path
        self._failed: dict[str, RuleFailure] = {}

    @property
    def failed(self) -> frozenset[str]:
        """The codes of the rules that failed so far."""
        return frozenset(self._failed)

    def of(self, cases: Iterable[Case]) -> list[Finding]:
        """What the rules say of some cases."""
        handlers = self._handlers
        found: list[Finding] = []
        for case in cases:
            for rule in dict.fromkeys(r for kind in case.kinds for r in handlers.get(kind, ())):
                try:
                    found += (_as_severe(finding, rule) for finding in rule.check(case))
                except (Exception, SystemExit) as error:
                    self._note(rule, case, error)
        return found

    def _note(self, rule: Rule, case: Case, error: BaseException) -> None:
        where = place_of(case) or Location(FileLocation(self._path))
        tell(f"{where}: rule {rule.code}", error, ours=False)
        package, name = type(rule).__module__.partition(".")[0], type(error).__name__
        first = self._failed.get(rule.code)
        self._failed[rule.code] = (
            msgspec.structs.replace(first, times=first.times + 1)
            if first
            else RuleFailure(rule.code, rule.name, package, name, where)
        )

    def with_failures(self, cases: Iterable[Case], context: Context) -> list[Finding]:
        """What the rules say of cases beside those of a report, and which failed on these first."""
        before = set(self._failed)
        found = self.of(cases)
        return found + self._about(set(self._failed) - before, context)

    def about_failures(self, context: Context) -> list[Finding]:
        """What the rules say of those that failed so far."""
        return self._about(self._failed, context)

    def _about(self, codes: Iterable[str], context: Context) -> list[Finding]:
        return self.of([FailureCase(context, self._failed[code]) for code in sorted(codes)])


def _as_severe(finding: Finding, rule: Rule) -> Finding:
    """The finding with the severity that the settings give to its rule."""
    severity = rule.configured.severity
    if severity in (None, finding.severity):
        return finding
    return msgspec.structs.replace(finding, severity=severity)
