"""IFL401: a certificate may not be used by a client."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Rule,
    Severity,
    Topic,
    about_certificate,
    listed,
    usage_name,
)


class MissingClientAuthEku(Rule):
    """The client certificate, or an intermediate above it, may not be used by a client.

    ## What it does

    Looks at the extended key usage of the best certificate of a row, a service key or a mapping
    and of the intermediates of its chain, and reports those whose extension does not list Client
    Authentication (1.3.6.1.5.5.7.3.2); so it does of the root, where the root comes from a file of
    `--roots` or `--roots-add`. Nothing is said of a certificate without this extension, or with
    `anyExtendedKeyUsage`: what the load balancer does then is not documented.

    ## Why it fails at runtime

    SAP says that certificates without this extended key usage are rejected during the TLS
    handshake. Public CAs stop issuing certificates that have it, so a renewal that looks like
    any other may lack it.

    ## How to fix it

    Ask the CA for a certificate with Client Authentication in its extended key usage, issued
    below an intermediate that allows it. A CA that no longer issues them has to be replaced: by the
    dates of the CA calendar (`iflint roots calendar`) the remedy names SAP Cloud Root CA, a private
    PKI with a custom domain, or another root on the list instead.

    A sender on Windows or .NET chooses by itself what it sends, and sends no certificate at all
    that lacks Client Authentication.

    ## Source

    SAP documentation (0f92842, said of Cloud Foundry; for Neo *inferred*); for intermediates
    RFC 5280 §4.2.1.12 and TLS practice; for roots practice alone, as RFC 5280 leaves their
    extensions aside.
    """

    code = "IFL401"
    name = "missing-client-auth-eku"
    outcome = ("certificate is not for clients", "certificates are not for clients")
    severity = Severity.ERROR
    about = Topic.CLIENTS

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which certificates lack it."""
        best = case.verdict.best
        if best is None or not best.chain.without_client_auth:
            return
        lacking, root = best.chain.without_client_auth, best.chain.root
        anchor = root.certificate if root is not None else None
        kinds = {anchor: "root", best.certificate: "client certificate"}
        names = [
            f"the {kinds[certificate]}"
            if certificate == best.certificate
            else f"the {kinds.get(certificate, 'intermediate')} {certificate.subject.readable}"
            for certificate in lacking
        ]
        verb = "lacks" if len(lacking) == 1 else "lack"
        usages = listed(
            sorted({usage_name(u) for c in lacking for u in c.extended_key_usage or ()})
        )
        subject = listed(names)
        yield self.finding(
            case,
            f"{subject[0].upper()}{subject[1:]} {verb} Client Authentication in the extended key "
            f"usage{f', which allows {usages} only' if usages else ''}."
            + (_OF_A_ROOT if anchor in lacking and anchor != best.certificate else ""),
            remedy=case.words.from_its_ca(
                "Ask the CA for a certificate with Client Authentication in its extended key "
                "usage, below an intermediate that allows it."
            ),
            **about_certificate(case, best),
        )


_OF_A_ROOT = (
    " RFC 5280 leaves aside such extensions of the root itself, but many programs apply them."
)
