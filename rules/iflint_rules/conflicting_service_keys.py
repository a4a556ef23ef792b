"""IFL322: two service keys hold what only one may hold."""

from collections.abc import Iterable

from iflint.rule import (
    CallerCase,
    Finding,
    Related,
    Rule,
    Severity,
    about_certificate,
    listed,
    named,
)


class ConflictingServiceKeys(Rule):
    """Two service keys of a tenant hold one certificate, or one pair without being pinned.

    ## What it does

    Compares the service keys of one tenant (it follows the `|` in the `clientid`, else it is the
    `url`) and reports

    - two keys with the same certificate, and
    - two keys whose certificates have the same subject and issuer, if one of them is known not to
      be pinned (`pinned = false` in `[[service-keys]]`).

    Files with one `clientid`, copies of a file, and the parameters from which a key was made are
    one key. Two pinned keys with different certificates of one pair are no conflict: so a renewal
    looks.

    ## Why it fails at runtime

    SAP says that a certificate can be used once only across all service instances, and that calls
    are rejected when keys hold certificates of one pair with pinning off, or one with it on and
    another with it off. The caller reads that "the client certificate is not configured exactly
    once in a service key".

    ## How to fix it

    Keep one of the keys. If the sender needs more roles, give them to the service instance of that
    key: one instance can have several.

    ## Source

    SAP documentation (19af5e2) and SAP KBA 3224701.
    """

    code = "IFL322"
    name = "conflicting-service-keys"
    outcome = (
        "service key is in conflict with another",
        "service keys are in conflict with others",
    )
    severity = Severity.ERROR

    def check_caller(self, case: CallerCase) -> Iterable[Finding]:
        """Say which keys they are."""
        verdict = case.verdict
        best = verdict.best
        if best is None or not verdict.conflicts:
            return
        own = verdict.caller.certificate
        same = [each for each in verdict.conflicts if each.certificate == own]
        others = same or verdict.conflicts
        about = about_certificate(case, best)
        about["related"] += tuple(Related(each.location, "the other one") for each in others)
        whose = listed(["This service key", *map(named, others)])
        none = "neither key" if len(others) == 1 else "none of these keys"
        what = "the same certificate"
        if not same:
            what = "certificates with the same subject and issuer, and not all of them are pinned"
        yield self.finding(
            case,
            f"{whose} hold {what}, so the tenant accepts calls with {none}.",
            remedy="Keep one of the keys, and give the roles that its sender needs to the instance "
            "of that key.",
            **about,
        )
