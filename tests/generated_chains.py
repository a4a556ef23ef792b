"""Chains of all kinds, from a seed, for comparing verdicts with other implementations.

Keys are new at each run, structure is not.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import itertools
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from authorities import (
    ANY,
    CLIENT,
    DAY,
    NOW,
    SERVER,
    Party,
    algorithm,
    count_serials_from,
    ecdsa,
    found,
    issue,
    resigned,
)
from iflint.pki import der as asn1
from iflint.pki.certificates import parse_certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import ChainVerdict, Outcome
from iflint.pki.roots.trust import Landscape, TrustList, load_trust_list, root_from_certificate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SEED = 20261124
CHAINS = 3000
DOCUMENT = Path(__file__).parents[1] / "docs/differences-chains.md"

POISON = x509.PrecertPoison()
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")


def _directory(text: str) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name.from_rfc4514_string(text))


BASES: dict[str, tuple[Any, ...]] = {
    "DNS": tuple(
        map(x509.DNSName, ("example.com", "a.example.com", "EXAMPLE.com", "other.org", "com"))
    ),
    "e-mail": tuple(
        map(
            x509.RFC822Name,
            ("example.com", ".example.com", "joe@example.com", "Joe@example.com", "other.org"),
        )
    ),
    "URI": tuple(map(x509.UniformResourceIdentifier, ("example.com", ".example.com", "other.org"))),
    "IP": tuple(
        x509.IPAddress(ipaddress.ip_network(net))
        for net in ("10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0")
    ),
    "directory": tuple(
        map(
            _directory,
            ("C=DE", "O=Example,C=DE", "O=EXAMPLE,C=DE", "O=Other,C=DE", "O=Exam,C=DE", "C=US"),
        )
    ),
    "registered": (x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),),
}
NAMES: dict[str, tuple[Any, ...]] = {
    "DNS": tuple(
        map(
            x509.DNSName,
            ("example.com", "a.example.com", "b.A.example.com", "xexample.com", "other.org"),
        )
    ),
    "e-mail": tuple(
        map(
            x509.RFC822Name,
            ("joe@example.com", "joe@EXAMPLE.COM", "ann@a.example.com", "ann@other.org"),
        )
    ),
    "URI": tuple(
        map(
            x509.UniformResourceIdentifier,
            (
                "https://example.com/path",
                "https://joe@a.example.com:8443/?q",
                "https://other.org",
                "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
                "https://10.0.0.1/",
            ),
        )
    ),
    "IP": tuple(
        x509.IPAddress(ipaddress.ip_address(address))
        for address in ("10.1.2.3", "10.2.2.3", "192.0.2.1", "2001:db8::1", "2001:db9::1")
    ),
    "directory": tuple(
        map(_directory, ("CN=x,O=Example,C=DE", "CN=x,O=Other,C=DE", "CN=x,O=Example,C=US"))
    ),
    "registered": (x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),),
}
COMMON_NAMES = (
    "example.com",
    "a.example.com",
    "b.A.example.com",
    "other.org",
    "edi_1.example.com",
    "10.1.2.3",
    "*.example.com",
    "example.com.",
    ".example.com",
    "a..example.com",
    "-a.example.com",
    "a-.example.com",
    "localhost",
    "EDI of example.com",
    "ä.example.com",
    "joe@example.com",
)
FORMS = ("DNS", "e-mail", "URI", "IP", "directory", "directory", "registered")


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
    """Chains of all kinds, from a seed: the same at every run where signatures can be, too."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        count_serials_from(1000)
        self._keys = [
            ec.derive_private_key(self._random.getrandbits(255) | 1, ec.SECP256R1())
            for _ in range(12)
        ]
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
            self._anchor_extensions,
            self._names,
            self._names,
            self._host_as_common_name,
            self._subject_names,
            self._unknown_extension,
            self._client_key_usage,
            self._rollover,
        ]

    def _party(self, name: str, key: int) -> Party:
        return Party(name, self._keys[key])

    def cases(self, count: int = CHAINS) -> list[Case]:
        return [self.case() for _ in range(count)]

    def case(self) -> Case:
        return self._mesh() if self._random.random() < 0.2 else self._chain()

    def _chain(self) -> Case:
        traits: set[str] = set()
        depth = self._random.choice((0, 1, 1, 2, 2, 3, 5))
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

    def _mesh(self) -> Case:
        """CAs that have signed each other at random, some of it faulty."""
        traits = {"several of one name"}
        keys = self._random.sample(range(12), 5)
        cas = [self._party(f"CA {n}", key) for n, key in enumerate(keys[:4])]
        bundle = []
        for _ in range(self._random.randrange(4, 11)):
            low, high = self._random.sample(cas, 2)
            level = Level(low, {"ca": True, "key_usage": "cert"})
            fault = self._random.random()
            if fault < 0.15:
                level.options["path_length"] = self._random.choice((0, 1))
            elif fault < 0.3:
                level.options["end"] = NOW - DAY
            elif fault < 0.45:
                self._constrain(level, "directory", traits)
            bundle.append(self._certificate(level, Level(high)))
        anchor = self._random.choice(cas)
        roots = [issue(anchor, anchor, ca=True, key_usage="cert")]
        sender = Level(self._party("sender", keys[4]), {"eku": (CLIENT,)})
        leaf = self._certificate(sender, Level(self._random.choice(cas)))
        self._random.shuffle(bundle)
        return Case(leaf, bundle, roots, traits)

    def _certificate(self, low: Level, high: Level) -> bytes:
        der = issue(low.party, high.party, **low.options)
        if low.sha1:
            der = resigned(
                der,
                algorithm("1.2.840.10045.4.1"),
                lambda data: high.party.key.sign(data, ecdsa(hashes.SHA1())),
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
        if level is levels[-1]:
            traits.add("anchor's own dates")
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
        traits.add("SHA-1")

    def _no_key_ids(self, levels: list[Level], traits: set[str]) -> None:
        self._random.choice(levels).options["key_ids"] = False

    def _lying_key_id(self, levels: list[Level], traits: set[str]) -> None:
        level = self._random.choice(levels)
        if level.options.get("key_ids", True):
            level.options["authority_key_id"] = b"the id of another key"
            traits.add("lying key id")

    def _anchor_extensions(self, levels: list[Level], traits: set[str]) -> None:
        """Bounds of the root itself: on its use, on what is below it, on names."""
        if len(levels) < 2:
            return
        traits.add("anchor's own extensions")
        levels[-1].options |= self._random.choice(
            (
                {"ca": False},
                {"ca": None},
                {"key_usage": "sign"},
                {"path_length": 0},
                {"path_length": 1},
                {"path_length": 2},
                {"eku": (SERVER,)},
                {"eku": (CLIENT,)},
                {"eku": (CLIENT, SERVER)},
            )
        )
        root = levels[-1].options
        if not root["ca"]:
            root["path_length"] = None
        if root["ca"] is None and root["key_usage"] == "cert":
            traits.add("signs without basicConstraints")
        if self._random.random() < 0.5:
            self._constrain(levels[-1], self._alternative_name(levels, traits), traits)

    def _names(self, levels: list[Level], traits: set[str]) -> None:
        """Name constraints on one to two CAs, and names that they meet or not."""
        if len(levels) < 3 or not all(level.options.get("ca") for level in levels[1:]):
            return
        form = self._alternative_name(levels, traits)
        for level in self._random.sample(levels[1:], self._random.choice((1, 1, 2))):
            if level is levels[-1]:
                traits.add("anchor's own extensions")
            self._constrain(level, form, traits)

    def _alternative_name(self, levels: list[Level], traits: set[str]) -> str:
        """Gives the client an alternative name of some form, or for a directory name maybe none."""
        form = self._random.choice(FORMS)
        if form != "directory" or self._random.random() < 0.5:
            names = self._random.choices(NAMES[form], k=self._random.choice((1, 1, 2)))
            self._add(levels[0], x509.SubjectAlternativeName(names), critical=False)
            traits.add(f"{form} in SAN")
        return form

    def _host_as_common_name(self, levels: list[Level], traits: set[str]) -> None:
        """A host name or nearly one as the client's common name, below a CA that bounds hosts."""
        if len(levels) < 2 or not all(level.options.get("ca") for level in levels[1:]):
            return
        names = [
            x509.NameAttribute(NameOID.COMMON_NAME, self._random.choice(COMMON_NAMES))
            for _ in range(self._random.choice((1, 1, 1, 2)))
        ]
        levels[0].options["subject_name"] = x509.Name(names)
        form = self._random.choice((None, None, "DNS", "e-mail", "IP"))
        if form is not None:
            alternatives = x509.SubjectAlternativeName(self._random.choices(NAMES[form], k=1))
            self._add(levels[0], alternatives, critical=False)
            traits.add(f"{form} in SAN")
        traits.add("host as common name")
        level = self._random.choice(levels[1:])
        if level is levels[-1]:
            traits.add("anchor's own extensions")
        self._constrain(level, "DNS", traits)

    def _constrain(self, level: Level, form: str, traits: set[str]) -> None:
        count = self._random.choice((1, 1, 2))
        bases = self._random.choices(BASES[form], k=count)
        both = self._random.choice(("permitted", "permitted", "excluded", "both"))
        permitted = bases if both != "excluded" else None
        excluded = self._random.choices(BASES[form], k=1) if both != "permitted" else None
        critical = self._random.random() < 0.85
        self._add(level, x509.NameConstraints(permitted, excluded), critical)
        traits |= {"name constraints", f"{form} constraints"}
        if not critical:
            traits.add("constraints not critical")

    def _add(self, level: Level, extension: Any, critical: bool) -> None:
        more = level.options.get("more", ())
        if all(other.oid != extension.oid for other, _ in more):
            level.options["more"] = (*more, (extension, critical))

    def _subject_names(self, levels: list[Level], traits: set[str]) -> None:
        """An e-mail address in the subject, or another spelling of the organization."""
        organization = self._random.choice(("Example", "EXAMPLE", "Exämple", "Other"))
        attributes = [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization),
            x509.NameAttribute(NameOID.COMMON_NAME, "sender"),
        ]
        if self._random.random() < 0.6:
            address = self._random.choice(NAMES["e-mail"]).value
            attributes.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, address))
            traits.add("e-mail in subject")
        if len(levels) > 1:
            levels[0].options["subject_name"] = x509.Name(attributes)
        if len(levels) > 2 and self._random.random() < 0.7:
            level = self._random.choice(levels[1:-1])
            self._constrain(level, self._random.choice(("directory", "e-mail")), traits)

    def _unknown_extension(self, levels: list[Level], traits: set[str]) -> None:
        level = self._random.choice(levels)
        if level is levels[-1]:
            traits.add("anchor's own extensions")
        critical = self._random.random() < 0.8
        self._add(level, self._random.choice((POISON, UNKNOWN)), critical)

    def _client_key_usage(self, levels: list[Level], traits: set[str]) -> None:
        levels[0].options["key_usage"] = self._random.choice(("sign", "cert"))
        if levels[0].options["key_usage"] == "cert":
            traits.add("client's own key usage")

    def _rollover(self, levels: list[Level], traits: set[str]) -> None:
        """An intermediate with a new key, certified by its old one: the same name twice."""
        if len(levels) < 3 or any(level.party.name == "Root" for level in levels[1:-1]):
            return
        at = self._random.randrange(1, len(levels) - 1)
        spare = self._random.choice(
            [k for k in self._keys if all(k != v.party.key for v in levels)]
        )
        new = Party(levels[at].party.name, spare)
        levels.insert(at, Level(new, {"ca": True, "key_usage": "cert"}))
        traits.add("self-issued")


@cache
def _list_of_files() -> TrustList:
    """A list that holds nothing but what comes from files."""
    anyone = Party("Anyone")
    return load_trust_list(Landscape.CUSTOM, NOW, [found(issue(anyone, anyone))])


def judged(case: Case) -> ChainVerdict:
    """iflint's verdict on the chain."""
    leaf = parse_certificate(case.leaf)
    anchors = (root_from_certificate(parse_certificate(root), "roots.pem") for root in case.roots)
    trust = msgspec.structs.replace(_list_of_files(), anchors=tuple(anchors))
    pool = CertificatePool(map(found, [case.leaf, *case.bundle]))
    return judge_chain(leaf, pool, trust, NOW)


def ours(case: Case) -> bool:
    """Whether iflint has nothing against the certificate (its own dates included) and its chain."""
    return not objections(case)


def objections(case: Case) -> set[str]:
    """All that iflint has against the certificate, its own dates included, and its chain.

    Kinds of faults, with ``of the root`` for those of an anchor; outcomes; and more in words.
    """
    verdict = judged(case)
    found = {
        f"{fault.kind} of the root"
        if fault.certificate is not None and fault.certificate.der in case.roots
        else str(fault.kind)
        for fault in verdict.faults
    }
    if verdict.outcome is not Outcome.TRUSTED:
        found.add(str(verdict.outcome))
    if not verdict.leaf.not_before <= NOW <= verdict.leaf.not_after:
        found.add("the client's own dates")
    found |= {
        "the client's usages"
        if one == verdict.leaf
        else "the usages of the root"
        if verdict.root is not None and one == verdict.root.certificate
        else "the usages of an intermediate"
        for one in verdict.without_client_auth
    }
    return found


def on_its_path(case: Case) -> Case:
    """The chain with nothing at hand but the path that iflint found."""
    path = [one.der for one in judged(case).certificates[1:] if one.der not in case.roots]
    return replace(case, bundle=path)


def cause(case: Case, ask: Callable[[Case], str]) -> str:
    """Why another program refuses what iflint accepts, found by asking it again; or nothing.

    It is asked with nothing at hand but the path that iflint found. When it accepts that, it had
    lost its way among several issuers.
    """
    return "" if ask(on_its_path(case)) else "Several issuers of one name"


@cache
def generated() -> tuple[tuple[Case, bool], ...]:
    """The chains that every implementation is compared on, each with iflint's answer."""
    return tuple((case, ours(case)) for case in Generator(SEED).cases())


def compare(theirs: Sequence[str], explanation: Callable[[Case, bool, str], str]) -> None:
    """Ask for an explanation wherever another implementation answers differently.

    ``theirs`` holds its reason against each of the ``generated`` chains, empty where it accepts.
    ``explanation`` gives a heading of docs/differences-chains.md, or nothing.
    """
    document = DOCUMENT.read_text(encoding="utf-8")
    tally: Counter[str] = Counter()
    unexplained = []
    for number, ((case, accepted), error) in enumerate(zip(generated(), theirs, strict=True)):
        if accepted != bool(error):
            tally["accepted by both" if accepted else "rejected by both"] += 1
            continue
        why = explanation(case, accepted, error)
        tally[why] += 1
        if not why:
            unexplained.append((number, accepted, error, sorted(case.traits)))
    print(dict(tally))
    assert not unexplained, "\n".join(map(str, unexplained))
    assert tally.pop("accepted by both") > CHAINS // 5
    assert tally.pop("rejected by both") > CHAINS // 5
    unsaid = [heading for heading in tally if f"\n## {heading}\n" not in document]
    assert not unsaid, unsaid
