"""Small integration flows as text, for tests of their reading."""

from __future__ import annotations

from xml.sax.saxutils import escape

from iflint.iflow.reader import FlowRead, read_iflow
from iflint.places.location import FileLocation

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
IFL = "http:///com.sap.ifl.model/Ifl.xsd"
FLOW = FileLocation("Orders.iflw")
PROPERTIES = FileLocation("parameters.prop")
MANIFEST = FileLocation("MANIFEST.MF")
END = "</bpmn2:definitions>"


def prop(key: str, value: str | None) -> str:
    """A property; ``value`` is put in as it is, None leaves it out."""
    stored = "" if value is None else f"<value>{value}</value>" if value else "<value/>"
    return f"<ifl:property><key>{key}</key>{stored}</ifl:property>"


def row(subject: str, issuer: str) -> str:
    """A row as it stands in the value, before it is escaped for XML."""
    return (
        f"<row><cell id='clientCertificate.subjectDN'>{subject}</cell>"
        f"<cell id='clientCertificate.issuerDN'>{issuer}</cell></row>"
    )


def rows(*pairs: tuple[str, str]) -> str:
    """A ``clientCertificates`` value as it stands in the file."""
    return escape("".join(row(*pair) for pair in pairs))


def channel(
    adapter: str = "HTTPS",
    *properties: str,
    direction: str | None = "Sender",
    name: str = "Inbound",
    source: str = "Participant_1",
) -> str:
    """A message flow."""
    settings = [prop("ComponentType", adapter), *properties]
    if direction is not None:
        settings.append(prop("direction", direction))
    return (
        f'<bpmn2:messageFlow id="MessageFlow_1" name="{name}" sourceRef="{source}" '
        f'targetRef="StartEvent_1"><bpmn2:extensionElements>{"".join(settings)}'
        "</bpmn2:extensionElements></bpmn2:messageFlow>"
    )


def flow(*channels: str, participant: str = "", before: str = "", after: str = "") -> str:
    """A whole ``.iflw``; ``participant`` holds properties of the sender participant."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><bpmn2:definitions xmlns:bpmn2="{BPMN}" '
        f'xmlns:ifl="{IFL}" id="Definitions_1">{before}\n'
        '<bpmn2:collaboration id="Collaboration_1">'
        '<bpmn2:participant id="Participant_1" ifl:type="EndpointSender" name="Shop">'
        f"<bpmn2:extensionElements>{participant}</bpmn2:extensionElements></bpmn2:participant>\n"
        + "\n".join(channels)
        + "</bpmn2:collaboration><bpmn2:process id='Process_1'/>"
        + after
        + END
    )


def certificate_channel(subject: str = "CN=shop", issuer: str = "CN=ca") -> str:
    """An HTTPS channel authorized by client certificate, with one pair."""
    return channel(
        "HTTPS",
        prop("senderAuthType", "ClientCertificate"),
        prop("clientCertificates", rows((subject, issuer))),
    )


def read(
    text: str | bytes,
    parameters: str | bytes | None = None,
    manifest: bytes | None = None,
    **options: object,
) -> FlowRead:
    """The flow, read as the tool does where every channel is asked for."""
    data = text.encode() if isinstance(text, str) else text
    values = parameters.encode() if isinstance(parameters, str) else parameters
    return read_iflow(
        data,
        FLOW,
        bundle=FileLocation("."),
        manifest=None if manifest is None else (manifest, MANIFEST),
        parameters=None if values is None else (values, PROPERTIES),
        **{"every_channel": True, **options},
    )


def stored(data: str | bytes, location) -> str:
    """The text of the file that a location points at (UTF-8)."""
    data = data.encode() if isinstance(data, str) else data
    return data[location.region.start_byte : location.region.end_byte].decode()
