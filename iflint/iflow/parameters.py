"""Externalized parameters: ``{{name}}`` in a text, replaced by the values at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.iflow.escapes import decode_once_more
from iflint.iflow.model import ParameterUse, Value
from iflint.limits import EXPANSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from iflint.iflow.properties import Parameter, ParameterFile
    from iflint.places.text_file import Origin, Text


class Parameters:
    """The parameter values of one flow in one environment: the last file given wins.

    ``defaults`` gives the bundle's own file; it is asked only when a parameter is used. ``asked``
    holds the names of all that were, in order.
    """

    def __init__(
        self, defaults: Callable[[], ParameterFile | None], overlays: Sequence[ParameterFile]
    ) -> None:
        self._defaults = defaults
        self._overlays = overlays
        self._budget = EXPANSION.value
        self.asked: dict[str, None] = {}
        self._values: dict[str, Text | None] = {}

    @property
    def exhausted(self) -> bool:
        """Whether values were left unreplaced because they would grow too large."""
        return self._budget < 0

    def get(self, name: str) -> Parameter | None:
        """The parameter in force, or None when no file defines it; names compare exactly."""
        self.asked[name] = None
        for overlay in reversed(self._overlays):
            if name in overlay.entries:
                return overlay.entries[name]
            if name in overlay.undefined:
                return None
        own = self._defaults()
        return own.entries.get(name) if own else None

    def value(self, raw: str, origin: Origin, undecoded: str = "") -> Value:
        """``raw`` with its parameters replaced; the replaced text is not searched again.

        Escapes that a parameter's value holds are decoded (*inferred*, see `escapes`).
        """
        uses: list[ParameterUse] = []
        parts: list[str] = []
        at = 0
        for start, end in references(raw):
            name = raw[start + 2 : end - 2]
            found = self._decoded(name)
            if found is None:
                uses.append(ParameterUse(name, start, end))
            else:
                uses.append(ParameterUse(name, start, end, found.text, found.origin))
                parts += (raw[at:start], found.text)
            at = end
        if not uses:
            return Value(raw, raw, origin, undecoded=undecoded)
        if any(use.value is None for use in uses):
            return Value(raw, None, origin, tuple(uses))
        if uses[0].end - uses[0].start == len(raw):
            whole = self._decoded(uses[0].name)
            before = whole.undecoded if whole is not None else ""
            return Value(raw, uses[0].value, origin, tuple(uses), before)
        parts.append(raw[at:])
        self._budget -= sum(map(len, parts))
        return Value(raw, "".join(parts) if self._budget >= 0 else raw, origin, tuple(uses))

    def _decoded(self, name: str) -> Text | None:
        if name not in self._values:
            found = self.get(name)
            self._values[name] = decode_once_more(found.value, found.origin) if found else None
        return self._values[name]


def references(text: str) -> list[tuple[int, int]]:
    """Start and end of each ``{{name}}``; an opening without its closing is plain text."""
    found: list[tuple[int, int]] = []
    at = 0
    while (start := text.find("{{", at)) >= 0 and (close := text.find("}}", start + 2)) >= 0:
        at = close + 2
        found.append((start, at))
    return found


def whole_reference(text: str) -> tuple[int, int] | None:
    """The one ``{{name}}`` that is the whole text but for blanks around it, or None."""
    found = references(text)
    if len(found) != 1:
        return None
    start, end = found[0]
    return None if text[:start].strip() or text[end:].strip() else found[0]
