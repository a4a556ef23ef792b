"""Sets of small numbers, as one number that has their bits: what many patterns say at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_


def bits_of(numbers: Iterable[int]) -> int:
    """The numbers as one that has their bits."""
    bits = bytearray()
    for number in numbers:
        bits.extend(bytes(max(0, number // 8 + 1 - len(bits))))
        bits[number // 8] |= 1 << number % 8
    return int.from_bytes(bits, "little")


def bits_by(numbered: Iterable[tuple[str, int]]) -> dict[str, int]:
    """By each text the bits of the numbers that it comes with."""
    numbers: dict[str, list[int]] = {}
    for text, number in numbered:
        numbers.setdefault(text, []).append(number)
    return {text: bits_of(each) for text, each in numbers.items()}


def any_of(each: Iterable[int]) -> int:
    """The bits that any of the numbers has."""
    return reduce(or_, each, 0)


def numbers_in(bits: int) -> Iterator[int]:
    """The numbers of which one has the bits, the lowest first."""
    for place, byte in enumerate(bits.to_bytes((bits.bit_length() + 7) // 8, "little")):
        while byte:
            yield 8 * place + (byte & -byte).bit_length() - 1
            byte &= byte - 1
