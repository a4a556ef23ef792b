"""IFL106: a row, a service key or a mapping was left behind when its certificate was renewed."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    Related,
    Rule,
    Severity,
    Topic,
    Validity,
    about_certificate,
    dated,
    named,
    sentence,
)


class StaleEntry(Rule):
    """A row, a key or a mapping that has expired stands beside a valid one of the same sender.

    ## What it does

    Reports an expired row of a channel that has another row for the same common name (or,
    without one, the same subject) with a certificate that is valid now. `expired-certificate` is
    not said of it then (unless this rule is not in force); an expired row of another sender
    stays an error.

    So it is with a service key whose tenant has another key with its roles, and with a mapping
    whose user has another mapping, for the same common name. Where the roles of a key are not
    known, they count as the same.

    ## Why it matters

    The last step of the renewal was forgotten: the old pair is still accepted. It does no harm
    as long as nobody gets a new certificate with these names, and it hides what is really in
    use.

    ## How to fix it

    Remove the old row and redeploy; delete the old service key; remove the old mapping.

    ## Source

    SAP documentation (2d3cae7, steps 9b and 10: remove the old mapping, the old pair).
    """

    code = "IFL106"
    name = "stale-entry"
    outcome = (
        "old pair, key or mapping was left behind",
        "old pairs, keys or mappings were left behind",
    )
    severity = Severity.WARNING
    about = Topic.PAIR

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say which entry has taken its place."""
        best = case.verdict.best
        if best is None or best.validity is not Validity.EXPIRED or not case.verdict.fresher:
            return
        this, fresher = case.words.this, case.verdict.fresher[0]
        told = ", as far as names and dates tell" if case.verdict.fresher_by_facts else ""
        last = case.verdict.joined.last
        about = about_certificate(case, last)
        about["related"] += (Related(fresher.location, "the one that has taken its place"),)
        end = last.certificate.not_after
        yield self.finding(
            case,
            f"{this[:1].upper()}{this[1:]} is of no use any more: its certificate expired on "
            f"{dated(end, case.context.as_of)}, and {named(fresher)} has a valid one of the same "
            f"sender{told}.",
            remedy=sentence(case.words.removal),
            **about,
        )
