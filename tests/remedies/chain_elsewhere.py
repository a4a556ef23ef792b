"""What the remedies of chain-elsewhere say to do."""

from __future__ import annotations

import re
from typing import Any

from cryptography import x509

from exports import java_keystore
from iflint.engine.inputs import read_certificates
from iflint.options import Options
from remedies import Case, Existing, Remedies


def import_the_whole_chain(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    """All that stands above the certificate, out of the files at hand; the later one of two."""
    del said
    read = read_certificates([str(case.folder)], Options())
    at_hand = {
        found.certificate.sha256: x509.load_der_x509_certificate(found.certificate.der)
        for found in read.certificates
    }
    chain = [at_hand[finding["certificate"]["sha256"]]]
    while above := [
        each for each in at_hand.values() if each not in chain and each.subject == chain[-1].issuer
    ]:
        chain.append(max(above, key=lambda each: each.not_valid_after_utc))
    whole = java_keystore({"edi": [Existing(each) for each in chain]})
    (keystore,) = (each for each in case.folder.rglob("partner.*") if each.suffix != ".pem")
    keystore.unlink()
    keystore.with_suffix(".jks").write_bytes(whole)


REMEDIES: Remedies = (
    (r"Add to the key entry the certificate of .*, so that it presents", import_the_whole_chain),
)
