"""Pages in Markdown: of a symptom, of a term, of all terms, and of all symptoms for the docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from iflint.symptoms.model import Cause, Command, Symptom, Term


def symptom_page(symptom: Symptom, codes: Mapping[str, str], others: Sequence[Symptom] = ()) -> str:
    """The page of a symptom, without its title.

    ``codes`` are those of the rules that are installed, by name; ``others`` are symptoms that the
    same text speaks of.
    """
    in_files = [each for each in symptom.causes if not each.outside]
    outside = [each for each in symptom.causes if each.outside]
    lines = [symptom.text]
    if symptom.source:
        lines += ["", f"Source: {symptom.source}."]
    if in_files:
        lines += ["", "## What can be behind it", "", *_causes(in_files, codes)]
    if outside:
        lines += ["", "## Outside of all files", "", *_causes(outside, codes)]
    lines += ["", "## What to run next", "", *_commands(symptom.run)]
    if others:
        named = ", ".join(f"`iflint explain {each.name}`" for each in others)
        lines += ["", f"The same text speaks of more: {named}."]
    return "\n".join(lines) + "\n"


def next_steps(symptom: Symptom) -> str:
    """The end of a symptom's page, for somebody whose line is explained and its cause found."""
    more = f"- `iflint explain {symptom.name}`: what else can be behind it"
    return "\n".join(("## What to run next", "", *_commands(symptom.run), more)) + "\n"


def term_page(term: Term) -> str:
    """The page of a term, without its title."""
    return "\n\n".join(part for part in (f"{_sentence(term.meaning)}", term.more) if part) + "\n"


def term_lines(terms: Iterable[Term]) -> Iterator[str]:
    """The terms, a line each."""
    return (f"- *{term.name}*: {term.meaning}" for term in terms)


def symptoms_page(symptoms: Sequence[Symptom], codes: Mapping[str, str]) -> Iterator[str]:
    """The lines of the page of all symptoms, with each cause once."""
    causes = list(dict.fromkeys(cause for symptom in symptoms for cause in symptom.causes))
    for symptom in symptoms:
        yield from ("", f"## {symptom.title}", "", symptom.text)
        if symptom.source:
            yield from ("", f"Source: {symptom.source}.")
        yield ""
        yield from (f"- [{each.title}](#{_anchor(each.title)})" for each in symptom.causes)
        yield from ("", "Run:", "", *_commands(symptom.run))
    yield from ("", "## Causes")
    linked = {name: f"[{code} {name}](rules/{name}.md)" for name, code in codes.items()}
    for cause in causes:
        outside = " No file tells it." if cause.outside else ""
        yield from ("", f"### {cause.title}", "", _said(cause, linked) + outside)


def _causes(causes: Iterable[Cause], codes: Mapping[str, str]) -> Iterator[str]:
    named = {name: f"`{code}` {name}" for name, code in codes.items()}
    for number, cause in enumerate(causes, 1):
        yield f"{number}. **{cause.title}.** {_said(cause, named)}"


def _said(cause: Cause, named: Mapping[str, str]) -> str:
    """A cause behind its title: ``named`` are the rules as they are shown, by name."""
    rules = [named[name] for name in cause.rules if name in named]
    parts = [
        cause.text,
        "*Inferred.*" if cause.inferred else "",
        f"Guarded by {', '.join(rules)}." if rules else "",
        "No rule guards it." if not rules and not cause.outside else "",
        f"Source: {cause.source}." if cause.source else "",
    ]
    return " ".join(part for part in parts if part)


def _commands(commands: Iterable[Command]) -> Iterator[str]:
    return (f"- `{each.line}`: {each.gain}" for each in commands)


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _anchor(heading: str) -> str:
    """What GitHub makes of a heading in an address."""
    kept = "".join(each for each in heading.lower() if each.isalnum() or each in " -_")
    return kept.replace(" ", "-")
