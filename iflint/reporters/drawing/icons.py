"""The icons of a drawing, and what SAP's editor calls the step that each stands for."""

from __future__ import annotations

import re

_PATHS = {
    # events
    "message": "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
    "timer": "M8 1.5a6.5 6.5 0 1 0 .01 0zM8 4v4l2.6 1.8",
    "error": "M3 14 5.6 3.4 10 9.6 13 2 10.6 12.4 6.2 6.4z",
    "escalation": "M8 2l4.6 11.5L8 9.4l-4.6 4.1z",
    "terminate": "M8 2.6a5.4 5.4 0 1 0 .01 0z",
    # gateways
    "router": "M4 4l8 8M12 4l-8 8",
    "multicast": "M8 2.6v10.8M2.6 8h10.8",
    "sequential": "M3 4.5h7M3 8h10M3 11.5h7M10 2.6 12 4.5 10 6.4",
    "join": "M2.5 8h4M13.5 8h-4M4.9 6.2 6.7 8 4.9 9.8M11.1 6.2 9.3 8l1.8 1.8M8 2.5v11",
    # steps
    "modifier": "M2.5 13.5l.7-3.2 7.6-7.6 2.5 2.5-7.6 7.6zM9.2 4.3l2.5 2.5",
    "script": "M5.2 4.2 1.6 8l3.6 3.8M10.8 4.2 14.4 8l-3.6 3.8M9.2 2.8l-2.4 10.4",
    "call": "M1.8 3h12.4v10H1.8zM4.6 8h6M8 5.4 10.6 8 8 10.6",
    "loop": "M13 8a5 5 0 1 1-1.5-3.6M12 1.6v3.2H8.8",
    "exchange": "M2 5.6h11M10 2.6l3 3-3 3M14 10.6H3M6 7.6l-3 3 3 3",
    "send": "M2 2.8 14.4 8 2 13.2 4 8zM4 8h6",
    "mapping": "M2 3.5h3.2c3 0 2.6 9 5.6 9H14M2 12.5h3.2c3 0 2.6-9 5.6-9H14",
    "convert": "M2.5 2.5h4v5h-4zM9.5 8.5h4v5h-4zM9.5 3.8h2.6v2.4M6.5 12.2H3.9V9.8",
    "storage": "M3 4c0-2.2 10-2.2 10 0s-10 2.2-10 0v8c0 2.2 10 2.2 10 0V4",
    "split": "M1.8 8H7M14 3H10L7 8l3 5h4M7 8h7M12 1l2 2-2 2M12 11l2 2-2 2",
    "gather": "M2 3h4l3 5-3 5H2M2 8h12M12 6l2 2-2 2",
    "filter": "M2 2.8h12L9.6 8.4v5l-3.2-1.8V8.4z",
    "check": "M2.4 8.6l3.6 3.8 7.6-8.6",
    "lock": "M3 7.2h10v6.6H3zM5 7.2V5a3 3 0 0 1 6 0v2.2",
    "seal": "M8 2a4 4 0 1 0 .01 0zM5.6 9.4 4.6 14.4 8 12.6l3.4 1.8-1-5",
    "encode": "M5 2.8H2.6v10.4H5M11 2.8h2.4v10.4H11M6.2 8h3.6",
    "variable": "M2.4 3.4l4.4 8M6.8 3.4l-4.4 8M9.2 6.4h4.6M9.2 9.4h4.6",
    "step": "M8 5.4a2.6 2.6 0 1 0 .01 0zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5"
    "M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4",
    "nested": "M2.5 2.5h11v11h-11zM8 5v6M5 8h6",
    # participants
    "system": "M2 2.8h12v3.6H2zM2 9.6h12v3.6H2zM4.4 4.6h.01M4.4 11.4h.01",
}
_FILLED = frozenset({"terminate", "error", "escalation"})


def _symbol(name: str, data: str) -> str:
    filled = ' class="solid"' if name in _FILLED else ""
    return f'<symbol id="flow-{name}" viewBox="0 0 16 16"><path{filled} d="{data}"/></symbol>'


SYMBOLS = (
    '<svg class="flow-symbols" width="0" height="0" aria-hidden="true" focusable="false">'
    + "".join(_symbol(name, data) for name, data in _PATHS.items())
    + "</svg>"
)
"""All icons, hidden; stands once in a page that holds drawings."""

_STEPS = {
    "Enricher": ("modifier", "Content Modifier"),
    "XmlModifier": ("modifier", "XML Modifier"),
    "Script": ("script", "Script"),
    "ProcessCallElement": ("call", "Process Call"),
    "ProcessCall": ("call", "Process Call"),
    "SubProcess": ("nested", "Subprocess"),
    "ExternalCall": ("exchange", "Request Reply"),
    "ServiceTask": ("exchange", "Service Task"),
    "contentEnricherWithLookup": ("exchange", "Content Enricher"),
    "ContentEnricher": ("exchange", "Content Enricher"),
    "PollEnricher": ("exchange", "Poll Enrich"),
    "Send": ("send", "Send"),
    "Mapping": ("mapping", "Mapping"),
    "MessageMapping": ("mapping", "Message Mapping"),
    "XSLTMapping": ("mapping", "XSLT Mapping"),
    "OperationMapping": ("mapping", "Operation Mapping"),
    "DBstorage": ("storage", "Data Store"),
    "Persist": ("storage", "Persist"),
    "Splitter": ("split", "Splitter"),
    "Gather": ("gather", "Gather"),
    "Aggregator": ("gather", "Aggregator"),
    "Filter": ("filter", "Filter"),
    "XmlValidator": ("check", "XML Validator"),
    "EDIValidator": ("check", "EDI Validator"),
    "IDMapper": ("variable", "ID Mapping"),
    "Variables": ("variable", "Write Variables"),
    "Decoder": ("encode", "Decoder"),
    "Encoder": ("encode", "Encoder"),
    "MessageDigest": ("seal", "Message Digest"),
    "PgpEncrypt": ("lock", "PGP Encryptor"),
    "PgpDecrypt": ("lock", "PGP Decryptor"),
    "Encrypt": ("lock", "PKCS7 Encryptor"),
    "Decrypt": ("lock", "PKCS7 Decryptor"),
    "ExclusiveGateway": ("router", "Router"),
    "Multicast": ("multicast", "Parallel Multicast"),
    "SequentialMulticast": ("sequential", "Sequential Multicast"),
    "ParallelGateway": ("multicast", "Parallel Gateway"),
    "InclusiveGateway": ("terminate", "Inclusive Gateway"),
    "Join": ("join", "Join"),
    "ErrorEventSubProcessTemplate": ("", "Exception Subprocess"),
}
_BY_PART = (
    ("convert", re.compile("Converter|To[A-Z]")),
    ("lock", re.compile("crypt", re.IGNORECASE)),
    ("seal", re.compile("Sign|Verif|Hash|Digest")),
    ("split", re.compile("Split")),
    ("mapping", re.compile("Mapping")),
    ("storage", re.compile("Store|Storage|Persist|Variable")),
    ("check", re.compile("Validat")),
    ("script", re.compile("Script")),
    ("call", re.compile("Process")),
)
_EVENTS = frozenset({"message", "timer", "error", "escalation", "terminate"})
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_+")


_LONGEST_DETAIL = 60
"""Characters of an unknown kind of step. Ours: twice the longest of SAP's own (28)."""


def step(detail: str) -> tuple[str, str]:
    """Icon and name of a step or gateway by what it does; a name is made up for unknown ones."""
    if detail in _STEPS:
        return _STEPS[detail]
    icon = next((icon for icon, part in _BY_PART if part.search(detail)), "step")
    return icon, " ".join(_WORDS.sub(" ", detail[:_LONGEST_DETAIL]).split())


def event(detail: str) -> str:
    """The icon of an event, empty for one that has none."""
    return detail if detail in _EVENTS else ""
