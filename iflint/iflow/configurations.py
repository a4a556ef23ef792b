"""Parameter values in JSON: objects with ``ParameterKey`` and ``ParameterValue`` at any depth.

These are the shapes of SAP's OData ``Configurations`` (``d.results``) and of the configuration
files of deployment tools (``artifactConfigurations[].configurations[]``).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from iflint.iflow.properties import (
    UNICODE_ESCAPE,
    Parameter,
    ParameterFile,
    unescaped,
)
from iflint.limits import JSON_VALUES, numbered
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind
from iflint.places.text_file import CharacterMap, Mapped, TextFile, decode

if TYPE_CHECKING:
    from iflint.places.text_file import Origin

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\],:]|[^\s{}\[\],:"]++')
_ESCAPE = re.compile(rf"\\(?:{UNICODE_ESCAPE}|(?P<char>.))")
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def configurations_of(file: TextFile) -> ParameterFile:
    """The parameters in a JSON text; of those with the same name, the last. Never raises.

    All of them may stand in one line, and any may be a secret.
    """
    file = file.discreet()
    problem = _syntax(file)
    if problem is not None:
        return ParameterFile(file.location, {}, (problem,))
    entries = {entry.name: entry for entry in _entries(file)}
    if entries:
        return ParameterFile(file.location, entries)
    nothing = Problem(
        ProblemKind.ARTIFACT,
        Location(file.location),
        "The JSON holds no object with ParameterKey and ParameterValue",
        "Give a properties file, or the Configurations of the artifact as JSON",
    )
    return ParameterFile(file.location, {}, (nothing,))


def _syntax(file: TextFile) -> Problem | None:
    text = file.text
    if sum(map(text.count, "[{,")) > JSON_VALUES.value:
        message = f"The JSON has more than {numbered(JSON_VALUES.value)} values"
        return Problem(ProblemKind.ARTIFACT, Location(file.location), message, JSON_VALUES.remedy)
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        place, what = file.locate(error.pos, min(error.pos + 1, len(file.text))), error.msg
        where = place.without_excerpt  # any line may hold a secret
        return Problem(
            ProblemKind.ARTIFACT, where, f"The JSON is broken: {what}", "Correct the JSON"
        )
    except RecursionError:
        return Problem(
            ProblemKind.ARTIFACT,
            Location(file.location),
            "The JSON is nested too deeply to be read",
            "Give a file with the parameters alone",
        )
    return None


class _Object:
    """An open object: which key comes next, and what was seen of a parameter."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.key: str | None = None
        self.seen: dict[str, tuple[str, Origin]] = {}


def _entries(file: TextFile) -> list[Parameter]:
    """The parameters in a JSON text that is known to be well-formed, in order."""
    found: list[Parameter] = []
    open_values: list[_Object | None] = []
    for token in _TOKEN.finditer(file.text):
        text = token[0]
        inside = open_values[-1] if open_values else None
        if text == "{":
            open_values.append(_Object(token.start()))
        elif text == "[":
            open_values.append(None)
        elif text in "}]":
            closed = open_values.pop()
            if closed is not None:
                found += _parameter(closed)
            if open_values and open_values[-1] is not None:
                open_values[-1].key = None
        elif inside is None or text == ":":
            continue
        elif text == ",":
            inside.key = None
        elif inside.key is None:
            inside.key = _scalar(file, token)[0].casefold()
        elif inside.key in ("parameterkey", "parametervalue"):
            inside.seen[inside.key] = _scalar(file, token)
    return found


def _parameter(closed: _Object) -> list[Parameter]:
    name, value = closed.seen.get("parameterkey"), closed.seen.get("parametervalue")
    if name is None or value is None:
        return []
    return [Parameter(name[0], value[0], name[1], value[1])]


def _scalar(file: TextFile, token: re.Match[str]) -> tuple[str, Origin]:
    """A string decoded, or another scalar as it is written; ``null`` is the empty text."""
    start, end = token.span()
    place = (start, end)
    if token[0].startswith('"'):
        text, characters = decode(
            file.text, start + 1, end - 1, _ESCAPE, lambda each: unescaped(each, _CONTROL), place
        )
        return text, Mapped(file, characters, _written)
    if token[0] == "null":
        return "", Mapped(file, CharacterMap((), 0, place))
    whole = CharacterMap(((0, start, end),), end - start, place)
    return token[0], Mapped(file, whole, lambda text: f'"{_written(text)}"')


def _written(text: str) -> str:
    """A text as it stands between the quotation marks of JSON, in ASCII."""
    return json.dumps(text)[1:-1]
