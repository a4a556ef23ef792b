"""A run that uses what earlier ones have read says what one without it says, whatever happened."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import (
    PKCS12Certificate,
    serialize_java_truststore,
)
from cryptography.x509 import load_der_x509_certificate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iflint
from exports import Channel, Flow, bundle, dn, issue, pem, zipped
from iflint.engine import inputs, reading
from iflint.engine.cache_folder import OFF, VARIABLE
from iflint.sources import identity

if shutil.which("git") is None:
    pytest.skip("needs git", allow_module_level=True)

PARTNER = issue("partner", dn("CN=partner.example", "O=Partner", "C=DE"), None)
PAIR = PARTNER.pair
FLOW = "src/main/resources/scenarioflows/integrationflow/Orders.iflw"


def orders(*channels: Channel, **parameters: str) -> dict[str, bytes]:
    return bundle(Flow("Orders", "Orders", channels, parameters))


BY_CERTIFICATE = orders(Channel("HTTPS", "/orders", [PAIR]))
QUIET = orders(
    Channel("HTTPS", "{{address}}", authorization="{{authorization}}"),
    address="/quiet",
    authorization="RoleBased",
)
"""Nothing can be found in it unless other parameters count."""
OVERLAY = "../overlay.properties"
CONTENTS: list[dict[str, bytes]] = [
    BY_CERTIFICATE,
    orders(Channel("HTTPS", "/orders", [(PAIR[0], "CN=Another CA")])),
    orders(Channel("HTTPS", "/orders", authorization="RoleBased")),
    orders(Channel("SOAP", "/notes", [("{{who}}", PAIR[1])]), who=PAIR[0]),
    orders(Channel("SOAP", "/notes", [("{{who}}", PAIR[1])]), who="CN=nobody"),
    {name: data[: len(data) // 2] for name, data in BY_CERTIFICATE.items()},
    BY_CERTIFICATE | {"src/main/resources/script/a.groovy": b"-----BEGIN PRIVATE KEY-----\nx"},
    {"partner.pem": pem(PARTNER)},
    BY_CERTIFICATE | bundle(Flow("Other", "Other", [Channel("HTTPS", "/other", [PAIR])])),
    {
        "key.json": b'{"certificate": "none", "clientid": "x"}',
        "a.txt": b"a text",
        "b.md": b"a key",
        "c.md": b"",
    },
    QUIET,
]
NAMES = ["one", "two", "inner/three"]
LIMITS = [
    (),
    ("rows-of-a-channel=1",),
    ("channels=1",),
    ("key-search-bytes=5", "key-text-bytes=15"),
]
THREADS = ThreadPoolExecutor(1)
STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(NAMES), st.sampled_from(range(len(CONTENTS)))),
    st.tuples(st.just("archive"), st.sampled_from(NAMES), st.sampled_from(range(len(CONTENTS)))),
    st.tuples(st.just("edit"), st.sampled_from(NAMES)),
    st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
    st.tuples(st.just("touch"), st.sampled_from(NAMES)),
    st.tuples(st.just("git"), st.sampled_from(["add -A", "commit -qam x", "checkout -qf HEAD~1"])),
    st.tuples(st.just("as_of"), st.dates(datetime(2026, 1, 1).date(), datetime(2028, 1, 1).date())),
    st.tuples(st.just("whole_inventory"), st.booleans()),
    st.tuples(st.just("diagrams"), st.booleans()),
    st.tuples(st.just("exclude"), st.sampled_from([(), ("one",), ("*.zip",)])),
    st.tuples(st.just("limit"), st.sampled_from(LIMITS)),
    st.tuples(st.just("parameters"), st.sampled_from([(), (OVERLAY,)])),
    st.tuples(st.just("executor"), st.sampled_from([None, THREADS])),
)


@pytest.fixture(autouse=True)
def _kept_of_any_number(tmp_path, monkeypatch) -> None:
    monkeypatch.delenv(OFF, raising=False)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "kept"))
    monkeypatch.setattr(reading, "_FEW", 1)
    # What was written before a run began is settled for it: nothing is written while it reads.
    monkeypatch.setattr(identity, "_UNCERTAIN", 0)


def put(folder: Path, name: str, files: dict[str, bytes], *, archive: bool) -> None:
    path = folder / name
    remove(path)
    remove(path.with_suffix(".zip"))
    if archive:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".zip").write_bytes(zipped(files))
        return
    for inner, data in files.items():
        (path / inner).parent.mkdir(parents=True, exist_ok=True)
        (path / inner).write_bytes(data)


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)


def edit(path: Path) -> None:
    """Change a file, and neither its size nor the time at which it was written."""
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"partner.example", b"another.example"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def do(git, folder: Path, step: tuple[Any, ...], asked: dict[str, Any]) -> None:
    kind, name, *more = step
    path = folder / str(name)
    try:
        if kind in ("put", "archive"):
            put(folder, name, CONTENTS[more[0]], archive=kind == "archive")
        elif kind == "edit":
            edit(path / FLOW)
        elif kind == "rename":
            path.rename(folder / more[0])
        elif kind == "touch":
            path.with_suffix(".zip").touch()
        elif kind == "git":
            git(folder, *name.split())
        else:
            asked[kind] = name
    except (OSError, subprocess.CalledProcessError):
        return


def reported(folder: Path, asked: dict[str, Any], **more: Any) -> bytes:
    day = asked.get("as_of", datetime(2026, 11, 24).date())
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    report = iflint.check(".", directory=str(folder), **asked | more | {"as_of": moment})
    return msgspec.json.encode(report)


def same(folder: Path, asked: dict[str, Any]) -> None:
    assert reported(folder, asked) == reported(folder, asked, no_cache=True, executor=None)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=st.lists(STEPS, max_size=12))
def test_the_same_report_with_and_without_it(git, tmp_path_factory, steps) -> None:
    folder = tmp_path_factory.mktemp("flows")
    git(folder, "init", "-q")
    (folder / OVERLAY).write_text("address=/other\nauthorization=ClientCertificate\n")
    put(folder, "one", BY_CERTIFICATE, archive=False)
    put(folder, "two", QUIET, archive=True)
    asked: dict[str, Any] = {}
    same(folder, asked)
    for step in steps:
        do(git, folder, step, asked)
        same(folder, asked)


def test_other_parameters_count_for_what_was_quiet(tmp_path) -> None:
    folder = tmp_path / "flows"
    put(folder, "one", QUIET, archive=True)
    (folder / OVERLAY).write_text("authorization=ClientCertificate\n")
    found = []
    for parameters in ((), (OVERLAY,), (), (OVERLAY,)):
        same(folder, {"parameters": parameters})
        found.append(b"IFL" in reported(folder, {"parameters": parameters}))
    assert found == [False, True, False, True]


def read(folder: Path, monkeypatch, **asked: Any) -> list[str]:
    """The paths that a run reads, and doesn't know."""
    paths = []
    really = inputs.read_parcel

    def noted(parcel, *arguments):
        paths.append(os.path.relpath(parcel.order.main.path, folder))
        return really(parcel, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(inputs, "read_parcel", noted)
        iflint.check(".", directory=str(folder), **asked)
    return sorted(paths)


def test_only_what_has_changed_is_read_again(tmp_path, monkeypatch) -> None:
    folder = tmp_path / "flows"
    put(folder, "one", BY_CERTIFICATE, archive=False)
    put(folder, "two", QUIET, archive=True)
    put(folder, "inner/three", CONTENTS[3], archive=True)
    assert read(folder, monkeypatch) == ["inner/three.zip", f"one/{FLOW}", "two.zip"]
    assert read(folder, monkeypatch) == []
    time.sleep(0.02)
    edit(folder / "one" / FLOW)
    assert read(folder, monkeypatch) == [f"one/{FLOW}"]
    (folder / "two.zip").rename(folder / "four.zip")
    assert read(folder, monkeypatch) == ["four.zip"]
    assert read(folder, monkeypatch) == []


def test_a_fresh_checkout_is_known(git, tmp_path, monkeypatch) -> None:
    folder = tmp_path / "flows"
    for number in range(3):
        put(folder, f"flow{number}", CONTENTS[number], archive=bool(number))
    git(folder, "init", "-q")
    time.sleep(0.02)
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "x")
    assert len(read(folder, monkeypatch)) == 3
    git(tmp_path, "clone", "-q", "flows", "checkout")
    time.sleep(0.02)
    git(tmp_path / "checkout", "update-index", "--really-refresh", "--force-write-index")
    assert read(tmp_path / "checkout", monkeypatch) == []


def test_what_is_known_counts_once_towards_the_limits_of_a_run(tmp_path) -> None:
    put(tmp_path / "flows", "one", BY_CERTIFICATE, archive=False)
    put(tmp_path / "flows", "two", BY_CERTIFICATE, archive=False)
    for _ in range(2):
        same(tmp_path / "flows", {"limit": ("channels=1",)})
        same(tmp_path / "flows", {"limit": ("rows=2",)})


def test_flows_of_one_bundle_are_kept_apart(tmp_path) -> None:
    put(tmp_path / "flows", "one", CONTENTS[7], archive=False)
    for _ in range(2):
        same(tmp_path / "flows", {"executor": THREADS})


def test_a_keystore_is_opened_each_time(tmp_path, monkeypatch) -> None:
    """Passwords are no part of what its archive is known by."""
    folder = tmp_path / "flows"
    trusted = [PKCS12Certificate(load_der_x509_certificate(PARTNER.der), b"partner")]
    locked = serialize_java_truststore(trusted, BestAvailableEncryption(b"secret"))
    put(folder, "one", BY_CERTIFICATE | {"partner.p12": locked}, archive=True)
    put(folder, "two", BY_CERTIFICATE, archive=True)
    (tmp_path / "partner.pem").write_bytes(pem(PARTNER))
    asked = {"certificates": ("../partner.pem",)}
    assert read(folder, monkeypatch, **asked) == ["one.zip", "two.zip"]
    assert read(folder, monkeypatch, **asked) == ["one.zip"]


class AnotherMachine(ThreadPoolExecutor):
    """It has other files by the same path."""

    def __init__(self, here: Path, there: Path) -> None:
        super().__init__(1)
        self.here, self.there = here, there

    def submit(self, fn: Any, /, *args: Any, **more: Any) -> Any:
        return super().submit(self._run, fn, *args, **more)

    def _run(self, fn: Any, /, *args: Any, **more: Any) -> Any:
        aside = self.here.with_name("aside")
        self.here.rename(aside)
        self.there.rename(self.here)
        try:
            return fn(*args, **more)
        finally:
            self.here.rename(self.there)
            aside.rename(self.here)


def test_what_another_machine_has_by_the_same_path_is_not_kept(tmp_path) -> None:
    folder = tmp_path / "flows"
    put(folder, "one", CONTENTS[0], archive=False)
    put(tmp_path / "other", "one", CONTENTS[2], archive=False)
    with AnotherMachine(folder, tmp_path / "other") as machine:
        assert reported(folder, {"executor": machine}) != reported(folder, {}, no_cache=True)
    same(folder, {})
