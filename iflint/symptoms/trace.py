"""The pair of a certificate in a line of the trace, as people paste it."""

from __future__ import annotations

import re

MOST_READ = 20_000
"""Characters that are looked at, from the beginning of the line on. Ours: it has some hundred."""
_LINE = re.compile(r"subject\s{1,9}and\s{1,9}issuer\s{0,9}\(", re.IGNORECASE)
_LABEL = r"\b{}(?: ?dn)?\s?[:=]"
_SUBJECT = re.compile(_LABEL.format("subject"), re.IGNORECASE)
_ISSUER = re.compile(_LABEL.format("issuer"), re.IGNORECASE)
_END = re.compile(r"\)\s{0,9}of\s{1,9}the\s{1,9}provided", re.IGNORECASE)
_LINE_END = re.compile(r"[\r\n]")
_BEFORE_A_LINE = " \t>|"
"""What mail and terminals put before the rest of a line that they break."""
_QUOTES = {"“": "”", "‘": "’", '"': '"', "'": "'", "`": "`"}


def pairs_in(text: str) -> tuple[tuple[str, str], ...]:
    """The pair that a line tells, subject first, in each way in which it may be read.

    A line end may stand for a blank or, where a window has broken a word, for nothing; in a line
    out of JSON, or with the quoting of a shell, a backslash may stand before each character that
    has one. Empty: there is none.
    """
    line = _LINE.search(text)
    start = line.start() if line else 0
    text = _unquoted(text[start : start + MOST_READ])
    begin = _SUBJECT.search(text)
    middle = _ISSUER.search(text, begin.end()) if begin else None
    if begin is None or middle is None:
        return ()
    subject, issuer = text[begin.end() : middle.start()], _ended(text[middle.end() :])
    read = (
        (without_escapes(_whole(subject, end)).rstrip("; "), without_escapes(_whole(issuer, end)))
        for without_escapes in (str, _unescaped)
        for end in (" ", "")
    )
    return tuple(dict.fromkeys(pair for pair in read if all(pair)))


def _unquoted(text: str) -> str:
    text = text.strip()
    while len(text) > 1 and _QUOTES.get(text[0]) == text[-1]:
        text = text[1:-1].strip()
    return text


def _ended(issuer: str) -> str:
    """The issuer, without what follows it in the line."""
    end = _END.search(issuer)
    if end is not None:
        return issuer[: end.start()].strip()
    line = _LINE_END.split(issuer.strip(), 1)[0].strip()
    return line[:-1] if line.endswith(")") and line.count(")") > line.count("(") else line


def _whole(text: str, line_end: str) -> str:
    """A text in one line."""
    lines = (line.rstrip().lstrip(_BEFORE_A_LINE) for line in text.strip().splitlines())
    return line_end.join(line for line in lines if line)


def _unescaped(text: str) -> str:
    return re.sub(r'\\([\\"])', r"\1", text)
