"""What a team can tell a rule: options with a type, declared in the rule's own class."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast, overload

import msgspec

from iflint import values
from iflint.report.findings import OptionInfo, Severity
from iflint.words.wording import sentence

if TYPE_CHECKING:
    from iflint.report.findings import OptionValue
    from iflint.values import Kind

T = TypeVar("T")


class RuleSettings(msgspec.Struct, frozen=True):
    """What the settings of a run say of one rule; None: nothing, so that the rule itself counts."""

    severity: Severity | None = None
    enabled: bool | None = None
    options: Mapping[str, Any] = {}


class Configured(Protocol):
    """What has settings: a rule."""

    configured: RuleSettings


class Option(Generic[T]):
    """An option of a rule, set as an attribute of its class; on the rule itself it is the value.

    The name in the configuration is that of the attribute, with hyphens. ``summary`` is one line
    for people, ``default`` the value where none is given. ``inherits`` tells that a setting of the
    run has the same name, and that it counts where the rule is not told otherwise.
    """

    name = ""

    def __init__(
        self, kind: Kind[Any], summary: str, default: T, *, inherits: bool = False
    ) -> None:
        self.kind = kind
        self.summary = summary
        self.default = default
        self.inherits = inherits

    def __set_name__(self, _owner: type[Configured], name: str) -> None:
        self.name = name.replace("_", "-")

    @overload
    def __get__(self, instance: None, owner: type[Configured]) -> Option[T]: ...
    @overload
    def __get__(self, instance: Configured, owner: type[Configured]) -> T: ...
    def __get__(self, instance: Configured | None, owner: type[Configured]) -> Option[T] | T:
        """The option itself on the class, its value on a rule."""
        if instance is None:
            return self
        value: T = instance.configured.options.get(self.name, self.default)
        return value

    @property
    def accepted(self) -> str:
        """What it takes and what it is by default, in a sentence."""
        default: Any = self.default
        if isinstance(default, tuple):
            default = ", ".join(default) or "none"
        elif isinstance(default, bool):
            default = str(default).lower()
        if self.inherits:
            default = f"the run's `{self.name}` ({default})"
        return f"{sentence(self.kind.words)[:-1]}; default: {default}."

    def info(self) -> OptionInfo:
        """The option as documentation describes it."""
        schema = self.kind.schema
        return OptionInfo(
            name=self.name,
            type="array" if self.kind.many else schema["type"],
            default=cast("OptionValue", self.default),
            summary=self.summary,
            minimum=schema.get("minimum"),
            maximum=schema.get("maximum"),
            choices=tuple(schema.get("enum", ())),
            inherits=self.inherits,
        )


def number(summary: str, *, default: int, least: int, most: int, unit: str = "") -> Option[int]:
    """A whole number from ``least`` to ``most``."""
    return Option(values.whole_number(least, most, unit), summary, default)


def switch(summary: str, *, default: bool) -> Option[bool]:
    """True or false."""
    return Option(values.switch(), summary, default)


def choice(summary: str, *, default: str, choices: Collection[str]) -> Option[str]:
    """One word out of several."""
    return Option(values.one_of(choices), summary, default)


def texts(summary: str, *, default: tuple[str, ...] = ()) -> Option[tuple[str, ...]]:
    """Any number of texts."""
    return Option(values.plain_text(many=True), summary, default)


def window(summary: str) -> Option[int]:
    """The window of "soon", called ``expiry_days``; where the rule has none, it is the run's."""
    from iflint.options import Options, settings_of

    of_run = settings_of(Options)["expiry-days"]
    return Option(of_run.kind, summary, of_run.default, inherits=True)
