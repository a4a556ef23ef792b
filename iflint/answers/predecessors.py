"""Whose certificate a new one may replace, where nothing knows its subject.

A common name changes when a partner moves to another CA, or puts a year into it. That what is
alike is the predecessor is *inferred*; `--replaces` says it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from iflint.answers.lone_certificate import clients
from iflint.answers.renewal_plan import Likeness, Predecessor
from iflint.judging.name_index import folded
from iflint.judging.renewals import is_same_sender
from iflint.judging.verdicts import CallerVerdict, EntryVerdict, expires_soon
from iflint.options import UsageError
from iflint.pki.names import COMMON_NAME, ORGANIZATION, MalformedName, Name, parse_name
from iflint.words.wording import sentence

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.judging.verdicts import BindingVerdict
    from iflint.options import Options
    from iflint.pki.certificates import Certificate


_ORDER = tuple(Likeness)
_Alike: TypeAlias = "tuple[Likeness, BindingVerdict, str, str]"
"""How alike, to which binding, its place, and the environment in which it is so."""


class Replaced(msgspec.Struct, frozen=True):
    """Whose certificate a new one takes the place of: the names, and certificates by SHA-256."""

    names: tuple[Name, ...] = ()
    sha256s: frozenset[str] = frozenset()

    def is_named(self, name: Name) -> bool:
        """Whether a name is one of them, in whatever order its attributes stand."""
        return bool(name.rdns) and any(
            is_same_sender(name, each) or _attributes(name) == _attributes(each)
            for each in self.names
        )

    def has(self, certificate: Certificate) -> bool:
        """Whether a certificate is one of them, or has such a name."""
        return certificate.sha256 in self.sha256s or self.is_named(certificate.subject)


def read_replaced(replaces: str, options: Options, option: str = "--replaces") -> Replaced:
    """What a certificate file, or a DN, names; ``option`` gave it. Raises UsageError."""
    from iflint.engine.inputs import read_certificates
    from iflint.sources.disk import Disk

    if not replaces.strip():
        raise UsageError(f"{option}: it is empty; give a certificate file or a DN")
    if os.path.lexists(Disk(options.directory).absolute(replaces)):
        read = read_certificates([replaces], options)
        if not read.certificates:
            raise UsageError(f"{option} {replaces}: it holds no certificate")
        held = [found.certificate for found in clients(read.certificates)]
        return Replaced(
            tuple(each.subject for each in held), frozenset(each.sha256 for each in held)
        )
    if "=" not in replaces:
        raise UsageError(f"{option} {replaces}: there is no such file, and it is no DN")
    try:
        return Replaced((parse_name(replaces),))
    except MalformedName as error:
        said = f"{sentence(error.message)} {error.remedy}"
        raise UsageError(f"{option} {replaces}: {said}") from error


def knows(session: Session, replaced: Replaced) -> bool:
    """Whether a row, a key or a mapping has what is to be replaced."""
    for binding, _ in _bindings(session):
        held = binding.caller.certificate if isinstance(binding, CallerVerdict) else None
        names = _names(binding)
        if (names and replaced.is_named(names[0])) or (held and replaced.has(held)):
            return True
    return False


def alike(certificate: Certificate, sessions: Sequence[Session]) -> tuple[Predecessor, ...]:
    """Those that the certificate may replace, of the strongest likeness that any has."""
    found: dict[str, list[_Alike]] = {}
    for session in sessions:
        for binding, place in _bindings(session):
            names = _names(binding)
            likeness = _likeness(certificate, binding, names, session) if names else None
            if names is not None and likeness is not None:
                alike = (likeness, binding, place, session.name)
                found.setdefault(names[0].text, []).append(alike)
    best = min((_ORDER.index(each[0]) for those in found.values() for each in those), default=None)
    return tuple(
        _predecessor(subject, [each for each in those if _ORDER.index(each[0]) == best])
        for subject, those in found.items()
        if any(_ORDER.index(each[0]) == best for each in those)
    )


def _predecessor(subject: str, those: Sequence[_Alike]) -> Predecessor:
    held = [binding.best for _, binding, *_ in those if binding.best is not None]
    last = max(held, key=lambda match: match.certificate.not_after, default=None)
    names = _names(those[0][1])
    where: dict[str, list[str]] = {}
    for *_, place, environment in those:
        where.setdefault(place, []).extend([environment] if environment else [])
    return Predecessor(
        subject=subject,
        readable=names[0].readable if names else subject,
        likeness=those[0][0],
        until=last.certificate.not_after.date() if last is not None else None,
        places=tuple(
            f"{place} ({', '.join(dict.fromkeys(found))})" if found else place
            for place, found in where.items()
        ),
    )


def _bindings(session: Session) -> Iterator[tuple[BindingVerdict, str]]:
    """Everything that lets a certificate in, with its place as people read it."""
    from iflint.judging.references import channel_label

    for verdict in session.verdicts(session.as_of).values():
        for channel in verdict.channels:
            label = channel_label(verdict.iflow, channel.channel)
            for entry in channel.entries if channel.judged else ():
                yield entry, f"{label}, row {entry.entry.ordinal}"
    for each in session.caller_verdicts(session.as_of):
        kind = "mapping of user" if each.caller.user else "service key"
        yield each, f"{kind} {each.caller.name} ({each.caller.location.file})"


def _names(binding: BindingVerdict) -> tuple[Name, Name] | None:
    """Subject and issuer of what a binding lets in."""
    if isinstance(binding, EntryVerdict):
        subject, issuer = binding.subject.name, binding.issuer.name
        return (subject, issuer) if subject is not None and issuer is not None else None
    assert isinstance(binding, CallerVerdict)
    held = binding.caller.certificate
    return (held.subject, held.issuer) if held is not None and held.subject.rdns else None


def _likeness(
    certificate: Certificate,
    binding: BindingVerdict,
    names: tuple[Name, Name],
    session: Session,
) -> Likeness | None:
    subject, issuer = names
    closest = binding.closest if isinstance(binding, EntryVerdict) else None
    if closest is not None and closest[0].pair == certificate.pair:
        return Likeness.SPELLING
    if _have_in_common(COMMON_NAME, subject, certificate.subject):
        return Likeness.COMMON_NAME
    if _have_in_common(ORGANIZATION, subject, certificate.subject):
        same = issuer.canonical == certificate.issuer.canonical
        return Likeness.ISSUER if same else Likeness.ORGANIZATION
    held = binding.best.certificate if binding.best is not None else None
    window = session.options.expiry_days
    if held and expires_soon(held.not_before, held.not_after, session.as_of, window):
        return Likeness.ENDING
    return None


def _attributes(name: Name) -> list[tuple[str, str]]:
    return sorted((each.oid, folded(each.value)) for rdn in name.rdns for each in rdn)


def _have_in_common(oid: str, one: Name, other: Name) -> bool:
    return not one.values_of(oid).isdisjoint(other.values_of(oid))
