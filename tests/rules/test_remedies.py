"""Each error has one line of remedy that works: it is applied, and no error is left.

What is done follows from the text of the remedy: an error whose remedy no line of `REMEDIES`
knows fails. The people who issue certificates anew are played here, as `fixtures/rule_cases.py`
made the old ones.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from click.testing import CliRunner
from cryptography import x509

from exports import FIXTURES, bundle, issue, java_keystore, pem, zipped
from iflint.commands.main import cli
from iflint.engine.plugins import load_rules
from iflint.report.findings import Severity

# From the same folder as what `exports` offers.
from rule_cases import (  # isort: skip
    CHAIN,
    PARTNER,
    channel,
    flow_of,
    issuing,
    iflw,
    listed,
    partner,
    properties,
    upper,
)

RULES = FIXTURES / "rules"
OF_ERRORS = {rule.name for rule in load_rules() if rule.severity is Severity.ERROR}
CASES = sorted(
    f"{case.parent.name}/{case.name}"
    for case in RULES.glob("*/bad-*")
    if case.parent.name in OF_ERRORS
)
ROW = re.compile(r"&lt;row&gt;.*?&lt;/row&gt;", re.DOTALL)
TABLE = re.compile(r"(<key>clientCertificates</key><value>).*?(</value>)", re.DOTALL)
OLD_FORMAT = r"(<key>{}{}</key><value>).*?(</value>)"
TURNS = 4

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


# What the remedies say to do.


def enter_the_text(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.enter(finding, {k: v for k, v in said.groupdict().items() if v is not None})


def write_it_as(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.enter(finding, {finding["key"]: said[1]})


def add_the_row(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding
    case.add_row((said["subject"], said["issuer"]))


def enter_the_senders(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.enter(finding, by_role(case.senders_pair))


def add_the_senders(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    case.add_row(case.senders_pair)


def give_the_parameter_its_value(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.define({case.parameter_at(finding): case.senders_pair[0]})


def define_the_parameter(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding
    name, pair = said[1], case.senders_pair
    table = "".join(
        f"<cell id='clientCertificate.{role}DN'>{escape(dn)}</cell>"
        for role, dn in by_role(pair).items()
    )
    values = {"Auth": "ClientCertificate", "Subject": pair[0], "Issuer": pair[1]}
    values["Certificates"] = f"<row>{table}</row>"
    case.define({name: next(value for word, value in values.items() if word in name)})


def take_another_certificate(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.enter(finding, by_role(case.new_certificate()))


def replace_the_key(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    case.file_of(finding).unlink()
    listed_row = {**finding, "entry": None, "location": {"file": {"path": ""}}}
    take_another_certificate(case, listed_row, said)


def replace_the_issuer(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    """The CA's own certificate, for the same name and key, as it should be."""
    del said
    place = case.folder.parents[1] / finding["certificate"]["locations"][0]["file"]["path"]
    leaf, faulty = x509.load_pem_x509_certificates(place.read_bytes())[:2]
    name = _Encoded(faulty.subject)
    right = issue(
        "right", name, listed, "2021-01-01", "2031-12-31", ca=True, usages=None,
        public_key=faulty.public_key(),
    )  # fmt: skip
    place.write_bytes(pem(_Certificate(leaf), right))


class _Certificate:
    """A certificate that is there already, to be written with others."""

    def __init__(self, certificate: x509.Certificate) -> None:
        from cryptography.hazmat.primitives.serialization import Encoding

        self.certificate = certificate
        self.der = certificate.public_bytes(Encoding.DER)


class _Encoded:
    """A name as a certificate has it."""

    def __init__(self, name: x509.Name) -> None:
        self._name = name

    def encoded(self) -> x509.Name:
        return self._name


def get_the_missing_one(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    missing = [ca for ca in (issuing, upper) if ca.name.text in finding["message"]]
    for keystore in (case.folder / "certificates").glob("*.jks"):
        keystore.write_bytes(java_keystore({"edi": [partner, issuing, upper]}))
    case.write("certificates/missing.pem", pem(*missing))


def own_list_of_roots(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    files = sorted((case.folder / "certificates").glob("*.pem"))
    found = [c for file in files for c in x509.load_pem_x509_certificates(file.read_bytes())]
    case.write("own-roots.pem", pem(_Certificate(found[-1])))
    case.arguments = ["--landscape", "custom", "--roots", f"{case.name}/own-roots.pem"]


def export_again(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    file, flow = case.file_of(finding), flow_of(channel(partner.pair))
    archive = file.suffix == ".zip"
    file.write_bytes(zipped(bundle(flow)) if archive else iflw(flow).encode())
    case.write("certificates/partner.pem", CHAIN)


def remove_the_doctype(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    case.edit(lambda text: re.sub(r"<!DOCTYPE.*\]>", "", text))


def double_the_backslash(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    file = case.file_of(finding)
    file.write_bytes(file.read_bytes().replace(rb"\u00fr", rb"\\u00fr"))


def export_the_certificate(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    case.file_of(finding).write_bytes(CHAIN)


def complete_the_block(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    with case.file_of(finding).open("ab") as file:
        file.write(b"\n-----END CERTIFICATE-----\n")


def follow_the_plan(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    number = finding["entry"]["ordinal"]
    for file in sorted((case.folder / "certificates").glob("*.pem")):
        arguments = ["renew", str(file), case.name, "--as-of", "2026-11-24", "--format", "json"]
        for plan in json.loads(CliRunner().invoke(cli, arguments).stdout)["renewals"]:
            for touched in plan["touched"]:
                left_behind = [entry["ordinal"] for entry in touched["old"]]
                if number not in left_behind:
                    continue
                if not touched["has_new"]:
                    case.add_row((plan["subject"], plan["issuer"]))
                for ordinal in sorted(left_behind, reverse=True):
                    case.remove_row(ordinal)
                return
    pytest.fail("no certificate at hand has a plan for this entry")


REMEDIES: tuple[tuple[str, Callable[[Case, dict[str, Any], re.Match[str]], None]], ...] = (
    (
        r"Enter the certificate's own (?:Subject DN (?P<subject>.+?))?(?: and )?"
        r"(?:Issuer DN (?P<issuer>.+))?$",
        enter_the_text,
    ),
    (r"Write it as: (.+)$", write_it_as),
    (r".*add a row for it: Subject DN (?P<subject>.+) and Issuer DN (?P<issuer>.+)$", add_the_row),
    (r"Add the subject DN and issuer DN of the sender's certificate", add_the_senders),
    (r"Enter the (subject DN and issuer )?DNs? of ", enter_the_senders),
    (r"Give the parameter its value", give_the_parameter_its_value),
    (r"Give \{\{(.+?)\}\} a value in parameters\.prop", define_the_parameter),
    (r"Get the renewed certificate from the sender", take_another_certificate),
    (r"The renewed certificate is at hand: `iflint renew FILE`", follow_the_plan),
    (r"Wait for that day, or let the sender use a certificate", take_another_certificate),
    (r"Let the sender get a certificate ", take_another_certificate),
    (r"Ask the CA for a certificate with Client Auth", take_another_certificate),
    (r"Get the successor of .*, or a client certificate under another", take_another_certificate),
    (r"Get the certificate itself from the CA", take_another_certificate),
    (r"Get this certificate and the one below it from the CA again", take_another_certificate),
    (r"Get the right certificate of this issuer from the CA", replace_the_issuer),
    (r"Get this certificate from the CA, add it to ", get_the_missing_one),
    (r"Have the certificate of this key replaced .*, and remove the file", replace_the_key),
    (r"Export or download it again|Export the integration flow again", export_again),
    (r"Remove the DOCTYPE", remove_the_doctype),
    (r"Write the character itself, or double the backslash", double_the_backslash),
    (r"Export the certificate again, as PEM", export_the_certificate),
    (r"Complete the block", complete_the_block),
)
"""What a remedy says, and who does it; the first one that fits counts."""


@pytest.fixture
def open_case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Case]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("IFLINT_CONFIG", raising=False)
    return lambda name: Case(tmp_path, name)


def apply(case: Case, finding: dict[str, Any]) -> None:
    assert "\n" not in finding["remedy"]
    for pattern, action in REMEDIES:
        said = re.match(pattern, finding["remedy"])
        if said:
            action(case, finding, said)
            return
    pytest.fail(f"nobody knows how to do this: {finding['remedy']}")


@pytest.mark.parametrize("name", CASES)
def test_the_remedy_of_an_error_leaves_no_error(name, open_case) -> None:
    case = open_case(name)
    for _ in range(TURNS):
        errors = case.errors()
        if not errors:
            return
        apply(case, errors[0])
    assert [(error["name"], error["message"]) for error in case.errors()] == []


@pytest.mark.parametrize(
    "name", ["unsupported-root/bad-private-root", "unsupported-root/bad-removed-root"]
)
def test_the_list_of_a_custom_domain_is_the_other_way_out(name, open_case) -> None:
    case = open_case(name)
    (finding,) = case.errors()
    said = re.search(r"--landscape custom --roots FILE", finding["remedy"])
    own_list_of_roots(case, finding, said)
    assert case.errors() == []


def test_every_rule_of_errors_is_mended_here() -> None:
    assert {name.partition("/")[0] for name in CASES} == OF_ERRORS
