"""The search for the best path against one that tries every path, on odd graphs of CAs."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from authorities import CLIENT, DAY, NOW, SERVER, Party, certificate, client, found, issue, root_of
from iflint.pki.chains.name_constraints import read_constraints
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.roots.trust import Platform, TrustList, load_trust_list

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from iflint.pki.certificates import Certificate

GRAPHS = 250
KEYS = [ec.generate_private_key(ec.SECP256R1()) for _ in range(8)]


class Graph(NamedTuple):
    leaf: Certificate
    pool: CertificatePool
    trust: TrustList
    cas: tuple[Certificate, ...]
    anchors: tuple[Certificate, ...]


def constraint(choose: random.Random) -> tuple[x509.NameConstraints, bool]:
    """Excludes or permits one of the CAs, the sender, or a domain."""
    name = choose.choice(("CN=A,O=Example,C=DE", "CN=B,O=Example,C=DE", "O=Example,C=DE", "C=US"))
    base: Any = x509.DirectoryName(x509.Name.from_rfc4514_string(name))
    if choose.random() < 0.3:
        base = x509.DNSName(choose.choice(("example.com", "other.org")))
    if choose.random() < 0.75:
        return x509.NameConstraints(None, [base]), True
    return x509.NameConstraints([base], None), True


def graph(seed: int) -> Graph:
    """Seven CAs, some of one name, that signed each other at random."""
    choose = random.Random(seed)
    parties = [Party(name, key) for name, key in zip("AABBCDE", KEYS, strict=False)]
    cas = []
    for _ in range(choose.randrange(3, 16)):
        low, high = choose.choice(parties), choose.choice(parties)
        options: dict[str, Any] = {
            "ca": choose.random() < 0.95 or None,
            "end": NOW + choose.choice((-1, 1, 2, 3, 4, 5, 6)) * DAY,
        }
        if options["ca"] and choose.random() < 0.3:
            options["path_length"] = choose.choice((0, 1, 2))
        if choose.random() < 0.15:
            options["eku"] = choose.choice(((SERVER,), (CLIENT,)))
        if choose.random() < 0.1:
            options["key_usage"] = choose.choice(("sign", "cert"))
        if choose.random() < 0.3:
            options["more"] = (constraint(choose),)
        cas.append(issue(low, high, **options))
    names = x509.SubjectAlternativeName([x509.DNSName("a.example.com")])
    leaf = client(
        Party("sender", KEYS[7]), choose.choice(parties), end=NOW + 9 * DAY, more=((names, False),)
    )
    anchors = [root_of(party) for party in choose.sample(parties, choose.choice((1, 1, 2)))]
    return Graph(
        certificate(leaf),
        CertificatePool(map(found, (leaf, *cas))),
        load_trust_list(Platform.CUSTOM, NOW, [found(anchor, "roots.pem") for anchor in anchors]),
        tuple(map(certificate, cas)),
        tuple(map(certificate, anchors)),
    )


def signed(low: Certificate, high: Certificate) -> bool:
    """By the key identifiers, which are always there and right in these graphs."""
    same_name = low.issuer.canonical == high.subject.canonical
    return same_name and low.authority_key_id == high.subject_key_id


def all_paths(graph: Graph, path: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
    """Every path from the client certificate to an anchor, its certificate last."""
    for anchor in graph.anchors:
        if signed(path[-1], anchor):
            yield (*path, anchor)
    for ca in graph.cas:
        known = {(other.subject.canonical, other.spki) for other in path}
        if signed(path[-1], ca) and (ca.subject.canonical, ca.spki) not in known:
            yield from all_paths(graph, (*path, ca))


def is_valid(path: tuple[Certificate, ...]) -> bool:
    """RFC 5280 §6.1, from the anchor down to the client."""
    _, *downwards = reversed(path)
    room = len(path)
    constraints = []
    for number, each in enumerate(downwards):
        final = number == len(downwards) - 1
        if each.extended_key_usage not in (None, ("1.3.6.1.5.5.7.3.2",)):
            return False
        if (final or not each.self_issued) and any(c.refusal(each) for c in constraints):
            return False
        if final:
            return True
        if not each.is_ca or not each.not_before <= NOW <= each.not_after:
            return False
        if each.key_usage is not None and "keyCertSign" not in each.key_usage:
            return False
        if not each.self_issued:
            if room <= 0:
                return False
            room -= 1
        if each.path_length is not None:
            room = min(room, each.path_length)
        if each.name_constraints is not None:
            constraints.append(read_constraints(each.name_constraints, critical=True))
    raise AssertionError


def best_end(graph: Graph) -> datetime | None:
    """When the longest lasting valid path ends; None without one."""
    ends = [
        min(each.not_after for each in path)
        for path in all_paths(graph, (graph.leaf,))
        if is_valid(path)
    ]
    return max(ends, default=None)


@pytest.mark.parametrize("group", range(5))
def test_the_best_of_all_paths_is_found(group: int) -> None:
    ends = []
    for seed in range(group * GRAPHS // 5, (group + 1) * GRAPHS // 5):
        one = graph(seed)
        expected = best_end(one)
        verdict = judge_chain(one.leaf, one.pool, one.trust, NOW)
        assert verdict.ok == (expected is not None), seed
        if expected is not None:
            assert verdict.valid_until == expected, seed
        ends.append(expected)
    assert 5 < sum(end is not None for end in ends) < len(ends) - 5


def test_a_mesh_of_bridges_with_name_constraints_does_not_explode() -> None:
    """Every CA has signed every other one, and each refuses some of the others."""
    import time

    parties = [Party(f"CA {number}", key) for number, key in enumerate(KEYS)]
    bundle = []
    for low in parties:
        for number, high in enumerate(parties):
            name = f"CN=CA {(number + 3) % 8},O=Example,C=DE"
            excluded = x509.DirectoryName(x509.Name.from_rfc4514_string(name))
            more = ((x509.NameConstraints(None, [excluded]), True),)
            if low is not high:
                bundle.append(issue(low, high, ca=True, more=more))
    top = Party("Top")
    bundle.append(issue(parties[5], top, ca=True))
    leaf = client(Party("sender"), parties[0])
    pool = CertificatePool(map(found, (leaf, *bundle)))
    trust = load_trust_list(Platform.CUSTOM, NOW, [found(root_of(top), "roots.pem")])
    started = time.perf_counter()
    assert judge_chain(certificate(leaf), pool, trust, NOW).ok
    assert time.perf_counter() - started < 10


def test_what_stands_above_many_of_few_names_is_found_in_a_time_by_their_number() -> None:
    names = [Party(name, KEYS[0]) for name in "AB"]
    circle = [
        found(issue(names[number % 2], names[1 - number % 2], end=NOW + (number + 1) * DAY))
        for number in range(3000)
    ]
    pool = CertificatePool(circle)
    started = time.process_time()
    assert len(pool.below_roots([circle[0].certificate])) == len(circle)
    assert time.process_time() - started < 1
