"""A way around a root that is not on the list: a supported one certified a CA of the chain, too.

CAs cross-sign each other: of one CA, with one key, there may be several certificates, and the
sender chooses which of them it presents. A cross certificate at hand is found by the search for
chains; of others a table tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from iflint.pki.certificates import Certificate
from iflint.pki.chains.verdict import Outcome
from iflint.pki.roots.trust import Root, RootStanding

if TYPE_CHECKING:
    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.pki.roots.trust import TrustList

Ways = Callable[[Certificate], Iterable[tuple[Root, date]]]
"""The roots to which paths of a CA lead, by its name and key, each with the path's last day."""


class Bridge(msgspec.Struct, frozen=True):
    """A CA of a chain, and the supported root to which another certificate of it leads.

    ``until`` is the last day of that path.
    """

    ca: Certificate
    root: Root
    until: date


def bridge_of(chain: ChainVerdict, trust: TrustList, at: datetime, ways: Ways) -> Bridge | None:
    """The way around the root of a chain, where that is not on the list; the longest lasting one.

    The client certificate itself is none of the CAs, and a CA that may not issue for clients is no
    way.
    """
    if chain.outcome is not Outcome.UNSUPPORTED:
        return None
    found = [
        Bridge(ca, root, until)
        for ca in chain.certificates
        if ca != chain.leaf and not ca.lacks_client_auth
        for root, until in ways(ca)
        if trust.standing(root) is RootStanding.LISTED and until >= at.date()
    ]
    return max(found, key=lambda bridge: (bridge.until, bridge.root.sha256), default=None)
