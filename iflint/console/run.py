"""From what the user gave to one run: arguments over configuration, every mistake at once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import msgspec

from iflint.configuration.settings import (
    COMMAND_LINE_SETTINGS,
    STANDARD_OUTPUT,
    Destination,
    Mistake,
    RuleNames,
    Scope,
    read_setting,
)
from iflint.console.interface import Failure, WrongUsage, complain
from iflint.options import DEFAULT_EXPIRY_DAYS, Environment, Options, UsageError
from iflint.words.visible import shown

if TYPE_CHECKING:
    from iflint.configuration.file import Configuration
    from iflint.report.findings import RuleInfo, Severity
    from iflint.report.report import Report
    from iflint.rule.rule import Rule


P = ParamSpec("P")
T = TypeVar("T")


class Request(msgspec.Struct, frozen=True):
    """What the user asks for, before anything of it is looked at.

    ``given`` holds the settings of the command line by name, as texts (or True for a switch).
    ``configured_from`` are the paths from which a configuration file is looked for;
    ``mistakes`` are those that were found in what was typed so far.
    """

    paths: tuple[str, ...]
    given: Mapping[str, Any]
    configured_from: tuple[str, ...]
    config: str | None = None
    isolated: bool = False
    mistakes: tuple[Mistake, ...] = ()


class Run(msgspec.Struct, frozen=True):
    """A run that can start: ``settings`` by name, merged from the arguments and the file.

    ``configuration`` is the path of that file, ``exclude_directory`` the folder that the patterns
    of ``exclude`` are relative to (None: the current one). ``other_environments`` are those that
    are configured, where none is asked for.
    """

    paths: tuple[str, ...]
    settings: Mapping[str, Any]
    destinations: tuple[Destination, ...]
    configuration: str | None = None
    exclude_directory: str | None = None
    other_environments: tuple[Environment, ...] = ()

    @property
    def colour(self) -> str:
        """When standard output gets colours."""
        return str(self.settings.get("color", "auto"))

    @property
    def verbose(self) -> bool:
        """Whether skipped files are named."""
        return bool(self.settings.get("verbose", False))

    @property
    def quiet(self) -> bool:
        """Whether text holds findings only."""
        return bool(self.settings.get("quiet", False))

    @property
    def sarif_profile(self) -> str:
        """For whom SARIF is written."""
        return str(self.settings.get("sarif-profile", "github"))

    @property
    def without_baseline(self) -> Run:
        """The same run, in which no finding is known."""
        return msgspec.structs.replace(self, settings={**self.settings, "baseline": None})

    @property
    def fail_level(self) -> Severity | None:
        """The least severity that makes the run fail."""
        from iflint.report.findings import Severity

        level = self.settings.get("fail-on", "error")
        return None if level == "never" else Severity(level)


def prepare(request: Request, *, every_environment: bool = False) -> Run:
    """Check everything that was given; raises `WrongUsage` with every mistake in it.

    ``every_environment``: where none is asked for, each configured one is meant.
    """
    mistakes = [
        *request.mistakes,
        *(
            Mistake("", f"{shown(path, 200)} does not exist")
            for path in request.paths
            if not os.path.exists(path)
        ),
    ]
    given = _read_given(request.given, mistakes)
    configuration = _configuration(request, mistakes)
    configured = dict(configuration.values) if configuration else {}
    if "format" in given:
        configured.pop("output", None)
    if "select" in given or "ignore" in given:
        configured = _over_rules(configured, given)
    settings = {**configured, **given}
    named = {*request.given, *(configuration.named if configuration else ())}
    environments = settings.get("environments", ())
    settings["environments"] = _environments(settings, mistakes, every=every_environment)
    if settings.get("landscape") == "custom" and "roots" not in named:
        mistakes.append(Mistake("", "landscape custom needs its list of roots: --roots PATH"))
    if settings.get("prune-baseline") and "baseline" not in named:
        mistakes.append(Mistake("", "--prune-baseline needs --baseline FILE"))
    destinations = _destinations(settings, mistakes)
    mistakes += _overwritten(settings, destinations, configuration, request.paths)
    if mistakes:
        raise WrongUsage(dict.fromkeys(map(str, mistakes)))
    if settings.get("select") or settings.get("rules"):
        _tell_deprecated(settings)
    return Run(
        paths=request.paths,
        settings=settings,
        destinations=destinations,
        configuration=configuration.path if configuration else None,
        exclude_directory=configuration.folder
        if configuration and "exclude" in configured and "exclude" not in given
        else None,
        other_environments=() if settings["environments"] else environments,
    )


def _overwritten(
    settings: Mapping[str, Any],
    destinations: Iterable[Destination],
    configuration: Configuration | None,
    paths: Iterable[str],
) -> Iterator[Mistake]:
    """What writing reports and a baseline would destroy."""
    from iflint.console.output import looks_like_input

    used = {os.path.realpath(path): "which this run reads" for path in _inputs(settings, paths)}
    if configuration:
        used[os.path.realpath(configuration.path)] = "the configuration"
    baseline, target = settings.get("baseline"), settings.get("write-baseline")
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
    if target is not None:
        why = used.get(os.path.realpath(target))
        if why is None and os.path.exists(target):
            from iflint.engine.baseline import is_something_else

            why = "which is no baseline" if is_something_else(target) else None
        if why:
            yield _would_overwrite("--write-baseline", target, why)


def _inputs(settings: Mapping[str, Any], paths: Iterable[str]) -> Iterator[str]:
    """The files and folders that a run is told to read."""
    yield from paths
    environments = (msgspec.structs.asdict(each) for each in settings.get("environments", ()))
    for each in (settings, *environments):
        for name in ("certificates", "parameters", "roots", "roots-add", "roots_add"):
            yield from each.get(name) or ()
    if "calendar" in settings:
        yield settings["calendar"]


def _would_overwrite(what: str, path: str, why: str) -> Mistake:
    return Mistake("", f"{what} would overwrite {shown(path, 200)}, {why}; give another file")


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


def _tell_deprecated(settings: Mapping[str, Any]) -> None:
    """Say of each deprecated rule that the user asks for by itself that it is going to leave."""
    from iflint.engine.rule_settings import is_exactly

    tables = settings.get("rules", {})
    for info in rule_infos():
        asked = any(is_exactly(label, info) for label in settings.get("select", ()))
        if info.state == "deprecated" and (asked or info.code in tables):
            complain(
                f"rule {info.code} {info.name} is deprecated and will be removed;"
                f" 'iflint explain {info.code}' tells more"
            )


def _environments(
    settings: Mapping[str, Any], mistakes: list[Mistake], *, every: bool
) -> tuple[Environment, ...]:
    """The environments that are asked for, out of those of the configuration."""
    from iflint.words.nearest import did_you_mean

    configured = {each.name: each for each in settings.get("environments", ())}
    if settings.get("all-environments"):
        if not configured:
            mistakes.append(Mistake("", f"all-environments: {_NO_ENVIRONMENT}"))
        return tuple(configured.values())
    asked = dict.fromkeys(settings.get("environment", configured if every else ()))
    for name in asked:
        if name not in configured:
            hint = did_you_mean(name, tuple(configured)) or (
                "" if configured else f"; {_NO_ENVIRONMENT}"
            )
            mistakes.append(Mistake("", f"environment {shown(name)} is not configured{hint}"))
    return tuple(configured[name] for name in asked if name in configured)


_NO_ENVIRONMENT = (
    "the configuration has no environment; a table [environments.NAME] in iflint.toml makes one"
)


def check(
    run: Run,
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
        read_once = read(run.paths, options)
        found = read_once.report
        if illustrated:
            from iflint.answers.illustrated import illustrated as with_pictures

            found = with_pictures(found, read_once)
        if fixes:
            from iflint.fixes.proposals import with_fixes

            found = with_fixes(found, read_once, also=run.other_environments)
        return found

    return call(report)


def options_of(
    run: Run,
    *,
    describe_rules: bool = False,
    whole_inventory: bool = False,
    diagrams: bool = False,
) -> Options:
    """The settings of a run as the library takes them."""
    from iflint.console import progress_bar

    get = run.settings.get
    return Options(
        certificates=get("certificates"),
        keystore_password_env=get("keystore-password-env", ()),
        parameters=get("parameters", ()),
        roots=get("roots", ()),
        roots_add=get("roots-add", ()),
        trust=get("trust", "complete"),
        calendar=get("calendar"),
        landscape=get("landscape", "btp"),
        as_of=get("as-of"),
        expiry_days=get("expiry-days", DEFAULT_EXPIRY_DAYS),
        select=get("select", ()),
        ignore=get("ignore", ()),
        rules=get("rules", {}),
        exclude=get("exclude", ()),
        exclude_directory=run.exclude_directory,
        root=os.path.dirname(run.configuration) if run.configuration is not None else None,
        environments=get("environments", ()),
        suppressions=get("suppressions", ()),
        baseline=get("baseline"),
        describe_rules=describe_rules,
        whole_inventory=whole_inventory,
        diagrams=diagrams,
        progress=progress_bar.listener(),
    )


def call(library: Callable[P, T], *arguments: P.args, **keywords: P.kwargs) -> T:
    """Call the library and show how far it is; its complaints about the caller are wrong usage."""
    from iflint.console import progress_bar

    try:
        with progress_bar.shown():
            return library(*arguments, **keywords)
    except (UsageError, FileNotFoundError) as error:
        raise WrongUsage([_said(error)]) from error
    except Exception as error:
        from iflint.engine.plugins import PluginError

        if isinstance(error, PluginError):
            raise Failure(str(error)) from error
        raise


def choose_colour(arguments: Mapping[str, Any], found: Sequence[Mistake] = ()) -> str:
    """The value of ``--color`` where no configuration is read.

    Raises `WrongUsage` if it is wrong or other mistakes were ``found``.
    """
    mistakes = list(found)
    values = _read_given({"color": (arguments.get("color") or "auto",)}, mistakes)
    if mistakes:
        raise WrongUsage(mistakes)
    return str(values["color"])


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


def _read_given(given: Mapping[str, Any], mistakes: list[Mistake]) -> dict[str, Any]:
    scope = Scope(None, rule_names)
    values = {}
    for name, texts in given.items():
        setting = COMMAND_LINE_SETTINGS[name]
        items = [setting.from_text(text) if isinstance(text, str) else text for text in texts]
        value, wrong = read_setting(
            setting, items if setting.many else items[-1], scope, f"--{name}"
        )
        mistakes.extend(wrong)
        values[name] = value
    return {name: value for name, value in values.items() if value is not None}


def _configuration(request: Request, mistakes: list[Mistake]) -> Configuration | None:
    if request.config is not None and request.isolated:
        mistakes.append(Mistake("", "--config and --isolated exclude each other"))
        return None
    if request.isolated:
        return None
    path = request.config
    if path is None:
        from iflint.configuration.search import find

        path = find(request.configured_from)
        if path is None:
            return None
    elif not os.path.exists(path):
        mistakes.append(Mistake("", f"--config {shown(path, 200)} does not exist"))
        return None
    from iflint.configuration.file import read

    configuration = read(path, rule_names)
    mistakes.extend(configuration.mistakes)
    return configuration


def _destinations(settings: Mapping[str, Any], mistakes: list[Mistake]) -> tuple[Destination, ...]:
    formats: tuple[Destination, ...] = settings.get("format") or (Destination("text"),)
    output = settings.get("output")
    if output is not None:
        if len(formats) != 1 or formats[0].path is not None:
            mistakes.append(
                Mistake("", "--output goes with one --format only; for several write FORMAT=FILE")
            )
            return ()
        return (Destination(formats[0].format, output),)
    complete = tuple(Destination(each.format, each.path or STANDARD_OUTPUT) for each in formats)
    taken: dict[str, str] = {}
    for each in dict.fromkeys(complete):
        assert each.path is not None
        place = each.path if each.path == STANDARD_OUTPUT else os.path.realpath(each.path)
        other = taken.setdefault(place, each.format)
        if other != each.format:
            name = "standard output" if place == STANDARD_OUTPUT else shown(each.path, 200)
            mistakes.append(
                Mistake(
                    "",
                    f"formats {other} and {each.format} both go to {name};"
                    f" give one of them a file: --format {each.format}=FILE",
                )
            )
    return tuple(dict.fromkeys(complete))
