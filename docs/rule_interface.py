"""The page on what a rule is handed, out of what `iflint.rule` says of itself."""

from __future__ import annotations

import enum
import inspect
import re
from collections.abc import Iterator

import msgspec

HEAD = (
    "# What a rule is handed",
    "",
    "Made by `make snapshots` from `iflint.rule`, for those who write",
    "[rules of their own](own-rules.md). The cases stand first, then what they lead to.",
)
FIRST = ("EntryCase", "CallerCase", "ChannelCase", "IflowCase", "RunCase")
"""The cases that most rules ask for; whatever they lead to follows in this order."""


def interface_page() -> Iterator[str]:
    """The lines of the page."""
    from iflint import rule
    from iflint.iflow.model import Authorization
    from iflint.pki.names import Name
    from iflint.rule.words import Words

    known = {name: getattr(rule, name) for name in rule.__all__}
    known |= {each.__name__: each for each in (Authorization, Name, Words)}
    names = list(FIRST)
    for name in names:
        led = (word for _, kind, _ in _attributes(known[name]) for word in re.findall(r"\w+", kind))
        names += [word for word in dict.fromkeys(led) if _is_told(known.get(word), word, names)]
    yield from HEAD
    for name in names:
        yield from ("", f"## {name}", "", _plain(inspect.getdoc(known[name]) or ""), "")
        yield from _table(known[name])
    yield from ("", "## Functions", "", "| function | what it gives |", "| --- | --- |")
    for name in rule.__all__:
        if inspect.isfunction(known[name]):
            parameters = ", ".join(inspect.signature(known[name]).parameters)
            yield f"| `{name}({parameters})` | {_first(known[name])} |"
    yield ""


def _is_told(known: object, name: str, names: list[str]) -> bool:
    told = inspect.isclass(known) and issubclass(known, msgspec.Struct | enum.Enum)
    return told and name not in names


def _table(kind: type) -> Iterator[str]:
    if issubclass(kind, enum.Enum):
        yield ", ".join(f"`{each}`" for each in kind.__members__)
        return
    yield from ("| attribute | type | what it tells |", "| --- | --- | --- |")
    for name, type_, told in _attributes(kind):
        if type_ != "None":
            yield f"| `{name}` | `{type_.replace('|', chr(92) + '|')}` | {told} |"


def _attributes(kind: type) -> Iterator[tuple[str, str, str]]:
    """Name, type and summary of each field and property of a class, inherited ones first."""
    if not issubclass(kind, msgspec.Struct):
        return
    line = [each for each in reversed(kind.__mro__) if each.__module__.startswith("iflint.")]
    written = {name: text for each in line for name, text in inspect.get_annotations(each).items()}
    yield from ((name, written[name], "") for name in kind.__struct_fields__)
    for each in line:
        for name, member in vars(each).items():
            getter = getattr(member, "fget", None) or getattr(member, "func", None)
            if getter is not None and not name.startswith("_"):
                yield name, str(getter.__annotations__["return"]), _first(getter)


def _first(member: object) -> str:
    return _plain((inspect.getdoc(member) or "").partition("\n\n")[0]).replace("\n", " ")


def _plain(docstring: str) -> str:
    """A docstring as Markdown."""
    return docstring.replace("``", "`")
