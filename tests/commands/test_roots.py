"""`iflint roots` with its commands, and the options that decide which roots count."""

import csv
import io
import json
import shutil

import pytest

from authorities import Party, pem, root_of
from caller_files import key

from .conftest import CASES, CLOCK  # isort: skip

LINE = 80


@pytest.fixture
def roots(call, workplace):
    """Call ``iflint roots`` at the clock of the fixtures; gives standard output."""
    (workplace / ".git").mkdir()

    def run(*arguments, code=0):
        result = call("roots", *arguments, env={"COLUMNS": str(LINE)})
        assert result.exit_code == code, result.stderr
        return result.stdout if code == 0 else result.stderr

    return run


@pytest.fixture
def checkout(workplace):
    """A small trust store on disk, as SAP's repository lays it out."""
    folder = workplace / "btp-trust-store"
    for place, names in {"optional": ("One", "Two"), "required": ("Two",)}.items():
        for name in names:
            file = folder / place / "pem" / f"{name}.pem"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(pem(ROOTS[name]))
    (folder / "optional" / "README.md").write_text("not a root")
    return folder


PARTIES = {name: Party(name) for name in ("One", "Two")}
ROOTS = {name: root_of(party) for name, party in PARTIES.items()}


def flat(text):
    return " ".join(text.split())


def test_list_and_search_in_80_columns(roots) -> None:
    shown = roots("--as-of", CLOCK)
    assert max(map(len, shown.splitlines()[4:])) <= LINE
    assert "57 of these 76 listed" in shown
    found = roots("digicert", "global root ca", "--as-of", CLOCK)
    assert "removed" in found
    assert "until 3.0.0 (2026-06-03)" in found
    assert roots("list", "nothing like it").startswith(
        "No known root matches in SAP BTP Trust Store "
    )


def test_list_as_data(roots) -> None:
    shown = json.loads(roots("isrg root x1", "--as-of", "2020-01-01", "--format", "json"))
    assert (shown["format"], shown["list"]) == (
        "iflint-roots",
        "SAP BTP Trust Store 1.0.0 (2024-02-13)",
    )
    (root,) = shown["roots"]
    assert root["subject"] == "CN=ISRG Root X1, O=Internet Security Research Group, C=US"
    assert (root["standing"], root["required"], root["public_web"]) == ("listed", True, True)
    rows = list(csv.DictReader(io.StringIO(roots("--format", "csv"))))
    assert len(rows) == 76
    assert {row["standing"] for row in rows} == {"listed", "removed", "not-listed"}


def test_a_search_finds_public_cas_and_their_roots(roots) -> None:
    shown = flat(roots("let's encrypt", "--as-of", CLOCK))
    assert "CN=R11, O=Let's Encrypt, C=US" in shown
    assert "CN=ISRG Root X1, O=Internet Security Research Group, C=US: listed, until" in shown
    data = json.loads(roots("R11", "encrypt", "--as-of", CLOCK, "--format", "json"))
    (ca,) = data["public_cas"]
    assert (ca["client_auth"], ca["supported"]) == ("yes", True)
    assert json.loads(roots("--format", "json"))["public_cas"] == []


def test_very_many_public_cas_are_not_all_shown(roots) -> None:
    shown = roots("digicert", "--as-of", CLOCK)
    assert "more: give more words, or --format json" in shown
    assert len(json.loads(roots("digicert", "--format", "json"))["public_cas"]) > 200


def test_a_table_of_public_cas_of_ones_own(roots, workplace) -> None:
    shutil.copy(CASES / "public-cas.json", workplace / "own.json")
    table = str(CASES / "trust-table.json")
    shown = flat(roots("web", "--public-cas", "own.json", "--roots", table, "--as-of", CLOCK))
    assert "1 of 1 leads to a supported root" in shown
    assert "Let's Encrypt" not in roots("let's", "--public-cas", "own.json")
    (workplace / "own.json").write_text('{"roots": [], "cas": [{}]}')
    said = roots("web", "--public-cas", "own.json", code=2)
    assert "--public-cas own.json: the table of public CAs can't be used" in flat(said)


def test_diff(roots) -> None:
    shown = roots("diff", "3.0.0", "2.0.0")
    assert (
        "From release 2.0.0 (2025-04-15) to 3.0.0 (2026-06-03): 13 roots removed, 6 added." in shown
    )
    data = json.loads(roots("diff", "2.0.0", "3.0.0", "--format", "json"))
    assert (len(data["removed"]), len(data["added"]), data["checked"]) == (13, 6, None)
    assert "has no release '9'; it has 1.0.0" in roots("diff", "9", "3.0.0", code=2)


def test_diff_names_the_channels_that_a_release_breaks(roots, workplace) -> None:
    shutil.copytree(CASES, workplace / "rules")
    removed = "rules/unsupported-root/bad-removed-root"
    data = json.loads(roots("diff", "1.0.0", "2.0.0", removed, "--format", "json"))
    (broken,) = data["broken"]
    assert broken["root"] == "CN=Example Old Root, O=Example Trust, C=DE"
    assert broken["address"] == "/orders"
    assert (data["checked"], data["mended"]) == (1, [])
    added = "rules/unsupported-root/bad-added-later"
    data = json.loads(roots("diff", "3.0.0", "4.0.0", added, "--format", "json"))
    assert (len(data["broken"]), len(data["mended"])) == (0, 1)
    shown = roots("diff", "1.0.0", "2.0.0", removed)
    assert "Of 1 row, key or mapping with a certificate at hand, the change breaks 1." in flat(
        shown
    )
    assert roots("diff", "1.0.0", "2.0.0", removed, "--fail-on", "error", code=1) == ""
    assert roots("diff", "3.0.0", "4.0.0", added, "--fail-on", "note")
    assert max(map(len, shown.splitlines())) <= LINE


def test_diff_names_the_callers_that_a_release_breaks(roots, workplace) -> None:
    """The certificate of a channel that a release breaks, held by a service key."""
    shutil.copytree(CASES, workplace / "rules")
    case = workplace / "rules/unsupported-root/bad-removed-root"
    (held,) = case.glob("certificates/*.pem")
    (case / "crm.json").write_text(json.dumps(key(held.read_text())), "utf-8")
    shutil.rmtree(case / "certificates")
    (case / "Orders.iflw").unlink()
    removed = "rules/unsupported-root/bad-removed-root"
    data = json.loads(roots("diff", "1.0.0", "2.0.0", removed, "--format", "json"))
    (broken,) = data["broken"]
    assert (broken["caller"]["name"], broken["entry"], broken["opens"]) == ("crm", None, [])
    assert broken["root"] == "CN=Example Old Root, O=Example Trust, C=DE"
    assert (broken["file"], data["checked"]) == (f"{removed}/crm.json", 1)
    shown = flat(roots("diff", "1.0.0", "2.0.0", removed))
    assert "service key crm of tenant it-rt-example!b2 roles not known" in shown


@pytest.mark.parametrize("case", ["undecidable-dn/bad-serial-number", "dn-mismatch/bad-value"])
def test_diff_counts_the_certificates_that_a_check_has_at_hand(call, workplace, case) -> None:
    folder = shutil.copytree(CASES / case, workplace / "case")
    shutil.copy(CASES / "trust-table.json", folder)
    (folder / "iflint.toml").write_text('roots = ["trust-table.json"]\n')
    arguments = (str(folder), "--as-of", CLOCK, "--format", "json")
    summary = json.loads(call("check", *arguments).stdout)["summary"]
    diffed = json.loads(call("roots", "diff", "2.0.0", "3.0.0", *arguments).stdout)
    assert f", {diffed['checked']} with a certificate at hand" in summary


def test_diff_is_of_the_environments_asked_for(roots, workplace) -> None:
    """A key of qa is none of prod's."""
    shutil.copytree(CASES, workplace / "rules")
    case = workplace / "rules/unsupported-root/bad-removed-root"
    (held,) = case.glob("certificates/*.pem")
    (case / "crm.json").write_text(json.dumps(key(held.read_text())), "utf-8")
    shutil.rmtree(case / "certificates")
    (case / "Orders.iflw").unlink()
    (case / "iflint.toml").write_text(
        'roots = ["../../trust-table.json"]\n'
        '[environments.prod]\n[[environments.qa.service-keys]]\npath = "crm.json"\n'
    )
    removed = "rules/unsupported-root/bad-removed-root"

    def found(*more: str) -> tuple[int, list[list[str]]]:
        given = ("diff", "1.0.0", "2.0.0", removed, "--format", "json", *more)
        data = json.loads(roots(*given))
        return data["checked"], [each["environments"] for each in data["broken"]]

    assert found() == (1, [[]])
    assert found("--environment", "prod") == (0, [])
    assert found("--all-environments") == (1, [["qa"]])
    assert "in qa" in flat(roots("diff", "1.0.0", "2.0.0", removed, "--all-environments"))


def test_update_writes_a_table_that_check_can_use(roots, call, checkout, workplace) -> None:
    told = roots("update", checkout, "--release", "4.0.0", "--released-on", "2026-11-01")
    assert "57 removed, 2 added" in told
    assert not (workplace / "roots.json").exists()
    arguments = ("--release", "4.0.0", "--released-on", "2026-11-01", "--output", "roots.json")
    roots("update", checkout, *arguments, "--as-of", CLOCK)
    shown = json.loads(roots("--roots", "roots.json", "--as-of", CLOCK, "--format", "json", "CN="))
    standing = {root["subject"]: root["standing"] for root in shown["roots"]}
    assert standing["CN=One, O=Example, C=DE"] == "listed"
    assert [name for name, what in standing.items() if what == "listed"] == [
        "CN=One, O=Example, C=DE",
        "CN=Two, O=Example, C=DE",
    ]
    narrow = json.loads(
        roots("--roots", "roots.json", "--trust", "btp-required", "--format", "json", "O=Example,")
    )
    assert [root["standing"] for root in narrow["roots"]] == ["listed", "not-required"]
    later = ("--roots", "roots.json", "--as-of", "2027-08-01", "--output", "roots.json")
    again = roots("update", checkout, *later)
    assert "Release 4.0.0 (2026-11-01) is still the newest: no change." in again
    result = call("check", checkout, "--roots", "roots.json", "--as-of", "2027-09-01")
    assert "is known until" not in result.stdout
    result = call("check", checkout, "--roots", "roots.json", "--as-of", "2028-09-01")
    assert flat(result.stdout).count("The list of roots is known until 2027-08-01 only") == 1


def test_update_says_that_roots_without_a_table_are_of_no_use(call, checkout) -> None:
    root = next(checkout.rglob("*.pem"))
    options = ("--release", "4.0.0", "--released-on", "2026-11-01", "--roots", root)
    result = call("roots", "update", checkout, *options)
    assert result.exit_code == 0
    said = "--roots names no table of roots, so PATH is compared with the SAP BTP Trust Store"
    assert result.stderr == f"iflint: {said}\n"
    assert "No such option" in call("roots", "update", checkout, "--platform", "neo").stderr


def test_update_takes_the_release_from_the_name(roots, checkout) -> None:
    named = checkout.rename(checkout.with_name("btp-trust-store-4.1.0"))
    assert "say when release 4.1.0 came out" in roots("update", named, code=2)
    assert "Release 4.1.0 (2026-11-01)" in roots("update", named, "--released-on", "2026-11-01")


def test_update_takes_the_release_from_its_notes(roots, checkout) -> None:
    notes = checkout / "release_notes"
    notes.mkdir()
    for release in ("2_0_0", "10_0_0", "9_0_0"):
        (notes / f"release_notes_v{release}.md").touch()
    assert "Release 10.0.0" in roots("update", checkout, "--released-on", "2026-11-01")
    (notes / "release_notes_v10_0_0.md").rename(notes / "old.md")
    (notes / "release_notes_v9_0_0.md").rename(notes / "older.md")
    said = roots("update", checkout, "--released-on", "2026-11-01", code=2)
    assert "release 2.0.0 is not newer than 3.0.0" in said


@pytest.mark.parametrize("password", [b"changeit", None])
def test_update_reads_keystores_where_there_is_no_pem(roots, checkout, password) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        NoEncryption,
        pkcs12,
    )

    encryption = BestAvailableEncryption(password) if password else NoEncryption()
    for folder, names in {"optional": ("One", "Two"), "required": ("Two",)}.items():
        shutil.rmtree(checkout / folder)
        (checkout / folder / "java").mkdir(parents=True)
        held = [
            pkcs12.PKCS12Certificate(x509.load_der_x509_certificate(ROOTS[name]), name.encode())
            for name in names
        ]
        keystore = pkcs12.serialize_java_truststore(held, encryption)
        (checkout / folder / "java" / f"{folder}.p12").write_bytes(keystore)
    told = roots("update", checkout, "--release", "4.0.0", "--released-on", "2026-11-01")
    assert "Read 2 roots, required: 1 (.p12)." in told
    assert "57 removed, 2 added" in told


@pytest.mark.parametrize("beside", [b"", pem(ROOTS["Two"])], ids=["alone", "beside a whole one"])
def test_a_damaged_root_is_not_a_removed_one(roots, checkout, beside) -> None:
    (checkout / "optional" / "pem" / "One.pem").write_bytes(beside + pem(ROOTS["One"])[:300])
    said = roots("update", checkout, "--release", "4.0.0", "--released-on", "2026-11-01", code=2)
    assert "One.pem" in said


def test_a_root_with_an_extension_that_can_not_be_read_is_none_the_less_one(
    roots, checkout
) -> None:
    subject_key_id, key_usage = bytes.fromhex("0603551d0e"), bytes.fromhex("0603551d0f")
    odd = ROOTS["One"].replace(subject_key_id, key_usage)
    (checkout / "optional" / "pem" / "One.pem").write_bytes(pem(odd))
    told = roots("update", checkout, "--release", "4.0.0", "--released-on", "2026-11-01")
    assert "57 removed, 2 added" in told


def test_what_is_no_trust_store(roots, workplace) -> None:
    (workplace / "empty").mkdir()
    assert "is not a trust store" in roots("update", "empty", code=2)
    assert "does not exist" in roots("update", "nowhere", code=2)
    said = roots("update", "empty", "--release", "new", "--released-on", "soon", code=2)
    assert len(said.splitlines()) == 2


def test_the_calendar_can_be_shown_corrected_and_given_back(roots, workplace) -> None:
    shown = roots("calendar")
    assert max(map(len, shown.splitlines())) <= LINE
    assert "disputed" in shown
    data = json.loads(roots("calendar", "--format", "json"))
    data["rows"] = [{**row, "ca": "Corrected"} for row in data["rows"]]
    (workplace / "own.json").write_text(json.dumps(data))
    assert roots("calendar", "--calendar", "own.json").count("Corrected") == len(data["rows"])
    (workplace / "iflint.toml").write_text('calendar = "own.json"\n')
    assert "Corrected" in roots("calendar")


def test_a_calendar_that_can_not_be_used_is_wrong_usage(call, workplace) -> None:
    (workplace / "own.json").write_text('{"rows": [{"key": "x"}]}')
    result = call("check", ".", "--calendar", "own.json")
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert "--calendar own.json: the CA calendar can't be used" in line


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--trust", "btp-required", "--platform", "neo"), "not the one for Neo"),
        (("--trust", "btp-required", "--roots", "one.pem"), "not roots of your own"),
        (("--trust", "required"), "takes one of complete, btp-required"),
        (("--roots-add", "table.json"), "a table replaces the list: --roots"),
        (("--roots-add", "empty"), "no certificate in --roots-add empty"),
        (("--platform", "custom", "--roots-add", "one.pem"), "needs its list of roots"),
    ],
)
def test_roots_that_do_not_go_together(call, workplace, options, message) -> None:
    (workplace / "one.pem").write_bytes(pem(ROOTS["One"]))
    (workplace / "table.json").write_text("{}")
    (workplace / "empty").mkdir()
    result = call("check", ".", *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_command_after_an_option_is_not_searched_for(roots) -> None:
    said = roots("--as-of", CLOCK, "update", code=2)
    assert "write 'iflint roots update' before any option" in said
    assert roots("list", "update").startswith("No known root matches in SAP BTP Trust Store ")
