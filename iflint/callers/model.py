"""Who may call besides the rows of channels, and with which certificate, as files tell it.

On Cloud Foundry a service key holds the certificate of a sender, and its service instance the
roles (SAP docs 19af5e2, 0fc1446, ae419b6); on Neo a certificate-to-user mapping names certificate
and user (9949c61, 4b5afdd).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from datetime import datetime

    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.places.location import Location
    from iflint.places.problems import Problem


class Elsewhere(msgspec.Struct, frozen=True):
    """Where something stands that a file only refers to.

    ``text`` is the reference as written, ``file`` the path in it, relative to the folder of the
    file that refers to it; empty if it names none.
    """

    text: str
    file: str = ""


class CertificateFacts(msgspec.Struct, frozen=True):
    """What a file says of a certificate, beside or instead of its bytes; times are aware.

    Names and serial number are as written; empty or None where the file does not tell, or in a
    form that is not known here. ``unread`` is an end of such a form, as written.
    """

    subject: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    serial: str = ""
    unread: str = ""


class ServiceKey(msgspec.Struct, frozen=True):
    """A service key that holds a sender's certificate, or the parameters that make such a one.

    ``location`` is the certificate's text in the file, as that of its `FoundCertificate`; without
    one it is the name under which something is told of it, or would be. ``name`` is the
    one under which people know the key (of ``mta.yaml``, a Kubernetes object, a Terraform
    resource, the ``cf`` command), else the file's. ``client_id`` is empty for parameters.
    ``tenant`` is what follows ``|`` in it, else the ``url``; both may be missing. ``certificate``
    is the key's own, and ``chain`` all that the key holds, its own first; ``elsewhere`` is where
    the file says that it stands. ``made_by_sap``: the key holds the private key, or its parameters
    ask SAP to make one; None where nothing tells. ``roles`` are those of its
    instance, None where the file does not tell them; ``instance`` is the instance's name, or how
    the file refers to it (`InstanceParameters.reference`). Whether it is pinned no file tells: the
    name of *Pin Certificate* in JSON is *unknown*.
    """

    location: Location
    name: str
    client_id: str = ""
    tenant: str = ""
    certificate: Certificate | None = None
    chain: tuple[Certificate, ...] = ()
    facts: CertificateFacts | None = None
    elsewhere: Elsewhere | None = None
    made_by_sap: bool | None = None
    roles: tuple[str, ...] | None = None
    instance: str = ""


class UserMapping(msgspec.Struct, frozen=True):
    """A certificate-to-user mapping of Neo; ``location`` is the certificate's text, else the user.

    ``valid_until`` is the dump's own ``ValidUntil``, ``unread`` one of a form that is not known
    here, as written.
    """

    location: Location
    id: str
    user: str
    certificate: Certificate | None = None
    valid_until: datetime | None = None
    unread: str = ""


class InstanceParameters(msgspec.Struct, frozen=True):
    """The roles that a service instance is to have; ``location`` is the name ``roles``.

    ``name`` is the instance's, else the file's; ``reference`` how keys of the same file or
    configuration refer to it where not by name: Terraform's address, or its id.
    """

    location: Location
    name: str
    roles: tuple[str, ...]
    reference: str = ""


class KeystoreEntryFacts(msgspec.Struct, frozen=True):
    """An entry in a dump of ``KeystoreEntries``: names and dates, no certificate (2b67349)."""

    location: Location
    alias: str
    certificate: CertificateFacts


class Callers(msgspec.Struct, frozen=True):
    """What files hold of callers, in the order it was found.

    ``certificates`` and ``private_keys`` are all that stand in such files, those of service keys
    among them; ``problems`` are damaged certificates in otherwise good keys and mappings, and
    files that are not read to their end.
    """

    service_keys: tuple[ServiceKey, ...] = ()
    mappings: tuple[UserMapping, ...] = ()
    instances: tuple[InstanceParameters, ...] = ()
    keystore_entries: tuple[KeystoreEntryFacts, ...] = ()
    certificates: tuple[FoundCertificate, ...] = ()
    private_keys: tuple[KeyMaterial, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def tell_who_may_call(self) -> bool:
        """Whether there is a key or a mapping, or the roles of some."""
        return bool(self.service_keys or self.mappings or self.instances)

    def __bool__(self) -> bool:
        """Whether there is anything of callers, or of a tenant's keystore."""
        return self.tell_who_may_call or bool(self.keystore_entries)
