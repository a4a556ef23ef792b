"""Whatever stands in a channel: a fix adds no finding, and a second one has nothing to do."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, root, write_tree
from iflint.engine.run import read
from iflint.fixes.plan import plan_fixes
from iflint.options import Options

AUTHORITIES = [
    root(f"any root {name}", dn(f"CN={name}", "O=Trust, Inc.", "C=DE"), "2020-01-01", "2040-01-01")
    for name in ("One", "Two")
]
NAMES = [["CN=a", "OU=x & y", "O=Müller, Söhne", "C=DE"], ["CN=b", "O=B"], ["CN=ab", "C=AT"]]
CERTIFICATES = [
    issue(f"any {name[0]} {number} {last}", dn(*name), authority, last=last)
    for name in NAMES
    for number, authority in enumerate(AUTHORITIES)
    for last in ("2026-11-01", "2027-09-30")[number:]
]
OPTIONS = Options(as_of=datetime(2026, 11, 24, tzinfo=UTC), roots_add=("roots.pem",))


def quoted(rdn):
    kind, _, value = rdn.partition("=")
    return f'{kind}="{value}"' if "," in value else rdn


@st.composite
def spellings(draw, names):
    """A name as people write it: in any order, with any separator, now and then damaged."""
    rdns = draw(st.permutations(draw(st.sampled_from(names))) | st.sampled_from(names))
    quote = draw(st.sampled_from([quoted, quoted, quoted, str]))
    text = draw(st.sampled_from([", ", ", ", ",", "+", "\n", "/"])).join(map(quote, rdns))
    at = draw(st.just(0) | st.integers(0, len(text)))
    return text[:at] + draw(st.sampled_from(["", "", "", "x", "/", "\u200b", ";"])) + text[at:]


ISSUERS = [["CN=One", "O=Trust, Inc.", "C=DE"], ["CN=Two", "O=Trust, Inc.", "C=DE"]]
PAIRS = st.tuples(spellings(NAMES), spellings(ISSUERS))
CHANNELS = st.lists(PAIRS, min_size=1, max_size=3)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roots.pem").write_bytes(pem(*AUTHORITIES))
    return tmp_path


def found():
    """How often each thing is found at each place."""
    report = iflint.engine.run.check(["."], OPTIONS)
    return Counter(
        (f.code, str(f.location.file), f.channel and f.channel.ordinal, f.entry and f.entry.ordinal)
        for f in report.findings
    )


def files(place):
    return {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(CHANNELS, min_size=1, max_size=2),
    st.lists(st.sampled_from(CERTIFICATES), min_size=3, unique_by=id),
    st.sets(st.integers(0, 11)),
)
def test_a_fix_adds_no_finding_and_is_all_there_is_to_do(place, channels, at_hand, extern) -> None:
    parameters: dict[str, str] = {}

    def cell(text):
        if len(parameters) not in extern:
            parameters[f"unused {len(parameters)}"] = ""
            return text
        name = f"P {len(parameters)}"
        parameters[name] = text
        return f"{{{{{name}}}}}"

    written = [[(cell(s), cell(i)) for s, i in pairs] for pairs in channels]
    shutil.rmtree(place / "flow", ignore_errors=True)
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/o", p) for p in written], parameters)
    write_tree(place / "flow", bundle(flow))
    (place / "partners.pem").write_bytes(pem(*at_hand))

    before, stood = found(), files(place)
    plan = plan_fixes(read(["."], OPTIONS))
    assert files(place) == stood
    for file in plan.files:
        assert stood[place / file.file.path] == file.before != file.after
        (place / file.file.path).write_bytes(file.after)
    after = found()
    assert not after - before
    assert bool(plan.fixes) == bool(plan.files)
    answered = {fix.finding.fingerprint for fix in plan.fixes}
    assert (before - after).total() >= len(answered)
    assert not plan_fixes(read(["."], OPTIONS)).files
