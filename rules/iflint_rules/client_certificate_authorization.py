"""IFL501: what SAP recommends instead of the Authorization Client Certificate."""

from collections.abc import Iterable

from iflint.rule import ChannelCase, Finding, Rule, Severity

_INSTEAD = {
    "cf": "Put the sender's certificate into a service key (or let SAP issue it), and set "
    "Authorization to User Role (RoleBased). OAuth is the other way. A pinned key needs a new key "
    "at each renewal. iflint watches the key's JSON beside the flow.",
    "neo": "Map the certificate to a user, give this user the role, and set Authorization to User "
    "Role (RoleBased). iflint watches a dump of the mappings beside the flow.",
    "custom": "On Cloud Foundry put the certificate into a service key (a pinned one needs a new "
    "key at each renewal), on Neo map it to a user. Then set Authorization to User Role "
    "(RoleBased). iflint watches the key's JSON, or a dump of the mappings.",
}


class ClientCertificateAuthorization(Rule):
    """A channel's Authorization is Client Certificate, for which SAP recommends something else.

    ## What it does

    Reports every sender channel whose Authorization is Client Certificate. It is off unless it
    is selected: `--select IFL501`.

    ## Why it matters

    The certificate is part of the integration flow, so each change of its names means two
    redeployments. SAP recommends other ways:

    - **Cloud Foundry**: the *User Role* option, with the certificate in a service key; or
      OAuth. No flow is deployed again at a renewal, but the key counts: a pinned one, which is
      the default, accepts its one certificate, so that each renewal needs a new key before the
      sender switches.
    - **Neo**: certificate-to-user mapping. The mapping is changed while the flow runs.

    ## How to fix it

    1. Set up the new way for the sender: a service key with the certificate (Cloud Foundry), or
       a mapping of the certificate to a user with the role (Neo).
    2. Set the channel's Authorization to User Role, and redeploy.
    3. Remove the rows.
    4. Keep the key's JSON, without the private key, or a dump of `CertificateUserMappings` beside
       the flow. iflint then watches the certificate in it: its dates, chain, root and usages.

    The load balancer's demands on the certificate stay the same: a supported root, a complete
    chain, Client Authentication.

    ## Source

    SAP documentation (057f4a7 and 9949c61 for Neo, 7f84d16 and 19af5e2 for Cloud
    Foundry).
    """

    code = "IFL501"
    name = "client-certificate-authorization"
    outcome = (
        "channel's Authorization is Client Certificate",
        "channels have Authorization Client Certificate",
    )
    severity = Severity.NOTE
    enabled = False

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say what to use instead."""
        if not case.verdict.judged:
            return
        platform = str(case.context.trust.platform)
        value = case.channel.authorization.value
        yield self.finding(
            case,
            "This channel's Authorization is Client Certificate, so the flow must be redeployed "
            "whenever the certificate's subject or issuer changes.",
            remedy=_INSTEAD[platform],
            location=value.location if value is not None else case.channel.location,
        )
