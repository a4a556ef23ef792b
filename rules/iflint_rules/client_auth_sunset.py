"""IFL402: a certificate of a public CA works, but will not be renewed as it is."""

from collections.abc import Iterable
from datetime import date

from iflint.rule import (
    BindingCase,
    CallerCase,
    CallerKind,
    Claim,
    Confidence,
    EntryState,
    Finding,
    IssuerVerdict,
    Platform,
    Rule,
    Severity,
    Stage,
    Sunset,
    Told,
    Topic,
    Validity,
    about_certificate,
    about_issuer,
    dated,
    listed,
    sunset_of,
)


class ClientAuthSunset(Rule):
    """The certificate works today, but its public CA ends certificates with Client Authentication.

    A client certificate needs *Client Authentication* in its extended key usage (EKU). The CAs
    that browsers trust are giving it up: their certificates will be for servers only. The
    certificate that you have works until its own last day. The one that replaces it may look
    the same, with the same names and the same chain, and be refused in the TLS handshake. So
    the sender has to move to another kind of CA before that day, and this takes longer than a
    renewal.

    ## What it does

    Reports a row, a service key or a mapping whose certificate works at the clock of the run and
    chains to a public web root. It tells

    - the certificate's own last day, which is the day by which the sender must have moved,
    - since when its CA leaves Client Authentication out unless you ask for it, and the last day
      on which you can ask,
    - the day from which no public CA may issue it at all,
    - how sure these dates are: *documented*, *announced* some time ago, or *disputed*, where
      sources contradict each other,
    - the ways out for your platform.

    The dates come from the CA calendar that comes with iflint, not from this page: they have
    moved before and will move again. `iflint roots calendar` shows every row with its source
    and the day on which it was known. To correct a row or to add your CA, write it into a file
    of your own and name it: `calendar = "ca-calendar.json"` in `iflint.toml`.

    Where the certificate is not at hand, the name of its issuer tells the CA, and the table of
    public CAs its roots (*inferred*): then the same is said without a last day. It says so, too,
    when no certificate that the CA issued before its end can still be valid, and when the CA's own
    certificate does not let it issue for clients.

    ## Why it fails at runtime

    The load balancer in front of your tenant checks the EKU during the TLS handshake and rejects
    a certificate without Client Authentication. The flow's pairs are never looked at, so nothing
    in the flow explains it. What the sender sees differs: a failed handshake, an HTTP 401, or an
    answer as if it had sent no certificate.

    It comes as a surprise for three reasons:

    - **The renewal looks normal.** The CA issues, the chain is complete, the names may even be
      the same. Nobody compares the extended key usage.
    - **It is one sender at a time.** Each fails on the day on which it switches to its new
      certificate, months apart.
    - **It can't be undone by going back.** Once the old certificate has ended and the CA has
      closed, there is nothing left to install.

    ## Why public CAs do this

    The root program of Chrome asks for hierarchies that serve TLS servers only, and every CA
    that wants to stay in it follows. Its rule has two steps: intermediates that are disclosed
    late may no longer allow clients, and from a later day on no new certificate may. Most CAs
    stop earlier by themselves. The rule binds the public hierarchies only. It does not touch
    private CAs, and neither SAP Cloud Root CA nor the X9 Financial PKI, which are outside the
    browsers' programs.

    ## What does not help

    - **Another public CA.** The same rule binds all of them; you gain some months at most.
    - **Renewing early without asking.** Once Client Authentication is off by default, an early
      renewal brings the failure forward.
    - **A certificate without any EKU extension, or with `anyExtendedKeyUsage`.** SAP does not
      say what happens to these, and public CAs do not issue them.
    - **Changing the DN pair in the channel.** The pair is compared after the handshake, which
      fails first.

    ## How to fix it

    **First, win time.** While your CA still issues on request, ask for the renewal *with Client
    Authentication*, in writing, and check what you get before the sender installs it: put the
    file beside the others and run `iflint check`; `missing-client-auth-eku` tells when the
    certificate lacks it, or an intermediate above it. Public certificates live shorter and
    shorter: this buys months.

    **Then move.** On Cloud Foundry (`platform = "cf"`):

    - *SAP Cloud Root CA.* The sender's certificate comes from SAP, for example from the
      Destination service, which also renews it by itself. The root is on SAP's list and is no
      web root. The best fit when the sender runs on SAP BTP.
    - *User Role with a service key.* Create a service key that holds the certificate for the
      sender, and set the channel's authorization to *User Role*. The DN pair is gone, too:
      nothing to redeploy at the next renewal. But a pinned key, which is the default, accepts
      this one certificate: each renewal needs a new key before the sender switches. It is what
      SAP recommends. Mind that the certificate itself still needs the EKU and a supported root:
      one that SAP generates with the key has both (*inferred*) and ends within a year, one that
      you bring along may be of the kind that ends. Keep the key's JSON, without its private key,
      with your certificates: then its dates, chain and usage are watched like those of a row.
    - *OAuth*, where the sender can: no certificate at all.
    - *A custom domain with a list of your own.* It trusts the roots that you give it, so a
      private CA of yours or of your partner will do. Then check with
      `--platform custom --roots FILE`.
    - *X9 Financial PKI.* Its roots are on SAP's list and outside the browsers' programs: a CA
      to buy from, for partners who cannot use any of the above.

    On Neo (`platform = "neo"`):

    - *Certificate-to-user mapping*, which SAP recommends there: a new certificate is mapped to
      the user, and no flow is redeployed. Keep a dump of `CertificateUserMappings` with your
      certificates, so that it is watched. The certificate still has to chain to a root of the
      list, so take one that is no web root: SAP Cloud Root CA is on both lists for Neo, the X9
      roots are on one only.
    - Neo itself ends. If the flow moves to Cloud Foundry before the certificate does, plan both
      moves as one.

    On a custom domain or an Edge Integration Cell (`platform = "custom"`): use a private CA
    and add its root to your list.

    A service key or a mapping that holds such a certificate has the same ways out: another kind of
    CA, in a new key or a new mapping of the same user, before the sender switches.

    **Switch in SAP's order**: add the new certificate's pair beside the old one, redeploy, let
    the sender switch, remove the old pair, redeploy. If the pair stays, the flow does not
    change; but a new CA means a new Issuer DN, so here it hardly ever stays.

    **Don't forget the other direction.** Key pairs in the tenant's own keystore, with which
    flows call *receivers*, come to the same end. They are not in the exports, so iflint does
    not see them.

    ## When it says nothing

    The certificate already lacks Client Authentication (`missing-client-auth-eku`), or does not
    work for another reason, which is then told. The root is private, SAP's own or X9's. It is
    not known whether the root is a public web root, as for one from a file of yours that the
    table of roots does not have: name it in a row of your calendar, under `roots`.

    ## Source

    SAP documentation (0f92842: certificates without this EKU are rejected during the TLS
    handshake, said of Cloud Foundry, for Neo *inferred*; 7f84d16 and 057f4a7 for what SAP
    recommends instead; 2d3cae7 for the order) and SAP KBA 3711618; the Chrome Root Program
    policy; each CA's own announcement, as the calendar names it. That a root in Mozilla's store
    for TLS is a public web root, and that the organization in the chain's names tells the CA, is
    *inferred*.
    """

    code = "IFL402"
    name = "client-auth-sunset"
    outcome = (
        "certificate can't be renewed as it is",
        "certificates can't be renewed as they are",
    )
    severity = Severity.WARNING
    about = Topic.CLIENTS

    def check_binding(self, case: BindingCase) -> Iterable[Finding]:
        """Say what the calendar knows of the CA, and the way out."""
        best, by_name = case.verdict.best, case.verdict.by_name
        if (
            by_name is not None
            and by_name.told is Told.NO_LONGER_FOR_CLIENTS
            and (best is None or best.validity is not Validity.EXPIRED)
        ):
            yield self._by_name(case, by_name)
        if best is None or case.verdict.state is not EntryState.JOINED or not best.works:
            return
        sunset = sunset_of(case.context.calendar, best.chain)
        if sunset is None:
            return
        today = case.context.as_of.date()
        last_day = dated(best.certificate.not_after, case.context.as_of)
        works = f"The certificate works until {last_day}."
        said = (*_authority(sunset, today), works, *_program(sunset, today))
        yield self.finding(
            case,
            " ".join((_headline(case.words.its.capitalize(), sunset, today), *said)),
            remedy=_way_out(case, "Before that day"),
            breaks_on=best.certificate.not_after,
            **about_certificate(case, best),
        )

    def _by_name(self, case: BindingCase, issuer: IssuerVerdict) -> Finding:
        clock, sunset, told = case.context.as_of, issuer.sunset, case.verdict.best
        today = clock.date()
        who = f"{issuer.issuer.readable}, by its name (inferred) a public CA"
        if sunset is None or not issuer.for_clients:
            said = [
                f"The issuer of {case.words.its} certificate may not issue any for clients: "
                f"it is {who}, and its extended key usage lacks Client Authentication."
            ]
        else:
            said = [
                _headline(case.words.its.capitalize(), sunset, today),
                f"Its issuer is {who}.",
                *(_none_left(sunset, today) if told is None else ()),
                *_authority(sunset, today),
                *_program(sunset, today),
            ]
        before = "Ask the sender when its certificate ends. Before that day"
        if told is not None:
            before = f"Before {dated(told.certificate.not_after, clock)}, when it ends,"
        return self.finding(
            case,
            " ".join(said),
            remedy=_way_out(case, before),
            breaks_on=told.certificate.not_after if told is not None else None,
            cause=issuer.issuer.canonical,
            **about_issuer(case),
        )


_WAYS_OUT = {
    Platform.CF: "{} move the sender to SAP Cloud Root CA (the Destination service "
    "renews it), to a certificate in a service key with Authorization User Role, to a private CA "
    "on a custom domain, or to X9 Financial PKI. `iflint explain IFL402` compares these.",
    Platform.NEO: "{} move the sender to a certificate under a root on both lists "
    "that is no web root, such as SAP Cloud Root CA, and map it to a user (certificate-to-user "
    "mapping). Plan it with the move off Neo: `iflint explain IFL402`.",
    Platform.CUSTOM: "{} let a private CA issue the sender's certificate, and add "
    "its root to your own list: `iflint explain IFL402`.",
}


_OTHER_CERTIFICATES = {
    CallerKind.SERVICE_KEY: "{} let the sender get a certificate of SAP Cloud Root CA "
    "(also with a service key whose key pair SAP makes, inferred), of X9 Financial PKI, or of a "
    "private CA on a custom domain, or use OAuth. `iflint explain IFL402` compares these.",
    CallerKind.MAPPING: "{} let the sender get a certificate under a root on both "
    "lists for Neo that is no web root, such as SAP Cloud Root CA. Plan it with the move off Neo: "
    "`iflint explain IFL402`.",
}
"""What to put into a service key or a mapping instead."""


def _way_out(case: BindingCase, when: str) -> str:
    platform = case.context.trust.platform
    if isinstance(case, CallerCase) and platform is not Platform.CUSTOM:
        way = _OTHER_CERTIFICATES[case.verdict.caller.kind]
    else:
        way = _WAYS_OUT[platform]
    return f"{way.format(when)} {case.words.switch}".rstrip()


def _headline(whose: str, sunset: Sunset, today: date) -> str:
    who = sunset.authority.ca if sunset.authority else "its public CA"
    stage = sunset.stage(today)
    if stage is Stage.CLOSED:
        return (
            f"{whose} certificate can't be renewed as it is: "
            f"{who} no longer issues any with Client Authentication."
        )
    if stage is Stage.UNSURE:
        return (
            f"{whose} certificate can perhaps not be renewed as it is: "
            f"{who} ends Client Authentication, and may have done so already."
        )
    return f"{whose} certificate will not be renewed as it is: {who} ends Client Authentication."


def _none_left(sunset: Sunset, today: date) -> Iterable[str]:
    """What follows from how long the CA's certificates live."""
    last = sunset.last_valid_day
    if last is not None:
        over = "none" if last < today else f"none after {last}"
        yield (
            f"Its certificates live {sunset.lifetime_days} days at most, so {over} with Client "
            "Authentication can be valid."
        )


def _authority(sunset: Sunset, today: date) -> Iterable[str]:
    """What is known of the CA itself."""
    row = sunset.authority
    if row is None:
        return
    if sunset.default_off and sunset.stage(today) is not Stage.CLOSED:
        begun = sunset.default_off[0].on <= today
        days = _days(sunset.default_off)
        if begun:
            yield f"Since {days} the CA leaves it out unless the sender asks for it."
        else:
            yield f"From {days} on the CA leaves it out unless the sender asks for it."
    if sunset.last:
        verb = "was" if sunset.last[-1].on < today else "is"
        moved = ", which may have moved" if row.confidence is Confidence.ANNOUNCED else ""
        yield f"The last day to get such a certificate {verb} {_days(sunset.last, 'or')}{moved}."
    known = f", as known on {row.known_on}" if row.known_on else ""
    yield f"These dates are {row.confidence} ({row.source}{known})."


def _program(sunset: Sunset, today: date) -> Iterable[str]:
    """What binds every public CA."""
    row = sunset.program
    if row is None or row.forbidden_from is None:
        return
    begun = row.forbidden_from <= today
    when = f"Since {row.forbidden_from}" if begun else f"From {row.forbidden_from} on"
    yield f"{when} no public CA may issue such certificates ({row.source})."


def _days(claims: Iterable[Claim], conjunction: str = "and") -> str:
    """Dates, each with who gives it."""
    return listed(
        [f"{claim.on} ({claim.by})" if claim.by else str(claim.on) for claim in claims],
        conjunction,
    )
