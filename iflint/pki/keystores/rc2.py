"""The cipher RC2, which old PKCS#12 keystores use with keys of 40 bits (RFC 2268).

`cryptography` knows it with keys of 128 bits only. Decryption alone, in CBC mode.
"""

from __future__ import annotations

import struct

_PI = bytes.fromhex(
    "d978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2"
    "179a59f587b34f1361456d8d09817d32bd8f40eb86b77b0bf09521225c6b4e82"
    "54d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626"
    "6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed7"
    "08e8eade8052eef784aa72ac354d6a2a961ad2715a1549744b9fd05e0418a4ec"
    "c2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731"
    "2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a9"
    "0d38341bab33ffb0bb480c5fb9b1cd2ec5f3db47e5a59c770aa62068fe7fc1ad"
)
_ROUNDS = "mmmmmxmmmmmmxmmmmm"
"""The order of mixing (m) and mashing (x) rounds, the same in both directions (RFC 2268 §3)."""


def decrypt(key: bytes, vector: bytes, data: bytes) -> bytes:
    """``data``, whole blocks of eight bytes, decrypted; all bits of ``key`` are effective."""
    schedule = _expand(key)
    previous = struct.unpack("<4H", vector)
    plain: list[int] = []
    for block in struct.iter_unpack("<4H", data):
        plain.extend(a ^ b for a, b in zip(_decrypt_block(schedule, block), previous, strict=True))
        previous = block
    return struct.pack(f"<{len(plain)}H", *plain)


def _expand(key: bytes) -> tuple[int, ...]:
    """The 64 words of the expanded key (RFC 2268 §2)."""
    size = len(key)
    octets = bytearray(128)
    octets[:size] = key
    for index in range(size, 128):
        octets[index] = _PI[(octets[index - 1] + octets[index - size]) & 0xFF]
    octets[128 - size] = _PI[octets[128 - size]]
    for index in range(127 - size, -1, -1):
        octets[index] = _PI[octets[index + 1] ^ octets[index + size]]
    return struct.unpack("<64H", octets)


def _decrypt_block(schedule: tuple[int, ...], block: tuple[int, ...]) -> list[int]:
    words = list(block)
    used = 63
    for kind in _ROUNDS:
        for index, turn in ((3, 5), (2, 3), (1, 2), (0, 1)):
            before, second, third = words[index - 1], words[index - 2], words[index - 3]
            if kind == "m":
                word = words[index]
                word = (word >> turn | word << 16 - turn) & 0xFFFF
                mixed = schedule[used] + (before & second) + (~before & third)
                used -= 1
            else:
                word, mixed = words[index], schedule[before & 63]
            words[index] = (word - mixed) & 0xFFFF
    return words
