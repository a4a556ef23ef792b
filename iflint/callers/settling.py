"""What the trees of a file hold, put together: each key once, with its name and its instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.model import Callers, InstanceParameters, ServiceKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from iflint.callers.finder import Found
    from iflint.callers.owners import Owner
    from iflint.pki.files import FoundCertificate


def settled(found: Found, stem: str) -> Callers:
    """What a file holds; ``stem`` is the name of what has none."""
    instances = _Instances(found)
    holders = [(key, _holder(owner, found)) for key, owner in found.keys]
    once = _each_key_once(
        (instances.of(key, owner), owner)
        for key, owner in holders
        if key.client_id or not instances.is_other(owner)
    )
    several = sum(not key.name for key, _ in once) > 1
    return Callers(
        service_keys=tuple(
            msgspec.structs.replace(key, name=key.name or (several and owner.hint) or stem)
            for key, owner in once
        ),
        mappings=tuple(found.mappings),
        instances=tuple(instances.parameters(stem)),
        keystore_entries=tuple(found.entries),
        certificates=tuple(
            _with_their_key(
                found.certificates,
                (key for key, _ in once),
                has_private_keys=bool(found.private_keys),
            )
        ),
        private_keys=tuple(found.private_keys),
        problems=tuple(found.problems),
    )


def _with_their_key(
    certificates: Iterable[FoundCertificate],
    keys: Iterable[ServiceKey],
    *,
    has_private_keys: bool,
) -> Iterator[FoundCertificate]:
    """The certificates; the own one of a key that SAP made stands with what it presents.

    Without a private key in the file nothing proves that its sender presents these.
    """
    from iflint.pki.files import KeyEntry
    from iflint.pki.keys import Holder

    entries = {
        key.location: KeyEntry(key.location, key.name, key.chain, Holder.SERVICE_KEY)
        for key in keys
        if key.made_by_sap and key.chain and has_private_keys
    }
    for one in certificates:
        entry = entries.get(one.location)
        own = entry is not None and entry.presented[0] == one.certificate
        yield msgspec.structs.replace(one, entry=entry) if own else one


def _holder(owner: Owner, found: Found) -> Owner:
    """The owner of what stands in a secret: the binding or the instance that uses the secret."""
    holder = found.secrets.get(owner.secret)
    if holder is None:
        return owner
    return msgspec.structs.replace(holder, instance=holder.instance or owner.instance)


class _Instances:
    """The service instances that a file describes, by all names and references to them."""

    def __init__(self, found: Found) -> None:
        self._plans = found.plans
        self._owners = {
            reference: owner
            for owner in found.owners
            for reference in owner.references
            if reference
        }
        self._roles: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._parameters: list[tuple[InstanceParameters, Owner]] = []
        for parameters, owner in found.instances:
            holder = _holder(owner, found)
            if not self._is_other(holder):
                self._parameters.append((parameters, holder))
                self._roles.setdefault(holder.references, parameters.roles)

    def is_other(self, key: Owner) -> bool:
        """Whether a key is surely of another service or plan."""
        instance = self._owners.get(key.instance)
        return self._is_other(key) or (instance is not None and self._is_other(instance))

    def _is_other(self, owner: Owner) -> bool:
        plan = owner.plan or self._plans.get(owner.plan_reference, "")
        return msgspec.structs.replace(owner, plan=plan).is_other

    def of(self, key: ServiceKey, owner: Owner) -> ServiceKey:
        """The key with its name, and with what is known of its instance."""
        instance = self._owners.get(owner.instance)
        return msgspec.structs.replace(
            key,
            name=owner.name,
            instance=owner.instance if instance is None else instance.name,
            roles=None if instance is None else self._roles.get(instance.references),
        )

    def parameters(self, stem: str) -> Iterator[InstanceParameters]:
        """The parameters of instances, each with its instance's name."""
        for parameters, owner in self._parameters:
            others = [each for each in owner.references if each not in ("", owner.name)]
            yield msgspec.structs.replace(
                parameters, name=owner.name or stem, reference=others[0] if others else ""
            )


_MOST_ALIKE = 16
"""Keys of one name or client with which another is compared. Ours: few list one thrice."""


def _each_key_once(keys: Iterable[tuple[ServiceKey, Owner]]) -> list[tuple[ServiceKey, Owner]]:
    """Each key once, where its parameters stand beside what came of them, or it is listed twice."""
    once: list[tuple[ServiceKey, Owner]] = []
    numbers: dict[tuple[str, str], list[int]] = {}
    for key, owner in keys:
        marks = [("client", key.client_id), ("name", key.name)]
        known = (at for mark in marks if mark[1] for at in numbers.get(mark, ())[-_MOST_ALIKE:])
        same = next((at for at in known if _is_same(once[at][0], key)), None)
        if same is not None:
            once[same] = (_joined(once[same][0], key), once[same][1])
            continue
        for mark in marks:
            numbers.setdefault(mark, []).append(len(once))
        once.append((key, owner))
    return once


def _is_same(one: ServiceKey, other: ServiceKey) -> bool:
    """Whether two finds, of one client or of one name, are one key."""
    if one.client_id and other.client_id:
        return one.client_id == other.client_id and one.certificate == other.certificate
    if one.instance != other.instance and one.instance and other.instance:
        return False
    certificates = {key.certificate for key in (one, other)} - {None}
    return len(certificates) < 2


def _joined(one: ServiceKey, other: ServiceKey) -> ServiceKey:
    """One key out of two finds: what the one with the client id says counts first."""
    first, second = (one, other) if one.client_id or not other.client_id else (other, one)
    if first.certificate is None and second.certificate is not None:
        first = msgspec.structs.replace(
            first,
            location=second.location,
            certificate=second.certificate,
            chain=second.chain,
        )
    return msgspec.structs.replace(
        first,
        name=first.name or second.name,
        tenant=first.tenant or second.tenant,
        facts=first.facts or second.facts,
        elsewhere=first.elsewhere or second.elsewhere,
        made_by_sap=second.made_by_sap if first.made_by_sap is None else first.made_by_sap,
        roles=second.roles if first.roles is None else first.roles,
        instance=first.instance or second.instance,
    )
