"""Real exports: every flow is read, and every stored value stands where its origin says."""

from __future__ import annotations

import html

import pytest

from iflint.iflow.properties import parse_properties
from iflint.iflow.reader import FlowRead, read_iflow
from iflint.places.location import FileLocation
from iflow.corpus import CORPUS, Files, bundles
from iflow.flows import stored

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="needs the corpus of real exports in ../shared"
)


@pytest.fixture(scope="module")
def flows() -> list[tuple[bytes, Files, FlowRead]]:
    """Bytes and model of each flow."""
    found = []
    for path in sorted(CORPUS.glob("*.zip")):
        for name, data, files in bundles(path.read_bytes()):
            given = {
                key: (files[file], FileLocation(file)) if file in files else None
                for key, file in (
                    ("manifest", "META-INF/MANIFEST.MF"),
                    ("parameters", "src/main/resources/parameters.prop"),
                )
            }
            place = FileLocation(path.name, (name,))
            parsed = read_iflow(
                data, place, bundle=FileLocation(path.name), every_channel=True, **given
            )
            found.append((data, files, parsed))
    return found


def test_every_flow_is_read(flows) -> None:
    resolved = [parsed.resolve() for _, _, parsed in flows]
    assert len(resolved) == 131
    assert [flow.problems for flow in resolved if flow.problems] == []
    assert all(flow.id and flow.name and flow.version for flow in resolved)
    checked = [c for flow in resolved for c in flow.channels if c.checked]
    (only,) = checked
    assert only.authorization.kind == "client-certificate"
    assert [(e.subject.text, e.issuer.text) for e in only.entries] == [("", "")]


def test_values_stand_where_they_say(flows) -> None:
    count = 0
    for data, _, parsed in flows:
        for channel in parsed.channels:
            for text in channel.properties.values():
                shown = stored(data, text.origin.locate())
                if text.text:
                    assert html.unescape(shown) == text.text
                count += 1
            for entry in channel.rows.rows:
                for cell in (entry.subject, entry.issuer):
                    if cell.text:
                        assert stored(data, cell.origin.locate()) == cell.text
    assert count > 300


def test_parameters_stand_where_they_say(flows) -> None:
    for _, files, _ in flows:
        data = files.get("src/main/resources/parameters.prop", b"")
        for entry in parse_properties(data, FileLocation("p")).entries.values():
            shown = stored(data, entry.origin.locate())
            if entry.value and "\\" not in shown:
                assert shown == entry.value
