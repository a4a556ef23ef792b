"""What is said of everything above a client certificate."""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa

from authorities import (
    ANY,
    CLIENT,
    DAY,
    NOW,
    SERVER,
    Party,
    algorithm,
    certificate,
    client,
    ecdsa,
    found,
    intermediate,
    issue,
    resigned,
    root_of,
)
from iflint.pki import der as asn1
from iflint.pki.certificates import NEVER_CRITICAL
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import MAX_CERTIFICATES_IN_PATH, ChainVerdict, FaultKind, Outcome
from iflint.pki.files import read_certificate_file
from iflint.pki.roots.trust import Platform, RootStanding, load_trust_list
from iflint.places.location import FileLocation

UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
REAL_CHAINS = Path(__file__).resolve().parents[2] / "../shared/reference/real-chains.pem"


def judge(
    leaf: bytes, *above: bytes, roots: tuple[bytes, ...] = (), at: dt.datetime = NOW
) -> ChainVerdict:
    """The verdict on ``leaf`` with ``above`` at hand; without ``roots``, on SAP's own list."""
    platform = Platform.CUSTOM if roots else Platform.CF
    trust = load_trust_list(platform, at, [found(root, "roots.pem") for root in roots])
    pool = CertificatePool([found(leaf), *map(found, above)])
    return judge_chain(certificate(leaf), pool, trust, at)


def kinds(verdict: ChainVerdict) -> list[FaultKind]:
    return [fault.kind for fault in verdict.faults]


@pytest.fixture(scope="module")
def root() -> Party:
    return Party("Root")


@pytest.fixture(scope="module")
def middle() -> Party:
    return Party("Middle")


@pytest.fixture(scope="module")
def sender() -> Party:
    return Party("sender")


@pytest.fixture(scope="module")
def other() -> Party:
    return Party("Other root")


class TestTrusted:
    def test_a_leaf_right_below_the_root(self, root: Party, sender: Party) -> None:
        assert judge(client(sender, root), roots=(root_of(root),)).ok

    @pytest.mark.parametrize("depth", [1, 2, 3, 6])
    def test_intermediates_in_any_order_with_duplicates(
        self, depth: int, root: Party, sender: Party
    ) -> None:
        parties = [root, *(Party(f"CA {level}") for level in range(depth))]
        middles = [intermediate(below, above) for above, below in itertools.pairwise(parties)]
        leaf = client(sender, parties[-1])
        bundle = [*middles, *middles, root_of(root)]
        random.Random(depth).shuffle(bundle)

        verdict = judge(leaf, *bundle, roots=(root_of(root),))

        assert verdict.ok
        assert [c.subject.common_name for c in verdict.certificates] == [
            "sender",
            *(party.name for party in reversed(parties)),
        ]
        assert len(verdict.links) == depth + 1

    def test_the_root_need_not_be_at_hand(self, root: Party, middle: Party, sender: Party) -> None:
        verdict = judge(client(sender, middle), intermediate(middle, root), roots=(root_of(root),))
        assert verdict.ok
        assert verdict.standing is RootStanding.LISTED

    def test_a_root_counts_by_name_and_key(self, root: Party, sender: Party, other: Party) -> None:
        cross_signed = intermediate(root, other)
        verdict = judge(client(sender, root), cross_signed, roots=(root_of(root),))
        assert verdict.ok

    def test_any_path_is_enough(
        self, root: Party, middle: Party, sender: Party, other: Party
    ) -> None:
        for trusted in (root, other):
            verdict = judge(
                client(sender, middle),
                intermediate(middle, root),
                intermediate(middle, other),
                roots=(root_of(trusted),),
            )
            assert verdict.ok
            assert verdict.root is not None
            assert verdict.root.subject.common_name == trusted.name

    def test_a_renewed_intermediate_serves_and_the_latest_end_counts(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        ends = (NOW - DAY, NOW + 3 * DAY, NOW + 50 * DAY)
        middles = [intermediate(middle, root, end=end) for end in ends]
        verdict = judge(client(sender, middle), *middles, roots=(root_of(root),))
        assert verdict.ok
        assert verdict.valid_until == NOW + 50 * DAY

    def test_same_name_another_key_is_passed_over(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        impostors = [
            intermediate(Party("Middle"), root, key_ids=number % 2 == 0) for number in range(20)
        ]
        verdict = judge(
            client(sender, middle, key_ids=False),
            *impostors,
            intermediate(middle, root),
            roots=(root_of(root),),
        )
        assert verdict.ok

    def test_a_key_that_signed_is_the_issuer_whatever_the_key_ids_say(
        self, root: Party, sender: Party
    ) -> None:
        leaf = client(sender, root, authority_key_id=b"another key")
        assert judge(leaf, roots=(root_of(root),)).ok

    def test_every_certificate_of_roots_is_an_anchor(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        anchor = intermediate(middle, root)
        assert judge(client(sender, middle), roots=(anchor,)).ok
        leaf = client(sender, root)
        assert judge(leaf, roots=(leaf,)).ok

    def test_a_key_rollover_certificate_is_an_ordinary_intermediate(self, sender: Party) -> None:
        old, new = Party("CA"), Party("CA")
        rollover = issue(new, old, ca=True, key_usage="cert", path_length=0)
        assert judge(client(sender, new), rollover, roots=(root_of(old),)).ok
        assert judge(rollover, roots=(root_of(old),)).ok

    def test_bounds_of_validity_belong_to_it(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        leaf = client(sender, middle)
        for begin, end in ((NOW, NOW + DAY), (NOW - DAY, NOW)):
            above = intermediate(middle, root, begin=begin, end=end)
            assert judge(leaf, above, roots=(root_of(root, begin=begin, end=end),)).ok

    def test_the_clients_own_dates_are_not_judged_here(self, root: Party, sender: Party) -> None:
        leaf = client(sender, root, end=NOW - DAY)
        verdict = judge(leaf, roots=(root_of(root),))
        assert verdict.ok
        assert verdict.valid_until == NOW - DAY
        own_root = root_of(sender, end=NOW - DAY)
        assert judge(own_root, roots=(own_root,)).ok

    @pytest.mark.parametrize("level", [0, 1, 2, 3])
    def test_a_path_is_valid_while_everything_on_it_is(
        self, level: int, root: Party, middle: Party, sender: Party
    ) -> None:
        low = Party("Low")
        short = {"begin": NOW - DAY, "end": NOW + DAY}
        leaf, lower, upper, anchor = (short if n == level else {} for n in range(4))
        verdict = judge(
            client(sender, low, **leaf),
            intermediate(low, middle, **lower),
            intermediate(middle, root, **upper),
            roots=(root_of(root, **anchor),),
        )
        assert (verdict.valid_from, verdict.valid_until) == (NOW - DAY, NOW + DAY)

    def test_no_or_any_extended_key_usage_is_fine(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        leaf = client(sender, middle, eku=(ANY,))
        assert judge(leaf, intermediate(middle, root), roots=(root_of(root),)).ok
        leaf = client(sender, middle, eku=None)
        assert judge(leaf, intermediate(middle, root, eku=(ANY,)), roots=(root_of(root),)).ok

    @pytest.mark.parametrize(
        ("key", "options"),
        [
            (lambda: rsa.generate_private_key(65537, 2048), {}),
            (
                lambda: rsa.generate_private_key(65537, 2048),
                {"padding": padding.PSS(padding.MGF1(hashes.SHA384()), 17)},
            ),
            (lambda: ec.generate_private_key(ec.SECP521R1()), {"algorithm": hashes.SHA3_256()}),
            (lambda: dsa.generate_private_key(1024), {}),
            (ed25519.Ed25519PrivateKey.generate, {}),
            (ed448.Ed448PrivateKey.generate, {}),
        ],
    )
    def test_signature_algorithms(self, key: Any, options: dict[str, Any], sender: Party) -> None:
        issuer = Party("Root", key())
        anchor = root_of(issuer)
        verdict = judge(client(sender, issuer, **options), roots=(anchor,))
        assert verdict.ok
        tampered = _tampered(client(sender, issuer, **options))
        assert kinds(judge(tampered, roots=(anchor,))) == [FaultKind.SIGNATURE]

    @pytest.mark.parametrize(
        ("oid", "digest"),
        [
            ("1.2.840.113549.1.1.5", hashes.SHA1()),
            ("1.3.14.3.2.29", hashes.SHA1()),
            ("1.2.840.113549.1.1.4", hashes.MD5()),
        ],
    )
    def test_old_hashes_that_verify_are_fine(
        self, oid: str, digest: hashes.HashAlgorithm, sender: Party
    ) -> None:
        issuer = Party("Root", rsa.generate_private_key(65537, 1024))

        def sign(data: bytes) -> bytes:
            signature: bytes = issuer.key.sign(data, padding.PKCS1v15(), digest)
            return signature

        leaf = resigned(client(sender, issuer), algorithm(oid, b"\x05\x00"), sign)
        assert judge(leaf, roots=(root_of(issuer),)).ok
        absent = resigned(client(sender, issuer), algorithm(oid), sign)
        assert judge(absent, roots=(root_of(issuer),)).ok

    def test_ecdsa_with_null_parameters(self, root: Party, sender: Party) -> None:
        def sign(data: bytes) -> bytes:
            signature: bytes = root.key.sign(data, ec.ECDSA(hashes.SHA1()))
            return signature

        leaf = resigned(client(sender, root), algorithm("1.2.840.10045.4.1", b"\x05\x00"), sign)
        assert judge(leaf, roots=(root_of(root),)).ok


class TestEndsWrong:
    def test_missing_intermediate(self, root: Party, middle: Party, sender: Party) -> None:
        url = "http://ca.example.com/middle.cer"
        verdict = judge(client(sender, middle, aia=url), roots=(root_of(root),))
        assert verdict.outcome is Outcome.MISSING
        assert verdict.missing_issuer is not None
        assert verdict.missing_issuer.common_name == "Middle"
        assert verdict.below == verdict.leaf
        assert verdict.ca_issuers == (url,)
        assert not verdict.issuer_name_known

    def test_the_path_that_came_furthest_is_told(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        verdict = judge(
            client(sender, middle), intermediate(middle, Party("Gone")), roots=(root_of(root),)
        )
        assert verdict.outcome is Outcome.MISSING
        assert verdict.missing_issuer is not None
        assert verdict.missing_issuer.common_name == "Gone"
        assert [c.subject.common_name for c in verdict.certificates] == ["sender", "Middle"]

    def test_another_certificate_of_that_name_is_missing_not_broken(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        stranger = intermediate(Party("Middle"), root)
        verdict = judge(client(sender, middle), stranger, roots=(root_of(root),))
        assert verdict.outcome is Outcome.MISSING
        assert verdict.issuer_name_known

    def test_another_key_without_key_ids_is_broken(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        stranger = intermediate(Party("Middle"), root, key_ids=False)
        verdict = judge(client(sender, middle), stranger, roots=(root_of(root),))
        assert verdict.outcome is Outcome.BROKEN_OFF
        assert kinds(verdict) == [FaultKind.SIGNATURE]
        assert verdict.faults[0].certificate == certificate(stranger)

    def test_a_tampered_intermediate_is_broken(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        verdict = judge(
            client(sender, middle),
            _tampered(intermediate(middle, root)),
            roots=(root_of(root),),
        )
        assert verdict.outcome is Outcome.BROKEN_OFF
        assert kinds(verdict) == [FaultKind.SIGNATURE]
        assert verdict.faults[0].below.subject.common_name == "Middle"

    def test_unsupported_root_at_hand_whatever_its_dates(
        self, root: Party, middle: Party, sender: Party, other: Party
    ) -> None:
        verdict = judge(
            client(sender, middle),
            intermediate(middle, root),
            root_of(root, end=NOW - DAY, ca=None, key_usage=None),
            roots=(root_of(other),),
        )
        assert verdict.outcome is Outcome.UNSUPPORTED
        assert verdict.standing is RootStanding.NOT_LISTED
        assert verdict.faults == ()
        assert verdict.root is not None
        assert verdict.root.subject.common_name == "Root"

    def test_self_signed(self, sender: Party, root: Party) -> None:
        leaf = client(sender, sender)
        assert judge(leaf, roots=(root_of(root),)).outcome is Outcome.SELF_SIGNED
        assert judge(leaf).outcome is Outcome.SELF_SIGNED
        assert judge(leaf, roots=(leaf,)).ok
        assert judge(_tampered(leaf), roots=(root_of(root),)).outcome is Outcome.SELF_SIGNED

    def test_expired_intermediate_and_what_is_above_it(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        expired = intermediate(middle, root, end=NOW - dt.timedelta(seconds=1))
        verdict = judge(client(sender, middle), expired, roots=(root_of(root),))
        assert verdict.outcome is Outcome.TRUSTED
        assert kinds(verdict) == [FaultKind.EXPIRED]
        assert judge(client(sender, middle), expired).outcome is Outcome.MISSING

    def test_not_yet_valid_intermediate(self, root: Party, middle: Party, sender: Party) -> None:
        early = intermediate(middle, root, begin=NOW + DAY)
        verdict = judge(client(sender, middle), early, roots=(root_of(root),))
        assert kinds(verdict) == [FaultKind.NOT_YET_VALID]

    def test_expired_listed_root(self, root: Party, sender: Party) -> None:
        anchor = root_of(root, end=NOW - DAY)
        verdict = judge(client(sender, root), roots=(anchor,))
        assert kinds(verdict) == [FaultKind.EXPIRED]
        assert verdict.faults[0].certificate == certificate(anchor)
        renewed = root_of(root)
        assert judge(client(sender, root), roots=(anchor, renewed)).ok

    @pytest.mark.parametrize("ca", [None, False])
    def test_an_issuer_that_is_no_ca_ends_the_path(
        self, ca: bool | None, root: Party, middle: Party, sender: Party
    ) -> None:
        above = issue(middle, root, ca=ca)
        verdict = judge(client(sender, middle), above, roots=(root_of(root),))
        assert verdict.outcome is Outcome.BROKEN_OFF
        assert kinds(verdict) == [FaultKind.NOT_A_CA]

    def test_key_usage_without_certificate_signing(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        above = intermediate(middle, root, key_usage="sign")
        verdict = judge(client(sender, middle), above, roots=(root_of(root),))
        assert kinds(verdict) == [FaultKind.KEY_USAGE]
        above = intermediate(middle, root, key_usage=None)
        assert judge(client(sender, middle), above, roots=(root_of(root),)).ok

    def test_path_length_counts_intermediates_that_are_not_self_issued(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        top, low, new_low = Party("Top"), Party("Low"), Party("Low")
        self_issued = intermediate(new_low, low)
        for limit, faults in ((0, [FaultKind.PATH_LENGTH]), (1, [])):
            verdict = judge(
                client(sender, new_low),
                self_issued,
                intermediate(low, top),
                intermediate(top, root, path_length=limit),
                roots=(root_of(root),),
            )
            assert verdict.outcome is Outcome.TRUSTED
            assert kinds(verdict) == faults

    def test_extended_key_usage_of_client_and_intermediates(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        above = intermediate(middle, root, eku=(SERVER,))
        verdict = judge(client(sender, middle), above, roots=(root_of(root),))
        assert not verdict.ok
        assert [c.subject.common_name for c in verdict.without_client_auth] == ["Middle"]
        leaf = client(sender, middle, eku=(SERVER,))
        verdict = judge(leaf, above, roots=(root_of(root),))
        assert len(verdict.without_client_auth) == 2

    def test_two_algorithms_in_one_certificate(self, root: Party, sender: Party) -> None:
        leaf = client(sender, root, algorithm=hashes.SHA256())
        at = leaf.rindex(bytes.fromhex("06082a8648ce3d040302"))
        other = leaf[: at + 9] + b"\x03" + leaf[at + 10 :]
        verdict = judge(other, roots=(root_of(root),))
        assert kinds(verdict) == [FaultKind.SIGNATURE]
        assert "two different signature algorithms" in verdict.faults[0].detail

    def test_an_algorithm_that_cannot_be_verified(self, root: Party, sender: Party) -> None:
        leaf = client(sender, root).replace(
            bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06082a8648ce3d04037f")
        )
        verdict = judge(leaf, roots=(root_of(root),))
        assert verdict.outcome is Outcome.TRUSTED
        assert kinds(verdict) == [FaultKind.ALGORITHM]


ONLY_EXAMPLE = ((x509.NameConstraints([x509.DNSName("example.com")], None), True),)


def with_host(name: str) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return ((x509.SubjectAlternativeName([x509.DNSName(name)]), False),)


class TestAnchors:
    """A root from a file bounds what is below it; one of a table is a name and a key."""

    def test_its_name_constraints(self, root: Party, middle: Party, sender: Party) -> None:
        anchor = root_of(root, more=ONLY_EXAMPLE)
        above = intermediate(middle, root)
        leaf = client(sender, middle, more=with_host("edi.other.org"))
        verdict = judge(leaf, above, roots=(anchor,))
        assert verdict.outcome is Outcome.TRUSTED
        (fault,) = verdict.faults
        assert (fault.kind, fault.certificate) == (
            FaultKind.NAME_CONSTRAINTS,
            certificate(anchor),
        )
        assert fault.root == verdict.root
        assert fault.below == certificate(above)
        assert verdict.links[-1].faults == (fault,)
        assert fault.detail == (
            "its name constraints refuse CN=sender, O=Example, C=DE: the DNS name edi.other.org"
            " is not permitted; RFC 5280 leaves aside such extensions of the root itself, but many"
            " programs apply them"
        )
        leaf = client(sender, middle, more=with_host("edi.example.com"))
        assert judge(leaf, above, roots=(anchor,)).ok

    def test_its_path_length(self, root: Party, middle: Party, sender: Party) -> None:
        above = intermediate(middle, root)
        leaf = client(sender, middle)
        verdict = judge(leaf, above, roots=(root_of(root, path_length=0),))
        assert kinds(verdict) == [FaultKind.PATH_LENGTH]
        assert "it allows 0 intermediates below it, and there is 1; RFC" in verdict.faults[0].detail
        assert judge(leaf, above, roots=(root_of(root, path_length=1),)).ok
        assert judge(client(sender, root), roots=(root_of(root, path_length=0),)).ok

    def test_its_path_length_does_not_count_self_issued_certificates(self, sender: Party) -> None:
        old, new = Party("CA"), Party("CA")
        rollover = intermediate(new, old)
        assert judge(client(sender, new), rollover, roots=(root_of(old, path_length=0),)).ok

    def test_its_extended_key_usage(self, root: Party, sender: Party) -> None:
        leaf = client(sender, root)
        anchor = root_of(root, eku=(SERVER,))
        verdict = judge(leaf, roots=(anchor,))
        assert verdict.without_client_auth == (certificate(anchor),)
        assert not verdict.ok
        assert not verdict.faults
        for usages in ((SERVER, CLIENT), (ANY,), None):
            assert judge(leaf, roots=(root_of(root, eku=usages),)).ok

    @pytest.mark.parametrize(
        ("options", "kind", "near"),
        [
            ({"ca": False}, FaultKind.NOT_A_CA, {}),
            ({"ca": None}, FaultKind.NOT_A_CA, {}),
            ({"key_usage": "sign"}, FaultKind.KEY_USAGE, {"key_usage": None}),
            (
                {"more": ((UNKNOWN, True),)},
                FaultKind.UNKNOWN_CRITICAL_EXTENSION,
                {"more": ((UNKNOWN, False),)},
            ),
        ],
    )
    def test_whether_it_may_certify_at_all(
        self,
        options: dict[str, Any],
        kind: FaultKind,
        near: dict[str, Any],
        root: Party,
        sender: Party,
    ) -> None:
        leaf = client(sender, root)
        verdict = judge(leaf, roots=(root_of(root, **options),))
        assert kinds(verdict) == [kind]
        assert (
            "; RFC 5280 leaves aside such extensions of the root itself" in verdict.faults[0].detail
        )
        assert judge(leaf, roots=(root_of(root, **near),)).ok

    def test_one_of_version_1_can_say_nothing(self, root: Party, sender: Party) -> None:
        whole = asn1.parse(issue(root, root, key_ids=False))
        fields = whole.children()[0].children()[1:]
        assert len(fields) == 6
        tbs = asn1.encode(asn1.SEQUENCE, b"".join(field.encoded for field in fields))
        signature = asn1.encode(
            asn1.BIT_STRING, b"\0" + root.key.sign(tbs, ec.ECDSA(hashes.SHA256()))
        )
        algorithm = whole.children()[1].encoded
        anchor = asn1.encode(asn1.SEQUENCE, tbs + algorithm + signature)
        assert certificate(anchor).version == 1
        assert judge(client(sender, root), roots=(anchor,)).ok

    def test_two_signature_algorithms(self, root: Party, sender: Party) -> None:
        tbs, _, signature = (part.encoded for part in asn1.parse(root_of(root)).children())
        other = algorithm("1.2.840.10045.4.3.3")
        anchor = asn1.encode(asn1.SEQUENCE, tbs + other + signature)
        assert kinds(judge(client(sender, root), roots=(anchor,))) == [FaultKind.MALFORMED]

    def test_an_intermediate_named_as_a_root_is_bound_alike(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        low = Party("Low")
        anchor = intermediate(middle, root, path_length=0)
        above = intermediate(low, middle)
        verdict = judge(client(sender, low), above, anchor, root_of(root), roots=(anchor,))
        assert kinds(verdict) == [FaultKind.PATH_LENGTH]
        assert judge(client(sender, middle), anchor, roots=(anchor,)).ok

    def test_one_that_is_at_hand_too_is_judged_once(self, sender: Party) -> None:
        old, new = Party("CA"), Party("CA")
        for anchor, key in (
            (root_of(old, more=ONLY_EXAMPLE), old),
            (intermediate(new, old, more=ONLY_EXAMPLE), new),
        ):
            leaf = client(sender, key, more=with_host("other.org"))
            verdict = judge(leaf, anchor, root_of(old), anchor, roots=(anchor,))
            assert kinds(verdict) == [FaultKind.NAME_CONSTRAINTS]
            assert verdict.certificates == (certificate(leaf), certificate(anchor))

    def test_the_one_without_bounds_wins_of_two_of_one_name_and_key(
        self, root: Party, sender: Party
    ) -> None:
        free, bound = root_of(root), root_of(root, more=ONLY_EXAMPLE, eku=(SERVER,))
        leaf = client(sender, root, more=with_host("other.org"))
        for roots in ((free, bound), (bound, free)):
            verdict = judge(leaf, roots=roots)
            assert verdict.ok
            assert verdict.certificates[-1] == certificate(free)

    def test_of_two_ways_the_one_that_its_names_allow_is_told(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        low = Party("Low")
        good = intermediate(low, middle, end=NOW + 5 * DAY)
        bad = intermediate(low, middle, more=with_host("ca.other.org"))
        above = intermediate(middle, root)
        verdict = judge(
            client(sender, low, more=with_host("edi.example.com")),
            *(bad, good, above),
            roots=(root_of(root, more=ONLY_EXAMPLE),),
        )
        assert verdict.ok
        assert certificate(good) in verdict.certificates

    def test_a_client_certificate_that_is_an_anchor_is_not_below_itself(self) -> None:
        sender = Party("edi.other.org")
        own = issue(sender, sender, eku=(CLIENT,), more=ONLY_EXAMPLE)
        assert judge(own, roots=(own,)).ok

    def test_one_of_a_table_is_a_name_and_a_key_whatever_its_file_says(
        self, root: Party, sender: Party
    ) -> None:
        der = root_of(root, more=ONLY_EXAMPLE, path_length=0, eku=(SERVER,))
        file = certificate(der)
        row = {
            "subject": file.subject.text,
            "sha256": file.sha256,
            "not_before": str(file.not_before.date()),
            "not_after": str(file.not_after.date()),
            "spki": base64.b64encode(file.spki).decode(),
            "added_in": "1.0.0",
        }
        table = json.dumps({"releases": {"1.0.0": "2024-01-01"}, "roots": [row]}).encode()
        leaf = client(sender, root, more=with_host("other.org"))
        pool = CertificatePool([found(leaf), found(der)])
        trust = load_trust_list(Platform.CF, NOW, table=table)
        assert judge_chain(certificate(leaf), pool, trust, NOW).ok
        added = load_trust_list(Platform.CF, NOW, table=table, added=[found(der)])
        verdict = judge_chain(certificate(leaf), pool, added, NOW)
        assert kinds(verdict) == [FaultKind.NAME_CONSTRAINTS]
        assert verdict.without_client_auth == (file,)

    def test_one_that_is_not_listed_is_not_judged(self, root: Party, sender: Party) -> None:
        other = root_of(root, more=ONLY_EXAMPLE)
        leaf = client(sender, root, more=with_host("other.org"))
        verdict = judge(leaf, other)
        assert (verdict.outcome, verdict.faults) == (Outcome.UNSUPPORTED, ())


class TestForm:
    """What makes a certificate invalid whatever it is used for."""

    @pytest.mark.parametrize("oid", sorted(NEVER_CRITICAL))
    def test_an_extension_that_is_never_critical(
        self, oid: str, root: Party, sender: Party
    ) -> None:
        def leaf(*, critical: bool) -> bytes:
            value = x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), b"\x30\0")
            return client(sender, root, key_ids=False, more=((value, critical),))

        verdict = judge(leaf(critical=True), roots=(root_of(root),))
        assert FaultKind.UNKNOWN_CRITICAL_EXTENSION in kinds(verdict)
        assert f"the extension {NEVER_CRITICAL[oid]} marked as critical" in verdict.faults[0].detail
        near = judge(leaf(critical=False), roots=(root_of(root),))
        assert FaultKind.UNKNOWN_CRITICAL_EXTENSION not in kinds(near)

    def test_an_extension_that_occurs_twice(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        key_id, other = bytes.fromhex("0603551d0e"), bytes.fromhex("0603551d23")

        def signed(der: bytes, issuer: Party) -> bytes:
            same = asn1.parse(der).children()[1].encoded
            return resigned(der, same, lambda data: issuer.key.sign(data, ecdsa(hashes.SHA256())))

        twice = signed(intermediate(middle, root).replace(other, key_id), root)
        verdict = judge(client(sender, middle), twice, roots=(root_of(root),))
        assert [(f.kind, f.certificate) for f in verdict.faults] == [
            (FaultKind.MALFORMED, certificate(twice))
        ]
        assert verdict.faults[0].detail == "it has the extension subjectKeyIdentifier twice"
        once = signed(intermediate(middle, root), root)
        assert judge(client(sender, middle), once, roots=(root_of(root),)).ok

    def test_an_extension_that_cannot_be_read(self, root: Party, sender: Party) -> None:
        broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), b"example.com")
        verdict = judge(client(sender, root, more=((broken, False),)), roots=(root_of(root),))
        assert kinds(verdict) == [FaultKind.MALFORMED]
        aia = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.5.5.7.1.1"), b"any")
        assert judge(client(sender, root, more=((aia, False),)), roots=(root_of(root),)).ok

    def test_alternative_names_are_critical_where_there_is_no_subject(
        self, root: Party, sender: Party
    ) -> None:
        name = x509.SubjectAlternativeName([x509.DNSName("example.com")])
        for subject, critical, ok in (
            (x509.Name([]), False, False),
            (x509.Name([]), True, True),
            (None, False, True),
        ):
            leaf = client(sender, root, subject_name=subject, more=((name, critical),))
            assert judge(leaf, roots=(root_of(root),)).ok is ok

    def test_a_ca_without_a_name(self, root: Party, sender: Party) -> None:
        nobody = _NamedParty("")
        above = intermediate(nobody, root)
        verdict = judge(client(sender, nobody), above, roots=(root_of(root),))
        assert kinds(verdict) == [FaultKind.NOT_A_CA]
        assert "its subject is empty" in verdict.faults[0].detail


class TestOnSapsLists:
    """With roots of the packaged table, whose keys nobody here has: names alone are tried."""

    def test_a_name_of_the_table_with_another_key(self, sender: Party) -> None:
        name = "C=US,O=DigiCert Inc,OU=www.digicert.com,CN=DigiCert Global Root G2"
        issuer = _NamedParty(name)
        verdict = judge(client(sender, issuer))
        assert verdict.outcome is Outcome.MISSING
        assert verdict.issuer_name_known
        verdict = judge(client(sender, issuer, key_ids=False))
        assert kinds(verdict) == [FaultKind.SIGNATURE]
        assert verdict.faults[0].root is not None
        assert verdict.faults[0].certificate is None

    def test_neo_knows_one_root_by_name_only(self, sender: Party) -> None:
        leaf = client(sender, _NamedParty("C=DE,O=SAP-AG,CN=SSO_CA"))
        pool = CertificatePool([found(leaf)])
        trust = load_trust_list(Platform.NEO, NOW)
        verdict = judge_chain(certificate(leaf), pool, trust, NOW)
        assert verdict.outcome is Outcome.UNCERTAIN
        assert judge(leaf).outcome is Outcome.UNSUPPORTED

    def test_real_chains(self) -> None:
        if not REAL_CHAINS.exists():
            pytest.skip("the shared reference folder is not here")
        content = read_certificate_file(REAL_CHAINS.read_bytes(), FileLocation("real.pem"))
        pool = CertificatePool(content.certificates)
        by_name = {c.subject.common_name: c for c in pool}
        btp = load_trust_list(Platform.CF, NOW)
        neo = load_trust_list(Platform.NEO, NOW)

        digicert = by_name["DigiCert TLS RSA SHA256 2020 CA1"]
        verdict = judge_chain(digicert, pool, btp, NOW)
        assert (verdict.outcome, verdict.standing) == (Outcome.UNSUPPORTED, RootStanding.REMOVED)
        assert verdict.root is not None
        assert verdict.root.removed_in == "3.0.0"
        earlier = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
        trust = load_trust_list(Platform.CF, earlier)
        assert judge_chain(digicert, pool, trust, earlier).ok
        assert judge_chain(digicert, pool, neo, NOW).outcome is Outcome.UNCERTAIN

        sap = next(c for c in pool if c.subject.text.startswith("CN=32783526e67e"))
        at = dt.datetime(2024, 2, 20, tzinfo=dt.UTC)
        trust = load_trust_list(Platform.CF, at)
        verdict = judge_chain(sap, pool, trust, at)
        assert verdict.ok
        assert len(verdict.links) == 3
        assert kinds(judge_chain(sap, pool, btp, NOW)) == [FaultKind.EXPIRED]


class TestHostile:
    def test_a_circle_ends(self, sender: Party, root: Party) -> None:
        one, two = Party("One"), Party("Two")
        verdict = judge(
            client(sender, one),
            intermediate(one, two),
            intermediate(two, one),
            roots=(root_of(root),),
        )
        assert verdict.outcome is Outcome.MISSING

    def test_a_circle_with_a_way_out_is_trusted(self, sender: Party, root: Party) -> None:
        one, two = Party("One"), Party("Two")
        verdict = judge(
            client(sender, one),
            intermediate(one, two),
            intermediate(two, one),
            intermediate(two, root),
            roots=(root_of(root),),
        )
        assert verdict.ok

    def test_the_longest_path_and_one_more(self, sender: Party, root: Party) -> None:
        for count, ok in ((MAX_CERTIFICATES_IN_PATH - 1, True), (MAX_CERTIFICATES_IN_PATH, False)):
            parties = [root, *(Party(f"CA {level}") for level in range(count))]
            middles = [intermediate(low, high) for high, low in itertools.pairwise(parties)]
            verdict = judge(client(sender, parties[-1]), *middles, roots=(root_of(root),))
            assert verdict.ok is ok
            if not ok:
                assert kinds(verdict) == [FaultKind.PATH_LENGTH]

    def test_a_ladder_of_cross_signatures_does_not_explode(self, sender: Party) -> None:
        rungs = [[Party(f"CA {level}") for _ in range(3)] for level in range(9)]
        for rung in rungs:
            for party in rung:
                party.name = f"{party.name} {rung.index(party)}"
        bundle = [
            intermediate(low, high)
            for lower, upper in itertools.pairwise(rungs)
            for low in lower
            for high in upper
        ]
        started = time.perf_counter()
        verdict = judge(client(sender, rungs[0][0]), *bundle, roots=(root_of(Party("Root")),))
        assert verdict.outcome is Outcome.MISSING
        assert time.perf_counter() - started < 5

    def test_many_renewals_on_every_level_hide_nothing(self, sender: Party, root: Party) -> None:
        parties = [Party(f"CA {level}") for level in range(6)]
        renewals = [
            intermediate(low, high, end=NOW + day * DAY)
            for low, high in itertools.pairwise(parties)
            for day in range(1, 30)
        ]
        top = intermediate(parties[-1], root)
        verdict = judge(client(sender, parties[0]), *renewals, top, roots=(root_of(root),))
        assert verdict.ok
        assert verdict.valid_until == NOW + 29 * DAY

    def test_the_order_of_the_files_changes_nothing(
        self, sender: Party, root: Party, middle: Party, other: Party
    ) -> None:
        leaf = client(sender, middle)
        bundle = [
            intermediate(middle, root, eku=(SERVER,)),
            intermediate(middle, other, end=NOW - DAY),
            intermediate(middle, other, end=NOW - 2 * DAY),
            root_of(root),
            root_of(other),
        ]
        verdicts = set()
        for seed in range(8):
            random.Random(seed).shuffle(bundle)
            verdict = judge(leaf, *bundle, roots=(root_of(Party("Third")),))
            verdicts.add(tuple(c.sha256 for c in verdict.certificates))
        assert len(verdicts) == 1


class _NamedParty(Party):
    """A party whose whole name is given, in the order of the DER."""

    @property
    def x509_name(self) -> Any:
        from cryptography import x509

        return x509.Name.from_rfc4514_string(",".join(reversed(self.name.split(","))))


class TestWhatFaultsSay:
    def test_an_expired_root_is_dated_by_itself_not_by_the_client_certificate(
        self, sender: Party
    ) -> None:
        listed = root_of(sender, end=NOW - DAY)
        (fault,) = judge(root_of(sender), roots=(listed,)).faults
        assert fault.kind is FaultKind.EXPIRED
        assert fault.certificate is None
        assert fault.root is not None
        assert fault.root.not_after == NOW - DAY

    def test_authorities_that_certify_each_other_are_no_other_keys_of_their_names(
        self, root: Party, middle: Party, sender: Party
    ) -> None:
        verdict = judge(
            client(sender, middle), intermediate(middle, root), intermediate(root, middle)
        )
        assert verdict.outcome is Outcome.MISSING
        assert not verdict.issuer_name_known

    def test_a_damaged_signature_is_told_apart_from_another_key(
        self, root: Party, sender: Party
    ) -> None:
        anchors = (root_of(root),)
        (damaged,) = judge(_tampered(client(sender, root)), roots=anchors).faults
        assert "altered or damaged" in damaged.detail
        by_another = client(sender, Party(root.name), key_ids=False)
        (another,) = judge(by_another, roots=anchors).faults
        assert "another key under the same name" in another.detail


def _tampered(der: bytes) -> bytes:
    """The certificate with one bit of its signature turned."""
    signature = asn1.parse(der).children()[2]
    at = signature.end - 5
    return der[:at] + bytes((der[at] ^ 1,)) + der[at + 1 :]
