"""IFL308: a DN was never entered; a placeholder stands in its place."""

from collections.abc import Iterable

from iflint.rule import EntryCase, Finding, Rule, Severity, Topic, listed, where_text_stands


class PlaceholderDn(Rule):
    """A placeholder stands where a DN was to be entered.

    ## What it does

    Reports rows with the placeholders of published content, `cn=subject`, `cn=issuer`, `Subject`
    and the like, and values in angle brackets such as `<CI Certificate>`. If a certificate at hand
    really has such a name, nothing is said.

    ## Why it fails at runtime

    No certificate has this name, so the sender gets HTTP 403.

    ## How to fix it

    Enter the Subject DN and the Issuer DN of the sender's certificate.

    ## Source

    Published SAP content.
    """

    code = "IFL308"
    name = "placeholder-dn"
    outcome = ("placeholder was left", "placeholders were left")
    severity = Severity.ERROR
    about = Topic.PAIR

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which DN it is."""
        verdict = case.verdict
        found = [
            (role, reading.value)
            for role, reading in (("subject", verdict.subject), ("issuer", verdict.issuer))
            if reading.placeholder
        ]
        if not found:
            return
        location, related = where_text_stands(found[0][1])
        roles = listed([f"{role.capitalize()} DN" for role, _ in found])
        texts = listed([f"{value.text!r}" for _, value in found])
        holds = f"The {roles} still holds a placeholder"
        if len(found) > 1:
            holds = f"{roles} still hold placeholders"
        yield self.finding(
            case,
            f"{holds}, so this row accepts no certificate: {texts}.",
            remedy="Enter the Subject DN and Issuer DN of the sender's certificate.",
            location=location,
            related=related,
        )
