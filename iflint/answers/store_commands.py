"""The commands that change a sender's key entry or what it trusts, as the file's format needs them.

``keytool`` finds out by itself which kind of keystore a file is; a PEM file is a text to append to.
It asks for the passwords, so none stands in a command.
"""

from __future__ import annotations

from collections.abc import Sequence
from os.path import normpath
from shlex import quote
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from iflint.pki.files import FoundCertificate

_REPLY = "key-entry-reply.pem"
CHAIN_FILE = "key-entry-chain.pem"
_FIRST_WITHOUT_NAME = "1"
"""What Java calls the first entry that has no name of its own."""


class Store(msgspec.Struct, frozen=True):
    """A file or folder with certificates: a keystore, or what the sender trusts beside it."""

    path: str
    found: tuple[FoundCertificate, ...]

    @property
    def is_keystore(self) -> bool:
        """Whether it is one; one that holds keys alone counts, too."""
        return all(one.stored is not None for one in self.found)

    @property
    def is_pem(self) -> bool:
        """Whether it is one file of PEM blocks, so that another one can follow."""
        return not self.is_keystore and self._is_one_file and all(map(_is_text, self.found))

    @property
    def is_alone(self) -> bool:
        """Whether it is one binary certificate, so that no other one can follow."""
        one_file = not self.is_keystore and self._is_one_file
        return one_file and len(self.found) == 1 and not self.is_pem

    @property
    def _is_one_file(self) -> bool:
        files = {str(one.location.file) for one in self.found}
        return files == {normpath(self.path).replace("\\", "/")}


def alias_of(alias: str) -> str:
    """The alias of a key entry as ``keytool`` wants it."""
    return alias or _FIRST_WITHOUT_NAME


def as_reply(alias: str, keystore: str, chain: Sequence[FoundCertificate]) -> tuple[str, ...]:
    """Import a CA's certificate and those above it into the key entry that asked for it.

    Nothing where one of them has no place that a command can name.
    """
    sources: dict[str, None] = {}
    for found in chain:
        source = _printed(found)
        if not source:
            return ()
        sources[source] = None
    first, *more = sources
    return (
        f"{first} > {_REPLY}",
        *(f"{each} >> {_REPLY}" for each in more),
        _import(alias, _REPLY, keystore),
    )


def chain_again(alias: str, keystore: str) -> tuple[str, str]:
    """Write the chain of a key entry out, and import it: between the two it can be changed."""
    listing = f"keytool -list -rfc -alias {quote(alias_of(alias))} -keystore {quote(keystore)}"
    return f"{listing} > {CHAIN_FILE}", _import(alias, CHAIN_FILE, keystore)


def completed(alias: str, keystore: str, lacking: Sequence[FoundCertificate]) -> tuple[str, ...]:
    """Add to the chain of a key entry what it lacks; nothing where a command can't name that."""
    printed = dict.fromkeys(_printed(found) for found in lacking)
    if "" in printed:
        return ()
    write, read = chain_again(alias, keystore)
    return write, *(f"{each} >> {CHAIN_FILE}" for each in printed), read


def to_trust(file: str, store: Store, *, is_text: bool) -> str:
    """Take the certificate in ``file`` for one to trust in a store of whatever format.

    ``is_text`` tells that the file is PEM. Nothing where ``store`` is a folder, or binary with
    several certificates.
    """
    if store.is_keystore:
        return trust_in_keystore(file, store.path)
    printed = _as_pem(file, is_text=is_text)
    if store.is_pem:
        return f"(echo; {printed}) >> {quote(store.path)}"  # it may lack its last line end
    if store.is_alone:
        held = f"openssl x509 -inform DER -in {quote(store.path)}"
        return f"({held}; {printed}) > trust-both.pem"
    return ""


def pkcs12_of(file: str) -> str:
    """Make a keystore of the key and the certificates in a PEM file."""
    return f"openssl pkcs12 -export -in {quote(file)} -out new-sender.p12"


def trust_in_keystore(file: str, keystore: str) -> str:
    """Take the certificate in ``file`` for one to trust in a keystore."""
    names = f"-file {quote(file)} -keystore {quote(keystore)}"
    return f"keytool -importcert -alias load-balancer-root {names}"


def _is_text(found: FoundCertificate) -> bool:
    return found.stored is None and found.location.region is not None


def _import(alias: str, file: str, keystore: str) -> str:
    named = f"-alias {quote(alias_of(alias))} -file {file} -keystore {quote(keystore)}"
    return f"keytool -importcert {named}"


def _printed(found: FoundCertificate) -> str:
    """The command that prints a certificate as PEM, and nothing else of its file.

    Nothing where none can: in archives, in JSON, in a keystore where it has no alias.
    """
    if found.location.file.members:
        return ""
    path, region = str(found.location.file), found.location.region
    if found.stored is None and region is None:
        return _as_pem(path, is_text=False)
    if found.stored is None and region is not None:
        is_block = region.start_column == 1 and region.end_line > region.start_line
        return f"sed -n {region.start_line},{region.end_line}p {quote(path)}" if is_block else ""
    if not found.alias:
        return ""
    return f"keytool -exportcert -rfc -alias {quote(found.alias)} -keystore {quote(path)}"


def _as_pem(file: str, *, is_text: bool) -> str:
    return (
        f"openssl x509 -in {quote(file)}"
        if is_text
        else (f"openssl x509 -inform DER -in {quote(file)}")
    )
