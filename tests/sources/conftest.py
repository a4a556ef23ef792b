"""Small exports, written to a folder or packed into a zip, for the tests of the sources."""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from iflint.sources import Bundle, CertificateSource, Skipped
from tests.sources.found import discover

FLOW = "src/main/resources/scenarioflows/integrationflow/Orders.iflw"
FLOW_MANIFEST = b"Manifest-Version: 1.0\r\nSAP-BundleType: IntegrationFlow\r\n"


class Exports:
    """Builds exports out of names and bytes."""

    flow_name = FLOW

    def bundle(self, root: str = "", flow: str = FLOW) -> dict[str, bytes]:
        start = f"{root}/" if root else ""
        return {
            f"{start}META-INF/MANIFEST.MF": FLOW_MANIFEST,
            f"{start}{flow}": b"<flow/>",
            f"{start}src/main/resources/parameters.prop": b"a=b\n",
            f"{start}src/main/resources/script/s.groovy": b"//",
        }

    def of_type(self, kind: str) -> dict[str, bytes]:
        return {
            "META-INF/MANIFEST.MF": f"SAP-BundleType: {kind}\r\n".encode(),
            "src/main/resources/x": b"x",
        }

    def pack(self, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, data in files.items():
                archive.writestr(name, data)
        return stream.getvalue()

    def package_list(self, *resources: tuple[str, str, str]) -> bytes:
        rows = [
            {
                "id": id_,
                "resourceType": kind,
                "displayName": name.partition(".")[0],
                "name": name if "." in name else f"{name}.zip",
            }
            for id_, kind, name in resources
        ]
        rows.append(
            {
                "id": "p0",
                "resourceType": "ContentPackage",
                "uniqueId": "OrdersPackage",
                "displayName": "Orders Package",
            }
        )
        return base64.b64encode(json.dumps({"resources": rows}).encode())

    def package(self) -> dict[str, bytes]:
        return {
            "resources.cnt": self.package_list(
                ("a1", "IFlow", "Replicate Orders"),
                ("a2", "ScriptCollection", "Scripts"),
                ("a3", "File", "Guide"),
                ("a4", "Url", "Link"),
            ),
            "a1_content": self.pack(self.bundle()),
            "a2_content": self.pack(self.of_type("ScriptCollection")),
            "a3_content": b"%PDF",
            "hash": b"0",
        }

    def write(self, folder: Path, files: dict[str, bytes]) -> Path:
        for name, data in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        return folder


@pytest.fixture
def exports() -> Exports:
    return Exports()


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def seen():
    """What `discover` finds, each artifact as one line of text."""

    def look(*paths: str, **options: object) -> list[str]:
        return [describe(artifact) for artifact in discover(paths or (".",), **options)]

    return look


@pytest.fixture
def described():
    return describe


def describe(artifact: object) -> str:
    if isinstance(artifact, Bundle):
        parts = [f"flow {artifact.location}"]
        parts += [f"package={artifact.package.name}"] if artifact.package else []
        parts += [f"called={artifact.display_name}"] if artifact.display_name else []
        parts += [] if artifact.manifest else ["no manifest"]
        parts += [] if artifact.parameters else ["no parameters"]
        return " ".join(parts)
    if isinstance(artifact, CertificateSource):
        kind = "certificate" if artifact.certain else "perhaps certificate"
        kind = f"keys of {kind}" if artifact.keys_only else kind
        return f"{kind} {artifact.file.location}" + (" given" if artifact.given else "")
    if isinstance(artifact, Skipped):
        return f"{artifact.kind} {artifact.location}"
    return f"problem {artifact.location.file}"


def running_as_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
