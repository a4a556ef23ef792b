"""A new certificate has come: what is touched, in which order, by when."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from caller_files import base64_of, key
from exports import (
    UTF8,
    Channel,
    Flow,
    bundle,
    dn,
    intermediate,
    issue,
    key_pem,
    mappings_by_date,
    pem,
    root,
)
from iflint.commands.main import cli

SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH
TOP = root("renew-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
FIRST = intermediate("renew-ca1", dn("CN=CA 1", "O=Example"), TOP, "2020-01-01", "2035-01-01")
SECOND = intermediate("renew-ca2", dn("CN=CA 2", "O=Example"), TOP, "2020-01-01", "2035-01-01")
NAME = dn("CN=orders.example.com", "O=Example")
OLD = issue("renew-old", NAME, FIRST, "2025-12-13", "2026-12-12")
SAME_PAIR = issue("renew-same", NAME, FIRST, "2026-12-01", "2027-12-01")
OTHER_PAIR = issue("renew-other", NAME, SECOND, "2026-12-01", "2027-12-01")


def environments(folder: Path, setting: str, *names: str) -> None:
    """Add tables of environments to the configuration, each with a setting that may name it."""
    with (folder / "iflint.toml").open("a", encoding="utf-8") as file:
        for name in names:
            file.write(f"[environments.{name}]\n{setting.format(name=name)}\n")


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


def renew(certificate: str, *arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(
        cli, ["renew", certificate, "flow", "--as-of", "2026-11-24", *arguments]
    )
    assert result.exit_code == exit_code, result.output
    return result.stdout


def plan(certificate: str, *arguments: str, exit_code: int = 0) -> dict:
    said = renew(certificate, "--format", "json", *arguments, exit_code=exit_code)
    (found,) = json.loads(said)["renewals"]
    return found


def steps(found: dict) -> list[dict]:
    (schedule,) = found["schedules"]
    return schedule["steps"]


def test_the_same_pair_means_nothing_to_deploy(folder: Path) -> None:
    found = plan("new/same.pem")
    (touched,) = found["touched"]
    assert (touched["has_new"], touched["old"]) == (True, [])
    (switch,) = steps(found)
    assert (switch["since"], switch["until"], switch["days_left"]) == (
        "2026-12-01",
        "2026-12-12",
        18,
    )
    assert "nothing to deploy" in renew("new/same.pem")


def test_another_pair_follows_the_order_of_the_procedure(folder: Path) -> None:
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in steps(found)] == [
        "Add",
        "Redeploy",
        "The",
        "After",
        "Redeploy",
    ]
    add = steps(found)[0]
    assert add["row"] == [OTHER_PAIR.certificate.subject.rfc4514_string(), "CN=CA 2,O=Example"]
    assert (add["until"], add["days_left"]) == ("2026-12-12", 18)


def test_a_step_whose_last_day_has_passed_is_overdue(folder: Path) -> None:
    assert "by 2026-12-12 (8 days overdue)" in renew("new/other.pem", "--as-of", "2026-12-20")


def test_following_the_plan_leaves_only_what_it_says(folder: Path) -> None:
    write_flow(folder, [OLD.pair, OTHER_PAIR.pair])
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in steps(found)] == ["The", "After", "Redeploy"]
    write_flow(folder, [OTHER_PAIR.pair])
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in steps(found)] == ["The"]


@pytest.mark.parametrize(
    "row",
    [
        ("O=Example, CN=orders.example.com", "CN=CA 2, O=Example"),
        ("CN=orders.example.com, O=Example", "O=Example, CN=CA 2"),
        ("CN=CA 2, O=Example", "CN=orders.example.com, O=Example"),
        ("CN=orders.example.com, O=Example,", "CN=CA 2, O=Example"),
    ],
    ids=["subject", "issuer", "exchanged", "malformed"],
)
def test_a_row_that_is_meant_for_it_is_corrected(folder: Path, row) -> None:
    """A second row beside it would leave the first one there for good."""
    write_flow(folder, [row])
    found = plan("new/other.pem")
    assert [step["what"].split()[0] for step in steps(found)] == ["Correct", "Redeploy", "The"]
    assert steps(found)[0]["row"][1] == "CN=CA 2,O=Example"
    said = " ".join(renew("new/other.pem").split())
    assert "A row keeps it out of 1 channel in 1 iFlow; correct the row and redeploy the" in said
    write_flow(folder, [OLD.pair, row])
    both = [step["what"].split()[0] for step in steps(plan("new/other.pem"))]
    assert both == ["Correct", "Redeploy", "The", "After", "Redeploy"]


def test_a_row_that_the_old_certificate_may_have_is_not_overwritten(folder: Path) -> None:
    """It may have been self-signed, and not be at hand."""
    write_flow(folder, [("CN=orders.example.com, O=Example", "CN=orders.example.com, O=Example")])
    add, *_ = steps(plan("new/other.pem"))
    assert add["what"].startswith("Add this row beside the old one")


def test_exchanged_cells_are_no_other_senders(folder: Path) -> None:
    write_flow(folder, [("CN=CA 2, O=Example", "CN=orders.example.com, O=Example")])
    with (folder / "iflint.toml").open("a", encoding="utf-8") as file:
        file.write("[environments.dev]\n[environments.prod]\n")
    assert "another sender" not in renew("new/other.pem", "--all-environments")


def test_a_row_of_parameters_is_corrected_by_these_and_counted_once(folder: Path) -> None:
    for name, pair in (
        ("qa", OLD.pair),
        ("prod", ("O=Example, CN=orders.example.com", "CN=CA 1, O=Example")),
    ):
        values = "".join(f"{key}={value}\n" for key, value in zip("SI", pair, strict=True))
        (folder / f"{name}.prop").write_text(values, encoding="utf-8")
    environments(folder, "parameters = ['{name}.prop']", "qa", "prod")
    write_flow(folder, [("{{S}}", "{{I}}")])
    (folder / "old.pem").write_bytes(pem(OLD))
    said = " ".join(renew("old.pem").split())
    assert "1 channel in 1 iFlow lets it in, or is meant to:" in said
    assert "Steps in prod: 1. Correct the row" in said
    assert "does not accept it, by its parameters" in said


def test_copies_of_a_flow_are_told_apart(folder: Path) -> None:
    """A folder for each environment: who is told one name only changes one of them."""
    described = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [OLD.pair])])
    for name, content in bundle(described).items():
        (folder / "flow" / "prod" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "flow" / "prod" / name).write_bytes(content)
    add, redeploy, *_ = steps(plan("new/other.pem"))
    assert redeploy["channels"] == ["Orders (flow/prod)", "Orders (flow)"]
    assert add["channels"][0] == "Orders (flow/prod): HTTPS /orders"
    assert "Orders (flow/prod): HTTPS /orders: has a row" in renew("new/other.pem")


def test_a_row_whose_text_can_not_tell_is_not_said_to_have_the_pair(folder: Path) -> None:
    name = dn("CN=orders.example.com", "SERIALNUMBER=7", "O=Example", SERIALNUMBER=UTF8)
    old = issue("renew-serial", name, FIRST, "2026-01-01", "2027-12-01")
    (folder / "certs" / "all.pem").write_bytes(pem(FIRST, old))
    (folder / "old.pem").write_bytes(pem(old))
    write_flow(folder, [("CN=orders.example.com, SERIALNUMBER=7, O=Example", old.pair[1])])
    said = " ".join(renew("old.pem").split())
    assert "has a row that may have this pair, which its text does not tell" in said


def test_a_row_that_may_be_misspelt_stays_until_somebody_knows(folder: Path) -> None:
    """An issuer a letter away may be that of the certificate which is in use."""
    write_flow(folder, [("CN=orders.example.com, O=Example", "CN=CA 2, O=Exmple")])
    found = plan("new/other.pem")
    assert steps(found)[0]["what"].endswith(
        "beside the old one or, if that is misspelt, correct it"
    )
    assert "has a row with almost this pair" in renew("new/other.pem")


def test_the_one_in_use_counts_where_it_is_meant_too(folder: Path) -> None:
    (folder / "old.pem").write_bytes(pem(OLD))
    channels = [
        Channel("HTTPS", "/orders", [OLD.pair]),
        Channel("HTTPS", "/returns", [("O=Example, CN=orders.example.com", OLD.pair[1])]),
    ]
    for name, content in bundle(Flow("Orders", "Orders", channels)).items():
        (folder / "flow" / name).write_bytes(content)
    found = plan("old.pem")
    assert found["in_use"]
    assert [step["what"].split()[0] for step in steps(found)][:3] == ["Correct", "Redeploy", "Ask"]
    (folder / "certs" / "new.pem").write_bytes(pem(SAME_PAIR))
    renewed = plan("old.pem")
    assert [step["what"].split()[0] for step in steps(renewed)] == ["Correct", "Redeploy"]
    assert "gives its plan" in " ".join(renew("old.pem").split())
    (folder / "certs" / "new.pem").unlink()
    assert "2 channels in 1 iFlow let it in, or are meant to:" in renew("old.pem")


def test_what_is_wrong_with_the_certificate_itself(folder: Path) -> None:
    found = plan("new/same.pem")
    assert [problem["code"] for problem in found["problems"]] == ["IFL103"]


def test_a_certificate_that_cannot_work_is_mended_before_anything_is_changed_for_it(
    folder: Path,
) -> None:
    server = issue("renew-srv", NAME, SECOND, "2026-12-01", "2027-12-01", usages=[SERVER_AUTH])
    (folder / "new" / "server.pem").write_bytes(pem(server, SECOND))
    (only,) = steps(plan("new/server.pem", exit_code=1))
    assert "wrong with the certificate" in only["what"]
    assert only["until"] == "2026-12-12"


def test_a_certificate_that_begins_too_late_leaves_a_gap(folder: Path) -> None:
    late = issue("renew-late", NAME, FIRST, "2027-01-10", "2028-01-01")
    (folder / "new" / "late.pem").write_bytes(pem(late, FIRST))
    (switch,) = steps(plan("new/late.pem"))
    assert (switch["since"], switch["until"], switch["days_left"]) == ("2027-01-10", None, None)
    assert "on 2026-12-12: in between the sender can't call" in switch["what"]
    (switch,) = steps(plan("new/late.pem", "--as-of", "2027-02-01"))
    assert "the sender can't call" not in switch["what"]


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
    environments(folder, "parameters = ['{name}.prop']", "dev", "qa", "prod")
    write_flow(folder, [("{{S}}", "{{I}}")])
    (touched,) = plan("new/other.pem")["touched"]
    assert touched["environments"] == ["qa", "prod"]
    assert "nothing to do" in renew("new/other.pem", "--environment", "dev")
    (found,) = plan(stranger(folder, dn("CN=y", "O=Example")))["predecessors"]
    assert found["places"] == ["Orders: HTTPS /orders, row 1 (qa, prod)"]


def test_what_is_not_at_hand_is_to_be_kept(folder: Path) -> None:
    advice = "Keep the new certificate with the others"
    assert advice in renew("new/same.pem")
    (folder / "certs" / "new.pem").write_bytes(pem(SAME_PAIR))
    assert advice not in renew("new/same.pem")


def stranger(folder: Path, subject, issuer=FIRST, file: str = "new/x.pem") -> str:
    new = issue(f"renew-{subject}", subject, issuer, "2026-01-01", "2027-12-01")
    (folder / file).write_bytes(pem(new))
    return file


def test_a_stranger_touches_nothing(folder: Path) -> None:
    file = stranger(folder, dn("CN=x", "O=X"))
    assert plan(file)["touched"] == []
    assert "nothing to do" in renew(file, "--as-of", "2026-10-01")


def test_a_part_of_the_file_that_can_not_be_read_is_told(folder: Path) -> None:
    damaged = pem(OTHER_PAIR).replace(b"\nMII", b"\n***", 1)
    (folder / "new" / "two.pem").write_bytes(pem(SAME_PAIR, FIRST) + damaged)
    result = CliRunner().invoke(cli, ["renew", "new/two.pem", "flow", "--as-of", "2026-11-24"])
    assert result.exit_code == 1
    assert "iflint: new/two.pem:" in result.stderr
    assert "Steps" in result.stdout


def test_what_was_not_looked_at_is_told_of_a_stranger(folder: Path) -> None:
    with (folder / "iflint.toml").open("a") as file:
        file.write('exclude = ["/neo/"]\n')
    of_stranger = renew(stranger(folder, dn("CN=x", "O=X")))
    assert "Not looked at, by exclude: /neo/" in of_stranger
    assert "exclude" not in renew("new/other.pem")


def test_of_several_that_it_may_replace_none_is_chosen(folder: Path) -> None:
    beside = issue("renew-beside", dn("CN=beside", "O=B"), FIRST, "2025-12-13", "2026-12-12")
    (folder / "certs" / "beside.pem").write_bytes(pem(beside))
    write_flow(folder, [OLD.pair, beside.pair])
    text = renew(stranger(folder, dn("CN=x", "O=X")))
    assert '--replaces "SUBJECT DN" new/x.pem' in " ".join(text.split())


def test_a_row_that_is_a_letter_away_is_named_before_others(folder: Path) -> None:
    """Whether it is a typing error nobody can tell: a second row would hide one for good."""
    write_flow(
        folder,
        [
            ("CN=ordres.example.com, O=Example", "CN=CA 2, O=Example"),
            ("CN=x, O=Example", "CN=CA 2, O=Example"),
        ],
    )
    said = " ".join(renew("new/other.pem").split())
    assert "this one, with a common name that is a letter or two away (inferred)" in said
    assert "enter Subject DN CN=orders.example.com,O=Example there" in said
    assert "CN=x" not in said


def test_the_row_of_a_new_sender_is_there_to_paste(folder: Path) -> None:
    file = stranger(folder, dn("CN=x", "O=A rather long name of an example, Inc.", "C=DE"))
    row = r"  Subject DN  CN=x,O=A rather long name of an example\, Inc.,C=DE"
    for form in ("text", "markdown"):
        assert row.strip() in renew(file, "--as-of", "2026-10-01", "--format", form)
    assert "a new sender's" not in renew("new/other.pem")
    assert "a new sender's" not in renew("roots.pem")


@pytest.mark.parametrize(
    ("subject", "issuer", "likeness", "said"),
    [
        (dn("CN=orders.example.com", "O=X"), SECOND, "common-name", "same common name"),
        (dn("CN=x", "O=Example"), FIRST, "organization-and-issuer", "organization and issuer"),
        (dn("CN=x", "O=Example"), SECOND, "organization", "of the same organization"),
        (dn("CN=x", "O=X"), FIRST, "ending-soon", "which ends soon"),
    ],
)
def test_whose_place_a_stranger_may_take(folder, subject, issuer, likeness, said) -> None:
    file = stranger(folder, subject, issuer)
    (found,) = plan(file)["predecessors"]
    assert (found["likeness"], found["until"]) == (likeness, "2026-12-12")
    assert found["places"] == ["Orders: HTTPS /orders, row 1"]
    text = " ".join(renew(file).split())
    assert said in text
    assert f'iflint renew --replaces "CN=orders.example.com,O=Example" {file} flow' in text
    assert "nothing to do" not in text


@pytest.mark.parametrize(
    "replaces",
    ["CN=orders.example.com, O=Example", "O=example,CN=Orders.example.com", "old.pem"],
)
def test_whose_place_it_takes_can_be_said(folder: Path, replaces: str) -> None:
    (folder / "old.pem").write_bytes(pem(FIRST, OLD))
    found = plan(stranger(folder, dn("CN=x", "O=X")), "--replaces", replaces)
    assert [step["what"].split()[0] for step in steps(found)] == [
        "Add",
        "Redeploy",
        "The",
        "After",
        "Redeploy",
    ]
    assert found["predecessors"] == []


@pytest.mark.parametrize(
    ("replaces", "said"),
    [
        ("nowhere.pem", "no such file"),
        ("", "it is empty"),
        ("CN=", "no row, service key or mapping has this subject"),
        ("CN=nobody", "no row, service key or mapping has this subject"),
        ("roots.pem", "no row, service key or mapping has this subject"),
        ("/O=Example/CN=x", "between the parts. Write it as"),
        ("iflint.toml", "no certificate"),
    ],
)
def test_what_names_nobody_is_wrong_usage(folder: Path, replaces: str, said: str) -> None:
    result = CliRunner().invoke(cli, ["renew", "new/same.pem", "flow", "--replaces", replaces])
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_certificate_in_use_gets_the_plan_for_the_next(folder: Path) -> None:
    (folder / "old.pem").write_bytes(pem(OLD))
    found = plan("old.pem")
    assert found["in_use"]
    ask, add, switch, remove = steps(found)
    assert (ask["what"].split()[0], ask["until"], ask["days_left"]) == ("Ask", "2026-11-12", -12)
    assert "add a row" in add["what"]
    assert (switch["until"], remove["until"]) == ("2026-12-12", None)
    text = renew("old.pem")
    assert "Certificate in use" in text
    assert "switches to the new certificate" not in text
    (folder / "certs" / "new.pem").write_bytes(pem(SAME_PAIR))
    assert "iflint renew certs/new.pem flow gives its plan" in " ".join(renew("old.pem").split())
    assert plan("old.pem")["schedules"] == []
    (soon,) = plan("old.pem")["problems"]
    assert soon["remedy"] == "The renewed certificate is at hand (certs/new.pem). Use that one."
    assert plan("old.pem", "--as-of", "2026-12-20", exit_code=1)["schedules"] == []
    (folder / "certs" / "new.pem").unlink()
    (folder / "certs" / "all.pem").write_bytes(pem(FIRST, OLD, SAME_PAIR))
    assert "in the same file, with a plan of its own" in " ".join(renew("certs/all.pem").split())


def test_a_chain_that_ends_first_is_the_last_day(folder: Path) -> None:
    """The certificate above ends before the sender's does: nobody gets in after that."""
    ending = intermediate("renew-ca4", dn("CN=CA 4", "O=Example"), TOP, "2020-01-01", "2026-12-24")
    old = issue("renew-below-ca4", NAME, ending, "2026-01-01", "2027-12-01")
    (folder / "certs" / "all.pem").write_bytes(pem(ending, old, SECOND))
    (folder / "old.pem").write_bytes(pem(old))
    write_flow(folder, [old.pair])
    ask, _, switch, _ = steps(plan("old.pem"))
    assert (ask["until"], switch["until"]) == ("2026-11-24", "2026-12-24")
    assert "in use until 2026-12-24: here is the plan" in renew("old.pem")
    assert steps(plan("new/other.pem"))[0]["until"] == "2026-12-24"
    assert "works until 2026-12-24" in " ".join(renew("new/other.pem").split())


def test_one_in_use_that_fails_is_asked_for_at_once(folder: Path) -> None:
    """Its own last day says nothing: calls fail today."""
    server = issue("renew-srv2", NAME, FIRST, "2026-01-01", "2027-12-01", usages=[SERVER_AUTH])
    (folder / "certs" / "all.pem").write_bytes(pem(FIRST, server, SECOND))
    (folder / "old.pem").write_bytes(pem(server))
    found = plan("old.pem", exit_code=1)
    assert "for a new one at once" in steps(found)[0]["what"]
    assert {step["until"] for step in steps(found)} == {None}
    assert "in use, but calls with it fail" in renew("old.pem", exit_code=1)


def test_one_that_has_ended_was_in_use(folder: Path) -> None:
    (folder / "old.pem").write_bytes(pem(OLD))
    said = renew("old.pem", "--as-of", "2027-01-05", exit_code=1)
    assert "This certificate was in use until 2026-12-12" in said


@pytest.mark.parametrize(("clock", "in_use"), [("2026-12-05", False), ("2026-12-13", True)])
def test_the_new_one_is_in_use_when_the_old_one_has_ended(folder, clock, in_use) -> None:
    (folder / "certs" / "new.pem").write_bytes(pem(OTHER_PAIR))
    write_flow(folder, [OLD.pair, OTHER_PAIR.pair])
    found = plan("certs/new.pem", "--as-of", clock)
    assert (found["in_use"], found["renewed"]) == (in_use, None)
    assert [bool(one["old"]) for one in found["touched"]] == [not in_use]


def test_what_begins_later_or_may_have_one_before_it_is_new(folder: Path) -> None:
    (folder / "certs" / "all.pem").write_bytes(pem(SECOND, OTHER_PAIR))
    write_flow(folder, [OTHER_PAIR.pair])
    assert not plan("certs/all.pem")["in_use"]
    assert plan("certs/all.pem", "--as-of", "2026-12-05")["in_use"]
    write_flow(folder, [OLD.pair, OTHER_PAIR.pair])
    assert not plan("certs/all.pem", "--as-of", "2026-12-05")["in_use"]


def test_a_certificate_that_a_client_may_not_use_fails(folder: Path) -> None:
    server = issue("renew-fails", NAME, FIRST, "2026-12-01", "2027-12-01", usages=[SERVER_AUTH])
    (folder / "new" / "server.pem").write_bytes(pem(server, FIRST))
    assert "IFL401" in renew("new/server.pem", exit_code=1)


@pytest.mark.parametrize(
    "rules",
    ["ignore = ['IFL401']", '[rules.missing-client-auth-eku]\nseverity = "note"'],
    ids=["ignored", "lowered"],
)
def test_it_fails_whatever_the_rules_in_force_say(folder: Path, rules: str) -> None:
    server = issue("renew-fails", NAME, FIRST, "2026-11-01", "2027-12-01", usages=[SERVER_AUTH])
    (folder / "new" / "server.pem").write_bytes(pem(server, FIRST))
    with (folder / "iflint.toml").open("a", encoding="utf-8") as file:
        file.write(rules)
    found = plan("new/server.pem", exit_code=1)
    assert found["refused"]
    assert "wrong with the certificate" in steps(found)[0]["what"]
    assert "SAP would refuse it" in renew("new/server.pem", exit_code=1)


def test_it_is_judged_on_its_first_day(folder: Path) -> None:
    name = dn("CN=CA 3", "O=Example")
    ending = intermediate("renew-ca3", name, TOP, "2020-01-01", "2026-11-29")
    new = issue("renew-below-ca3", NAME, ending, "2026-12-01", "2027-12-01")
    (folder / "new" / "late.pem").write_bytes(pem(new, ending))
    found = plan("new/late.pem", exit_code=1)
    assert [each["code"] for each in found["problems"]] == ["IFL103", "IFL204"]
    assert found["problems"][1]["message"].startswith("On its first day, 2026-12-01: The chain")
    assert "wrong with the certificate" in steps(found)[0]["what"]


def with_certificates_of_environments(folder: Path) -> None:
    """One that ends earlier in QA than in PROD."""
    later = issue("renew-later", NAME, FIRST, "2025-12-30", "2026-12-29")
    for name, certificate in (("qa", OLD), ("prod", later)):
        (folder / name).mkdir()
        (folder / name / "certs.pem").write_bytes(pem(certificate, FIRST, SECOND))
    environments(folder, "certificates = ['{name}']", "qa", "prod")


def test_each_environment_has_its_steps(folder: Path) -> None:
    with_certificates_of_environments(folder)
    first, second = plan("new/other.pem")["schedules"]
    assert (first["environments"], second["environments"]) == (["qa"], ["prod"])
    assert first["steps"][0]["until"] == "2026-12-12"
    assert second["steps"][0]["until"] == "2026-12-29"
    assert "Steps in prod:" in renew("new/other.pem")


def test_no_environment_is_named_of_which_no_step_is_listed(folder: Path) -> None:
    with_certificates_of_environments(folder)
    said = renew("new/other.pem", "--limit", "report-bytes=1000")
    assert "Steps in qa:\n  1. Add" in said
    assert "Steps in prod" not in said
    assert "more steps, channels, keys and mappings" in " ".join(said.split())


@pytest.mark.parametrize("asked", [(), ("--environment", "prod")])
def test_no_row_in_the_flow_where_it_would_let_a_stranger_in(folder: Path, asked) -> None:
    for name, pair in (("prod", OLD.pair), ("dev", ("CN=x", "CN=y"))):
        values = "".join(f"{key}={value}\n" for key, value in zip("SI", pair, strict=True))
        (folder / f"{name}.prop").write_text(values, encoding="utf-8")
    environments(folder, "parameters = ['{name}.prop']", "dev", "prod")
    write_flow(folder, [("{{S}}", "{{I}}")])
    add, *_ = steps(plan("new/other.pem", *asked))
    assert "as two parameters" in add["what"]
    assert "counts in dev, too" in add["what"]


@pytest.mark.parametrize("others", [("CN=x", "CN=y"), ("cn=subject", "cn=issuer")])
def test_a_row_of_parameters_stays_where_it_lets_another_sender_in(folder: Path, others) -> None:
    for name, pair in (("prod", OLD.pair), ("dev", others)):
        values = "".join(f"{key}={value}\n" for key, value in zip("SI", pair, strict=True))
        (folder / f"{name}.prop").write_text(values, encoding="utf-8")
    environments(folder, "parameters = ['{name}.prop']", "dev", "prod")
    write_flow(folder, [("{{S}}", "{{I}}")])
    (folder / "old.pem").write_bytes(pem(OLD))
    for certificate in ("new/other.pem", "old.pem"):
        said = " ".join(renew(certificate, "--environment", "prod").split())
        stays = "The old row stays, as another sender needs it in dev" in said
        assert stays is ("CN=x" in others)
        assert ("remove the old row" in said) is not stays


@pytest.mark.parametrize(
    ("defaults", "said"), [({}, False), ({"S": "CN=x", "I": "CN=y"}, True)], ids=["none", "others"]
)
def test_the_flow_as_it_stands_counts_as_fix_counts_it(folder, defaults, said) -> None:
    values = "".join(f"{key}={value}\n" for key, value in zip("SI", OLD.pair, strict=True))
    (folder / "prod.prop").write_text(values, encoding="utf-8")
    with (folder / "iflint.toml").open("a", encoding="utf-8") as file:
        file.write("[environments.prod]\nparameters = ['prod.prop']\n")
    channel = Channel("HTTPS", "/orders", [("{{S}}", "{{I}}")])
    for name, content in bundle(Flow("Orders", "Orders", [channel], defaults)).items():
        (folder / "flow" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "flow" / name).write_bytes(content)
    add, *_ = steps(plan("new/other.pem"))
    assert ("counts in the flow as it stands, too" in add["what"]) is said
    (folder / "certs" / "other.pem").write_bytes(pem(OTHER_PAIR))
    asked = ["fix", "flow", "--add-successor", "--as-of", "2026-11-24"]
    written = CliRunner().invoke(cli, asked).stdout
    assert ("counts in the flow as it stands, too" in " ".join(written.split())) is said
    assert ("Fixed 1 finding" in written) is not said


def test_markdown_is_a_checklist_with_the_row_to_copy(folder: Path) -> None:
    text = renew("new/other.pem", "--format", "markdown")
    assert "1. [ ] Add this row" in text
    assert "Issuer DN   CN=CA 2,O=Example" in text


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


def write_key(folder: Path, name: str, held, tenant: str = "one") -> None:
    (folder / "flow" / "keys").mkdir(exist_ok=True)
    made = key(pem(held).decode(), clientid=f"sb-{name}!b1|it-rt-{tenant}!b2")
    (folder / "flow" / "keys" / f"{name}.json").write_text(json.dumps(made), "utf-8")


def write_mapping(folder: Path, *held) -> None:
    rows = [
        {"Id": str(number), "User": "SUSER1", "Certificate": base64_of(pem(one))}
        for number, one in enumerate(held)
    ]
    dump = json.dumps({"d": {"results": rows}})
    (folder / "flow" / "users.json").write_text(dump, "utf-8")


def configure(folder: Path, more: str) -> None:
    written = 'roots = ["roots.pem"]\n' + more
    (folder / "iflint.toml").write_text(written)


ROLES = '[[service-keys]]\npath = "flow/keys/*.json"\nroles = ["ESBMessaging.send"]\n'


def steps_of(found: dict) -> list[tuple[str, str]]:
    return [(step["what"].partition(" with")[0], *step["channels"]) for step in steps(found)]


@pytest.fixture
def by_role(folder: Path) -> Path:
    """Nothing of the sender stands in the flow: its channel is authorized by role."""
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    for name, content in bundle(Flow("Orders", "Orders", [channel])).items():
        (folder / "flow" / name).write_bytes(content)
    configure(folder, ROLES)
    return folder


def test_a_pinned_key_needs_a_new_one_first(by_role: Path) -> None:
    write_key(by_role, "partner", OLD)
    found = plan("new/same.pem")
    (caller,) = found["callers"]
    assert (caller["opens"], caller["old_until"]) == (["Orders: HTTPS /orders"], "2026-12-12")
    assert steps_of(found) == [
        ("Make a new service key", "service key partner (flow/keys/partner.json)"),
        ("The sender switches to the new certificate",),
        (
            "After the switch, delete the old service key",
            "service key partner (flow/keys/partner.json)",
        ),
    ]
    assert [step["until"] for step in steps(found)] == ["2026-12-12", "2026-12-12", None]
    said = " ".join(renew("new/same.pem").split())
    assert "a new one is needed before the sender switches" in said
    assert "Pin Certificate is on, as assumed" in said
    assert "nothing to" not in said


def test_a_key_of_an_unknown_tenant_may_be_the_new_one(by_role: Path) -> None:
    """A tenant takes a certificate in one key only, and parameters do not tell theirs."""
    write_key(by_role, "partner", OLD)
    made = {"key-type": "certificate_external", "X.509": pem(SAME_PAIR).decode()}
    (by_role / "flow" / "keys" / "parameters.json").write_text(json.dumps(made), "utf-8")
    make, *_ = steps(plan("new/same.pem"))
    assert make["what"].endswith(
        "unless the key that holds it already is of this tenant: its file does not tell"
    )


def test_a_key_that_is_not_pinned_accepts_the_same_pair(by_role: Path) -> None:
    configure(by_role, f"{ROLES}pinned = false\n")
    write_key(by_role, "partner", OLD)
    assert steps_of(plan("new/same.pem")) == [("The sender switches to the new certificate",)]
    said = " ".join(renew("new/same.pem").split())
    assert "no new one is needed" in said
    assert "if it was issued later" in said
    assert len(steps_of(plan("new/other.pem"))) == 3


def test_a_mapping_needs_a_new_one_with_the_same_user(by_role: Path) -> None:
    write_mapping(by_role, OLD)
    first, switch, last = steps_of(plan("new/other.pem"))
    assert first[0] == "Map the new certificate to the same user as the old one"
    assert last == (
        "After the switch, remove the old mapping",
        "mapping of user SUSER1 (flow/users.json)",
    )
    assert "roles not known" in renew("new/other.pem")
    write_mapping(by_role, OLD, OTHER_PAIR)
    assert steps_of(plan("new/other.pem")) == [switch, last]


def test_a_new_key_that_is_there_takes_the_old_ones_place_in_its_tenant(by_role: Path) -> None:
    write_key(by_role, "old", OLD)
    write_key(by_role, "new", SAME_PAIR)
    found = plan("new/same.pem")
    assert [(c["caller"]["name"], c["has_new"], c["replaced"]) for c in found["callers"]] == [
        ("new", True, False),
        ("old", False, True),
    ]
    assert [step[0].split()[0] for step in steps_of(found)] == ["The", "After"]
    write_key(by_role, "new", SAME_PAIR, "another")
    assert steps_of(plan("new/same.pem"))[0][0] == "Make a new service key"


def test_a_key_of_several_environments_is_counted_once(by_role: Path) -> None:
    with (by_role / "iflint.toml").open("a", encoding="utf-8") as file:
        for name in ("qa", "prod"):
            file.write(f"[environments.{name}]\nplatform = 'cf'\n")
    write_key(by_role, "partner", OLD)
    said = " ".join(renew("new/other.pem").split())
    assert "It touches 1 service key; a new one is needed before the sender switches:" in said


def test_a_certificate_goes_into_one_key_of_a_tenant(by_role: Path) -> None:
    newer = issue("renew-newer", NAME, SECOND, "2026-11-01", "2028-12-01")
    write_key(by_role, "first", OLD)
    write_key(by_role, "second", issue("renew-sec", NAME, FIRST, "2026-05-01", "2027-05-01"))
    write_key(by_role, "elsewhere", OLD, "another")
    (by_role / "new" / "newer.pem").write_bytes(pem(newer, SECOND))
    alone, together, *_ = steps(plan("new/newer.pem"))
    assert alone["channels"] == ["service key elsewhere (flow/keys/elsewhere.json)"]
    assert "In each tenant make one new service key" in together["what"]
    assert len(together["channels"]) == 2
    assert "It touches 3 service keys; 2 new ones are needed" in renew("new/newer.pem")


def test_sap_makes_the_certificate_of_its_keys(by_role: Path) -> None:
    private = key_pem("renew-old").decode()
    made = key(pem(OLD, FIRST).decode(), key=private)
    (by_role / "flow" / "keys").mkdir()
    (by_role / "flow" / "keys" / "sap.json").write_text(json.dumps(made), "utf-8")
    first, *_ = steps(plan("flow/keys/sap.json"))
    assert "SAP makes its certificate" in first["what"]


def test_the_next_one_of_a_key_that_is_not_pinned(by_role: Path) -> None:
    configure(by_role, f"{ROLES}pinned = false\n")
    write_key(by_role, "partner", OLD)
    ask, make, _ = steps(plan("flow/keys/partner.json"))
    assert ask["what"].startswith("Ask")
    assert make["what"].startswith("If it has another subject or issuer, make a new service key")


def test_the_plan_of_one_in_use_is_about_those_that_hold_it(by_role: Path) -> None:
    write_key(by_role, "old", OLD)
    write_key(by_role, "new", SAME_PAIR)
    (one,) = plan("flow/keys/old.json")["callers"]
    assert one["caller"]["name"] == "old"


def nameless(folder: Path) -> str:
    (folder / "new" / "nameless.pem").write_bytes(
        pem(issue("renew-nameless", dn(), FIRST, "2026-11-01", "2027-12-01"))
    )
    return "new/nameless.pem"


def test_one_without_a_subject_can_stand_in_no_row(folder: Path) -> None:
    file = nameless(folder)
    found = plan(file, exit_code=1)
    assert (found["without_subject"], found["problems"]) == (True, [])
    assert found["predecessors"]
    said = " ".join(renew(file, exit_code=1).split())
    assert "It has no subject, as some of Let's Encrypt, so it can stand in no row." in said
    assert "entry" not in said
    replacing = ("--replaces", OLD.pair[0])
    ask, switch = steps(plan(file, *replacing, exit_code=1))
    assert "at least a common name" in ask["what"]
    assert (ask["row"], switch["what"].split()[0]) == (None, "The")
    markdown = renew(file, *replacing, "--format", "markdown", exit_code=1)
    assert "in which no row can list it" in markdown
    assert "- It has no subject" in markdown


def test_one_without_a_subject_is_known_by_the_key_that_holds_it(by_role: Path) -> None:
    file = nameless(by_role)
    write_key(by_role, "partner", OLD)
    assert steps_of(plan(file, "--replaces", OLD.pair[0]))[0][0] == "Make a new service key"
    write_key(by_role, "partner", issue("renew-nameless", dn(), FIRST, "2026-11-01", "2027-12-01"))
    found = plan(file)
    assert found["in_use"]
    assert steps(found)[0]["what"] == "Ask the sender for a new one"


def test_it_may_be_for_what_tells_no_names(by_role: Path) -> None:
    (by_role / "flow" / "users.json").write_bytes(mappings_by_date(("SUSER1", "2026-12-12")))
    assert plan("new/same.pem")["unknown"] == ["mapping of user SUSER1 (flow/users.json)"]
    said = " ".join(renew("new/same.pem").split())
    assert "nothing to do" not in said
    assert "it may be for these: mapping of user SUSER1" in said


def test_an_intermediate_is_no_senders(folder: Path) -> None:
    """Nobody is to enter its names in a row; who is below it presents it."""
    (folder / "ca.pem").write_bytes(pem(FIRST))
    said = " ".join(renew("ca.pem").split())
    assert "It belongs in no row, service key or mapping" in said
    assert "let their senders present it with their own: CN=orders.example.com" in said
    assert "Subject DN" not in said
    assert plan("ca.pem")["schedules"] == []
    write_flow(folder, [FIRST.pair])
    assert "enter the sender's own there: Orders: HTTPS /orders" in " ".join(
        renew("ca.pem").split()
    )
    assert "can't be used" in renew("ca.pem", "--as-of", "2036-01-01", exit_code=1)


def test_intermediates_of_others_get_no_plan_beside_a_senders(folder: Path) -> None:
    (folder / "new" / "both.pem").write_bytes(pem(SAME_PAIR, FIRST, SECOND))
    assert "nothing to deploy" in renew("new/both.pem")
    assert plan("new/both.pem")["at_hand"] is False


def test_a_cas_certificate_takes_nobodys_place(folder: Path) -> None:
    assert "nothing to do" in renew("roots.pem")


def test_rows_and_keys_are_told_together(folder: Path) -> None:
    configure(folder, "")
    write_key(folder, "partner", OLD)
    said = renew("new/other.pem", "--certificates", "certs", "--certificates", "flow/keys")
    assert "It touches 1 channel in 1 iFlow" in said
    assert "It touches 1 service key" in said
    markdown = renew(
        "new/other.pem", "--format", "markdown", "--certificates", "flow", "--certificates", "certs"
    )
    assert "- [ ]" not in markdown
    assert "1. [ ] Add this row" in markdown
    assert "[ ] Make a new service key" in markdown


@pytest.mark.parametrize(
    ("write", "its"),
    [
        (lambda folder: write_key(folder, "partner", OLD), "service key"),
        (lambda folder: write_mapping(folder, OLD), "mapping"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_kind(by_role: Path, write, its) -> None:
    write(by_role)
    of_a_ca = issue("renew-of-a-ca", NAME, TOP, "2026-11-01", "2028-12-12", ca=True)
    (by_role / "new" / "ca.pem").write_bytes(pem(of_a_ca))
    (problem,) = plan("new/ca.pem")["problems"]
    assert problem["message"].startswith(
        f"This {its}'s certificate is that of a CA, not of a sender:"
    )
    assert f"needs a new {its}" in problem["remedy"]
    assert "entry" not in renew("new/ca.pem")


def test_what_is_wrong_with_a_certificate_is_said_of_no_entry(folder: Path) -> None:
    arguments = ["renew", "certs/all.pem", ".", "--as-of", "2027-02-01"]
    shown = " ".join(CliRunner().invoke(cli, arguments).stdout.split())
    assert "2026-12-12, ended 51 days ago" in shown
    assert (
        "The client certificate of this sender expired on 2026-12-12 (51 days ago), so calls"
        in shown
    )
    assert "fix: Get the renewed certificate from the sender. " in shown
    assert "this entry" not in shown


def test_so_many_certificates_are_planned_at_once_as_the_limit_says(folder: Path) -> None:
    (folder / "new" / "both.pem").write_bytes(pem(SAME_PAIR, OTHER_PAIR, FIRST, SECOND))
    asked = ["renew", "new/both.pem", "flow", "--limit", "renewals=1"]
    result = CliRunner().invoke(cli, asked)
    assert result.exit_code == 2
    assert "--limit renewals=" in result.stderr
