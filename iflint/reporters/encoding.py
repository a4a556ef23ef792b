"""JSON of reports: the same bytes for the same values, readable by any parser, safe to print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from iflint.words.visible import encodable, escaped_json


def dumped(value: Any) -> str:
    """Indented JSON of structs and plain data, ending in a newline.

    Times are ISO 8601 with ``Z``. A lone surrogate, which UTF-8 can't hold, is written out as
    text; every other invisible character becomes a JSON escape and so stays what it is.
    """
    return escaped_json(_indented(value).decode("utf-8")) + "\n"


def with_items(text: str, empty: str, items: Sequence[Any]) -> Iterator[str]:
    """Pieces of indented JSON with items in the list that is ``empty`` in it, a line with its key.

    Each is encoded by itself, since a report can have tens of thousands. No text in JSON holds a
    line end, so the place is the list's.
    """
    if not items:
        yield text
        return
    before, after = text.split(empty, 1)
    indent = "\n" + " " * (len(empty) - len(empty.lstrip()) + 1)
    yield before + empty.removesuffix("]")
    for number, item in enumerate(items):
        yield "," * (number > 0) + indent + dumped(item).rstrip("\n").replace("\n", indent)
    yield indent.removesuffix("  ") + "]" + after


def enveloped(name: str, **content: Any) -> str:
    """Indented JSON of what a command answers, in its envelope.

    ``formatVersion`` changes when a field is renamed, removed or means something else, not when
    one is added.
    """
    return dumped({"format": f"iflint-{name}", "formatVersion": "1", **content})


def _indented(value: Any) -> bytes:
    """What is encoded on the way is not kept: a report can take tens of megabytes."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    return msgspec.json.format(data, indent=2)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return encodable(value)
    if isinstance(value, list | tuple):
        return [_encodable(item) for item in value]
    if isinstance(value, dict):
        return {encodable(key): _encodable(item) for key, item in value.items()}
    return value
