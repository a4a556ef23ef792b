"""A run reads each file once, whatever is written; a proof of fixes reads what it would change."""

import builtins
import os
import subprocess
import sys
from collections import Counter

import pytest
from click.testing import CliRunner

from exports import FIXTURES, Channel, Flow, bundle, dn, issue, pem, root, write_tree
from iflint.commands.main import cli

PROGRAM = """\
import os, sys
opened = []
def hear(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)) and arguments[1] is None:
        opened.append(os.path.abspath(os.fsdecode(arguments[0])))
sys.addaudithook(hear)
from iflint.commands.main import cli
try:
    cli(sys.argv[1:])
finally:
    print(*opened, sep="\\n", file=sys.stderr)
"""
"""Opens are counted below Python: `open` asks `os.open` for every file of a run."""


def reads(folder, *arguments):
    """How often ``iflint check`` opens each file of a folder, by its path there."""
    folder = os.path.realpath(folder)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, "check", ".", "--as-of", "2026-11-24", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr
    paths = run.stderr.splitlines()
    return Counter(
        os.path.relpath(path, folder) for path in paths if path.startswith(folder + os.sep)
    )


@pytest.fixture(scope="module")
def read_for_text():
    """The reads of a text report on all rules' cases."""
    return reads(FIXTURES / "rules", "--format", "text")


def test_text_reads_each_file_once(read_for_text) -> None:
    assert len(read_for_text) > 500
    assert set(read_for_text.values()) == {1}


@pytest.mark.parametrize("report", ["sarif", "json", "html", "gitlab"])
def test_other_reports_read_the_same_and_what_a_fix_would_change(read_for_text, report) -> None:
    found = reads(FIXTURES / "rules", "--format", report)
    assert found.keys() == read_for_text.keys()
    assert found.total() <= 1.2 * read_for_text.total()
    again = {path for path, times in found.items() if times > 1}
    assert again <= {path for path in found if path.startswith(("dn-mismatch/", "malformed-dn/"))}


def test_environments_share_what_they_read(tmp_path) -> None:
    authority = root("reads root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
    partner = issue("reads partner", dn("CN=partner.example"), authority)
    channel = Channel("HTTPS", "/orders", [("{{S}}", "CN=Example Root")])
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel], {"S": "CN=x"})))
    for path, data in (
        ("certificates/partner.pem", pem(partner)),
        ("roots/root.pem", pem(authority)),
        ("values.prop", b"S=CN=partner.example\n"),
    ):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(data)
    settings = (
        'parameters = ["values.prop"]\ncertificates = ["certificates"]\n'
        'roots = ["roots/root.pem"]\nroots-add = ["roots"]\n'
    )
    (tmp_path / "iflint.toml").write_text(
        "".join(f"[environments.{name}]\n{settings}" for name in ("dev", "qa", "prod")), "utf-8"
    )
    found = reads(tmp_path, "--all-environments", "--roots", "roots", "--format", "json")
    assert found.pop("values.prop") == 3, "a look at its first bytes, one for keys, one reading"
    assert set(found.values()) == {1}, found


@pytest.mark.parametrize(
    ("times", "arguments"),
    [
        (1, ("--baseline", "known.json", "--format", "sarif=x.sarif", "--format", "json=x.json")),
        (2, ("--write-baseline", "known.json")),
        (2, ("--baseline", "known.json", "--write-baseline", "known.json")),
        (2, ("--baseline", "known.json", "--prune-baseline", "--format", "html=x.html")),
    ],
    ids=["compared", "written", "written over", "pruned"],
)
def test_a_baseline_is_read_once_whatever_is_written(
    tmp_path, monkeypatch, times, arguments
) -> None:
    """What writes over a file looks first at what that is: the second time."""
    flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [("CN=x", "CN=y")])])
    write_tree(tmp_path / "flow", bundle(flow))
    monkeypatch.chdir(tmp_path)
    asked = ["check", "flow", "--isolated", "--as-of", "2026-11-24"]
    assert CliRunner().invoke(cli, [*asked, "--write-baseline", "known.json"]).exit_code == 0
    opened = []
    plainly = builtins.open

    def counting(path, mode="r", *others, **settings):
        if "r" in mode and str(path).endswith("known.json"):
            opened.append(path)
        return plainly(path, mode, *others, **settings)

    monkeypatch.setattr(builtins, "open", counting)
    assert CliRunner().invoke(cli, [*asked, *arguments]).exit_code == 0
    assert opened == ["known.json"] * times
