"""What a hook waits for: whole processes on one flow, to an interpreter that does nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from iflow_exports import Flow, bundle, zipped

from benchmarks.measuring import ALONE, Row, cost, in_turn
from benchmarks.repository import CORPUS, FIXTURES

_OFTEN = 7
"""Times that a round has each of them run, since they are short."""
_WITHOUT_KEYS = CORPUS / "PaginationSFSF.zip"
_BY_ROLE = FIXTURES / "rules/empty-certificate-entry/good-role-based/Orders.iflw"
_WITH_A_CHAIN = FIXTURES / "rules/missing-chain/good-another-file"


def rows(rounds: int) -> Iterator[Row]:
    """A flow without key names, one that is authorized by role, one with a chain to verify."""
    with tempfile.TemporaryDirectory() as folder:
        plain, by_role = Path(folder, "plain.zip"), Path(folder, "by-role.iflw")
        real = _WITHOUT_KEYS.is_file()
        plain.write_bytes(
            _WITHOUT_KEYS.read_bytes() if real else zipped(bundle(Flow("F", "F", ())))
        )
        by_role.write_bytes(_BY_ROLE.read_bytes())
        aims = {plain: 5.2, by_role: 6.0, _WITH_A_CHAIN: 9.0}
        runs = {path: partial(cost, "-m", "iflint", "check", str(path), *ALONE) for path in aims}
        costs = in_turn(rounds * _OFTEN, {"": partial(cost, "-c", "pass"), **runs})
    names = ("without key names", "authorized by role", "with a chain to verify")
    for name, (path, aim) in zip(names, aims.items(), strict=True):
        figure = costs[path].processor / costs[""].processor
        yield Row(f"a flow {name}, to an empty interpreter", figure, aim=aim)
