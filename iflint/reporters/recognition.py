"""Whether a file is a report of ours, by what no report of its format lacks."""

from __future__ import annotations

import os
import re
import stat

_END = 4096
"""Bytes at the beginning and at the end of a file that are looked at. Ours: the longest way to a
sign, in a page of HTML, takes 700."""

_FINDING = rb"\b[A-Z]{2,8}[0-9]{3,5}\b"
_SCOPE = rb"^[A-Za-z0-9 ,:]{1,300}\. [0-9,]{1,20} iFlows?; "
_SIGNS = {
    "text": rb"\[" + _FINDING + rb"\] |^trust list ",
    "sarif": rb'"name": "iflint"',
    "json": rb'"format": "iflint-report"',
    "concise": rb": " + _FINDING + rb" |" + _SCOPE,
    "github": rb"^::(?:error|warning|notice)\b.{0,4000}\btitle=" + _FINDING + rb"|" + _SCOPE,
    "gitlab": rb'"check_name": "' + _FINDING + rb"|\A\[\]\s*\Z",
    "junit": rb'<property name="trust list"',
    "markdown": rb"\A## iflint: ",
    "html": rb'<meta name="generator" content="iflint">',
}


def may_be_replaced(path: str, format_name: str | None = None) -> bool:
    """Whether a report can be written to ``path`` without a loss: nothing is there, or one is.

    One of this format, or of any. An empty file is no loss.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            return False
        with open(path, "rb") as file:
            head = file.read(_END)
            file.seek(max(0, found.st_size - _END))
            tail = file.read(_END)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    signs = [_SIGNS[format_name]] if format_name else _SIGNS.values()
    return not head or any(
        re.search(sign, part, re.MULTILINE) for sign in signs for part in (head, tail)
    )
