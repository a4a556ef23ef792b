"""IFL304: a text is not a distinguished name, or surely not the one that was meant."""

from collections.abc import Iterable

from iflint.findings import Finding, Severity
from iflint.pki.names import corrected_text
from iflint.rule import EntryCase, Rule, to_enter, where_text_stands
from iflint.verdicts import Reading


class MalformedDn(Rule):
    """A subject or issuer DN is not a distinguished name by the grammar of the runtime.

    ## What it does

    Reads each DN as Java's `X500Principal` does (*inferred*: the runtime's log lines look like
    its output) and reports those that it rejects: unknown keywords (`E=`, `SN=`,
    `commonName=`), OpenSSL's old form `/C=DE/O=…`, a pasted `subject=`, a comma inside a
    value that is neither quoted nor escaped, `<`, `>` or `"` inside a value, a doubled comma or
    one at the end, invisible characters at the beginning, blanks only.

    It also reports a text that is accepted and surely not meant: attributes without a comma
    between them, as in `CN=orders O=Example`, are all one value of the first attribute. If a
    certificate at hand has exactly this name, nothing is said.

    ## Why it fails at runtime

    Such a pair never equals the one of a certificate, so the sender gets HTTP 403.

    ## How to fix it

    Write the attributes with commas between, most specific first, with the keywords CN, OU, O,
    L, ST, C, STREET, DC, UID, EMAILADDRESS, and put a value with a comma in quotes:
    `CN=orders.example.com, O="Example, Inc.", C=DE`.

    ## Source

    Measured on JDK 17 (`javax.security.auth.x500.X500Principal`); that the runtime uses it is
    *inferred*. SAP documents no grammar.
    """

    code = "IFL304"
    name = "malformed-dn"
    severity = Severity.ERROR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say what is wrong with each DN."""
        for role, reading in (("subject", case.verdict.subject), ("issuer", case.verdict.issuer)):
            if reading.placeholder:
                continue
            if reading.malformed is not None:
                malformed = reading.malformed
                yield self._finding(
                    case,
                    role,
                    reading,
                    (malformed.start, malformed.end),
                    f"The {role} DN is not a distinguished name that the runtime accepts "
                    f"(inferred): {malformed.message}.",
                    malformed.remedy,
                )
            elif reading.swallowed is not None:
                attribute, start, end = reading.swallowed
                text = (reading.value.text or "")[start:end]
                corrected = corrected_text(reading.value.text or "")
                yield self._finding(
                    case,
                    role,
                    reading,
                    (start, end),
                    f"The {role} DN has no comma before {text!r}, so the runtime takes it as "
                    f"part of the value of {attribute.keyword} (inferred).",
                    f"Write it as: {corrected}" if corrected else f"Put a comma before {text!r}.",
                )

    def _finding(
        self,
        case: EntryCase,
        role: str,
        reading: Reading,
        span: tuple[int, int],
        message: str,
        remedy: str,
    ) -> Finding:
        _, related = where_text_stands(reading.value)
        return self.finding(
            case,
            message,
            remedy=to_enter(remedy, reading.value),
            location=reading.value.locate(*span),
            related=related,
            key=role,
        )
