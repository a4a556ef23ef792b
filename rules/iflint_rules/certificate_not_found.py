"""IFL302: the certificate of a row, a service key or a mapping is not at hand."""

from collections.abc import Iterable

from iflint.rule import (
    NO_SUBJECT,
    Answer,
    CallerCase,
    EntryCase,
    EntryState,
    Finding,
    IflowCase,
    MissingKind,
    Related,
    Rule,
    Severity,
    Topic,
    file_name,
    to_enter,
    where_it_comes_from,
)

_OF_CALLERS = {
    MissingKind.FILE_NOT_READ: (
        "It is in another file, in which none was found: {}.",
        "Check this file together with that one, or give that one with --certificates PATH.",
    ),
    MissingKind.REFERENCE: (
        "The file refers to {}.",
        'Keep the certificate as PEM beside this file, and refer to its path: file("NAME.pem").',
    ),
    MissingKind.DATE_NOT_READ: (
        "The file gives its last day in a form that iflint does not know: {}.",
        "Write this date as 2026-12-31T00:00:00Z, or add the certificate.",
    ),
    MissingKind.NO_DATE: (
        "The file does not give its last day.",
        "Add the certificate, or its last day.",
    ),
}
"""Why the certificate of a service key or a mapping is not at hand, and what to do about it."""


class CertificateNotFound(Rule):
    """The certificate of a row, a service key or a mapping is not at hand, so nobody checked it.

    ## What it does

    A channel stores two names and never the certificate, so iflint needs the certificate
    files. This rule reports a row for which none of the files at hand has the pair, or one
    that resembles it. If one differs in one or two letters of the common name and in nothing
    else, it is named as the closest: this may be a typing error, or two partners with similar
    names, so it stays a warning. When there are no certificates at all, this is said once for
    each iFlow. The text report then has one section of all that the names alone tell, and the list
    of the certificates to ask for.

    A service key or a mapping is reported where its file only refers to the certificate
    (`file("partner.pem")`, `var.certificate` in Terraform) or tells its end in a form that iflint
    does not know. A path is followed where the run reads that file anyway, as it does when it lies
    in a checked folder. Placeholders in templates are nobody's certificates, and are not reported.

    A certificate without a subject, as newer profiles of Let's Encrypt issue them, can stand in no
    row. Where one at hand has the row's common name among its alternative names, or its issuer,
    this is said.

    ## Why it matters

    Nobody looks at the day on which this certificate ends.

    ## How to fix it

    Ask the sender's people for the certificate with its chain (public parts only), keep the
    files in the repository, or give them with `--certificates PATH`. The summary lists the
    subjects and issuers, ready to send.

    ## Source

    Published exports hold only the two DNs of a row. That a path in Terraform begins at the
    file's own folder is inferred: it does with `path.module`, and in a root module.
    """

    code = "IFL302"
    name = "certificate-not-found"
    outcome = ("certificate is not at hand", "certificates are not at hand")
    severity = Severity.WARNING
    about = Topic.PAIR
    answer = Answer.CLOSEST

    def check_iflow(self, case: IflowCase) -> Iterable[Finding]:
        """Say once for the iFlow that there are no certificates at all."""
        if case.context.certificates_at_hand:
            return
        missing = [
            entry
            for channel in case.verdict.channels
            for entry in channel.entries
            if entry.state is EntryState.NOT_FOUND
        ]
        if not missing:
            return
        first, *others = (entry.entry.location for entry in missing)
        yield self.finding(
            case,
            "No certificate is at hand, so dates and chains were not checked.",
            remedy="Ask the senders for the certificates that the summary lists. Give them with "
            "--certificates PATH, or keep them in the repository.",
            location=first,
            related=[Related(place, "another row without its certificate") for place in others],
            cause="no certificate at hand",
            by_names=True,
        )

    def check_caller(self, case: CallerCase) -> Iterable[Finding]:
        """Say why the certificate of a service key or a mapping is not known."""
        if case.verdict.state is not EntryState.NOT_FOUND:
            return
        caller = case.verdict.caller
        assert caller.missing is not None
        why, remedy = _OF_CALLERS[caller.missing.kind]
        yield self.finding(
            case,
            f"The certificate of {case.words.this} is not at hand, so dates and chain were not "
            f"checked. {why.format(caller.missing.text)}",
            remedy=remedy,
            location=caller.location,
        )

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say that none of the certificates at hand is the one."""
        if case.verdict.state is not EntryState.NOT_FOUND or not case.context.certificates_at_hand:
            return
        number = case.context.certificates_at_hand
        others = (
            f"None of the {number} certificates at hand has this row's pair or resembles it"
            if number > 1
            else "The one certificate at hand neither has this row's pair nor resembles it"
        )
        message = f"{others}, so dates and chain were not checked."
        ask = (
            "sk the sender for this certificate and its chain. Give them with --certificates PATH, "
            "or keep them in the repository."
        )
        remedy = f"Look for a typing error in the CN. If there is none, a{ask}"
        related: tuple[Related, ...] = ()
        if case.verdict.closest is not None:
            certificate, places = case.verdict.closest
            name = certificate.subject.common_name
            message += f" The closest is that of {name}: a few letters of the CN differ."
            text = to_enter(certificate.subject.text, case.verdict.subject.value)
            remedy = f"A{ask} If the closest one is meant, enter its Subject DN: {text}"
            related = tuple(Related(place, f"closest: {name}") for place in places[:1])
        nameless = case.context.nameless_for(case.verdict)
        if nameless is not None:
            file = file_name(nameless.location)
            message += f" Perhaps the one in {file} is meant, but {NO_SUBJECT}."
            remedy = (
                "Let the sender get a certificate with a subject, at least a common name (CN). "
            )
            remedy += "Then enter its Subject DN and Issuer DN."
            related = (Related(nameless.location, "this certificate has no subject"),)
        yield self.finding(
            case,
            message,
            remedy=remedy,
            location=case.verdict.subject.value.location,
            related=(*where_it_comes_from(case.verdict.subject.value), *related),
            cause="\x1f".join(case.verdict.pair or ()),
        )
