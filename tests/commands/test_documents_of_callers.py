"""Files that hold callers are treated like certificates: by the hook, and where reports go."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from caller_files import BINDING, CONFIGURATION, INSTANCE, PRIVATE, ROWS, atom, key, secret
from iflint.sources.names import DOCUMENT_SUFFIXES, JSON_SUFFIX

from .conftest import CASES, ROOT, unpacked_flow  # isort: skip

FLOW = "packages/Orders/src/main/resources"
DOCUMENTS = {
    "key.json": json.dumps(key()),
    "key.txt": json.dumps(key()),
    "binding.yaml": BINDING,
    "instance.yml": INSTANCE,
    "tls.yaml": secret({"tls.key": PRIVATE}),
    "main.tf": CONFIGURATION,
    "mappings.xml": atom("CertificateUserMapping", ROWS),
    "terraform.tfstate": json.dumps({"a": json.dumps(key())}),
    "chain.txt": PRIVATE,
    "terraform.tfstate.backup": json.dumps({"a": json.dumps(key())}),
    "keys.jsonl": f"{json.dumps(key())}\n{json.dumps(key())}\n",
    ".env": f"VCAP_SERVICES={json.dumps({'it-rt': [{'credentials': key()}]})}\n",
    "make.sh": f"cf create-service-key rt partner -c '{json.dumps(key())}'\n",
}


@pytest.fixture
def repository(workplace):
    (workplace / ".git").mkdir()
    unpacked_flow(CASES / "dn-mismatch" / "bad-order", workplace / "packages/Orders")
    shutil.copytree(CASES / "dn-mismatch" / "bad-order" / "certificates", workplace / "certs")
    return workplace


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_with_callers_concerns_every_flow(repository, call, engine, name) -> None:
    Path(name).write_text(DOCUMENTS[name], "utf-8")
    assert call("hook", name).exit_code == 0
    assert engine.asked[0] == (".",)


@pytest.mark.parametrize("suffix", [JSON_SUFFIX, *DOCUMENT_SUFFIXES])
def test_any_other_document_concerns_none(repository, call, engine, suffix) -> None:
    Path(f"other{suffix}").write_text("roles and certificates", "utf-8")
    assert call("hook", f"other{suffix}").exit_code == 0
    assert engine.asked[0] == ()


def test_a_document_of_a_bundle_means_the_bundle(repository, call, engine) -> None:
    Path(FLOW, "mapping.xml").write_text(DOCUMENTS["mappings.xml"], "utf-8")
    assert call("hook", f"{FLOW}/mapping.xml").exit_code == 0
    assert engine.asked[0] == ("packages/Orders",)


@pytest.mark.parametrize("name", [*DOCUMENTS, "qa.mtaext", "KEY.YAML"])
def test_the_hook_runs_for_them(name) -> None:
    import yaml

    one, _ = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert re.search(one["files"], f"callers/{name}")
    assert not re.search(one["files"], f"callers/{name}.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_report_goes_over_them(repository, call, name) -> None:
    Path(name).write_text(DOCUMENTS[name], "utf-8")
    result = call("check", "certs", "--format", f"text={name}")
    assert result.exit_code == 2
    assert f"'{name}', which looks like an input" in result.stderr
    assert Path(name).read_text("utf-8") == DOCUMENTS[name]


def test_a_report_goes_over_a_report_of_them(repository, call) -> None:
    for name, text in DOCUMENTS.items():
        Path(name).write_text(text, "utf-8")
    reports = ("junit=report.xml", "text=report.txt", "markdown=report.yaml", "json=report.json")
    wanted = [argument for report in reports for argument in ("--format", report)]
    for _ in range(2):
        result = call("check", ".", "--as-of", "2026-11-24", *wanted)
        assert result.exit_code == 1, result.stderr
    assert "IFL407" in Path("report.txt").read_text("utf-8")
    assert PRIVATE.splitlines()[1][:12] not in "".join(
        Path(report.partition("=")[2]).read_text("utf-8") for report in reports
    )
