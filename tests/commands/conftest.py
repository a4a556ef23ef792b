"""A small repository to check, a stub of the engine, and a way to call the program."""

import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from click.testing import CliRunner

from iflint.commands.main import cli
from iflint.places.location import FileLocation, Location
from iflint.report.findings import Finding, Severity
from iflint.report.report import Report, TrustSummary

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "fixtures" / "rules"
CLOCK = "2026-11-24"

CLEAN_REPORT = Report(
    version="0.0.0",
    as_of=datetime(2026, 11, 24, tzinfo=UTC),
    trust=TrustSummary("cf", "a list"),
    directory="/somewhere",
    root="/somewhere",
    paths=(".",),
    iflows=(),
    findings=(),
)


def report_with(*severities: str) -> Report:
    """A report with a finding of each severity."""
    findings = tuple(
        Finding(
            code=f"IFL90{number}",
            name="made-up",
            severity=Severity(severity),
            message="Something was found.",
            remedy="Do something.",
            location=Location(FileLocation("a.iflw")),
        )
        for number, severity in enumerate(severities)
    )
    return msgspec.structs.replace(CLEAN_REPORT, findings=findings)


@pytest.fixture(autouse=True)
def _calm_environment(monkeypatch):
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING", "TERM"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """An empty current folder in which no configuration from above counts."""
    place = tmp_path / "workplace"
    place.mkdir()
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def call():
    """Call the program in this process; gives click's result."""

    def run(*arguments, env=None):
        return CliRunner().invoke(cli, [str(each) for each in arguments], env=env)

    return run


@pytest.fixture
def engine(monkeypatch):
    """A stub of the engine: ``reply`` is what it does, ``asked`` what it was called with."""

    class Stub:
        reply = CLEAN_REPORT
        asked = None

        def read(self, paths, options=None, baseline_file=None):
            self.asked = (tuple(paths), options)
            if isinstance(self.reply, BaseException):
                raise self.reply
            return SimpleNamespace(report=self.reply)

    stub = Stub()
    monkeypatch.setattr("iflint.engine.run.read", stub.read)
    monkeypatch.setattr("iflint.answers.illustrated.illustrated", lambda report, _run: report)
    return stub


def unpacked_flow(case, target):
    """The flow of a case as an unpacked bundle, also where the case has its ``.iflw`` only."""
    if (case / "flow").is_dir():
        shutil.copytree(case / "flow", target)
        return
    flows = target / "src/main/resources/scenarioflows/integrationflow"
    flows.mkdir(parents=True)
    shutil.copy(case / "Orders.iflw", flows)
    (target / "META-INF").mkdir()
    (target / "META-INF/MANIFEST.MF").write_text(
        "Manifest-Version: 1.0\nSAP-BundleType: IntegrationFlow\n"
        "Bundle-Name: Orders\nBundle-SymbolicName: Orders\nBundle-Version: 1.0.0\n"
    )


@pytest.fixture
def case(workplace):
    """Copy a case of the fixtures into the current folder, its flow unpacked; gives its path."""

    def copy(rule, name):
        target = workplace / name
        shutil.copytree(CASES / rule / name, target)
        if not (target / "flow").is_dir():
            unpacked_flow(target, target / "flow")
            (target / "Orders.iflw").unlink()
        for table in (ROOT / "fixtures").glob("*.json"):
            shutil.copy(table, workplace)
        return Path(name)

    return copy


def process(*arguments, cwd, **settings):
    """Call the program in a process of its own, with a quiet environment."""
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONIOENCODING")
    }
    environment |= settings.pop("env", {})
    return subprocess.run(
        [sys.executable, "-m", "iflint", *map(str, arguments)],
        cwd=cwd,
        env=environment,
        check=False,
        timeout=60,
        **{"capture_output": True, **settings},
    )
