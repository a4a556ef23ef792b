"""What a file is by its name: every decision that needs no look into it."""

from __future__ import annotations

import enum

RESOURCES = "src/main/resources"
MANIFEST = "META-INF/MANIFEST.MF"
PARAMETERS = f"{RESOURCES}/parameters.prop"
PACKAGE_LIST = "resources.cnt"
CONTENT_SUFFIX = "_content"
SIGNATURE_CERTIFICATE = "publicsign.crt"

CERTIFICATE_SUFFIXES = (".cer", ".crt", ".cert", ".ca-bundle", ".pem", ".der", ".p7b", ".p7c")
KEYSTORE_SUFFIXES = (".p12", ".pfx", ".jks", ".jceks", ".pse")
KEY_SUFFIXES = (".key", ".p8", ".pkcs8", ".keystore", ".truststore", ".ks", ".bks")
"""What keys and keystores are called, and other things, too."""
PACKED_SUFFIXES = (".jar", ".mtar")
"""Archives of which few hold a flow: most are libraries."""
JSON_SUFFIX = ".json"
DOCUMENT_SUFFIXES = (
    ".yaml",
    ".yml",
    ".mtaext",
    ".tf",
    ".tfstate",
    ".tfstate.backup",
    ".xml",
    ".txt",
    ".jsonl",
    ".env",
    ".sh",
)
"""What else people keep service keys and dumps in; in a bundle these are mappings and the like."""


_STATE_BACKUP = ".tfstate.backup"
"""The ending of what Terraform keeps of its state before."""


class Role(enum.Enum):
    """What a file may be for us, by its name alone."""

    FLOW = "integration flow"
    ARCHIVE = "archive"
    PACKED = "archive that may hold an integration flow"
    CONTENT = "content of a package's resource"
    PACKAGE_LIST = "list of a package's resources"
    MANIFEST = "manifest of a bundle"
    CERTIFICATE = "certificate file"
    KEY = "file of a name that keys and keystores have"
    DOCUMENT = "document that may hold service keys or certificates"
    NAMELESS = "file without extension"


_OF_A_BUNDLE = (*DOCUMENT_SUFFIXES, *PACKED_SUFFIXES)
"""What in a bundle's resources are mappings, schemas and libraries."""

OF_CERTIFICATES = (Role.CERTIFICATE, Role.KEY, Role.DOCUMENT)
"""The roles of files that hold certificates or keys, or may."""

_BY_SUFFIX = {
    ".iflw": Role.FLOW,
    ".zip": Role.ARCHIVE,
    **dict.fromkeys(PACKED_SUFFIXES, Role.PACKED),
    **dict.fromkeys(CERTIFICATE_SUFFIXES, Role.CERTIFICATE),
    **dict.fromkeys(KEYSTORE_SUFFIXES, Role.CERTIFICATE),
    **dict.fromkeys(KEY_SUFFIXES, Role.KEY),
    **dict.fromkeys((JSON_SUFFIX, *DOCUMENT_SUFFIXES), Role.DOCUMENT),
}


def role_of(name: str) -> Role | None:
    """The role of a file called ``name`` (a path with ``/``); None if its name tells of none."""
    folder, _, base = name.rpartition("/")
    if base == "MANIFEST.MF":
        return Role.MANIFEST if basename(folder) == "META-INF" else None
    if base == PACKAGE_LIST:
        return Role.PACKAGE_LIST
    if base.endswith(CONTENT_SUFFIX):
        return Role.CONTENT
    _, dot, suffix = base.rpartition(".")
    if not dot:
        return Role.NAMELESS
    suffix = f".{suffix.lower()}"
    if base.lower().endswith(_STATE_BACKUP):
        suffix = _STATE_BACKUP
    if suffix in _OF_A_BUNDLE and bundle_root(name) is not None:
        return None
    return _BY_SUFFIX.get(suffix)


def is_flow(name: str) -> bool:
    """Whether a file called ``name`` is a flow (`role_of`)."""
    return name[-5:].lower() == ".iflw"


def is_clutter(name: str) -> bool:
    """Whether ``name`` is what macOS leaves beside the file that is meant."""
    return basename(name).startswith("._") or "__MACOSX" in name.split("/")


def may_hold_certificates(name: str) -> bool:
    """Whether a file of any name may: not a hidden one, nor what is part of a flow."""
    return not basename(name).startswith(".") and bundle_root(name) is None


def plain(name: str) -> str:
    """A name with the backslashes that tools on Windows put into it read as slashes."""
    return name.replace("\\", "/")


def bundle_root(name: str) -> str | None:
    """The folder of the bundle in whose resources ``name`` stands, None if it is in none."""
    root, found, _ = f"/{name}".rpartition(f"/{RESOURCES}/")
    return root[1:] if found else None


def basename(name: str) -> str:
    """The last segment of ``name``."""
    return name.rpartition("/")[2]


def parent(name: str) -> str:
    """The folder of ``name``; empty at the top."""
    return name.rpartition("/")[0]


def join(folder: str, name: str) -> str:
    """``name`` in ``folder``, where an empty ``folder`` is the top."""
    return f"{folder}/{name}" if folder else name
