"""A caller: a service key or a mapping, once, out of all that files and settings tell of it.

Files that hold one ``clientid``, copies, and the parameters from which a key was made are one key
(*inferred* from what people keep side by side; a client id belongs to one key).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

import msgspec

from iflint.pki.certificates import known_by_facts
from iflint.places.location import file_name

if TYPE_CHECKING:
    from iflint.callers.model import (
        Callers,
        CertificateFacts,
        InstanceParameters,
        ServiceKey,
        UserMapping,
    )
    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.places.location import FileLocation, Location


class CallerKind(enum.StrEnum):
    """What binds a certificate outside of any flow."""

    SERVICE_KEY = "service-key"
    MAPPING = "mapping"


class MissingKind(enum.StrEnum):
    """Why the certificate of a caller is not at hand."""

    FILE_NOT_READ = "file-not-read"
    """It stands in a file that the run did not read, or in which it found none."""
    REFERENCE = "reference"
    """It stands where only another tool can look."""
    DATE_NOT_READ = "date-not-read"
    """There is a date alone, of a form that is not known here."""
    NO_DATE = "no-date"
    """There are names alone."""


class Missing(msgspec.Struct, frozen=True):
    """Why a certificate is not at hand; ``text`` is the reference or the date, as written."""

    kind: MissingKind
    text: str


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who may call with which certificate, besides the rows of channels.

    ``identity`` tells it from others, in whatever file it stands: a key's client id, a mapping's
    user and certificate. ``location`` is its certificate's text, ``places`` are all of its texts.
    ``certificate`` may be known by names and dates alone (`Certificate.is_known_by_facts`); None:
    nothing is told of it, and ``missing`` why; None where there is nothing to miss, as in a
    template. A service key belongs to a ``tenant`` (empty: not known) and opens
    ``roles``; a mapping has those of its ``user``; None: not known. A key that is ``pinned``
    accepts its own certificate only, ``assumed`` tells that this is SAP's default and nobody said
    so. ``made_by_sap`` tells whether SAP made the key pair; None: nothing tells. ``environments``
    are those to which it is said to belong, where callers of several are together; empty: to each.
    """

    kind: CallerKind
    name: str
    identity: str
    location: Location
    places: tuple[Location, ...]
    certificate: Certificate | None
    chain: tuple[Certificate, ...] = ()
    tenant: str = ""
    user: str = ""
    roles: tuple[str, ...] | None = None
    pinned: bool = True
    assumed: bool = False
    made_by_sap: bool | None = None
    missing: Missing | None = None
    environments: frozenset[str] = frozenset()


class CallerSettings(msgspec.Struct, frozen=True):
    """What the configuration says of a key or a mapping in a file; None: nothing.

    ``environments`` are those to which the file belongs; empty: to each.
    """

    roles: tuple[str, ...] | None = None
    pinned: bool | None = None
    environments: frozenset[str] = frozenset()


T = TypeVar("T")
SettingsOf = Callable[["ServiceKey | UserMapping"], CallerSettings]


class CertificatesIn(Protocol):
    """What a run read of certificates in a file; nothing where it read no such file."""

    def __call__(self, file: FileLocation, /) -> Sequence[FoundCertificate]:
        """The certificates of a file."""
        ...


def callers_of(
    found: Callers,
    settings_of: SettingsOf,
    certificates_in: CertificatesIn,
    written: Callable[[FileLocation], str],
    environment: str = "",
) -> tuple[Caller, ...]:
    """Everybody who may call by a service key or a mapping, each once, in the order of finding.

    With an ``environment``, those that belong to it. ``written`` is a file's place, the same
    wherever a run is started.
    """
    if environment:
        found = _belonging_to(environment, found, settings_of)
    lone = _lone_instances(found.instances)
    keys = [_followed(key, certificates_in) for key in found.service_keys]
    callers = (
        *(_key(same, settings_of, lone, written) for same in _same_keys(keys)),
        *_mappings(found.mappings, settings_of),
    )
    if not environment:
        return callers
    return tuple(msgspec.structs.replace(each, environments=frozenset()) for each in callers)


def _followed(key: ServiceKey, certificates_in: CertificatesIn) -> ServiceKey:
    """The key with the certificate of the file that it refers to, where this was read."""
    if key.elsewhere is None or not key.elsewhere.file:
        return key
    from iflint.callers.certificate_texts import own_first

    found = own_first(certificates_in(key.location.file.beside(key.elsewhere.file)))
    if not found:
        return key
    chain = tuple(each.certificate for each in found)
    return msgspec.structs.replace(key, certificate=chain[0], chain=chain)


def _belonging_to(environment: str, found: Callers, settings_of: SettingsOf) -> Callers:
    """What belongs to an environment: a key belongs where any file with its client id does."""
    of_key: dict[str | Location, frozenset[str]] = {}
    for key in found.service_keys:
        known = of_key.get(key.client_id or key.location, frozenset())
        of_key[key.client_id or key.location] = known | settings_of(key).environments

    def belongs(environments: frozenset[str]) -> bool:
        return not environments or environment in environments

    return msgspec.structs.replace(
        found,
        service_keys=tuple(
            key for key in found.service_keys if belongs(of_key[key.client_id or key.location])
        ),
        mappings=tuple(
            mapping for mapping in found.mappings if belongs(settings_of(mapping).environments)
        ),
    )


def _same_keys(keys: Sequence[ServiceKey]) -> list[list[ServiceKey]]:
    """The files' keys that are one key: by client id, or without one by the certificate.

    Of several keys with the certificate, it is the one in the folder, else the first.
    """
    by_id: dict[str, list[ServiceKey]] = {}
    by_certificate: dict[object, list[ServiceKey]] = {}
    for key in keys:
        if key.client_id:
            by_id.setdefault(key.client_id, []).append(key)
    for same in by_id.values():
        for key in same:
            if (held := _held(key)) is not None:
                by_certificate.setdefault((held, key.location.file.folder), same)
                by_certificate.setdefault(held, same)
    found: list[list[ServiceKey]] = []
    for key in keys:
        held = _held(key)
        if key.client_id:
            same = by_id[key.client_id]
            if same[0] is key:
                found.append(same)
            continue
        nearest = by_certificate.get((held, key.location.file.folder), by_certificate.get(held))
        if nearest is not None:
            nearest.append(key)
            continue
        found.append([key])
        if held is not None:
            by_certificate[held] = found[-1]
    return found


def _held(key: ServiceKey) -> object:
    """What two files must agree on to hold the same certificate; None: nothing is known."""
    if key.certificate is not None:
        return key.certificate.sha256
    return (key.facts.subject, key.facts.serial, key.facts.not_after) if key.facts else None


def _key(
    same: list[ServiceKey],
    settings_of: SettingsOf,
    lone: dict[str, InstanceParameters],
    written: Callable[[FileLocation], str],
) -> Caller:
    """One key out of what its files tell; of several certificates the one that begins last."""
    first = max(same, key=_newest)
    certificate = _certificate(first)
    told = [settings_of(each) for each in same]
    roles = _first_told((*(each.roles for each in told), *(each.roles for each in same)))
    beside = lone.get(first.location.file.folder)
    if roles is None and beside is not None and _may_be_of(beside, same):
        roles = beside.roles
    pinned = _first_told(each.pinned for each in told)
    named = next((each for each in same if each.client_id), first)
    held = (
        certificate.sha256 if certificate else f"{written(first.location.file)}\x1f{named.instance}"
    )
    return Caller(
        kind=CallerKind.SERVICE_KEY,
        name=named.name,
        identity=named.client_id or f"{named.name}\x1f{held}",
        location=first.location,
        places=tuple(dict.fromkeys(each.location for each in same)),
        certificate=certificate,
        chain=first.chain,
        tenant=next((each.tenant for each in same if each.tenant), ""),
        roles=roles,
        pinned=pinned is not False,
        assumed=pinned is None,
        made_by_sap=_first_told(each.made_by_sap for each in same),
        missing=None if certificate else _first_told(map(_why_missing, same)),
        environments=frozenset[str]().union(*(each.environments for each in told)),
    )


def _first_told(values: Iterable[T | None]) -> T | None:
    """The first of what several files or settings tell; None where each of them is silent."""
    return next((value for value in values if value is not None), None)


def _why_missing(key: ServiceKey) -> Missing | None:
    if key.elsewhere is not None:
        unread = bool(key.elsewhere.file)
        kind = MissingKind.FILE_NOT_READ if unread else MissingKind.REFERENCE
        return Missing(kind, key.elsewhere.text)
    return None if key.facts is None else _why_undated(key.facts.unread)


def _why_undated(unread: str) -> Missing:
    return Missing(MissingKind.DATE_NOT_READ if unread else MissingKind.NO_DATE, unread)


def _mappings(mappings: Iterable[UserMapping], settings_of: SettingsOf) -> Iterator[Caller]:
    each: dict[tuple[str, str], Caller] = {}
    for mapping in mappings:
        told = settings_of(mapping)
        certificate = mapping.certificate
        if certificate is None and mapping.valid_until is not None:
            certificate = known_by_facts("", "", None, mapping.valid_until)
        held = certificate.sha256 if certificate else mapping.id
        known = each.get((mapping.user, held))
        if known is not None:
            each[mapping.user, held] = msgspec.structs.replace(
                known,
                places=tuple(dict.fromkeys((*known.places, mapping.location))),
                roles=told.roles if known.roles is None else known.roles,
                environments=known.environments | told.environments,
            )
            continue
        each[mapping.user, held] = Caller(
            kind=CallerKind.MAPPING,
            name=mapping.user or mapping.id,
            identity=f"{mapping.user}\x1f{held}",
            location=mapping.location,
            places=(mapping.location,),
            certificate=certificate,
            user=mapping.user,
            roles=told.roles,
            missing=None if certificate else _why_undated(mapping.unread),
            environments=told.environments,
        )
    yield from each.values()


def _certificate(key: ServiceKey) -> Certificate | None:
    return key.certificate or (certificate_by_facts(key.facts) if key.facts else None)


def certificate_by_facts(facts: CertificateFacts) -> Certificate | None:
    """The certificate of which a file tells names and dates; None without an end."""
    if facts.not_after is None:
        return None
    return known_by_facts(facts.subject, facts.issuer, facts.not_before, facts.not_after)


def _newest(key: ServiceKey) -> tuple[bool, datetime, bool]:
    """Orders the files of one key: those with a certificate, the later one, the key itself."""
    held = _certificate(key)
    begins = held.not_before if held else datetime.min.replace(tzinfo=UTC)
    return key.certificate is not None, begins, bool(key.client_id)


def _lone_instances(found: Iterable[InstanceParameters]) -> dict[str, InstanceParameters]:
    """The parameters of a service instance by folder, where there are only these."""
    by_folder: dict[str, list[InstanceParameters]] = {}
    for instance in found:
        by_folder.setdefault(instance.location.file.folder, []).append(instance)
    return {folder: each[0] for folder, each in by_folder.items() if len(each) == 1}


def _may_be_of(instance: InstanceParameters, keys: Iterable[ServiceKey]) -> bool:
    """Whether keys may be of an instance in their folder: not where they name another one."""
    of_keys = {key.instance for key in keys} - {""}
    is_named = instance.name != file_name(instance.location).rpartition(".")[0]
    return (
        not is_named or not of_keys or not of_keys.isdisjoint((instance.name, instance.reference))
    )
