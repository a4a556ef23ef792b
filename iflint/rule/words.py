"""How rules speak of what lets a certificate in: an entry, a service key, a mapping.

What to do at a renewal is SAP's own procedure for each (2d3cae7, 19af5e2, 9949c61).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.callers.caller import Caller, CallerKind
from iflint.words.wording import sentence

if TYPE_CHECKING:
    from iflint.iflow.model import CertificateEntry


class Words(msgspec.Struct, frozen=True):
    """The words for one binding.

    ``this`` names it in a sentence, ``its`` is its genitive. ``renewal`` is what to do about its
    ending certificate, ``renewal_at_hand`` what to do with the renewed one, at hand in ``{file}``.
    ``switch`` is what the tenant's side needs, in a sentence of its own, when a remedy asks for
    another certificate. ``removal`` is what to do about one that was left behind, as a clause.
    ``aside`` is what else is to be known of every finding, in sentences.
    """

    this: str
    its: str
    renewal: str
    renewal_at_hand: str
    switch: str
    removal: str
    aside: str = ""

    def with_switch(self, remedy: str) -> str:
        """A remedy that asks for another certificate, with what the tenant's side needs."""
        return f"{remedy} {self.switch}".rstrip()


ENTRY = Words(
    "this entry",
    "this entry's",
    "Get the renewed certificate from the sender; with the same subject and issuer nothing in the "
    "flow changes, else add the new pair, redeploy, switch the sender, remove the old pair.",
    "`iflint renew {file}` tells what to do with it, in which order.",
    switch="",
    removal="remove this entry and redeploy",
)


def words_for(caller: Caller) -> Words:
    """The words for a service key or a mapping."""
    certificate = caller.certificate
    by_facts = certificate is not None and certificate.is_known_by_facts
    told = (
        "names and dates that the file tells"
        if certificate and certificate.subject.rdns
        else "date that the file tells"
    )
    aside = f" Judged by the {told}, without the certificate itself."
    return Words(
        *(_mapping(caller) if caller.kind is CallerKind.MAPPING else _service_key(caller)),
        aside=aside if by_facts else "",
    )


def named(binding: CertificateEntry | Caller) -> str:
    """Another binding in a sentence: ``entry 2``, ``the service key partner``."""
    if not isinstance(binding, Caller):
        return f"entry {binding.ordinal}"
    if binding.kind is CallerKind.MAPPING:
        return f"another mapping of user {binding.user}"
    return f"the service key {binding.name}"


def _mapping(caller: Caller) -> tuple[str, str, str, str, str, str]:
    first = "map it to the same user, let the sender switch, then remove this mapping."
    return (
        f"this mapping of user {caller.user}",
        "this mapping's",
        f"Get the renewed certificate from the sender, {first}",
        sentence(first),
        "A new client certificate needs a new mapping of the same user before the sender switches.",
        "remove this mapping",
    )


def _service_key(caller: Caller) -> tuple[str, str, str, str, str, str]:
    this, its = "this service key", "this service key's"
    removal = "delete this service key"
    new_key = "make a new service key with it in the same instance, let the sender switch, then "
    new_key += "delete this key"
    if caller.made_by_sap:
        renewal = "Make a new service key in the same instance, give it to the sender, let it "
        renewal += "switch, then delete this key (SAP makes its certificate, for a year at most)."
        switch = (
            "SAP makes the certificate together with the key: a new one needs a new service key."
        )
        return this, its, renewal, renewal, switch, removal
    if caller.made_by_sap is None and caller.assumed:
        renewal = "Get the renewed certificate (from the sender, or SAP makes it together with the "
        renewal += f"key), {new_key}."
        switch = "A new client certificate needs a new service key before the sender switches."
        return this, its, renewal, renewal, switch, removal
    if not caller.pinned:
        same = "With the same subject and issuer this key accepts it (Pin Certificate is off)"
        return (
            this,
            its,
            f"Get the renewed certificate from the sender. {same}, else {new_key}.",
            f"{same}, else {new_key}.",
            "A new client certificate with another pair needs a new service key before the sender "
            "switches.",
            removal,
        )
    why = "this key accepts no other certificate (Pin Certificate is on"
    why += ", as assumed: SAP's default)" if caller.assumed else ")"
    return (
        this,
        its,
        f"Get the renewed certificate from the sender, {new_key}: {why}.",
        sentence(f"{new_key}; {why}"),
        "A new client certificate needs a new service key before the sender switches.",
        removal,
    )
