"""What a run imports: nothing that it does not need, since imports are most of a run's time."""

import subprocess
import sys

import pytest

from exports import FIXTURES, Channel, Flow, bundle, dn, issue, pem, write_tree, zipped

ROLE_BASED = Flow(
    "Receive_Orders",
    "Receive Orders",
    [
        Channel("HTTPS", "/orders", authorization="RoleBased"),
        Channel("SOAP", "/notes", authorization="{{Sender Authorization}}"),
    ],
    {"Sender Authorization": "RoleBased"},
)
CHAIN = FIXTURES / "rules" / "missing-chain" / "good-another-file"
PROGRAM = """\
import sys
before = set(sys.modules)
from iflint.commands.main import cli
try:
    cli(sys.argv[1:])
except SystemExit as end:
    print(end.code, *sorted(set(sys.modules) - before), file=sys.stderr)
"""


def modules(*arguments, cwd):
    """The modules that ``iflint check`` adds to those of an interpreter that does nothing.

    But for those whose names begin with an underscore: each Python divides its own otherwise.
    """
    run = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM, "check", *arguments, "--as-of", "2026-11-24"],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=True,
    )
    status, *names = run.stderr.splitlines()[-1].split()
    assert status == "0", run.stdout
    return {name for name in names if not name.startswith("_")}


def packages(names):
    """The packages that the modules belong to."""
    return {name.partition(".")[0] for name in names}


@pytest.fixture
def role_based(tmp_path):
    """A folder with a flow that nobody calls with a certificate, and a certificate beside it."""
    write_tree(tmp_path / "flow", bundle(ROLE_BASED))
    partner = issue("lean", dn("CN=partner.example", "O=Partner Example", "C=DE"), None)
    (tmp_path / "partner.pem").write_bytes(pem(partner))
    return tmp_path


@pytest.mark.parametrize("report", ["text", "json", "sarif"])
def test_without_a_client_certificate_channel(role_based, report) -> None:
    found = packages(modules(".", "--isolated", "--format", report, cwd=role_based))
    assert not found & {"cryptography", "rich"}


def test_a_flow_without_senders_is_not_even_parsed(tmp_path) -> None:
    (tmp_path / "nightly.zip").write_bytes(zipped(bundle(Flow("Nightly", "Nightly", []))))
    found = modules("nightly.zip", "--isolated", cwd=tmp_path)
    assert "lxml" not in packages(found)
    assert not found & {"iflint.iflow.document", "iflint.pki.roots.rows", "iflint.sources.walk"}
    assert not found & {"binascii", "copy", "locale", "pkgutil"}
    assert len(found) < 160, sorted(found)


def test_a_flow_called_by_role_needs_neither_rules_nor_plugins(role_based) -> None:
    found = modules("flow", "--isolated", cwd=role_based)
    assert not packages(found) & {"pluggy", "iflint_rules", "zipfile", "tomllib", "json"}
    assert not found & {"importlib.metadata", "iflint.pki.chains.search", "iflint.judging.verdicts"}
    assert len(found) < 180, sorted(found)


def test_a_verified_chain_needs_no_more_of_cryptography_than_signatures() -> None:
    found = modules(".", cwd=CHAIN)
    assert "cryptography" in packages(found)
    assert not found & {"cryptography.x509", "rich", "importlib.metadata", "json"}
    assert len(found) < 330, sorted(found)
