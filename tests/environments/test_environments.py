"""One set of flows in several environments: whose parameters count, and what is said once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root
from iflint.commands.main import cli

PROPERTIES = "Subject={subject}\nIssuer={issuer}\nAuth=ClientCertificate\n"


def escaped(text: str) -> str:
    return text.replace("=", "\\=").replace(":", "\\:")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository in FlashPipe's layout: `Orders` with values for QA and PROD."""
    top = root("env-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
    middle = intermediate("env-ca", dn("CN=CA", "O=Example"), top, "2020-01-01", "2035-01-01")
    good = issue("env-good", dn("CN=prod", "O=Example"), middle, "2026-01-01", "2027-12-31")
    old = issue("env-old", dn("CN=qa", "O=Example"), middle, "2025-01-01", "2026-01-31")
    folder = tmp_path / "Package" / "Orders"
    described = Flow(
        "Orders",
        "Orders",
        [Channel("HTTPS", "/orders", [("{{Subject}}", "{{Issuer}}")], authorization="{{Auth}}")],
        parameters={"Auth": "RoleBased", "Subject": "CN=dev, O=Example", "Issuer": ""},
    )
    for name, content in bundle(described).items():
        write(folder / name, content)
    for environment, leaf in (("QA", old), ("PROD", good)):
        subject, issuer = map(escaped, leaf.pair)
        write(
            folder / environment / "parameters.prop",
            PROPERTIES.format(subject=subject, issuer=issuer).encode(),
        )
    write(tmp_path / "certs" / "all.pem", pem(middle, good, old))
    write(tmp_path / "roots.pem", pem(top))
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def configure(folder: Path, text: str) -> None:
    head = 'roots = ["roots.pem"]\nplatform = "custom"\n'
    (folder / "iflint.toml").write_text(head + text, encoding="utf-8")


BY_FOLDER = """
[environments.dev]
[environments.qa]
parameters = ["{artifact}/QA/parameters.prop"]
[environments.prod]
parameters = ["{artifact}/PROD/parameters.prop"]
"""


def check(*arguments: str) -> tuple[int, list[tuple[str, tuple[str, ...]]], dict]:
    result = CliRunner().invoke(
        cli, ["check", ".", "--as-of", "2026-11-24", "--format", "json", *arguments]
    )
    assert result.exit_code in (0, 1), result.output
    report = json.loads(result.stdout)["report"]
    found = [(f["code"], tuple(f["environments"])) for f in report["findings"]]
    return result.exit_code, found, report


def test_each_environment_has_its_own_values(repository: Path) -> None:
    configure(repository, BY_FOLDER)
    assert check("--environment", "prod")[:2] == (0, [])
    assert check("--environment", "qa")[:2] == (1, [("IFL101", ("qa",))])
    assert check("--environment", "dev")[:2] == (0, [("IFL307", ("dev",))])


def test_an_environment_whose_parameter_files_are_not_found_is_told(repository: Path) -> None:
    pattern = 'parameters = ["{artifact}/%s/parameters.prop"]\n'
    configure(
        repository,
        f"[environments.prod]\n{pattern % 'PROD'}[environments.misspelled]\n{pattern % 'PRD'}",
    )
    result = CliRunner().invoke(cli, ["check", "--all-environments", "--as-of", "2026-11-24"])
    told = " ".join(result.stdout.split())
    assert "platform custom, own parameters for 1 of 1 iFlow" in told
    assert "platform custom, no own parameters" in told


def test_a_flow_that_only_an_environment_makes_matter_is_drawn(repository: Path) -> None:
    """By its own parameters its channel is authorized by role, and the pair is not read."""
    described = Flow(
        "Orders",
        "Orders",
        [Channel("HTTPS", "/orders", authorization="{{Auth}}")],
        parameters={"Auth": "RoleBased"},
    )
    for name, content in bundle(described).items():
        write(repository / "Package" / "Orders" / name, content)
    configure(repository, BY_FOLDER)
    asked = ["check", "--environment", "qa", "--as-of", "2026-11-24", "--format", "html=page.html"]
    assert CliRunner().invoke(cli, asked).exit_code == 1
    assert 'class="flow"' in (repository / "page.html").read_text("utf-8")


def test_a_misnamed_value_of_an_environment_is_told(repository: Path) -> None:
    """Names compare exactly, so the default counts, and a gate would be green."""
    configure(repository, BY_FOLDER)
    file = repository / "Package" / "Orders" / "PROD" / "parameters.prop"
    right = file.read_text("utf-8")
    assert check("--environment", "prod")[2]["misnamed_values"] == []
    file.write_text(right.replace("Subject=", "Sujbect="), "utf-8")
    (told,) = check("--all-environments")[2]["misnamed_values"]
    assert (told["name"], told["meant"], told["environment"]) == (
        "Sujbect",
        "Subject",
        "prod",
    )
    arguments = ["check", "--environment", "prod", "--as-of", "2026-11-24"]
    said = " ".join(CliRunner().invoke(cli, arguments).stdout.split())
    assert "Did you mean 'Subject'? The file has no value for it." in said


def test_one_of_several_patterns_that_leads_to_no_file_is_told(repository: Path) -> None:
    """Also beside one that does; not of a single flow, for which there need be none."""
    patterns = '"{artifact}/QA/parameters.prop", "shared/{id}.json"'
    configure(repository, f"[environments.qa]\nparameters = [{patterns}]\n")
    _, _, report = check("--environment", "qa")
    idle = {"setting": "parameters", "pattern": "shared/{id}.json", "environment": "qa"}
    assert report["idle_patterns"] == [idle]
    told = CliRunner().invoke(cli, ["check", "--environment", "qa", "--as-of", "2026-11-24"])
    said = (
        "The pattern 'shared/{id}.json' in parameters of environment 'qa' leads to no file of any"
    )
    assert said in " ".join(told.stdout.split())
    flow = CliRunner().invoke(cli, ["check", "Package/Orders", "--environment", "qa"])
    assert "leads to no file" not in flow.stdout


def test_a_finding_says_once_in_which_environments_it_holds(repository: Path) -> None:
    again = BY_FOLDER.replace("dev]", "dev2]").replace("qa]", "qa2]")
    configure(repository, BY_FOLDER + again.partition("[environments.prod]")[0])
    _, found, report = check("--all-environments")
    assert sorted(found) == [("IFL101", ("qa", "qa2")), ("IFL307", ("dev", "dev2"))]
    files = {e["name"]: e["parameter_files"] for e in report["environments"]}
    assert files == {"dev": 0, "qa": 1, "prod": 1, "dev2": 0, "qa2": 1}


def test_a_channel_is_listed_for_each_environment_in_which_it_differs(repository: Path) -> None:
    configure(repository, BY_FOLDER)
    _, _, report = check("--all-environments")
    assert [
        (channel["environment"], channel["authorization"], channel["entries"][0]["subject"])
        for channel in report["iflows"][0]["channels"]
    ] == [
        ("dev", "RoleBased", "CN=dev, O=Example"),
        ("qa", "ClientCertificate", "CN=qa, O=Example"),
        ("prod", "ClientCertificate", "CN=prod, O=Example"),
    ]
    configure(repository, BY_FOLDER.replace("/QA/", "/PROD/").replace("[environments.dev]", ""))
    _, _, report = check("--all-environments")
    (channel,) = report["iflows"][0]["channels"]
    assert channel["environment"] == ""


def test_the_platform_is_one_of_its_settings(repository: Path) -> None:
    configure(
        repository,
        '[environments.prod]\nplatform = "cf"\nroots = []\n'
        'parameters = ["{artifact}/PROD/parameters.prop"]\n',
    )
    _, found, report = check("--environment", "prod")
    assert found == [("IFL201", ("prod",))]
    assert report["environments"][0]["trust"]["platform"] == "cf"


def test_certificates_of_an_environment(repository: Path) -> None:
    write(repository / "empty" / "readme.txt", b"no certificate here")
    configure(
        repository,
        '[environments.prod]\ncertificates-only = ["empty"]\n'
        'parameters = ["{artifact}/PROD/parameters.prop"]\n',
    )
    assert check("--environment", "prod")[1] == [("IFL302", ("prod",))]


@pytest.mark.parametrize(
    ("shared", "own", "found"),
    [
        ('certificates = ["middle.pem"]\n', 'certificates = ["certs"]\n', 0),
        ('certificates = ["certs"]\n', 'certificates = ["middle.pem"]\n', 0),
        ("", 'certificates = ["certs"]\n', 0),
        ('certificates = ["certs"]\n', 'certificates-only = ["middle.pem"]\n', 1),
        ("", "certificates-only = []\n", 1),
        ("", 'certificates-only = ["middle.pem"]\ncertificates = ["certs"]\n', 0),
    ],
)
def test_certificates_of_an_environment_are_added_to_the_runs(
    repository: Path, shared: str, own: str, found: int
) -> None:
    """What both name counts once."""
    text = (repository / "certs" / "all.pem").read_bytes()
    write(
        repository / "middle.pem",
        text[: text.index(b"-----END CERT")] + b"-----END CERTIFICATE-----\n",
    )
    parameters = 'parameters = ["{artifact}/PROD/parameters.prop"]\n'
    configure(repository, f"{shared}[environments.prod]\n{parameters}{own}")
    _, findings, report = check("--environment", "prod")
    assert [code for code, _ in findings] == ["IFL302"] * found
    places = [
        place["file"]["path"]
        for flow in report["iflows"]
        for channel in flow["channels"]
        for entry in channel["entries"]
        for held in entry["certificates"]
        for place in held["certificate"]["locations"]
    ]
    assert places == ["certs/all.pem"] * (1 - found)


def test_the_certificates_of_the_environment_with_the_most_are_counted(repository: Path) -> None:
    write(repository / "empty" / "readme.txt", b"no certificate here")
    whole = '[environments.qa]\nparameters = ["{artifact}/QA/parameters.prop"]\n'
    without = '[environments.prod]\ncertificates-only = ["empty"]\n'
    for text in (whole + without, without + whole):
        configure(repository, text)
        _, _, report = check("--all-environments")
        assert (report["certificates"], report["certificate_files"]) == (4, 2)


def test_one_file_of_json_for_each_artifact(repository: Path) -> None:
    """As scicm keeps them, and as a dump of the OData service gives them."""
    values = (repository / "Package/Orders/PROD/parameters.prop").read_text().splitlines()
    entries = []
    for line in values:
        key, _, value = line.partition("=")
        entries.append({"ParameterKey": key, "ParameterValue": value.replace("\\", "")})
    kept = {"artifactConfigurations": [{"artifactId": "x", "configurations": entries}]}
    write(repository / "configuration/Package/Orders.json", json.dumps(kept).encode())
    write(repository / "dump/Orders.json", json.dumps({"d": {"results": entries}}).encode())
    configure(
        repository,
        '[environments.scicm]\nparameters = ["configuration/{package}/{artifact}.json"]\n'
        '[environments.dump]\nparameters = ["dump/{id}.json"]\n',
    )
    assert check("--all-environments")[1] == []


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        ("", ("--environment", "prod"), "a table [environments.NAME] in iflint.toml makes"),
        ("", ("--all-environments",), "no environment"),
        ("[environments.prod]", ("--environment", "prood"), "did you mean 'prod'"),
        ("[environments]\nprod = 3", (), "iflint.toml:4:1: takes a table"),
        ("[environments.prod]\nlandscap = 'neo'", (), "iflint.toml:4:1: unknown setting"),
        ("[environments.prod]\nparameters = ['{artifat}/x']", (), "no placeholder"),
        ("[environments.prod]\nroots = ['nowhere.pem']", (), "does not exist"),
    ],
)
def test_what_is_wrong_is_said(repository: Path, text: str, arguments, said: str) -> None:
    configure(repository, text)
    result = CliRunner().invoke(cli, ["check", ".", *arguments])
    assert result.exit_code == 2
    assert said in result.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("channels", "."),
        ("certificates", "."),
        ("forecast", "."),
        ("renew", "certs/all.pem", "."),
        ("sender", "certs/all.pem", "."),
    ],
    ids=lambda command: command[0],
)
def test_a_pattern_that_leads_to_no_file_is_said(repository: Path, command) -> None:
    configure(repository, BY_FOLDER.replace("/PROD/", "/PRD/"))
    result = CliRunner().invoke(
        cli, [*command, "--as-of", "2026-11-24", "--environment", "qa", "--environment", "prod"]
    )
    assert result.exit_code in (0, 1)  # renew: what it would be refused for is told
    assert result.stderr.splitlines() == [
        "iflint: environment 'prod' has no parameters of its own: no file at"
        " '{artifact}/PRD/parameters.prop'"
    ]
