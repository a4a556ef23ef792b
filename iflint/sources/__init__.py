"""Any path becomes artifacts: files in folders, in archives, in archives in archives."""

from iflint.sources.artifacts import (
    NO_CERTIFICATE_IN_IT,
    OF_NO_KNOWN_KIND,
    Artifact,
    Bundle,
    CertificateSource,
    PackageName,
    SkipKind,
    Skipped,
    SourceFile,
    TextSource,
)
from iflint.sources.discovery import (
    certificate_files,
    discover,
    owning_bundles,
    repository_of_flows,
)
from iflint.sources.disk import repository_root, root_of
from iflint.sources.grouping import all_opened, opened
from iflint.sources.limits import Limits
from iflint.sources.parcels import Order, Parcel

__all__ = [
    "NO_CERTIFICATE_IN_IT",
    "OF_NO_KNOWN_KIND",
    "Artifact",
    "Bundle",
    "CertificateSource",
    "Limits",
    "Order",
    "PackageName",
    "Parcel",
    "SkipKind",
    "Skipped",
    "SourceFile",
    "TextSource",
    "all_opened",
    "certificate_files",
    "discover",
    "opened",
    "owning_bundles",
    "repository_of_flows",
    "repository_root",
    "root_of",
]
