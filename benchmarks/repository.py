"""A repository as large as one likes, of which a few channels fail for one of two causes.

``python -m benchmarks.repository FOLDER`` writes 50 sender channels that are authorized by
certificate, in flows of the shape of real ones: those of the corpus, or where it is absent, of the
fixtures. 42 of their certificates lack the same intermediate, 8 channels share one that ends.
``--flows N`` adds flows that are authorized by role until there are N.
"""

from __future__ import annotations

import argparse
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from certificate_maker import dn, intermediate, issue, pem, root

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
FIXTURES = ROOT / "fixtures"

Files = dict[str, bytes]

_SENDER = re.compile(
    r"<bpmn2:messageFlow\b(?:(?!</bpmn2:messageFlow>).)*?</bpmn2:messageFlow>", re.DOTALL
)
_PROPERTY = re.compile(r"\s*<ifl:property>\s*<key>(\w+)</key>.*?</ifl:property>", re.DOTALL)
_CHANNEL_END = "</bpmn2:extensionElements>"
_UNIQUE = {
    "MANIFEST.MF": re.compile(rb"^Bundle-SymbolicName: [^;\r\n]*", re.MULTILINE),
    ".prop": re.compile(rb"^[^#=\r\n]+=/[^\r\n]*", re.MULTILINE),
    ".iflw": re.compile(rb"<key>address</key>\s*<value>/[^<{]*"),
}
"""What differs from flow to flow, by how the file's name ends: its id, and its addresses."""
_NEEDED = ("MANIFEST.MF", ".iflw", ".prop", ".propdef")


def source() -> Path:
    """Where flows are taken from."""
    return CORPUS if CORPUS.is_dir() else FIXTURES / "demo"


def bundles(data: bytes, needed: tuple[str, ...] = _NEEDED) -> Iterator[Files]:
    """The flows of an archive and of the archives in it, each as its files that end so."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        if any(name.endswith(".iflw") for name in names):
            yield {name: archive.read(name) for name in names if name.endswith(needed)}
        for name in names:
            if name.endswith((".zip", "_content")):
                member = archive.read(name)
                if zipfile.is_zipfile(io.BytesIO(member)):
                    yield from bundles(member, needed)


def make(folder: Path, *, flows: int = 0, channels: int = 50) -> None:
    """Write the repository: as many ``channels`` by certificate, at least as many ``flows``.

    Of 50 certificates 8 end soon, as of 2026-11-24, and the others lack their intermediate.
    """
    top = root("benchmark root", dn("CN=Example Root CA", "O=Example"), "2020-01-01", "2040-01-01")
    missing = intermediate("benchmark 1", dn("CN=Example Client CA 1", "O=Example"), top)
    present = intermediate("benchmark 2", dn("CN=Example Client CA 2", "O=Example"), top)
    ending_name = dn("CN=gateway.example", "O=Example Partner AG")
    ending = issue("benchmark ending", ending_name, present, "2025-12-10", "2026-12-09")
    written = {"certificates/gateway.pem": pem(ending, present), "roots/root.pem": pem(top)}
    pairs = [ending.pair] * round(channels * 8 / 50)
    for number in range(len(pairs), channels):
        name = dn(f"CN=partner-{number:02}.example", f"O=Example Partner {number:02} GmbH")
        leaf = issue(f"benchmark {name.text}", name, missing)
        written[f"certificates/partner-{number:02}.pem"] = pem(leaf)
        pairs.append(leaf.pair)
    written["iflint.toml"] = b'platform = "custom"\nroots = ["roots"]\n'
    for number, files in enumerate(_flows(pairs, flows), 1):
        for name, data in files.items():
            written[f"flows/{number:04}/{name}"] = data
    for name, data in written.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def varied(needed: tuple[str, ...] = _NEEDED) -> Iterator[Files]:
    """Real flows over and over without end, each with an id and addresses of its own."""
    archives = [path for path in sorted(source().rglob("*.zip")) if zipfile.is_zipfile(path)]
    real = [files for path in archives for files in bundles(path.read_bytes(), needed)]
    for number, files in enumerate(itertools.cycle(real), 1):
        yield {name: _varied(name, data, b"%d" % number) for name, data in files.items()}


def _varied(name: str, data: bytes, number: bytes) -> bytes:
    for end, unique in _UNIQUE.items():
        if name.endswith(end):
            return unique.sub(rb"\g<0>_" + number, data)
    return data


def _flows(pairs: list[tuple[str, str]], most: int) -> Iterator[Files]:
    """Flows that use up the pairs, then others until there are ``most``."""
    left = list(pairs)
    for number, files in enumerate(varied(), 1):
        if not left and number > most:
            return
        before = len(left)
        made = {name: _with_senders(name, data, left) for name, data in files.items()}
        if len(left) < before or number <= most:
            yield made


def _with_senders(name: str, data: bytes, pairs: list[tuple[str, str]]) -> bytes:
    """A file of a flow whose senders are as they are to be."""
    if not name.endswith(".iflw"):
        return data
    return _SENDER.sub(lambda found: _sender(found[0], pairs), data.decode()).encode()


def _sender(channel: str, pairs: list[tuple[str, str]]) -> str:
    """A channel as it is, but for who may call: the next pair, or whoever has the role."""
    if "<key>senderAuthType</key>" not in channel or "<value>Sender</value>" not in channel:
        return channel
    settings = {"senderAuthType": "RoleBased"}
    if pairs:
        rows = "".join(
            f"<cell id='clientCertificate.{of}'>{escape(dn)}</cell>"
            for of, dn in zip(("subjectDN", "issuerDN"), pairs.pop(0), strict=True)
        )
        settings = {
            "senderAuthType": "ClientCertificate",
            "clientCertificates": f"<row>{rows}</row>",
        }
    others = _PROPERTY.sub(
        lambda found: "" if found[1] in ("senderAuthType", "clientCertificates") else found[0],
        channel,
    )
    added = "".join(
        f"<ifl:property><key>{key}</key><value>{escape(value, quote=False)}</value></ifl:property>"
        for key, value in settings.items()
    )
    return others.replace(_CHANNEL_END, added + _CHANNEL_END)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--flows", type=int, default=0)
    parser.add_argument("--channels", type=int, default=50)
    asked = parser.parse_args()
    make(asked.folder, flows=asked.flows, channels=asked.channels)


if __name__ == "__main__":
    main()
