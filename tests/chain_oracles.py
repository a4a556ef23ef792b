"""Other programs that judge a chain: each gives its reason against it, empty where it accepts."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.x509 import verification

from authorities import ANY, CLIENT, NOW, pem
from iflint.pki.chains.verdict import MAX_CERTIFICATES_IN_PATH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generated_chains import Case

needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed"
)
needs_verifier = pytest.mark.skipif(
    not hasattr(verification, "ExtensionPolicy"),
    reason="needs cryptography 45, whose ClientVerifier can be told what to accept",
)


def openssls(case: Case, folder: Path) -> str:
    """OpenSSL's error number, empty when it accepts."""
    folder.mkdir()
    (folder / "leaf.pem").write_bytes(pem(case.leaf))
    (folder / "bundle.pem").write_bytes(b"".join(map(pem, case.bundle)))
    (folder / "roots.pem").write_bytes(b"".join(map(pem, case.roots)))
    command = [
        *("openssl", "verify", "-purpose", "sslclient", "-attime", str(int(NOW.timestamp()))),
        *("-partial_chain", "-no-CApath", "-no-CAstore", "-CAfile", "roots.pem"),
        *(("-untrusted", "bundle.pem") if case.bundle else ()),
        "leaf.pem",
    ]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return ""
    error = re.search(r"error (\d+) at", result.stderr)
    assert error, result.stderr
    return error[1]


def jdks(cases: Iterable[Case]) -> list[str]:
    """The JDK's reason against each chain, empty when it accepts; one process for all."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs a JDK: there is no `java`")
    source = Path(__file__).parent / "differential/ChainOracle.java"
    moment = str(int(NOW.timestamp() * 1000))
    run = subprocess.run(
        [java, str(source), moment],
        input="".join(
            f"{_joined([case.leaf])} {_joined(case.bundle)} {_joined(case.roots)}\n"
            for case in cases
        ),
        capture_output=True,
        text=True,
    )
    if run.returncode and "compiler" in run.stderr:
        pytest.skip("needs a JDK: this `java` has no compiler")
    assert run.returncode == 0, run.stderr
    return [line.removeprefix("=") for line in run.stdout.split("\n")[:-1]]


def _joined(certificates: list[bytes]) -> str:
    return ",".join(base64.b64encode(der).decode() for der in certificates) or "-"


def _for_clients(policy: Any, certificate: Any, usages: Any) -> None:
    if usages is not None and not {CLIENT, ANY} & set(usages):
        raise ValueError("not for clients")


def _is_a_ca(policy: Any, certificate: Any, constraints: Any) -> None:
    if not constraints.ca:
        raise ValueError("not a CA")


def _may_sign(policy: Any, certificate: Any, usage: Any) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("may not sign certificates")


def verifiers(case: Case) -> str:
    """Its reason against a chain, empty when it accepts."""
    policy, any_way = verification.ExtensionPolicy, verification.Criticality.AGNOSTIC
    of_client = policy.permit_all().may_be_present(x509.ExtendedKeyUsage, any_way, _for_clients)
    of_cas = (
        policy.permit_all()
        .require_present(x509.BasicConstraints, any_way, _is_a_ca)
        .may_be_present(x509.KeyUsage, any_way, _may_sign)
        .may_be_present(x509.ExtendedKeyUsage, any_way, _for_clients)
    )
    client, *bundle = map(x509.load_der_x509_certificate, (case.leaf, *case.bundle))
    verifier = (
        verification.PolicyBuilder()
        .store(verification.Store(list(map(x509.load_der_x509_certificate, case.roots))))
        .time(NOW)
        .max_chain_depth(MAX_CERTIFICATES_IN_PATH)
        .extension_policies(ca_policy=of_cas, ee_policy=of_client)
        .build_client_verifier()
    )
    try:
        verifier.verify(client, bundle)
    except verification.VerificationError as error:
        return str(error)
    return ""
