"""IFL304: a text is not a distinguished name, or surely not the one that was meant."""

from collections.abc import Iterable

from iflint.rule import (
    FORM,
    Answer,
    DnComparison,
    EntryCase,
    Finding,
    NearMiss,
    Reading,
    Related,
    Rule,
    Severity,
    Topic,
    file_name,
    to_enter,
    where_text_stands,
)


class MalformedDn(Rule):
    """A Subject DN or Issuer DN is not a distinguished name by the grammar of the runtime.

    ## What it does

    Reads each DN as Java's `X500Principal` does (*inferred*: the runtime's log lines look like
    its output) and reports those that it rejects: unknown keywords (`E=`, `SN=`,
    `commonName=`), OpenSSL's old form `/C=DE/O=…`, a pasted `subject=`, a comma inside a
    value that is neither quoted nor escaped, `<`, `>` or `"` inside a value, a doubled comma or
    one at the end, invisible characters at the beginning, blanks only.

    Reported, too, is an expression such as `${property.subject}`: steps of the flow evaluate it,
    and this table is read before any of them runs (*inferred*). So is an invisible character within
    a name, such as a zero-width space, where no certificate at hand is like it.

    It also reports a text that is accepted and surely not meant: attributes without a comma
    between them, as in `CN=orders O=Example`, are all one value of the first attribute; so they are
    in `CN=orders/emailAddress=…`, as OpenSSL 1.0 prints it. If a certificate at hand has exactly
    this name, nothing is said.

    Where the text, put right, is the name of a certificate at hand, the finding says so and gives
    that certificate's own text to paste.

    ## Why it fails at runtime

    Such a pair never equals the one of a certificate, so the sender gets HTTP 403. Where another
    row of the channel has the pair that was meant, nothing fails and the row is of no use: a
    warning.

    ## How to fix it

    Write the attributes with commas between, most specific first, with the keywords CN, OU, O,
    L, ST, C, STREET, DC, UID, EMAILADDRESS, and put a value with a comma in quotes:
    `CN=orders.example.com, O="Example, Inc.", C=DE`. In unpacked flows `iflint fix` writes it,
    where the certificate that is meant is at hand.

    ## Source

    Measured on JDK 17 (`javax.security.auth.x500.X500Principal`); that the runtime uses it is
    *inferred*. SAP documents no grammar.
    """

    code = "IFL304"
    name = "malformed-dn"
    outcome = ("DN can't be read", "DNs can't be read")
    severity = Severity.ERROR
    about = Topic.PAIR
    answer = Answer.MEANT

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say what is wrong with each DN, and whose name it was meant to be."""
        for role, reading in (("subject", case.verdict.subject), ("issuer", case.verdict.issuer)):
            if reading.faulty and not reading.placeholder:
                yield self._finding(case, role, reading, case.verdict.near_miss)

    def _finding(
        self, case: EntryCase, role: str, reading: Reading, near: NearMiss | None
    ) -> Finding:
        _, related = where_text_stands(reading.value)
        span, message, remedy = _fault(role, reading)
        comparison = near.comparison(role) if near is not None else None
        if near is not None and comparison is not None and comparison.kind not in _ANOTHER:
            related += tuple(Related(place, "the certificate") for place in near.locations[:1])
            message += f" {_whose(comparison, near)}"
            remedy = (
                f"Remove this row: row {near.held_by.ordinal} accepts that certificate."
                if near.held_by is not None
                else f"Write it as: {comparison.certificate}"
            )
        else:
            near = comparison = None
        return self.finding(
            case,
            message,
            remedy=to_enter(remedy, reading.value),
            severity=Severity.WARNING if near is not None and near.held_by else None,
            location=reading.value.locate(*span),
            related=related,
            certificate=(near.certificate, near.locations) if near else None,
            comparisons=(comparison,) if comparison and comparison.kind else (),
            key=role,
            fixable=near is not None and near.fixable,
        )


_ANOTHER = frozenset({"issuer", "renewal", "other"})
"""Kinds of issuers that may be right for another certificate of the same sender."""


_ENTER_IT = (
    "Enter the DN of the sender's certificate. If it differs by environment, externalize the whole "
    "DN as one parameter."
)


def _fault(role: str, reading: Reading) -> tuple[tuple[int, int], str, str]:
    """Which characters are wrong, why, and what was probably meant."""
    if reading.malformed is not None and reading.expression is None:
        malformed = reading.malformed
        message = (
            f"The {_label(role)} can't be read by the runtime (inferred): {malformed.message}."
        )
        return (malformed.start, malformed.end), message, malformed.remedy
    meant = reading.meant.stored if reading.meant else ""
    written = reading.value.text or ""
    if reading.expression is not None:
        expression = written[slice(*reading.expression)]
        message = (
            f"The {_label(role)} holds the expression {expression!r}, which nothing evaluates "
            "here. It is compared as it stands (inferred)."
        )
        return reading.expression, message, _ENTER_IT
    if reading.hidden is not None:
        span = (reading.hidden.start, reading.hidden.end)
        message = f"The {_label(role)} holds a character that can't be seen: {reading.hidden.name}."
        return span, message, f"Write it as: {meant}"
    assert reading.swallowed is not None
    attribute, start, end = reading.swallowed
    text = written[start:end]
    message = (
        f"The {_label(role)} has no comma before {text!r}, so the runtime takes that as part of "
        f"the value of {attribute.keyword} (inferred)."
    )
    return (
        (start, end),
        message,
        f"Write it as: {meant}" if meant else f"Put a comma before {text!r}.",
    )


def _label(role: str) -> str:
    return f"{role.capitalize()} DN"


def _whose(comparison: DnComparison, near: NearMiss) -> str:
    """Whose name it is in another form, or which one was evidently meant."""
    file = file_name(near.locations[0]) if near.locations else "a certificate at hand"
    if comparison.kind == "" or comparison.kind in FORM:
        return f"It is the {comparison.role} of {file} in another form."
    return f"The {comparison.role} of {file} is evidently meant; it differs in more than that."
