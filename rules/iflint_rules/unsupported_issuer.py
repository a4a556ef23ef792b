"""IFL207: the issuer, by its name, leads to no root that is on the list in force."""

from collections.abc import Iterable

from iflint.rule import (
    BindingCase,
    Finding,
    IssuerVerdict,
    Rule,
    Severity,
    Told,
    Topic,
    about_issuer,
    other_list_for_tokens,
    surely_unsupported,
    way_to_root,
)


class UnsupportedIssuer(Rule):
    """The issuer is a root, or a public CA, that SAP's list of roots does not support.

    ## What it does

    Looks at an issuer that no certificate at hand explains: the Issuer DN of a row whose
    certificate is not at hand, that of a service key or a mapping of which only names are told, or
    the issuer that is missing in the chain of a certificate. It reports an issuer

    - whose name is that of a root that is not on the list in force,
    - or that is a public CA none of whose roots is on it. Which roots a public CA leads to is known
      from the Common CA Database (CCADB).

    Of several CAs of one name the best counts. With `platform = "neo"` Neo's own list decides, on
    a custom domain yours.

    By the name alone this is *inferred*, as a private CA may bear the same one: a warning. Where a
    certificate at hand names the key of its issuer, and that is the public CA's key, it is an
    error, and there is no use in getting the missing intermediate.

    ## Why it fails at runtime

    The load balancer holds root certificates only and trusts no other. Whatever the sender
    presents below such a CA, its handshake fails or its request counts as one without certificate.

    ## How to fix it

    Ask the sender for its certificate, to be certain. If it comes from this CA, let the sender
    get one under a root that is on the list. On a custom domain whose own list has the root, check
    with `--platform custom --roots FILE`. `iflint roots SEARCH` finds roots and public CAs.

    ## Source

    SAP documentation (4509f60, 790cb76) and the public SAP BTP Trust Store; CCADB for the CAs below
    public roots (`iflint --version` tells on which day it was read; `public-cas` names a newer
    table).
    """

    code = "IFL207"
    name = "unsupported-issuer"
    outcome = ("issuer is not supported", "issuers are not supported")
    severity = Severity.WARNING
    about = Topic.ROOT

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say to which root the issuer leads, and what is known of it."""
        by_name, missing = case.verdict.by_name, case.verdict.missing_issuer
        if by_name is not None and by_name.told is Told.UNSUPPORTED:
            yield self._by_name(case, by_name)
        elif missing is not None and surely_unsupported(case):
            yield self._confirmed(case, missing)

    def _by_name(self, case: BindingCase, issuer: IssuerVerdict) -> Finding:
        is_what = "a root that is not supported"
        if not issuer.is_root:
            is_what = "a public CA under no supported root"
        return self.finding(
            case,
            f"The issuer of {case.words.its} certificate is {is_what} (inferred from its name): "
            f"{issuer.issuer.readable}.{_known(case, issuer)}",
            remedy=case.words.with_switch(
                "Ask the sender for its certificate. If it comes from this CA, let the sender get "
                f"one under a supported root. {_OWN_LIST}",
                elsewhere=True,
            ),
            cause=issuer.issuer.canonical,
            **about_issuer(case),
        )

    def _confirmed(self, case: BindingCase, issuer: IssuerVerdict) -> Finding:
        return self.finding(
            case,
            f"The chain of {case.words.its} certificate leads to no supported root. It lacks the "
            f"certificate of {issuer.issuer.readable}, a public CA known by name and key."
            f"{_known(case, issuer)}",
            remedy=case.words.with_switch(
                "Let the sender get a certificate under a supported root. The missing one is of "
                f"no use. {_OWN_LIST}",
                elsewhere=True,
            ),
            severity=Severity.ERROR,
            cause=issuer.issuer.canonical,
            **about_issuer(case),
        )


_OWN_LIST = (
    "If it calls a domain of your own, check with the list of that: --platform custom --roots FILE."
)


def _known(case: BindingCase, issuer: IssuerVerdict) -> str:
    trust = case.context.trust
    way, for_tokens = way_to_root(issuer, trust), other_list_for_tokens(case)
    return f"{way}{for_tokens} List: {trust.name}."
