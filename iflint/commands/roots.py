"""`iflint roots`: the known roots, what came and went, a newer table, and the CA calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from iflint.console.arguments import (
    ANY_PATH,
    OUTPUT,
    calendar_option,
    color_option,
    configuration_options,
    judging_options,
    request,
    root_options,
    table_format,
    table_in_use_options,
    table_options,
)
from iflint.console.interface import CLEAN, GroupedCommand, Option, complain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.answers.releases import Affected, ReleaseEffect
    from iflint.answers.trust_store import Store
    from iflint.configuration.settings import Mistake
    from iflint.console.run import Run
    from iflint.pki.calendar import Claim, Row
    from iflint.pki.roots.history import KnownRoot
    from iflint.pki.roots.table_update import Update
    from iflint.pki.roots.trust import Root, TrustList

FORMATS = ("table", "json", "csv")
DEFAULT = "list"
_UNNAMED = "iflint.roots.unnamed"
"""Set where the default command was meant by leaving its name out."""


class Subcommands(click.Group):
    """A group whose default command needs no name: ``iflint roots digicert`` searches."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the name of the default command in front where no other one stands."""
        if not args or args[0] not in (*self.commands, *ctx.help_option_names):
            args = [DEFAULT, *args]
            ctx.meta[_UNNAMED] = True
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - as in click
        """The commands in the order in which people meet them."""
        return list(self.commands)


@click.group("roots", cls=Subcommands, short_help="Show and update the list of roots.")
def command() -> None:
    """List the known roots, or those in which every word of SEARCH occurs.

    'iflint roots [SEARCH]' is short for 'iflint roots list [SEARCH]'.
    """


class RootRow(msgspec.Struct, frozen=True):
    """A root with its history; dates are whole days, ``standing`` is what the list says."""

    subject: str
    standing: str
    key: str
    not_before: date | None
    not_after: date | None
    added_in: str | None
    added_on: date | None
    removed_in: str | None
    removed_on: date | None
    required: bool
    in_neo_list: bool
    public_web: bool | None
    sha256: str
    sha1: str
    origin: str


def _row(root: Root, standing: str) -> RootRow:
    return RootRow(
        subject=root.subject_text,
        standing=standing,
        key=root.key,
        not_before=root.not_before.date() if root.not_before else None,
        not_after=root.not_after.date() if root.not_after else None,
        added_in=root.added_in,
        added_on=root.added_on,
        removed_in=root.removed_in,
        removed_on=root.removed_on,
        required=root.required,
        in_neo_list=root.in_neo_list,
        public_web=root.public_web,
        sha256=root.sha256,
        sha1=root.sha1,
        origin=root.origin,
    )


# iflint roots list


@command.command(
    DEFAULT,
    cls=GroupedCommand,
    short_help="List or search the known roots.",
    examples=("iflint roots", "iflint roots digicert g2", "iflint roots list --landscape neo"),
)
@click.argument("search", nargs=-1, metavar="[SEARCH]...")
@root_options
@table_options(FORMATS)
@configuration_options
def list_roots(search: tuple[str, ...], **arguments: Any) -> int:
    """List the known roots, or those in which every word of SEARCH occurs.

    SEARCH may be parts of the name, the key or a fingerprint. Each root is shown with the
    releases in which it came and went, and what the list in force says of it.
    """
    from iflint.configuration.settings import Mistake
    from iflint.console import output
    from iflint.console.run import call, options_of, prepare
    from iflint.engine.roots import read_trust_list
    from iflint.pki.roots.history import known_roots

    chosen, path, mistakes = table_format(arguments, FORMATS)
    context = click.get_current_context()
    if context.meta.get(_UNNAMED) and search[:1] and search[0] in command.commands:
        said = f"{search[0]} is a command: write 'iflint roots {search[0]}' before any option"
        mistakes = (*mistakes, Mistake("", said))
    run = prepare(request(arguments, paths=(), configured_from=(".",), mistakes=mistakes))
    as_of = _clock(run)
    trust, _ = call(read_trust_list, options_of(run), as_of)
    known = known_roots(trust, search)
    rows = [_row(each.root, str(each.standing)) for each in known]
    if chosen == "table":
        output.write_text(path, run.colour, lambda *console: _list(trust, known, *console))
    elif chosen == "json":
        envelope = {"as_of": as_of, "list": trust.name, "landscape": str(trust.landscape)}
        output.write_data(path, _json("iflint-roots", {**envelope, "roots": rows}))
    else:
        output.write_data(path, _csv(rows))
    return CLEAN


def _clock(run: Run) -> datetime:
    from iflint.options import now

    as_of: datetime | None = run.settings.get("as-of")
    return as_of or now()


def _json(name: str, content: dict[str, Any]) -> str:
    from iflint.reporters.encoding import dumped

    return dumped({"format": name, "formatVersion": "1", **content})


def _csv(rows: Sequence[RootRow]) -> str:
    from iflint.console.spreadsheets import csv_text

    names = RootRow.__struct_fields__
    return csv_text(names, ([getattr(row, name) for name in names] for row in rows))


_STANDINGS = {
    "listed": "listed",
    "one-list": "on one of two lists",
    "not-required": "not required",
    "removed": "removed",
    "not-yet": "not yet listed",
    "not-listed": "not listed",
}


def _list(
    trust: TrustList, known: Sequence[KnownRoot], colour: bool, width: int, ascii_only: bool
) -> str:
    from iflint.words.visible import visible

    if not known:
        return _shown(f"No known root matches in {trust.describe()}.\n", ascii_only)
    listed = sum(each.standing == "listed" for each in known)
    title = f"{trust.describe()}: {listed} of these {len(known)} listed"
    rows = [[*_root_cells(each.root), _STANDINGS[each.standing]] for each in known]
    return _table(
        ("Root", "Valid until", "History", "Standing"),
        [(visible(title), rows)],
        colour,
        width,
        ascii_only,
    )


def _root_cells(root: Root) -> list[str]:
    """Name and key, last day, and history."""
    from iflint.words.visible import visible

    history = [
        f"{verb} {release} ({on})"
        for verb, release, on in (
            ("since", root.added_in, root.added_on),
            ("until", root.removed_in, root.removed_on),
        )
        if release is not None
    ]
    if not history:
        history = ["list of Neo" if root.in_neo_list else f"from {visible(root.origin)}"]
    key = root.key or f"SHA-1 {root.sha1}"
    return [
        f"{visible(root.subject_text)} ({visible(key)})",
        str(root.not_after.date()) if root.not_after else "",
        ", ".join(history),
    ]


def _table(
    headings: Sequence[str],
    groups: Sequence[tuple[str, Sequence[Sequence[str]]]],
    colour: bool,
    width: int,
    ascii_only: bool,
) -> str:
    from iflint.console.tables import Column, table

    columns = [Column(heading, names=not number) for number, heading in enumerate(headings)]
    return _shown(table(columns, groups, colour=colour, width=width), ascii_only)


def _shown(text: str, ascii_only: bool) -> str:
    from iflint.words import visible as texts

    return texts.ascii_only(text) if ascii_only else text


# iflint roots diff


@command.command(
    "diff",
    cls=GroupedCommand,
    short_help="Show what came and went between two releases.",
    examples=("iflint roots diff 2.0.0 3.0.0", "iflint roots diff 2.0.0 3.0.0 exports"),
)
@click.argument("one", metavar="RELEASE")
@click.argument("other", metavar="RELEASE")
@click.argument("paths", nargs=-1, type=ANY_PATH, metavar="[PATH]...")
@judging_options
@table_options(FORMATS[:2])
@configuration_options
def diff(one: str, other: str, paths: tuple[str, ...], **arguments: Any) -> int:
    """Show which roots came and went between two releases of the list.

    With PATH, which of its channels the change breaks: each is judged once with each release.
    """
    from iflint.answers.releases import release_effect
    from iflint.console import output
    from iflint.console.run import call, options_of, prepare

    chosen, path, mistakes = table_format(arguments, FORMATS[:2])
    run = prepare(
        request(arguments, paths=paths, configured_from=paths or (".",), mistakes=mistakes)
    )
    found = call(release_effect, run.paths, options_of(run), one, other)
    if chosen == "table":
        output.write_text(path, run.colour, lambda *console: _diff(found, *console))
    else:
        output.write_data(path, _json("iflint-roots-diff", _diff_content(found)))
    return CLEAN


def _diff_content(found: ReleaseEffect) -> dict[str, Any]:
    change = found.change
    return {
        "older": {"release": change.older, "released_on": change.older_on},
        "newer": {"release": change.newer, "released_on": change.newer_on},
        "added": [_row(root, "added") for root in change.added],
        "removed": [_row(root, "removed") for root in change.removed],
        "checked": found.checked,
        "broken": [_affected(one) for one in found.broken],
        "mended": [_affected(one) for one in found.mended],
    }


def _affected(one: Affected) -> dict[str, Any]:
    return {**msgspec.structs.asdict(one), "file": str(one.file)}


def _diff(found: ReleaseEffect, colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.words.wording import counted

    change = found.change
    title = (
        f"From release {change.older} ({change.older_on}) to {change.newer} ({change.newer_on}): "
        f"{counted(len(change.removed), 'root')} removed, {len(change.added)} added.\n"
    )
    parts = [_shown(title, ascii_only)]
    groups = [
        (name, [_root_cells(root)[:2] for root in roots])
        for name, roots in (("Removed", change.removed), ("Added", change.added))
        if roots
    ]
    if groups:
        parts.append(_table(("Root", "Valid until"), groups, colour, width, ascii_only))
    if found.checked is not None:
        parts.append(_effect(found, colour, width, ascii_only))
    return "\n".join(parts)


def _effect(found: ReleaseEffect, colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.words.wording import counted

    checked = counted(found.checked or 0, "entry", "entries")
    broken = counted(len(found.broken), "entry", "entries")
    said = f"Of {checked} with a certificate at hand, the change breaks {broken}.\n"
    groups = [
        (name, [_affected_cells(one) for one in affected])
        for name, affected in (("Broken", found.broken), ("Works again", found.mended))
        if affected
    ]
    if not groups:
        return said
    shown = _table(("Channel", "Certificate", "Root"), groups, colour, width, ascii_only)
    return f"{said}\n{shown}"


def _affected_cells(one: Affected) -> list[str]:
    from iflint.words.visible import visible

    flow = f"{one.package} › {one.iflow}" if one.package else one.iflow
    channel = (flow, f"{one.adapter} {one.address}, entry {one.entry}", str(one.file))
    return ["\n".join(map(visible, channel)), visible(one.subject), visible(one.root)]


# iflint roots update


@command.command(
    "update",
    cls=GroupedCommand,
    short_help="Make a table from a newer trust store.",
    examples=(
        "iflint roots update btp-trust-store",
        "iflint roots update btp-trust-store-3.1.0 --output roots.json",
    ),
)
@click.argument("path", metavar="PATH", type=ANY_PATH)
@click.option(
    "--release",
    cls=Option,
    heading="Release",
    metavar="NUMBER",
    help="The release that PATH holds. Default: what PATH says.",
)
@click.option(
    "--released-on",
    cls=Option,
    heading="Release",
    metavar="DATE",
    help="The day on which it came out.",
)
@click.option(
    "--output",
    cls=Option,
    heading=OUTPUT,
    metavar="FILE",
    type=ANY_PATH,
    help="File that gets the new table.",
)
@color_option
@table_in_use_options
@configuration_options
def update(
    path: str, release: str | None, released_on: str | None, output: str | None, **arguments: Any
) -> int:
    """Compare a newer checkout of SAP's trust store with the table in use.

    PATH is a folder or zip of https://github.com/sap-software/btp-trust-store, whose folders
    'optional' and 'required' hold the roots. Tells what came and went; --output writes a table
    that --roots, or 'roots' in iflint.toml, can name.
    """
    from iflint.answers.trust_store import update_table
    from iflint.console import output as outputs
    from iflint.console.run import call, options_of, prepare
    from iflint.pki.roots.trust import TRUST_STORE

    day, mistakes = _release_mistakes(release, released_on)
    run = prepare(
        request(arguments, paths=(path,), configured_from=(".",), mistakes=tuple(mistakes))
    )
    store, made, compared = call(update_table, path, options_of(run), release, day)
    if run.settings.get("roots") and compared == TRUST_STORE:
        complain(f"--roots names no table of roots, so PATH is compared with the {compared}")
    if output is not None:
        outputs.write_file(output, made.data.decode())
    outputs.write_text(None, run.colour, lambda *console: _updated(store, made, output, *console))
    return CLEAN


def _release_mistakes(
    release: str | None, released_on: str | None
) -> tuple[date | None, list[Mistake]]:
    import re

    from iflint.configuration.settings import Mistake
    from iflint.pki.roots.trust import VERSION
    from iflint.values import parse_as_of
    from iflint.words.visible import shown

    mistakes = []
    if release is not None and not re.fullmatch(VERSION, release):
        mistakes.append(
            Mistake("", f"--release takes a number such as 3.1.0, not {shown(release)}")
        )
    day = None
    if released_on is not None:
        try:
            day = parse_as_of(released_on).date()
        except ValueError as error:
            mistakes.append(Mistake("", f"--released-on {shown(released_on)} is {error}"))
    return day, mistakes


def _updated(
    store: Store, made: Update, file: str | None, colour: bool, width: int, ascii_only: bool
) -> str:
    from iflint.words.visible import visible
    from iflint.words.wording import counted

    required = "none told" if store.required is None else str(len(store.required))
    said = f"Read {counted(len(store.optional), 'root')}, required: {required} ({store.read}).\n"
    if made.release == made.before and not made.changed:
        said += f"Release {made.release} ({made.released_on}) is still the newest: no change.\n"
    else:
        said += (
            f"Release {made.release} ({made.released_on}) after {made.before}: "
            f"{len(made.removed)} removed, {len(made.added)} added.\n"
        )
    groups = [
        (name, [_root_cells(root)[:2] for root in roots])
        for name, roots in (
            ("Removed", made.removed),
            ("Added", made.added),
            ("Required from now on", made.newly_required),
            ("No longer required", made.no_longer_required),
        )
        if roots
    ]
    parts = [said]
    if groups:
        parts.append(_table(("Root", "Valid until"), groups, colour, width, ascii_only))
    if file is not None:
        parts.append(f"Written to {visible(file)}; use it with --roots {visible(file)}\n")
    elif made.changed:
        parts.append("--output FILE writes the table.\n")
    if made.added:
        parts.append(
            "Not known of added roots: whether they are public web roots "
            "(in_mozilla_tls_store in the table).\n"
        )
    return _shown("\n".join(parts), ascii_only)


# iflint roots calendar


@command.command(
    "calendar",
    cls=GroupedCommand,
    short_help="Show when public CAs end Client Authentication.",
    examples=("iflint roots calendar", "iflint roots calendar --format json"),
)
@calendar_option
@table_options(FORMATS[:2])
@configuration_options
def calendar(**arguments: Any) -> int:
    """Show the CA calendar: when public CAs stop issuing certificates for clients.

    To correct it, write rows as --format json shows them into a file and name it with
    --calendar FILE, or 'calendar' in iflint.toml: a row replaces the one with its key.
    """
    from iflint.console import output
    from iflint.console.run import call, options_of, prepare
    from iflint.engine.roots import read_calendar

    chosen, path, mistakes = table_format(arguments, FORMATS[:2])
    run = prepare(request(arguments, paths=(), configured_from=(".",), mistakes=mistakes))
    rows = call(read_calendar, options_of(run)).rows
    if chosen == "table":
        output.write_text(path, run.colour, lambda *console: _calendar(rows, *console))
    else:
        from iflint.reporters.encoding import dumped

        output.write_data(path, dumped({"rows": rows}))
    return CLEAN


def _calendar(rows: Sequence[Row], colour: bool, width: int, ascii_only: bool) -> str:
    from iflint.words.visible import visible

    cells = []
    for row in rows:
        about = [f"{row.confidence}: {row.source}", row.note]
        if row.known_on:
            about.append(f"as known on {row.known_on}")
        last = _claims(row.last)
        if row.intermediates_from:
            last.append(f"for new intermediates from {row.intermediates_from}")
        if row.forbidden_from:
            last.append(f"forbidden from {row.forbidden_from}")
        cells.append(
            [
                visible(row.ca),
                "\n".join(map(visible, _claims(row.default_off))),
                "\n".join(map(visible, last)),
                "\n".join(visible(text) for text in about if text),
            ]
        )
    headings = ("CA", "Default off", "Last day", "Source")
    return _table(headings, [("", cells)], colour, width, ascii_only)


def _claims(given: date | tuple[Claim, ...] | None) -> list[str]:
    from iflint.pki.calendar import claims

    return [f"{claim.on} {claim.by}".rstrip() for claim in claims(given)]
