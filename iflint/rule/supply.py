"""Where the next client certificate can be had: what the CA calendar leaves on the day of the run.

So that no remedy asks a CA for what it no longer issues. The ways out are SAP's (see the page of
IFL402, client-auth-sunset).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.pki.calendar import Stage
from iflint.pki.roots.trust import Platform

if TYPE_CHECKING:
    from datetime import date

    from iflint.judging.verdicts import BindingVerdict
    from iflint.pki.calendar import Calendar, Sunset
    from iflint.pki.chains.verdict import ChainVerdict

_WAYS = {
    Platform.CF: "SAP Cloud Root CA, a private PKI with a custom domain, or another root on the "
    "list",
    Platform.NEO: "SAP Cloud Root CA, or another root on both lists for Neo",
    Platform.CUSTOM: "a private CA, or another root on your own list",
}


class Supply(msgspec.Struct, frozen=True):
    """What is known of the CA of a binding's certificate, and of all public CAs, as sentences.

    ``stage`` is how its CA issues certificates for clients. ``instead`` says where to get one where
    that CA issues none, or perhaps none; ``elsewhere`` what a remedy has to add that asks for
    another CA. Both are empty where the calendar rules nothing out.
    """

    stage: Stage = Stage.OPEN
    instead: str = ""
    elsewhere: str = ""


def sunset_of(calendar: Calendar, chain: ChainVerdict) -> Sunset | None:
    """What the calendar knows of the CAs of the chain, the one that issued it first."""
    if chain.root is None:
        return None
    return calendar.sunset_of(chain.root, [each.issuer for each in chain.certificates])


def supply_of(verdict: BindingVerdict, calendar: Calendar, platform: Platform, day: date) -> Supply:
    """What the calendar leaves for the next certificate of a binding.

    Where its chain does not tell the CA, the name of the issuer does, which is *inferred* unless a
    key identifier confirms it.
    """
    sunset = sunset_of(calendar, verdict.best.chain) if verdict.best is not None else None
    known = verdict.unexplained
    if sunset is not None or known is None:
        return supply_after(sunset, calendar, platform, day)
    how = "" if known.confirmed else " (by the issuer's name, inferred)"
    return supply_after(known.sunset, calendar, platform, day, how)


def supply_after(
    sunset: Sunset | None, calendar: Calendar, platform: Platform, day: date, how: str = ""
) -> Supply:
    """What the calendar leaves after a certificate whose CA has this ``sunset``.

    ``how`` it is known that it is that CA's, where that is not certain.
    """
    program = calendar.program
    forbids = program is not None and program.stage(day) is Stage.CLOSED
    elsewhere = ""
    if forbids and program is not None:
        elsewhere = f"Since {program.forbidden_from} no public CA may issue any for clients."
    stage = sunset.stage(day) if sunset is not None else Stage.OPEN
    if sunset is None or stage not in (Stage.CLOSED, Stage.UNSURE):
        return Supply(stage, "", elsewhere)
    who = f"{sunset.authority.ca if sunset.authority else 'Its public CA'}{how}"
    which = " that is no public web root" if forbids else " whose CA still issues them"
    ways = f"{_WAYS[platform]}{which}"
    if stage is Stage.CLOSED:
        instead = f"{who} issues no certificate with Client Authentication any more. Let the "
        instead += f"sender get one under {ways}."
    else:
        instead = f"{who} perhaps issues no certificate with Client Authentication any more. Ask "
        instead += f"it first, else let the sender get one under {ways}."
    return Supply(stage, instead, elsewhere)
