"""What the remedies of errors say to do, done: what several rules say here, the rest a file a rule.

A file is named after its rule and has ``REMEDIES``: how a remedy begins, and who does it. The
people who issue certificates anew are played here, as `fixtures/case_maker.py` made the old ones.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from click.testing import CliRunner
from cryptography import x509

from exports import FIXTURES, issue, mappings, pem, properties, service_key
from iflint.commands.main import cli

# From the same folder as what `exports` offers.
from case_maker import PARTNER, issuing, upper  # isort: skip

RULES = FIXTURES / "rules"
ROW = re.compile(r"&lt;row&gt;.*?&lt;/row&gt;", re.DOTALL)
TABLE = re.compile(r"(<key>clientCertificates</key><value>).*?(</value>)", re.DOTALL)
OLD_FORMAT = r"(<key>{}{}</key><value>).*?(</value>)"

Pair = tuple[str, str]


class Case:
    """A copy of a fixture, to be mended; ``arguments`` are those that a remedy says to give."""

    def __init__(self, folder: Path, name: str) -> None:
        shutil.copytree(RULES / name, folder / name)
        for shared in ("roots.pem", "trust-table.json"):
            shutil.copy(RULES / shared, folder / shared)
        if (RULES / "shared-certificates").exists():
            shutil.copytree(RULES / "shared-certificates", folder / "shared-certificates")
        (folder / ".git").mkdir()
        self.name = name
        self.rule = name.partition("/")[0]
        self.folder = folder / name
        self.arguments: list[str] = []

    def errors(self) -> list[dict[str, Any]]:
        """What is wrong as it stands, each with its severity error."""
        arguments = ["check", self.name, "--as-of", "2026-11-24", "--format", "json"]
        result = CliRunner().invoke(cli, [*arguments, *self.arguments])
        assert result.exit_code in (0, 1), result.output
        findings = json.loads(result.stdout)["report"]["findings"]
        return [finding for finding in findings if finding["severity"] == "error"]

    @property
    def flow(self) -> Path:
        (found,) = self.folder.rglob("*.iflw")
        return found

    @property
    def parameters(self) -> Path | None:
        return next(self.folder.rglob("parameters.prop"), None)

    @property
    def senders_pair(self) -> Pair:
        """Subject and issuer of the sender's certificate at hand."""
        for file in sorted((self.folder / "certificates").glob("*.pem")):
            leaf = x509.load_pem_x509_certificates(file.read_bytes())[0]
            return leaf.subject.rfc4514_string(), leaf.issuer.rfc4514_string()
        return self.new_certificate()

    def new_certificate(self) -> Pair:
        """A certificate as it should be, with its chain, from the CA; its pair."""
        renewed = issue("remedy", PARTNER, issuing)
        self.write("certificates/renewed.pem", pem(renewed, issuing, upper))
        return renewed.pair

    def bind_anew(self, finding: dict[str, Any]) -> None:
        """A service key, or a mapping, with a new certificate instead of this one, as said."""
        new = issue("remedy", PARTNER, issuing)
        self.write("certificates/ca.pem", pem(issuing, upper))
        file = self.file_of(finding)
        if finding["caller"]["kind"] == "service-key":
            assert "new service key" in finding["remedy"]
            file.with_name("new.json").write_bytes(service_key("new", new))
            file.unlink()
        else:
            assert re.search(
                "(?i)mapping of the same user|map it to the same user", finding["remedy"]
            )
            file.write_bytes(mappings((finding["caller"]["name"], new)))

    def write(self, path: str, content: bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def edit(self, change: Callable[[str], str]) -> None:
        """Change the flow's text."""
        self.flow.write_text(change(self.flow.read_text(encoding="utf-8")), encoding="utf-8")

    def enter(self, finding: dict[str, Any], cells: dict[str, str]) -> None:
        """Enter DNs in the entry of a finding: in its row, its parameters, or the old format."""
        number = finding["entry"]["ordinal"] if finding["entry"] else 1
        if finding["location"]["file"]["path"].endswith(".prop"):
            role = finding["key"] if finding["key"] in cells else next(iter(cells))
            self.define({self.parameter_at(finding): cells[role]}, as_typed=True)
            return

        def change(text: str) -> str:
            rows = ROW.findall(text)
            if not rows:
                for role, dn in cells.items():
                    pattern = OLD_FORMAT.format(role, number - 1)
                    text = re.sub(pattern, lambda m, dn=dn: m[1] + escape(dn) + m[2], text)
                return text
            new = rows[number - 1]
            for role, dn in cells.items():
                cell = rf"({role}DN(?:'|&apos;)&gt;).*?(&lt;/cell&gt;)"
                written = escape(escape(dn))
                new = re.sub(
                    cell, lambda m, written=written: m[1] + written + m[2], new, flags=re.DOTALL
                )
            return text.replace(rows[number - 1], new, 1)

        self.edit(change)

    def add_row(self, pair: Pair) -> None:
        self.edit(lambda text: TABLE.sub(lambda m: f"{m[0][: -len(m[2])]}{row(pair)}{m[2]}", text))

    def remove_row(self, number: int) -> None:
        self.edit(lambda text: text.replace(ROW.findall(text)[number - 1], "", 1))

    def parameter_at(self, finding: dict[str, Any]) -> str:
        excerpt = finding["location"]["region"]["excerpt"]
        return re.split(r"(?<!\\)[=:]", excerpt)[0].replace("\\ ", " ")

    def define(self, values: dict[str, str], *, as_typed: bool = False) -> None:
        """Give parameters their values, in parameters.prop or in a file of one's own.

        ``as_typed`` they are spelled as the file takes them, which a remedy for it does.
        """
        if self.parameters is None:
            self.write("prod.prop", properties(values))
            self.arguments = ["--parameters", f"{self.name}/prod.prop"]
            return
        lines = self.parameters.read_text("utf-8").splitlines()
        kept = [
            line
            for line in lines
            if re.split(r"(?<!\\)[=:]", line)[0].replace("\\ ", " ") not in values
        ]
        added = properties(dict.fromkeys(values, "") if as_typed else values).decode()
        typed = values.values() if as_typed else [""] * len(values)
        ends = [f"{line}{text}" for line, text in zip(added.splitlines()[1:], typed, strict=True)]
        self.parameters.write_text("\n".join([*kept, *ends, ""]), "utf-8")

    def file_of(self, finding: dict[str, Any]) -> Path:
        return self.folder.parents[1] / finding["location"]["file"]["path"]


def row(pair: Pair) -> str:
    """A row of the table, as the value of the property holds it."""
    cells = (
        f"<cell id='clientCertificate.{role}DN'>{escape(dn)}</cell>"
        for role, dn in zip(("subject", "issuer"), pair, strict=True)
    )
    return escape(f"<row>{''.join(cells)}</row>")


def by_role(pair: Pair) -> dict[str, str]:
    return dict(zip(("subject", "issuer"), pair, strict=True))


class Existing:
    """A certificate that is there already, to be written with others."""

    def __init__(self, certificate: x509.Certificate) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        self.certificate = certificate
        self.der = certificate.public_bytes(Encoding.DER)


Action = Callable[[Case, dict[str, Any], re.Match[str]], None]
Remedies = tuple[tuple[str, Action], ...]


def enter_the_senders(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.enter(finding, by_role(case.senders_pair))


def take_another_certificate(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    if finding["caller"]:
        case.bind_anew(finding)
        return
    case.enter(finding, by_role(case.new_certificate()))


OF_SEVERAL: Remedies = (
    (r"Enter the (Subject DN and Issuer )?DNs? of ", enter_the_senders),
    (r"Get the renewed certificate from the sender", take_another_certificate),
    (r"This key accepts no other .*\. So get the renewed one", take_another_certificate),
    (r"Wait for that day, or let the sender use a certificate", take_another_certificate),
    (r"Let the sender get a certificate ", take_another_certificate),
    (r"Ask the CA for a certificate with Client Auth", take_another_certificate),
    (r".* issues no certificate with Client Auth.*\. Let the sender get", take_another_certificate),
    (
        r"Get the renewed certificate of this .*, or a client certificate under another",
        take_another_certificate,
    ),
    (r"Get the certificate itself from the CA", take_another_certificate),
    (r"Get this certificate and the one below it from the CA again", take_another_certificate),
)


def remedies_of(rule: str) -> Remedies:
    """What the remedies of a rule say, and who does it; the first one that fits counts."""
    name = rule.replace("-", "_")
    if name not in {found.name for found in pkgutil.iter_modules(__path__)}:
        return OF_SEVERAL
    own: Remedies = importlib.import_module(f"{__name__}.{name}").REMEDIES
    return own + OF_SEVERAL
