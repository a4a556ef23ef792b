"""Tells the load balancer's own chain, as SAP's Connectivity Test downloads it, from a sender's.

The download is a zip of ``.cer`` files: what the server presented. That it is one is *inferred*
from all of it: one certificate for servers whose common name is a host of SAP's cloud, the others
CAs above it. By its extended key usage alone no certificate is ever left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.pki.chains.verdict import MAX_CERTIFICATES_IN_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.pki.certificates import Certificate

SERVER_AUTH = "1.3.6.1.5.5.7.3.1"

_HOSTS = (".hana.ondemand.com", ".platform.sapcloud.cn")
"""Domains of Cloud Integration's runtimes (*inferred* from addresses in SAP's documentation)."""


def is_load_balancer_chain(certificates: Sequence[Certificate]) -> bool:
    """Whether the certificates of one archive are the chain of a load balancer of SAP's."""
    different = set(certificates)
    if len(different) > MAX_CERTIFICATES_IN_PATH:
        return False
    servers = [certificate for certificate in different if not certificate.is_ca]
    if len(servers) != 1:
        return False
    (server,) = servers
    host = (server.subject.common_name or "").lower()
    if SERVER_AUTH not in (server.extended_key_usage or ()) or not host.endswith(_HOSTS):
        return False
    issued = {server.issuer.chain_key}
    above = different - {server}
    while reached := {c for c in above if c.subject.chain_key in issued}:
        issued.update(certificate.issuer.chain_key for certificate in reached)
        above -= reached
    return not above
