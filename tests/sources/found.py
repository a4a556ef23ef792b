"""What lies at paths, parcels opened."""

from collections.abc import Iterator, Sequence
from typing import Any

import iflint.sources
from iflint.sources import Artifact, all_opened


def discover(paths: Sequence[str], **options: Any) -> Iterator[Artifact]:
    return all_opened(iflint.sources.discover(paths, **options))
