"""No name does anything in any format of any command, and no secret stands in one."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from commands.hostile_names import AT_THE_FRONT, MARK, TOGETHER, in_file_name, repository
from exports import FIXTURES
from iflint.commands.main import cli
from iflint.words.visible import is_invisible

SCHEMAS = Path(__file__).resolve().parents[1] / "reporters"
AS_OF = ("--as-of", "2026-11-24")
ROOTS = ("--roots", "roots.pem")

COMMANDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "check": (
        ("check", ".", "--fail-on", "never"),
        ("text", "sarif", "json", "html", "junit", "github", "gitlab", "concise", "markdown"),
    ),
    "check in environments": (
        ("check", ".", "--all-environments", "--fail-on", "never"),
        ("text", "sarif", "json", "html", "junit", "github", "gitlab", "concise", "markdown"),
    ),
    "certificates": (
        ("certificates", "."),
        ("table", "json", "csv", "ics", "html", "markdown", "openmetrics"),
    ),
    "channels": (("channels", "."), ("table", "json", "csv")),
    "forecast": (("forecast", "."), ("table", "json", "csv", "ics", "markdown")),
    "renew": (("renew", "{more}", "."), ("text", "markdown", "json")),
    "sender": (("sender", "certificates/sender.jks", "."), ("text", "markdown", "json")),
    "chain": (("chain", "certificates", "keys"), ("text", "json")),
    "config": (("config", "."), ("table", "json")),
    "fix": (("fix", ".", "--diff", "--unsafe-fixes", "--add-successor"), ("",)),
    "roots": (("roots", "list"), ("table", "json")),
    "explain": (("explain", "subject: cn=old; issuer: cn=a", "."), ("text", "markdown", "json")),
}
COMMAND_OF_A_SERVER = re.compile(
    r"^\s*::[a-z-]+|##\[|##vso\[|##teamcity\[", re.MULTILINE | re.IGNORECASE
)
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The repository of a name, made when first asked for."""
    folders: dict[str, Path] = {}

    def make(kind: str) -> Path:
        if kind not in folders:
            folders[kind] = tmp_path_factory.mktemp("hostile")
            repository(folders[kind], written(kind))
        return folders[kind]

    return make


def written(kind: str) -> str:
    """The name of a kind, with its mark."""
    return AT_THE_FRONT[kind] if kind in AT_THE_FRONT else MARK + TOGETHER[kind]


def outputs(name: str, file: str, folder: Path) -> Iterator[tuple[str, str]]:
    """What a command prints in each format, with the format, and what it says beside with none.

    Formats of one run are files but for the first; a file that is named gets what is printed.
    """
    arguments, formats = COMMANDS[name]
    asked = [part.format(more=f"certificates/more {file}.pem") for part in arguments]
    if name not in ("config", "explain"):
        asked += AS_OF
    if name.startswith("check"):
        first, *others = formats
        for each in others:
            asked += ["--format", f"{each}={folder / each}"]
        printed, beside = run([*asked, "--format", first])
        yield first, printed
        yield "", beside
        yield from ((each, (folder / each).read_bytes().decode()) for each in others)
        return
    for each in formats:
        printed, beside = run([*asked, *(["--format", each] if each else [])])
        yield each, printed
        yield "", beside


def run(arguments: list[str]) -> tuple[str, str]:
    """What a command prints, and what it says beside."""
    result = CliRunner().invoke(cli, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in (0, 1), result.output
    return result.stdout_bytes.decode(), result.stderr


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("kind", TOGETHER)
def test_no_name_does_anything(made, monkeypatch, tmp_path, kind, name) -> None:
    monkeypatch.chdir(made(kind))
    for form, text in outputs(name, in_file_name(written(kind)), tmp_path):
        check_output(form, text)


@pytest.mark.parametrize("kind", AT_THE_FRONT)
def test_no_name_does_anything_at_the_beginning(made, monkeypatch, tmp_path, kind) -> None:
    monkeypatch.chdir(made(kind))
    for name in ("check", "certificates", "channels"):
        for form, text in outputs(name, in_file_name(written(kind)), tmp_path):
            check_output(form, text)


@pytest.mark.parametrize("name", ["--x\n::error::owned", "-\x1b[2J\x9b", "--as-of=\n##[error]x"])
@pytest.mark.parametrize("command", ["check", "hook", "chain", "x\n::error::owned"])
def test_no_argument_does_anything(workplace, command, name) -> None:
    result = CliRunner().invoke(cli, [command, name])
    assert result.exit_code == 2
    check_output("", result.stdout)
    check_output("", result.stderr)


@pytest.mark.parametrize("kind", ["markup", "lines"])
def test_no_table_does_anything(workplace, kind) -> None:
    name = written(kind)
    table = json.loads((FIXTURES / "rules" / "trust-table.json").read_text("utf-8"))
    table["source"] = table["neo_list"]["source"] = name
    for each in table["roots"]:
        each["key"] = name
    Path("table.json").write_text(json.dumps(table), "utf-8")
    cas = json.loads((FIXTURES / "rules" / "public-cas.json").read_text("utf-8"))
    Path("cas.json").write_text(json.dumps(cas | {"source": name}), "utf-8")
    tables = ("--roots", "table.json", "--public-cas", "cas.json")
    for arguments, formats in (
        (("roots", "list", *tables), ("table", "json", "csv")),
        (("roots", "diff", "1.0.0", "4.0.0", *tables[:2]), ("table", "json")),
        (("check", ".", "--fail-on", "never", *tables), COMMANDS["check"][1]),
    ):
        for form in formats:
            printed, beside = run([*arguments, *AS_OF, "--format", form])
            check_output(form, printed)
            check_output("", beside)


def check_output(form: str, text: str) -> None:
    """Read a text as its consumer does."""
    if form != "github":
        assert COMMAND_OF_A_SERVER.findall(text) == []
    CONSUMERS.get(form, as_text)(text)


PASSWORD, TOKEN, QUERY = "gEh31m-Passw0rd", "t0kEn-7777", "qUeRy-5ecret"
ADDRESS = f"https://us3r-name:{PASSWORD}@h.example/orders?access_token={QUERY}&x=y"


@pytest.fixture(scope="module")
def with_secrets(tmp_path_factory):
    """A repository with secrets in it, and what no output may hold."""
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    secrets = {"password": PASSWORD, "token": TOKEN, "url": ADDRESS, "key": key.decode()}
    folder = tmp_path_factory.mktemp("secrets")
    repository(folder, "plain", secrets)
    lines = [line[at : at + 12] for line in secrets["key"].split("\n")[1:4] for at in (0, 20, 40)]
    encoded = base64.b64encode(key).decode()
    return folder, [PASSWORD, TOKEN, QUERY, "us3r-name", encoded[60:90], *filter(None, lines)]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_is_in_any_output(with_secrets, monkeypatch, tmp_path, name) -> None:
    folder, secrets = with_secrets
    monkeypatch.chdir(folder)
    seen = False
    for _, text in outputs(name, "plain", tmp_path):
        assert [each for each in secrets if each in text.replace("\r\n ", "")] == []
        seen = seen or "https://***@h.example/orders?access_token=***&x=y" in text
    assert seen or name not in ("check", "channels")


def acts_in_a_terminal(text: str, but: str = "\n") -> list[str]:
    """The characters of a text that steer a terminal or can't be seen."""
    return [repr(each) for each in text if is_invisible(ord(each)) and each not in but]


def as_text(text: str) -> None:
    assert acts_in_a_terminal(text) == []


def as_json(text: str) -> None:
    as_text(text)
    json.loads(text)


def as_sarif(text: str) -> None:
    as_json(text)
    _sarif().validate(json.loads(text))


@cache
def _sarif() -> jsonschema.Draft7Validator:
    schema = (SCHEMAS / "sarif-schema-2.1.0.json").read_text("utf-8")
    return jsonschema.Draft7Validator(json.loads(schema))


def as_junit(text: str) -> None:
    as_text(text)
    schema = etree.XMLSchema(etree.parse(SCHEMAS / "junit.xsd"))
    schema.assertValid(etree.fromstring(text.encode()))


def as_html(text: str) -> None:
    as_text(text)
    page = etree.HTML(text)
    assert {each.tag for each in page.iter("script", "style", "img", "iframe", "object")} <= {
        "script",
        "style",
    }
    assert len(page.findall(".//script")) <= 1
    assert len(page.findall(".//title")) == 1 + len(page.findall(".//svg//title"))
    for each in page.iter(etree.Element):
        assert not [key for key in each.attrib if key.startswith("on")]
        for key in ("href", "src", "action", "data"):
            assert re.match(r"#|https://|data:|$", each.get(key, "")), each.get(key)


def as_github(text: str) -> None:
    as_text(text)
    *lines, _ = text.splitlines()
    for line in lines:
        assert re.match(r"::(error|warning|notice) (file|title)=", line) or not (
            COMMAND_OF_A_SERVER.search(line)
        ), line


def as_csv(text: str) -> None:
    as_text(text)
    rows = list(csv.reader(io.StringIO(text), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    for cell in (cell for row in rows for cell in row):
        is_number = re.fullmatch(r"-?\d+", cell)
        assert is_number or not cell.lstrip(" \u00a0").startswith(FORMULA), cell


def as_calendar(text: str) -> None:
    assert acts_in_a_terminal(text, "\r\n") == []
    lines = text.replace("\r\n ", "").split("\r\n")
    assert not any("\n" in line or "\r" in line for line in lines)
    known = {
        "BEGIN:VCALENDAR",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "NAME",
        "X-WR-CALNAME",
        "BEGIN:VEVENT",
        "UID",
        "DTSTAMP",
        "DTSTART;VALUE=DATE",
        "SUMMARY",
        "DESCRIPTION",
        "TRANSP",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    }
    for line in filter(None, lines):
        assert line in known or line.partition(":")[0] in known, line
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def as_markdown(text: str) -> None:
    as_text(text)
    parser = MarkdownIt("gfm-like", {"html": True, "linkify": False})
    for token in _tokens(parser.parse(text)):
        assert token.type not in ("image", "html_block"), token.content
        if token.type == "html_inline":
            assert token.content in ("<br>", "<!-- -->"), token.content
        if token.type == "link_open":
            assert str(token.attrs["href"]).startswith(("https://", "#")), token.attrs
            assert "h.example" not in str(token.attrs["href"])
        if token.type == "heading_open":
            assert token.markup in ("##", "###", "#"), token
        if token.type == "inline" and token.content.strip() == "owned":
            raise AssertionError(token)


def as_openmetrics(text: str) -> None:
    as_text(text)
    for family in text_string_to_metric_families(text):
        assert family.name.startswith(("x509_cert_", "iflint_"))


def _tokens(tokens) -> Iterator:
    for token in tokens:
        yield token
        yield from token.children or ()


CONSUMERS = {
    "json": as_json,
    "gitlab": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "html": as_html,
    "github": as_github,
    "csv": as_csv,
    "ics": as_calendar,
    "markdown": as_markdown,
    "openmetrics": as_openmetrics,
}
