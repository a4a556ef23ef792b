"""The manifest's headers, and what an integration flow is called."""

from __future__ import annotations

import pytest

from iflint.iflow.manifest import parse_manifest
from iflint.iflow.reader import read_iflow
from iflint.places.location import FileLocation, Package
from iflow.flows import MANIFEST, certificate_channel, flow, read


def folded(text: str, end: bytes = b"\r\n") -> bytes:
    """Lines of at most 72 bytes, as Java writes them: cut anywhere, also inside a character."""
    lines = []
    for line in text.encode().split(b"\n"):
        lines.append(line[:72])
        lines += [b" " + line[at : at + 71] for at in range(72, len(line), 71)]
    return end.join(lines) + end


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_long_names_are_unfolded(end: bytes) -> None:
    name = "Bestellungen für Größen " + "äöü€😀" * 40
    data = folded(f"Manifest-Version: 1.0\nBundle-Name: {name}\nBundle-Version: 1.0.0\n", end)
    manifest = parse_manifest(data, MANIFEST)
    assert manifest.problems == ()
    assert (manifest.name, manifest.version) == (name, "1.0.0")


@pytest.mark.parametrize(
    ("header", "symbolic_name"),
    [
        ("Bundle-SymbolicName: Orders", "Orders"),
        ("Bundle-SymbolicName: Orders; singleton:=true", "Orders"),
        ("Bundle-SymbolicName: Orders;singleton:=true", "Orders"),
        ("bundle-symbolicname:Orders ", "Orders"),
        ("Bundle-SymbolicName: \n", ""),
        ("\n\nBundle-SymbolicName: Orders", "Orders"),
        ("Name: a\n\nBundle-SymbolicName: Other", ""),
        ("\ufeffBundle-SymbolicName: Orders", "Orders"),
    ],
)
def test_the_symbolic_name(header: str, symbolic_name: str) -> None:
    assert parse_manifest(header.encode(), MANIFEST).symbolic_name == symbolic_name


def test_a_broken_line_is_one_problem_and_the_rest_is_read() -> None:
    data = b"Manifest-Version: 1.0\r\ngarbage\r\nmore\r\nBundle-Name: Orders\r\n"
    manifest = parse_manifest(data, MANIFEST)
    assert manifest.name == "Orders"
    (problem,) = manifest.problems
    assert problem.location.region.excerpt == "garbage"
    assert (problem.location.region.start_line, problem.location.region.end_column) == (2, 8)
    resolved = read(flow(certificate_channel()), manifest=data).resolve()
    assert resolved.problems == (problem,)
    assert len(resolved.channels) == 1


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"\xff\xfe\0", b" x", b":", b"\r\r\n\n x: y"])
def test_no_manifest_breaks_the_reader(data: bytes) -> None:
    resolved = read(flow(certificate_channel()), manifest=data).resolve()
    assert len(resolved.problems) <= 1
    assert resolved.id == "Orders"


def test_what_a_flow_is_called() -> None:
    text = flow(certificate_channel()).encode()
    manifest = b"Bundle-SymbolicName: orders_in;singleton:=true\nBundle-Name: Orders in\n"

    def names(location, **options):
        given = {"manifest": None, "parameters": None} | options
        return read_iflow(text, location, bundle=FileLocation("a.zip"), **given).resolve()

    inside = FileLocation("a.zip", ("b_content", "src/main/x/Receive Orders.iflw"))
    plain = names(inside)
    assert (plain.id, plain.name, plain.version) == ("Receive Orders", "Receive Orders", "")
    full = names(inside, manifest=(manifest, MANIFEST))
    assert (full.id, full.name) == ("orders_in", "Orders in")
    package = Package("p", "Order to Cash")
    shown = names(inside, manifest=(manifest, MANIFEST), display_name="Shown", package=package)
    assert (shown.id, shown.name, shown.package) == ("orders_in", "Shown", package)
    assert names(FileLocation("x/Orders.iflw")).name == "Orders"
    assert names(FileLocation("x/ORDERS.IFLW")).name == "ORDERS"
    assert shown.location == inside
    assert shown.bundle == FileLocation("a.zip")
