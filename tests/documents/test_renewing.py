"""The page on renewals is what people follow: each command is run, after what is done by hand."""

import base64
import json
import os
import re
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from console_blocks import missing, said, typed

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "renewing.md").read_text(encoding="utf-8")
FLOW = (
    "packages/OrderToCash/Receive_Delivery_Notes/src/main/resources/scenarioflows/integrationflow/"
    "Receive Delivery Notes.iflw"
)
OLD_ROW = re.compile(
    r"&lt;row&gt;((?!&lt;/row).)*CN=edi\.carrier\.example, O=((?!&lt;/row).)*&lt;/row&gt;"
)


def as_pem(file: Path) -> str:
    der = file.read_bytes()
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()


def remove_the_old_row(demo: Path) -> None:
    before = (demo / FLOW).read_text(encoding="utf-8")
    after, count = OLD_ROW.subn("", before)
    assert count == 1
    (demo / FLOW).write_text(after, encoding="utf-8")


def make_the_key(demo: Path) -> None:
    made = json.loads((demo / "servicekeys/fridge-sensors.json").read_text(encoding="utf-8"))
    _, mark, tenant = made["oauth"]["clientid"].partition("!")
    made["oauth"]["clientid"] = f"sb-fridges-2027{mark}{tenant}"
    made["oauth"]["certificate"] = as_pem(demo / "certificates/fridges-2027.cer")
    (demo / "servicekeys/fridge-sensors-2027.json").write_text(json.dumps(made), encoding="utf-8")


def delete_the_old_key(demo: Path) -> None:
    (demo / "servicekeys/fridge-sensors.json").unlink()


def change_mappings(demo: Path, *, remove: bool) -> None:
    dump = demo / "neo/CertificateUserMappings.json"
    found = json.loads(dump.read_text(encoding="utf-8"))
    rows = found["d"]["results"]
    old = next(row for row in rows if row["User"] == "LIFTS")
    if remove:
        rows.remove(old)
    else:
        new = base64.b64encode(as_pem(demo / "neo/lifts-2027.cer").encode()).decode()
        rows.append({**old, "Id": "LIFTS2", "Certificate": new})
    dump.write_text(json.dumps(found), encoding="utf-8")


BY_HAND = {
    ("carrier-2027.cer", "2026-12-14"): remove_the_old_row,
    ("fridges-2027.cer", "2026-11-25"): make_the_key,
    ("fridges-2027.cer", "2026-12-14"): delete_the_old_key,
    ("lifts-2027.cer", "2026-11-25"): lambda demo: change_mappings(demo, remove=False),
    ("lifts-2027.cer", "2026-12-14"): lambda demo: change_mappings(demo, remove=True),
}
"""What the page tells to do before a command is typed, by its certificate and its day."""


@pytest.mark.skipif(os.name == "nt", reason="the page is typed in a POSIX shell")
def test_each_step_says_what_is_written(tmp_path: Path) -> None:
    demo = tmp_path / "demo"
    shutil.copytree(ROOT / "fixtures" / "demo", demo)
    (demo / ".git").mkdir()
    done = set()
    for command, promised in typed(PAGE):
        for key, do in BY_HAND.items():
            if all(part in command for part in key):
                do(demo)
                done.add(key)
        output, code = said(command, demo)
        assert code == ("utility" in command), command
        assert not missing(promised, output), f"$ {command}\n{output}"
    assert done == BY_HAND.keys()
