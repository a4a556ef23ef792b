"""What is not parsed concerns nobody: no file of the fixtures, damaged as it may be, is missed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.iflow.adapters import CERTIFICATE_TABLE, SETTINGS
from iflint.iflow.authorization import may_be_judged, may_list_pairs
from iflint.iflow.prescan import concerns_nobody
from tests.iflow.flows import channel, flow, prop, read

FLOWS = sorted((Path(__file__).parents[2] / "fixtures").rglob("*.iflw"))
PROLOG = '<?xml version="1.0" encoding="UTF-8"?>'
QUIET = channel("JMS", prop("QueueName_inbound", "Orders"))
KEYS = (CERTIFICATE_TABLE, *(setting.key for setting in SETTINGS))


def test_a_flow_without_a_key_is_not_parsed() -> None:
    assert concerns_nobody(exported(QUIET))
    parsed = read(exported(QUIET), every_channel=False)
    assert (parsed.channels, parsed.problems) == ((), ())


def exported(*channels: str, participant: str = "") -> bytes:
    """A flow in the form in which the editor writes it."""
    text = flow(*channels, participant=participant)
    return (PROLOG + text[text.index("<bpmn2:definitions") :]).encode()


@pytest.mark.parametrize("key", [*KEYS, "subject0", "issuer12", " senderAuthType ", "subject1\n"])
def test_each_key_has_it_parsed(key: str) -> None:
    assert not concerns_nobody(exported(channel("HTTPS", prop(key, "x"))))
    assert not concerns_nobody(exported(QUIET, participant=prop(key, "x")))


def test_it_makes_no_difference_whether_a_flow_that_concerns_nobody_is_parsed() -> None:
    commented = exported(QUIET).replace(b"<bpmn2:collaboration", b"<!-- --><bpmn2:collaboration")
    assert not concerns_nobody(commented)
    assert read(commented, every_channel=False) == read(exported(QUIET), every_channel=False)
    assert read(commented).channels


@pytest.mark.parametrize("key", ["authenticationMethod", "subject", "proxySubject", "issuerOf"])
def test_keys_that_only_look_alike_do_not(key: str) -> None:
    assert concerns_nobody(exported(channel("HTTPS", prop(key, "x"))))


def test_the_keys_of_receivers_do_not() -> None:
    key = prop("authentication", "certificate")
    variant = prop("cmdVariantUri", "ctype::AdapterVariant/cname::HTTP/direction::Receiver")
    receiver = channel("HTTP", variant, key, direction="Receiver")
    assert concerns_nobody(exported(QUIET, receiver))
    assert not concerns_nobody(exported(receiver, channel("HTTPS", key)))
    assert not concerns_nobody(exported(channel("HTTPS", key, direction=None)))
    both = prop("direction", "Receiver"), prop("direction", "Sender")
    assert not concerns_nobody(exported(channel("HTTPS", *both, key, direction=None)))


TO_RECEIVER = prop("direction", "Receiver")
PAIR = prop("subject0", "CN=shop") + prop("issuer0", "CN=ca")


@pytest.mark.parametrize(
    "channels",
    [
        '<bpmn2:messageFlow id="M" sourceRef="Participant_1"><bpmn2:documentation>'
        f"{TO_RECEIVER}</bpmn2:documentation><bpmn2:extensionElements>"
        f"{prop('senderAuthType', 'ClientCertificate')}</bpmn2:extensionElements>"
        "</bpmn2:messageFlow>",
        channel("HTTPS", prop("senderAuthType", "{{x}}"), f"<x>{TO_RECEIVER}</x>", direction=None),
        '<bpmn2:messageFlow id="M"/><bpmn2:participant id="P" ifl:type="EndpointSender">'
        f"<bpmn2:extensionElements>{PAIR}</bpmn2:extensionElements></bpmn2:participant>"
        f"<bpmn2:messageFlow\n id='N'><bpmn2:extensionElements>{TO_RECEIVER}"
        f"</bpmn2:extensionElements></bpmn2:messageFlow>{channel(direction=None, source='P')}",
    ],
)
def test_what_only_looks_like_the_direction_of_a_channel_does_not_hide_it(channels: str) -> None:
    assert read(exported(channels), every_channel=False).stored.may_be_judged


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PROLOG, "\N{ZERO WIDTH NO-BREAK SPACE}" + PROLOG),
        (PROLOG, PROLOG.replace("UTF-8", "ISO-8859-1")),
        (PROLOG, PROLOG + "<!DOCTYPE x>"),
        (PROLOG, PROLOG + "<!-- generated -->"),
        ("bpmn2:", "b:"),
        ("Orders", "<![CDATA[Orders]]>"),
        ("Orders", "&#79;rders"),
        ("Orders", "<?x?>Orders"),
        ("Orders", "Orders\n<<<<<<< HEAD\n"),
        ("</bpmn2:collaboration>", ""),
        ("</bpmn2:definitions>", ""),
        ("</bpmn2:definitions>", "</bpmn2:definitions"),
    ],
)
def test_a_file_that_is_not_plain_is_parsed(old: str, new: str) -> None:
    text = exported(QUIET).decode()
    assert old in text
    assert not concerns_nobody(text.replace(old, new).encode())
    assert not concerns_nobody(text.encode("utf-16"))


def test_settings_without_values_are_looked_at_once() -> None:
    """A hundred of them hung it: their blanks could be shared out in many ways."""
    properties = "<ifl:property>   <key>x</key>   </ifl:property>   " * 100
    flow_of_nobody = (
        '<bpmn2:messageFlow id="x"><bpmn2:extensionElements>'
        f"{properties}{prop('direction', 'Receiver')}{prop(KEYS[0], 'x')}"
        "</bpmn2:extensionElements><other/></bpmn2:messageFlow>"
    )
    assert not concerns_nobody(exported(QUIET, flow_of_nobody))


def test_bytes_that_are_no_utf8_are_told() -> None:
    data = exported(QUIET).replace(b"Orders", b"Order\xff")
    assert read(data, every_channel=False).problems


@pytest.mark.parametrize("path", FLOWS, ids=lambda path: path.parent.name)
def test_no_channel_of_the_fixtures_is_missed(path: Path) -> None:
    assert_sound(path.read_bytes())


@given(st.data())
def test_no_channel_of_a_damaged_flow_is_missed(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(FLOWS)).read_bytes()
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    part = data.draw(st.sampled_from([b"", b"<!--", b"-->", b"&#65;", b"subject", b"<x/>", b"\n"]))
    assert_sound(text[:start] + part + text[start + length :])


def assert_sound(data: bytes) -> None:
    if concerns_nobody(data):
        channels = read(data).channels
        assert not any(may_be_judged(each) or may_list_pairs(each) for each in channels)
        assert not any(each.properties.keys() & set(KEYS) for each in channels)
