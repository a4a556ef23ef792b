"""The console blocks of documents: what is typed in them, and whether that says what they promise.

A line of `…` stands for any lines, none included, and `…` within a line for any text.
"""

import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(document, language):
    """The code blocks of a language in a text."""
    return [text for found, text in BLOCK.findall(document) if found == language]


def typed(document):
    """Every command of a text, with the output that is promised."""
    for block in blocks(document, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            yield command, output


def said(command, folder):
    """What a command writes to a terminal of 80 columns without colours, and its exit code."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {"PATH": path, "HOME": str(folder), "COLUMNS": "80", "LINES": "24"}
    environment |= {"TERM": "xterm", "NO_COLOR": "1", "PYTHONUTF8": "1"}
    ours, theirs = os.openpty()
    with subprocess.Popen(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(theirs)
        pieces = []
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while piece := os.read(ours, 65536):
                pieces.append(piece)
        os.close(ours)
    return b"".join(pieces).decode().replace("\r\n", "\n"), process.returncode


def stands(passage, lines):
    """Whether the lines are the passage's, whatever its `…` within a line leaves out."""
    patterns = (".*".join(map(re.escape, line.split("…"))) for line in passage)
    return all(re.fullmatch(*pair) for pair in zip(patterns, lines, strict=True))


def missing(promised, output):
    """The first promised lines that the output does not have where they should stand."""
    lines, at = output.splitlines(), 0
    passages = [
        part.strip("\n").split("\n") for part in re.split(r"^…$", promised, flags=re.MULTILINE)
    ]
    for passage in (passage for passage in passages if passage != [""]):
        places = range(at, len(lines) - len(passage) + 1)
        found = (at for at in places if stands(passage, lines[at : at + len(passage)]))
        place = next(found, None)
        if place is None:
            return "\n".join(passage)
        at = place + len(passage)
    return ""
