"""Parameters that can't be read are one cause, and one finding."""

from __future__ import annotations

from pathlib import Path

import iflint
from exports import Channel, Flow, bundle


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
