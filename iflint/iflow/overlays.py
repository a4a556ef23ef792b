"""Files of parameters: properties or a dump of configurations, told apart by content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.iflow.properties import ParameterFile, not_decodable, properties_of
from iflint.places.text_file import read_text

if TYPE_CHECKING:
    from iflint.places.location import FileLocation

_XML = re.compile(r"\s*<(?:[?!]|[A-Za-z_][\w.:-]*(?:\s[^<>]*)?/?>(?!\s*[=:]))")
"""How XML begins, and no name of a parameter."""


def read_overlay(data: bytes, location: FileLocation) -> ParameterFile:
    """An environment's values: a properties file of any extension, or JSON or XML by its content.

    These hold objects, or elements, with ``ParameterKey`` and ``ParameterValue`` at any depth.
    Never raises.
    """
    try:
        file = read_text(data, location)
    except UnicodeDecodeError as error:
        return ParameterFile(location, {}, (not_decodable(location, error),))
    if file.text.lstrip()[:1] in ("{", "["):
        from iflint.iflow.configurations import configurations_of

        return configurations_of(file)
    if _XML.match(file.text) or (file.text.startswith("<") and "ParameterKey" in file.text):
        from iflint.iflow.configuration_feed import feed_of_configurations

        return feed_of_configurations(data, location)
    return properties_of(file)
