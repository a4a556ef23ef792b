"""What the remedies of unreadable-artifact say to do."""

from __future__ import annotations

import re
from typing import Any

from exports import bundle, iflw, zipped
from remedies import Case, Remedies

# From the same folder as what `exports` offers.
from case_maker import CHAIN, channel, flow_of, partner  # isort: skip


def export_again(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    file, flow = case.file_of(finding), flow_of(channel(partner.pair))
    archive = file.suffix == ".zip"
    file.write_bytes(zipped(bundle(flow)) if archive else iflw(flow).encode())
    case.write("certificates/partner.pem", CHAIN)


def remove_the_doctype(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del finding, said
    case.edit(lambda text: re.sub(r"<!DOCTYPE.*\]>", "", text))


def double_the_backslash(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    file = case.file_of(finding)
    file.write_bytes(file.read_bytes().replace(rb"\u00fr", rb"\\u00fr"))


def resolve_the_conflict(case: Case, finding: dict[str, Any], said: re.Match[str]) -> None:
    del said
    file = case.file_of(finding)
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(r"<{7}[^\n]*\n|={7}\n.*?>{7}[^\n]*\n", "", text, flags=re.DOTALL), encoding="utf-8"
    )


REMEDIES: Remedies = (
    (r"Resolve the conflict: keep the lines that are right", resolve_the_conflict),
    (r"Export or download it again|Export the integration flow again", export_again),
    (r"Remove the DOCTYPE", remove_the_doctype),
    (r"Write the character itself, or double the backslash", double_the_backslash),
)
