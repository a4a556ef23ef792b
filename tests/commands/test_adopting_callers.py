"""What is known or suppressed of service keys and mappings is set apart as of channels."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

import iflint
from caller_files import base64_of, key
from exports import dn, issue, pem, root

CLOCK = "2026-11-24"
ROOT = root("adopting callers", dn("CN=Root", "C=DE"), "2015-01-01", "2044-12-31")
ENDED, MAPPED = (
    issue(f"adopting callers {name}", dn(f"CN={name}.example"), ROOT, "2025-11-01", "2026-11-01")
    for name in ("key", "user")
)
SETTINGS = 'roots = ["root.pem"]\n'


@pytest.fixture
def callers(workplace):
    """A repository with a service key and a mapping whose certificates have expired."""
    (workplace / "root.pem").write_bytes(pem(ROOT))
    (workplace / "keys").mkdir()
    (workplace / "keys" / "crm.json").write_text(json.dumps(key(pem(ENDED).decode())), "utf-8")
    rows = [{"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(MAPPED))}]
    (workplace / "users.json").write_text(json.dumps({"d": {"results": rows}}), "utf-8")
    (workplace / "iflint.toml").write_text(SETTINGS)
    (workplace / ".git").mkdir()
    return workplace


def found(call, *arguments) -> list[list[tuple[str, str]]]:
    """The findings, those known and those suppressed, each with the name of its caller."""
    given = ("check", "--as-of", CLOCK, *arguments, "--format", "json")
    report = json.loads(call(*given).stdout)["report"]
    return [
        [(each["code"], each["caller"] and each["caller"]["name"]) for each in report[part]]
        for part in ("findings", "known", "suppressed")
    ]


KEY, USER = ("IFL101", "crm"), ("IFL101", "SUSER1")


@pytest.mark.parametrize(
    "what",
    [
        'path = "keys/"',
        'dn = "CN=key.example"',
        'certificate = "{sha256}"',
    ],
)
def test_one_is_suppressed_by_what_is_known_of_it(callers, call, what) -> None:
    from hashlib import sha256

    what = what.format(sha256=sha256(ENDED.der).hexdigest())
    suppression = f'[[suppressions]]\nrule = "IFL101"\nreason = "r"\n{what}\n'
    (callers / "iflint.toml").write_text(SETTINGS + suppression)
    assert found(call) == [[USER], [], [KEY]]
    shown = call("check", "--as-of", CLOCK, "--verbose").stdout
    assert "IFL101 expired-certificate, keys/crm.json service key crm" in " ".join(shown.split())


def test_a_suppression_for_a_key_that_is_well_is_of_no_use(callers, call) -> None:
    suppression = '[[suppressions]]\nrule = "IFL104"\nreason = "r"\ndn = "CN=key.example"\n'
    (callers / "iflint.toml").write_text(SETTINGS + suppression)
    assert ("IFL090", None) in found(call, "keys")[0]
    assert ("IFL090", None) not in found(call, "users.json")[0]


def test_known_ones_stay_known_until_their_file_is_gone(callers, call) -> None:
    assert call("check", "--as-of", CLOCK, "--write-baseline", "known.json").exit_code == 0
    assert found(call, "--baseline", "known.json") == [[], [KEY, USER], []]
    shutil.move("keys", "servicekeys")
    moved = json.loads(
        call("check", "--as-of", CLOCK, "--baseline", "known.json", "--format", "json").stdout
    )
    assert len(moved["report"]["baseline"]["vanished"]) == 0
    Path("servicekeys/crm.json").unlink()
    gone = call("check", "--as-of", CLOCK, "--baseline", "known.json")
    assert "1 known finding no longer found" in " ".join(gone.stdout.split())


@pytest.mark.parametrize("left", ["", "<paste here>", "certs/crm.pem", None])
def test_one_that_is_not_judged_any_more_is_not_gone(callers, call, left) -> None:
    assert call("check", "--as-of", CLOCK, "--write-baseline", "known.json").exit_code == 0
    Path("keys/crm.json").write_text(json.dumps(key(left)), "utf-8")
    known = ("check", "--as-of", CLOCK, "--baseline", "known.json", "--format", "json")
    assert json.loads(call(*known).stdout)["report"]["baseline"]["vanished"] == []


def test_what_only_its_certificate_tells_is_not_gone_where_a_date_is_left(callers, call) -> None:
    Path("iflint.toml").unlink()
    assert call("check", "--as-of", CLOCK, "--write-baseline", "known.json").exit_code == 0
    known = {each["code"] for each in json.loads(Path("known.json").read_text())["findings"]}
    assert known == {"IFL101", "IFL201"}
    details = {"validuntil": "2027-11-01"}
    Path("keys/crm.json").write_text(json.dumps(key(None, certificatedetails=details)), "utf-8")
    again = ("check", "--as-of", CLOCK, "--baseline", "known.json", "--format", "json")
    gone = json.loads(call(*again).stdout)["report"]["baseline"]["vanished"]
    assert [(each["code"], each["caller"]) for each in gone] == [("IFL101", "service-key crm")]


def test_a_fix_has_nothing_to_write_for_them(callers, call) -> None:
    before = {path: path.read_bytes() for path in callers.rglob("*") if path.is_file()}
    for arguments in ((), ("--add-successor",), ("--unsafe-fixes",)):
        result = call("fix", "--as-of", CLOCK, *arguments)
        assert result.output == "Nothing was changed.\n"
    assert {path: path.read_bytes() for path in callers.rglob("*") if path.is_file()} == before
    report = iflint.check(".", as_of=datetime(2026, 11, 24, tzinfo=UTC), roots=("root.pem",))
    assert not any(finding.fixable for finding in report.findings)
