"""Every shape in which people keep exports is found, each flow with its own files."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import pytest

from iflint.places.problems import Unreadable
from iflint.sources import (
    Bundle,
    CertificateSource,
    Skipped,
    certificate_files,
    owning_bundles,
)
from tests.sources.found import discover


def test_unpacked_flow_folder(here, exports, seen) -> None:
    exports.write(here, exports.bundle("flows/Orders"))
    assert seen() == ["flow flows/Orders"]


def test_bundle_at_the_root_of_a_repository(here, exports, seen) -> None:
    exports.write(here, exports.bundle())
    (here / ".git").mkdir()
    assert seen() == ["flow ."]


def test_flow_zip_and_its_unpacked_twin_are_two(here, exports, seen) -> None:
    exports.write(here, {"Orders.zip": exports.pack(exports.bundle()), **exports.bundle("Orders")})
    assert seen() == ["flow Orders.zip", "flow Orders"]


def test_files_of_a_flow_can_be_read(here, exports) -> None:
    exports.write(here, {"Orders.zip": exports.pack(exports.bundle())})
    (bundle,) = discover(["Orders.zip"])
    assert bundle.flow.read() == b"<flow/>"
    assert bundle.parameters.read() == b"a=b\n"
    assert b"IntegrationFlow" in bundle.manifest.read()
    assert str(bundle.flow.location) == f"Orders.zip!/{exports.flow_name}"


def test_package_export(here, exports, seen) -> None:
    exports.write(here, {"P.zip": exports.pack(exports.package())})
    assert seen() == [
        "flow P.zip!/a1_content package=Orders Package called=Replicate Orders",
        "other-artifact P.zip!/a2_content",
    ]


def test_unpacked_package_export(here, exports, seen) -> None:
    exports.write(here / "P", exports.package())
    assert seen() == [
        "flow P/a1_content package=Orders Package called=Replicate Orders",
        "other-artifact P/a2_content",
    ]
    assert seen("P/a1_content") == [
        "flow P/a1_content package=Orders Package called=Replicate Orders"
    ]
    assert seen("P/resources.cnt") == seen("P")


def test_a_file_in_a_package_is_what_its_own_name_says(here, exports, seen) -> None:
    resources = [
        ("a1", "IFlow", "Replicate Orders"),
        ("a2", "File", "partner.cer"),
        ("a3", "File", "Guide.pdf"),
        ("a4", "File", "chain.p7b"),
    ]
    package = {
        "resources.cnt": exports.package_list(*resources),
        "a1_content": exports.pack(exports.bundle()),
        "a2_content": b"x",
        "a3_content": b"%PDF",
        "a4_content": b"x",
    }
    exports.write(here, {"P.zip": exports.pack(package)})
    assert seen() == [
        "flow P.zip!/a1_content package=Orders Package called=Replicate Orders",
        "certificate P.zip!/a2_content",
        "certificate P.zip!/a4_content",
    ]


def test_package_with_its_content_unpacked_too(here, exports, seen) -> None:
    package = exports.package()
    del package["a1_content"]
    exports.write(here / "P", {**package, **exports.bundle("a1_content")})
    expected = "flow P/a1_content package=Orders Package called=Replicate Orders"
    assert seen()[0] == expected
    assert seen("P/a1_content") == [expected]
    assert seen(f"P/a1_content/{exports.flow_name}") == [expected]


def test_mass_download_has_a_folder_per_artifact(here, exports, seen) -> None:
    files = {**exports.bundle("Orders"), **exports.bundle("Invoices")}
    exports.write(here, {"All.zip": exports.pack(files)})
    assert seen() == ["flow All.zip!/Invoices", "flow All.zip!/Orders"]


def test_zips_in_zips(here, exports, seen) -> None:
    inner = exports.pack(exports.bundle())
    for _ in range(4):
        inner = exports.pack({"inner.zip": inner, "read.me": b"x"})
    exports.write(here, {"outer.zip": inner})
    assert seen() == ["flow outer.zip!/inner.zip!/inner.zip!/inner.zip!/inner.zip"]


def test_file_without_extension_in_an_archive_is_looked_at(here, exports, seen) -> None:
    exports.write(here, {"a.zip": exports.pack({"inner": exports.pack(exports.bundle())})})
    assert seen() == ["flow a.zip!/inner"]


def test_office_files_are_no_archives(here, exports, seen) -> None:
    files = {name: exports.pack(exports.bundle()) for name in ("b.docx", "c.xlsx")}
    exports.write(here, {**files, "d.zip": exports.pack(files)})
    assert seen() == ["archive-without-flow d.zip"]


def test_flows_in_jars_and_transport_archives_are_found(here, exports, seen) -> None:
    flow = exports.pack(exports.bundle())
    files = {
        "a.jar": flow,
        "b.JAR": exports.pack({"Orders.zip": flow}),
        "c.mtar": exports.pack({"META-INF/MANIFEST.MF": b"", "Orders/content": flow}),
        "d.mtar": exports.pack({"META-INF/MANIFEST.MF": b"", "Orders/Orders.jar": flow}),
    }
    exports.write(here, {**files, "e.zip": exports.pack(files)})
    found = ["a.jar", "b.JAR!/Orders.zip", "c.mtar!/Orders/content", "d.mtar!/Orders/Orders.jar"]
    assert seen() == [f"flow {at}{each}" for at in ("", "e.zip!/") for each in found]


def test_a_library_is_looked_at_from_its_end_and_left_alone(here, exports, seen) -> None:
    library = {"META-INF/MANIFEST.MF": b"", "a/B.class": b"x", "LICENSE": b"x"}
    of_many = {f"a/B{number}.class": b"" for number in range(6000)}
    exports.write(
        here,
        {
            "a.jar": exports.pack(library),
            "many.jar": exports.pack(of_many),
            "more.jar": exports.pack({**of_many, **exports.bundle()}),
            "cut.jar": exports.pack(library)[:-30],
            "Orders/src/main/resources/lib/x.jar": exports.pack(exports.bundle()),
        },
    )
    assert seen() == ["other-file cut.jar", "flow more.jar"]


def test_file_without_extension_is_looked_at(here, exports, seen) -> None:
    flow = exports.pack(exports.bundle())
    exports.write(here, {"value": flow, "LICENSE": b"MIT", "Makefile": b"", ".hidden": flow})
    assert seen() == ["flow value"]


def test_backslashes_in_names_are_slashes(here, exports, seen) -> None:
    if os.sep == "\\":
        pytest.skip("there they are slashes anyway")
    for name, data in exports.bundle("Orders").items():
        (here / name.replace("/", "\\")).write_bytes(data)
    for name, data in exports.bundle().items():
        (here / "Invoices").mkdir(exist_ok=True)
        (here / "Invoices" / name.replace("/", "\\")).write_bytes(data)
    assert seen() == ["flow Invoices", "flow Orders"]
    (first, second) = discover(["."])
    assert first.flow.read() == second.flow.read() == b"<flow/>"
    assert second.parameters.read() == b"a=b\n"
    assert second.flow.location.path == f"Orders/{exports.flow_name}".replace("/", "\\")


def test_of_what_a_ca_delivers_every_file_is_looked_at(here, exports, seen) -> None:
    delivery = {"partner.cer": b"x", "chain.old": b"x", "README": b"x", "sub/root.crt.txt": b"x"}
    flow = {f"Orders/{name}": data for name, data in exports.bundle().items()}
    exports.write(here, {"ca.zip": exports.pack(delivery)})
    exports.write(here, {"all.zip": exports.pack({**delivery, **flow})})
    assert seen() == [
        "flow all.zip!/Orders",
        "certificate all.zip!/partner.cer",
        "perhaps certificate all.zip!/sub/root.crt.txt",
        "perhaps certificate ca.zip!/README",
        "perhaps certificate ca.zip!/chain.old",
        "certificate ca.zip!/partner.cer",
        "perhaps certificate ca.zip!/sub/root.crt.txt",
    ]


def test_in_a_folder_of_certificates_every_file_is_looked_at(here, exports, described) -> None:
    exports.write(
        here,
        {
            **dict.fromkeys(("a.cert", "a.ca-bundle", "a.cer.txt", "a", "a.crt.old"), b"x"),
            **dict.fromkeys(("notes.md", ".gitignore", ".DS_Store"), b"x"),
            "a.jar": exports.pack(exports.bundle()),
            **exports.bundle("Orders"),
        },
    )
    found = list(certificate_files(["."]))
    assert [described(item) for item in found] == [
        "perhaps certificate a",
        "certificate a.ca-bundle",
        "perhaps certificate a.cer.txt",
        "certificate a.cert",
        "perhaps certificate a.crt.old",
        "perhaps certificate a.jar",
        "perhaps certificate notes.md",
    ]
    assert all(item.told for item in found)


def test_lone_flow_uses_the_files_beside_it(here, exports, seen) -> None:
    exports.write(
        here,
        {"a/x.iflw": b"<f/>", "b/x.iflw": b"<f/>", "b/parameters.prop": b"", **exports.bundle()},
    )
    assert seen("a", "b") == [
        "flow a/x.iflw no manifest no parameters",
        "flow b/x.iflw no manifest",
    ]


def test_flow_named_directly_finds_its_bundle(here, exports, seen) -> None:
    exports.write(here, exports.bundle("flows/Orders"))
    assert seen(f"flows/Orders/{exports.flow_name}") == ["flow flows/Orders"]


@pytest.mark.parametrize(
    "inside",
    ["src/main/resources/parameters.prop", "META-INF/MANIFEST.MF", "src/main/resources", "src"],
)
def test_anything_named_inside_a_bundle_means_the_bundle(here, exports, seen, inside) -> None:
    exports.write(here, exports.bundle("flows/Orders"))
    assert seen(f"flows/Orders/{inside}") == ["flow flows/Orders"]


def test_two_flows_in_a_bundle_share_its_files(here, exports) -> None:
    files = exports.bundle() | {exports.flow_name.replace("Orders", "Second"): b"<second/>"}
    exports.write(here, {"Two.zip": exports.pack(files)})
    first, second = discover(["Two.zip"])
    assert first.location == second.location
    assert (first.flow.read(), second.flow.read()) == (b"<flow/>", b"<second/>")
    assert first.parameters.location == second.parameters.location


def test_files_of_an_environment_are_not_the_bundle_s(here, exports, seen) -> None:
    files = exports.bundle("pkg/Orders")
    files["pkg/Orders/QA/parameters.prop"] = b"a=qa\n"
    files["pkg/Orders/QA/MANIFEST.MF"] = b"SAP-BundleType: IntegrationFlow\r\n"
    exports.write(here, files)
    assert seen() == ["flow pkg/Orders"]
    (bundle,) = discover(["."])
    assert bundle.parameters.read() == b"a=b\n"


def test_overlapping_paths_report_each_place_once(here, exports, seen) -> None:
    exports.write(
        here,
        {
            **exports.bundle("a/Orders"),
            "a/P.zip": exports.pack(exports.package()),
            "a/x.cer": b"c",
            "a/bad.zip": b"no",
        },
    )
    once = seen(".")
    assert seen(".", "./a", "a/P.zip", "a/../a", str(here)) == once
    assert len(once) == len(set(once)) == 5


def test_other_types_of_bundle_are_named(here, exports, seen) -> None:
    exports.write(
        here,
        {
            "m.zip": exports.pack(exports.of_type("MessageMapping")),
            **{f"v/{name}": data for name, data in exports.of_type("ValueMapping").items()},
            "java/META-INF/MANIFEST.MF": b"Manifest-Version: 1.0\n",
            "docs.zip": exports.pack({"manifest.json": b"{}"}),
        },
    )
    assert seen() == [
        "perhaps certificate docs.zip!/manifest.json",
        "archive-without-flow docs.zip",
        "other-artifact m.zip",
        "other-artifact v",
    ]
    details = [item.detail for item in discover(["."]) if isinstance(item, Skipped)]
    assert details[1:] == ["MessageMapping", "ValueMapping"]


def test_wrapped_manifest_line_is_read_whole(here, exports) -> None:
    manifest = b"Bundle-Name: x\r\nSAP-BundleType: Script\r\n Collection\r\n"
    exports.write(here, {"META-INF/MANIFEST.MF": manifest})
    assert [item.detail for item in discover(["."])] == ["ScriptCollection"]


def test_bundle_that_lost_its_flow_is_named(here, exports, seen) -> None:
    files = exports.bundle()
    del files[exports.flow_name]
    exports.write(here, {"Empty.zip": exports.pack(files)})
    assert seen() == ["bundle-without-flow Empty.zip"]


def test_certificates_are_found_everywhere(here, exports, seen) -> None:
    exports.write(
        here,
        {
            **exports.bundle("Orders"),
            "Orders/src/main/resources/x.pem": b"x",
            "certs.zip": exports.pack({"a/Client.CRT": b"x", "b.p7b": b"x"}),
            "root.cer": b"x",
            "store.p12": b"x",
            "client.key": b"x",
            "trust.KS": b"x",
            "servicekey.json": b"x",
        },
    )
    assert seen() == [
        "flow Orders",
        "certificate Orders/src/main/resources/x.pem",
        "certificate certs.zip!/a/Client.CRT",
        "certificate certs.zip!/b.p7b",
        "perhaps certificate client.key",
        "certificate root.cer",
        "perhaps certificate servicekey.json",
        "certificate store.p12",
        "perhaps certificate trust.KS",
    ]


def test_of_certificates_that_are_not_wanted_only_keys_matter(here, exports, seen) -> None:
    exports.write(here, {**exports.bundle("Orders"), "root.cer": b"x", "store.p12": b"x"})
    assert seen(certificates=False) == [
        "flow Orders",
        "keys of certificate root.cer",
        "keys of certificate store.p12",
    ]


def test_documents_beside_packed_flows_are_looked_at(here, exports, seen) -> None:
    flow = {f"repo/flows/Orders/{name}": data for name, data in exports.bundle().items()}
    inside = {"repo/keys/key.json": b"x", "repo/flows/Orders/b.json": b"x", "users.xml": b"x"}
    package = {**exports.package(), "key.json": b"x"}
    exports.write(here, {"repo.zip": exports.pack(flow | inside), "p.zip": exports.pack(package)})
    assert [line for line in seen() if line.startswith("perhaps")] == [
        "perhaps certificate p.zip!/key.json",
        "perhaps certificate repo.zip!/repo/keys/key.json",
        "perhaps certificate repo.zip!/users.xml",
    ]


def test_documents_inside_archives_of_flows_are_left_alone(here, exports, seen) -> None:
    archive = exports.pack({**exports.bundle(), "key.json": b"x", "a.key": b"x"})
    exports.write(here, {"Orders.zip": archive, "only.zip": exports.pack({"a.key": b"x"})})
    assert seen() == [
        "perhaps certificate Orders.zip!/a.key",
        "flow Orders.zip",
        "perhaps certificate only.zip!/a.key",
        "archive-without-flow only.zip",
    ]


def test_an_archive_of_certificates_alone_is_known_as_one(here, exports) -> None:
    files = {"a.cer": b"x", "b.CER": b"x", "__MACOSX/._a.cer": b"x"}
    exports.write(here, {"test.zip": exports.pack(files)})
    exports.write(here, {"other.zip": exports.pack({**files, "read.me": b"x"})})
    found = [a for a in certificate_files(["."]) if isinstance(a, CertificateSource)]
    assert [(str(a.file.location), str(a.archive)) for a in found] == [
        ("other.zip!/a.cer", "None"),
        ("other.zip!/b.CER", "None"),
        ("other.zip!/read.me", "None"),
        ("test.zip!/a.cer", "test.zip"),
        ("test.zip!/b.CER", "test.zip"),
    ]


def test_signature_of_the_content_is_no_client_certificate(here, exports, seen) -> None:
    files = exports.bundle() | {"publicsign.crt": b"x"}
    package = exports.package() | {"publicsign.crt": b"x"}
    exports.write(here / "unpacked", files)
    exports.write(
        here,
        {
            "a.zip": exports.pack(files),
            "p.zip": exports.pack(package),
            "partner/publicsign.crt": b"x",
        },
    )
    assert [line for line in seen() if "publicsign" in line] == [
        "clutter a.zip!/publicsign.crt",
        "clutter p.zip!/publicsign.crt",
        "certificate partner/publicsign.crt",
        "clutter unpacked/publicsign.crt",
    ]


def test_clutter_is_counted_and_never_opened(here, exports, seen) -> None:
    files = {**exports.bundle(), "__MACOSX/._x.zip": b"\0", ".DS_Store": b"\0"}
    exports.write(here, {"._Orders.zip": b"\0\5\x16\7", "a.zip": exports.pack(files)})
    assert seen() == [
        "clutter ._Orders.zip",
        "clutter a.zip!/__MACOSX/._x.zip",
        "flow a.zip",
    ]


def test_paths_that_do_not_exist_are_refused_before_anything_is_read(here, exports) -> None:
    exports.write(here, exports.bundle("a"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        discover(["a", "nowhere"])
    with pytest.raises(FileNotFoundError):
        certificate_files(["a/x\0y"])


def test_locations_are_relative_to_the_directory(here, exports, seen) -> None:
    exports.write(here, exports.bundle("a/b"))
    assert seen("a/b", directory=str(here)) == ["flow a/b"]
    assert seen("b", directory=str(here / "a")) == ["flow b"]
    assert seen(".", directory=str(here / "a" / "b")) == ["flow ."]
    assert seen("../../a", directory=str(here / "a" / "b")) == ["flow ."]
    outside = (here / "elsewhere").as_posix()
    os.mkdir(outside)
    assert seen(str(here / "a"), directory=outside) == [f"flow {here.as_posix()}/a/b"]


def test_file_of_no_known_kind_that_was_named(here, exports, seen) -> None:
    """Its content tells what it is."""
    exports.write(here, {"notes.md": b"x", "export": exports.pack(exports.bundle())})
    assert seen("notes.md", "export") == ["flow export", "perhaps certificate notes.md given"]


def test_folders_and_links_that_lead_in_circles(here, exports, seen) -> None:
    exports.write(here, exports.bundle("a"))
    os.symlink(here, here / "a" / "again", target_is_directory=True)
    assert seen() == ["symlink a/again", "flow a"]


TOOLS = (".git", ".hg", ".svn", ".nox", ".tox", ".venv", "__pycache__", "node_modules", "venv")


@pytest.mark.parametrize("tool", TOOLS)
def test_folders_of_tools_are_not_entered_unless_named(here, exports, seen, tool) -> None:
    exports.write(here, exports.bundle(f"{tool}/x"))
    exports.write(here, {f"deep/er/{tool}/x.cer": b"x", f"deep/{tool}.cer": b"x"})
    assert seen() == [f"certificate deep/{tool}.cer"]
    assert seen(tool) == [f"flow {tool}/x"]


def test_a_virtual_environment_is_not_entered_whatever_its_name(here, exports, seen) -> None:
    exports.write(here, exports.bundle("mine/lib"))
    (here / "mine" / "pyvenv.cfg").write_text("")
    assert seen() == []
    assert seen("mine") == ["flow mine/lib"]


def test_file_that_may_not_be_read(here, exports, seen) -> None:
    exports.write(here, {"a.zip": b"x", "b/c.iflw": b"x"})
    (here / "a.zip").chmod(0)
    (here / "b").chmod(0)
    try:
        if os.access(here / "a.zip", os.R_OK):
            pytest.skip("this user may read everything")
        assert sorted(seen()) == ["problem a.zip", "problem b"]
    finally:
        (here / "b").chmod(0o700)


def test_pipe_is_never_waited_for(here, seen) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes with names on this system")
    os.mkfifo(here / "a.zip")
    os.mkfifo(here / "b.iflw")
    problem, flow = discover(["."])
    assert problem.message == "This is not a regular file."
    with pytest.raises(Unreadable):
        flow.flow.read()
    assert seen("a.zip") == ["problem a.zip"]


def test_certificate_files_takes_any_named_file(here, exports, described) -> None:
    exports.write(
        here,
        {
            "client.txt": b"x",
            "more/a.cer": b"x",
            "more/readme.md": b"x",
            "more/Orders.zip": exports.pack({**exports.bundle(), "x/b.pem": b"x"}),
            "more/none.zip": exports.pack(exports.bundle()),
            "chain": exports.pack({"c.cer": b"x"}),
            **exports.bundle("more/flow"),
        },
    )
    found = [described(item) for item in certificate_files(["client.txt", "more", "chain"])]
    assert found == [
        "certificate chain!/c.cer",
        "certificate client.txt given",
        "certificate more/Orders.zip!/x/b.pem",
        "certificate more/a.cer",
        "archive-without-certificate more/none.zip",
        "perhaps certificate more/readme.md",
    ]


def test_changed_files_belong_to_their_bundle(here, exports) -> None:
    exports.write(
        here,
        {
            **exports.bundle("pkg/Orders"),
            "pkg/Orders/QA/parameters.prop": b"",
            "P.zip": exports.pack(exports.package()),
            "lone/x.iflw": b"",
            "lone/parameters.prop": b"",
            "certs/a.cer": b"",
            "unpacked/resources.cnt": b"",
        },
    )
    (here / ".git").mkdir()
    owners = {
        f"pkg/Orders/{exports.flow_name}": "pkg/Orders",
        "pkg/Orders/src/main/resources/deleted.prop": "pkg/Orders",
        "pkg/Orders/META-INF/MANIFEST.MF": "pkg/Orders",
        "pkg/Orders/QA/parameters.prop": "pkg/Orders",
        "P.zip": "P.zip",
        "lone/x.iflw": "lone/x.iflw",
        "lone/parameters.prop": "lone",
        "certs/a.cer": None,
        "unpacked/resources.cnt": "unpacked",
    }
    assert owning_bundles(list(owners)) == owners


def test_repository_downloaded_as_a_zip(here, exports, seen) -> None:
    repository = {
        **{f"repo-main/P/{name}": data for name, data in exports.package().items()},
        **exports.bundle("repo-main/flows/Invoices"),
        "repo-main/zips/Q.zip": exports.pack(exports.package()),
        "repo-main/certs/a.cer": b"x",
        "repo-main/README": b"x",
    }
    exports.write(here, {"repo.zip": exports.pack(repository)})
    flow = "package=Orders Package called=Replicate Orders"
    assert seen() == [
        f"flow repo.zip!/repo-main/P/a1_content {flow}",
        "other-artifact repo.zip!/repo-main/P/a2_content",
        "certificate repo.zip!/repo-main/certs/a.cer",
        "flow repo.zip!/repo-main/flows/Invoices",
        f"flow repo.zip!/repo-main/zips/Q.zip!/a1_content {flow}",
        "other-artifact repo.zip!/repo-main/zips/Q.zip!/a2_content",
    ]


def test_order_does_not_depend_on_how_paths_are_given(here, exports, seen) -> None:
    exports.write(here, {**exports.bundle("b"), **exports.bundle("a"), "c.cer": b""})
    assert seen("c.cer", "b", "./a") == ["flow a", "flow b", "certificate c.cer given"]


def test_archive_s_bytes_live_no_longer_than_its_bundles(here, exports) -> None:
    pad = os.urandom(3 << 20)
    for number in range(8):
        files = exports.bundle() | {"pad": pad}
        exports.write(here, {f"{number}.zip": exports.pack(files)})
    tracemalloc.start()
    for bundle in discover(["."]):
        bundle.flow.read()
    assert tracemalloc.get_traced_memory()[1] < 10 << 20
    tracemalloc.stop()


def test_shared_corpus_is_read_whole(tmp_path) -> None:
    corpus = Path(__file__).resolve().parents[2] / "../shared/corpus"
    if not corpus.is_dir():
        pytest.skip("the corpus of public exports is not beside the project")
    import zipfile

    packed = [item for item in discover([str(corpus)]) if isinstance(item, Bundle)]
    assert len(packed) == 131
    for archive in corpus.glob("*.zip"):
        zipfile.ZipFile(archive).extractall(tmp_path / archive.stem)
    unpacked = [item for item in discover([str(tmp_path)]) if isinstance(item, Bundle)]
    assert sorted(item.flow.read() for item in packed) == sorted(
        item.flow.read() for item in unpacked
    )
    assert sorted(str(item.display_name) for item in packed) == sorted(
        str(item.display_name) for item in unpacked
    )


def test_a_document_of_a_bundle_that_is_named_means_the_bundle(here, exports, seen) -> None:
    exports.write(here, {**exports.bundle("Orders"), "Orders/src/main/resources/x.json": b"{}"})
    found = seen("Orders/src/main/resources/x.json")
    assert "flow Orders" in found
    exports.write(here, {"alone.json": b"{}", "alone.key": b"x"})
    assert seen("alone.json", "alone.key") == [
        "perhaps certificate alone.json given",
        "perhaps certificate alone.key given",
    ]
