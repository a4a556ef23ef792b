"""The JSON Schemas of the json report and of the list of certificates, made from their types.

``docs/make_pages.py`` writes both.
"""

from __future__ import annotations

from collections.abc import Mapping
from inspect import cleandoc
from typing import Any

import msgspec

from iflint.report.certificate_list import CertificateUses
from iflint.report.report import Report
from iflint.reporters.fields import described
from iflint.reporters.json import CERTIFICATES, REPORT
from iflint.reporters.remarks import Remark

Json = dict[str, Any]


def schema() -> Json:
    """The JSON Schema (2020-12) of what `iflint.reporters.json.render` writes."""
    root, definitions = _components(Report)
    report = {"description": "The report itself.", **root}
    said = "What was found and what was looked at, in two sentences."
    summary = {"description": said, "type": "string"}
    causes = {"description": "How many causes the findings have.", "type": "integer"}
    places = {"description": "In how many places they were found.", "type": "integer"}
    remark, parts = _components(Remark)
    told = "What else is to be said of the run: paths and patterns that lead to nothing."
    content = {
        "properties": {
            "summary": summary,
            "causes": causes,
            "places": places,
            "remarks": {"description": told, "type": "array", "items": remark},
            "report": report,
        },
        "required": ["summary", "causes", "places", "remarks", "report"],
    }
    return _document(REPORT, "A report in its envelope.", content, {**definitions, **parts})


def certificates_schema() -> Json:
    """The JSON Schema (2020-12) of what `iflint.reporters.json.certificates` writes."""
    _, definitions = _components(CertificateUses)
    content = definitions.pop(CertificateUses.__name__)
    return _document(CERTIFICATES, content["description"], content, definitions)


def _components(type_: type) -> tuple[Json, dict[str, Json]]:
    (root,), found = msgspec.json.schema_components((type_,), ref_template="#/$defs/{name}")
    return root, {name: _told(name, found[name]) for name in sorted(found)}


def _told(name: str, definition: Json) -> Json:
    """The definition with its description, a docstring, as plain lines; its fields described."""
    told = {**definition, "description": cleandoc(definition.get("description", ""))}
    if "properties" in told:
        told["properties"] = {
            field: {"description": described(name, field), **kind}
            for field, kind in told["properties"].items()
        }
    return told


def _document(
    envelope: Mapping[str, str], description: str, content: Json, definitions: dict[str, Json]
) -> Json:
    fixed = {
        name: {"description": described("", name), "const": value}
        for name, value in envelope.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": envelope["$schema"],
        "title": envelope["format"],
        "description": description,
        "type": "object",
        "properties": fixed | content["properties"],
        "required": [*fixed, *content["required"]],
        "$defs": definitions,
    }


SCHEMAS = {"report.schema.json": schema, "certificates.schema.json": certificates_schema}
"""What makes each file of ``docs``."""
