"""IFL107: the renewed certificate of a sender can't be used."""

from collections.abc import Iterable, Iterator, Sequence

from iflint.rule import (
    BindingCase,
    FaultKind,
    Finding,
    Location,
    Outcome,
    Rule,
    Severity,
    Successor,
    Topic,
    Validity,
    about_renewal,
    dated,
    day,
    expires_soon,
    file_name,
    listed,
    window,
)


class UnusableRenewal(Rule):
    """A renewed certificate of a sender is at hand, and SAP would refuse it.

    ## What it does

    Looks for successors of the certificate of a row, a service key or a mapping: certificates
    that begin and end later and have the same pair, or the same common name and no other
    organization. It is reported when successors are at hand and none of them would be accepted on
    its first valid day: clients may not use it (no Client Authentication), its root is not
    supported, it is self-signed, or its chain fails.
    What the certificate in use lacks as well is told of that one, and not again.

    A *server* certificate of the same partner looks the same, so this is a warning. It is an error
    where the certificate is known to be a client's (given by `--certificates` or `certificates`, or
    found with its key in a keystore) and the old one of a row or of a key that is not pinned
    ends within `expiry-days`: then the switch is due, and all there is to switch to fails.

    ## Why it fails at runtime

    The sender may switch to the new certificate on any day, since the pair is the same or was
    added. The load balancer then refuses it, or passes the request on as if it had none. Since 2026
    public CAs deliver certificates without Client Authentication.

    ## How to fix it

    Ask the sender for a certificate that clients may use, under a root that SAP supports, before
    the old one ends. If it is the partner's server certificate: say which certificates belong to
    clients (`certificates`), or leave its file out (`exclude`).

    ## Source

    SAP documentation (0f92842: certificates without the EKU are rejected; 4509f60; 2d3cae7). That a
    later certificate of the same name is the renewal is *inferred*.
    """

    code = "IFL107"
    name = "unusable-renewal"
    outcome = ("renewed certificate can't be used", "renewed certificates can't be used")
    severity = Severity.WARNING
    about = Topic.RENEWAL
    expiry_days = window("The switch is due when the old certificate ends within so many days.")

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say what is wrong with the new certificate, and when the old one ends."""
        best, renewed = case.verdict.best, case.verdict.unusable_renewal
        if best is None or renewed is None or best.validity is not Validity.VALID:
            return
        old, new = best.certificate, renewed.certificate
        soon = expires_soon(old.not_before, old.not_after, case.context.as_of, self.expiry_days)
        due = renewed.declared and soon and not case.verdict.exact
        message = (
            f"The renewed certificate in {_file(renewed.locations)} ({day(new.not_before)} to "
            f"{day(new.not_after)}) can't be used: {listed(list(_reasons(renewed)))}. "
            f"The one that {case.words.this} has, in {_file(best.locations)}, expires on "
            f"{dated(old.not_after, case.context.as_of)}."
        )
        remedy = case.words.supply.instead or (
            "Ask the sender for another one, with Client Authentication and under a supported root."
        )
        if not renewed.declared:
            remedy += (
                " If this is the partner's server certificate, leave its file out (`exclude`), or "
                "name the client certificates (`certificates`)."
            )
        yield self.finding(
            case,
            message,
            remedy=remedy,
            severity=Severity.ERROR if due else None,
            breaks_on=old.not_after,
            **about_renewal(case, best, renewed),
        )


def _file(locations: Sequence[Location]) -> str:
    return file_name(locations[0]) if locations else "no file"


def _reasons(renewed: Successor) -> Iterator[str]:
    """What stands in its way, in clauses."""
    certificate, chain = renewed.certificate, renewed.chain
    if certificate.lacks_client_auth:
        yield "it lacks Client Authentication"
    for each in chain.without_client_auth:
        if each != certificate:
            yield f"its issuer {each.subject.readable} lacks Client Authentication"
    if chain.outcome is Outcome.SELF_SIGNED:
        yield "it is self-signed"
    elif chain.outcome is Outcome.UNSUPPORTED and chain.root is not None:
        yield f"its root {chain.root.subject_text} is not supported"
    for fault in chain.faults:
        if fault.kind is not FaultKind.ALGORITHM:
            holder = fault.certificate or fault.below
            whose = "itself" if holder == certificate else holder.subject.readable
            yield f"its chain breaks at {whose} ({fault.detail})"
