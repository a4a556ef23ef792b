"""Parameter files read like java.util.Properties, on generated files.

What is read otherwise on purpose stands in docs/differences-properties.md.
"""

from __future__ import annotations

import base64
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from iflint.iflow.properties import parse_properties
from iflint.places.location import FileLocation

pytestmark = pytest.mark.differential

FILES = 4000
HERE = FileLocation("parameters.prop")

PIECES = [
    *("\\", "\\", "\\\\", "\n", "\n", "\r", "\r\n", "\\\n", "\\\r\n", "\\\r", "\\\\\n"),
    *(" ", "  ", "\t", "\f", "=", ":", " = ", " : ", "#", "!", "\n#", "\n!", "\\ ", "\\=", "\\:"),
    *("\\#", "\\!", "\\t", "\\n", "\\r", "\\f", "\\b", "\\q", "\\u0041", "\\u00e4", "\\uD83D"),
    *("\\ud83d\\ude00", "\\uDE00", "\\u0020", "\\u003d", "\\u005c", "\\u000a", "\\\\u0041"),
    *("\\u00\\\n41", "\\ud83d\\\n  \\ude00"),
    *("a", "b", "key", "value", "CN=x", "ä", "ß", "€", "😀", "\u00a0", "\u2028", "\x85", "\x0b"),
    *("\x1c", '"', "{{X}}", "'"),
]
MALFORMED = ["\\u", "\\u12", "\\u12G4", "\\U0041", "\\u\\\n0041", "\\u 041"]
HANDMADE = [
    "",
    "\\",
    "a\\",
    "\\\n#comment\na=b",
    "a=b\\\n\\\n\\\nc",
    "a=b\\\n\nc=d",
    "a=b\\\n   \nc=d",
    "#a\\\nb=c",
    " \t\f a  b c",
    "a = = b",
    "a : = b",
    "a\\ b\\=c\\:d=e",
    "=x\n:y",
    "a\n a\n\ta=2",
    "k=v\\\r\n   w\\\r   x",
    "a" * 9000 + "=" + "b" * 9000,
    "k=" + "x" * 8189 + "\\\r\n y",
    "k=" + "x" * 8190 + "\r\nz=1",
    "#" + "x" * 8190 + "\r\nz=1",
    "\\u0061\\u003d=b",
    "a=\\u12\nb=c",
    "# \\u12\nb=c",
]


def generated() -> list[str]:
    """Texts out of pieces that matter to the grammar; one in ten has a malformed escape."""
    dice = random.Random(20261124)
    texts = list(HANDMADE)
    while len(texts) < FILES:
        pieces = PIECES + (MALFORMED if dice.random() < 0.1 else [])
        text = "".join(dice.choices(pieces, k=dice.randint(1, 40)))
        texts.append(text)
    return texts


@pytest.fixture(scope="module")
def answers() -> list[dict[str, str] | None]:
    """What one JDK process makes of the generated texts: entries, or None where it fails."""
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs a JDK: there is no `java`")
    source = Path(__file__).with_name("PropertiesOracle.java")
    lines = "".join(base64.b64encode(text.encode()).decode() + "\n" for text in generated())
    run = subprocess.run([java, str(source)], input=lines, capture_output=True, text=True)
    if run.returncode and "compiler" in run.stderr:
        pytest.skip("needs a JDK: this `java` has no compiler")
    assert run.returncode == 0, run.stderr
    return [_answer(line) for line in run.stdout.split("\n")[:-1]]


def _answer(line: str) -> dict[str, str] | None:
    if line == "!":
        return None
    entries = (entry.split(":") for entry in line[1:].split(",") if entry)
    return {_utf16(key): _utf16(value) for key, value in entries}


def _utf16(text: str) -> str:
    return base64.b64decode(text).decode("utf-16-be", "surrogatepass")


def test_generated_files_are_read_like_java_reads_them(answers) -> None:
    texts = generated()
    assert len(answers) == len(texts) >= 1000
    disagreements = []
    for text, expected in zip(texts, answers, strict=True):
        file = parse_properties(text.encode(), HERE)
        entries = {name: entry.value for name, entry in file.entries.items()}
        agrees = bool(file.problems) if expected is None else entries == expected
        if not agrees or (expected is not None and file.problems):
            disagreements.append((text, expected, entries))
    assert disagreements == []


def test_every_value_stands_where_its_origin_says() -> None:
    for text in generated():
        data = text.encode()
        for entry in parse_properties(data, HERE).entries.values():
            for name, origin in ((entry.name, entry.name_origin), (entry.value, entry.origin)):
                for at, character in enumerate(name):
                    region = origin.locate(at, at + 1).region
                    stored = data[region.start_byte : region.end_byte].decode()
                    if not stored.startswith("\\"):
                        assert stored == character
                    line = text.replace("\r\n", "\r").replace("\r", "\n").split("\n")
                    column = line[region.start_line - 1][region.start_column - 1]
                    assert stored.startswith(column)
