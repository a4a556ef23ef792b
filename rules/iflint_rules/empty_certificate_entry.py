"""IFL303: a channel whose Authorization is Client Certificate accepts no certificate."""

from collections.abc import Iterable

from iflint.rule import (
    NO_SUBJECT,
    ChannelCase,
    EntryCase,
    Finding,
    Related,
    Rule,
    Severity,
    Topic,
    file_name,
    guide,
    listed,
    where_text_stands,
)


class EmptyCertificateEntry(Rule):
    """A channel's Authorization is Client Certificate, but it has no row, or one with an empty DN.

    ## What it does

    Reports a sender channel whose Authorization is Client Certificate and that has no row at all,
    and each row whose Subject DN or Issuer DN is empty, also when it is a parameter
    with an empty value.

    ## Why it fails at runtime

    The tenant compares the subject and issuer of the caller's certificate with the channel's
    pairs. No certificate has an empty name, so nobody gets in: HTTP 403, and in the trace
    `Unauthorized. Subject and issuer … of the provided certificate is not contained in the
    accepted subjectAndIssuers list of the integration flow.`

    ## How to fix it

    Enter Subject DN and Issuer DN of the sender's certificate, or give the parameter its value
    for the environment that is checked: with `--parameters FILE`, or for each environment in the
    configuration (`[environments.NAME]`).

    ## Source

    SAP documentation (7f84d16); SAP KBA 3538749.
    """

    code = "IFL303"
    name = "empty-certificate-entry"
    outcome = ("row or list of rows is empty", "rows or lists of rows are empty")
    severity = Severity.ERROR
    about = Topic.PAIR

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say that there is no entry."""
        if case.verdict.judged and not case.verdict.entries and not case.channel.unread:
            yield self.finding(
                case,
                "This channel's Authorization is Client Certificate, but it has no row, so it "
                "accepts nobody.",
                remedy="Add a row with Subject DN and Issuer DN of the sender's certificate, or "
                "choose another Authorization.",
                location=case.channel.location,
            )

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which DN is empty."""
        verdict = case.verdict
        empty = [
            (role, reading.value)
            for role, reading in (("subject", verdict.subject), ("issuer", verdict.issuer))
            if reading.empty
        ]
        if not empty:
            return
        roles = listed([f"{role.capitalize()} DN" for role, _ in empty])
        names = [use.name for _, value in empty for use in value.parameters]
        parameters = f" ({listed([f'{{{{{name}}}}}' for name in names])})" if names else ""
        location, related = where_text_stands(empty[0][1])
        others = tuple(
            Related(where_text_stands(value)[0], f"the {role.capitalize()} DN is empty, too")
            for role, value in empty[1:]
        )
        nameless = case.context.nameless_for(verdict) if verdict.subject.empty else None
        aside = ""
        if nameless is not None:
            aside = f" Perhaps the certificate in {file_name(nameless.location)} is meant, but "
            aside += f"{NO_SUBJECT}."
        yield self.finding(
            case,
            f"{roles if len(empty) > 1 else f'The {roles}'} of row {verdict.entry.ordinal} "
            f"{'are' if len(empty) > 1 else 'is'} empty{parameters}, so the row accepts no "
            f"certificate.{aside}",
            remedy="Give the parameter its value. If each environment has its own, name their "
            f"files in iflint.toml ({guide('environments')}), or pass one with --parameters FILE."
            if names
            else "Enter the DN of the sender's certificate, or remove the row.",
            location=location,
            related=(*related, *others),
        )
