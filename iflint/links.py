"""Where the pages about iflint are published: the one place that names the site.

Reports name these addresses, and nothing is ever fetched from them. `make site` builds what they
lead to, and a test holds each of them to a page of that build.
"""

from __future__ import annotations

SITE = "https://iflint.readthedocs.io/en/stable/"
"""The site's first page."""


def rule_page(name: str) -> str:
    """The page of a rule of iflint's own."""
    return f"{SITE}rules/{name}/"


def guide(name: str) -> str:
    """The page of a guide, such as ``environments``."""
    return f"{SITE}{name}/"


def schema_id(name: str) -> str:
    """What names a JSON Schema, such as ``report``, and leads to it."""
    return f"{SITE}{name}.schema.json"
