"""Distinguished names, read and compared as the runtime does: all that other modules need."""

from iflint.pki.dn.attribute import COMMON_NAME, ORGANIZATION, Attribute
from iflint.pki.dn.comparison import (
    AlignedRdn,
    Comparison,
    DifferenceKind,
    Equality,
    align,
    compare,
)
from iflint.pki.dn.grammar import MalformedName
from iflint.pki.dn.name import NAMES_KEPT, Name, name_from_der, rdn_text, swallowed_attribute
from iflint.pki.dn.parsing import corrected_text, hidden_in, parse_name

__all__ = [
    "COMMON_NAME",
    "NAMES_KEPT",
    "ORGANIZATION",
    "AlignedRdn",
    "Attribute",
    "Comparison",
    "DifferenceKind",
    "Equality",
    "MalformedName",
    "Name",
    "align",
    "compare",
    "corrected_text",
    "hidden_in",
    "name_from_der",
    "parse_name",
    "rdn_text",
    "swallowed_attribute",
]
