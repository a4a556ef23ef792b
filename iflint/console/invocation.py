"""From what the user gave to one run: arguments over configuration, every mistake at once."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import msgspec

from iflint.configuration.settings import (
    COMMAND_LINE_SETTINGS,
    Destination,
    Settings,
    read_setting,
)
from iflint.console.interface import Failure, WrongUsage, complain
from iflint.options import Environment, Options, UsageError
from iflint.places.defects import tell
from iflint.report.findings import RuleInfo
from iflint.values import AUTO, STANDARD_OUTPUT, RuleNames, Scope
from iflint.words.nearest import did_you_mean
from iflint.words.visible import shown

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from iflint.configuration.file import Configuration
    from iflint.engine.baseline import BaselineFile
    from iflint.report.report import Report
    from iflint.rule.rule import Rule


P = ParamSpec("P")
T = TypeVar("T")


class Request(msgspec.Struct, frozen=True):
    """What was typed for a command, before anything of it is looked at.

    ``given`` holds settings by name, as texts (or True for a switch). ``answer`` is the format of
    a command that has formats of its own, and the file; ``mistakes`` are in what was typed so far.
    ``trusting``: a configuration that is found counts as one that was named.
    """

    given: Mapping[str, Any] = {}
    answer: Destination = Destination("")
    config: str | None = None
    isolated: bool = False
    trusting: bool = False
    mistakes: tuple[str, ...] = ()


class Invocation(msgspec.Struct, frozen=True):
    """A run that can start: its settings, merged from the arguments and the file.

    ``given`` are those that stand in either, by name; ``configuration`` is that file.
    The files of the baselines that are read and written are one if their paths lead to one.
    """

    paths: tuple[str, ...]
    settings: Settings
    destinations: tuple[Destination, ...]
    given: Mapping[str, Any]
    answer: Destination = Destination("")
    configuration: Configuration | None = None
    baseline_file: BaselineFile | None = None
    written_baseline: BaselineFile | None = None

    def but(self, **settings: Any) -> Invocation:
        """The same run with other settings."""
        return msgspec.structs.replace(
            self, settings=msgspec.structs.replace(self.settings, **settings)
        )


def prepare(
    asked: Request,
    paths: tuple[str, ...] = (),
    *,
    configured_from: tuple[str, ...] | None = None,
    every_environment: bool = False,
    mistakes: Iterable[str] = (),
) -> Invocation:
    """Check everything that was given; raises `WrongUsage` with every mistake in it.

    The configuration counts that is found from ``configured_from``, else from the paths.
    ``every_environment``: where none is asked for, each configured one is meant. ``mistakes`` are
    those that the command has found itself.
    """
    wrong = [*asked.mistakes, *mistakes, *absent(*(("", path) for path in paths))]
    given = _read_given(asked.given, wrong)
    configuration = _configuration(asked, configured_from or paths or (".",), wrong)
    configured = dict(configuration.values) if configuration else {}
    if "format" in given:
        configured.pop("output", None)
    if "select" in given or "ignore" in given:
        configured = _over_rules(configured, given)
    told = {**configured, **given}
    settings = Settings(**{name.replace("-", "_"): value for name, value in told.items()})
    named = {*asked.given, *(configuration.named if configuration else ())}
    every = settings.environments
    meant = _environments(settings, wrong, every=every_environment)
    settings = msgspec.structs.replace(
        settings,
        environments=meant,
        other_environments=tuple(each for each in every if each not in meant),
    )
    if settings.platform == "custom" and "roots" not in named:
        wrong.append("platform custom needs its list of roots: --roots PATH")
    if settings.prune_baseline and "baseline" not in named:
        wrong.append("--prune-baseline needs --baseline FILE")
    destinations = _destinations(settings, wrong)
    baseline_file, written_baseline = _baseline_files(settings)
    wrong += _overwritten(settings, destinations, configuration, paths, written_baseline)
    if settings.prune_baseline and "baseline" not in given and configuration:
        wrong += _pruned_elsewhere(settings.baseline, configuration)
    if wrong:
        raise WrongUsage(dict.fromkeys(wrong))
    _tell_deprecated(settings)
    if configuration:
        of_file = "exclude" in configured and "exclude" not in given
        settings = msgspec.structs.replace(
            settings,
            exclude_directory=configuration.folder_of("exclude") if of_file else None,
            root=os.path.dirname(configuration.path),
        )
    return Invocation(
        paths=paths,
        settings=settings,
        destinations=destinations,
        given=told,
        answer=asked.answer,
        configuration=configuration,
        baseline_file=baseline_file,
        written_baseline=written_baseline,
    )


def _baseline_files(settings: Settings) -> tuple[BaselineFile | None, BaselineFile | None]:
    """The baseline to read and the one to write."""
    path, target = settings.baseline, settings.write_baseline
    if path is None and target is None:
        return None, None
    from iflint.engine.baseline import BaselineFile

    written = BaselineFile(target) if target is not None else None
    if path is None or (target and os.path.realpath(path) == os.path.realpath(target)):
        return written, written
    return BaselineFile(path), written


def _pruned_elsewhere(baseline: str | None, configuration: Configuration) -> Iterator[str]:
    """A baseline that a configuration which was found names where it may write nothing."""
    bounds = configuration.bounds
    if baseline is not None and bounds is not None and not bounds.may_write(baseline):
        place = configuration.place("baseline")
        yield (
            f"{place}: --prune-baseline would write out of the folder of the configuration;"
            " name it: --baseline FILE"
        )


def _overwritten(
    settings: Settings,
    destinations: Iterable[Destination],
    configuration: Configuration | None,
    paths: Iterable[str],
    written_baseline: BaselineFile | None,
) -> Iterator[str]:
    """What writing reports and a baseline would destroy."""
    from iflint.console.output import looks_like_input

    inputs = [*paths, *filter(None, (settings.calendar, settings.public_cas))]
    everywhere: tuple[Settings | Environment, ...] = (settings, *settings.environments)
    for one in everywhere:
        for named in (one.certificates, one.parameters, one.roots, one.roots_add):
            inputs += named or ()
        inputs += getattr(one, "certificates_only", None) or ()
    used = {os.path.realpath(path): "which this run reads" for path in inputs}
    for path in configuration.files if configuration else ():
        used[os.path.realpath(path)] = "the configuration"
    baseline = settings.baseline
    others = used | ({os.path.realpath(baseline): "the baseline"} if baseline else {})
    for each in destinations:
        if each.path is None or each.path == STANDARD_OUTPUT:
            continue
        place, name = os.path.realpath(each.path), f"the format {each.format}"
        why = others.get(place)
        if why is None and looks_like_input(each.path):
            why = "which looks like an input"
        if why:
            yield _would_overwrite(name, each.path, why)
        used[place] = f"the file of {name}"
    if written_baseline is not None:
        target = written_baseline.path
        why = used.get(os.path.realpath(target))
        if why is None and written_baseline.is_something_else:
            why = "which is no baseline"
        if why:
            yield _would_overwrite("--write-baseline", target, why)


def _would_overwrite(what: str, path: str, why: str) -> str:
    return f"{what} would overwrite {shown(path, 200)}, {why}; give another file"


def _over_rules(configured: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """The settings of the file, where the command line says which rules are asked.

    ``select`` on the command line starts anew: neither lists nor states of the file count.
    ``ignore`` takes away from what the file asks for, also what a table of its own turns on.
    """

    from iflint.engine.rule_settings import without_states
    from iflint.report.findings import means

    settings = dict(configured)
    tables = settings.get("rules", {})
    if "select" in given:
        settings.pop("ignore", None)
        settings["rules"] = without_states(tables)
    elif "ignore" in given:
        labels = given["ignore"]
        given["ignore"] = (*settings.get("ignore", ()), *labels)
        named = zip(rule_names().codes, rule_names().names, strict=True)
        less = {code for code, name in named if any(means(label, code, name) for label in labels)}
        settings["rules"] = tables | without_states({c: tables[c] for c in tables if c in less})
    return settings


def _tell_deprecated(settings: Settings) -> None:
    """Say of each deprecated rule that the user asks for by itself that it is going to leave."""
    if not settings.select and not settings.rules:
        return
    from iflint.engine.rule_settings import is_exactly

    for info in rule_infos():
        asked = any(is_exactly(label, info) for label in settings.select)
        if info.state == "deprecated" and (asked or info.code in settings.rules):
            complain(
                f"rule {info.code} {info.name} is deprecated and will be removed;"
                f" 'iflint explain {info.code}' tells more"
            )


def _environments(
    settings: Settings, mistakes: list[str], *, every: bool
) -> tuple[Environment, ...]:
    """The environments that are asked for, out of those of the configuration."""
    configured = {each.name: each for each in settings.environments}
    if settings.all_environments:
        if not configured:
            mistakes.append(f"all-environments: {_NO_ENVIRONMENT}")
        return settings.environments
    asked = settings.environment
    if asked is None:
        return settings.environments if every else ()
    for name in dict.fromkeys(asked):
        if name not in configured:
            hint = did_you_mean(name, tuple(configured)) or (
                "" if configured else f"; {_NO_ENVIRONMENT}"
            )
            mistakes.append(f"environment {shown(name)} is not configured{hint}")
    return tuple(configured[name] for name in dict.fromkeys(asked) if name in configured)


_NO_ENVIRONMENT = (
    "the configuration has no environment; a table [environments.NAME] in iflint.toml makes one"
)


def check(
    run: Invocation,
    *,
    describe_rules: bool = False,
    whole_inventory: bool = False,
    illustrated: bool = False,
    fixes: bool = False,
) -> Report:
    """Check what was asked for; complaints about the caller become wrong usage."""
    from iflint.engine.run import read

    options = options_of(
        run, describe_rules=describe_rules, whole_inventory=whole_inventory, diagrams=illustrated
    )

    def report() -> Report:
        read_once = read(run.paths, options, run.baseline_file)
        found = read_once.report
        if illustrated:
            from iflint.answers.illustrated import illustrated as with_pictures

            found = with_pictures(found, read_once)
        if fixes:
            from iflint.fixes.proposals import with_fixes

            try:
                found = with_fixes(found, read_once, also=run.settings.other_environments)
            except UsageError:
                raise
            except Exception as error:
                tell("what 'iflint fix' would write", error)
        return found

    return call(report)


def options_of(
    run: Invocation,
    *,
    describe_rules: bool = False,
    whole_inventory: bool = False,
    diagrams: bool = False,
) -> Options:
    """The settings of a run as the library takes them."""
    from iflint.console import progress_bar

    return msgspec.structs.replace(
        run.settings.options,
        describe_rules=describe_rules,
        whole_inventory=whole_inventory,
        diagrams=diagrams,
        progress=progress_bar.listener(),
        executor=_executor(run),
        jobs=AUTO if run.settings.options.jobs is None else run.settings.options.jobs,
    )


def _executor(run: Invocation) -> Executor | None:
    """The scheduler that was named, connected."""
    if run.settings.scheduler is None:
        return None
    from iflint.console.scheduler import connected

    return connected(run.settings.scheduler)


def absent(*given: tuple[str, str]) -> Iterator[str]:
    """A mistake for each file that is not there; in front of it, what names it."""
    for label, file in given:
        if not os.path.exists(file):
            yield f"{label}{shown(file, 200)} does not exist"


def call(library: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call the library and show how far it is; its complaints about the caller are wrong usage.

    What somebody's rule prints goes to standard error: standard output is the report's.
    """
    from iflint.console import progress_bar

    try:
        with progress_bar.shown(), contextlib.redirect_stdout(sys.stderr):
            return library(*arguments, **keywords)
    except (UsageError, FileNotFoundError) as error:
        raise WrongUsage([_said(error)]) from error
    except Exception as error:
        from iflint.engine.plugins import PluginError

        if isinstance(error, PluginError):
            raise Failure(str(error)) from error
        raise


def rule_infos() -> tuple[RuleInfo, ...]:
    """The rules that are installed, as they describe themselves. Raises `Failure`."""
    return tuple(rule.info() for rule in installed_rules())


def installed_rules() -> tuple[type[Rule], ...]:
    """The rules that are installed. Raises `Failure`."""
    from iflint.engine.plugins import PluginError, load_rules

    try:
        return load_rules()
    except PluginError as error:
        raise Failure(str(error)) from error


def _said(error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"{shown(str(error.filename), 200)} does not exist"
    return str(error)


@cache
def rule_names() -> RuleNames:
    """The names of the rules that are installed, and what their tables hold. Raises `Failure`."""
    from iflint.engine.rule_settings import known_settings

    rules = installed_rules()
    return RuleNames(
        tuple(rule.code for rule in rules),
        tuple(rule.name for rule in rules),
        {rule.code: known_settings(rule) for rule in rules},
        frozenset(rule.code for rule in rules if rule.severity == "note"),
    )


def _read_given(given: Mapping[str, Any], mistakes: list[str]) -> dict[str, Any]:
    scope = Scope(None, rule_names)
    values = {}
    for name, texts in given.items():
        setting = COMMAND_LINE_SETTINGS[name]
        from_text = setting.kind.from_text
        items = [from_text(text) if isinstance(text, str) else text for text in texts]
        last = items if setting.many else items[-1]
        value, wrong = read_setting(setting, last, scope, f"--{name}")
        mistakes.extend(map(str, wrong))
        if value is not None:
            values[name] = value
    return values


def _configuration(
    asked: Request, paths: tuple[str, ...], mistakes: list[str]
) -> Configuration | None:
    path = asked.config
    if asked.isolated:
        if path is not None:
            mistakes.append("--config and --isolated exclude each other")
        return None
    bounds = None
    if path is None:
        from iflint.configuration.search import bounds_of, find, is_trusted

        path = find(paths)
        if path is None:
            return None
        bounds = None if asked.trusting or is_trusted() else bounds_of(path)
    elif not os.path.exists(path):
        mistakes.append(f"--config {shown(path, 200)} does not exist")
        return None
    from iflint.configuration.file import read

    configuration = read(path, rule_names, bounds)
    if configuration.extends:
        from iflint.configuration.extending import extended

        configuration = extended(configuration, rule_names, bounds)
    mistakes.extend(map(str, configuration.mistakes))
    return configuration


def _destinations(settings: Settings, mistakes: list[str]) -> tuple[Destination, ...]:
    formats = settings.format or Settings().format
    if settings.output is not None:
        if len(formats) != 1 or formats[0].path is not None:
            mistakes.append("--output goes with one --format only; for several write FORMAT=FILE")
            return ()
        return (Destination(formats[0].format, settings.output),)
    taken: dict[str, str] = {}
    complete = {
        Destination(each.format, each.path or STANDARD_OUTPUT): each.path or STANDARD_OUTPUT
        for each in formats
    }
    for each, path in complete.items():
        place = path if path == STANDARD_OUTPUT else os.path.realpath(path)
        other = taken.setdefault(place, each.format)
        if other != each.format:
            name = "standard output" if place == STANDARD_OUTPUT else shown(path, 200)
            mistakes.append(
                f"formats {other} and {each.format} both go to {name};"
                f" give one of them a file: --format {each.format}=FILE"
            )
    return tuple(complete)
