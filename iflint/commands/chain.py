"""`iflint chain`: the chain of each certificate, as a tree with a verdict at each link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
import msgspec

from iflint.console.arguments import (
    OUTPUT,
    chain_options,
    configuration_options,
    paths_argument,
    request,
    table_format,
    table_options,
)
from iflint.console.interface import CLEAN, GroupedCommand, Option

if TYPE_CHECKING:
    from iflint.answers.chains import Tree, Trees
    from iflint.report.certificate_list import Step
    from iflint.words.terminal import Style

FORMATS = ("text", "json")
_LABEL = 11  # columns: the longest label, and a blank
_MOST_PLACES = 5  # ours: for the chain it does not matter where else a certificate stands


@click.command(
    "chain",
    cls=GroupedCommand,
    short_help="Show certificates up to their root.",
    examples=(
        "iflint chain partner.pem",
        "iflint chain partner.cer --certificates intermediates --as-of 2027-03-15",
        "iflint chain partner.pem --format json",
    ),
)
@paths_argument("FILE...")
@chain_options
@table_options(FORMATS)
@click.option(
    "--all",
    "every",
    cls=Option,
    heading=OUTPUT,
    is_flag=True,
    help="Show a tree of each certificate, also of those that issued another one in FILE.",
)
@configuration_options
def command(paths: tuple[str, ...], every: bool, **arguments: Any) -> int:
    """Show the chain of each certificate in FILE up to its root, with a verdict at each link.

    FILE is a certificate file, a keystore or a service key, or a folder or archive of these. A
    certificate that issued another one in FILE has no tree of its own, unless --all is given.
    What a chain lacks may be in FILE or in --certificates; of a root on the list in force, no
    file is needed. Exit code: 0 whatever the verdicts are.
    """
    from iflint.answers.chains import chain_trees
    from iflint.configuration.settings import Mistake
    from iflint.console import output
    from iflint.console.run import call, options_of, prepare

    chosen, path, mistakes = table_format(arguments, FORMATS)
    if not paths:
        mistakes = (*mistakes, Mistake("", "no FILE is given: name a certificate file or folder"))
    run = prepare(request(arguments, paths=paths, mistakes=mistakes))
    trees = call(chain_trees, run.paths, options_of(run), every=every)
    if chosen == "text":
        output.write_text(path, run.colour, lambda *console: _text(trees, *console))
    else:
        output.write_data(path, _json(trees))
    return CLEAN


def _json(trees: Trees) -> str:
    from iflint.reporters.encoding import dumped

    envelope = {"format": "iflint-chain", "formatVersion": "1"}
    return dumped({**envelope, **msgspec.structs.asdict(trees)})


def _text(trees: Trees, colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.words.terminal import MINIMUM_WIDTH, Style

    style = Style(colour, max(width, MINIMUM_WIDTH), ascii_only)
    lines: list[str] = []
    for problem in trees.problems:
        lines.extend(_problem(problem, style))
    for tree in trees.trees:
        lines.extend(_tree(tree, trees, style))
        lines.append("")
    return "\n".join(line.rstrip(" ") for line in lines[:-1]) + "\n"


def _problem(problem: Any, style: Style) -> Iterator[str]:
    from iflint.words.terminal import WARNING, wrapped

    label = "not read:"
    text = f"{label} {style.file(problem.location.file)}: {style.show(problem.message)}"
    first, *rest = wrapped(text, 0, 2, style.width)
    yield style.paint(label, WARNING) + first[len(label) :]
    yield from (f"  {line}" for line in rest)
    yield ""


def _tree(tree: Tree, trees: Trees, style: Style) -> Iterator[str]:
    from iflint.answers.chains import verdict_line

    for level, step in enumerate(tree.steps):
        yield from _step(step, level, style)
    first, *rest = verdict_line(tree, trees).partition(" ")
    yield from _wrapped_verdict(tree, first, "".join(rest), style)


def _wrapped_verdict(tree: Tree, word: str, rest: str, style: Style) -> Iterator[str]:
    from iflint.words.terminal import BOLD, wrapped

    lines = wrapped(style.show(word + rest), 0, 2, style.width)
    yield style.paint(word, f"{BOLD};{_colour(tree.verdict)}") + lines[0][len(word) :]
    yield from (f"  {line}" for line in lines[1:])


def _colour(verdict: str) -> str:
    from iflint.words.terminal import ERROR, NOTE, WARNING

    return {"works": NOTE, "uncertain": WARNING}.get(verdict, ERROR)


def _step(step: Step, level: int, style: Style) -> Iterator[str]:
    from iflint.words.terminal import BOLD, ISSUED_BY, QUIET, wrapped

    verdict = "works" if not step.faults else "fails" if step.certain else "uncertain"
    mark = {"works": style.holds, "fails": style.differs}.get(verdict, "?")
    head = "  " * level + (ISSUED_BY if level else "")
    body = "  " * (level + 1)
    lines = wrapped(style.show(step.subject), len(head) + 2, len(body) + 2, style.width)
    yield (
        style.paint(head, QUIET)
        + style.paint(mark, _colour(verdict))
        + " "
        + style.paint(lines[0], BOLD)
    )
    for line in lines[1:]:
        yield f"{body}  {style.paint(line, BOLD)}"
    for label, text in _facts(step, style):
        column = len(body) + 2 + _LABEL
        first, *more = wrapped(text, column, column, style.width)
        yield style.paint(f"{body}  {label:<{_LABEL}}", QUIET) + first
        yield from (" " * column + line for line in more)
    yield ""


def _facts(step: Step, style: Style) -> Iterator[tuple[str, str]]:
    from iflint.words.wording import counted, day, left, listed

    if step.not_before and step.not_after and step.days_left is not None:
        span = f"{day(step.not_before)} to {day(step.not_after)}"
        yield "valid", f"{span}, {left(step.days_left)}"
    if step.key:
        yield "key", style.show(step.key)
    if step.usages is not None:
        yield "usage", style.show(listed(step.usages)) or "none"
    label = "found"
    for place in step.places[:_MOST_PLACES]:
        line = f":{place.line}" if place.line else ""
        yield label, f"{style.show(place.file)}{line}"
        label = ""
    if (more := len(step.places) - _MOST_PLACES) > 0:
        yield "", f"and {counted(more, 'more place')}"
    if step.role == "root" and not step.places:
        yield label, "not at hand, known by name and key"
    if step.known_as:
        yield "known", style.show(step.known_as)
    for address in step.sources[:1]:
        yield "see", style.show(address)
    yield from _verdict_facts(step, style)


def _verdict_facts(step: Step, style: Style) -> Iterator[tuple[str, str]]:
    label = "verdict"
    for fault in step.faults or ("ok",):
        yield label, style.show(fault)
        label = ""
