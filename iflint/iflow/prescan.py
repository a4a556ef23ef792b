"""A look at a ``.iflw`` before anything parses it: may a certificate let anybody in at all?

Each channel that client certificates or a role open has one of a few keys in its settings. The look
is for these, never for values, which are externalized. It is sound only where the file is as the
editor writes it, so that a key stands in it letter by letter; any other file is parsed.
"""

from __future__ import annotations

import re

from iflint.iflow.adapters import CERTIFICATE_TABLE, SETTINGS

_END = rb"[ \t\r\n]*(?:<|\Z)"
_KEYS = {
    **{key.encode(): _END for key in (CERTIFICATE_TABLE, *(each.key for each in SETTINGS))},
    **dict.fromkeys((b"subject", b"issuer"), b"[0-9]+" + _END),
}
"""How each key begins, and what follows of it: the pairs of the old format are numbered."""
_BEGINS = re.compile(rb'<\?xml version="1\.0" encoding="UTF-8"\?>[ \t\r\n]*<bpmn2:definitions[\s>]')
_COLLABORATION_END = re.compile(rb"</(?:[^\s<>/:]+:)?collaboration\s*>")
_MESSAGE_FLOW, _MESSAGE_FLOW_END = b"<bpmn2:messageFlow ", b"</bpmn2:messageFlow>"
_VALUE = rb"(?:(?:<value>[^<]*</value>|<value/>)\s*)?"  # all blanks before it are the key's
_PROPERTY = rb"<ifl:property>\s*<key>[^<]*</key>\s*" + _VALUE + rb"</ifl:property>\s*"
_SETTINGS = re.compile(
    rb"[^<>]*>\s*<bpmn2:extensionElements>\s*(?:%b)*</bpmn2:extensionElements>\s*" % _PROPERTY
)
"""A message flow behind its name: it holds settings and nothing else."""
_TO_RECEIVER = re.compile(rb"<key>direction</key>\s*<value>Receiver</value>")
_ENDS = b"</bpmn2:definitions>"
_MAY_HIDE = ((b"!", b"<!"), (b"?", b"<?"), (b"#", b"&#"), (b"<<<<<<<",), (b"\0",))
"""What begins a DOCTYPE, CDATA or a comment, an instruction, a character by its number; the mark
of a merge.

Before two bytes the rarer one of them, which is found at a twentieth of the cost.
"""


def concerns_nobody(flow: bytes) -> bool:
    """Whether the sender channels of a ``.iflw`` surely have no key about certificates or roles.

    It begins and ends as exports do, and is UTF-8 up to the end of its collaboration; whether it is
    well-formed was not looked at. Costs 0.6 ms a MB.
    """
    begins = _BEGINS.match(flow)
    if begins is None or not flow.rstrip(b" \t\r\n").endswith(_ENDS):
        return False
    head = flow[begins.end() : collaboration_end(flow) or 0]
    return (
        bool(head)
        and not (_has_any_key(head) and _has_any_key_of_others(head))
        and not any(all(sign in head for sign in signs) for signs in _MAY_HIDE)
        and (head.isascii() or _is_utf8(head))
    )


def collaboration_end(utf8: bytes) -> int | None:
    """Behind the last text that looks like a collaboration's end tag."""
    at = len(utf8)
    while (at := utf8.rfind(b"collaboration", 0, at)) >= 0:
        at = utf8.rfind(b"<", 0, at)
        match = _COLLABORATION_END.match(utf8, at) if at >= 0 else None
        if match or at < 0:
            return match.end() if match else None
    return None


def _has_any_key(text: bytes) -> bool:
    return any(_has_key(text, beginning) for beginning in _KEYS)


def _has_any_key_of_others(head: bytes) -> bool:
    """Whether a key stands anywhere but in message flows that surely are channels to receivers.

    Their keys are often the same: half of all flows with a key have only these.
    """
    first, *others = head.split(_MESSAGE_FLOW)
    return _has_any_key(first) or any(
        _has_any_key(other) and not _has_keys_of_a_receiver_alone(other) for other in others
    )


def _has_keys_of_a_receiver_alone(flow: bytes) -> bool:
    block, end, after = flow.partition(_MESSAGE_FLOW_END)
    return bool(end) and not _has_any_key(after) and _is_to_receiver(block)


def _is_to_receiver(block: bytes) -> bool:
    """Whether the only setting of a message flow that may be its direction says so."""
    others = block.count(b"direction") - block.count(b"direction::Receiver")
    return others == 1 and bool(_TO_RECEIVER.search(block) and _SETTINGS.fullmatch(block))


def _has_key(head: bytes, beginning: bytes) -> bool:
    """Whether the text of some element ends in a key; searched by hand, at a tenth of the cost."""
    at = head.find(beginning)
    while at >= 0:
        at += len(beginning)
        if re.compile(_KEYS[beginning]).match(head, at):
            return True
        at = head.find(beginning, at)
    return False


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
