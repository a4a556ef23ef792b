"""What the remedies of missing-chain say to do."""

from __future__ import annotations

import re
from typing import Any

from exports import java_keystore, pem
from remedies import Case, Remedies

# From the same folder as what `exports` offers.
from case_maker import issuing, partner, upper  # isort: skip


def get_the_missing_one(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    missing = [ca for ca in (issuing, upper) if ca.name.text in finding["message"]]
    for keystore in (case.folder / "certificates").glob("*.jks"):
        keystore.write_bytes(java_keystore({"edi": [partner, issuing, upper]}))
    case.write("certificates/missing.pem", pem(*missing))


REMEDIES: Remedies = ((r"Get this certificate from the CA", get_the_missing_one),)
