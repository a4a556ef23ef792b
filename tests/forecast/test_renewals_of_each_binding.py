"""Of a renewal one thing is said for each binding on each day, and the forecast tells when.

The table of what is to be said is written down here a second time, from what is known of each
certificate when it is made.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports import (
    Channel,
    Flow,
    Identity,
    Listed,
    dn,
    iflw,
    intermediate,
    issue,
    mappings,
    pem,
    root,
    service_key,
    trust_table,
    write_tree,
)
from iflint.answers.forecast import forecast
from iflint.engine.run import check
from iflint.engine.session import Session
from iflint.options import Options, ServiceKeySettings

START = date(2026, 11, 24)
UNTIL = START + timedelta(days=110)
WINDOW = timedelta(days=30)
GONE, LEAVES = date(2025, 1, 1), START + timedelta(days=40)
SOON, LATE = date(2026, 12, 31), date(2027, 2, 10)
"""When the old certificate ends."""
BEGINS = (date(2026, 11, 1), date(2026, 12, 20), date(2027, 2, 20))
"""When a new one begins: the last of them after each old one has ended."""
ENDS = date(2027, 12, 31)
KINDS = ("row", "pinned key", "unpinned key", "mapping")
LINES = frozenset({"IFL102", "IFL105", "IFL107", "IFL321"})

SERVER = [ExtendedKeyUsageOID.SERVER_AUTH]
SENDER = dn("CN=edi.partner.example", "OU=EDI", "O=Partner")
TOP, REMOVED, LEAVING = (
    root(f"renewals {name}", dn(f"CN={name}", "O=Example"), "2020-01-01", "2044-12-31")
    for name in ("Top", "Removed", "Leaving")
)


def ca(name: str, above: Identity) -> Identity:
    return intermediate(f"renewals {name}", dn(f"CN={name}", "O=Example"), above)


FIRST, SECOND, DEAD, DYING = (
    ca(*each)
    for each in (
        ("First", TOP),
        ("Second", TOP),
        ("Dead", REMOVED),
        ("Dying", LEAVING),
    )
)
AWAY = ca("Away", TOP)
"""An intermediate that is not at hand."""

WAYS = {
    "same pair": (SENDER, FIRST, {}),
    "another issuer": (SENDER, SECOND, {}),
    "missing issuer": (SENDER, AWAY, {}),
    "other attributes": (dn("CN=edi.partner.example", "O=Partner"), FIRST, {}),
    "no organization": (dn("CN=EDI.partner.example"), SECOND, {}),
    "root leaving": (SENDER, DYING, {}),
    "server": (SENDER, FIRST, {"usages": SERVER}),
    "server of another issuer": (SENDER, SECOND, {"usages": SERVER}),
    "root removed": (SENDER, DEAD, {}),
    "self-signed": (SENDER, None, {}),
    "broken": (SENDER, FIRST, {"signed_by": "renewals nobody"}),
    "another organization": (dn("CN=edi.partner.example", "O=Else"), FIRST, {}),
    "another name": (dn("CN=crm.partner.example", "OU=EDI", "O=Partner"), FIRST, {}),
}
STRANGERS = frozenset({"another organization", "another name"})
FLAWS = {
    "server": "client auth",
    "server of another issuer": "client auth",
    "root removed": "root",
    "self-signed": "self-signed",
    "broken": "signature",
}
WORTH = {"server": 1, "broken": 2}
"""Of those with the pair of the old one: the more, the worse."""


class Held(NamedTuple):
    """A certificate, by the way in which it came about."""

    way: str
    first: date
    last: date

    @property
    def identity(self) -> Identity:
        return made(*self)

    @property
    def pair(self) -> tuple[str, str]:
        return self.identity.pair

    def is_valid(self, day: date) -> bool:
        return self.first <= day <= self.last

    def flaws(self, day: date) -> set[str]:
        """What is wrong with it on its first valid day from this day on."""
        if self.way == "root leaving":
            return {"root"} if max(day, self.first) >= LEAVES else set()
        return {FLAWS[self.way]} if self.way in FLAWS else set()

    def succeeds(self, other: Held) -> bool:
        return self.way not in STRANGERS and self.first > other.first and self.last > other.last


@cache
def made(way: str, first: date, last: date) -> Identity:
    name, issuer, options = WAYS[way]
    return issue(f"renewals {way} {first} {last}", name, issuer, str(first), str(last), **options)


class Bound(NamedTuple):
    """A binding and its certificate."""

    held: Held
    pinned: bool

    def accepts(self, other: Held) -> bool:
        return other == self.held or (not self.pinned and other.pair == self.held.pair)


class World:
    """The bindings of a sender in one place, and all of its certificates at hand."""

    def __init__(self, kind: str, bound: Sequence[Bound], at_hand: Sequence[Held]) -> None:
        self.kind, self.bound, self.at_hand = kind, bound, at_hand

    def said(self, day: date) -> dict[int, str]:
        """The line of the table that is due for each binding."""
        told = {number: self._line(each, day) for number, each in enumerate(self.bound, 1)}
        return {number: line for number, line in told.items() if line}

    def _line(self, bound: Bound, day: date) -> str:
        valid = [each for each in self.at_hand if bound.accepts(each) and each.is_valid(day)]
        if not valid:
            return ""
        best = min(valid, key=lambda each: (WORTH.get(each.way, 0), -each.last.toordinal()))
        soon = best.last - WINDOW < day
        later = [each for each in self.at_hand if each.succeeds(best)]
        usable = [each for each in later if not each.flaws(day)]
        if not later:
            return "IFL102" if soon else ""
        if not usable:
            news = any(each.flaws(day) - best.flaws(day) for each in later)
            return "IFL107" if news else "IFL102" if soon else ""
        in_time = [each for each in usable if each.first <= best.last]
        if any(self._is_accepted(each) for each in in_time or usable):
            return "" if in_time or not soon else "IFL102"
        if bound.pinned:
            return "IFL321"
        return "IFL105" if soon else ""

    def _is_accepted(self, certificate: Held) -> bool:
        return any(each.accepts(certificate) for each in self.bound)

    def write(self, folder: Path) -> None:
        held = [each.held.identity for each in self.bound]
        by_row = self.kind == "row"
        channel = Channel("HTTPS", "/f", [each.pair for each in held])
        channel = channel if by_row else Channel("HTTPS", "/f", authorization="RoleBased")
        keys = {
            f"{'pinned' if each.pinned else 'open'}/{number}.json": service_key(
                f"key{number}", each.held.identity
            )
            for number, each in enumerate(self.bound, 1)
        }
        rows = [("PARTNER", each) for each in held]
        bindings = {"row": {}, "mapping": {"mappings.json": mappings(*rows)}}
        table = trust_table(
            "Made up.",
            {"1.0.0": "2024-01-01", "2.0.0": str(GONE), "3.0.0": str(LEAVES)},
            [
                Listed(TOP, "1.0.0"),
                Listed(REMOVED, "1.0.0", removed_in="2.0.0"),
                Listed(LEAVING, "1.0.0", removed_in="3.0.0"),
            ],
        )
        write_tree(
            folder,
            {
                "F.iflw": iflw(Flow("F", "F", [channel]), short=True).encode(),
                "cas.pem": pem(FIRST, SECOND, DEAD, DYING, REMOVED),
                "table.json": json.dumps(table).encode(),
                **{f"{n}.pem": pem(each.identity) for n, each in enumerate(self.at_hand)},
                **bindings.get(self.kind, keys),
            },
        )

    def options(self, folder: Path, day: date) -> Options:
        return Options(
            as_of=beginning(day),
            roots=(f"{folder}/table.json",),
            service_keys=(
                ServiceKeySettings(path="open/*.json", folder=str(folder), pinned=False),
                ServiceKeySettings(path="pinned/*.json", folder=str(folder), pinned=True),
            ),
        )

    def found(self, findings) -> list[tuple[int, str]]:
        """The lines of the table among some findings, each with the number of its binding."""
        return sorted((self._number(f), f.code) for f in findings if f.code in LINES)

    def _number(self, finding) -> int:
        if finding.entry:
            return finding.entry.ordinal
        if self.kind != "mapping":
            return int(finding.caller.name.removeprefix("key"))
        sha256 = finding.certificate.sha256
        prints = [each.held.identity.certificate.fingerprint(SHA256()).hex() for each in self.bound]
        return prints.index(sha256.replace(":", "").lower()) + 1


def beginning(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


NEW = st.builds(
    Held, st.sampled_from(list(WAYS)), st.sampled_from(BEGINS), st.sampled_from((ENDS,))
)
OLD = st.builds(
    Held,
    st.sampled_from(("same pair", "same pair", "server")),
    st.just(date(2026, 3, 2)),
    st.sampled_from((SOON, LATE)),
)


@st.composite
def worlds(draw, kind: str) -> World:
    old = draw(OLD)
    new = draw(st.lists(NEW, max_size=3, unique=True))
    accepted = [each for each in new if draw(st.booleans())]
    pinned = kind not in ("row", "unpinned key")
    bound = [Bound(old, pinned)]
    for each in accepted:
        if kind == "row" and each.pair in {one.held.pair for one in bound}:
            continue  # one row lets in all of its pair
        others = not pinned if "key" in kind and draw(st.booleans()) else pinned
        bound.append(Bound(each, others))
    return World(kind, bound, [old, *new])


def days() -> Iterator[date]:
    return (START + timedelta(days=number) for number in range((UNTIL - START).days + 1))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_line_for_each_binding_and_the_day_on_which_it_changes(kind, data) -> None:
    world = data.draw(worlds(kind))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        session = Session([name], world.options(folder, START))
        due = {day: world.said(day) for day in days()}
        changes = [day for day in list(days())[1:] if due[day] != due[day - timedelta(days=1)]]
        clocks = {START, *changes, *(day - timedelta(days=1) for day in changes)}
        for day in sorted(clocks | {data.draw(st.sampled_from(list(days())))}):
            found = world.found(session.findings(beginning(day)))
            assert found == sorted(due[day].items()), (day, world.bound, world.at_hand)
        told = forecast(session, UNTIL)
        assert world.found(told.now) == sorted(due[START].items())
        for day in list(days())[1:]:
            before = due[day - timedelta(days=1)]
            begun = sorted(due[day].items() - before.items())
            these = [turn for turn in told.changes if turn.day == day]
            assert begun == [
                each
                for each in world.found(turn.finding for turn in these if turn.begins)
                if each not in before.items()
            ], (day, world.bound, world.at_hand)
            ended = world.found(turn.finding for turn in these if not turn.begins)
            assert set(ended) <= before.items() - due[day].items()
        if changes:
            last = changes[-1]
            options = world.options(folder, last)
            assert world.found(check([name], options).findings) == sorted(due[last].items())
