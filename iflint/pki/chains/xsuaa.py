"""Which chains XSUAA accepts of a sender that fetches a token with a client certificate.

XSUAA has a list of its own, with five CAs (SAP documentation, edd5613). They are told by their
common names (*inferred*: the page gives no more).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from iflint.places.packaged import packaged_file

if TYPE_CHECKING:
    from collections.abc import Iterable

    from iflint.pki.chains.verdict import ChainVerdict
    from iflint.pki.roots.trust import Root


class _Table(msgspec.Struct, frozen=True):
    source: str
    known_on: str
    common_names: frozenset[str]


def accepts(chain: ChainVerdict, further: Iterable[Root] = ()) -> bool:
    """Whether a CA of the chain is on XSUAA's list, or one of the roots to which it leads."""
    names = {certificate.issuer.common_name for certificate in chain.certificates}
    names.update(root.subject.common_name for root in further)
    if chain.root is not None:
        names.add(chain.root.subject.common_name)
    return not _common_names().isdisjoint(names)


@cache
def _common_names() -> frozenset[str]:
    data = packaged_file("pki/data/xsuaa-cas.json")
    return msgspec.json.decode(data, type=_Table).common_names
