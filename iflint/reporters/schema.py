"""The JSON Schema of the json report, made from the types that it is made of.

``python -m iflint.reporters.schema > docs/report.schema.json`` writes it anew.
"""

from __future__ import annotations

import sys
from inspect import cleandoc
from typing import Any

import msgspec

from iflint.reporters.encoding import dumped
from iflint.reporters.json import SCHEMA, Document


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of what `iflint.reporters.json.render` writes."""
    (root,), definitions = msgspec.json.schema_components(
        (Document,), ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA,
        **root,
        "$defs": {name: _tidied(definitions[name]) for name in sorted(definitions)},
    }


def _tidied(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition with its description, a docstring, as plain lines."""
    return {**definition, "description": cleandoc(definition.get("description", ""))}


if __name__ == "__main__":
    sys.stdout.write(dumped(schema()))
