"""Which bindings a change of the list of roots breaks: judged once with each of two releases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from iflint.engine.session import Session
    from iflint.options import Options
    from iflint.pki.roots.history import ReleaseChange
    from iflint.places.location import FileLocation
    from iflint.report.findings import CallerReference
    from iflint.report.report import CallerResult, EntryResult, Report


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """An entry, a service key or a mapping that reaches a root of one release, none of the other.

    ``root`` is the subject of the root that it reaches, ``subject`` the one of its certificate,
    ``file`` where it stands. An ``entry`` has a channel, a ``caller`` the channels that it is
    known to open. ``environments`` are those in which it is so.
    """

    root: str
    subject: str
    file: FileLocation
    iflow: str = ""
    package: str = ""
    channel: str = ""
    adapter: str = ""
    address: str = ""
    entry: int | None = None
    caller: CallerReference | None = None
    opens: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()


class ReleaseEffect(msgspec.Struct, frozen=True):
    """What came and went, which bindings the newer release breaks, and which it mends.

    ``checked`` counts the entries, service keys and mappings with a certificate at hand; None
    where no path was given.
    """

    change: ReleaseChange
    broken: tuple[Affected, ...] = ()
    mended: tuple[Affected, ...] = ()
    checked: int | None = None


def release_effect(paths: Sequence[str], options: Options, one: str, other: str) -> ReleaseEffect:
    """What the change from the older of two releases to the newer one means for ``paths``.

    Without paths, only what came and went. An environment whose list has no releases is left out.
    Raises UsageError for a release that the table does
    not have, for a list that is made of files, and what `iflint.engine.run.check` raises.
    """
    from iflint.engine.roots import read_trust_list
    from iflint.options import UsageError, now
    from iflint.pki.roots.history import change

    trust, _ = read_trust_list(options, options.as_of or now())
    if trust.release is None:
        raise UsageError("--roots names certificates, which have no releases; give a table")
    try:
        found = change(trust.table, one, other)
    except ValueError as error:
        raise UsageError(str(error)) from None
    if not paths:
        return ReleaseEffect(found)
    from iflint.engine.run import read

    broken: dict[Affected, list[str]] = {}
    mended: dict[Affected, list[str]] = {}
    checked: set[Hashable] = set()
    for session in read(paths, options).sessions:
        if session.trust.release is None:
            continue
        before, after = (_reached(session, release) for release in (found.older, found.newer))
        checked.update(before)
        for which, held, lost in ((broken, before, after), (mended, after, before)):
            for place, affected in held.items():
                if affected.root and not lost[place].root:
                    which.setdefault(affected, []).append(session.name)
    return ReleaseEffect(found, _named(broken), _named(mended), len(checked))


def _named(found: dict[Affected, list[str]]) -> tuple[Affected, ...]:
    """Each with the environments in which it was found."""
    return tuple(
        msgspec.structs.replace(one, environments=tuple(filter(None, names)))
        for one, names in found.items()
    )


def _reached(session: Session, release: str) -> dict[Hashable, Affected]:
    """Each binding with a certificate at hand, and the root that it reaches with a release."""
    report = session.of_release(release).report()
    return dict((*_entries(report), *_callers(report, session)))


def _callers(report: Report, session: Session) -> Iterator[tuple[Hashable, Affected]]:
    from iflint.judging.references import caller_reference

    results = {each.id: each for each in report.callers}
    for caller in session.callers:
        reference = caller_reference(caller)
        result = results[reference.id]
        if result.certificates and not result.by_facts:
            yield (
                reference.id,
                Affected(
                    root=_root(result),
                    subject=result.certificates[0].certificate.subject,
                    file=result.location.file,
                    caller=reference,
                    opens=session.opened_by(caller),
                ),
            )


def _entries(report: Report) -> Iterator[tuple[Hashable, Affected]]:
    for iflow in report.iflows:
        for channel in iflow.channels:
            for entry in channel.entries:
                place = (iflow.location, channel.ordinal, entry.ordinal)
                if not entry.certificates:
                    continue
                yield (
                    place,
                    Affected(
                        root=_root(entry),
                        iflow=iflow.name,
                        package=iflow.package.name if iflow.package else "",
                        file=iflow.location,
                        channel=channel.name or channel.id,
                        adapter=channel.adapter,
                        address=channel.address,
                        entry=entry.ordinal,
                        subject=entry.certificates[0].certificate.subject,
                    ),
                )


def _root(binding: EntryResult | CallerResult) -> str:
    """The supported root of the best certificate; empty where its chain reaches none."""
    chain = binding.certificates[0].chain
    reached = chain is not None and chain.outcome in ("trusted", "uncertain")
    return chain.root if chain is not None and reached else ""
