"""Verdicts on chains against ``openssl verify -purpose sslclient``, on generated chains.

Each disagreement that is left is explained in docs/differences-chains.md and stands here as a
predicate: OpenSSL's error and what is special about the chain must both fit.
"""

from __future__ import annotations

import datetime as dt
import itertools
import random
import re
import shutil
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from authorities import (
    ANY,
    CLIENT,
    DAY,
    NOW,
    SERVER,
    Party,
    algorithm,
    found,
    issue,
    pem,
    resigned,
)
from iflint.pki import der as asn1
from iflint.pki.certificates import parse_certificate
from iflint.pki.chains import CertificatePool, judge_chain
from iflint.pki.trust import Landscape, load_trust_list

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHAINS = 600
SEED = 20261124

pytestmark = pytest.mark.differential


@dataclass
class Level:
    """What one certificate of a chain will be like; the client's is level 0, the root the last."""

    party: Party
    options: dict[str, Any] = field(default_factory=dict)
    drop: bool = False
    tamper: bool = False
    sha1: bool = False


@dataclass
class Case:
    """A generated chain: the files for both judges, and what is special about it."""

    leaf: bytes
    bundle: list[bytes]
    roots: list[bytes]
    traits: set[str]


class Generator:
    """Chains of all kinds, from a seed; keys are new at each run, structure is not."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(12)]
        self._strangers = [
            issue(party := self._party(f"Unrelated {n}", n), party, ca=True) for n in range(5)
        ]
        self._mutations: list[Callable[[list[Level], set[str]], None]] = [
            self._missing,
            self._dates,
            self._dates,
            self._client_usage,
            self._intermediate_usage,
            self._any_usage,
            self._no_ca,
            self._key_usage,
            self._path_length,
            self._bad_signature,
            self._sha1,
            self._no_key_ids,
            self._lying_key_id,
            self._anchor_extensions,
        ]

    def _party(self, name: str, key: int) -> Party:
        return Party(name, self._keys[key])

    def case(self) -> Case:
        traits: set[str] = set()
        depth = self._random.choice((0, 1, 1, 2, 2, 3))
        keys = self._random.sample(range(12), depth + 4)
        names = ["sender", *(f"CA {level}" for level in range(depth)), "Root"]
        levels = [Level(self._party(name, keys[n])) for n, name in enumerate(names)]
        levels[0].options = {"eku": self._random.choice(((CLIENT,), (CLIENT, SERVER), None))}
        for level in levels[1:]:
            level.options = {"ca": True, "key_usage": self._random.choice(("cert", None))}
        if self._random.random() < 0.12:
            levels = self._self_signed(levels, traits)
        for _ in range(self._random.choice((0, 1, 1, 1, 2))):
            self._random.choice(self._mutations)(levels, traits)
        return self._made(levels, traits, keys[-2:])

    def _made(self, levels: list[Level], traits: set[str], spare: list[int]) -> Case:
        made = [
            self._certificate(low, high) for low, high in itertools.pairwise([*levels, levels[-1]])
        ]
        if len(levels) == 1:
            made = [self._certificate(levels[0], levels[0])]
        bundle = [der for level, der in zip(levels[1:], made[1:], strict=True) if not level.drop]
        roots = [made[-1]]
        others = self._others(levels, traits, spare)
        bundle += others
        draw = self._random.random()
        if draw < 0.12:
            traits.add("unsupported root")
            roots = [self._strangers[0]]
        elif draw < 0.2 and len(made) > 2:
            traits.add("intermediate as anchor")
            roots = [self._random.choice(made[1:-1])]
        elif draw < 0.3 and made[-1] in bundle:
            bundle.remove(made[-1])
        if self._random.random() < 0.2:
            bundle += self._random.choices([*bundle, *made[1:2]], k=2) if bundle else []
        bundle += self._random.sample(self._strangers, 3)
        self._random.shuffle(bundle)
        roots += self._random.sample(self._strangers[1:], 1)
        return Case(made[0], bundle, roots, traits)

    def _certificate(self, low: Level, high: Level) -> bytes:
        der = issue(low.party, high.party, **low.options)
        if low.sha1:
            der = resigned(
                der,
                algorithm("1.2.840.10045.4.1"),
                lambda data: high.party.key.sign(data, ec.ECDSA(hashes.SHA1())),
            )
        if low.tamper:
            at = asn1.parse(der).children()[2].end - 3
            der = der[:at] + bytes((der[at] ^ 4,)) + der[at + 1 :]
        return der

    def _others(self, levels: list[Level], traits: set[str], spare: list[int]) -> list[bytes]:
        """Cross-signed and renewed intermediates, and others of the same name."""
        if len(levels) < 3 or self._random.random() > 0.35:
            return []
        at = self._random.randrange(1, len(levels) - 1)
        low, high = levels[at], levels[at + 1]
        options = {"ca": True}
        kind = self._random.choice(("cross-signed", "renewed", "expired twin", "other key"))
        traits |= {"several of one name", kind}
        if kind == "cross-signed":
            other_root = self._party("Other root", spare[0])
            return [issue(low.party, other_root, **options)]
        if kind == "other key":
            impostor = self._party(low.party.name, spare[1])
            return [issue(impostor, high.party, key_ids=self._random.random() < 0.5, **options)]
        end = NOW - DAY if kind == "expired twin" else NOW + 300 * DAY
        return [issue(low.party, high.party, end=end, **options)]

    def _self_signed(self, levels: list[Level], traits: set[str]) -> list[Level]:
        traits.add("self-signed")
        return levels[:1]

    def _some(self, levels: list[Level]) -> Level | None:
        """One of the intermediates."""
        return self._random.choice(levels[1:-1]) if len(levels) > 2 else None

    def _missing(self, levels: list[Level], traits: set[str]) -> None:
        if level := self._some(levels):
            level.drop = True

    def _dates(self, levels: list[Level], traits: set[str]) -> None:
        level = self._random.choice(levels)
        level.options = {k: v for k, v in level.options.items() if k not in ("begin", "end")}
        level.options |= self._random.choice(
            (
                {"end": NOW - DAY},
                {"begin": NOW + DAY},
                {"end": NOW - dt.timedelta(seconds=1)},
                {"begin": NOW + dt.timedelta(seconds=1)},
                {"end": NOW},
                {"begin": NOW},
            )
        )
        if level.options.get("end") == NOW:
            traits.add("ends this second")

    def _client_usage(self, levels: list[Level], traits: set[str]) -> None:
        levels[0].options["eku"] = (SERVER,)

    def _intermediate_usage(self, levels: list[Level], traits: set[str]) -> None:
        if level := self._some(levels):
            level.options["eku"] = self._random.choice(((SERVER,), (CLIENT,), (CLIENT, SERVER)))

    def _any_usage(self, levels: list[Level], traits: set[str]) -> None:
        level = self._random.choice(levels[: max(1, len(levels) - 1)])
        level.options["eku"] = (ANY,)
        traits.add("any usage")

    def _no_ca(self, levels: list[Level], traits: set[str]) -> None:
        if level := self._some(levels):
            level.options["ca"] = self._random.choice((None, False))
            level.options.pop("path_length", None)
            if level.options["ca"] is None and level.options["key_usage"] == "cert":
                traits.add("signs without basicConstraints")

    def _key_usage(self, levels: list[Level], traits: set[str]) -> None:
        if level := self._some(levels):
            level.options["key_usage"] = "sign"
            traits.discard("signs without basicConstraints")

    def _path_length(self, levels: list[Level], traits: set[str]) -> None:
        level = self._some(levels)
        if level and level.options["ca"]:
            level.options["path_length"] = self._random.choice((0, 1))

    def _bad_signature(self, levels: list[Level], traits: set[str]) -> None:
        self._random.choice(levels[: max(1, len(levels) - 1)]).tamper = True

    def _sha1(self, levels: list[Level], traits: set[str]) -> None:
        self._random.choice(levels).sha1 = True

    def _no_key_ids(self, levels: list[Level], traits: set[str]) -> None:
        self._random.choice(levels).options["key_ids"] = False

    def _lying_key_id(self, levels: list[Level], traits: set[str]) -> None:
        level = self._random.choice(levels)
        if level.options.get("key_ids", True):
            level.options["authority_key_id"] = b"the id of another key"
            traits.add("lying key id")

    def _anchor_extensions(self, levels: list[Level], traits: set[str]) -> None:
        if len(levels) < 2:
            return
        traits.add("anchor's own extensions")
        levels[-1].options |= self._random.choice(
            (
                {"ca": False, "path_length": None},
                {"key_usage": "sign"},
                {"path_length": 0},
                {"eku": (SERVER,)},
            )
        )


def ours(case: Case) -> bool:
    """Whether iflint has nothing against the certificate (its own dates included) and its chain."""
    leaf = parse_certificate(case.leaf)
    trust = load_trust_list(Landscape.CUSTOM, NOW, [found(root) for root in case.roots])
    pool = CertificatePool(map(found, [case.leaf, *case.bundle]))
    verdict = judge_chain(leaf, pool, trust, NOW)
    return verdict.ok and leaf.not_before <= NOW <= leaf.not_after


def openssls(case: Case, folder: Path) -> int:
    """OpenSSL's error number, 0 when it accepts."""
    folder.mkdir()
    (folder / "leaf.pem").write_bytes(pem(case.leaf))
    (folder / "bundle.pem").write_bytes(b"".join(map(pem, case.bundle)))
    (folder / "roots.pem").write_bytes(b"".join(map(pem, case.roots)))
    command = [
        *("openssl", "verify", "-purpose", "sslclient", "-attime", str(int(NOW.timestamp()))),
        *("-partial_chain", "-no-CApath", "-no-CAstore", "-CAfile", "roots.pem"),
        *("-untrusted", "bundle.pem", "leaf.pem"),
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return 0
    error = re.search(r"error (\d+) at", result.stderr)
    assert error, result.stderr
    return int(error[1])


def explanation(case: Case, accepted: bool, error: int) -> str:
    """Why the two may disagree on this chain; the words are headings of the document."""
    signature, issuer_absent, not_a_ca, path_length, purpose = 7, (2, 20, 21), (24, 79), 25, 26
    not_yet, ended = 9, 10
    if not accepted:
        signs = "signs without basicConstraints" in case.traits and not error
        return "A CA without basicConstraints" if signs else ""
    if "any usage" in case.traits and error == purpose:
        return "anyExtendedKeyUsage"
    if "ends this second" in case.traits and error == ended:
        return "The last second of a validity"
    own = case.traits & {"anchor's own extensions", "intermediate as anchor"}
    if own and error in (*not_a_ca, path_length, purpose, 32):
        return "The anchor's own extensions"
    if "lying key id" in case.traits and error in issuer_absent:
        return "Key identifiers that differ"
    if "several of one name" in case.traits and error in (
        signature,
        not_yet,
        ended,
        *issuer_absent,
        *not_a_ca,
        path_length,
        purpose,
    ):
        return "Several issuers of one name"
    return ""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_accepts_and_rejects_like_openssl(tmp_path: Path) -> None:
    generator = Generator(SEED)
    cases = [generator.case() for _ in range(CHAINS)]
    with ThreadPoolExecutor(4) as executor:
        folders = [tmp_path / str(number) for number in range(CHAINS)]
        errors = list(executor.map(openssls, cases, folders))
    tally: Counter[str] = Counter()
    unexplained = []
    for number, (case, error) in enumerate(zip(cases, errors, strict=True)):
        accepted = ours(case)
        if accepted == (error == 0):
            tally["accepted by both" if accepted else "rejected by both"] += 1
            continue
        why = explanation(case, accepted, error)
        tally[why] += 1
        if not why:
            unexplained.append((number, accepted, error, sorted(case.traits)))
    print(dict(tally))
    assert unexplained == []
    assert tally["accepted by both"] > CHAINS // 5
    assert tally["rejected by both"] > CHAINS // 5
