"""IFL105: a certificate expires soon, and its channel is not prepared for a successor."""

from collections.abc import Iterable

from iflint.rule import (
    Answer,
    CallerCase,
    CallerKind,
    EntryCase,
    Finding,
    Related,
    Rule,
    Severity,
    Successor,
    Topic,
    about_certificate,
    day,
    expires_soon,
    sentence,
    window,
)


class RenewalWithoutOverlap(Rule):
    """A certificate expires soon, and the channel has no second entry for its successor.

    ## What it does

    Looks at entries whose best certificate expires soon (see `certificate-expires-soon`) and
    reports those whose channel has no other entry for the same common name (or, without one,
    the same subject) that lasts longer. If a later certificate of this sender is at hand, the
    row to add is given, ready to paste. If that one keeps subject and issuer, a note says that
    nothing in the flow changes. A CA's certificate, or one that clients may not use, is no
    successor.

    A service key or a mapping that accepts one certificate only is reported when a later one of the
    sender is at hand that no other key or mapping of it has.

    ## Why it fails at runtime

    By SAP's procedure the pair of the new certificate is added beside the old one and deployed
    before the sender switches. Without it there is a time in which neither certificate is
    accepted, and the switch becomes an outage.

    ## How to fix it

    Add a second entry with the new certificate's subject and issuer (`iflint fix --add-successor`
    does it in unpacked flows), redeploy, let the sender switch, remove the old entry, redeploy.
    Make a new service key in the same instance, or a new mapping of the same user, let the sender
    switch, remove the old one.

    ## Source

    SAP documentation (2d3cae7, steps 3, 4, 7, 9b and 10; 19af5e2).
    """

    code = "IFL105"
    name = "renewal-without-overlap"
    severity = Severity.WARNING
    about = Topic.RENEWAL
    answer = Answer.SUCCESSOR
    expiry_days = window("A certificate that ends within so many days needs its successor's entry.")

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say that the successor has no entry, or needs none."""
        best = case.verdict.best
        if best is None or case.verdict.overlap:
            return
        certificate, context = best.certificate, case.context
        if not expires_soon(
            certificate.not_before, certificate.not_after, context.as_of, self.expiry_days
        ):
            return
        successor = case.verdict.successor
        if successor is None:
            message = "This entry's certificate expires soon, and the channel has no entry for "
            message += "its successor."
            remedy = "Ask the sender for the new certificate now; if its pair differs, add a "
            remedy += "second entry with it and redeploy before the sender switches."
        elif successor.same_pair:
            message = "The successor of this entry's certificate is at hand with the same subject "
            message += f"and issuer, valid from {day(successor.certificate.not_before)}: nothing "
            message += "in the flow changes."
            remedy = "Tell the sender to switch before the old certificate ends."
        else:
            message = "This entry's certificate expires soon, and its successor, valid from "
            message += f"{day(successor.certificate.not_before)}, has another pair that the "
            message += "channel does not list."
            remedy = f"Add a row with {_row(successor)}; redeploy before the sender switches."
        gap = successor is not None and successor.certificate.not_before > certificate.not_after
        if successor is not None and gap:
            begins = day(successor.certificate.not_before)
            message += f" It begins only after this one has ended ({day(certificate.not_after)})."
            until = f"Ask for one that serves until {begins}, too: in between nobody can call."
            remedy = until if successor.same_pair else f"{remedy} {until}"
        about = about_certificate(case, best)
        if successor is not None:
            about["related"] += tuple(
                Related(place, "the successor") for place in successor.locations[:1]
            )
        note = successor is not None and successor.same_pair and not gap
        yield self.finding(
            case,
            message,
            remedy=remedy,
            severity=Severity.NOTE if note else None,
            breaks_on=certificate.not_after,
            **about,
        )

    def check_caller(self, case: CallerCase) -> Iterable[Finding]:
        """Say that no other key or mapping has the successor that is at hand."""
        best, successor = case.verdict.best, case.verdict.successor
        if best is None or successor is None or case.verdict.overlap:
            return
        certificate, context = best.certificate, case.context
        if not expires_soon(
            certificate.not_before, certificate.not_after, context.as_of, self.expiry_days
        ):
            return
        if successor.same_pair and not case.verdict.caller.pinned:
            return
        begins = day(successor.certificate.not_before)
        message = f"{sentence(case.words.its)[:-1]} certificate expires soon, and its successor, "
        message += f"valid from {begins}, has no {_KINDS[case.verdict.caller.kind]}."
        if successor.certificate.not_before > certificate.not_after:
            message += f" It begins only after this one has ended ({day(certificate.not_after)})."
        about = about_certificate(case, best)
        about["related"] += tuple(
            Related(place, "the successor") for place in successor.locations[:1]
        )
        yield self.finding(
            case,
            message,
            remedy=case.words.renewal_at_hand,
            breaks_on=certificate.not_after,
            **about,
        )


_KINDS = {CallerKind.SERVICE_KEY: "service key", CallerKind.MAPPING: "mapping"}


def _row(successor: Successor) -> str:
    certificate = successor.certificate
    return f"Subject DN {certificate.subject.text} and Issuer DN {certificate.issuer.text}"
