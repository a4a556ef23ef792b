"""Damaged, hostile and merely odd archives: one clear problem each, and never at any price."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.places.location import FileLocation
from iflint.places.problems import Problem, ProblemKind, Unreadable
from iflint.sources import Bundle, Limits, Skipped, SourceFile, certificate_files
from iflint.sources.zips import Archive, Budget
from tests.sources.found import discover


def opened(data: bytes, limits: Limits | None = None) -> Archive:
    location = FileLocation("a.zip")
    return Archive(data, location, Budget(location, limits or Limits(), len(data)))


def problems(*paths: str, **options: object) -> list[Problem]:
    return [item for item in discover(paths or (".",), **options) if isinstance(item, Problem)]


def messages(*paths: str, **options: object) -> list[str]:
    return [problem.message for problem in problems(*paths, **options)]


def content_or_problem(file: SourceFile) -> tuple[bytes, str]:
    """What the file holds, or what is wrong with it."""
    try:
        return file.read(), ""
    except Unreadable as error:
        return b"", error.problem.message


def record(
    name: bytes,
    content: bytes,
    *,
    flags: int = 0,
    method: int = 8,
    size: int | None = None,
    checksum: int | None = None,
    offset: int = 0,
) -> tuple[bytes, bytes]:
    """Local part and list entry of one member, with whatever lies the arguments tell."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored = deflater.compress(content) + deflater.flush() if method == 8 else content
    size = len(content) if size is None else size
    checksum = zlib.crc32(content) if checksum is None else checksum
    common = struct.pack(
        "<HHHHHLLLHH", 20, flags, method, 0, 0, checksum, len(stored), size, len(name), 0
    )
    local = b"PK\x03\x04" + common + name + stored
    listed = b"PK\x01\x02\x14\0" + common + struct.pack("<HHHLL", 0, 0, 0, 0, offset) + name
    return local, listed


def assembled(*members: tuple[bytes, bytes], before: bytes = b"", after: bytes = b"") -> bytes:
    body, listed = b"", b""
    for local, entry in members:
        listed += entry[:42] + struct.pack("<L", len(body)) + entry[46:]
        body += local
    count = len(members)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(listed), len(body), len(after)
    )
    return before + body + listed + end + after


FLOW_NAME = b"src/main/resources/scenarioflows/integrationflow/x.iflw"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "0 bytes"),
        (b"<html>Please log on</html>", "not a zip archive"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS pointer"),
        (b"PK\x03\x04" + b"\0" * 100, "cut off"),
        (b"PK\x05\x06\2\0\2\0" + b"\0" * 14, "split into several"),
    ],
)
def test_what_is_no_archive_is_one_problem(here, exports, data, said) -> None:
    exports.write(here, {"bad.zip": data, "good.zip": exports.pack(exports.bundle())})
    problem, flow = discover(["."])
    assert said in problem.message
    assert problem.kind is ProblemKind.ARTIFACT
    assert isinstance(flow, Bundle)


def test_the_last_of_two_parts_of_an_archive_is_told_as_that(here, exports) -> None:
    whole = exports.pack(exports.bundle())
    end = whole.rindex(b"PK\x05\x06") + 4
    last = whole[100:end] + struct.pack("<HH", 1, 1) + whole[end + 4 :]
    exports.write(here, {"flows.z01": whole[:100], "flows.zip": last})
    (problem,) = discover(["."])
    assert "one part of an archive that was split" in problem.message
    assert problem.remedy.startswith("Join the parts")


def test_archive_cut_off_anywhere_is_one_problem(here, exports) -> None:
    whole = exports.pack(exports.bundle())
    for length in range(0, len(whole), 37):
        (here / "cut.zip").write_bytes(whole[:length])
        (problem,) = discover(["."])
        assert isinstance(problem, Problem)


def test_an_archive_without_its_beginning_is_one_problem(here, exports) -> None:
    whole = exports.pack(exports.bundle())
    for length in (1, 30, 100, len(whole) // 2):
        (here / "cut.zip").write_bytes(whole[length:])
        (problem,) = discover(["."])
        assert isinstance(problem, Problem)


def test_an_archive_cut_off_behind_an_archive_in_it_is_not_taken_for_that_one() -> None:
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("x", b"x")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.writestr("inner.zip", inner.getvalue())
    whole = outer.getvalue()
    list_begins = whole.rindex(b"PK\x01\x02")
    for length in (list_begins, list_begins + 9, len(whole) - 1):
        with pytest.raises(Unreadable, match="cut off"):
            opened(whole[:length])


def test_archive_without_members_holds_no_flow(here, exports, seen) -> None:
    exports.write(here, {"empty.zip": exports.pack({})})
    assert seen() == ["archive-without-flow empty.zip"]


def test_damaged_flow_among_good_ones_in_a_package(here, exports, seen) -> None:
    resources = exports.package_list(("a1", "IFlow", "One"), ("a2", "IFlow", "Two"))
    good = exports.pack(exports.bundle())
    package = {"resources.cnt": resources, "a1_content": good[:-30], "a2_content": good}
    exports.write(here, {"P.zip": exports.pack(package)})
    assert seen() == [
        "problem P.zip!/a1_content",
        "flow P.zip!/a2_content package=Orders Package called=Two",
    ]


def test_content_of_a_flow_that_is_no_archive_or_is_missing(here, exports) -> None:
    resources = exports.package_list(("a1", "IFlow", "One"), ("../a2", "IFlow", "Two\nlines"))
    exports.write(
        here, {"P.zip": exports.pack({"resources.cnt": resources, "a1_content": b"%PDF"})}
    )
    broken, missing = problems()
    assert str(broken.location.file) == "P.zip!/a1_content"
    assert "not a zip" in broken.message
    assert str(missing.location.file) == "P.zip!/resources.cnt"
    assert "“Two lines”" in missing.message


def test_other_resources_may_hold_anything(here, exports, seen) -> None:
    resources = exports.package_list(
        ("a1", "File", "A"), ("a2", "Url", "B"), ("a3", "ValueMapping", "C"), ("a4", "File", "D")
    )
    package = {
        "resources.cnt": resources,
        "a1_content": b"PK\x03\x04 damaged",
        "a3_content": b"no zip",
        "a4_content": exports.pack(exports.bundle()),
    }
    exports.write(here, {"P.zip": exports.pack(package)})
    assert seen() == [
        "other-file P.zip!/a1_content",
        "flow P.zip!/a4_content package=Orders Package called=D",
    ]


@pytest.mark.parametrize(
    "listing", [b"%%%", b"", b"AAAA", b"W10=", b"eyJyZXNvdXJjZXMiOjF9", b"{" * 100000]
)
def test_package_list_that_cannot_be_decoded(here, exports, seen, listing) -> None:
    package = exports.package() | {"resources.cnt": listing}
    exports.write(here, {"P.zip": exports.pack(package)})
    assert seen() == [
        "flow P.zip!/a1_content",
        "other-artifact P.zip!/a2_content",
        "problem P.zip!/resources.cnt",
    ]


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "not supported"),
        ({"checksum": 1}, "checksum"),
        ({"size": 3}, "not as long"),
        ({"size": 3000}, "not as long"),
        ({"method": 0, "size": 3}, "longer than its content"),
        ({"method": 0, "size": 3000}, "not as long"),
    ],
)
def test_bad_entry_is_its_own_problem(here, exports, lie, said) -> None:
    bad = record(FLOW_NAME, b"<flow/>" * 9, **lie)
    good = record(b"more/" + FLOW_NAME, b"<flow/>")
    (here / "a.zip").write_bytes(assembled(bad, good))
    good_flow, bad_flow = discover(["."])
    assert good_flow.flow.read() == b"<flow/>"
    with pytest.raises(Unreadable, match=said) as caught:
        bad_flow.flow.read()
    assert caught.value.problem.location.file == bad_flow.flow.location


def test_bad_entry_that_nobody_needs_is_no_problem(here, exports, seen) -> None:
    script = record(b"src/main/resources/script/a.groovy", b"x", checksum=1)
    nameless = record(b"LICENSE", b"x", flags=1)
    (here / "a.zip").write_bytes(assembled(record(FLOW_NAME, b"<flow/>"), script, nameless))
    assert seen() == ["flow a.zip no manifest no parameters"]


def test_certificate_in_an_archive_fails_as_a_certificate(here) -> None:
    (here / "a.zip").write_bytes(assembled(record(b"x.cer", b"x", checksum=1)))
    (source,) = certificate_files(["a.zip"])
    with pytest.raises(Unreadable) as caught:
        source.file.read()
    assert caught.value.problem.kind is ProblemKind.CERTIFICATE


def test_local_header_of_another_name_is_refused() -> None:
    local, listed = record(b"a.iflw", b"x")
    archive = opened(assembled((local.replace(b"a.iflw", b"b.iflw"), listed)))
    with pytest.raises(Unreadable, match="does not fit"):
        archive.read(0)


def test_something_before_and_after_the_archive_does_no_harm() -> None:
    data = assembled(record(b"a", b"x" * 50), before=b"#!/bin/sh\n" * 9, after=b"PK\x05\x06 hi")
    assert opened(data).read(0) == b"x" * 50


def test_names_of_every_kind_stay_names(here, exports, seen) -> None:
    flow = FLOW_NAME.decode()
    raw = [
        f"..\\..\\up\\{flow}".replace("/", "\\").encode(),
        f"/etc/{flow}".encode(),
        f"./here/{flow}".encode(),
        b"C:\\x\\" + FLOW_NAME,
        b"bell\x07\x1b[31m/" + FLOW_NAME,
        b"\xff\xfe/" + FLOW_NAME,
        "Aufträge/".encode() + FLOW_NAME,
        "Aufträge/".encode("cp437") + FLOW_NAME,
        FLOW_NAME,
        FLOW_NAME,
    ]
    members = [record(name, b"%d" % index) for index, name in enumerate(raw)]
    members.append(record(b"\xff\xfe/2/" + FLOW_NAME, b"10", flags=0x800))
    (here / "a.zip").write_bytes(assembled(*members))
    bundles = list(discover(["."]))
    assert sorted(int(bundle.flow.read()) for bundle in bundles) == list(range(11))
    assert {bundle.location.path for bundle in bundles} == {"a.zip"}
    assert sum(bundle.location.members == () for bundle in bundles) == 2
    assert list(here.iterdir()) == [here / "a.zip"]


def test_bomb_is_not_inflated(here) -> None:
    zeros = b"\0" * (40 << 20)
    (here / "a.zip").write_bytes(assembled(record(FLOW_NAME, zeros)))
    lying = record(b"l/" + FLOW_NAME, zeros, size=100)
    del zeros
    (here / "b.zip").write_bytes(assembled(lying))
    tracemalloc.start()
    for bundle in discover(["."]):
        with pytest.raises(Unreadable):
            bundle.flow.read()
    assert tracemalloc.get_traced_memory()[1] < 4 << 20
    tracemalloc.stop()


def test_ratio_bounds_large_members_only() -> None:
    limits = Limits(ratio=10, ratio_above=1000)
    archive = opened(assembled(record(b"a", b"x" * 1000), record(b"b", b"x" * 1001)), limits)
    assert archive.read(0) == b"x" * 1000
    with pytest.raises(Unreadable, match="more than 10 times"):
        archive.read(1)


@pytest.mark.parametrize(
    ("limits", "allowed", "refused"),
    [
        (Limits(member=50), [record(b"a", b"x" * 50)], [record(b"a", b"x" * 51)]),
        (Limits(total=50), [record(b"a", b"x" * 50)], [record(b"a", b"x" * 51)]),
        (Limits(members=2), [record(b"a", b"x")] * 2, [record(b"a", b"x")] * 3),
        (Limits(), [record(b"a" * 1024, b"x")], [record(b"a" * 1025, b"x")]),
    ],
    ids=["size", "total", "number", "name"],
)
def test_what_a_limit_just_allows_is_read(limits, allowed, refused) -> None:
    assert opened(assembled(*allowed), limits).read(0)
    with pytest.raises(Unreadable):
        opened(assembled(*refused), limits).read(0)


def test_a_comment_may_be_as_long_as_the_format_has_room_for() -> None:
    data = assembled(record(b"a", b"x"), after=b"c" * 0xFFFF)
    assert opened(data).read(0) == b"x"


def test_reading_the_same_member_twice_costs_once() -> None:
    archive = opened(assembled(record(b"a", b"x" * 900)), Limits(total=1000))
    assert archive.read(0) == archive.read(0)


def test_total_is_counted_through_nested_archives(here, exports) -> None:
    inner = exports.pack({"a.zip": exports.pack({"pad": b"x"}), "b.cer": b"x"}, zipfile.ZIP_STORED)
    files = {f"{number:03}.zip": inner for number in range(100)}
    exports.write(here, {"a.zip": exports.pack(files), "b.zip": exports.pack(exports.bundle())})
    limits = Limits(total=3 * len(inner))
    *_, problem, flow = discover(["."], limits=limits)
    assert problem.location.file == FileLocation("a.zip")
    assert "once decompressed" in problem.message
    assert isinstance(flow, Bundle)
    assert len(problems(limits=limits)) == 1


def test_members_are_counted_before_they_are_made(here, exports) -> None:
    local, listed = record(b"x", b"")
    (here / "a.zip").write_bytes(assembled(*[(b"", listed)] * 5000, (local, listed)))
    assert messages(limits=Limits(members=1000)) == [
        "The archive holds more than 1000 members; the rest of it was not read."
    ]


def test_depth_is_bounded(here, exports) -> None:
    data = exports.pack(exports.bundle())
    for _ in range(4):
        data = exports.pack({"a.zip": data})
    exports.write(here, {"a.zip": data})
    assert messages(limits=Limits(depth=5)) == []
    (problem,) = problems(limits=Limits(depth=3))
    assert "3 levels" in problem.message
    assert len(problem.location.file.members) == 3


def test_files_on_disk_are_bounded(here, exports) -> None:
    exports.write(here, {"a.zip": exports.pack(exports.bundle()), "b.iflw": b"x" * 101})
    problem, flow = discover(["."], limits=Limits(archive=100, file=100))
    assert "at most 100 bytes" in problem.message
    with pytest.raises(Unreadable, match="at most 100 bytes"):
        flow.flow.read()


def test_endless_names_cost_nothing(here) -> None:
    name = b"a/" * 30000
    (here / "a.zip").write_bytes(
        assembled(*[record(name + b"%d.iflw" % n, b"") for n in range(99)])
    )
    begin = time.process_time()
    assert messages() == ["A member's name is longer than 1024 bytes."]
    assert time.process_time() - begin < 1


def test_entries_that_overlap_are_read_one_by_one(here) -> None:
    """As in the bomb without recursion: every entry of the list points at the same bytes."""
    local, listed = record(FLOW_NAME, b"x" * 10_000)
    bomb = assembled((local, listed), *[(b"", listed)] * 999)
    shared = bomb.replace(struct.pack("<L", len(local)) + FLOW_NAME, b"\0\0\0\0" + FLOW_NAME)
    (here / "a.zip").write_bytes(shared)
    bundles = list(discover(["."], limits=Limits(total=100_000)))
    assert len(bundles) == 1000
    read = sum(len(content_or_problem(bundle.flow)[0]) for bundle in bundles)
    assert read == 100_000


def test_large_archives_with_wide_fields_are_read() -> None:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w") as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(b"x" * 10)
    assert opened(stream.getvalue()).read(0) == b"x" * 10
    local, listed = record(b"b", b"x" * 20)
    wide = struct.pack("<HHQQQ", 1, 24, 20, len(local) - 31, 0)
    fields = listed[:20] + b"\xff" * 8 + listed[28:30] + struct.pack("<H", len(wide))
    entry = fields + listed[32:42] + b"\xff" * 4 + listed[46:] + wide
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(entry), len(local))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(local) + len(entry), 1)
    wide_end = (*[0xFFFF] * 2, *[0xFFFFFFFF] * 2, 0)
    for before, part in ((b"", 0), (b"stub", 0), (b"", 0xFFFF)):
        last = struct.pack("<4s4H2LH", b"PK\x05\x06", part, part, *wide_end)
        assert opened(before + local + entry + end + locator + last).read(0) == b"x" * 20


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20),
        st.binary(max_size=300).filter(lambda data: not data.startswith(b"version ")),
        max_size=5,
    ),
    st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]),
)
def test_reads_what_the_standard_library_writes(files, method) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    ours = opened(stream.getvalue())
    with zipfile.ZipFile(stream) as theirs:
        assert [member.name for member in ours.members] == theirs.namelist()
        for index, info in enumerate(theirs.infolist()):
            assert ours.read(index) == theirs.read(info)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_damage_is_more_than_a_problem(tmp_path_factory, data) -> None:
    stream = io.BytesIO()
    members = {
        FLOW_NAME.decode(): b"<flow/>" * 9,
        "META-INF/MANIFEST.MF": b"SAP-BundleType: IntegrationFlow\n",
        "resources.cnt": b"e30=",
        "inner": assembled(record(FLOW_NAME, b"<flow/>")),
    }
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    raw = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("damage") / "a.zip"
    path.write_bytes(raw)
    artifacts = list(discover([str(path)]))
    assert artifacts
    for artifact in artifacts:
        if isinstance(artifact, Bundle):
            for file in (artifact.flow, artifact.manifest, artifact.parameters):
                if file is not None:
                    assert "\n" not in content_or_problem(file)[1]
        else:
            assert isinstance(artifact, Problem | Skipped)


def test_many_archives_unpack_to_no_more_than_one_may(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr("iflint.limits._set", {"unpacked-beyond": 100_000})
    limits = Limits()
    one, two = (opened(assembled(record(b"a", b"x" * 60_000)), limits) for _ in range(2))
    assert one.read(0)
    with pytest.raises(Unreadable) as refused:
        two.read(0)
    assert "--limit unpacked-beyond=NUMBER" in refused.value.problem.remedy
