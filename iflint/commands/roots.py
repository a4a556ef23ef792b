"""`iflint roots`: the known roots, what came and went, a newer table, and the CA calendar."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click
import msgspec

from iflint.console import output
from iflint.console.arguments import CONFIGURATION, FAIL_ON, JUDGING, PATHS, ROOTS, answer
from iflint.console.frame import exit_code, show, subcommand
from iflint.console.interface import AnyPath, Option, complain
from iflint.console.invocation import Request, call, options_of, prepare
from iflint.console.tables import columns, table
from iflint.options import OUTPUT, now
from iflint.pki.roots.trust import Root, TrustList
from iflint.reporters.encoding import dumped, enveloped
from iflint.reporters.sentences import caller_name, roles_of
from iflint.values import parse_as_of
from iflint.words.terminal import Style
from iflint.words.visible import shown, visible
from iflint.words.wording import counted, listed

if TYPE_CHECKING:
    from iflint.answers.public_cas import FoundCa, LeadsTo
    from iflint.answers.releases import Affected, ReleaseEffect
    from iflint.answers.trust_store import Store
    from iflint.console.spreadsheets import Sheet
    from iflint.pki.calendar import Claim, Row
    from iflint.pki.roots.history import KnownRoot
    from iflint.pki.roots.table_update import Update

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


class Listed(msgspec.Struct, frozen=True):
    """The roots and the public CAs that were asked for, and the list in force."""

    as_of: datetime
    trust: TrustList
    known: tuple[KnownRoot, ...]
    public_cas: tuple[FoundCa, ...]


COLUMNS = (
    *("subject", "standing", "key", "not_before", "not_after"),
    *("added_in", "added_on", "removed_in", "removed_on"),
    *("required", "in_neo_list", "public_web", "sha256", "sha1", "origin"),
)


def _row(root: Root, standing: str) -> dict[str, Any]:
    """A root with its history, for machines; ``standing`` is what the list says."""
    return {name: getattr(root, name, None) for name in COLUMNS} | {
        "subject": root.subject_text,
        "standing": str(standing),
        "not_before": root.not_before and root.not_before.date(),
        "not_after": root.not_after and root.not_after.date(),
    }


# iflint roots list


@subcommand(
    DEFAULT,
    "List or search the known roots and public CAs.",
    (
        click.Argument(["search"], nargs=-1, metavar="[SEARCH]..."),
        *(*ROOTS, *answer("table", "json", "csv"), *CONFIGURATION),
    ),
    examples=(
        "iflint roots",
        "iflint roots digicert g2",
        'iflint roots "let\'s encrypt"',
        "iflint roots list --platform neo",
    ),
    group=command,
)
def list_roots(asked: Request, search: tuple[str, ...]) -> None:
    """List the known roots, or those in which every word of SEARCH occurs.

    SEARCH may be parts of the name, the key or a fingerprint. Each root is shown with the
    releases in which it came and went, and whether it is supported today. With SEARCH, the
    public CAs of that name follow, each with the roots to which it leads (JSON has all of them).
    """
    from iflint.answers.public_cas import public_cas_with
    from iflint.engine.roots import read_trust_list
    from iflint.pki.roots.history import known_roots

    mistakes = []
    unnamed = click.get_current_context().meta.get(_UNNAMED)
    if unnamed and search[:1] and search[0] in command.commands:
        mistakes = [f"{search[0]} is a command: write 'iflint roots {search[0]}' before any option"]
    run = prepare(asked, mistakes=mistakes)
    as_of = run.settings.as_of or now()
    trust, _ = call(read_trust_list, options_of(run), as_of)
    known = known_roots(trust, search)
    public_cas = call(public_cas_with, search, options_of(run), trust, as_of)
    found = Listed(as_of, trust, known, public_cas)
    show(run, found, table=_list, json=_list_json, csv=_list_csv)


def _list_json(found: Listed) -> str:
    return enveloped(
        "roots",
        as_of=found.as_of,
        list=found.trust.name,
        platform=str(found.trust.platform),
        roots=[_row(each.root, each.standing) for each in found.known],
        public_cas=found.public_cas,
    )


def _list_csv(found: Listed) -> Sheet:
    return COLUMNS, (_row(each.root, each.standing).values() for each in found.known)


_STANDINGS = {
    "listed": "listed",
    "one-list": "on one of two lists",
    "not-required": "not required",
    "removed": "removed",
    "not-yet": "not yet listed",
    "not-listed": "not listed",
}


_MOST_CAS = 20
"""Public CAs that are shown to people. Ours: a screen of them; the largest CA has 500."""


def _list(found: Listed, style: Style) -> str:
    parts = [_table_of_known(found, style)] if found.known else []
    parts += [_table_of_cas(found, style)] if found.public_cas else []
    return "\n".join(parts) or f"No known root matches in {found.trust.describe()}.\n"


def _table_of_known(found: Listed, style: Style) -> str:
    trust, known = found.trust, found.known
    listed = sum(each.standing == "listed" for each in known)
    title = f"{trust.describe()}: {listed} of these {len(known)} listed"
    rows = [[*_root_cells(each.root), _STANDINGS[each.standing]] for each in known]
    headings = columns("Root", "Valid until", "History", "Standing")
    return table(headings, [(visible(title), rows)], style)


def _table_of_cas(found: Listed, style: Style) -> str:
    cas = found.public_cas
    shown_cas = cas[:_MOST_CAS]
    supported = sum(ca.supported for ca in cas)
    lead = "leads" if supported == 1 else "lead"
    title = f"Public CAs: {supported} of {len(cas)} {lead} to a supported root"
    rows = [
        [visible(ca.subject), _CLIENTS[ca.client_auth], "\n".join(map(_leads, ca.roots)) or "none"]
        for ca in shown_cas
    ]
    text = table(columns("CA", "For clients", "Leads to"), [(title, rows)], style)
    more = len(cas) - len(shown_cas)
    return text + (f"\nand {more} more: give more words, or --format json\n" if more else "")


_CLIENTS = {
    "yes": "yes",
    "unlimited": "yes, by no extended key usage",
    "any": "yes, by any extended key usage",
    "no": "no, by its extended key usage",
}


def _leads(root: LeadsTo) -> str:
    until = f", {'ended' if root.over else 'until'} {root.last}"
    return f"{visible(root.subject)}: {_STANDINGS[root.standing]}{until}"


def _root_cells(root: Root) -> list[str]:
    """Name and key, last day, and history."""
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


def _tables_of_roots(style: Style, *titled: tuple[str, Sequence[Root]]) -> Iterator[str]:
    """A table of roots in groups, where there are any, each under its title."""
    groups = [
        (title, [_root_cells(root)[:2] for root in roots]) for title, roots in titled if roots
    ]
    if groups:
        yield table(columns("Root", "Valid until"), groups, style)


# iflint roots diff


RELEASES = [click.Argument([name], metavar="RELEASE") for name in ("one", "other")]


@subcommand(
    "diff",
    "Show what came and went between two releases.",
    (*RELEASES, PATHS, *JUDGING, *answer("table", "json"), FAIL_ON, *CONFIGURATION),
    examples=(
        "iflint roots diff 2.0.0 3.0.0",
        "iflint roots diff 2.0.0 3.0.0 exports --fail-on error",
    ),
    group=command,
)
def diff(asked: Request, one: str, other: str, paths: tuple[str, ...]) -> int:
    """Show which roots came and went between two releases of the list.

    With PATH, which of its channels, service keys and certificate-to-user mappings the change
    breaks: each is judged once with each release. Exit code: 0 whatever breaks; with --fail-on, 1
    where anything does (error).
    """
    from iflint.answers.releases import release_effect
    from iflint.report.findings import Severity

    run = prepare(asked, paths)
    found = call(release_effect, run.paths, options_of(run), one, other)
    show(run, found, table=_diff, json=_diff_json)
    return exit_code(asked, run, Severity.ERROR if found.broken else None)


def _diff_json(found: ReleaseEffect) -> str:
    change = found.change
    return enveloped(
        "roots-diff",
        older={"release": change.older, "released_on": change.older_on},
        newer={"release": change.newer, "released_on": change.newer_on},
        added=[_row(root, "added") for root in change.added],
        removed=[_row(root, "removed") for root in change.removed],
        checked=found.checked,
        broken=[_affected(one) for one in found.broken],
        mended=[_affected(one) for one in found.mended],
    )


def _affected(one: Affected) -> dict[str, Any]:
    return {**msgspec.structs.asdict(one), "file": str(one.file)}


def _diff(found: ReleaseEffect, style: Style) -> str:
    change = found.change
    title = (
        f"From release {change.older} ({change.older_on}) to {change.newer} ({change.newer_on}): "
        f"{counted(len(change.removed), 'root')} removed, {len(change.added)} added.\n"
    )
    parts = [title, *_tables_of_roots(style, ("Removed", change.removed), ("Added", change.added))]
    if found.checked is not None:
        parts.append(_effect(found, style))
    return "\n".join(parts)


def _effect(found: ReleaseEffect, style: Style) -> str:
    what = "row, key or mapping" if found.checked == 1 else "rows, keys and mappings"
    said = f"Of {found.checked} {what} with a certificate at hand, the change breaks "
    said += f"{len(found.broken) or 'none'}.\n"
    groups = [
        (name, [_affected_cells(one) for one in affected])
        for name, affected in (("Broken", found.broken), ("Works again", found.mended))
        if affected
    ]
    if not groups:
        return said
    return f"{said}\n{table(columns('Where', 'Certificate', 'Root'), groups, style)}"


def _affected_cells(one: Affected) -> list[str]:
    if one.caller:
        opens = one.opens or (roles_of(one.caller),)
        where = (caller_name(one.caller), *opens, str(one.file))
    else:
        flow = f"{one.package} › {one.iflow}" if one.package else one.iflow
        where = (flow, f"{one.adapter} {one.address}, row {one.entry}", str(one.file))
    if one.environments:
        where = (*where, f"in {listed(one.environments)}")
    return ["\n".join(map(visible, where)), visible(one.subject), visible(one.root)]


# iflint roots update


RELEASE = Option(
    "--release",
    "Release",
    "The release that PATH holds. Default: what PATH says.",
    metavar="NUMBER",
)
RELEASED_ON = Option("--released-on", "Release", "The day on which it came out.", metavar="DATE")
TABLE_FILE = Option(
    "--output file", OUTPUT, "File that gets the new table.", metavar="FILE", type=AnyPath()
)


@subcommand(
    "update",
    "Make a table from a newer trust store.",
    (
        click.Argument(["path"], metavar="PATH", type=AnyPath()),
        *(RELEASE, RELEASED_ON, TABLE_FILE, "color", "roots", "as-of", *CONFIGURATION),
    ),
    examples=(
        "iflint roots update btp-trust-store",
        "iflint roots update btp-trust-store-3.1.0 --output roots.json",
    ),
    group=command,
)
def update(
    asked: Request, path: str, release: str | None, released_on: str | None, file: str | None
) -> None:
    """Compare a newer checkout of SAP's trust store with the table in use.

    PATH is a folder or zip of https://github.com/sap-software/btp-trust-store, whose folders
    'optional' and 'required' hold the roots. Tells what came and went; --output writes a table
    that --roots, or 'roots' in iflint.toml, can name.
    """
    from iflint.answers.trust_store import update_table
    from iflint.pki.roots.trust import TRUST_STORE

    day, mistakes = _release_mistakes(release, released_on)
    run = prepare(asked, (path,), configured_from=(".",), mistakes=mistakes)
    store, made, compared = call(update_table, path, options_of(run), release, day)
    if run.settings.roots and compared == TRUST_STORE:
        complain(f"--roots names no table of roots, so PATH is compared with the {compared}")
    if file is not None:
        output.write_file(file, made.data.decode())
    output.write_text(None, run.settings.color, lambda style: _updated(store, made, file, style))


def _release_mistakes(
    release: str | None, released_on: str | None
) -> tuple[date | None, list[str]]:
    import re

    mistakes = []
    if release is not None and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){0,5}", release):
        mistakes.append(f"--release takes a number such as 3.1.0, not {shown(release)}")
    day = None
    if released_on is not None:
        try:
            day = parse_as_of(released_on).date()
        except ValueError as error:
            mistakes.append(f"--released-on {shown(released_on)} is {error}")
    return day, mistakes


def _updated(store: Store, made: Update, file: str | None, style: Style) -> str:
    required = "none told" if store.required is None else str(len(store.required))
    said = f"Read {counted(len(store.optional), 'root')}, required: {required} ({store.read}).\n"
    if made.release == made.before and not made.changed:
        said += f"Release {made.release} ({made.released_on}) is still the newest: no change.\n"
    else:
        said += (
            f"Release {made.release} ({made.released_on}) after {made.before}: "
            f"{len(made.removed)} removed, {len(made.added)} added.\n"
        )
    tables = _tables_of_roots(
        style,
        ("Removed", made.removed),
        ("Added", made.added),
        ("Required from now on", made.newly_required),
        ("No longer required", made.no_longer_required),
    )
    parts = [said, *tables]
    if file is not None:
        parts.append(f"Written to {visible(file)}; use it with --roots {visible(file)}\n")
    elif made.changed:
        parts.append("--output FILE writes the table.\n")
    if made.added:
        parts.append(
            "Not known of added roots: whether they are public web roots "
            "(in_mozilla_tls_store in the table).\n"
        )
    return "\n".join(parts)


# iflint roots calendar


@subcommand(
    "calendar",
    "Show when public CAs end Client Authentication.",
    ("calendar", *answer("table", "json"), *CONFIGURATION),
    examples=("iflint roots calendar", "iflint roots calendar --format json"),
    group=command,
)
def calendar(asked: Request) -> None:
    """Show the CA calendar: when public CAs stop issuing certificates for clients.

    To correct it, write rows as --format json shows them into a file and name it with
    --calendar FILE, or 'calendar' in iflint.toml: a row replaces the one with its key.
    """
    from iflint.engine.roots import read_calendar

    run = prepare(asked)
    rows = call(read_calendar, options_of(run)).rows
    show(run, rows, table=_calendar, json=lambda rows: dumped({"rows": rows}))


def _calendar(rows: Sequence[Row], style: Style) -> str:
    cells = []
    for row in rows:
        about = [f"{row.confidence}: {row.source}", row.note]
        if row.known_on:
            about.append(f"as known on {row.known_on}")
        last = _claims(row.last)
        if row.intermediates_from:
            last.append(f"for new intermediates from {row.intermediates_from}")
        if row.lifetime_days:
            last.append(f"live {row.lifetime_days} days at most")
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
    return table(columns("CA", "Default off", "Last day", "Source"), [("", cells)], style)


def _claims(given: date | tuple[Claim, ...] | None) -> list[str]:
    from iflint.pki.calendar import claims

    return [f"{claim.on} {claim.by}".rstrip() for claim in claims(given)]
