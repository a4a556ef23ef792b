"""What a bundle's manifest says it is: ``SAP-BundleType`` of ``META-INF/MANIFEST.MF``."""

from __future__ import annotations

import re

FLOW_TYPE = "IntegrationFlow"

_BUNDLE_TYPE = re.compile(rb"^SAP-BundleType[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_WRAP = re.compile(rb"\r?\n ")


def bundle_type(manifest: bytes) -> str | None:
    """The type of the bundle: ``IntegrationFlow``, ``ScriptCollection``, …; None if not said.

    Lines wrap at 72 bytes and go on after a space (JAR File Specification, "Line length").
    """
    found = _BUNDLE_TYPE.search(_WRAP.sub(b"", manifest))
    return found[1].decode(errors="replace").strip() or None if found else None
