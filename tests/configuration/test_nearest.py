"""Suggestions: a slip leads to what was meant, anything else to nothing."""

from __future__ import annotations

import pytest

from iflint.words.nearest import nearest

KNOWN = ("IFL101", "IFL102", "IFL301", "IFL309", "dn-mismatch", "weak-key")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("IF301", "IFL301"),
        ("fil301", "IFL301"),
        ("IFL3009", "IFL309"),
        ("IFL031", "IFL301"),
        ("dn-mismach", "dn-mismatch"),
        ("IFL999", None),
        ("IFL303", None),
        ("IFL30", None),
        ("IFL10", None),
        ("", None),
        ("x" * 100, None),
    ],
)
def test_a_code_is_suggested_for_a_slip_that_leads_to_no_other(word, meant) -> None:
    assert nearest(word, KNOWN) == meant
