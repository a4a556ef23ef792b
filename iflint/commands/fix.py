"""`iflint fix`: write the DNs of certificates where the flow has them in another form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from iflint.commands.arguments import (
    color_option,
    configuration_options,
    judging_options,
    paths_argument,
    request,
    rule_options,
)
from iflint.commands.interface import CLEAN, FOUND, Failure, GroupedCommand, Option

if TYPE_CHECKING:
    from iflint.commands.run import Run
    from iflint.findings import Finding
    from iflint.fixes import Fix, Left, Plan
    from iflint.location import Location
    from iflint.reporters.style import Style

FIXES = "Fixes"


@click.command(
    "fix",
    cls=GroupedCommand,
    short_help="Correct DNs in unpacked flows.",
    examples=(
        "iflint fix --diff",
        "iflint fix packages --certificates certs",
        "iflint fix --diff > dns.patch && git apply dns.patch",
        "iflint fix --add-successor",
    ),
)
@paths_argument()
@click.option(
    "--diff",
    is_flag=True,
    cls=Option,
    heading=FIXES,
    help="Show the changes and write nothing; exit code 1 if there are any.",
)
@click.option(
    "--add-successor",
    is_flag=True,
    cls=Option,
    heading=FIXES,
    help="Add the row of a successor that is at hand (IFL105).",
)
@click.option(
    "--unsafe-fixes",
    is_flag=True,
    cls=Option,
    heading=FIXES,
    help="Also write a common name that is a letter or two away: a guess, see what it changes.",
)
@judging_options
@rule_options
@color_option
@configuration_options
def command(
    paths: tuple[str, ...],
    diff: bool,
    add_successor: bool,
    unsafe_fixes: bool,
    **arguments: Any,
) -> int:
    """Correct DNs in the unpacked flows at PATH (default: the current folder).

    A DN that differs from a certificate's in spelling or order only (IFL301, IFL304) is
    rewritten where it stands, in parameters.prop or the .iflw, if exactly one certificate is
    meant; every other byte stays. A fix that would make another finding, in any configured
    environment (unless --environment names some), is left, and so is everything in archives.
    Exit code: 0 when all is written that can be, 1 when --diff has changes to show, 2 wrong
    usage, 3 iflint itself failed.
    """
    from iflint.commands import output
    from iflint.commands.run import call, options_of, prepare
    from iflint.fixes import plan_fixes

    run = prepare(request(arguments, paths=paths or (".",)), every_environment=True)
    options = options_of(run)
    plan = call(plan_fixes, run.paths, options, add_successor=add_successor, unsafe=unsafe_fixes)
    if diff:
        return _show(plan, run)
    failed = {}
    for file in plan.files:
        try:
            output.rewrite_file(file.path, file.before, file.after)
        except Failure as failure:
            failed[file.file] = failure.message
    done = plan.without(failed)
    output.write_text(None, run.colour, lambda *console: _text(done, run, *console))
    if failed:
        raise Failure("\n".join(failed.values()))
    return CLEAN


def _show(plan: Plan, run: Run) -> int:
    """Write the diff to standard output, and in a line on standard error what it is about."""
    from iflint.commands import output
    from iflint.commands.interface import complain
    from iflint.diffs import unified
    from iflint.wording import counted

    diff = b"".join(unified(file.file.path, file.before, file.after) for file in plan.files)
    if output.is_terminal():
        output.write_text(None, run.colour, lambda colour, *_: _painted(diff, colour))
    else:
        output.write_bytes(diff)
    findings = {fix.finding.fingerprint for fix in plan.fixes}
    what = f"would fix {counted(len(findings), 'finding')}" if findings else "nothing to fix"
    complain("; ".join((what, *_more(plan))))
    return FOUND if diff else CLEAN


_ADDED, _REMOVED, _PLACE = "32", "31", "36"
_COLOURS = {"---": "1", "+++": "1", "@@ ": _PLACE, "+": _ADDED, "-": _REMOVED}


def _painted(diff: bytes, colour: bool) -> str:
    """A diff as a terminal shows it; a character that can't be seen is written as an escape."""
    from iflint.text import visible

    lines = []
    for line in diff.decode("utf-8", "replace").split("\n"):
        code = next((c for start, c in _COLOURS.items() if line.startswith(start)), "")
        shown = visible(line.replace("\t", "    ").removesuffix("\r"))
        lines.append(f"\x1b[{code}m{shown}\x1b[0m" if colour and code else shown)
    return "\n".join(lines)


def _more(plan: Plan) -> Iterator[str]:
    """What other options would do."""
    from iflint.wording import counted

    unsafe = len({left.finding.fingerprint for left in plan.left if left.unsafe})
    if unsafe:
        yield f"{unsafe} more with --unsafe-fixes"
    if plan.rows:
        yield f"{counted(plan.rows, 'row')} of a successor with --add-successor"


def _text(plan: Plan, run: Run, colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.reporters.style import MINIMUM_WIDTH, Style

    style = Style(colour, max(width, MINIMUM_WIDTH), ascii_only)
    return "\n".join(_lines(plan, run, style)) + "\n"


def _lines(plan: Plan, run: Run, style: Style) -> Iterator[str]:
    from iflint.wording import counted

    if plan.fixes:
        done = len({fix.finding.fingerprint for fix in plan.fixes})
        files = counted(len(plan.files), "file")
        yield style.paint(f"Fixed {counted(done, 'finding')} in {files}:", "1")
        for fix in plan.fixes:
            yield from _fixed(fix, style)
        yield ""
    if plan.left:
        number = len({left.finding.fingerprint for left in plan.left})
        yield style.paint(
            f"Left as {'it is' if number == 1 else 'they are'}, {counted(number, 'finding')}:", "1"
        )
        for left in plan.left:
            yield from _remaining(left, style)
        yield ""
    if not plan.fixes:
        yield "Nothing was changed."
    more = "; ".join(_more(plan))
    if more:
        yield f"{more[:1].upper()}{more[1:]}."
    if plan.fixes:
        paths = " ".join(map(_quoted, run.paths))
        yield style.show(f"Next: iflint check {paths}; then deploy what changed.")


def _fixed(fix: Fix, style: Style) -> Iterator[str]:
    for change in fix.changes:
        yield ""
        yield f"  {_place(change.location, fix.finding, style)}"
        yield f"    {change.what}"
        if change.old:
            yield "      " + style.paint(f"- {style.show(change.old)}", _REMOVED)
        yield "      " + style.paint(f"+ {style.show(change.new)}", _ADDED)
    for other in fix.reveals:
        yield from _wrapped("    hidden so far: ", f"{other.code} {other.message}", style)


def _remaining(left: Left, style: Style) -> Iterator[str]:
    from iflint.wording import sentence

    yield ""
    yield f"  {_place(left.finding.location, left.finding, style)}"
    yield from _wrapped("    why: ", sentence(left.why), style)
    yield from _wrapped("    do:  ", left.remedy, style)


def _place(location: Location, finding: Finding, style: Style) -> str:
    region = location.region
    at = f":{region.start_line}:{region.start_column}" if region else ""
    where = f" ({', '.join(finding.environments)})" if any(finding.environments) else ""
    return f"{style.file(location.file)}{at} {finding.code} {finding.name}{style.show(where)}"


def _wrapped(label: str, text: str, style: Style) -> Iterator[str]:
    from iflint.reporters.style import wrapped

    first, *rest = wrapped(style.show(text), len(label), len(label), style.width)
    yield label + first
    yield from (" " * len(label) + line for line in rest)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
