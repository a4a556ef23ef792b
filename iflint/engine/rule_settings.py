"""What a run is told about rules: which are asked, how severe they are, and their options.

A table per rule goes over ``select`` and ``ignore``, which may name many: ``enabled = true`` turns
on what is off, ``enabled = false`` turns off what is on. A preview rule is off unless it is asked
for: by its whole code or name in ``select``, or by ``enabled = true``. A rule that is handed the
failures of rules goes with whatever is selected: else a rule that fails would look like one that
finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.options import UsageError
from iflint.report.findings import RuleConfiguration, RuleInfo, Severity, State, means
from iflint.rule.options import RuleSettings
from iflint.values import Kind, kind_of, no_rule, one_of, switch
from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown

if TYPE_CHECKING:
    from iflint.options import Options
    from iflint.rule.rule import Rule

SEVERITY, ENABLED = "severity", "enabled"


def known_settings(rule: type[Rule]) -> dict[str, Kind[Any]]:
    """What the table of a rule can hold, by name."""
    own = {option.name: option.kind for option in rule.options()}
    return {SEVERITY: one_of([str(each) for each in Severity]), ENABLED: switch(), **own}


def rules_in_force(options: Options) -> tuple[Rule, ...]:
    """The rules that a run asks, each with its settings, ordered by code.

    Raises UsageError, one line, for a rule that is not installed or a setting that it doesn't
    have, and `iflint.engine.plugins.PluginError`.
    """
    from iflint.engine.plugins import load_rules

    installed = load_rules()
    for label in (*options.select, *options.ignore):
        if not any(means(label, rule.code, rule.name) for rule in installed):
            raise UsageError(no_rule(label, _labels(installed)))
    tables = _tables(options.rules, installed)
    return tuple(
        _configured(rule, tables.get(rule.code, RuleSettings()), options)
        for rule in installed
        if is_asked(rule, options, tables.get(rule.code, RuleSettings()).enabled)
    )


def is_asked(rule: type[Rule] | RuleInfo, options: Options, enabled: bool | None) -> bool:
    """Whether a run asks this rule; ``enabled`` is what its own table says of that."""
    if enabled is not None:
        return enabled
    if any(means(label, rule.code, rule.name) for label in options.ignore):
        return False
    if rule.state is State.PREVIEW:
        return any(is_exactly(label, rule) for label in options.select)
    if options.select and not _tells_of_failures(rule):
        return any(means(label, rule.code, rule.name) for label in options.select)
    return rule.enabled


def is_exactly(label: str, rule: type[Rule] | RuleInfo) -> bool:
    """Whether ``label`` is the whole code or name of ``rule``."""
    return label.strip().lower() in (rule.code.lower(), rule.name.lower())


def _tells_of_failures(rule: type[Rule] | RuleInfo) -> bool:
    return "failure" in (rule.handed if isinstance(rule, RuleInfo) else rule.handed())


def without_states(
    tables: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """The tables of rules without what they say of being asked."""
    return {
        label: {name: value for name, value in table.items() if name != ENABLED}
        for label, table in tables.items()
    }


def described(rule: Rule) -> RuleInfo:
    """A rule in force as reports describe it, with what its settings change."""
    info, settings = rule.info(), rule.configured
    shipped = {option.name: option.default for option in rule.options()}
    changed = {name: value for name, value in settings.options.items() if value != shipped[name]}
    severity = settings.severity or info.severity
    if severity is info.severity and not changed:
        return info
    return msgspec.structs.replace(info, configured=RuleConfiguration(severity, changed))


def _configured(rule: type[Rule], settings: RuleSettings, options: Options) -> Rule:
    inherited = {
        option.name: getattr(options, option.name.replace("-", "_"))
        for option in rule.options()
        if option.inherits
    }
    one = rule()
    one.configured = msgspec.structs.replace(settings, options={**inherited, **settings.options})
    return one


def _tables(
    given: Mapping[str, Mapping[str, Any]], installed: Sequence[type[Rule]]
) -> dict[str, RuleSettings]:
    """The settings of rules by code. Raises UsageError with everything that is wrong in them."""
    if not isinstance(given, Mapping):
        raise UsageError(f"rules takes a table for each rule, not {kind_of(given)}")
    found: dict[str, RuleSettings] = {}
    wrong: list[str] = []
    for label, table in given.items():
        rule = next((each for each in installed if is_exactly(str(label), each)), None)
        if rule is None:
            wrong.append(no_rule(str(label), _labels(installed)))
        elif rule.code in found:
            wrong.append(f"{rule.code} and {rule.name} are the same rule")
        elif not isinstance(table, Mapping):
            wrong.append(f"{rule.name} takes a table, not {kind_of(table)}")
        else:
            found[rule.code] = _settings(rule, table, wrong)
    if wrong:
        raise UsageError(f"rules: {'; '.join(wrong)}")
    return found


def _labels(rules: Sequence[type[Rule]]) -> list[str]:
    return [label for each in rules for label in (each.code, each.name)]


def _settings(rule: type[Rule], table: Mapping[str, Any], wrong: list[str]) -> RuleSettings:
    known = known_settings(rule)
    values: dict[str, Any] = {}
    for name, given in table.items():
        kind = known.get(name)
        if kind is None:
            hint = did_you_mean(str(name).replace("_", "-"), known)
            wrong.append(f"{rule.name} has no setting {shown(str(name))}{hint}")
            continue
        read, faults = kind.read(given)
        wrong += [f"{rule.name}: {name} {fault}" for _, fault in faults]
        if not faults:
            values[name] = tuple(read) if kind.many else read[0]
    severity, enabled = values.pop(SEVERITY, None), values.pop(ENABLED, None)
    return RuleSettings(severity and Severity(severity), enabled, values)
