"""`iflint chain`: the chain of each certificate, as a tree with a verdict at each link."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from iflint.console.arguments import CONFIGURATION, FAIL_ON, ROOTS, answer, several_paths
from iflint.console.frame import exit_code, show, subcommand
from iflint.console.interface import AnyPath, Option, complain
from iflint.console.invocation import Request, call, options_of, prepare
from iflint.console.reading import PIPE, read_piped
from iflint.limits import REPORT_BYTES
from iflint.options import CERTIFICATES, OUTPUT
from iflint.report.findings import Severity
from iflint.reporters.encoding import enveloped
from iflint.values import STANDARD_OUTPUT
from iflint.words.terminal import BOLD, ERROR, ISSUED_BY, NOTE, QUIET, WARNING, Style
from iflint.words.visible import visible
from iflint.words.wording import as_argument, counted, day, left, listed

if TYPE_CHECKING:
    from iflint.answers.chains import JudgedChains
    from iflint.report.certificate_list import Standing, Step

_LABEL = 11
_MOST_PLACES = 5

FURTHER = Option(
    "--certificates",
    CERTIFICATES,
    "File or folder with certificates that complete the chains (repeatable).",
    metavar="PATH",
    multiple=True,
    type=AnyPath(),
)
EVERY = Option(
    "--all every",
    OUTPUT,
    "Show a tree of each certificate, also of those that issued another one in FILE.",
)


@subcommand(
    "chain",
    "Show certificates up to their root.",
    (
        *(several_paths("FILE..."), FURTHER, *ROOTS, "limit", *answer("text", "json")),
        *(EVERY, FAIL_ON, *CONFIGURATION),
    ),
    examples=(
        "iflint chain partner.pem",
        "iflint chain partner.cer --certificates intermediates --as-of 2027-03-15",
        "iflint chain partner.pem --format json",
        "iflint chain partner.pem --fail-on error",
        "openssl s_client -connect HOST:443 -showcerts </dev/null | iflint chain -",
    ),
)
def command(asked: Request, paths: tuple[str, ...], every: bool) -> int:
    """Show the chain of each certificate in FILE up to its root, with a verdict at each link.

    FILE is a certificate file, a keystore or a service key, or a folder or archive of these; - is
    standard input.
    Intermediates are looked for in FILE and in --certificates. A supported root needs no file. A
    certificate that issued another one in FILE has no tree of its own, unless --all is given.
    Exit code: 0 whatever the verdicts are; with --fail-on, 1 where a chain fails or a file can't be
    read (error), or is uncertain (warning).
    """
    from iflint.answers.chains import judged_chains

    missing = [] if paths else ["no FILE is given: name a certificate file or folder"]
    files = tuple(path for path in paths if path != PIPE)
    run = prepare(asked, files, mistakes=missing)
    piped = read_piped() if PIPE in paths else None
    chains = call(judged_chains, run.paths, options_of(run), every=every, piped=piped)
    told = show(run, chains, _within, text=_text, json=_json)
    if told.more:
        trees = counted(told.more, "more chain")
        complain(f"not listed: {trees}. To list more, {REPORT_BYTES.option}")
    at_terminal = run.answer.path in (None, STANDARD_OUTPUT) and run.answer.format == "text"
    if at_terminal and not run.settings.certificates:
        from iflint.console.next_steps import say

        say(list(_next_steps(chains, files)), run.settings.color)
    return exit_code(asked, run, _worst(chains))


def _next_steps(chains: JudgedChains, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Where an issuer is missing that may lie in a file beside the only one that was given."""
    lacks = any(step.role == "missing" for tree in chains.trees for step in tree.steps)
    if lacks and len(files) == 1 and os.path.isfile(files[0]):
        file, folder = as_argument(visible(files[0])), os.path.dirname(files[0]) or "."
        command = f"iflint chain {file} --certificates {as_argument(visible(folder))}"
        yield command, "look for what is missing in the files beside it"


def _worst(chains: JudgedChains) -> Severity | None:
    verdicts = {standing.verdict for standing in chains.trees}
    if chains.problems or "fails" in verdicts:
        return Severity.ERROR
    return Severity.WARNING if "uncertain" in verdicts else None


def _within(chains: JudgedChains, room: int) -> JudgedChains:
    """The chains that fit, those that fail first; the rest is counted."""
    from iflint.report.fitting import Room

    left = Room(room)
    if left.has_room_for(chains.trees):
        return chains
    ranks = {"fails": 0, "uncertain": 1}
    urgent = sorted(chains.trees, key=lambda standing: ranks.get(standing.verdict, 2))
    trees = tuple(left.some(urgent, 1))
    more = len(chains.trees) - len(trees)
    return msgspec.structs.replace(chains, trees=trees, more=more)


def _json(chains: JudgedChains) -> str:
    return enveloped("chain", **msgspec.structs.asdict(chains))


def _text(chains: JudgedChains, style: Style) -> str:
    lines: list[str] = []
    for problem in chains.problems:
        text = f"{style.file(problem.location.file)}: {style.show(problem.message)}"
        lines += [*style.led("not read:", text, WARNING), ""]
    for standing in chains.trees:
        lines += [*_standing(standing, chains, style), ""]
    return "".join(f"{line.rstrip(' ')}\n" for line in lines[:-1])


def _standing(standing: Standing, chains: JudgedChains, style: Style) -> Iterator[str]:
    from iflint.answers.chains import verdict_line

    for level, step in enumerate(standing.steps):
        yield from _step(step, level, style)
    word, _, rest = style.show(verdict_line(standing, chains)).partition(" ")
    yield from style.led(word, rest, f"{BOLD};{_colour(standing.verdict)}")


def _colour(verdict: str) -> str:
    return {"works": NOTE, "uncertain": WARNING}.get(verdict, ERROR)


def _step(step: Step, level: int, style: Style) -> Iterator[str]:
    verdict = "works" if not step.faults else "fails" if step.certain else "uncertain"
    mark = {"works": style.holds, "fails": style.differs}.get(verdict, "?")
    start = "  " * level + (ISSUED_BY if level else "")
    head = f"{style.paint(start, QUIET)}{style.paint(mark, _colour(verdict))} "
    body = 2 * level + 4
    yield from style.hung(style.show(step.subject), len(start) + 2, body, head=head, code=BOLD)
    for label, text in _facts(step, style):
        head = style.paint(f"{' ' * body}{label:<{_LABEL}}", QUIET)
        yield from style.hung(text, body + _LABEL, head=head)
    yield ""


def _facts(step: Step, style: Style) -> Iterator[tuple[str, str]]:
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
    if step.note:
        yield "note", style.show(step.note)
    for address in step.sources[:1]:
        yield "see", style.show(address)
    yield from _verdict_facts(step, style)


def _verdict_facts(step: Step, style: Style) -> Iterator[tuple[str, str]]:
    label = "verdict"
    for fault in step.faults or ("ok",):
        yield label, style.show(fault)
        label = ""
