"""What is fuzzed: each reader of bytes, and what it may say to them.

A target is a function of bytes that returns, whatever they are; what else it raises was found. It
asks for all that is worked out late, too: places, decoded texts, the words for what is wrong. It
imports what it tries when it is called, so that a fuzzer can look into that.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import cryptography_vectors
import msgspec

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
VECTORS = Path(cryptography_vectors.__file__).parent
PASSWORD = "password"
"""That of most keystores among them."""
PLACE = "fuzzed"
_PATHS = [["a"], ["a", "b.zip"], ["certs", "partner", "x.pem"], ["..."], ["["], ["\n"], ["é" * 99]]
_LARGEST_SEED = 1 << 13
_MOST_SEEDS = 150


class Target(NamedTuple):
    """What is tried, and which files of the fixtures it begins with (and texts beside them)."""

    run: Callable[[bytes], None]
    suffixes: tuple[str, ...]
    texts: tuple[bytes, ...] = ()

    def seeds(self) -> list[bytes]:
        """Small files first: they say most for their size."""
        found = {data for suffix in self.suffixes for data in files_named(suffix)}
        small = sorted((each for each in found if len(each) <= _LARGEST_SEED), key=_size_first)
        return [*self.texts, *small[:: max(1, len(small) // _MOST_SEEDS)]]


def files_named(suffix: str, fixtures: Path = FIXTURES) -> list[bytes]:
    """The different files of the fixtures whose names end so, in a fixed order.

    The certificates and keystores on which cryptography is tested are among them.
    """
    folders = [fixtures, *(VECTORS / each for each in ("pkcs7", "pkcs12", "x509/custom"))]
    files = (path for each in folders for path in sorted(each.rglob(f"*{suffix}")))
    return list(dict.fromkeys(path.read_bytes() for path in files if path.is_file()))


def _size_first(data: bytes) -> tuple[int, bytes]:
    return len(data), data


def names(data: bytes) -> None:
    from iflint.pki.dn.comparison import compare
    from iflint.pki.dn.grammar import MalformedName
    from iflint.pki.dn.parsing import corrected_text, parse_name

    text, _, other = data.decode(errors="surrogateescape").partition("\n")
    corrected_text(text)
    read = []
    for each in (text, other, "CN=edi.partner.example, O=Partner, C=DE"):
        with contextlib.suppress(MalformedName):
            read.append(parse_name(each))
    for stored in read:
        compare(stored, read[-1])
        _look_into(stored)


def properties(data: bytes) -> None:
    from iflint.iflow.overlays import read_overlay
    from iflint.iflow.properties import parse_properties

    for read in (parse_properties, read_overlay):
        for parameter in read(data, _file()).entries.values():
            _look_into(parameter)
            _locate(parameter)


def certificates(data: bytes) -> None:
    from iflint.pki.certificates import CertificateError, describe_key, parse_certificate
    from iflint.pki.chains.signatures import verify
    from iflint.pki.files import read_certificate_file

    content = read_certificate_file(data, _file())
    with contextlib.suppress(CertificateError):
        certificate = parse_certificate(data)
        _look_into(certificate)
        describe_key(certificate.spki)
        verify(certificate, certificate.spki)
    _look_into(content)


def keystores(data: bytes) -> None:
    from iflint.pki.files import read_certificate_file
    from iflint.pki.passwords import Password

    read_certificate_file(data, _file(), (Password("STOREPASS", PASSWORD),))


def texts(data: bytes) -> None:
    _contents(data, "partner.pem", document=False)
    _contents(data, "partner.json", document=False)


def key_texts(data: bytes) -> None:
    from iflint.pki.key_signs import may_hold_keys
    from iflint.pki.key_texts import keys_in_text

    may_hold_keys(data)
    _look_into(keys_in_text(data, _file("notes.md")))


def archive(data: bytes) -> None:
    from iflint.places.problems import Unreadable
    from iflint.sources.limits import Limits
    from iflint.sources.zips import Archive, Budget

    budget = Budget(_file(), Limits(total=1 << 24, members=1000), len(data))
    with contextlib.suppress(Unreadable):
        opened = Archive(data, _file(), budget)
        for index in range(len(opened.members)):
            with contextlib.suppress(Unreadable):
                opened.head(index)
                opened.text(index, lambda size: size < 1 << 20)
                opened.read(index)


def flow(data: bytes) -> None:
    from iflint.iflow.properties import parse_properties
    from iflint.iflow.reader import read_iflow

    bundle, place = _file("flow"), _file("flow/Orders.iflw")
    values = b"subject=CN\\=a\nissuer=CN\\=b\nrole=x\naddress=/orders"
    read = read_iflow(
        data, place, bundle=bundle, manifest=None, parameters=None, with_diagram=True
    ).resolve([parse_properties(values, _file("parameters.prop"))])
    for channel in read.channels:
        _locate(channel)
        for value in (channel.address, channel.role, channel.authorization.value):
            _locate(value)
        for entry in channel.entries:
            for each in (entry, entry.subject, entry.issuer):
                _locate(each)


def ignored(data: bytes) -> None:
    from iflint.sources.gitignore import parse

    for line in data.decode(errors="surrogateescape").split("\n"):
        if (pattern := parse(line)) is not None:
            for path in _PATHS:
                pattern.matches(path, is_folder=True)


def configuration(data: bytes) -> None:
    from iflint.configuration.file import read
    from iflint.values import RuleNames

    rules = RuleNames(("IFL101", "IFL102"), ("expired-certificate", "certificate-expires-soon"))
    found = read(_on_disk("iflint.toml", data), lambda: rules)
    for name in found.named:
        found.place(name)


def baseline(data: bytes) -> None:
    from iflint.engine.baseline import BaselineFile
    from iflint.options import UsageError

    file = BaselineFile(_on_disk("baseline.json", data))
    _ = file.is_something_else
    with contextlib.suppress(UsageError):
        _look_into(file.baseline)


def manifest(data: bytes) -> None:
    from iflint.iflow.manifest import parse_manifest

    _look_into(parse_manifest(data, _file()))


def callers_json(data: bytes) -> None:
    _contents(data, "keys/partner.json")
    _contents(data, "keys/partner.sh")


def callers_yaml(data: bytes) -> None:
    _contents(data, "keys/partner.yaml")


def callers_hcl(data: bytes) -> None:
    _contents(data, "keys/main.tf")


def callers_xml(data: bytes) -> None:
    _contents(b"<" + data, "keys/mappings.xml")


def pasted(data: bytes) -> None:
    from iflint.answers.refusal import refusal_of
    from iflint.symptoms.recognition import symptoms_in, term_named
    from iflint.symptoms.trace import pairs_in

    text = data.decode("utf-8", "surrogateescape")
    symptoms_in(text)
    term_named(text)
    if pairs := pairs_in(text):
        refusal_of(pairs)


def _contents(data: bytes, name: str, *, document: bool = True) -> None:
    """All that a file of this name holds, read as a run reads it, and by its trees in any case."""
    from iflint.callers.reading import read_callers
    from iflint.engine.file_contents import read_content
    from iflint.sources import CertificateSource, SourceFile

    file = SourceFile(_file(name), lambda: data)
    source = CertificateSource(file, certain=not document, document=document)
    for found in (read_content(data, source, tuple), read_callers(data, _file(name))):
        _look_into(found)


def _file(name: str = PLACE) -> Any:
    from iflint.places.location import FileLocation

    return FileLocation(name)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory()


def _on_disk(name: str, data: bytes) -> str:
    path = Path(_folder().name, name)
    path.write_bytes(data)
    return str(path)


def _look_into(value: object, depth: int = 4) -> None:
    """Ask a value, and the values in it, for everything that they work out late."""
    if isinstance(value, tuple) and depth:
        for each in value:
            _look_into(each, depth - 1)
    if not isinstance(value, msgspec.Struct) or not depth:
        return
    for parent in type(value).__mro__:
        for name, each in vars(parent).items():
            if isinstance(each, property | cached_property):
                getattr(value, name)
    for name in value.__struct_fields__:
        _look_into(getattr(value, name), depth - 1)
    if any("__str__" in vars(parent) for parent in type(value).__mro__[:-2]):
        str(value)


def _locate(value: Any) -> None:
    """Ask where something stands, as a whole and in part."""
    if value is not None:
        value.origin.locate()
        value.origin.locate(0, 1)


def _examples(names: Iterable[str]) -> tuple[bytes, ...]:
    return tuple(name.encode() for name in names)


TARGETS = {
    "pasted": Target(pasted, (), _examples([
        "Unauthorized. Subject and issuer (subject: cn=a,o=b; issuer: cn=c\\, d) of the provided",
        "subject=CN = a\nissuer=CN = \\\"b\\\"",
        "HTTP 403, TLSV1_ALERT_UNKNOWN_CA, CertificateUnknown",
    ])),
    "names": Target(names, (), _examples([
        "CN=edi.partner.example,O=Partner\\, Inc.,C=DE\nC=DE, O=\"Partner, Inc.\", CN=a",
        "OID.2.5.4.3=#0c0161+emailAddress=a@b.example, ST=x\n2.5.4.97=\\C3\\A4, SERIALNUMBER=1",
        "/C=DE/O=Partner/CN=a\nCN = a; O = b",
    ])),
    "properties": Target(properties, (".prop", ".properties"), _examples([
        "a\\=b: \\u00e4\\\n  c\n! note\n", '{"d": {"results": [{"ParameterKey": "a", '
        '"ParameterValue": "b"}]}}', "<d><ParameterKey>a</ParameterKey><ParameterValue>b"
        "</ParameterValue></d>",
    ])),
    "certificates": Target(certificates, (".cer", ".p7b", ".crt", ".pem")),
    "keystores": Target(keystores, (".jks", ".ks", ".p12", ".pfx", ".pse")),
    "texts": Target(texts, (".pem", ".json", ".key")),
    "key-texts": Target(key_texts, (".pem", ".key", ".groovy", "secret.yaml"), _examples([
        "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 1\n"
        "AAAAC3NzaC1lZDI1NTE5\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 00\n",
        "data:\n  a: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1D\n  b: QUklWQVRFIEtFWS0tLS0t\n",
        "-----BEGIN RSA PRIVATE KEY-----\\nProc-Type: 4,ENCRYPTED\\nDEK-Info: DES,00\\n\\nMII%41\n",
    ])),
    "archive": Target(archive, (".zip",)),
    "flow": Target(flow, (".iflw",)),
    "ignored": Target(ignored, (), _examples([
        "/a\n!b/\n**/c/*.p[!e]m\n[[:alpha:]-z\\]]?\n\\#x\\ \n", "a/**\n***\n*.*.*\n[]-a]\n",
    ])),
    "configuration": Target(configuration, (".toml",)),
    "baseline": Target(baseline, (), _examples([
        '{"iflint-baseline": "1", "findings": [{"fingerprint": "a", "code": "IFL101", '
        '"name": "b", "severity": "error", "path": "a.iflw", "environments": ["c"]}]}',
    ])),
    "manifest": Target(manifest, (".MF",)),
    "callers-json": Target(callers_json, ("callers/*.json", "servicekeys/*.json"), _examples([
        "export KEY='{\"clientid\": \"a\", \"certificate\": \"b\"}'\n",
        "cf create-service-key runtime partner -c '{\"key-type\": \"certificate\"}'\n",
    ])),
    "callers-yaml": Target(callers_yaml, ("servicekeys/*.json",), _examples([
        "kind: Secret\ndata:\n  clientid: YQ==\n  certificate: |\n    YQ==\n---\n&a b: [*a, 'c']\n",
        'kind: ServiceBinding\nspec:\n  parameters: {key-type: certificate, "X.509": "\\u0041"}',
    ])),
    "callers-hcl": Target(callers_hcl, (".tf",), _examples([
        'locals { key = jsonencode({"X.509" = <<-EOF\n  a${b}\n  EOF\n "key-type" = local.a}) }\n',
    ])),
    "callers-xml": Target(callers_xml, (), _examples([
        "feed xmlns:m=\"a\"><entry><content><m:properties><d:User xmlns:d=\"b\">a</d:User>"
        "<d:Certificate xmlns:d='b'>&#65;<![CDATA[b]]></d:Certificate></m:properties></content>"
        "</entry></feed>",
        "a><clientid>a</clientid><certificate>b</certificate></a>",
    ])),
}  # fmt: skip
