"""Files given for parameters: in YAML, or in a notation of the flows' own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.iflow.overlays import read_overlay
from iflint.places.text_file import read_text

if TYPE_CHECKING:
    from iflint.iflow.properties import ParameterFile
    from iflint.places.location import FileLocation

_SUFFIXES = (".yaml", ".yml")
_MARKER = r"\A(?:[ \t]*(?:#[^\r\n]*)?\r?\n)*---[ \t]*(?:#[^\r\n]*)?\r?\n"
_SHAPE = r"^(?:steps|packages)[ \t]*:[ \t]*(?:#[^\r\n]*)?\r?\n[ \t-]"
_YAML = re.compile(f"{_MARKER}|{_SHAPE}", re.MULTILINE)
"""How a document begins, or what the known shapes have at their top; no properties look like it."""


def read_parameters(data: bytes, location: FileLocation) -> ParameterFile:
    """The parameters of a file, whatever its notation. Never raises."""
    if not location.path.lower().endswith(_SUFFIXES) and b":" not in data and b"---" not in data:
        return read_overlay(data, location)
    try:
        file = read_text(data, location)
    except UnicodeDecodeError:
        return read_overlay(data, location)
    if location.path.lower().endswith(_SUFFIXES) or _YAML.search(file.text):
        from iflint.engine.parameter_documents import parameters_in_yaml

        return parameters_in_yaml(file)
    return read_overlay(data, location)
