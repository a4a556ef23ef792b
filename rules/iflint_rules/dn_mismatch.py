"""IFL301: a pair is not the one of the certificate that is evidently meant."""

from collections.abc import Iterable

from iflint.findings import DnComparison, Finding, Related, Severity
from iflint.rule import EntryCase, Rule, to_enter, where_text_stands
from iflint.wording import listed

_KINDS = {
    "order": "the {role} has the same attributes in another order",
    "attribute": "the {role} has other attributes",
    "value": "the {role} has another value",
    "issuer": "the issuer is another one",
    "exchanged": "subject and issuer are exchanged",
}


class DnMismatch(Rule):
    """No certificate has the pair of an entry, but one is evidently meant.

    ## What it does

    Looks for a certificate that was meant when no certificate at hand has the entry's pair:
    one with the same subject and another issuer, one with the same common name, or one whose
    subject and issuer stand in each other's place. It shows
    both DNs one above the other with the differing parts marked, and names the kind of the
    difference:

    - `order`: the same attributes in another order;
    - `attribute`: an attribute too many, too few, or another one;
    - `value`: the same attributes, another value;
    - `issuer`: another issuer, as after a renewal under a new intermediate;
    - `exchanged`: the subject DN and the issuer DN, each in the other one's place.

    Differences that the runtime ignores (*inferred*) are none: letter case and runs of blanks
    in the usual attributes, `S` for `ST`, quotes for a backslash, `;` for a comma.

    ## Why it fails at runtime

    The tenant compares subject and issuer of the caller's certificate with the pairs of the
    channel. If no pair is equal, the caller gets HTTP 403, and the trace says `Unauthorized.
    Subject and issuer (subject: cn=…; issuer: cn=…) of the provided certificate is not
    contained in the accepted subjectAndIssuers list of the integration flow.`

    ## How to fix it

    Copy the DNs from the certificate in the form that the finding shows. After a renewal with
    another issuer, add the new pair beside the old one, redeploy, switch the sender, then
    remove the old pair.

    ## Source

    SAP documentation (7f84d16, 2d3cae7); SAP KBA 3538749. That DNs are compared as Java's
    `X500Principal` does is *inferred*.
    """

    code = "IFL301"
    name = "dn-mismatch"
    severity = Severity.ERROR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which DN differs and how."""
        near = case.verdict.near_miss
        if near is None:
            return
        differing = [comparison for comparison in near.comparisons if comparison.kind]
        values = {"subject": case.verdict.subject.value, "issuer": case.verdict.issuer.value}
        location, related = where_text_stands(values[differing[0].role])
        kinds = listed(list(dict.fromkeys(_KINDS[c.kind].format(role=c.role) for c in differing)))
        texts = ", ".join(f"{c.role} {to_enter(c.certificate, values[c.role])}" for c in differing)
        certificate = [Related(place, "the certificate") for place in near.locations[:1]]
        yield self.finding(
            case,
            f"No certificate has this pair; compared with the one that is evidently meant, "
            f"{kinds}.",
            remedy=f"Enter the certificate's own {texts}."
            if "issuer" not in {c.kind for c in differing}
            else "If the sender changed to this certificate, add a row with its own DNs: "
            f"{_pair(near.comparisons)}.",
            location=location,
            related=(*related, *certificate),
            certificate=(near.certificate, near.locations),
            comparisons=near.comparisons,
        )


def _pair(comparisons: tuple[DnComparison, ...]) -> str:
    return ", ".join(f"{c.role} {c.certificate}" for c in comparisons)
