"""A new certificate has come: what is touched, in which order, by when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root
from iflint.commands.main import cli

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
TOP = root("renew-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
FIRST = intermediate("renew-ca1", dn("CN=CA 1", "O=Example"), TOP, "2020-01-01", "2035-01-01")
SECOND = intermediate("renew-ca2", dn("CN=CA 2", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example.com", "O=Example")
OLD = issue("renew-old", NAME, FIRST, "2025-12-13", "2026-12-12")
SAME_PAIR = issue("renew-same", NAME, FIRST, "2026-12-01", "2027-12-01")
OTHER_PAIR = issue("renew-other", NAME, SECOND, "2026-12-01", "2027-12-01")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "certs").mkdir()
    (tmp_path / "roots.pem").write_bytes(pem(TOP))
    (tmp_path / "certs" / "all.pem").write_bytes(pem(FIRST, SECOND, OLD))
    (tmp_path / "iflint.toml").write_text('roots = ["roots.pem"]\ncertificates = ["certs"]\n')
    write_flow(tmp_path, [OLD.pair])
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "same.pem").write_bytes(pem(SAME_PAIR, FIRST))
    (tmp_path / "new" / "other.pem").write_bytes(pem(SECOND, OTHER_PAIR))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_flow(folder: Path, entries) -> None:
    described = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", entries)])
    for name, content in bundle(described).items():
        path = folder / "flow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def renew(certificate: str, *arguments: str) -> str:
    result = CliRunner().invoke(
        cli, ["renew", certificate, "flow", "--as-of", "2026-11-24", *arguments]
    )
    assert result.exit_code == 0, result.output
    return result.stdout


def plan(certificate: str, *arguments: str) -> dict:
    (found,) = json.loads(renew(certificate, "--format", "json", *arguments))["renewals"]
    return found


def test_the_same_pair_means_nothing_to_deploy(folder: Path) -> None:
    found = plan("new/same.pem")
    (touched,) = found["touched"]
    assert (touched["has_new"], touched["old"]) == (True, [])
    (switch,) = found["steps"]
    assert (switch["since"], switch["until"], switch["days_left"]) == (
        "2026-12-01",
        "2026-12-12",
        18,
    )
    assert "nothing to deploy" in renew("new/same.pem")


def test_another_pair_follows_the_order_of_the_procedure(folder: Path) -> None:
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in found["steps"]] == [
        "Add",
        "Redeploy",
        "The",
        "After",
        "Redeploy",
    ]
    add = found["steps"][0]
    assert add["row"] == [OTHER_PAIR.certificate.subject.rfc4514_string(), "CN=CA 2,O=Example"]
    assert (add["until"], add["days_left"]) == ("2026-12-12", 18)


def test_a_step_whose_last_day_has_passed_is_overdue(folder: Path) -> None:
    assert "by 2026-12-12 (8 days overdue)" in renew("new/other.pem", "--as-of", "2026-12-20")


def test_following_the_plan_leaves_only_what_it_says(folder: Path) -> None:
    write_flow(folder, [OLD.pair, OTHER_PAIR.pair])
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in found["steps"]] == ["The", "After", "Redeploy"]
    write_flow(folder, [OTHER_PAIR.pair])
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in found["steps"]] == ["The"]


def test_what_is_wrong_with_the_certificate_itself(folder: Path) -> None:
    found = plan("new/same.pem")
    assert [problem["code"] for problem in found["problems"]] == ["IFL103"]


def test_a_certificate_that_cannot_work_is_put_right_before_all_else(folder: Path) -> None:
    server = issue("renew-srv", NAME, SECOND, "2026-12-01", "2027-12-01", usages=[SERVER_AUTH])
    (folder / "new" / "server.pem").write_bytes(pem(server, SECOND))
    first, second, *_ = plan("new/server.pem")["steps"]
    assert "wrong with the certificate" in first["what"]
    assert (first["until"], second["what"].split()[0]) == ("2026-12-12", "Add")


def test_a_certificate_that_begins_too_late_leaves_a_gap(folder: Path) -> None:
    late = issue("renew-late", NAME, FIRST, "2027-01-10", "2028-01-01")
    (folder / "new" / "late.pem").write_bytes(pem(late, FIRST))
    (switch,) = plan("new/late.pem")["steps"]
    assert (switch["since"], switch["until"], switch["days_left"]) == ("2027-01-10", None, None)
    assert "on 2026-12-12: in between nobody can call" in switch["what"]
    (switch,) = plan("new/late.pem", "--as-of", "2027-02-01")["steps"]
    assert "nobody can call" not in switch["what"]


def test_a_name_without_a_common_name_is_known_by_the_whole_subject(folder: Path) -> None:
    name = dn("OU=Orders", "O=Example")
    old = issue("renew-nocn-old", name, FIRST, "2025-12-13", "2026-12-12")
    new = issue("renew-nocn-new", name, SECOND, "2026-12-01", "2027-12-01")
    write_flow(folder, [old.pair])
    (folder / "new" / "nocn.pem").write_bytes(pem(new, SECOND))
    (touched,) = plan("new/nocn.pem")["touched"]
    assert (touched["has_new"], len(touched["old"])) == (False, 1)


def test_every_configured_environment_is_looked_at(folder: Path) -> None:
    for name, pair in (("qa", OLD.pair), ("prod", OLD.pair), ("dev", ("CN=x", "CN=y"))):
        values = "".join(f"{key}={value}\n" for key, value in zip("SI", pair, strict=True))
        (folder / f"{name}.prop").write_text(values, encoding="utf-8")
    with (folder / "iflint.toml").open("a", encoding="utf-8") as file:
        for name in ("dev", "qa", "prod"):
            file.write(f"[environments.{name}]\nparameters = ['{name}.prop']\n")
    write_flow(folder, [("{{S}}", "{{I}}")])
    (touched,) = plan("new/other.pem")["touched"]
    assert touched["environments"] == ["qa", "prod"]
    assert "nothing to do" in renew("new/other.pem", "--environment", "dev")


def test_a_stranger_touches_nothing(folder: Path) -> None:
    stranger = issue("renew-x", dn("CN=x", "O=X"), FIRST, "2026-01-01", "2027-12-01")
    (folder / "new" / "x.pem").write_bytes(pem(stranger))
    assert plan("new/x.pem")["touched"] == []
    assert "nothing to do" in renew("new/x.pem")


def test_markdown_is_a_checklist_with_the_row_to_copy(folder: Path) -> None:
    text = renew("new/other.pem", "--format", "markdown")
    assert "1. [ ] Add this row" in text
    assert "issuer   CN=CA 2,O=Example" in text


@pytest.mark.parametrize(
    ("file", "said"), [("nowhere.pem", "does not exist"), ("iflint.toml", "iflint.toml")]
)
def test_a_file_without_a_certificate_is_wrong_usage(folder: Path, file: str, said: str) -> None:
    result = CliRunner().invoke(cli, ["renew", file, "flow"])
    assert result.exit_code == 2
    assert said in result.stderr


def test_a_keystore_without_its_password_says_how_to_give_it(folder: Path) -> None:
    locked = serialization.BestAvailableEncryption(b"secret")
    held = [OTHER_PAIR.certificate]
    keystore = pkcs12.serialize_key_and_certificates(None, None, None, held, locked)
    (folder / "new" / "keystore.p12").write_bytes(keystore)
    for command in (["renew", "new/keystore.p12", "flow"], ["chain", "new/keystore.p12"]):
        result = CliRunner().invoke(cli, command)
        assert result.exit_code == 2
        assert "--keystore-password-env NAME" in result.stderr
