"""Files in which people keep service keys and mappings, and ways to look at what is read."""

from __future__ import annotations

import base64
import json
from xml.sax.saxutils import escape

from exports import dn, intermediate, issue, key_pem, pem, root
from iflint.callers.model import Callers
from iflint.callers.reading import read_callers, read_loose
from iflint.pki.files import FileContent
from iflint.places.location import FileLocation, Location

ROOT = root("callers root", dn("CN=Root", "C=DE"), "2015-01-01", "2044-12-31")
CA = intermediate("callers ca", dn("CN=CA", "C=DE"), ROOT)
PARTNER = issue("callers partner", dn("CN=edi.partner.example", "O=Partner AG", "C=CH"), CA)
OTHER = issue("callers other", dn("CN=crm.partner.example", "O=Partner AG", "C=CH"), CA)

PEM = pem(PARTNER).decode()
CHAIN = pem(PARTNER, CA, ROOT).decode()
PRIVATE = key_pem("callers partner").decode()
CLIENT = "sb-0000!b1|it-rt-example!b2"
SECRET = "gEh31m!-s3cret"

OF_OTHER_SERVICES = {
    "xsuaa": {"clientid": "sb-app!t1", "xsappname": "app!t1", "url": "https://x.example"},
    "identity": {"clientid": "5f9c0b6e-0000", "app_tid": "x", "url": "https://x.example"},
    "plan api": {"clientid": "sb-0000!b1|it!b2", "url": "https://x.example"},
    "no tenant": {"clientid": "sb-0000!b1", "tokenurl": "https://x.example"},
}
"""Credentials of other services, which hold a certificate under the same name, too."""


def base64_of(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def key(certificate: str = PEM, **more: object) -> dict[str, object]:
    """A service key as SAP gives it back for an external certificate."""
    return {
        "clientid": CLIENT,
        "certificate": certificate,
        "tokenurl": "https://example.invalid/oauth/token",
        "url": "https://example.invalid",
        **more,
    }


def read(text: str | bytes | object, name: str = "keys/partner.json") -> Callers:
    """What is read of a text, of bytes, or of an object as JSON."""
    if not isinstance(text, str | bytes):
        text = json.dumps(text, indent=1)
    return read_callers(text.encode() if isinstance(text, str) else text, FileLocation(name))


def loose(text: str, name: str = "notes/partner.txt") -> FileContent:
    return read_loose(text.encode(), FileLocation(name))


def names(callers: Callers) -> list[str]:
    return [key.name for key in callers.service_keys]


def subjects(callers: Callers) -> list[str]:
    """The common names of the certificates of all keys, in order; - for a key without one."""
    return [
        each.certificate.subject.text.partition(",")[0].removeprefix("CN=")
        if each.certificate
        else "-"
        for each in (*callers.service_keys, *callers.mappings)
    ]


def written(location: Location, text: str | bytes, encoding: str = "utf-8") -> str:
    """The text of a place, by its bytes."""
    region = location.region
    assert region is not None
    data = text.encode(encoding) if isinstance(text, str) else text
    return data[region.start_byte : region.end_byte].decode(encoding)


def locations(found: Callers | FileContent) -> list[Location]:
    lists = [getattr(found, name) for name in found.__struct_fields__ if name != "other"]
    return [each.location for list_ in lists for each in list_]


def everything_shown(found: Callers | FileContent) -> str:
    """All that a report could repeat of a file, but for certificates and what is no secret."""
    excerpts = [place.region.excerpt for place in locations(found) if place.region]
    texts = [problem.message + problem.remedy for problem in found.problems]
    return "\n".join((*excerpts, *texts))


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


BINDING = f"""\
apiVersion: services.cloud.sap.com/v1
kind: ServiceBinding
metadata:
  name: partner
spec:
  serviceInstanceName: runtime
  parameters:
    key-type: certificate_external
    X.509: |
{indented(PEM, 6)}"""

INSTANCE = """\
apiVersion: services.cloud.sap.com/v1
kind: ServiceInstance
metadata:
  name: runtime
spec:
  serviceOfferingName: it-rt
  servicePlanName: integration-flow
  parameters:
    roles: [ESBMessaging.send, Partner]
    grant-types: [client_credentials]
"""


def secret(values: dict[str, str], kind: str = "data", name: str = "partner-secret") -> str:
    """A secret, its values written in one line each."""
    lines = (
        f"  {name}: {base64_of(value) if kind == 'data' else json.dumps(value)}\n"
        for name, value in values.items()
    )
    head = f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\n{kind}:\n"
    return head + "".join(lines)


FLAT = {
    "clientid": CLIENT,
    "certificate": CHAIN,
    "key": PRIVATE,
    "clientsecret": SECRET,
    "certificatedetails": json.dumps({"serialnumber": "0xAB"}),
    "instance_name": "runtime",
}


PARAMETERS = {"key-type": "certificate_external", "X.509": PEM}
ROLES = {"roles": ["ESBMessaging.send", "Partner"], "grant-types": ["client_credentials"]}
GUID = "7304bc3c-7010-11ea-8840-48bf6bec2d78"


def resource(type_: str, label: str, mode: str = "managed", **attributes: object) -> dict:
    instance = {"schema_version": 1, "attributes": attributes, "sensitive_attributes": []}
    return {"mode": mode, "type": type_, "name": label, "instances": [instance]}


def state(*resources: dict) -> str:
    return json.dumps(
        {"version": 4, "terraform_version": "1.9.8", "resources": resources}, indent=2
    )


STATE_INSTANCE = resource(
    "btp_subaccount_service_instance",
    "runtime",
    id=GUID,
    name="cpi-runtime",
    parameters=json.dumps(ROLES),
)
STATE_BINDING = resource(
    "btp_subaccount_service_binding",
    "partner",
    name="partner-2026",
    service_instance_id=GUID,
    parameters=json.dumps(PARAMETERS),
    credentials=json.dumps(key()),
)


CONFIGURATION = f"""\
# Who may call (it-rt)
data "btp_subaccount_service_plan" "runtime" {{
  offering_name = "it-rt"
  name          = "integration-flow"
}}

resource "btp_subaccount_service_instance" "runtime" {{
  name           = "cpi-runtime"
  serviceplan_id = data.btp_subaccount_service_plan.runtime.id
  parameters = jsonencode({{
    roles         = ["ESBMessaging.send", "Partner"]
    "grant-types" = ["client_credentials"] // one
  }})
}}

resource "btp_subaccount_service_binding" "partner" {{
  subaccount_id       = var.subaccount
  name                = "partner-2026"
  service_instance_id = btp_subaccount_service_instance.runtime.id
  parameters = jsonencode(merge(local.common, {{
    "key-type" = "certificate_external"
    "X.509"    = trimspace(<<-EOT
      {PEM.replace(chr(10), chr(10) + "      ").strip()}
      EOT
    )
  }}))
  lifecycle {{
    ignore_changes = [parameters]
  }}
}}
"""


ROWS = [
    {
        "Id": "a1",
        "User": "SUSER1",
        "Certificate": base64_of(PEM),
        "LastModifiedBy": "somebody",
        "LastModifiedTime": "/Date(1614070645021)/",
        "ValidUntil": "1795046400000",
    },
    {
        "Id": "a2",
        "User": "SUSER2",
        "Certificate": base64_of(pem(OTHER)),
        "ValidUntil": "/Date(1830470400000)/",
    },
]


def atom(entity: str, rows: list[dict], *, prolog: str = "", newline: str = "\n") -> str:
    """A feed as the OData API gives it by default."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>' + prolog,
        '<feed xmlns="http://www.w3.org/2005/Atom"',
        ' xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"',
        ' xmlns:d="http://schemas.microsoft.com/ado/2007/08/dataservices"',
        ' xml:base="https://x.example/api/v1/">',
        "<title>Überblick &amp; mehr</title>",
    ]
    for row in rows:
        lines += [
            "<entry>",
            f'<category term="com.sap.hci.api.{entity}" scheme="x"/>',
            f'<link rel="edit" href="{entity}s(\'1\')" title="{entity}"/>',
            '<content type="application/xml">',
            "<m:properties>",
            *(
                f'<d:{name} m:null="true"/>'
                if value is None
                else f"<d:{name}>{escape(value)}</d:{name}>"
                for name, value in row.items()
            ),
            "</m:properties>",
            "</content>",
            "</entry>",
        ]
    return newline.join([*lines, "</feed>"])


ENTRY = {
    "Hexalias": "7061727479",
    "Alias": "party",
    "KeyType": "RSA",
    "KeySize": "2048",
    "ValidNotBefore": "/Date(1570147200000)/",
    "ValidNotAfter": "2020-04-01T12:00:00Z",
    "SerialNumber": "0f:aa",
    "SubjectDN": "CN=edi.partner.example, O=Partner AG, C=CH",
    "IssuerDN": "CN=CA, C=DE",
    "Type": "Key Pair",
    "Owner": "Tenant Administrator",
}


DESCRIPTOR = f"""\
_schema-version: "3.3"
ID: partners
resources:
  - name: runtime
    type: org.cloudfoundry.managed-service
    parameters:
      service: it-rt
      service-plan: integration-flow
      service-name: cpi-runtime
      config:
        roles:
          - ESBMessaging.send
          - Partner
        grant-types: [client_credentials]
      service-keys:
        - name: edi
          config:
            key-type: certificate_external
            X.509: {json.dumps(PEM)}
        - name: crm
          config: {{key-type: certificate_external, X.509: {json.dumps(pem(OTHER).decode())}}}
        - name: made
          config: {{key-type: certificate, validity: 90}}
        - name: secret
  - name: uaa
    type: org.cloudfoundry.managed-service
    parameters: {{service: xsuaa, service-plan: application, config: {{roles: [x]}}}}
"""


PREAMBLE = "Getting key partner-2026 for service instance runtime as somebody@example.com...\n\n"
