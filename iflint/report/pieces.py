"""A long text, kept compressed until it is written: a report may take tens of megabytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Pieces:
    """A text that came in pieces and goes in pieces, in UTF-8."""

    __slots__ = ("_length", "_packed")

    def __init__(self, pieces: Iterable[str]) -> None:
        """Take the pieces, now. Raises UnicodeEncodeError for a lone surrogate."""
        packer = zlib.compressobj(1)
        self._length = 0
        self._packed: list[bytes] = []
        for piece in pieces:
            data = piece.encode()
            self._length += len(data)
            self._packed.append(packer.compress(data))
        self._packed.append(packer.flush())

    def __len__(self) -> int:
        """How many bytes they are."""
        return self._length

    def __str__(self) -> str:
        return b"".join(self).decode()

    def __iter__(self) -> Iterator[bytes]:
        unpacker = zlib.decompressobj()
        yield from map(unpacker.decompress, filter(None, self._packed))


def length_of(text: str | Pieces) -> int:
    """How many bytes a text has in UTF-8; a lone surrogate counts as three."""
    if isinstance(text, Pieces) or text.isascii():
        return len(text)
    return len(text.encode(errors="surrogatepass"))
