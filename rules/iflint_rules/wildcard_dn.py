"""IFL306: a DN with an asterisk, which the runtime takes literally."""

from collections.abc import Iterable

from iflint.rule import (
    EntryCase,
    EntryState,
    Finding,
    Reading,
    Rule,
    Severity,
    Topic,
    listed,
    where_text_stands,
)


class WildcardDn(Rule):
    """A DN of a row holds an asterisk that no certificate has.

    ## What it does

    Reports rows with a DN or a value of one that is exactly `*`, and those with an asterisk
    in a pair, where no certificate at hand has this pair or this value. Real certificates with
    names such as `CN=*.example.com` are fine: give their files. Without any certificate at hand
    such a host name is taken to be one.

    ## Why it fails at runtime

    There are no wildcards in this comparison (*inferred*): the asterisk is a character like any
    other, and no certificate's name has it. The sender gets HTTP 403.

    ## How to fix it

    Enter one row for each certificate. If a certificate really has this name, give its file
    with `--certificates`. To accept whoever has a certificate of a CA, use another
    Authorization, such as User Role.

    ## Source

    *Inferred* from the comparison by Java's `X500Principal`; SAP documents no wildcard here.
    """

    code = "IFL306"
    name = "wildcard-dn"
    outcome = ("asterisk matches nothing", "asterisks match nothing")
    severity = Severity.ERROR
    about = Topic.PAIR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which value holds it."""
        if case.verdict.state is not EntryState.WILDCARD:
            return
        found = [
            (reading.value, span, label)
            for role, reading in (
                ("subject", case.verdict.subject),
                ("issuer", case.verdict.issuer),
            )
            for span, label in _asterisks(role, reading)
        ]
        value, span, _ = found[0]
        _, related = where_text_stands(value)
        where = listed(list(dict.fromkeys(label for _, _, label in found)))
        yield self.finding(
            case,
            f"The asterisk in {where} is no wildcard. It is compared like any other character "
            "(inferred), and no certificate at hand has it.",
            remedy="Enter the DNs of each certificate in a row of its own. If a certificate really "
            "has this name, give its file with --certificates PATH.",
            location=value.locate(*span),
            related=related,
        )


def _asterisks(role: str, reading: Reading) -> Iterable[tuple[tuple[int, int], str]]:
    """The span of each value with an asterisk, and what to call it."""
    if reading.asterisk:
        yield (0, len(reading.value.text or "")), f"the {role.capitalize()} DN"
    for rdn in reading.name.rdns if reading.name else ():
        for attribute in rdn:
            if "*" in attribute.value:
                yield (
                    (attribute.start, attribute.end),
                    f"{attribute.keyword} of the {role.capitalize()} DN",
                )
