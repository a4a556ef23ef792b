"""Flows, chains and service keys out of short descriptions, for tests of rules of one's own.

    partner = chain("CN=edi.partner.example, O=Partner Example, C=DE")
    orders = flow("Orders", channel("HTTPS", "/orders/", partner))
    report = check(tmp_path, orders, partner.files)

Certificates are made anew in each process, with keys that nobody keeps.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec

    from iflint.report.report import Report

Files = dict[str, bytes]
"""Paths with forward slashes, and their content."""

Pair = tuple[str, str]
"""A Subject DN and an Issuer DN, as a row has them."""

AS_OF = datetime(2026, 11, 24, tzinfo=UTC)
"""The clock of `check`, unless it is told another one."""

_ROLE = "ESBMessaging.send"


class Chain(msgspec.Struct, frozen=True):
    """A client certificate and those above it, up to the root, as PEM."""

    pair: Pair
    certificates: tuple[bytes, ...]

    @property
    def files(self) -> Files:
        """The certificates as a partner sends them, and the root as one that is supported."""
        *sent, root = self.certificates
        name = f"{_file_name(self.pair[0])}.pem"
        return {f"certificates/{name}": b"".join(sent), f"roots/{name}": root}


class Channel(msgspec.Struct, frozen=True):
    """A sender channel; made by `channel`."""

    adapter: str
    address: str
    rows: tuple[Pair, ...]
    properties: Mapping[str, str]


def chain(
    subject: str,
    *,
    first: str = "2026-03-02",
    last: str = "2027-09-30",
    issuer: str = "CN=Example Issuing CA, O=Example Trust, C=DE",
    for_clients: bool = True,
) -> Chain:
    """A client certificate, valid on the days given, below an intermediate and a root.

    Without ``for_clients`` it is for servers, as public CAs issue them. Raises ValueError for a
    name that can't be read.
    """
    from cryptography.hazmat.primitives.serialization import Encoding

    top, top_key = _authority("CN=Example Root, O=Example Trust, C=DE", None)
    above, above_key = _authority(issuer, (top, top_key))
    leaf, _ = _issued(subject, (above, above_key), first, last, for_clients=for_clients)
    certificates = (each.public_bytes(Encoding.PEM) for each in (leaf, above, top))
    return Chain((subject, issuer), tuple(certificates))


def channel(
    adapter: str, address: str, *let_in: Chain | Pair, properties: Mapping[str, str] | None = None
) -> Channel:
    """A sender channel that lets in by the rows of these, or, without any, by role.

    ``properties`` are added to the channel's own, or replace them.
    """
    rows = tuple(each.pair if isinstance(each, Chain) else each for each in let_in)
    return Channel(adapter, address, rows, dict(properties or {}))


def flow(
    name: str, *channels: Channel, folder: str = "", parameters: Mapping[str, str] | None = None
) -> Files:
    """An unpacked integration flow, with the values of its externalized parameters.

    It stands in a folder of its name, or in ``folder``.
    """
    manifest = (
        f"Manifest-Version: 1.0\r\nBundle-Name: {name}\r\nBundle-SymbolicName: {name}\r\n"
        "Bundle-Version: 1.0.0\r\nSAP-BundleType: IntegrationFlow\r\n\r\n"
    )
    resources = "src/main/resources"
    files = {
        "META-INF/MANIFEST.MF": manifest.encode(),
        f"{resources}/scenarioflows/integrationflow/{name}.iflw": _iflw(channels).encode(),
    }
    if parameters:
        lines = (f"{_property(key)}={_property(value)}\n" for key, value in parameters.items())
        files[f"{resources}/parameters.prop"] = "".join(lines).encode()
    return {f"{folder or name}/{path}": content for path, content in files.items()}


def service_key(name: str, held: Chain) -> Files:
    """The JSON of a service key with this certificate, of an instance with the channels' role."""
    key = {
        "clientid": f"sb-{name}!b1|it-rt-example!b2",
        "certificate": b"".join(held.certificates[:-1]).decode(),
    }
    root = {path: content for path, content in held.files.items() if path.startswith("roots/")}
    return {f"servicekeys/{name}.json": json.dumps({"oauth": key}).encode(), **root}


def check(folder: Path, *files: Files, **settings: Any) -> Report:
    """Write the files below a folder and check it, with every rule that is installed.

    ``settings`` are those of `iflint.check`. The clock is `AS_OF`, and the roots are those of the
    chains, unless these say otherwise.
    """
    import iflint
    from iflint.options import ServiceKeySettings

    for path, content in (each for some in files for each in some.items()):
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    if (folder / "roots").is_dir():
        settings.setdefault("roots", (str(folder / "roots"),))
    if (folder / "certificates").is_dir():
        settings.setdefault("certificates", (str(folder / "certificates"),))
    if (folder / "servicekeys").is_dir():
        of_keys = ServiceKeySettings(path="servicekeys/", roles=(_ROLE,), folder=str(folder))
        settings.setdefault("service_keys", (of_keys,))
    return iflint.check(str(folder), **{"as_of": AS_OF, **settings})


def codes(report: Report, beginning: str = "") -> list[str]:
    """The codes of the findings that begin so, in the report's order."""
    return [each.code for each in report.findings if each.code.startswith(beginning)]


def _file_name(subject: str) -> str:
    name = subject.partition("=")[2].partition(",")[0]
    return "".join(each if each.isalnum() or each in ".-" else "-" for each in name)


def _iflw(channels: Sequence[Channel]) -> str:
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<bpmn2:definitions xmlns:bpmn2="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:ifl="http:///com.sap.ifl.model/Ifl.xsd">',
        "<bpmn2:collaboration>",
    ]
    for number, each in enumerate(channels, start=1):
        lines += [
            f'<bpmn2:participant id="Participant_{number}" ifl:type="EndpointSender"'
            f' name="Sender {number}"/>',
            f'<bpmn2:messageFlow id="MessageFlow_{number}" name={quoteattr(each.adapter)}'
            f' sourceRef="Participant_{number}">',
            "<bpmn2:extensionElements>",
            *(
                f"<ifl:property><key>{escape(key)}</key><value>{escape(value)}</value>"
                "</ifl:property>"
                for key, value in _properties(each).items()
            ),
            "</bpmn2:extensionElements>",
            "</bpmn2:messageFlow>",
        ]
    return "\n".join([*lines, "</bpmn2:collaboration>", "</bpmn2:definitions>", ""])


def _properties(described: Channel) -> dict[str, str]:
    by_odata = described.adapter == "ODataSender"
    properties = {
        "ComponentType": described.adapter,
        "direction": "Sender",
        "urlPath" if described.adapter == "HTTPS" else "address": described.address,
        "authentication" if by_odata else "senderAuthType": (
            "ClientCertificate" if described.rows else "RoleBased"
        ),
        "userRole": _ROLE,
        "clientCertificates": "".join(map(_row, described.rows)),
    }
    return {**properties, **described.properties}


def _row(pair: Pair) -> str:
    cells = zip(("subject", "issuer"), pair, strict=True)
    quotes = {'"': "&quot;", "'": "&apos;"}
    return "".join(
        (
            "<row>",
            *(
                f"<cell id='clientCertificate.{which}DN'>{escape(name, quotes)}</cell>"
                for which, name in cells
            ),
            "</row>",
        )
    )


def _property(text: str) -> str:
    """A text as a properties file has it, key or value."""
    units = memoryview(text.encode("utf-16-be", "surrogatepass")).cast("B")
    codes = (units[at] << 8 | units[at + 1] for at in range(0, len(units), 2))
    return "".join(
        chr(code) if chr(code).isalnum() and code < 0x80 else f"\\u{code:04x}" for code in codes
    )


Signer = tuple["x509.Certificate", "ec.EllipticCurvePrivateKey"]


@functools.cache
def _authority(name: str, issuer: Signer | None) -> Signer:
    return _issued(name, issuer, "2015-01-01", "2049-12-31", authority=True)


def _issued(
    subject: str,
    issuer: Signer | None,
    first: str,
    last: str,
    *,
    authority: bool = False,
    for_clients: bool = True,
) -> Signer:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = _encoded(subject)
    signer, signing = issuer or (None, key)
    allowed = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature"}
    usages = {usage: usage in allowed for usage in _KEY_USAGES}
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(signer.subject if signer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.fromisoformat(first))
        .not_valid_after(datetime.fromisoformat(f"{last} 23:59:59"))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(x509.KeyUsage(**usages), critical=True)
    )
    if not authority:
        of = ExtendedKeyUsageOID
        usage = x509.ExtendedKeyUsage([of.CLIENT_AUTH if for_clients else of.SERVER_AUTH])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signing, hashes.SHA256()), key


_KEY_USAGES = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
    *("key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)


def _encoded(text: str) -> x509.Name:
    from cryptography import x509

    from iflint.pki.dn.parsing import parse_name

    return x509.Name(
        x509.RelativeDistinguishedName(
            x509.NameAttribute(x509.ObjectIdentifier(each.oid), each.value) for each in rdn
        )
        for rdn in reversed(parse_name(text).rdns)
    )
