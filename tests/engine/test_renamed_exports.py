"""A baseline knows the findings of an export that was renamed, and of no other artifact."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import iflint
from exports import Channel, Flow, Resource, bundle, package_export, write_tree, zipped
from iflint.engine import baseline, moves

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
IDS = ("Orders", "Invoices")
KINDS = ("zip", "folder", "package")


def flow(id_, pairs=("no name", "CN=,")):
    """A flow with a finding for each pair, two of which no fingerprint's text tells apart."""
    channels = [Channel("HTTPS", "/orders", [(pair, "CN=Issuer")]) for pair in (*pairs, pairs[0])]
    return Flow(id_, id_, channels)


def export(kind, ids, pairs=("no name", "CN=,")):
    """The files of an export, whose names begin with a star where a name is to be."""
    if kind == "package":
        flows = [Resource(id_, "IFlow", zipped(bundle(flow(id_, pairs)))) for id_ in ids]
        return {"*.zip": package_export("Retail", flows)}
    if kind == "zip":
        return {"*.zip": zipped(bundle(flow(ids[0], pairs)))}
    return {f"*/{name}": data for name, data in bundle(flow(ids[0], pairs)).items()}


def put(folder, name, files):
    write_tree(folder, {path.replace("*", name, 1): data for path, data in files.items()})


def take_away(folder, name):
    shutil.rmtree(folder / name, ignore_errors=True)
    (folder / f"{name}.zip").unlink(missing_ok=True)


def check(folder, *paths, **more):
    return iflint.check(*(paths or (".",)), as_of=CLOCK, directory=str(folder), **more)


def known(folder, *paths):
    """The path of a baseline of all that is found now."""
    path = folder / "known.json"
    path.write_text(baseline.written(baseline.of_report(check(folder, *paths))), "utf-8")
    return str(path)


@pytest.fixture
def repository(tmp_path):
    (tmp_path / ".git").mkdir()
    return tmp_path


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    exports=st.lists(
        st.tuples(st.sampled_from(KINDS), st.lists(st.sampled_from(IDS), min_size=1, unique=True)),
        min_size=1,
        max_size=4,
    ),
    which=st.integers(0, 3),
    name=st.sampled_from(["1.0.1/Orders-1.0.1", "0", "zz/zz/zz", "export-1-renamed"]),
)
def test_renaming_any_export_of_a_tree_leaves_no_new_finding(
    repository, exports, which, name
) -> None:
    folder = repository / f"tree-{len(list(repository.iterdir()))}"
    (folder / ".git").mkdir(parents=True)
    for number, (kind, ids) in enumerate(exports):
        put(folder, f"export-{number}", export(kind, ids))
    before = check(folder)
    path = known(folder)
    kind, ids = exports[number := which % len(exports)]
    take_away(folder, f"export-{number}")
    put(folder, name, export(kind, ids))
    after = check(folder, baseline=path)
    assert after.findings == ()
    assert len(after.known) == len(before.findings)
    assert after.baseline.vanished == ()
    assert {row.path.split("/")[0].removesuffix(".zip") for row in after.baseline.moved} == {
        f"export-{number}"
    }


def test_of_two_artifacts_of_one_id_none_takes_the_findings_of_the_other(repository) -> None:
    put(repository, "first", export("zip", IDS))
    path = known(repository)
    put(repository, "second", export("zip", IDS))
    report = check(repository, baseline=path)
    assert {f.location.file.path for f in report.findings} == {"second.zip"}
    assert {f.location.file.path for f in report.known} == {"first.zip"}
    assert check(repository, "second.zip", baseline=path).known == ()


def test_where_two_could_have_come_from_one_file_both_are_new(repository) -> None:
    put(repository, "first", export("zip", IDS))
    path = known(repository)
    take_away(repository, "first")
    for name in ("second", "third"):
        put(repository, name, export("zip", IDS))
    report = check(repository, baseline=path)
    assert {f.location.file.path for f in report.findings} == {"second.zip", "third.zip"}
    assert report.known == ()


def test_one_that_was_known_where_it_is_takes_no_others(repository) -> None:
    put(repository, "first", export("zip", IDS, ("no name", "CN=,")))
    put(repository, "second", export("zip", IDS, ("no name",)))
    path = known(repository)
    take_away(repository, "first")
    put(repository, "second", export("zip", IDS))
    report = check(repository, baseline=path)
    assert {f.entry.subject for f in report.findings} == {"CN=,"}


def test_a_copy_of_what_was_mended_is_new(repository) -> None:
    put(repository, "first", export("zip", IDS))
    path = known(repository)
    put(repository, "first", export("zip", IDS, ("CN=a",)))
    put(repository, "old/copy", export("zip", IDS))
    report = check(repository, baseline=path)
    assert {f.location.file.path for f in report.known} == set()


def test_another_id_at_another_place_is_new(repository) -> None:
    put(repository, "first", export("zip", ["Orders"]))
    path = known(repository)
    take_away(repository, "first")
    put(repository, "second", export("zip", ["Invoices"]))
    assert check(repository, baseline=path).known == ()


def test_a_flow_that_left_a_package_for_a_file_of_its_own_is_known(repository) -> None:
    put(repository, "retail", export("package", IDS))
    path = known(repository)
    put(repository, "retail", export("package", ["Invoices"]))
    put(repository, "Orders-1.0.1", export("folder", ["Orders"]))
    assert check(repository, baseline=path).findings == ()


def test_however_many_are_renamed_at_once_all_are_known(repository, monkeypatch) -> None:
    monkeypatch.setattr(moves, "_MOST_FILES", 1)
    for id_ in IDS:
        put(repository / "old", id_, export("zip", [id_]))
    path = known(repository)
    (repository / "old").rename(repository / "new")
    assert check(repository, baseline=path).findings == ()


def test_a_flow_with_a_new_name_in_a_file_with_a_new_name_is_known(repository) -> None:
    write_tree(repository, {"Orders.zip": zipped(bundle(flow("Orders")))})
    path = known(repository)
    take_away(repository, "Orders")
    renamed = zipped(bundle(flow("Orders")._replace(name="Purchase Orders")))
    write_tree(repository, {"Purchase Orders.zip": renamed})
    assert check(repository, baseline=path).findings == ()


def test_writing_the_baseline_again_notes_the_new_name(repository) -> None:
    put(repository, "first", export("zip", IDS))
    before = baseline.BaselineFile(known(repository)).baseline
    take_away(repository, "first")
    put(repository, "second", export("zip", IDS))
    report = check(repository, baseline=before.path)
    rows = baseline.of_report(report, before)
    assert {row.path for row in rows} == {"second.zip"}
    assert len(rows) == len(list(before.rows))


def test_a_finding_that_became_worse_on_the_way_is_new(repository) -> None:
    put(repository, "first", export("zip", IDS))
    path = Path(known(repository))
    rows = baseline.BaselineFile(str(path)).baseline.rows
    milder = [msgspec.structs.replace(row, severity="note") for row in rows]
    path.write_text(baseline.written(milder), "utf-8")
    take_away(repository, "first")
    put(repository, "second", export("zip", IDS))
    assert check(repository, baseline=str(path)).known == ()


@pytest.mark.parametrize("kind", KINDS)
def test_what_review_tools_know_a_finding_by_survives_a_new_name(repository, kind) -> None:
    put(repository, "Orders-1.0.0", export(kind, IDS))
    before = check(repository).findings
    take_away(repository, "Orders-1.0.0")
    put(repository, "1.0.1/Orders-1.0.1", export(kind, IDS))
    after = check(repository).findings
    assert [f.identity for f in after] == [f.identity for f in before]
    assert {f.fingerprint for f in after}.isdisjoint(f.fingerprint for f in before)
    assert len({f.identity for f in after}) == len(after)


def test_two_flows_of_one_id_are_told_apart_by_their_files(repository) -> None:
    for name in ("first", "second"):
        put(repository, name, export("zip", IDS))
    found = check(repository).findings
    assert [f.identity for f in found] == [f.fingerprint for f in found]
