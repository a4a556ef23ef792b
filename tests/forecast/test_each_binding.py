"""For each kind of binding, the forecast names the day and the cause of its first failure.

A check on that day finds exactly what was told, and one on the day before finds no error.
"""

from __future__ import annotations

import json
import tempfile
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
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
from iflint.report.findings import Severity

START = date(2026, 11, 24)
UNTIL = START + timedelta(days=200)
KINDS = ("row", "pinned key", "unpinned key", "mapping")
TOP = root("binding top", dn("CN=Top", "O=Example"), "2020-01-01", "2044-12-31")
SENDER = dn("CN=edi.partner.example", "O=Example")
DAYS = st.integers(1, 180).map(lambda days: START + timedelta(days=days))
NEVER = date(2030, 12, 31)
LATER = st.one_of(DAYS, st.just(NEVER))


class World:
    """One binding, its certificate below one intermediate, and perhaps a renewal at hand."""

    def __init__(
        self, kind: str, leaf: tuple[date, date], ca_last: date, gone: date, renewed: date | None
    ) -> None:
        self.kind, self.ca_last, self.gone = kind, ca_last, gone
        name = dn("CN=Issuing", "O=Example")
        self.ca = intermediate(f"binding ca {ca_last}", name, TOP, "2021-01-01", str(ca_last))
        self.leaf = self._issue("leaf", *leaf)
        self.renewal = self._issue("renewal", renewed, NEVER) if renewed else None

    def _issue(self, label: str, first: date, last: date) -> Identity:
        return issue(f"binding {label} {first} {last}", SENDER, self.ca, str(first), str(last))

    def causes(self, day: date) -> set[str]:
        """Why the binding fails on a day; a row and a key that is not pinned accept the renewal."""
        accepted = [self.leaf]
        if self.renewal and self.kind in ("row", "unpinned key"):
            accepted.append(self.renewal)
        each = [self._causes(one, day) for one in accepted]
        return set() if set() in each else set.union(*each)

    def _causes(self, one: Identity, day: date) -> set[str]:
        certificate = one.certificate
        told = {
            "IFL103": day < certificate.not_valid_before_utc.date(),
            "IFL101": day > certificate.not_valid_after_utc.date(),
            "IFL204": day > self.ca_last,
            "IFL201": day >= self.gone,
        }
        return {code for code, holds in told.items() if holds}

    def write(self, folder: Path) -> None:
        by_row = self.kind == "row"
        channel = Channel("HTTPS", "/f", [self.leaf.pair]) if by_row else None
        channel = channel or Channel("HTTPS", "/f", authorization="RoleBased")
        held = {
            "row": {"leaf.pem": pem(self.leaf)},
            "mapping": {"mappings.json": mappings(("PARTNER", self.leaf))},
        }
        table = trust_table(
            "Made up.",
            {"1.0.0": "2024-01-01", "2.0.0": str(self.gone)},
            [Listed(TOP, "1.0.0", removed_in="2.0.0")],
        )
        write_tree(
            folder,
            {
                "F.iflw": iflw(Flow("F", "F", [channel]), short=True).encode(),
                "ca.pem": pem(self.ca),
                **({"renewal.pem": pem(self.renewal)} if self.renewal else {}),
                **held.get(self.kind, {"key.json": service_key("partner", self.leaf)}),
                "table.json": json.dumps(table).encode(),
            },
        )

    def options(self, folder: Path, day: date) -> Options:
        unpinned = ServiceKeySettings(path="key.json", folder=str(folder), pinned=False)
        return Options(
            as_of=datetime.combine(day, time(), UTC),
            roots=(f"{folder}/table.json",),
            service_keys=(unpinned,) if self.kind == "unpinned key" else (),
        )


def errors(findings) -> dict[str, str]:
    return {f.fingerprint: f.code for f in findings if f.severity is Severity.ERROR}


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(first=st.integers(-300, 30), last=DAYS, ca=LATER, gone=LATER, renewed=st.none() | DAYS)
def test_the_first_failure_is_told_with_its_cause(kind, first, last, ca, gone, renewed) -> None:
    first = min(START + timedelta(days=first), last)
    world = World(kind, (first, last), ca, gone, renewed)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world.write(folder)
        told = forecast(Session([name], world.options(folder, START)), UNTIL)
        assert bool(errors(told.now)) == bool(world.causes(START))
        days = [START + timedelta(days=number) for number in range(1, (UNTIL - START).days)]
        for before, day in zip([START, *days], days, strict=False):
            if world.causes(before) or not world.causes(day):
                continue
            begun = errors(c.finding for c in told.changes if c.day == day and c.begins)
            found = errors(check([name], world.options(folder, day)).findings)
            earlier = errors(check([name], world.options(folder, before)).findings)
            assert begun == found, day
            assert set(found.values()) <= world.causes(day)
            assert found
            assert not earlier
            break
        else:
            begun = errors(c.finding for c in told.changes if c.begins)
            assert not begun or world.causes(START)
