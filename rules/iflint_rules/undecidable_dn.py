"""IFL312: the stored text can't tell whether a DN is the certificate's."""

from collections.abc import Iterable

from iflint.rule import (
    EntryCase,
    EntryState,
    Equality,
    Finding,
    Related,
    Rule,
    Severity,
    Topic,
    listed,
    where_text_stands,
)


class UndecidableDn(Rule):
    """Whether the pair is the certificate's depends on something that the stored text lacks.

    ## What it does

    Reports a row whose pair differs from a certificate's at most in the string type of a
    value. Some attributes (SERIALNUMBER, EMAILADDRESS, DC and all but CN, C, L, ST, O, OU,
    STREET, UID) are compared by their encoded bytes (*inferred*), and a typed text does not say
    in which string type the certificate has it. The certificate is taken to be the right one
    and judged as such.

    ## Why it matters

    If the types differ, the sender gets HTTP 403 although the two DNs look the same.

    ## How to fix it

    Try a call with the certificate. If it is refused, write the attribute in the `#hex` form
    that the finding gives: it holds the very bytes of the certificate.

    ## Source

    *Inferred* from the canonical form of Java's `X500Principal`, measured on JDK 17.
    """

    code = "IFL312"
    name = "undecidable-dn"
    outcome = ("pair can't be decided", "pairs can't be decided")
    severity = Severity.NOTE
    about = Topic.PAIR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which attribute it is, and the form that would be certain."""
        best = case.verdict.best
        if best is None or case.verdict.state is not EntryState.UNDECIDABLE:
            return
        sides = [
            (role, reading.value, comparison)
            for role, reading, comparison in (
                ("subject", case.verdict.subject, best.subject),
                ("issuer", case.verdict.issuer, best.issuer),
            )
            if comparison.equality is Equality.UNDECIDABLE
        ]
        attributes = [
            f"{stored.keyword} of the {role}"
            for role, _, comparison in sides
            for stored, _ in comparison.undecidable
        ]
        certain = ", ".join(f"{role.capitalize()} DN {c.certain_text}" for role, _, c in sides)
        _, value, comparison = sides[0]
        stored = comparison.undecidable[0][0]
        _, related = where_text_stands(value)
        certificate = [Related(place, "the certificate") for place in best.locations[:1]]
        yield self.finding(
            case,
            "Whether this row accepts the certificate can't be told from its text: that depends on "
            f"the string type of {listed(list(dict.fromkeys(attributes)))} (inferred).",
            remedy=f"Test the call. If it is refused, enter {certain}",
            location=value.locate(stored.start, stored.end),
            related=(*related, *certificate),
            certificate=(best.certificate, best.locations),
        )
