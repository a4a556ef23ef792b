"""IFL201: the chain of a certificate ends in a root that is not on the list in force."""

from collections.abc import Iterable
from datetime import UTC, datetime, time

from iflint.rule import (
    BindingCase,
    Finding,
    JoinedCertificate,
    Outcome,
    Root,
    RootStanding,
    Rule,
    Severity,
    Topic,
    TrustList,
    about_certificate,
    other_list_for_tokens,
    root_history,
)


class UnsupportedRoot(Rule):
    """The chain of the client certificate ends in a root that SAP does not support.

    ## What it does

    Builds the chain of the best certificate of a row, a service key or a mapping and compares
    its root with the list in force at the clock of the run: the newest release of the SAP BTP Trust
    Store that is not younger than the clock (`platform = "cf"`), or the files given with `--roots`.
    A root that once was on the list is named with the release and the date of its removal. The list
    in force decides alone: a root that is not on it is reported here whatever its dates.

    With `trust = "btp-required"` only those roots of the list count that BTP itself uses, as of
    the last release that the table knows. `roots-add` names files with roots that count besides
    the list.

    A service key may serve a sender that only fetches a token with its certificate (OAuth) and
    calls with that: it meets XSUAA's list of CAs instead. A file does not tell which way a sender
    takes, so where a CA of the chain stands on XSUAA's list, this is a warning.

    With `platform = "neo"` two public lists exist. A root on both is fine, on one of them it
    is a warning, on neither an error.

    ## Why it fails at runtime

    The load balancer holds root certificates only and trusts no other. What the caller sees
    differs: a TLS alert such as `unknown_ca`, HTTP 401, or a request that is treated as if it
    had no certificate.

    ## How to fix it

    Let the sender get a certificate from a CA whose root is on the list, for example from SAP
    Cloud Root CA, or use a custom domain with your own list (then check with
    `--platform custom --roots FILE`).

    Where a supported root has cross-signed a CA of the chain, no new certificate is needed: the
    sender adds that cross certificate to what it presents. If it is at hand and the sender's
    keystore lacks it, `chain-elsewhere` says so.

    ## Source

    SAP documentation (4509f60, 790cb76), which points to SAP Note 2801396; the public SAP BTP
    Trust Store on GitHub. That the trust store is the public form of the note is *inferred*,
    and so is that Cloud Integration's load balancer on Neo uses Neo's list (fe95707). XSUAA's list:
    edd5613; that a CA's common name tells it is *inferred*.
    """

    code = "IFL201"
    name = "unsupported-root"
    outcome = ("root is not supported", "roots are not supported")
    severity = Severity.ERROR
    about = Topic.ROOT

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which root it is, and what is known of it."""
        best = case.verdict.best
        if best is None:
            return
        if best.chain.outcome is Outcome.UNCERTAIN:
            yield self._on_one_list(case, best)
        elif best.chain.outcome is Outcome.UNSUPPORTED:
            yield self._on_no_list(case, best)

    def _on_one_list(self, case: BindingCase, best: JoinedCertificate) -> Finding:
        root, trust = best.chain.root, case.context.trust
        which = "Neo's own list" if root is not None and root.in_neo_list else "the trust store"
        return self.finding(
            case,
            f"The root of {case.words.its} certificate is on only one of the two lists for Neo, "
            f"{which}: {_subject(best)}.{root_history(root, trust)} Lists: {trust.name}.",
            remedy=case.words.with_switch(
                "Ask SAP support whether the load balancer of your Neo tenant trusts this root, "
                "or let the sender use a certificate under a root that is on both lists.",
                elsewhere=True,
            ),
            cause=_subject(best),
            severity=Severity.WARNING,
            **about_certificate(case, best),
        )

    def _on_no_list(self, case: BindingCase, best: JoinedCertificate) -> Finding:
        root, trust = best.chain.root, case.context.trust
        removed = root is not None and trust.standing(root) is RootStanding.REMOVED
        removed_on = root.removed_on if removed and root is not None else None
        expected = root is not None and trust.standing(root) is RootStanding.NOT_YET
        coming = root.added_on if expected and root is not None else None
        since = datetime.combine(removed_on, time(), UTC) if removed_on else None
        for_tokens = other_list_for_tokens(case)
        bridge = case.context.bridge_of(best.chain)
        if bridge is not None:
            ca = bridge.ca.subject.readable
            crossed = f" {ca} has a second certificate, from {bridge.root.subject_text}, which is "
            crossed += f"supported (until {bridge.until})."
            remedy = f"Let the sender add the certificate of {ca} from that root to the chain that "
            remedy += "it presents. No new client certificate is needed."
        else:
            crossed = ""
            remedy = case.words.with_switch(
                "Let the sender get a certificate under a supported root (`iflint roots` lists "
                "them). If it calls a domain of your own, check with the list of that: "
                "--platform custom --roots FILE.",
                elsewhere=True,
            )
        return self.finding(
            case,
            f"The root of {case.words.its} certificate is {'no longer' if removed else 'not'} "
            f"supported: {_subject(best)}."
            f"{root_history(root, trust)}{_namesake(root, trust)}"
            f"{crossed}{for_tokens} List: {trust.name}.",
            remedy=remedy,
            cause=_subject(best),
            severity=Severity.WARNING if for_tokens else None,
            broken_since=max(since, best.certificate.not_before) if since else None,
            works_from=datetime.combine(coming, time(), UTC) if coming else None,
            **about_certificate(case, best),
        )


def _subject(best: JoinedCertificate) -> str:
    root = best.chain.root
    return root.subject_text if root else best.chain.certificates[-1].subject.readable


def _namesake(root: Root | None, trust: TrustList) -> str:
    """Who compares names only would find a listed root of this name: say that it is another."""
    listed = (RootStanding.LISTED, RootStanding.ONE_LIST)
    if root is None or not any(
        trust.standing(other) in listed for other in trust.roots_named(root.subject)
    ):
        return ""
    return " The supported root of this name has another key."
