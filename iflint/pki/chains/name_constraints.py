"""Which names a CA's name constraints allow below it (RFC 5280 §4.2.1.10 and §6.1.3 b, c).

Imported only when a certificate on the way up has such constraints.
"""

from __future__ import annotations

import enum
import re
from typing import TYPE_CHECKING

import msgspec

from iflint.pki import der as asn1
from iflint.pki.names import Name, name_from_der

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from iflint.pki.certificates import Certificate
    from iflint.pki.der import Node

_COMMON_NAME = "2.5.4.3"
_EMAIL_ADDRESS = "1.2.840.113549.1.9.1"
_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
_HOST_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_MAX_COMPARISONS = 250_000
"""Names times constraints, as in Go and rustls-webpki: 0.1 s for DNS names, 0.8 s for directory
names."""


class Form(enum.StrEnum):
    """The forms of a GeneralName, as people call them."""

    OTHER = "other name"
    EMAIL = "e-mail address"
    DNS = "DNS name"
    X400 = "X.400 address"
    DIRECTORY = "directory name"
    EDI = "EDI party name"
    URI = "URI"
    IP = "IP address"
    REGISTERED_ID = "registered identifier"


_FORMS = tuple(Form)


class GeneralName(msgspec.Struct, frozen=True):
    """One name: a text, the ``Name`` of a directory name, or the bytes of every other form.

    ``called`` says what people call it when it is not an alternative name of its form.
    """

    form: Form
    value: str | Name | bytes
    called: str = ""

    @property
    def readable(self) -> str:
        """The form and the name, for people."""
        kind = self.called or self.form
        if isinstance(self.value, Name):
            return f"{kind} {self.value.readable}"
        if isinstance(self.value, str):
            return f"{kind} {self.value}"
        return f"{kind} {_address(self.value) if self.form is Form.IP else ''}".rstrip()


class Subtree(msgspec.Struct, frozen=True):
    """One entry of the constraints; ``bounded`` when it has a minimum or a maximum."""

    base: GeneralName
    bounded: bool

    @property
    def processed(self) -> bool:
        """Whether names can be compared with it here; RFC 5280 knows no minimum or maximum."""
        return self.base.form in _WITHIN and not self.bounded


class NameConstraints(msgspec.Struct, frozen=True):
    """What a CA allows below it; ``permitted`` counts only for the forms that occur in it."""

    permitted: tuple[Subtree, ...]
    excluded: tuple[Subtree, ...]
    critical: bool

    def refusal(self, certificate: Certificate, *, is_client: bool = False) -> str | None:
        """The name of a certificate that is not allowed and why, in a clause; None: all are.

        Of the client certificate, host names in the subject count, too: see ``hosts_of``.
        """
        try:
            names = tuple(names_of(certificate))
        except asn1.DerError:
            return "its alternative names can't be read"
        if is_client and all(name.form is not Form.DNS for name in names):
            names += tuple(hosts_of(certificate.subject))
        if len(names) * (len(self.permitted) + len(self.excluded)) > _MAX_COMPARISONS:
            return "it has too many names to be compared"
        for name in names:
            reason = self._reason_against(name)
            if reason:
                own = name.value is certificate.subject
                return f"{'its subject' if own else f'the {name.readable}'} is {reason}"
        return None

    def _reason_against(self, name: GeneralName) -> str | None:
        permitted = [subtree for subtree in self.permitted if subtree.base.form is name.form]
        excluded = [subtree for subtree in self.excluded if subtree.base.form is name.form]
        if not permitted and not excluded:
            return None
        if not all(subtree.processed for subtree in (*permitted, *excluded)):
            return "under a constraint that can't be processed" if self.critical else None
        if name.form is Form.URI and not _has_domain(name.value):
            return "without a domain name that could be compared"
        if name.form in _WELL_FORMED and not _WELL_FORMED[name.form](name.value):
            return "malformed, so that it can't be compared"
        if any(_is_within(name, base) or _may_stand_for(name, base) for base in excluded):
            return "excluded"
        if permitted and not any(_is_within(name, subtree) for subtree in permitted):
            return "not permitted"
        return None


def read_constraints(encoded: bytes, *, critical: bool) -> NameConstraints:
    """The constraints that a certificate's ``name_constraints`` encode. Raises DerError."""
    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()
    for part in asn1.parse(encoded).children():
        if part.tag == 0xA0:
            permitted += tuple(map(_subtree, part.children()))
        elif part.tag == 0xA1:
            excluded += tuple(map(_subtree, part.children()))
    return NameConstraints(permitted, excluded, critical)


def names_of(certificate: Certificate) -> Iterator[GeneralName]:
    """The subject and the alternative names; the subject's e-mail addresses without the latter.

    Raises DerError.
    """
    if certificate.subject.rdns:
        yield GeneralName(Form.DIRECTORY, certificate.subject)
    if certificate.subject_alternative_names is not None:
        for node in asn1.parse(certificate.subject_alternative_names).children():
            yield _general_name(node)
        return
    for rdn in certificate.subject.rdns:
        for attribute in rdn:
            if attribute.oid == _EMAIL_ADDRESS:
                yield GeneralName(Form.EMAIL, attribute.value)


def hosts_of(subject: Name) -> Iterator[GeneralName]:
    """The common names that are host names: for programs that take them so, for want of others.

    As in OpenSSL: at least two labels of letters, digits, underscores and inner hyphens. So
    ``*.example.com`` is none, and neither is a name with a blank, nor one of a single label.
    """
    for rdn in subject.rdns:
        for attribute in rdn:
            text = attribute.value
            if attribute.oid == _COMMON_NAME and _HOST_NAME.fullmatch(text.rstrip("\0")):
                yield GeneralName(Form.DNS, text.rstrip("\0"), "common name")


def _subtree(node: Node) -> Subtree:
    base, *bounds = node.expect(asn1.SEQUENCE, "a subtree").children() or (None,)
    if base is None:
        raise asn1.DerError("a subtree has a base", node.start)
    bounded = any(bound.tag != 0x80 or bound.content.strip(b"\0") for bound in bounds)
    return Subtree(_general_name(base), bounded)


def _general_name(node: Node) -> GeneralName:
    number = node.tag & 0x1F
    if node.tag & 0xC0 != 0x80 or number >= len(_FORMS):
        raise asn1.DerError("a name is expected", node.start)
    form = _FORMS[number]
    if form is Form.DIRECTORY:
        return GeneralName(form, name_from_der(node.content))
    if form in (Form.EMAIL, Form.DNS, Form.URI):
        return GeneralName(form, asn1.utf8(node.content))
    return GeneralName(form, node.content)


def _is_within(name: GeneralName, subtree: Subtree) -> bool:
    return _WITHIN[name.form](name.value, subtree.base.value)


def _may_stand_for(name: GeneralName, subtree: Subtree) -> bool:
    """Whether a DNS name is a wildcard that stands for the base, too (CVE-2025-61727)."""
    wildcard, base = name.value, subtree.base.value
    if name.form is not Form.DNS or not isinstance(wildcard, str) or not isinstance(base, str):
        return False
    star, _, domain = _host(wildcard).partition(".")
    return star == "*" and _host(base).partition(".")[2] == domain != ""


def _directory_within(name: Name, base: Name) -> bool:
    """Whether the base is the name's beginning, seen from the top."""
    count = len(base.rdns)
    return count == 0 or Name(name.rdns[-count:]).chain_key == base.chain_key


def _dns_within(name: str, base: str) -> bool:
    """The base with any labels before it; with a dot in front, at least one."""
    name, base = _host(name), _host(base)
    if not base:
        return True
    if base.startswith("."):
        return name.endswith(base)
    return name == base or name.endswith(f".{base}")


def _email_within(name: str, base: str) -> bool:
    """A mailbox, all mailboxes of a host, or, with a dot in front, of all hosts below a domain."""
    local, _, host = name.rpartition("@")
    if "@" in base:
        its_local, _, its_host = base.rpartition("@")
        return local == its_local and _host(host) == _host(its_host)
    return _host_within(host, base)


def _uri_within(name: str, base: str) -> bool:
    return _host_within(_uri_host(name), base)


def _host_within(host: str, base: str) -> bool:
    """The host itself; with a dot in front of the base, every host below that domain."""
    host, base = _host(host), _host(base)
    if not base:
        return True
    return host.endswith(base) if base.startswith(".") else host == base


def _host(name: str) -> str:
    return name.lower().removesuffix(".")


def _uri_host(uri: str) -> str:
    """The host of a URI (RFC 3986 §3.2); empty without one."""
    _, slashes, rest = uri.partition("://")
    if not slashes:
        return ""
    for end in "/?#":
        rest = rest.partition(end)[0]
    host = rest.rpartition("@")[2]
    return host if host.startswith("[") else host.partition(":")[0]


def _has_domain(uri: object) -> bool:
    host = _uri_host(uri) if isinstance(uri, str) else ""
    labels = _host(host).split(".")
    return all(labels) and not labels[-1].isdigit() and not host.startswith("[")


def _is_host(name: str) -> bool:
    return all(_host(name).split("."))


def _is_mailbox(name: str) -> bool:
    """A local part and a host; an ``@`` in the local part is allowed in quotes only."""
    local, _, host = name.rpartition("@")
    quoted = len(local) > 2 and local.startswith('"') and local.endswith('"')
    return bool(local and host) and ("@" not in local or quoted)


def _ip_within(name: bytes, base: bytes) -> bool:
    """An address in a network: address and mask, of the same version."""
    size = len(name)
    if size not in (4, 16) or len(base) != 2 * size:
        return False
    network, mask = base[:size], base[size:]
    return all((a ^ b) & m == 0 for a, b, m in zip(name, network, mask, strict=True))


_WITHIN: dict[Form, Callable[..., bool]] = {
    Form.EMAIL: _email_within,
    Form.DNS: _dns_within,
    Form.DIRECTORY: _directory_within,
    Form.URI: _uri_within,
    Form.IP: _ip_within,
}
_WELL_FORMED: dict[Form, Callable[..., bool]] = {Form.DNS: _is_host, Form.EMAIL: _is_mailbox}


def _address(octets: bytes) -> str:
    if len(octets) == 4:
        return ".".join(map(str, octets))
    return ":".join(octets[at : at + 2].hex() for at in range(0, len(octets), 2))
