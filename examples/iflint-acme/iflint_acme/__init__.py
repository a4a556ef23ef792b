"""The rules of Acme's integration team."""

from iflint.rule import Rule, hookimpl
from iflint_acme.long_certificate import LongCertificate
from iflint_acme.trailing_slash import TrailingSlash


@hookimpl
def iflint_rules() -> list[type[Rule]]:
    """The rules of this package."""
    return [TrailingSlash, LongCertificate]
