"""How rules speak of what lets a certificate in: an entry, a service key, a mapping.

What to do at a renewal is SAP's own procedure for each (2d3cae7, 19af5e2, 9949c61).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import Caller, CallerKind
from iflint.judging.verdicts import BindingVerdict, CallerVerdict
from iflint.rule.supply import Supply, supply_of
from iflint.words.wording import sentence

if TYPE_CHECKING:
    from datetime import date

    from iflint.iflow.model import CertificateEntry
    from iflint.pki.calendar import Calendar
    from iflint.pki.roots.trust import Platform


CHAIN_AGAIN = (
    "Download the JSON of this service key again. It has the whole chain, and the sender must "
    "present all of it."
)
"""What to do about an incomplete chain of a key that SAP made."""


class Words(msgspec.Struct, frozen=True):
    """The words for one binding.

    ``this`` names it in a sentence, ``its`` is its genitive. ``renewal`` is what to do about its
    ending certificate, ``renewal_at_hand`` what to do with the renewed one, at hand in ``{file}``
    and not accepted yet. ``switch`` is what the tenant's side needs, in a sentence of its own, when
    a remedy asks for another certificate. ``removal`` is what to do about one that was left behind,
    as a clause. ``aside`` is what else is to be known of every finding, in sentences. ``then`` is
    what to do with another CA's certificate once it is there, as a clause, and ``supply`` where
    that can be had.
    """

    this: str
    its: str
    renewal: str
    renewal_at_hand: str
    switch: str
    removal: str
    aside: str = ""
    then: str = ""
    supply: Supply = Supply()

    def with_switch(self, remedy: str, *, elsewhere: bool = False) -> str:
        """A remedy that asks for another certificate, with what the tenant's side needs.

        It says so where the calendar rules out what it asks for; ``elsewhere``: it asks for
        another CA than the certificate's own.
        """
        supply = self.supply.elsewhere if elsewhere else self.supply.instead
        return " ".join(filter(None, (remedy, supply, self.switch)))

    def from_its_ca(self, remedy: str) -> str:
        """A remedy that asks the certificate's own CA for another one, where that issues them."""
        return self.with_switch("" if self.supply.instead else remedy)

    def with_supply(self, supply: Supply) -> Words:
        """The same, by what can be had on the day: nobody asks for a renewal that is none."""
        if not supply.instead:
            return msgspec.structs.replace(self, supply=supply)
        renewal = supply.instead + (f" Then {self.then}." if self.then else "")
        return msgspec.structs.replace(self, supply=supply, renewal=renewal)


ENTRY = Words(
    "this row",
    "this row's",
    "Get the renewed certificate from the sender. With the same subject and issuer nothing in the "
    "flow changes. Else add a row for it and redeploy, let the sender switch, then remove this "
    "row and redeploy.",
    "`iflint renew {file}` tells what to do, in which order.",
    switch="",
    removal="remove this row and redeploy",
    then="add a row for it and redeploy, let the sender switch, then remove this row and redeploy",
)

LONE = Words(
    "this sender",
    "this sender's",
    "Get the renewed certificate from the sender.",
    "Use that one.",
    switch="",
    removal="use another certificate",
)
"""The words for a certificate by itself, which is judged as if an entry had its pair."""


def words_of(
    verdict: BindingVerdict,
    calendar: Calendar,
    platform: Platform,
    today: date,
    spoken: Words | None = None,
) -> Words:
    """The words for a binding as it is judged, by what can be had ``today``.

    ``spoken`` are those to go by; None: those for its kind.
    """
    of_kind = words_for(verdict.caller) if isinstance(verdict, CallerVerdict) else ENTRY
    words = of_kind if spoken is None else spoken
    return words.with_supply(supply_of(verdict, calendar, platform, today))


def words_for(caller: Caller) -> Words:
    """The words for a service key or a mapping."""
    certificate = caller.certificate
    by_facts = certificate is not None and certificate.is_known_by_facts
    told = "names and dates" if certificate and certificate.subject.rdns else "date"
    aside = f" Only the {told} in the file could be judged, not the certificate itself."
    is_mapping = caller.kind is CallerKind.MAPPING
    then = _MAP_IT if is_mapping else "" if caller.made_by_sap else _NEW_KEY
    return Words(
        *(_mapping(caller) if is_mapping else _service_key(caller)),
        aside=aside if by_facts else "",
        then=then,
    )


BY_A_DUMP = (
    " Only the names and dates in a dump of the keystore's entries could be judged, not the "
    "certificate itself."
)
"""What is to be known of a finding about a row whose certificate no file has."""
_MAP_IT = "map it to the same user, let the sender switch, then remove this mapping"
_NEW_KEY = (
    "make a new service key with it in the same instance, let the sender switch, then delete this "
    "key"
)


def named(binding: CertificateEntry | Caller) -> str:
    """Another binding in a sentence: ``row 2``, ``the service key partner``.

    Of a mapping it is one of the same user: others are never set beside it.
    """
    if not isinstance(binding, Caller):
        return f"row {binding.ordinal}"
    if binding.kind is CallerKind.MAPPING:
        return "another mapping of this user"
    return f"the service key {binding.name}"


def _mapping(caller: Caller) -> tuple[str, str, str, str, str, str]:
    return (
        f"this mapping of user {caller.user}",
        "this mapping's",
        f"Get the renewed certificate from the sender, {_MAP_IT}.",
        sentence(_MAP_IT),
        "A new client certificate needs a new mapping of the same user before the sender switches.",
        "remove this mapping",
    )


def _service_key(caller: Caller) -> tuple[str, str, str, str, str, str]:
    this, its = "this service key", "this service key's"
    removal = "delete this service key"
    if caller.made_by_sap:
        renewal = "SAP makes the certificate together with the key, for a year at most. So make a "
        renewal += "new service key in the same instance, give it to the sender, let the sender "
        renewal += "switch, then delete this key."
        switch = (
            "SAP makes the certificate together with the key: a new one needs a new service key."
        )
        return this, its, renewal, renewal, switch, removal
    if caller.made_by_sap is None and caller.assumed:
        renewal = "Get the renewed certificate (from the sender, or SAP makes it together with the "
        renewal += f"key), {_NEW_KEY}."
        switch = "A new client certificate needs a new service key before the sender switches."
        return this, its, renewal, sentence(_NEW_KEY), switch, removal
    if not caller.pinned:
        same = "With the same subject and issuer this key accepts it (Pin Certificate is off)."
        return (
            this,
            its,
            f"Get the renewed certificate from the sender. {same} Else {_NEW_KEY}.",
            sentence(_NEW_KEY),
            "A new client certificate with another subject or issuer needs a new service key "
            "before the sender switches.",
            removal,
        )
    assumed = ", which is SAP's default and assumed here" if caller.assumed else ""
    why = f"this key accepts no other certificate (Pin Certificate is on{assumed})"
    return (
        this,
        its,
        f"{why[:1].upper()}{why[1:]}. So get the renewed one from the sender, {_NEW_KEY}.",
        sentence(f"{why}. So {_NEW_KEY}"),
        "A new client certificate needs a new service key before the sender switches.",
        removal,
    )
