"""The steps of a renewal, in SAP's order, with the days in which each may happen.

The new pair is added beside the old one and deployed, the sender switches, the old pair is removed
and deployed (2d3cae7). With the same pair nothing in the flow changes. A service key that is pinned
and a mapping accept one certificate: a new one of the same instance or user comes before the
switch, and the old one goes after it (19af5e2, 9949c61).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from iflint.answers.admissions import label_of
from iflint.answers.renewal_plan import (
    Renewal,
    RenewalStep,
    Schedule,
    Touched,
    TouchedCaller,
)
from iflint.words.wording import listed

if TYPE_CHECKING:
    from iflint.engine.session import Session
    from iflint.pki.certificates import Certificate


In = tuple["Session", Sequence["Touched"], Sequence["TouchedCaller"], bool]
"""An environment, with the channels and the callers that the certificate touches there.

Behind them whether the one that comes after it is at hand, and has a plan of its own.
"""


def schedules(
    plan: Renewal, certificate: Certificate, touched: Iterable[In]
) -> tuple[Schedule, ...]:
    """The steps of each environment in which anything is touched, once where they are the same."""
    found: dict[tuple[RenewalStep, ...], list[str]] = {}
    for session, channels, callers, is_renewed in touched:
        if channels or callers:
            steps = _Steps(session, certificate, channels, callers)
            if plan.in_use:
                in_order = steps.for_now() if is_renewed else steps.for_the_next()
            else:
                in_order = steps.for_this(fails=plan.has_faults)
            if told := tuple(in_order):
                found.setdefault(told, []).append(session.name)
    return tuple(Schedule(tuple(filter(None, names)), steps) for steps, names in found.items())


class _Steps:
    """The steps in one environment."""

    def __init__(
        self,
        session: Session,
        certificate: Certificate,
        touched: Sequence[Touched],
        callers: Sequence[TouchedCaller],
    ) -> None:
        self._session = session
        self._certificate = certificate
        self._touched = touched
        self._wrong = [one for one in touched if one.wrong]
        self._keys = [one for one in callers if not one.is_mapping]
        self._mappings = [one for one in callers if one.is_mapping]

    def for_this(self, *, fails: bool) -> Iterator[RenewalStep]:
        """What to do with the new certificate: nothing is changed for one that ``fails``."""
        ends = [one.old_until for one in self._touched]
        ends += [one.old_until for one in (*self._keys, *self._mappings)]
        last = min((day for day in ends if day is not None), default=None)
        if fails:
            yield self._by(last, _MEND)
            return
        yield from self._correct(last)
        to_add = [one for one in self._touched if not one.has_new and not one.wrong]
        if to_add and not self._certificate.subject.rdns:
            yield self._by(last, _WITH_SUBJECT, _labels(to_add))
            to_add = []
        for strangers, doubtful in dict.fromkeys((one.strangers, one.doubtful) for one in to_add):
            what = "Add this row beside the old one"
            if doubtful:
                what += " or, if that is misspelt, correct it"
            if strangers:
                what += ", as two parameters with these values (a row in the flow's file counts in "
                what += f"{_environments(strangers)}, too, where this sender may not call)"
            at = [one for one in to_add if (one.strangers, one.doubtful) == (strangers, doubtful)]
            yield self._by(last, what, _labels(at), self._row)
        if changed := [*self._wrong, *to_add]:
            yield self._by(last, "Redeploy", _flows(changed))
        yield from self._new_ones(last, lambda one: one.needs_new, "the new certificate")
        yield self._switch(last)
        may_go = bool(self._certificate.subject.rdns)
        if to_remove := [one for one in self._touched if one.old and may_go]:
            for kept_for, channels in _by_kept_for(to_remove):
                what = _OLD_ROW_KEPT.format(kept_for) if kept_for else _OLD_ROW
                yield RenewalStep(what, None, channels)
            yield RenewalStep("Redeploy", None, _flows(to_remove))
        for what, having in ((_OLD_KEY, self._keys), (_OLD_MAPPING, self._mappings)):
            if those := [one for one in having if not one.accepts_new]:
                yield RenewalStep(what, None, _named(those))

    def for_now(self) -> Iterator[RenewalStep]:
        """What is to be done for a certificate that is in use, whatever comes after it."""
        yield from self._correct(None)
        if self._wrong:
            yield RenewalStep("Redeploy", None, _flows(self._wrong))

    def for_the_next(self) -> Iterator[RenewalStep]:
        """What to do about a certificate that is in use: the new one is yet to come."""
        until = self._session.works_until(self._certificate)
        last = until.date() if until is not None else None
        asked = last - timedelta(days=self._session.options.expiry_days) if last else None
        yield from self.for_now()
        if self._touched or self._mappings or not all(one.made_by_sap for one in self._keys):
            yield self._by(asked, self._where_from(at_once=last is None))
        if self._touched:
            what = "If it has another subject or issuer, add a row with these beside the old one, "
            yield self._by(last, f"{what}and redeploy", _labels(self._touched))
        if open_keys := [one for one in self._keys if not one.pinned]:
            yield self._by(last, _KEY_OF_ANOTHER_PAIR, _named(open_keys))
        yield from self._new_ones(last, lambda one: one.pinned, "it")
        yield self._by(last, "The sender switches to it")
        for kept_for, channels in _by_kept_for(self._touched):
            what = _ROW_BEFORE_KEPT.format(kept_for) if kept_for else _ROW_BEFORE
            yield RenewalStep(what, None, channels)
        for what, having in ((_OLD_KEY, self._keys), (_OLD_MAPPING, self._mappings)):
            if those := [one for one in having if one.pinned]:
                yield RenewalStep(what, None, _named(those))

    @property
    def _row(self) -> tuple[str, str]:
        """The texts to enter."""
        return self._certificate.subject.text, self._certificate.issuer.text

    def _correct(self, last: date | None) -> Iterator[RenewalStep]:
        """The rows that are meant for the certificate, and are to be written as it is."""
        for of_parameters, what in ((False, _CORRECT), (True, f"{_CORRECT}, by its parameters")):
            if those := [one for one in self._wrong if one.of_parameters is of_parameters]:
                yield self._by(last, what, _labels(those), self._row)

    def _where_from(self, *, at_once: bool) -> str:
        """Whom to ask, or where else, if its CA issues none any more."""
        from iflint.pki.chains.search import judge_chain

        session, certificate = self._session, self._certificate
        trust = session.trust.at(session.as_of)
        chain = judge_chain(certificate, session.pool, trust, session.as_of)
        named = certificate.subject.readable
        ask = f"Ask the sender{f', {named},' if named else ''} for a new one"
        ask += " at once" if at_once else ""
        instead = session.context.supply_after(chain).instead
        return f"{ask}. {instead[:-1]}" if instead else ask

    def _new_ones(
        self, last: date | None, is_due: Callable[[TouchedCaller], bool], new: str
    ) -> Iterator[RenewalStep]:
        """The keys and mappings to make before the switch, one key for each tenant."""
        of_tenant: dict[str, list[TouchedCaller]] = {}
        by_what: dict[str, list[TouchedCaller]] = {}
        for number, one in enumerate(filter(is_due, self._keys)):
            if one.made_by_sap:
                by_what.setdefault(_NEW_KEY_OF_SAP, []).append(one)
            else:
                of_tenant.setdefault(one.caller.tenant or str(number), []).append(one)
        for those in of_tenant.values():
            what = _NEW_KEY if len(those) == 1 else _ONE_NEW_KEY
            by_what.setdefault(what, []).extend(those)
        homeless = any(one.has_new and not one.caller.tenant for one in self._keys)
        for what, keys in by_what.items():
            unless = _UNLESS_THERE if homeless and what != _NEW_KEY_OF_SAP else ""
            yield self._by(last, f"{what.format(new)}{unless}", _named(keys))
        if mappings := list(filter(is_due, self._mappings)):
            yield self._by(last, _NEW_MAPPING.format(new), _named(mappings))

    def _switch(self, last: date | None) -> RenewalStep:
        first = self._certificate.not_before.date()
        switch = "The sender switches to the new certificate"
        if last is None or first <= last:
            return msgspec.structs.replace(self._by(last, switch), since=first)
        if first > self._session.as_of.date():
            switch += f"; the old one ends before, on {last}: in between the sender can't call"
        return RenewalStep(switch, None, (), first)

    def _by(
        self,
        last: date | None,
        what: str,
        channels: tuple[str, ...] = (),
        row: tuple[str, str] | None = None,
    ) -> RenewalStep:
        """A step that is to be done by a day."""
        left = None if last is None else (last - self._session.as_of.date()).days
        return RenewalStep(what, row, channels, None, last, left)


_MEND = (
    "The sender can't call with it: get right what is wrong with the certificate, then run iflint "
    "renew again for the next steps"
)
_CORRECT = "Correct the row that is meant for this certificate, and does not accept it"
_WITH_SUBJECT = (
    "Ask the sender for another certificate, with at least a common name: this one has no subject, "
    "so it can stand in no row"
)
_NEW_KEY_OF_SAP = (
    "Make a new service key in the same instance as the old one, and give it to the sender: SAP "
    "makes its certificate"
)
_ONE_NEW_KEY = (
    "In each tenant make one new service key with {}, in an instance that has the roles of all of "
    "these: there a certificate can be used in one key only"
)
_NEW_KEY = "Make a new service key with {} in the same instance as the old one"
_UNLESS_THERE = ", unless the key that holds it already is of this tenant: its file does not tell"
_KEY_OF_ANOTHER_PAIR = (
    f"If it has another subject or issuer, {_NEW_KEY[:1].lower()}{_NEW_KEY[1:].format('it')}"
)
_NEW_MAPPING = "Map {} to the same user as the old one"
_OLD_ROW = "After the switch, remove the old row"
_ROW_BEFORE = f"{_OLD_ROW}, if one was added, and redeploy"
_OLD_ROW_KEPT = (
    "After the switch, give the parameters of the old row the new pair, and remove the added row. "
    "The old row stays, as another sender needs it in {}"
)
_ROW_BEFORE_KEPT = (
    "After the switch, if a row was added, give its pair to the parameters of the old row, remove "
    "the added row, and redeploy. The old row stays, as another sender needs it in {}"
)
_OLD_KEY = "After the switch, delete the old service key"
_OLD_MAPPING = "After the switch, remove the old mapping"


def _environments(names: Iterable[str]) -> str:
    return listed([name or "the flow as it stands" for name in names])


def _named(callers: Iterable[TouchedCaller]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(caller_label, callers)))


def caller_label(one: TouchedCaller) -> str:
    """A service key or a mapping with its file and environments, as people read it."""
    environments = f" in {', '.join(one.environments)}" if one.environments else ""
    return f"{label_of(one.caller, one.file)}{environments}"


def _labels(touched: Iterable[Touched]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{flow_name(one)}: {_channel(one)}" for one in touched))


def _by_kept_for(touched: Sequence[Touched]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The channels by the environments in which the old row lets another sender in, as a text."""
    for kept_for in dict.fromkeys(one.kept_for for one in touched):
        yield _environments(kept_for), _labels([o for o in touched if o.kept_for == kept_for])


def _flows(touched: Iterable[Touched]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(flow_name, touched)))


def flow_name(one: Touched) -> str:
    """A flow as people read it, with its file where the name alone does not tell it."""
    package = f"{one.iflow.package.name} › " if one.iflow.package else ""
    at = f" ({one.at})" if one.at else ""
    return f"{package}{one.iflow.name}{at}"


def _channel(one: Touched) -> str:
    return f"{one.channel.adapter} {one.channel.address or one.channel.name}".strip()
