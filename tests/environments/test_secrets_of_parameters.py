"""Of the values of parameters only DNs, authorizations, roles and addresses are told."""

import json

import pytest
from click.testing import CliRunner

from exports import Channel, Flow, bundle
from iflint.commands.main import cli
from iflint.reporters import REPORTERS

PLANTED = "planted-secret"
VALUES = {
    "Password": PLANTED,
    "Subject": "CN=edi.partner.example, O=Partner, CN",
    "Token": f"{PLANTED}-too",
    "Issuer": "CN=Example CA, O=Example",
    "Key": f"-----BEGIN PRIVATE KEY----- {PLANTED}",
}


def properties(values):
    return "".join(
        f"{name}={value.replace('=', chr(92) + '=')}\n" for name, value in values.items()
    )


def dump(values):
    return json.dumps([{"ParameterKey": k, "ParameterValue": v} for k, v in values.items()])


def broken(values):
    return dump(values).replace("}, {", "} {", 1)


def malformed(values):
    return properties({name: value + "\\u12" for name, value in values.items()})


@pytest.fixture
def flow(tmp_path, monkeypatch):
    """A flow whose pair is in parameters, among others that are secrets."""
    channel = Channel("HTTPS", "/orders", [("{{Subject}}", "{{Issuer}}")])
    for name, content in bundle(Flow("Orders", "Orders", [channel], parameters=VALUES)).items():
        (tmp_path / "Orders" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "Orders" / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("written", [properties, dump, broken, malformed])
@pytest.mark.parametrize("name", REPORTERS)
def test_no_format_tells_a_secret(flow, written, name) -> None:
    (flow / "qa.txt").write_text(written(VALUES))
    arguments = ("check", "Orders", "--parameters", "qa.txt", "--format", name, "--verbose")
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 1
    assert PLANTED not in result.output + result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("channels", "Orders"),
        ("channels", "Orders", "--format", "json"),
        ("certificates", "Orders"),
        ("forecast", "Orders"),
        ("config", "Orders"),
    ],
    ids=" ".join,
)
def test_no_command_tells_a_secret(flow, arguments) -> None:
    (flow / "qa.json").write_text(dump(VALUES))
    more = () if arguments[0] == "certificates" else ("--parameters", "qa.json")
    result = CliRunner().invoke(cli, [*arguments, *more])
    assert result.exit_code in (0, 1), result.stderr
    assert PLANTED not in result.output + result.stderr
