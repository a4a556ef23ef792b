"""What name constraints allow, and what they do to a chain."""

from __future__ import annotations

import ipaddress
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from authorities import (
    NOW,
    Party,
    certificate,
    client,
    found,
    intermediate,
    issue,
    object_identifier,
    root_of,
)
from iflint.pki import der as asn1
from iflint.pki.chains.name_constraints import NameConstraints, hosts_of, read_constraints
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.verdict import ChainVerdict, FaultKind, Outcome
from iflint.pki.dn.attribute import from_encoding
from iflint.pki.names import Name
from iflint.pki.roots.trust import Platform, load_trust_list

ROOT, MIDDLE, LOW, SENDER = (Party(name) for name in ("Root", "Middle", "Low", "sender"))


def dns(text: str) -> bytes:
    return asn1.encode(0x82, text.encode())


def email(text: str) -> bytes:
    return asn1.encode(0x81, text.encode())


def uri(text: str) -> bytes:
    return asn1.encode(0x86, text.encode())


def ip(text: str) -> bytes:
    if "/" in text:
        network = ipaddress.ip_network(text)
        return asn1.encode(0x87, network.network_address.packed + network.netmask.packed)
    return asn1.encode(0x87, ipaddress.ip_address(text).packed)


def directory(text: str) -> bytes:
    return asn1.encode(0xA4, x509.Name.from_rfc4514_string(text).public_bytes())


def other(text: str) -> bytes:
    oid = asn1.encode(asn1.OBJECT_IDENTIFIER, object_identifier("1.2.3"))
    return asn1.encode(0xA0, oid + asn1.encode(0xA0, asn1.encode(0x0C, text.encode())))


def encoded(permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = ()) -> bytes:
    parts = [
        asn1.encode(tag, b"".join(asn1.encode(asn1.SEQUENCE, base) for base in bases))
        for tag, bases in ((0xA0, permitted), (0xA1, excluded))
        if bases
    ]
    return asn1.encode(asn1.SEQUENCE, b"".join(parts))


def constraints(
    permitted: tuple[bytes, ...] = (), excluded: tuple[bytes, ...] = (), *, critical: bool = True
) -> NameConstraints:
    return read_constraints(encoded(permitted, excluded), critical=critical)


def named(*names: bytes) -> Any:
    """A certificate of these alternative names alone, as bytes that no library would write."""
    san = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"), asn1.encode(asn1.SEQUENCE, b"".join(names))
    )
    return certificate(client(SENDER, ROOT, subject_name=x509.Name([]), more=((san, False),)))


@pytest.mark.parametrize(
    ("base", "name", "within"),
    [
        (dns("example.com"), dns("example.com"), True),
        (dns("example.com"), dns("EDI.Example.COM"), True),
        (dns("example.com"), dns("myexample.com"), False),
        (dns("example.com"), dns("*.example.com"), True),
        (dns("example.com"), dns("example.com."), True),
        (dns(".example.com"), dns("edi.example.com"), True),
        (dns(".example.com"), dns("example.com"), False),
        (dns(""), dns("anything"), True),
        (email("example.com"), email("edi@example.com"), True),
        (email("example.com"), email("edi@EXAMPLE.com"), True),
        (email("example.com"), email("edi@mail.example.com"), False),
        (email(".example.com"), email("edi@mail.example.com"), True),
        (email(".example.com"), email("edi@example.com"), False),
        (email("edi@example.com"), email("edi@Example.com"), True),
        (email("edi@example.com"), email("EDI@example.com"), False),
        (email("example.com"), email('"a@b"@example.com'), True),
        (uri("example.com"), uri("https://example.com:8443/path?a@b"), True),
        (uri("example.com"), uri("https://user:pw@example.com"), True),
        (uri("example.com"), uri("https://edi.example.com/"), False),
        (uri(".example.com"), uri("https://edi.example.com/"), True),
        (ip("10.0.0.0/8"), ip("10.200.0.1"), True),
        (ip("10.0.0.0/8"), ip("11.0.0.1"), False),
        (ip("2001:db8::/32"), ip("2001:db8:1::1"), True),
        (ip("0.0.0.0/0"), ip("::1"), False),
        (directory("C=DE"), directory("CN=x,O=y,C=DE"), True),
        (directory("O=EXAMPLE  ag,C=DE"), directory("CN=x,O=Example AG,C=DE"), True),
        (directory("O=Example,C=DE"), directory("O=Example,CN=x,C=DE"), False),
        (directory("CN=x,O=y,C=DE"), directory("O=y,C=DE"), False),
    ],
)
def test_a_name_within_a_base_or_not(base: bytes, name: bytes, within: bool) -> None:
    of_name = named(name)
    assert (constraints((base,)).refusal(of_name) is None) is within
    assert (constraints((), (base,)).refusal(of_name) is None) is not within


def test_forms_that_are_not_constrained_are_free() -> None:
    assert constraints((dns("example.com"),)).refusal(named(email("a@other.org"))) is None


@pytest.mark.parametrize("name", ["urn:uuid:1", "https://10.0.0.1/", "https://[::1]/", "mailto:a"])
def test_a_uri_without_a_domain_is_refused_once_uris_are_constrained(name: str) -> None:
    assert constraints((), (uri("other.org"),)).refusal(named(uri(name))) is not None
    assert constraints((), (dns("other.org"),)).refusal(named(uri(name))) is None


def test_a_form_that_cannot_be_compared_is_refused_if_the_constraint_is_critical() -> None:
    bases = (other("a@example.com"),)
    user = named(other("b@example.com"))
    assert constraints(bases).refusal(user) is not None
    assert constraints(bases, critical=False).refusal(user) is None
    assert constraints(bases).refusal(named(dns("example.com"))) is None


def test_a_minimum_or_maximum_is_not_processed() -> None:
    bounded = dns("example.com") + asn1.encode(0x81, b"\2")
    assert constraints((bounded,)).refusal(named(dns("example.com"))) is not None
    zero = dns("example.com") + asn1.encode(0x80, b"\0")
    assert constraints((zero,)).refusal(named(dns("example.com"))) is None


def test_an_email_address_in_the_subject_counts_without_alternative_names_only() -> None:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "sender"),
            x509.NameAttribute(NameOID.EMAIL_ADDRESS, "edi@other.org"),
        ]
    )
    only_example = constraints((email("example.com"),))
    assert only_example.refusal(certificate(client(SENDER, ROOT, subject_name=subject)))
    san = x509.SubjectAlternativeName([x509.DNSName("other.org")])
    leaf = client(SENDER, ROOT, subject_name=subject, more=((san, False),))
    assert only_example.refusal(certificate(leaf)) is None


ONLY_EXAMPLE = constraints((dns("example.com"),))


def with_common_name(text: str, *names: x509.GeneralName) -> Any:
    """A client certificate with this common name and these alternative names, if any."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
    more = ((x509.SubjectAlternativeName(names), False),) if names else ()
    return certificate(client(SENDER, ROOT, subject_name=subject, more=more))


@pytest.mark.parametrize("text", ["other.org", "a_1.other.org", "10.0.0.1", "Jane.Doe", "a--b.org"])
def test_a_host_name_as_common_name_is_bound(text: str) -> None:
    refusal = ONLY_EXAMPLE.refusal(with_common_name(text), is_client=True)
    assert refusal == f"the common name {text} is not permitted"
    assert constraints((), (dns("example.com"),)).refusal(with_common_name(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "EDI other.org",
        "*.other.org",
        ".other.org",
        "other.org.",
        "a..other.org",
        "-a.other.org",
        "a-.other.org",
        "a.-other.org",
        "joe@other.org",
        "ä.other.org",
        "other.org/edi",
    ],
)
def test_a_common_name_that_is_no_host_name_is_free(text: str) -> None:
    assert ONLY_EXAMPLE.refusal(with_common_name(text), is_client=True) is None


def test_a_common_name_is_bound_only_for_want_of_a_dns_name_and_in_the_client_alone() -> None:
    leaf = with_common_name("other.org", x509.DNSName("edi.example.com"))
    assert ONLY_EXAMPLE.refusal(leaf, is_client=True) is None
    leaf = with_common_name("other.org", x509.RFC822Name("joe@other.org"))
    assert ONLY_EXAMPLE.refusal(leaf, is_client=True) is not None
    assert ONLY_EXAMPLE.refusal(leaf) is None
    assert ONLY_EXAMPLE.refusal(with_common_name("edi.example.com"), is_client=True) is None
    only_mail = constraints((email("example.com"),))
    assert only_mail.refusal(with_common_name("other.org"), is_client=True) is None


def test_every_common_name_is_bound() -> None:
    names = [x509.NameAttribute(NameOID.COMMON_NAME, cn) for cn in ("other.org", "example.com")]
    for order in (names, names[::-1]):
        leaf = client(SENDER, ROOT, subject_name=x509.Name(order))
        assert ONLY_EXAMPLE.refusal(certificate(leaf), is_client=True) is not None


@given(st.text(st.sampled_from("aA0_-. *@ä\0"), max_size=12))
def test_a_common_name_is_a_host_name_as_openssl_reads_it(text: str) -> None:
    """Its rule, letter by letter: a dot in between, no hyphen or dot beside a dot or at an end."""
    text = text.rstrip("\0")
    inner = range(1, len(text) - 1)
    dots = [at for at, letter in enumerate(text) if letter == "."]
    expected = (
        all(letter in "aA0_-." for letter in text)
        and all(at in inner for at, letter in enumerate(text) if letter in "-.")
        and all(text[at + 1] not in ".-" and text[at - 1] != "-" for at in dots)
        and bool(dots)
    )
    encoded = asn1.encode(asn1.UTF8_STRING, text.encode())
    name = Name(((from_encoding("2.5.4.3", asn1.UTF8_STRING, encoded),),))
    assert (list(hosts_of(name)) != []) is expected


@pytest.mark.parametrize(
    ("base", "good", "bad"),
    [
        (dns("example.com"), dns("a.example.com"), dns(".example.com")),
        (dns("example.com"), dns("a.example.com."), dns("a..example.com")),
        (email("example.com"), email("a@example.com"), email("a@b@example.com")),
        (email("example.com"), email('"a@b"@example.com'), email("@example.com")),
        (email("example.com"), email("a.b@example.com"), email("example.com")),
    ],
)
def test_a_malformed_name_is_in_no_space_of_names(base: bytes, good: bytes, bad: bytes) -> None:
    assert constraints((base,)).refusal(named(good)) is None
    for bases in (((base,), ()), ((), (base,))):
        assert "malformed" in (constraints(*bases).refusal(named(bad)) or "")
    assert constraints((ip("10.0.0.0/8"),)).refusal(named(bad)) is None


@pytest.mark.parametrize(
    ("excluded", "touched"),
    [
        ("bar.example.com", True),
        ("BAR.Example.com", True),
        ("a.bar.example.com", False),
        ("bar.example.org", False),
        (".bar.example.com", False),
        ("example.com", True),
        ("com", True),
    ],
)
def test_a_wildcard_that_stands_for_an_excluded_host(excluded: str, touched: bool) -> None:
    wildcard = named(dns("*.example.com"))
    assert (constraints((), (dns(excluded),)).refusal(wildcard) is not None) is touched


def test_names_beyond_counting_are_refused() -> None:
    many = constraints((), tuple(dns(f"a{number}.org") for number in range(600)))
    assert many.refusal(named(*(dns(f"b{number}.org") for number in range(600)))) is not None


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for data in (content, asn1.encode(asn1.SEQUENCE, content)):
        try:
            read = read_constraints(data, critical=True)
        except asn1.DerError:
            continue
        read.refusal(certificate(_LEAF))


_LEAF = client(SENDER, ROOT)


def judge(leaf: bytes, *above: bytes) -> ChainVerdict:
    trust = load_trust_list(Platform.CUSTOM, NOW, [found(root_of(ROOT), "roots.pem")])
    pool = CertificatePool([found(leaf), *map(found, above)])
    return judge_chain(certificate(leaf), pool, trust, NOW)


def excluding(text: str) -> tuple[tuple[x509.NameConstraints, bool], ...]:
    base = x509.DirectoryName(x509.Name.from_rfc4514_string(text))
    return ((x509.NameConstraints(None, [base]), True),)


class TestChains:
    def test_the_fault_stands_at_the_ca_and_names_the_certificate_and_its_name(self) -> None:
        above = intermediate(MIDDLE, ROOT, more=excluding("CN=sender,O=Example,C=DE"))
        verdict = judge(client(SENDER, MIDDLE), above)
        assert verdict.outcome is Outcome.TRUSTED
        (fault,) = verdict.faults
        assert (fault.kind, fault.certificate) == (FaultKind.NAME_CONSTRAINTS, certificate(above))
        assert "CN=sender, O=Example, C=DE: its subject is excluded" in fault.detail

    def test_intermediates_are_constrained_too_but_self_issued_ones_are_not(self) -> None:
        new_low = Party("Low")
        top = intermediate(MIDDLE, ROOT, more=excluding("CN=Low,O=Example,C=DE"))
        low = intermediate(LOW, MIDDLE)
        verdict = judge(client(SENDER, LOW), low, top)
        assert [fault.kind for fault in verdict.faults] == [FaultKind.NAME_CONSTRAINTS]
        own = intermediate(LOW, ROOT, more=excluding("CN=Low,O=Example,C=DE"))
        rollover = intermediate(new_low, LOW)
        assert judge(client(SENDER, new_low), rollover, own).ok
        assert not judge(client(new_low, LOW), own).ok

    def test_a_path_around_the_constraint_wins(self) -> None:
        constrained = intermediate(MIDDLE, ROOT, more=excluding("C=DE"))
        verdict = judge(client(SENDER, MIDDLE), constrained, intermediate(MIDDLE, ROOT))
        assert verdict.ok

    def test_a_common_name_is_bound_in_the_client_certificate_alone(self) -> None:
        hosts = x509.NameConstraints([x509.DNSName("example.com")], None)
        above = intermediate(MIDDLE, ROOT, more=((hosts, True),))
        other = Party("ca.other.org")
        assert judge(client(other, MIDDLE), above).faults
        assert judge(client(SENDER, other), intermediate(other, MIDDLE), above).ok

    def test_constraints_that_cannot_be_read_are_a_fault(self) -> None:
        broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.30"), b"\x30\x02\xa0\x7f")
        verdict = judge(client(SENDER, MIDDLE), intermediate(MIDDLE, ROOT, more=((broken, True),)))
        assert [fault.kind for fault in verdict.faults] == [FaultKind.NAME_CONSTRAINTS]

    def test_a_critical_extension_nobody_knows(self) -> None:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\5\0")
        kind = FaultKind.UNKNOWN_CRITICAL_EXTENSION
        above = intermediate(MIDDLE, ROOT, more=((unknown, True),))
        verdict = judge(client(SENDER, MIDDLE), above)
        assert [fault.kind for fault in verdict.faults] == [kind]
        assert judge(
            client(SENDER, MIDDLE), intermediate(MIDDLE, ROOT, more=((unknown, False),))
        ).ok
        leaf = client(SENDER, ROOT, more=((unknown, True),))
        verdict = judge(leaf)
        assert [(fault.kind, fault.certificate) for fault in verdict.faults] == [
            (kind, certificate(leaf))
        ]
        assert verdict.links[0].faults == verdict.faults

    def test_a_pre_certificate_is_told_as_such(self) -> None:
        verdict = judge(client(SENDER, ROOT, more=((x509.PrecertPoison(), True),)))
        assert "pre-certificate" in verdict.faults[0].detail

    def test_critical_extensions_of_rfc_5280_are_known(self) -> None:
        policies = x509.CertificatePolicies(
            [x509.PolicyInformation(x509.ObjectIdentifier("1.2.3"), None)]
        )
        names = x509.SubjectAlternativeName([x509.DNSName("example.com")])
        points = x509.CRLDistributionPoints(
            [
                x509.DistributionPoint(
                    [x509.UniformResourceIdentifier("http://example.com/c.crl")], None, None, None
                )
            ]
        )
        leaf = issue(SENDER, ROOT, more=((policies, True), (names, True), (points, True)))
        assert judge(leaf).ok
