"""A letter to a partner, as text or Markdown, in the words of its language (``letters/``)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from iflint.places.packaged import packaged_file
from iflint.reporters.markdown import escaped, in_code
from iflint.words.visible import visible

if TYPE_CHECKING:
    from iflint.report.letter import Letter, RootList


def text(letter: Letter, language: str) -> str:
    """The letter as plain text, to be pasted into an e-mail."""
    words = _Words(letter, language, visible)
    lines = [words.subject, "", *words.opening, "", f"{words.of_certificate}:"]
    lines += (f"- {label}: {visible(value)}" for label, value in words.facts)
    lines.append(f"- {words.until}")
    for heading, items in words.lists:
        lines += ["", f"{heading}:", *(f"- {item}" for item in items)]
    return "\n".join((*lines, "", *words.closing, ""))


def markdown(letter: Letter, language: str) -> str:
    """The letter as Markdown."""
    words = _Words(letter, language, escaped)
    lines = [f"# {words.subject}", "", *words.opening, "", f"## {words.of_certificate}", ""]
    lines += (f"- {label}: {in_code(value)}" for label, value in words.facts)
    lines.append(f"- {words.until}")
    for heading, items in words.lists:
        lines += ["", f"## {heading}", "", *(f"- {item}" for item in items)]
    return "\n".join((*lines, "", *words.closing, ""))


class _Words:
    """The parts of a letter in a language; ``shown`` makes a value from the files harmless."""

    def __init__(self, letter: Letter, language: str, shown: Callable[[str], str]) -> None:
        texts = packaged_file(f"reporters/letters/{language}.toml").decode()
        self._texts: dict[str, Any] = tomllib.loads(texts)
        self._letter = letter
        self._shown = shown
        self._values = {
            "name": shown(letter.name),
            "end": self._date((letter.works_until or letter.not_after).date()),
            "valid": self._date(letter.not_after.date()),
            "wanted": self._date(letter.wanted),
        }

    @property
    def subject(self) -> str:
        return self._of_its_end("subject")

    @property
    def opening(self) -> Iterator[str]:
        yield self._say("opening", "greeting")
        yield ""
        yield self._of_its_end("text")

    @property
    def closing(self) -> Iterator[str]:
        yield self._say("closing", "thanks")
        yield ""
        yield self._say("closing", "regards")

    @property
    def of_certificate(self) -> str:
        return self._say("certificate", "heading")

    @property
    def facts(self) -> Iterator[tuple[str, str]]:
        """Label and value of each thing by which the partner finds the certificate."""
        letter = self._letter
        known = {
            "subject": letter.subject,
            "issuer": letter.issuer,
            "serial": _in_pairs(letter.serial),
            "sha256": _in_pairs(letter.sha256),
        }
        yield from ((self._say("certificate", key), value) for key, value in known.items() if value)

    @property
    def until(self) -> str:
        return f"{self._say('certificate', 'until')}: {self._values['valid']}"

    @property
    def lists(self) -> Iterator[tuple[str, list[str]]]:
        """The lists under their headings."""
        parts = {"interfaces": self._interfaces()}
        if self._letter.made_by_sap:
            parts["made_by_sap"] = self._of_a_key_by_sap()
        else:
            parts |= {"new": self._new(), "reply": self._reply(), "switch": self._switch()}
        for part, items in parts.items():
            if found := list(items):
                yield self._say(part, "heading"), found

    def _interfaces(self) -> Iterator[str]:
        for each in self._letter.interfaces:
            known = "item_in" if each.environments else "item"
            yield self._say(
                "interfaces",
                known,
                address=self._shown(each.address),
                iflow=self._shown(each.iflow),
                environments=self._shown(", ".join(each.environments)),
            )

    def _new(self) -> Iterator[str]:
        letter = self._letter
        if letter.self_signed:
            known = "self_signed_trusted" if letter.trusted else "self_signed"
            yield self._say("new", known)
        if letter.ca_ends:
            yield self._say("new", "ca_ends")
        yield from map(self._root, letter.lists)
        yield self._say("new", "chain")
        yield self._say("new", "client_authentication")
        if letter.names_are_compared:
            changes = letter.outlives_its_use or letter.ca_ends
            yield self._say("new", "other_names" if changes else "names")
        if letter.only_this_one:
            assumed = "_assumed" if letter.assumed else ""
            yield self._say("new", f"only_this_one{assumed}")
        yield self._say("new", "key")

    def _root(self, each: RootList) -> str:
        said = self._say("new", each.kind, list=self._shown(each.name))
        if not each.environments:
            return said
        names = self._shown(", ".join(each.environments))
        return self._say("new", "in_environments", environments=names, text=said)

    def _reply(self) -> Iterator[str]:
        yield self._in_time("reply", "certificate")
        yield self._say("reply", "public")
        yield self._say("reply", "day")

    def _switch(self) -> Iterator[str]:
        by_names = self._letter.names_are_compared and not self._letter.only_this_one
        yield self._by_day("switch", "by_names" if by_names else "confirmed")

    def _of_a_key_by_sap(self) -> Iterator[str]:
        yield self._say("made_by_sap", "key")
        yield self._in_time("made_by_sap", "person")
        yield self._by_day("made_by_sap", "switch")
        yield self._say("made_by_sap", "public")

    def _of_its_end(self, key: str) -> str:
        """What is said of its end: of its own, or that calls with it fail before that."""
        letter = self._letter
        if not letter.outlives_its_use:
            return self._by_day("opening", key)
        return self._say("opening", f"{key}_fails" if letter.fails else f"{key}_before")

    def _by_day(self, part: str, key: str) -> str:
        """What is said before its last day, or after it."""
        return self._say(part, f"{key}_ended" if self._letter.fails else key)

    def _in_time(self, part: str, key: str) -> str:
        """What is asked for by a day, or at once where that day has passed."""
        is_late = self._letter.wanted <= self._letter.as_of.date()
        return self._say(part, f"{key}_now" if is_late else key)

    def _say(self, part: str, key: str, **values: str) -> str:
        told: str = self._texts[part][key]
        return told.format(**self._values, **values)

    def _date(self, day: date) -> str:
        told: str = self._texts["date"]
        return told.format(day=day.day, month=self._texts["months"][day.month - 1], year=day.year)


def _in_pairs(digits: str) -> str:
    """Hexadecimal digits as people compare them: ``0A:1B``."""
    even = digits.zfill(len(digits) + len(digits) % 2).upper()
    return ":".join(even[at : at + 2] for at in range(0, len(even), 2))
