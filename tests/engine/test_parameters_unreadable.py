"""Parameters that can't be read are one cause, and one finding."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import iflint
from exports import Channel, Flow, bundle, zipped


def test_a_parameter_file_with_a_broken_escape_is_said_once(tmp_path: Path) -> None:
    described = Flow(
        "Orders",
        "Orders",
        [Channel("HTTPS", "/orders", [("{{S}}", "{{I}}")], authorization="{{A}}")],
        parameters={"A": "ClientCertificate"},
    )
    for name, content in bundle(described).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content + (b"S=\\u12\n" if name.endswith(".prop") else b""))
    report = iflint.check(str(tmp_path))
    assert [finding.code for finding in report.findings] == ["IFL001"]


@pytest.mark.parametrize("content", [b"PK\5\6ae", None], ids=["damaged", "of-a-certificate"])
def test_an_archive_given_as_parameters_is_told_and_no_member_is_read(
    tmp_path: Path, content: bytes | None
) -> None:
    given = tmp_path / "qa.prop"
    if content is None:
        with zipfile.ZipFile(given, "w") as archive:
            archive.writestr("ca.pem", "A=ClientCertificate\nS=CN\\=shop\nI=CN\\=ca\n")
    else:
        given.write_bytes(content)
    described = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", [("{{S}}", "{{I}}")])])
    (tmp_path / "Orders.zip").write_bytes(zipped(bundle(described)))
    report = iflint.check(str(tmp_path / "Orders.zip"), parameters=[str(given)])
    codes = [each.code for each in report.findings if each.location.file.path.endswith("qa.prop")]
    assert codes == ["IFL001"]
