"""Which sender adapters can authorize by client certificate, and by which setting.

From SAP's documentation and real exports, as the channel's ``ComponentType`` spells them; see
SAP pages 7f84d16 (client certificate) and 550b19e (Adapter Development Kit).
"""

from __future__ import annotations

import msgspec


class AuthorizationSetting(msgspec.Struct, frozen=True):
    """The property ``key``, its value for client certificate and its other documented ones."""

    key: str
    client_certificate: str
    others: tuple[str, ...]

    @property
    def documented(self) -> tuple[str, ...]:
        """All documented values."""
        return (self.client_certificate, *self.others)


SENDER_AUTH_TYPE = AuthorizationSetting("senderAuthType", "ClientCertificate", ("RoleBased",))
AUTHENTICATION = AuthorizationSetting("authentication", "certificate", ("basic",))
SETTINGS = (SENDER_AUTH_TYPE, AUTHENTICATION)

CERTIFICATE_TABLE = "clientCertificates"
"""The property that holds the pairs, on every adapter."""
USER_ROLE = "userRole"
"""The property that names the role which a caller needs, where that is asked for."""

ADDRESS = "address"
ADDRESS_KEYS = (ADDRESS, "urlPath", "Address_inbound")
_OWN_ADDRESS = {"https": "urlPath", "xi": "Address_inbound"}
"""The property that holds the address of adapters that do not call it ``address``."""

_KNOWN = {
    "https": SENDER_AUTH_TYPE,
    "soap": SENDER_AUTH_TYPE,
    "idoc": SENDER_AUTH_TYPE,
    "xi": SENDER_AUTH_TYPE,
    "as2": SENDER_AUTH_TYPE,
    "as2mdn": SENDER_AUTH_TYPE,
    "as4": SENDER_AUTH_TYPE,
    "as4push": SENDER_AUTH_TYPE,
    "as4pull": SENDER_AUTH_TYPE,
    "as4receipt": SENDER_AUTH_TYPE,
    "odatasender": AUTHENTICATION,
}

_OUTWARD = frozenset(
    {
        "advancedeventmesh",
        "amqp",
        "ariba",
        "azureservicebus",
        "azurestorage",
        "datastore",
        "datastoreconsumer",
        "dropbox",
        "ftp",
        "ftps",
        "jdbc",
        "jms",
        "kafka",
        "mail",
        "microsoftsharepoint",
        "mqtt",
        "processdirect",
        "rabbitmq",
        "sftp",
        "slack",
        "splunk",
        "successfactors",
        "xmldatastore",
    }
)


def address_keys(adapter: str) -> tuple[str, ...]:
    """The properties that may hold the address, the adapter's own first: it may have more."""
    own = _OWN_ADDRESS.get(_plain(adapter), ADDRESS)
    return (own, *(key for key in ADDRESS_KEYS if key != own))


def known_setting(adapter: str) -> AuthorizationSetting | None:
    """The authorization setting of a documented adapter; None for any other one."""
    return _KNOWN.get(_plain(adapter))


def authenticates_outward(adapter: str) -> bool:
    """Whether the adapter calls or polls, so that its certificates are its own, not a caller's."""
    return _plain(adapter) in _OUTWARD


def _plain(adapter: str) -> str:
    return "".join(filter(str.isalnum, adapter)).casefold()
