"""The kinds of chains of C2SP's suite x509-limbo, made anew for client certificates.

The suite's own certificates are in no package registry, and nearly all of them are a server's. So
its cases are made here from its public names and descriptions, with Client Authentication in the
client certificate, and with what the suite expects of each; those called ``beside`` are further
ones in its manner. Left out are the suite's cases that ask for a peer's name, for revocation, for
S/MIME, for a chain's greatest length, or for rules of browsers alone.

Defaults are the suite's: a root, an intermediate and a client certificate each have the DNS name
``example.com``, which the client's common name is, too.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from authorities import CLIENT, DAY, NOW, SERVER, algorithm, ecdsa, object_identifier
from generated_chains import UNKNOWN, Case
from iflint.pki import der as asn1

Extension = tuple[x509.ExtensionType, bool]
"""An extension, and whether it is critical."""

Cases = Iterator[tuple[str, bool, Case]]
VALID, INVALID = True, False


@dataclass
class Kind:
    """One case: the suite's name for it, what the suite expects, and a chain of that kind."""

    name: str
    valid: bool
    case: Case


@dataclass
class Holder:
    """A certificate with its key."""

    name: str
    key: Any
    der: bytes


def _name(text: str) -> x509.Name:
    return x509.Name.from_rfc4514_string(text) if text else x509.Name([])


def _key_usage(*uses: str) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature="sign" in uses,
        key_cert_sign="cert" in uses,
        crl_sign="crl" in uses,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _of_key(key: Any) -> x509.SubjectKeyIdentifier:
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key())


def _authority(key: Any) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def raw(oid: str, value: bytes) -> x509.UnrecognizedExtension:
    return x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value)


class Maker:
    """Makes certificates of new keys; an extension given replaces the default, None removes it."""

    def __init__(self) -> None:
        self._serial = 1000

    def root(self, name: str = "CN=x509-limbo-root", **options: Any) -> Holder:
        key = options.pop("key", None) or new_key()
        return self._certificate(name, key, None, self._of_ca(key, None), **options)

    def intermediate(
        self, above: Holder, name: str = "", *, path_length: int | None = None, **options: Any
    ) -> Holder:
        key = options.pop("key", None) or new_key()
        extensions = self._of_ca(key, above.key, path_length)
        name = name or f"CN=x509-limbo-intermediate,OU={self._serial}"
        return self._certificate(name, key, above, extensions, **options)

    def client(self, above: Holder, name: str = "CN=example.com", **options: Any) -> Holder:
        key = new_key()
        extensions: dict[str, Extension | None] = {
            "ski": (_of_key(key), False),
            "aki": (_authority(above.key), False),
            "usage": (_key_usage("sign"), False),
            "eku": (x509.ExtendedKeyUsage([CLIENT]), False),
            "san": san(dns("example.com")),
        }
        return self._certificate(name, key, above, extensions, **options)

    def _of_ca(
        self, key: Any, signer: Any, path_length: int | None = None
    ) -> dict[str, Extension | None]:
        return {
            "basic": (x509.BasicConstraints(ca=True, path_length=path_length), True),
            "usage": (_key_usage("cert"), False),
            "san": san(dns("example.com")),
            "ski": (_of_key(key), False),
            "aki": (_authority(signer), False) if signer else None,
        }

    def _certificate(
        self,
        name: str,
        key: Any,
        above: Holder | None,
        extensions: dict[str, Extension | None],
        *,
        begin: dt.datetime = NOW - 100 * DAY,
        end: dt.datetime = NOW + 100 * DAY,
        issuer: str | None = None,
        **options: Extension | None,
    ) -> Holder:
        self._serial += 1
        if issuer is None:
            issuer = above.name if above else name
        builder = x509.CertificateBuilder(
            issuer_name=_name(issuer),
            subject_name=_name(name),
            public_key=key.public_key(),
            serial_number=self._serial,
            not_valid_before=begin,
            not_valid_after=end,
        )
        for extension in (extensions | options).values():
            if extension is not None:
                builder = builder.add_extension(*extension)
        signed = builder.sign(above.key if above else key, hashes.SHA256())
        return Holder(name, key, signed.public_bytes(serialization.Encoding.DER))


def dns(name: str) -> bytes:
    return asn1.encode(0x82, name.encode())


def email(name: str) -> bytes:
    return asn1.encode(0x81, name.encode())


def ip(*parts: str) -> bytes:
    return asn1.encode(0x87, b"".join(ipaddress.ip_address(part).packed for part in parts))


def directory(name: str) -> bytes:
    return asn1.encode(0xA4, _name(name).public_bytes())


def other_name() -> bytes:
    oid = asn1.encode(asn1.OBJECT_IDENTIFIER, object_identifier("1.3.6.1.4.1.99999.3"))
    return asn1.encode(0xA0, oid + asn1.encode(0xA0, b"\x05\x00"))


def san(*names: bytes, critical: bool = False) -> Extension:
    return raw("2.5.29.17", asn1.encode(asn1.SEQUENCE, b"".join(names))), critical


def constraints(
    permitted: tuple[bytes, ...] | None = None,
    excluded: tuple[bytes, ...] | None = None,
    *,
    critical: bool = True,
) -> Extension:
    """Name constraints as bytes, so that malformed ones can be written, too."""
    parts = [
        asn1.encode(tag, b"".join(asn1.encode(asn1.SEQUENCE, base) for base in bases))
        for tag, bases in ((0xA0, permitted), (0xA1, excluded))
        if bases is not None
    ]
    return raw("2.5.29.30", asn1.encode(asn1.SEQUENCE, b"".join(parts))), critical


def permits(*bases: bytes, critical: bool = True) -> Extension:
    return constraints(bases, critical=critical)


def excludes(*bases: bytes) -> Extension:
    return constraints(None, bases)


def _case(client: Holder, *above: Holder, roots: tuple[Holder, ...]) -> Case:
    return Case(client.der, [one.der for one in above], [one.der for one in roots], set())


def kinds() -> list[Kind]:
    """All cases, in the order of the suite's names for them."""
    make = Maker()
    groups = {
        "pathlen": (_path_lengths,),
        "pathological": (_pathological,),
        "cve": (_vulnerabilities,),
        "invalid": (_malformed,),
        "rfc5280": (_profile, _critical_extensions, _authorities),
        "rfc5280::aki": (_authority_key_ids,),
        "rfc5280::eku": (_usages,),
        "rfc5280::nc": (
            _constrained_hosts,
            _constrained_addresses,
            _constrained_directories,
            _constraints_of_any_form,
            _malformed_constraints,
            _constraints_on_the_way,
            _constrained_mailboxes,
        ),
        "rfc5280::pc": (_policies,),
        "rfc5280::san": (_alternative_names,),
        "rfc5280::serial": (_serials,),
        "rfc5280::ski": (_subject_key_ids,),
        "rfc5280::validity": (_dates,),
        "beside": (_beside,),
    }
    found = [
        Kind(f"{group}::{name}", valid, case)
        for group, families in groups.items()
        for family in families
        for name, valid, case in family(make)
    ]
    assert len({kind.name for kind in found}) == len(found)
    return found


def _path_lengths(make: Maker) -> Cases:
    root = make.root()
    for length in (0, 1, 2):
        low = make.intermediate(root, path_length=length)
        case = _case(make.client(low), low, roots=(root,))
        yield f"ee-with-intermediate-pathlen-{length}", VALID, case
    zero = make.intermediate(root, path_length=0)
    low = make.intermediate(zero, path_length=0)
    yield "validation-ignores-pathlen-in-leaf", VALID, _case(low, zero, roots=(root,))
    case = _case(make.client(low), zero, low, roots=(root,))
    yield "intermediate-violates-pathlen-0", INVALID, case
    one = make.intermediate(root, path_length=1)
    more = make.intermediate(one, path_length=2)
    case = _case(make.client(more), one, more, roots=(root,))
    yield "intermediate-pathlen-may-increase", VALID, case
    second = make.intermediate(one, path_length=0)
    third = make.intermediate(second, path_length=0)
    case = _case(make.client(third), one, second, third, roots=(root,))
    yield "intermediate-pathlen-too-long", INVALID, case
    again = make.intermediate(one, one.name, path_length=1)
    last = make.intermediate(again, path_length=0)
    case = _case(make.client(last), one, again, last, roots=(root,))
    yield "self-issued-certs-pathlen", VALID, case


def _pathological(make: Maker) -> Cases:
    root, other = make.root(), make.root("CN=x509-limbo-root-2")
    expired = make.intermediate(other, root.name, key=root.key, path_length=1, end=NOW - 50 * DAY)
    case = _case(make.client(root), expired, roots=(root, other))
    yield "multiple-chains-expired-intermediate", VALID, case
    for name, names in (
        ("intermediate-cycle-distinct-cas", ("CN=cycle ca1", "CN=cycle ca2")),
        ("intermediate-cycle-same-logical-ca", ("CN=same", "CN=same")),
    ):
        first, second = (Holder(name, new_key(), b"") for name in names)
        circle = [
            make.intermediate(high, low.name, key=low.key)
            for low, high in ((first, second), (second, first))
        ]
        yield name, INVALID, _case(make.client(circle[0]), *circle, roots=(root,))
    hosts = [dns(f"t{number}.test") for number in range(513)]
    many = constraints((*hosts, dns(".test")), tuple(dns(f"x{n}.test") for n in range(513)))
    root = make.root(names=many)
    leaf = make.client(root, "", san=san(*hosts, critical=True))
    yield "nc-dos-1", INVALID, _case(leaf, roots=(root,))


def _vulnerabilities(make: Maker) -> Cases:
    a, b, c = make.root("CN=Root A"), make.root("CN=Root B"), make.root("CN=Root C")
    crossed = [
        make.intermediate(high, low.name, key=low.key)
        for low, high in itertools.permutations((a, b, c), 2)
    ]
    low = [make.intermediate(one, f"{one.name}1") for one in (a, b, c)]
    leaf = make.client(low[0], "", san=san(dns("sender.example.com"), critical=True))
    yield "cve-2024-0567", VALID, _case(leaf, *low, *crossed, roots=(a,))
    root = make.root()
    for name, names in (
        ("cve-2025-61727", constraints((dns("example.com"),), (dns("bar.example.com"),))),
        ("cve-2025-61727-nc-permits-variant", permits(dns("foo.example.com"))),
    ):
        middle = make.intermediate(root, names=names, san=None)
        leaf = make.client(middle, san=san(dns("*.example.com")))
        yield name, INVALID, _case(leaf, middle, roots=(root,))


def _malformed(make: Maker) -> Cases:
    root = make.root()
    middle = make.intermediate(root)
    broken = asn1.encode(
        asn1.SEQUENCE, algorithm("1.2.840.113549.1.1.1", b"\5\0") + asn1.encode(0x03, b"\0")
    )
    middle.der = rebuilt(middle.der, root.key, spki=broken)
    yield "invalid-issuer-key", INVALID, _case(make.client(middle), middle, roots=(root,))


def _profile(make: Maker) -> Cases:
    root = make.root()
    yield "ee-empty-issuer", INVALID, _case(make.client(root, issuer=""), roots=(root,))
    nobody = make.root("")
    yield "ca-empty-subject", INVALID, _case(make.client(nobody), roots=(nobody,))
    middle = make.intermediate(root, path_length=0)
    leaf = make.client(middle)
    stranger = make.root("CN=x509-limbo-unrelated-root")
    yield "chain-untrusted-root", INVALID, _case(leaf, root, middle, roots=(stranger,))
    yield "root-and-intermediate-swapped", VALID, _case(leaf, root, roots=(middle,))
    yield "ca-as-leaf", VALID, _case(make.intermediate(root), roots=(root,))
    for name, option in (("no-keyusage", "usage"), ("no-basicconstraints", "basic")):
        yield name, VALID, _case(make.client(root, **{option: None}), roots=(root,))
    twice = make.client(root)
    twice.der = rebuilt(twice.der, root.key, twice="2.5.29.17")
    yield "duplicate-extensions", INVALID, _case(twice, roots=(root,))
    mismatched = make.root()
    leaf = make.client(mismatched)
    mismatched.der = rebuilt(mismatched.der, root.key, outer=algorithm("1.2.840.10045.4.3.3"))
    yield "mismatching-signature-algorithm", INVALID, _case(leaf, roots=(mismatched,))


def _critical_extensions(make: Maker) -> Cases:
    root = make.root()
    unknown = (UNKNOWN, True)
    case = _case(make.client(root, more=unknown), roots=(root,))
    yield "unknown-critical-extension-ee", INVALID, case
    strange = make.root(more=unknown)
    case = _case(make.client(strange), roots=(strange,))
    yield "unknown-critical-extension-root", INVALID, case
    middle = make.intermediate(root, path_length=0, more=unknown)
    case = _case(make.client(middle), middle, roots=(root,))
    yield "unknown-critical-extension-intermediate", INVALID, case
    for name, valid, critical in (
        ("ee-aia", VALID, False),
        ("ee-critical-aia-invalid", INVALID, True),
    ):
        where = x509.AccessDescription(
            x509.oid.AuthorityInformationAccessOID.CA_ISSUERS, x509.DNSName("example.com")
        )
        leaf = make.client(root, more=(x509.AuthorityInformationAccess([where]), critical))
        yield name, valid, _case(leaf, roots=(root,))


def _authorities(make: Maker) -> Cases:
    """CAs that do not say that they are, or may not sign."""
    root = make.root()
    no_ca = x509.BasicConstraints(ca=False, path_length=None)
    for name, options in (
        ("intermediate-ca-without-ca-bit", {"basic": (no_ca, True)}),
        ("intermediate-ca-missing-basic-constraints", {"basic": None}),
        ("ica-ku-keycertsign", {"path_length": 0, "usage": (_key_usage(), False)}),
    ):
        middle = make.intermediate(root, **options)
        yield name, INVALID, _case(make.client(middle), middle, roots=(root,))
    a_ca = x509.BasicConstraints(ca=True, path_length=None)
    for name, options in (
        ("root-missing-basic-constraints", {"basic": None}),
        ("root-non-critical-basic-constraints", {"basic": (a_ca, False)}),
        ("root-inconsistent-ca-extensions", {"usage": (_key_usage(), False)}),
    ):
        odd = make.root(**options)
        yield name, INVALID, _case(make.client(odd), roots=(odd,))
    leaf = make.client(root, basic=(no_ca, True), usage=(_key_usage("sign", "cert"), False))
    yield "leaf-ku-keycertsign", INVALID, _case(leaf, roots=(root,))


def _authority_key_ids(make: Maker) -> Cases:
    key = new_key()
    root = make.root(key=key, aki=(_authority(key), True))
    yield "critical-aki", INVALID, _case(make.client(root), roots=(root,))
    root = make.root()
    yield "leaf-missing-aki", INVALID, _case(make.client(root, aki=None), roots=(root,))
    yield "self-signed-root-missing-aki", VALID, _case(make.client(root), roots=(root,))
    middle = make.intermediate(root, path_length=0, aki=None)
    leaf = make.client(middle)
    yield "intermediate-missing-aki", INVALID, _case(leaf, middle, roots=(root,))
    yield "cross-signed-root-missing-aki", INVALID, _case(leaf, roots=(middle,))


def _subject_key_ids(make: Maker) -> Cases:
    key = new_key()
    root = make.root(key=key, ski=(_of_key(key), True))
    yield "critical-ski", INVALID, _case(make.client(root), roots=(root,))
    root = make.root(ski=None)
    yield "root-missing-ski", INVALID, _case(make.client(root), roots=(root,))
    root = make.root()
    middle = make.intermediate(root, ski=None)
    yield "intermediate-missing-ski", INVALID, _case(make.client(middle), middle, roots=(root,))


def _usages(make: Maker) -> Cases:
    root = make.root()
    leaf = make.client(root, eku=(x509.ExtendedKeyUsage([SERVER]), False))
    yield "ee-wrong-eku", INVALID, _case(leaf, roots=(root,))
    yield "ee-without-eku", VALID, _case(make.client(root, eku=None), roots=(root,))


def _beside(make: Maker) -> Cases:
    """What a client's chain is about, and the suite asks for other chains."""
    root = make.root()
    middle = make.intermediate(root)
    yield "missing-intermediate", INVALID, _case(make.client(middle), roots=(root,))
    both = (x509.ExtendedKeyUsage([SERVER, CLIENT]), False)
    yield "ee-two-ekus", VALID, _case(make.client(root, eku=both), roots=(root,))
    for name, valid, usage in (("wrong", INVALID, SERVER), ("right", VALID, CLIENT)):
        options = {"eku": (x509.ExtendedKeyUsage([usage]), False)}
        middle = make.intermediate(root, **options)
        yield f"ica-{name}-eku", valid, _case(make.client(middle), middle, roots=(root,))
        own = make.root(**options)
        yield f"root-{name}-eku", valid, _case(make.client(own), roots=(own,))
    for length, valid in ((0, INVALID), (1, VALID)):
        basic = x509.BasicConstraints(ca=True, path_length=length)
        own = make.root(basic=(basic, True))
        middle = make.intermediate(own)
        yield f"root-pathlen-{length}", valid, _case(make.client(middle), middle, roots=(own,))


def _below_root(
    make: Maker, names: Extension, *alternatives: bytes, subject: str = "CN=example.com"
) -> Case:
    """A client certificate with these alternative names, right below a root that constrains it."""
    root = make.root(names=names)
    return _case(make.client(root, subject, san=san(*alternatives)), roots=(root,))


def _constrained_hosts(make: Maker) -> Cases:
    example, apart = dns("example.com"), dns("not-example.com")
    yield "permitted-dns-mismatch", INVALID, _below_root(make, permits(example), apart)
    yield "permitted-dns-match", VALID, _below_root(make, permits(example), example)
    case = _below_root(make, permits(example, critical=False), example)
    yield "permitted-dns-match-noncritical", INVALID, case
    case = _below_root(make, permits(example), dns("foo.bar.example.com"))
    yield "permitted-dns-match-more", VALID, case
    root = make.root()
    middle = make.intermediate(root, names=excludes(example))
    case = _case(make.client(middle, san=san(example)), middle, roots=(root,))
    yield "excluded-dns-match", INVALID, case
    banned = dns("not-allowed.example.com")
    case = _below_root(make, excludes(banned), example, banned)
    yield "excluded-dns-match-second", INVALID, case


def _constrained_addresses(make: Maker) -> Cases:
    v4, v6 = ip("192.0.2.0", "255.255.255.0"), ip("::1", "ffff:" * 7 + "ffff")
    yield "permitted-ip-mismatch", INVALID, _below_root(make, permits(v4), ip("192.0.3.1"))
    yield "permitted-ipv4-match", VALID, _below_root(make, permits(v4), ip("192.0.2.1"))
    yield "permitted-ipv6-match", VALID, _below_root(make, permits(v6), ip("::1"))
    yield "excluded-ipv4-match", INVALID, _below_root(make, excludes(v4), ip("192.0.2.1"))
    yield "excluded-ipv6-match", INVALID, _below_root(make, excludes(v6), ip("::1"))
    example = dns("example.com")
    yield "permitted-different-constraint-type", VALID, _below_root(make, permits(v4), example)
    yield "excluded-different-constraint-type", VALID, _below_root(make, excludes(v4), example)


def _constrained_directories(make: Maker) -> Cases:
    foo, apart = directory("CN=foo"), directory("CN=not-foo")
    for name, valid, names, subject, alternative in (
        ("permitted-dn-mismatch", INVALID, permits(foo), "CN=not-foo", apart),
        ("permitted-dn-match", VALID, permits(foo), "CN=foo", foo),
        ("permitted-dn-match-subject-san-mismatch", INVALID, permits(foo), "CN=not-foo", foo),
        ("excluded-dn-match", INVALID, excludes(foo), "CN=foo", foo),
        ("excluded-dn-match-sub-mismatch", INVALID, excludes(foo), "CN=foo", apart),
    ):
        yield name, valid, _below_root(make, names, alternative, subject=subject)


def _constraints_of_any_form(make: Maker) -> Cases:
    example, apart = dns("example.com"), dns("not-example.com")
    name = "CN=not-example.com"
    root = make.root(name, san=san(apart), names=permits(example))
    middle = make.intermediate(root, name, san=san(apart))
    case = _case(make.client(middle), middle, roots=(root,))
    yield "permitted-self-issued", VALID, case
    root = make.root(names=permits(example))
    middle = make.intermediate(root, name, san=san(apart))
    leaf = make.client(middle, name, san=san(apart))
    yield "excluded-self-issued-leaf", INVALID, _case(leaf, middle, roots=(root,))
    case = _below_root(make, constraints((example,), (example,)), example)
    yield "excluded-match-permitted-and-excluded", INVALID, case
    root = make.root()
    for name, critical in (("noncritical", False), ("critical", True)):
        leaf = make.client(root, names=permits(example, critical=critical))
        yield f"not-allowed-in-ee-{name}", INVALID, _case(leaf, roots=(root,))


def _malformed_constraints(make: Maker) -> Cases:
    foo = dns("foo.example.com")
    case = _below_root(make, permits(dns("*.example.com")), foo)
    yield "invalid-dnsname-wildcard", INVALID, case
    case = _below_root(make, permits(dns(".example.com")), foo)
    yield "invalid-dnsname-leading-period", INVALID, case
    for name, address in (("ipv4", ip("127.0.0.1")), ("ipv6", ip("::1"))):
        yield f"invalid-{name}-address", INVALID, _below_root(make, permits(address), address)
    case = _below_root(
        make, permits(email("invalid@invalid@example.com")), email("example@example.com")
    )
    yield "invalid-email-address", INVALID, case


def _constraints_on_the_way(make: Maker) -> Cases:
    foo, bar = dns("foo.example.com"), dns("bar.example.com")
    both = constraints((foo,), (bar,))
    for name, of_root in (("root", True), ("intermediate", False)):
        root = make.root(san=None, names=both if of_root else None)
        first = make.intermediate(root, san=None, names=None if of_root else both)
        second = make.intermediate(first, san=san(bar))
        case = _case(make.client(second, san=san(foo)), first, second, roots=(root,))
        yield f"intermediate-with-san-rejected-by-{name}-nc", INVALID, case
    root = make.root()
    for name, upper, lower in (
        ("narrows", permits(foo, bar), permits(bar)),
        ("widens", permits(bar), permits(foo, bar)),
    ):
        first = make.intermediate(root, names=upper)
        second = make.intermediate(first, names=lower, san=None)
        case = _case(make.client(second, san=san(foo)), first, second, roots=(root,))
        yield f"restrictive-permits-in-intermediates-{name}", INVALID, case
    yield from _several_ways(make, foo, bar)
    secret = other_name()
    middle = make.intermediate(root, san=None, names=constraints((dns("example.com"),), (secret,)))
    for name, valid, more in (
        ("nc-forbids-othername", INVALID, (secret,)),
        ("nc-forbids-othername-noop", VALID, ()),
    ):
        leaf = make.client(middle, san=san(dns("example.com"), *more))
        yield name, valid, _case(leaf, middle, roots=(root,))
    for name, base, good, bad in (
        ("dns", dns("example.com"), foo, dns(".example.com")),
        (
            "ip",
            ip("192.0.2.0", "255.255.255.0"),
            ip("192.0.2.1"),
            ip("192.0.2.0", "255.255.255.0"),
        ),
        (
            "email",
            email("example.com"),
            email("good@example.com"),
            email("invalid@address@example.com"),
        ),
    ):
        middle = make.intermediate(root, names=permits(base))
        leaf = make.client(middle, san=san(good, bad))
        yield f"nc-permits-invalid-{name}-san", INVALID, _case(leaf, middle, roots=(root,))


def _several_ways(make: Maker, good: bytes, bad: bytes) -> Cases:
    """One CA, certified twice, of which only one way up holds."""
    lost, kept = make.root("CN=discarded", san=None), make.root(san=None)
    upper = make.intermediate(kept, names=constraints((good,), (bad,)), san=None)
    first = make.intermediate(lost, "CN=an-intermediate", san=san(bad))
    second = make.intermediate(upper, first.name, key=first.key, san=None)
    case = _case(make.client(first, san=san(good)), upper, first, second, roots=(kept,))
    yield "nc-forbids-alternate-chain-ica", VALID, case
    one, two = make.root("CN=root a", san=None), make.root("CN=root b", san=None)
    upper = make.intermediate(one, names=excludes(bad), san=None)
    first = make.intermediate(upper, "CN=an-intermediate", san=san(bad))
    second = make.intermediate(two, first.name, key=first.key, san=san(good))
    case = _case(make.client(first, san=san(good)), upper, first, second, roots=(one, two))
    yield "nc-forbids-same-chain-ica", VALID, case


def _constrained_mailboxes(make: Maker) -> Cases:
    root = make.root()
    for name, base in (("exact", "foo@example.com"), ("domain", "example.com")):
        middle = make.intermediate(root, names=permits(email(base)), san=None)
        leaf = make.client(middle, san=san(email("foo@example.com")))
        yield f"nc-permits-email-{name}", VALID, _case(leaf, middle, roots=(root,))


def _policies(make: Maker) -> Cases:
    root = make.root()
    policy = x509.PolicyConstraints(require_explicit_policy=3, inhibit_policy_mapping=None)
    middle = make.intermediate(root, more=(policy, False))
    yield "ica-noncritical-pc", INVALID, _case(make.client(middle), middle, roots=(root,))


def _alternative_names(make: Maker) -> Cases:
    root = make.root()
    leaf = make.client(root, san=(raw("2.5.29.17", b"example.com"), False))
    yield "malformed", INVALID, _case(leaf, roots=(root,))
    yield "noncritical-with-empty-subject", INVALID, _case(make.client(root, ""), roots=(root,))


def _serials(make: Maker) -> Cases:
    root = make.root()
    leaf = make.client(root)
    for name, content in (
        ("too-long", b"\x7f" * 22),
        ("zero", b"\0"),
        ("negative", b"\xff\x01"),
    ):
        odd = Holder(leaf.name, leaf.key, rebuilt(leaf.der, root.key, serial=content))
        yield name, INVALID, _case(odd, roots=(root,))


def _dates(make: Maker) -> Cases:
    long, over, second = NOW + 100 * DAY, NOW - DAY, dt.timedelta(seconds=1)
    for name, valid, begins, ends in (
        ("expired-root", INVALID, None, (over, long, long)),
        ("expired-intermediate", INVALID, None, (long, over, long)),
        ("expired-leaf", INVALID, None, (long, long, over)),
        ("notbefore-exact", VALID, NOW, (long, long, long)),
        ("notbefore-fractional", INVALID, NOW + second, (long, long, long)),
        ("notafter-exact", VALID, None, (NOW, NOW, NOW)),
    ):
        begin = NOW - 100 * DAY if begins is None else begins
        root = make.root(begin=begin, end=ends[0])
        middle = make.intermediate(root, begin=begin, end=ends[1])
        leaf = make.client(middle, begin=begin, end=ends[2])
        yield name, valid, _case(leaf, middle, roots=(root,))


def rebuilt(der: bytes, key: Any, *, twice: str = "", outer: bytes = b"", **fields: bytes) -> bytes:
    """A certificate that no library would write, with a right signature.

    ``twice`` is an extension that comes a second time, ``outer`` the algorithm that only the
    signature names; ``spki`` and ``serial`` replace these fields.
    """
    tbs, inner, _ = asn1.parse(der).children()
    version, serial, *between, spki, extensions = tbs.children()
    sequence = extensions.children()[0]
    more = [one.encoded for one in sequence.children() if twice and _oid(one) == twice]
    parts = [
        version.encoded,
        asn1.encode(asn1.INTEGER, fields["serial"]) if "serial" in fields else serial.encoded,
        *(part.encoded for part in between),
        fields.get("spki", spki.encoded),
        asn1.encode(0xA3, asn1.encode(asn1.SEQUENCE, sequence.content + b"".join(more))),
    ]
    signed = asn1.encode(asn1.SEQUENCE, b"".join(parts))
    signature = asn1.encode(asn1.BIT_STRING, b"\0" + key.sign(signed, ecdsa(hashes.SHA256())))
    return asn1.encode(asn1.SEQUENCE, signed + (outer or inner.encoded) + signature)


def _oid(extension: asn1.Node) -> str:
    return asn1.object_identifier(extension.children()[0])
