"""Finds service keys, mappings and parameters in the trees of one file, whatever their notation.

Which mapping is a key: the client id holds ``|it-rt-``, then the tenant; which are a key's
parameters: ``key-type`` is ``certificate`` or ``certificate_external``, or there is ``X.509``
(SAP docs 19af5e2, ae419b6). Credentials of other services hold the same names and are none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from iflint.callers.certificate_texts import (
    PEM,
    PEM_IN_BASE64,
    certificates_in,
    name_location,
    own_first,
)
from iflint.callers.dates import point_in_time, unread_time
from iflint.callers.model import (
    CertificateFacts,
    Elsewhere,
    InstanceParameters,
    KeystoreEntryFacts,
    ServiceKey,
    UserMapping,
)
from iflint.callers.owners import (
    NOBODY,
    Owner,
    instance_named_in,
    kind_of,
    owner_below,
    owner_of,
    plan_in,
    secrets_named_by,
)
from iflint.callers.trees.hcl_tree import Reference, reference_in
from iflint.callers.trees.json_tree import read_json
from iflint.callers.trees.nodes import (
    Base64Text,
    Mapping,
    Sequence,
    Text,
    texts_of,
)
from iflint.limits import (
    CALLERS_OF_A_FILE,
    CERTIFICATES_OF_A_FILE,
    DOCUMENT_VALUES,
    PROBLEMS_OF_A_FILE,
    numbered,
)
from iflint.pki.files import FileContent
from iflint.pki.pem import is_placeholder
from iflint.places.location import Location
from iflint.places.problems import Problem, ProblemKind

if TYPE_CHECKING:
    from iflint.callers.trees.nodes import Budget, Node
    from iflint.pki.files import FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.places.location import FileLocation

MAX_LAYERS = 6
"""Texts in texts that are opened. Ours: JSON in base64 in JSON is three; seen: two."""

_CLIENT = "|it-rt-"
_SAP_MAKES_IT = "certificate"
_KEY_TYPES = (_SAP_MAKES_IT, "certificate_external")
_OF_A_KEY_ALONE = ("validity", "key-length", "x.509")
_OF_AN_INSTANCE_ALONE = ("grant-types", "redirect-uris")
_OF_A_MAPPING_ALONE = ("validuntil", "createdby", "lastmodifiedby", "lastmodifiedtime")
"""Names as written, but for the case of letters, that tell what a mapping is beside common ones."""
_OF_A_MAPPING = frozenset((*_OF_A_MAPPING_ALONE, "metadata", "id", "user", "createdtime"))
"""All plain names that a mapping has in a dump, but for its certificate's."""
_SEND = "ESBMessaging.send"
_OPENED = ("it-rt", "certificate", "roles", "x.509", "key-type", "key_type", "hexalias")
"""What a JSON text in a text must hold, in lower case, to be opened."""
_LONGEST_BLANKS = 64
"""Characters before what a text begins with. Ours: people indent by less."""
_IN_METADATA = "metadata"
_TEMPLATES = ("${", "{{", "<")
_LONGEST_REFERENCE = 80
"""Characters that are shown. Ours: a line's width."""
_LONGEST_PATH = 512
"""Characters. Ours: more than people's folders have."""
_PATH = re.compile(
    r"[^\s<>{}$*?\"'|:][^<>{}$*?\"'|:\n]*\.(?:pem|cer|crt|der|p7b|p7c)", re.IGNORECASE
)
"""A path to a certificate file, alone in a text."""
_PRINTED = re.compile(
    r"[\"'\\]{0,8}(?P<text>\$\((?:cat[ \t]++|<[ \t]*+)[\"'\\]{0,2}"
    r"(?P<path>[^\s$\"'()|;&`\\]++)[^()\n]{0,80}\))"
)
"""What a shell puts in from a file, behind the quotation marks that let it."""
_BESIDE = ("${path.module}/", "${path.root}/", "./")
"""What Terraform calls the folder of the file, and that of the configuration, mostly the same."""


class Found(msgspec.Struct):
    """What the trees of a file hold, in their order, with the owners of keys and parameters."""

    keys: list[tuple[ServiceKey, Owner]]
    instances: list[tuple[InstanceParameters, Owner]]
    owners: list[Owner]
    plans: dict[str, str]
    secrets: dict[str, Owner]
    mappings: list[UserMapping]
    entries: list[KeystoreEntryFacts]
    certificates: list[FoundCertificate]
    private_keys: list[KeyMaterial]
    problems: list[Problem]


class Finder:
    """Walks through the trees of one file.

    ``of_mappings`` tells that the file names the entity set ``CertificateUserMappings``.
    """

    def __init__(self, file: FileLocation, budget: Budget, *, of_mappings: bool) -> None:
        self._file = file
        self._budget = budget
        self._of_mappings = of_mappings
        self._seen: set[int] = set()
        self._rows: set[int] = set()
        self._alive: list[Node] = []
        self._full = False
        self._too_many = False
        self.found = Found([], [], [], {}, {}, [], [], [], [], [])

    def walk(self, root: Node, owner: Owner = NOBODY) -> None:
        """Find what is in a tree; what several places share is found once."""
        if owner.is_instance:
            self.found.owners.append(owner)
        pending: list[tuple[Node, Owner]] = [(root, owner)]
        while pending:
            node, owner = pending.pop()
            if id(node) in self._seen:
                continue
            self._seen.add(id(node))
            self._alive.append(node)
            if isinstance(node, Mapping):
                pending += reversed(self._mapping(node, owner))
            elif isinstance(node, Sequence):
                pending += [(item, owner) for item in reversed(node.items)]
            elif (inner := self._text(node)) is not None:
                pending.append((inner, owner))

    def _mapping(self, node: Mapping, around: Owner) -> list[tuple[Node, Owner]]:
        """Take what a mapping is; returns what in it is to be looked at, with its owners."""
        owner = owner_of(node, around)
        if owner is not around:
            self._remember(node, owner)
        self._take(node, owner)
        below = [
            (value, owner_below(node, name, value, owner))
            for name, value in node.entries
            if id(value) not in self._seen
        ]
        kind = kind_of(node)
        if kind:
            ours = node.fields.get(_IN_METADATA)
            below = [(value, each) for value, each in below if value is not ours]
        if kind == "secret":
            return [(_opened_secret(node), owner)]
        return below

    def _remember(self, node: Mapping, owner: Owner) -> None:
        if (plan := plan_in(node)) is not None:
            self.found.plans[plan[0]] = plan[1]
        if owner.is_instance:
            self.found.owners.append(owner)
        for secret in secrets_named_by(node) if kind_of(node) else ():
            self.found.secrets.setdefault(secret, owner)

    def _text(self, text: Text) -> Node | None:
        """Take the certificates in a text; returns the tree of one that is JSON."""
        glimpse = text.glimpse
        begins = glimpse[:_LONGEST_BLANKS].lstrip()
        if begins.startswith(("{", "[")):
            return self._opened(text, glimpse)
        if PEM in glimpse or begins.startswith(PEM_IN_BASE64):
            self._add(self._read(text))
        return None

    def _opened(self, text: Text, glimpse: str) -> Node | None:
        lower = glimpse.lower()
        if text.layer.depth >= MAX_LAYERS or not any(sign in lower for sign in _OPENED):
            return None
        return read_json(text.inside, 0, self._budget)[0]

    def _take(self, node: Mapping, owner: Owner) -> None:
        fields = node.fields
        known = len(self.found.keys) + len(self.found.mappings) + len(self.found.entries)
        if known >= CALLERS_OF_A_FILE.value:
            self._too_many = True
            return
        answer = node.mapping("d")
        if answer is not None and isinstance(rows := answer.fields.get("results"), Sequence):
            self._rows.update(map(id, rows.items))
        if _CLIENT in node.value("clientid"):
            self._take_key(node, owner)
        elif "hexalias" in fields:
            self._take_entry(node)
        elif "keytype" in fields or "x.509" in fields:
            self._take_parameters(node, owner)
        elif "roles" in fields:
            self._take_instance(node, owner)
        elif "user" in fields and ("certificate" in fields or "validuntil" in fields):
            self._take_mapping(node)

    def _take_key(self, node: Mapping, owner: Owner) -> None:
        held, private = self._certificates(node, "certificate"), self._private_key(node)
        details = node.fields.get("certificatedetails")
        if isinstance(details, Text):
            details = read_json(details.inside, 0, self._budget)[0]
        facts = _facts(details) if isinstance(details, Mapping) else None
        if not (facts or node.text("certificate")) and node.text("clientsecret"):
            return
        key = self._key(held, node.name_of("certificatedetails" if facts else "certificate"))
        if key is not None:
            client_id = node.value("clientid")
            text = node.text("certificate")
            key = msgspec.structs.replace(
                key,
                client_id=client_id,
                tenant=client_id.partition("|")[2] or node.value("url"),
                facts=facts,
                elsewhere=None if held.certificates or text is None else _elsewhere(text),
                made_by_sap=_made_by_sap(held, private=private),
            )
            instance = owner.instance or instance_named_in(node)
            self.found.keys.append((key, msgspec.structs.replace(owner, instance=instance)))

    def _take_parameters(self, node: Mapping, owner: Owner) -> None:
        kind = node.value("keytype").casefold()
        of_a_key = owner.is_key or node.has(*_OF_A_KEY_ALONE)
        is_known = kind in _KEY_TYPES and of_a_key and node.has("key-type", "key_type")
        if owner.is_other or not (is_known or "x.509" in node.fields):
            return
        held = self._certificates(node, "x.509")
        text = node.text("x.509")
        is_known = is_known or (owner.is_key and "x.509" in node.fields)
        elsewhere = _elsewhere(text) if text and is_known and not held.certificates else None
        if not (held.certificates or held.problems or elsewhere or is_known):
            return
        key = self._key(held, node.name_of("x.509") if elsewhere else node.text("keytype"))
        if key is not None:
            key = msgspec.structs.replace(
                key, elsewhere=elsewhere, made_by_sap=kind == _SAP_MAKES_IT
            )
            self.found.keys.append((key, owner))

    def _key(self, held: FileContent, otherwise: Text | None) -> ServiceKey | None:
        """A key by the certificates that it holds, placed there or at another text."""
        ordered = own_first(held.certificates)
        if ordered:
            chain = tuple(found.certificate for found in ordered)
            return ServiceKey(ordered[0].location, "", certificate=chain[0], chain=chain)
        if held.problems:
            return ServiceKey(held.problems[0].location, "")
        return None if otherwise is None else ServiceKey(name_location(otherwise), "")

    def _take_instance(self, node: Mapping, owner: Owner) -> None:
        name, value = node.name_of("roles"), node.fields["roles"]
        listed = list(texts_of(value))
        roles = tuple(text.value.strip() for text in listed if _is_known(text))
        ours = node.has(*_OF_AN_INSTANCE_ALONE) or _SEND in roles
        ours = ours or (owner.is_instance and owner.is_ours)
        if name is None or isinstance(value, Mapping) or len(roles) < len(listed):
            return
        if owner.is_other or owner.is_key or not ours:
            return
        parameters = InstanceParameters(name_location(name), "", roles)
        self.found.instances.append((parameters, owner))

    def _take_mapping(self, node: Mapping) -> None:
        user = node.text("user")
        text = node.text("certificate")
        dumped = text is not None and PEM not in text.glimpse and "id" in node.fields
        by_date = self._of_mappings and "validuntil" in node.fields
        by_date = by_date or (id(node) in self._rows and _is_row_without_certificate(node))
        if user is None or not (self._of_mappings or dumped or node.has(*_OF_A_MAPPING_ALONE)):
            return
        held = self._read(text) if text is not None else FileContent()
        until = node.value("validuntil")
        by_date = by_date and (bool(until) or text is None)
        surely = self._of_mappings or "validuntil" in node.fields
        if held.certificates or (surely and held.problems):
            self._use(text, held)
        elif not by_date:
            return
        location = held.certificates[0].location if held.certificates else name_location(user)
        certificate = own_first(held.certificates)[0].certificate if held.certificates else None
        self.found.mappings.append(
            UserMapping(
                location,
                node.value("id"),
                user.value.strip(),
                certificate,
                point_in_time(until),
                unread_time(until),
            )
        )

    def _take_entry(self, node: Mapping) -> None:
        """An entry; one with a number is a certificate of an entry's chain."""
        alias = node.text("alias")
        if alias is None or "index" in node.fields:
            return
        self.found.entries.append(
            KeystoreEntryFacts(
                location=name_location(alias),
                alias=alias.value.strip(),
                certificate=_facts(node) or CertificateFacts(),
            )
        )

    def _certificates(self, node: Mapping, name: str) -> FileContent:
        """The certificates under a name of a key, used, with what is damaged there."""
        text = node.text(name)
        if text is None or isinstance(text, Reference):
            return FileContent()
        held = self._read(text)
        self._use(text, held)
        return held

    def _private_key(self, node: Mapping) -> bool:
        """Whether a key holds the private key, which is used then."""
        text = node.text("key")
        if text is None:
            return False
        held = self._read(text)
        keys = tuple(msgspec.structs.replace(each, of_service_key=True) for each in held.keys)
        self._use(text, FileContent(held.certificates, keys=keys))
        return bool(keys)

    def _read(self, text: Text) -> FileContent:
        self._full = self._full or len(self.found.certificates) >= CERTIFICATES_OF_A_FILE.value
        return FileContent() if self._full else certificates_in(text)

    def _use(self, text: Text | None, held: FileContent) -> None:
        """Take what a text holds that is part of something known; it is not looked at again."""
        if text is None or id(text) not in self._seen:
            self._add(held)
        if text is not None:
            self._seen.add(id(text))
            self._alive.append(text)
        if len(self.found.problems) < PROBLEMS_OF_A_FILE.value:
            self.found.problems += held.problems

    def _add(self, held: FileContent) -> None:
        self.found.certificates += held.certificates
        self.found.private_keys += held.keys

    def end(self, *, cut: bool) -> None:
        """Say what was not read to its end; ``cut``: for want of a budget."""
        if self._full:
            most = numbered(CERTIFICATES_OF_A_FILE.value)
            self._problem(f"the file holds more than {most} certificates")
        elif self._too_many:
            most = numbered(CALLERS_OF_A_FILE.value)
            what = f"more than {most} service keys or mappings (limit {CALLERS_OF_A_FILE.name})"
            self._problem(f"the file holds {what}")
        elif cut:
            most, name = numbered(DOCUMENT_VALUES.value), DOCUMENT_VALUES.name
            what = f"more than {most} values: the rest is not read (limit {name})"
            self._problem(f"the file holds {what}")

    def _problem(self, message: str) -> None:
        where = Location(self._file)
        problem = Problem(ProblemKind.CERTIFICATE, where, message, "split the file")
        self.found.problems.append(problem)


def _opened_secret(secret: Mapping) -> Mapping:
    """The values of a Kubernetes secret: its ``data`` is base64, its ``stringData`` is not."""
    opened = Mapping()
    for name in ("data", "stringdata"):
        values = secret.mapping(name)
        for key, value in values.entries if values is not None else ():
            if isinstance(value, Text):
                opened.entries.append((key, Base64Text(value) if name == "data" else value))
    return opened


def _is_row_without_certificate(node: Mapping) -> bool:
    """Whether a row of a dump has what is selected of a mapping, and nothing else."""
    names = node.own.keys()
    return {"id", "user", "validuntil"} <= names <= _OF_A_MAPPING


def _elsewhere(text: Text) -> Elsewhere | None:
    """Where a text says that what it stands for is; None for one that says nothing of it."""
    reference = reference_in(text)
    if reference is None:
        rest = text.layer.text[text.start : text.end + _LONGEST_PATH]
        if (printed := _PRINTED.match(rest)) is not None:
            return Elsewhere(printed["text"], printed["path"])
        path = text.value.strip().removeprefix("@") if len(text.written) < _LONGEST_PATH else ""
        return Elsewhere(path, path) if _PATH.fullmatch(path) else None
    shown = " ".join(reference.written.partition(PEM)[0].split())
    if len(shown) > _LONGEST_REFERENCE:
        shown = f"{shown[:_LONGEST_REFERENCE]}…"
    path = reference.file
    for folder in _BESIDE:
        path = path.removeprefix(folder)
    return Elsewhere(shown, "" if "${" in path else path)


def _is_known(text: Text) -> bool:
    """Whether a text is one, and not what stands for one that only a tool knows."""
    return not isinstance(text, Reference) and not any(sign in text.value for sign in _TEMPLATES)


def _made_by_sap(held: FileContent, *, private: bool) -> bool | None:
    """Whether SAP made a key's certificate; None: nothing tells.

    Of one that was brought along it gives no chain back (19af5e2).
    """
    if private or len(held.certificates) > 1:
        return True
    return False if held.certificates else None


def _told(node: Mapping, name: str) -> str:
    """What a mapping says under a name; empty for what holds the place of it in a template."""
    value = node.value(name)
    return "" if is_placeholder(value, ends=False) else value


def _facts(node: Mapping) -> CertificateFacts | None:
    """What a mapping says of a certificate: ``certificatedetails``, or an entry of a keystore."""
    until = node.value("validnotafter", "validuntil")
    facts = CertificateFacts(
        subject=_told(node, "subjectdn"),
        issuer=_told(node, "issuerdn"),
        not_before=point_in_time(node.value("validnotbefore", "validfrom")),
        not_after=point_in_time(until),
        serial=_told(node, "serialnumber"),
        unread=unread_time(until),
    )
    return None if facts == CertificateFacts() else facts
