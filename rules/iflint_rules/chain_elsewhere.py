"""IFL206: what stands with a private key is too little, though other files have the rest."""

from collections.abc import Iterable

from iflint.rule import (
    CHAIN_AGAIN,
    BindingCase,
    ChainVerdict,
    Finding,
    Holder,
    Outcome,
    Presented,
    Related,
    Rule,
    Severity,
    Topic,
    about_certificate,
    listed,
)


class ChainElsewhere(Rule):
    """The keystore presents an incomplete chain; what it lacks is in other files only.

    ## What it does

    Where a keystore at hand holds the client certificate with its key, builds the chain out of
    what this key entry presents and nothing else. If that chain lacks an intermediate, or ends
    or breaks somewhere else than it must, and the other files at hand hold a better one, this
    rule says what the key entry lacks. So it is with a PEM file that holds the private key, and
    with a service key that SAP made.

    A PKCS#12 entry presents its certificate and all others of the keystore that stand above
    it, as Java reads it; an entry of a JKS or JCEKS presents the chain that is stored with it.
    Certificates alone, as in a truststore, present nothing: they count as files.

    If no file completes the chain, `missing-chain` speaks instead.

    ## Why it fails at runtime

    The load balancer holds root certificates only. The sender must present the whole chain, and
    it presents what its key entry holds; that the missing certificate lies somewhere else, even
    in the same Java keystore under another alias, helps nobody.

    ## How to fix it

    Import the whole chain into the key entry: the client certificate first, then each issuer.
    With Java: `keytool -importcert -alias ALIAS -file chain.pem`, where `chain.pem` holds them
    all in this order. For PKCS#12: `openssl pkcs12 -export -inkey KEY -in CERTIFICATE -certfile
    chain.pem`. A service key that SAP made has the whole chain in its JSON: fetch it again.

    If the chain that is presented ends in a root that is not on the list, while one of its CAs is
    cross-signed by a supported root, that cross certificate is what lacks: it goes into the key
    entry, and the client certificate stays.

    A sender on Windows or .NET chooses by itself what it sends: it takes intermediates from the
    “Intermediate Certification Authorities” of the computer or account (`certlm.msc`,
    `certmgr.msc`), not from the file of its own certificate (*inferred*).

    ## Source

    SAP documentation (4509f60: "the whole certificate chain"). How a keystore's entry becomes
    what is presented: Java's key manager, *inferred* for senders that are not Java.
    """

    code = "IFL206"
    name = "chain-elsewhere"
    outcome = ("chain is not presented as a whole", "chains are not presented as a whole")
    severity = Severity.ERROR
    about = Topic.CHAIN

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say what the key entry lacks, and where it is."""
        best = case.verdict.best
        presented = best.presented if best else None
        if best is None or presented is None or not presented.falls_short:
            return
        about = about_certificate(case, best)
        name, noun = _name(presented)
        about["related"] += tuple(
            Related(places[0], f"this certificate is not in the {noun}")
            for _, places in presented.elsewhere
            if places
        )
        lacking = listed([certificate.subject.readable for certificate, _ in presented.elsewhere])
        yield self.finding(
            case,
            f"{name} does not present a complete chain: {_fault(presented.chain)}. Other files at "
            "hand have a better chain.",
            remedy=CHAIN_AGAIN
            if presented.entry.holder is Holder.SERVICE_KEY
            else f"Add to the {noun} the certificate of {lacking}, so that it presents the whole "
            f"chain{_NO_OTHER if presented.chain.outcome is Outcome.UNSUPPORTED else ''}."
            if lacking
            else f"Import the chain of the other files into the {noun}.",
            **about,
        )


_NO_OTHER = ", up to a supported root. No new client certificate is needed"
"""Where a supported root has cross-signed a CA of the chain."""


def _name(presented: Presented) -> tuple[str, str]:
    """What presents the chain, at the beginning of a sentence, and its noun."""
    entry = presented.entry
    file = str(entry.location.file).rpartition("/")[2]
    if entry.holder is Holder.FILE:
        return f"The file {file}", "file"
    noun = "service key" if entry.holder is Holder.SERVICE_KEY else "key entry"
    return f"The {noun} {f'“{entry.alias}” ' if entry.alias else ''}of {file}", noun


def _fault(chain: ChainVerdict) -> str:
    """What is wrong with the chain within the entry, as a clause."""
    if chain.outcome is Outcome.MISSING and chain.missing_issuer is not None:
        return f"the certificate of {chain.missing_issuer.readable} is not in it"
    for fault in chain.faults:
        holder = fault.certificate.subject.readable if fault.certificate else fault.detail
        detail = f" ({fault.detail})" if fault.certificate else ""
        return f"it breaks at {holder}{detail}"
    for certificate in chain.without_client_auth:
        return f"{certificate.subject.readable} in it lacks Client Authentication"
    root = chain.root.subject_text if chain.root else "no root"
    return f"it ends in {root}, which is not supported"
