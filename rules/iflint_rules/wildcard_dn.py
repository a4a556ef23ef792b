"""IFL306: a DN with an asterisk, which the runtime takes literally."""

from collections.abc import Iterable

from iflint.findings import Finding, Severity
from iflint.rule import EntryCase, Rule, where_text_stands
from iflint.verdicts import EntryState
from iflint.wording import listed


class WildcardDn(Rule):
    """A DN of an entry holds an asterisk that no certificate has.

    ## What it does

    Reports entries with a value that is exactly `*`, and those with an asterisk in a pair that
    no certificate at hand has. Real certificates with names such as `CN=*.example.com` are
    fine; without any certificate at hand such a host name is taken to be one.

    ## Why it fails at runtime

    There are no wildcards in this comparison (*inferred*): the asterisk is a character like any
    other, and no certificate's name has it. The sender gets HTTP 403.

    ## How to fix it

    Enter one row for each certificate. To accept whoever has a certificate of a CA, use another
    authorization, such as the user role.

    ## Source

    *Inferred* from the comparison by Java's `X500Principal`; SAP documents no wildcard here.
    """

    code = "IFL306"
    name = "wildcard-dn"
    severity = Severity.ERROR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which value holds it."""
        if case.verdict.state is not EntryState.WILDCARD:
            return
        found = [
            (reading.value, attribute, f"{attribute.keyword} of the {role}")
            for role, reading in (
                ("subject", case.verdict.subject),
                ("issuer", case.verdict.issuer),
            )
            if reading.name is not None
            for rdn in reading.name.rdns
            for attribute in rdn
            if "*" in attribute.value
        ]
        value, attribute, _ = found[0]
        _, related = where_text_stands(value)
        where = listed(list(dict.fromkeys(label for _, _, label in found)))
        yield self.finding(
            case,
            f"The asterisk in {where} is no wildcard: it is compared as a character (inferred), "
            "and no certificate has it.",
            remedy="Enter the DNs of each accepted certificate as a row of its own.",
            location=value.locate(attribute.start, attribute.end),
            related=related,
        )
