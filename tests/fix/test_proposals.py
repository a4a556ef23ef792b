"""What SARIF and JSON propose is what `iflint fix` writes, byte for byte, by an applier of its own.

The applier knows of SARIF what its standard says, and nothing of iflint.
"""

from __future__ import annotations

import json
import re
import shutil
from urllib.parse import unquote

import pytest

import exports
from exports import (
    FLOW_FOLDER,
    Channel,
    Flow,
    bundle,
    dn,
    expected,
    iflw,
    issue,
    pem,
    root,
    write_tree,
)

AUTHORITY = root(
    "proposals root", dn("CN=Example Root", "O=Trust 😀", "C=DE"), "2020-01-01", "2040-01-01"
)
NAME = dn("CN=edi.partner.example", "OU=EDI & Orders", "O=Müller, Söhne", "C=DE")
REVERSED = 'C=DE, O="Müller, Söhne", OU=EDI & Orders, CN=edi.partner.example'
ISSUER = "C=DE, O=Trust 😀, CN=Example Root"
PLAIN = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}
"""What stands behind the byte order mark of an encoding that writes one."""
AS_OF = ("--as-of", "2026-11-24")
CASES = sorted(
    f"{rule}/{case.name}"
    for rule in ("dn-mismatch", "malformed-dn")
    for case in (exports.FIXTURES / "rules" / rule).glob("bad-*")
)


def apply_sarif(folder, log, encoding) -> None:
    """Make every fix of the results (§3.55); lines and columns count from 1, ends are exclusive."""
    wanted: dict[str, dict[tuple[int, ...], str]] = {}
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    for result in run["results"]:
        for fix in result.get("fixes", [])[:1]:
            for change in fix["artifactChanges"]:
                location = change["artifactLocation"]
                assert location["uriBaseId"] == "SRCROOT"
                assert run["artifacts"][location["index"]]["location"]["uri"] == location["uri"]
                for each in change["replacements"]:
                    region = each["deletedRegion"]
                    keys = ("startLine", "startColumn", "endLine", "endColumn")
                    span = tuple(region[key] for key in keys)
                    text = each["insertedContent"]["text"]
                    assert wanted.setdefault(location["uri"], {}).setdefault(span, text) == text
    for uri, replacements in wanted.items():
        path = folder / unquote(uri)
        text = path.read_bytes().decode(encoding)
        mark = text[: text.startswith("\ufeff")]
        text = text.removeprefix("\ufeff")
        starts = [0, *(end.end() for end in re.finditer(r"\r\n|\r|\n", text))]
        for (line, column, last_line, last_column), new in sorted(replacements.items())[::-1]:
            first = starts[line - 1] + column - 1
            last = starts[last_line - 1] + last_column - 1
            text = text[:first] + new + text[last:]
        path.write_bytes((mark + text).encode(encoding))


def apply_json(folder, document, encoding) -> None:
    """Make every fix by the bytes that it names."""
    wanted = {
        (each["location"]["file"]["path"], *(region[key] for key in ("start_byte", "end_byte"))): (
            each["text"]
        )
        for finding in document["report"]["findings"]
        for each in (finding["fix"] or {"replacements": []})["replacements"]
        for region in [each["location"]["region"]]
    }
    for (path, start, end), text in sorted(wanted.items())[::-1]:
        data = (folder / path).read_bytes()
        (folder / path).write_bytes(data[:start] + text.encode(encoding) + data[end:])


def contents(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.fixture
def same(tmp_path_factory, monkeypatch, call):
    """Hold what `iflint fix`, SARIF and JSON make of a folder to each other; give the result."""

    def same(folder, *arguments, encoding="utf-8", path="."):
        (folder / ".git").mkdir(exist_ok=True)
        before, made = contents(folder), []
        for apply in (None, apply_sarif, apply_json):
            copy = tmp_path_factory.mktemp("copy") / "project"
            shutil.copytree(folder, copy, symlinks=True)
            monkeypatch.chdir(copy)
            if apply is None:
                result = call("fix", path, *AS_OF, *arguments)
                assert result.exit_code == 0, result.output
            else:
                name = "sarif" if apply is apply_sarif else "json"
                result = call("check", path, *AS_OF, *arguments, "--format", name)
                assert result.exit_code in (0, 1), result.output
                apply(copy, json.loads(result.stdout), encoding)
            made.append(contents(copy))
        assert made[0] == made[1] == made[2]
        return before, made[0]

    return same


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "partner.pem").write_bytes(pem(issue("proposals partner", NAME, AUTHORITY)))
    (folder / "root.pem").write_bytes(pem(AUTHORITY))
    return folder


ROOTS = ("--roots-add", "root.pem")


@pytest.mark.parametrize("case", CASES)
def test_the_fixtures_of_the_rules(case, tmp_path, same) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(exports.FIXTURES / "rules", folder)
    before, after = same(folder, path=case)
    assert expected()[case]
    changed = {path for path in before if before[path] != after[path]}
    assert {path.suffix for path in changed} <= {".iflw"}


def test_the_demo(tmp_path, same) -> None:
    shutil.copytree(exports.FIXTURES / "demo", tmp_path / "demo")
    same(tmp_path / "demo")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "iso-8859-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_file_of_parameters(encoding, end, place, same) -> None:
    channels = [Channel("HTTPS", "/orders", [("{{S}}", "{{I}}")])] * 2
    write_tree(place / "flow", bundle(Flow("Orders", "Orders", channels)))
    issuer = "".join(rf"\u{n:04x}" for n in (0xD83D, 0xDE00)).join(ISSUER.split("😀"))
    lines = ["# é", "A=é \\", "  b", f"S={REVERSED}", f"I : {issuer}", "Z=é"]
    data = end.join(lines).encode(encoding)
    (place / "flow/src/main/resources/parameters.prop").write_bytes(data)
    before, after = same(place, *ROOTS, encoding=PLAIN.get(encoding, encoding))
    assert before != after


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "ascii"])
def test_a_flow(encoding, place, same) -> None:
    channel = Channel("HTTPS", "/😀", [(REVERSED, ISSUER), ("CN=other", "CN=😀")])
    text = iflw(Flow("Orders", "Orders", [channel]))
    named = "utf-8" if "8-sig" in encoding else encoding
    text = text.replace('"UTF-8"', f'"{named}"', 1).replace("\n", "\r\n")
    write_tree(place / "flow", bundle(Flow("Orders", "Orders", [channel])))
    (place / f"flow/{FLOW_FOLDER}/Orders.iflw").write_bytes(
        text.encode(encoding, "xmlcharrefreplace")
    )
    before, after = same(place, *ROOTS, encoding=PLAIN.get(encoding, encoding))
    assert before != after


def test_what_is_left_or_known_or_in_environments(place, same) -> None:
    channel = Channel("HTTPS", "/orders", [("{{S}}", ISSUER)])
    for name in ("A", "B"):
        flow = Flow(name, name, [channel], {"S": REVERSED})
        write_tree(place / name, bundle(flow))
    expired = dn("CN=old.example", "O=Müller", "C=DE")
    old = issue("proposals expired", expired, AUTHORITY, last="2026-11-01")
    (place / "old.pem").write_bytes(pem(old))
    hidden = Channel("HTTPS", "/old", [("C=DE, O=Müller, CN=old.example", ISSUER)])
    write_tree(place / "C", bundle(Flow("C", "C", [hidden])))
    (place / "iflint.toml").write_text('[environments.QA]\nparameters = ["QA.prop"]\n', "utf-8")
    (place / "QA.prop").write_text(f"S={REVERSED}\n", "utf-8")
    before, after = same(place, *ROOTS)
    changed = {path.as_posix() for path in before if before[path] != after[path]}
    assert {f"{name}/src/main/resources/parameters.prop" for name in "AB"} <= changed
    assert not any(path.startswith("C/") for path in changed)
    before, after = same(place, *ROOTS, "--environment", "QA")
    changed = {path.name for path in before if before[path] != after[path]}
    assert changed == {"QA.prop", "A.iflw", "B.iflw"}


def test_an_environment_that_can_not_be_judged_costs_the_proposals_only(
    place, call, monkeypatch
) -> None:
    monkeypatch.chdir(place)
    channel = Channel("HTTPS", "/orders", [(REVERSED, ISSUER)])
    write_tree(place / "flow", bundle(Flow("Orders", "Orders", [channel])))
    (place / "empty").mkdir()
    (place / "iflint.toml").write_text('[environments.QA]\nroots = ["empty"]\n', "utf-8")
    text = call("check", *ROOTS, *AS_OF, "--format", "text")
    for name in ("json", "sarif"):
        result = call("check", *ROOTS, *AS_OF, "--format", name)
        assert result.exit_code == text.exit_code == 1
        assert "dn-mismatch" in result.stdout
    assert call("fix", *ROOTS, *AS_OF).exit_code == 2


def test_nothing_is_planned_where_no_format_shows_it_or_nothing_can_be_fixed(
    place, call, monkeypatch
) -> None:
    from iflint.fixes import proposals

    def never(*_, **__) -> None:
        pytest.fail("a fix was planned")

    monkeypatch.setattr(proposals, "plan_fixes", never)
    monkeypatch.chdir(place)
    assert call("check", *ROOTS, *AS_OF, "--format", "sarif").exit_code == 0
    channel = Channel("HTTPS", "/orders", [(REVERSED, ISSUER)])
    write_tree(place / "flow", bundle(Flow("Orders", "Orders", [channel])))
    assert call("check", *ROOTS, *AS_OF, "--format", "text").exit_code == 1
