"""`iflint fix`: write the DNs of certificates where the flow has them in another form."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from iflint.console import output
from iflint.console.arguments import CONFIGURATION, JUDGING, PATHS, RULES
from iflint.console.frame import subcommand
from iflint.console.interface import CLEAN, FOUND, Failure, Option, complain
from iflint.console.invocation import Invocation, Request, call, options_of, prepare
from iflint.limits import REPORT_BYTES, numbered
from iflint.places.location import Location
from iflint.report.findings import Finding
from iflint.words.terminal import BOLD, ERROR, NOTE, QUIET, Style
from iflint.words.visible import inert
from iflint.words.wording import counted, sentence

if TYPE_CHECKING:
    from iflint.fixes.plan import Fix, Plan
    from iflint.places.edits import Edit

FIXES = "Fixes"

DIFF = Option("--diff", FIXES, "Show the changes and write nothing; exit code 1 if there are any.")
ADD_SUCCESSOR = Option(
    "--add-successor", FIXES, "Add the row of a successor that is at hand (IFL105)."
)
UNSAFE_FIXES = Option(
    "--unsafe-fixes",
    FIXES,
    "Also write a guess (a common name that is a letter or two away, names exchanged), and"
    " what brings other findings to light: see what it changes.",
)


@subcommand(
    "fix",
    "Correct DNs in unpacked flows.",
    (PATHS, DIFF, ADD_SUCCESSOR, UNSAFE_FIXES, *JUDGING, *RULES, "color", *CONFIGURATION),
    examples=(
        "iflint fix --diff",
        "iflint fix packages --certificates certs",
        "iflint fix --diff > dns.patch && git apply dns.patch",
        "iflint fix --add-successor",
    ),
)
def command(
    asked: Request,
    paths: tuple[str, ...],
    diff: bool,
    add_successor: bool,
    unsafe_fixes: bool,
) -> int:
    """Correct DNs in the unpacked flows at PATH (default: the current folder).

    A DN that differs from a certificate's in spelling or order only (IFL301, IFL304) is
    rewritten where it stands, in parameters.prop or the .iflw, if exactly one certificate is
    meant. Every other byte stays. A fix is left out where the checks would then find something
    new, in any configured environment. Archives are never changed. 'git apply' takes what --diff
    prints; what is left out, and why, then goes to standard error.
    Exit code: 0 when all is written that can be, 1 when --diff has changes to show, 2 wrong
    usage, 3 iflint itself failed.
    """
    from iflint.engine.run import read
    from iflint.fixes.plan import plan_fixes

    run = prepare(asked, paths or (".",))
    found = call(read, run.paths, options_of(run))
    size = found.first.inputs.size
    plan = call(
        plan_fixes,
        found,
        also=run.settings.other_environments,
        add_successor=add_successor,
        unsafe=unsafe_fixes,
    )
    if diff:
        return _show(plan, run, size)
    failed = {}
    for file in plan.files:
        try:
            output.rewrite_file(file.path, file.before, file.after)
        except Failure as failure:
            failed[file.file] = failure.message
    done = plan.without(failed)
    output.write_text(
        None,
        run.settings.color,
        lambda style: _fitted(done, lambda told: _report(done, told, run, style), size),
    )
    if failed:
        raise Failure("\n".join(failed.values()))
    return CLEAN


def _show(plan: Plan, run: Invocation, size: int) -> int:
    """Write the diff to standard output, and to standard error what it is about and leaves out.

    The changes of a file are told as a whole or not at all: they were proven together.
    """
    from iflint.places.diffs import legible, unified
    from iflint.report.fitting import length_for

    colour, width = output.wants_colour(run.settings.color), output.width()
    on_screen = output.is_terminal()
    room, told, without = length_for(size), list[bytes](), 0
    for file in plan.files:
        changes = file.before, file.edits
        diff = unified(file.file.path, *(legible(*changes) if on_screen else changes))
        if not on_screen and _is_obeyed(diff):
            complain(f"{file.file.path} is left out: {_OBEYED}")
        elif len(diff) > room:
            without += 1
        else:
            told.append(diff)
            room -= len(diff)
    shown = b"".join(told)
    if on_screen:
        output.print_text(lambda plain: _painted(shown, Style(colour, width, plain)))
    else:
        output.write_bytes(shown)
    if without:
        files = counted(without, "more file")
        complain(f"not shown: the changes of {files}. To show more, {REPORT_BYTES.option}")

    def aside(plain: bool) -> str:
        style = Style(colour, width, plain)
        return _fitted(plan, lambda told: _aside(plan, told, style), size)

    output.print_aside(aside)
    findings = {fix.finding.fingerprint for fix in plan.fixes}
    what = f"would fix {counted(len(findings), 'finding')}" if findings else "nothing to fix"
    complain("; ".join((what, *_more(plan))))
    return FOUND if plan.files else CLEAN


def _is_obeyed(changes: bytes) -> bool:
    """Whether a CI server takes a line for a command; changes have to stay as they are."""
    text = changes.decode("latin-1").replace("\r", "\n")
    return inert(text) != text


_OBEYED = "a CI server would obey a line around its changes; 'iflint fix' writes them"


def _fitted(plan: Plan, lines: Callable[[Plan], Iterable[str]], size: int) -> str:
    """The lines of as many fixes, and of as many findings that are left, as a report may have."""
    from iflint.report.fitting import fitted

    def text(told: Plan) -> str:
        return "".join(f"{line}\n" for line in lines(told))

    return fitted(plan, _within, text, size)[1]


def _within(plan: Plan, room: int) -> Plan:
    from iflint.report.fitting import Room

    left = Room(room)
    if left.has_room_for((*plan.fixes, *plan.left)):
        return plan
    fixes, others = left.some(plan.fixes, 2), left.some(plan.left, 1)
    return msgspec.structs.replace(plan, fixes=tuple(fixes), left=tuple(others))


def _painted(diff: bytes, style: Style) -> str:
    """A diff as a terminal shows it; a character that can't be seen is written as an escape."""
    codes = {"---": BOLD, "+++": BOLD, "@@ ": QUIET, "+": NOTE, "-": ERROR}
    lines = []
    for line in diff.decode("utf-8", "replace").split("\n"):
        code = next((code for start, code in codes.items() if line.startswith(start)), "")
        shown = style.show(line.replace("\t", "    ").removesuffix("\r"))
        lines.append(style.paint(shown, code) if code else shown)
    return "\n".join(lines)


def _more(plan: Plan) -> Iterator[str]:
    """What other options would do."""
    unsafe = len({left.finding.fingerprint for left in plan.left if left.unsafe})
    if unsafe:
        yield f"{unsafe} more with --unsafe-fixes"
    if plan.rows:
        yield f"{counted(plan.rows, 'row')} of a successor with --add-successor"


def _report(plan: Plan, told: Plan, run: Invocation, style: Style) -> Iterator[str]:
    """What was written, what was left and why, and what comes next; one by one what is ``told``."""
    if plan.fixes:
        done = len({fix.finding.fingerprint for fix in plan.fixes})
        files = counted(len(plan.files), "file")
        shown = _together(told.fixes)
        yield _heading(f"Fixed {counted(done, 'finding')} in {files}", shown, style)
        for fixes in shown:
            yield from _fixed(fixes, style)
        yield from _rest(len(_together(plan.fixes)), len(shown))
        yield ""
    yield from _left(plan, told, style)
    if not plan.fixes:
        yield "Nothing was changed."
    more = "; ".join(_more(plan))
    if more:
        yield f"{more[:1].upper()}{more[1:]}."
    if plan.fixes:
        paths = " ".join(map(_quoted, run.paths))
        yield style.show(f"Next: iflint check {paths}; then deploy what changed.")


def _aside(plan: Plan, told: Plan, style: Style) -> Iterator[str]:
    """What a diff does not tell: what it brings to light, what is left and why."""
    revealing, shown = (
        [fixes for fixes in _together(each.fixes) if fixes[0].reveals] for each in (plan, told)
    )
    if revealing:
        yield _heading("The changes bring more to light", shown, style)
        for fixes in shown:
            yield ""
            yield _head([fix.finding for fix in fixes], style)
            yield from _hidden(fixes[0].reveals, style)
        yield from _rest(len(revealing), len(shown))
        yield ""
    yield from _left(plan, told, style)


def _heading(what: str, told: Collection[object], style: Style) -> str:
    """What is listed below, or that there was room for none of it."""
    return style.paint(
        f"{what}:" if told else f"{what}. To list more, {REPORT_BYTES.option}.", BOLD
    )


def _rest(number: int, told: int) -> Iterator[str]:
    """How many more there are than those that a report had room for."""
    if 0 < told < number:
        yield from ("", f"  And {numbered(number - told)} more; {REPORT_BYTES.option}.")


def _left(plan: Plan, told: Plan, style: Style) -> Iterator[str]:
    number = len({left.finding.fingerprint for left in plan.left})
    if not number:
        return
    what = "it is" if number == 1 else "they are"
    yield _heading(f"Left as {what}, {counted(number, 'finding')}", told.left, style)
    for left in told.left:
        yield ""
        yield _head([left.finding], style)
        yield _place(left.finding.location, style)
        yield from _wrapped("why:", sentence(left.why), style)
        yield from _hidden(left.hides, style)
        yield from _wrapped("do: ", left.remedy, style)
    yield from _rest(len(plan.left), len(told.left))
    yield ""


def _together(fixes: Iterable[Fix]) -> Collection[list[Fix]]:
    """The fixes that write the same, as many flows or findings have one text between them."""
    groups: dict[tuple[Edit, ...], list[Fix]] = {}
    for fix in fixes:
        groups.setdefault(tuple(change.edit for change in fix.changes), []).append(fix)
    return groups.values()


def _fixed(fixes: list[Fix], style: Style) -> Iterator[str]:
    yield ""
    yield _head([fix.finding for fix in fixes], style)
    for change in fixes[0].changes:
        yield _place(change.location, style)
        if change.edit.file != change.location.file:
            yield from _wrapped("link to:", change.edit.file.path, style)
        yield f"    {change.what}"
        if change.old:
            yield "      " + style.paint(f"- {style.show(change.old)}", ERROR)
        yield "      " + style.paint(f"+ {style.show(change.new)}", NOTE)
    yield from _hidden(fixes[0].reveals, style)


def _head(findings: list[Finding], style: Style) -> str:
    """Which rules found something, how often if more than once each, and where."""
    names = dict.fromkeys(f"{finding.code} {finding.name}" for finding in findings)
    where = dict.fromkeys(name for finding in findings for name in finding.environments)
    text = ", ".join(names)
    if len(findings) > len(names):
        text += f", {len(findings)} findings"
    if where:
        text += f" ({', '.join(where)})"
    return f"  {style.show(text)}"


def _place(location: Location, style: Style) -> str:
    region = location.region
    at = f":{region.start_line}:{region.start_column}" if region else ""
    return f"    {style.paint('-->', QUIET)} {style.file(location.file)}{at}"


def _hidden(findings: Iterable[Finding], style: Style) -> Iterator[str]:
    """What a fix brings to light."""
    for finding in findings:
        text = f"{finding.code} {finding.name}: {finding.message}"
        yield from _wrapped("then found:", text, style)


def _wrapped(label: str, text: str, style: Style) -> Iterator[str]:
    head = f"    {style.paint(label, QUIET)} "
    return style.hung(style.show(text), len(label) + 5, head=head)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
