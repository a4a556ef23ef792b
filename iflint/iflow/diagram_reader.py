"""From the XML of a whole flow to its `Diagram`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.iflow.diagram import Diagram

if TYPE_CHECKING:
    from lxml import etree


def read_diagram(root: etree._Element) -> Diagram | None:
    """How a flow is drawn, from its ``definitions`` element; None where it says nothing of it."""
    del root
    return None
