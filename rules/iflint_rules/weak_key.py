"""IFL404: a key that is too short or unusual."""

import re
from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Certificate,
    Finding,
    Rule,
    Severity,
    Validity,
    about_certificate,
    listed,
    number,
)

_GOOD_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1", "prime256v1"})


class WeakKey(Rule):
    """The client certificate, or an intermediate above it, has a weak or unusual key.

    ## What it does

    Reports RSA keys shorter than `rsa-bits` (default 2048), elliptic curves other than P-256, P-384
    and P-521 (Ed25519 and Ed448 included) and DSA keys, on the certificate of a row, a service
    key or a mapping and on the intermediates of its chain.

    ## Why it matters

    Short keys can be broken, and TLS implementations refuse them more and more; keys of unusual
    kinds may not be accepted at all. What the load balancer accepts is not documented.

    ## How to fix it

    Renew with RSA of at least 2048 bits, or a key on P-256 or P-384.

    ## Source

    Our advice, from TLS practice (RFC 9325 §4.5). No SAP page gives a minimum.
    """

    code = "IFL404"
    name = "weak-key"
    outcome = ("key is weak or unusual", "keys are weak or unusual")
    severity = Severity.WARNING
    rsa_bits = number(
        "The shortest RSA key that is not reported.",
        default=2048,
        least=1024,
        most=16_384,  # what Java and OpenSSL take
        unit="bits",
    )

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which keys they are."""
        best = case.verdict.best
        if best is None or best.validity is Validity.EXPIRED:
            return
        looked_at = dict.fromkeys((best.certificate, *best.chain.below_root))
        weak = [certificate for certificate in looked_at if self._is_weak(certificate)]
        if not weak:
            return
        keys = listed([f"{c.key} of {_who(c, best.certificate)}" for c in weak])
        yield self.finding(
            case,
            f"Weak or unusual {'key' if len(weak) == 1 else 'keys'} (our advice): {keys}.",
            remedy=case.words.with_switch(
                f"Ask for a certificate with an RSA key of at least {self.rsa_bits} bits, or with "
                "a key on P-256 or P-384."
            ),
            **about_certificate(case, best),
        )

    def _is_weak(self, certificate: Certificate) -> bool:
        kind, _, detail = certificate.key.partition(" ")
        if kind.startswith("RSA"):
            bits = re.match(r"[0-9]+", detail)
            return bits is not None and int(bits[0]) < self.rsa_bits
        return detail not in _GOOD_CURVES if kind == "EC" else kind != "unknown"


def _who(certificate: Certificate, own: Certificate) -> str:
    if certificate.sha256 == own.sha256:
        return "the client certificate"
    return f"the intermediate {certificate.subject.readable}"
