"""Whether a row would let a sender in where it may not call today, and what to do instead.

A row in a flow's file counts in every environment; the values of its parameters count in one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.words.wording import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.engine.session import Session
    from iflint.fixes.proofs import Candidate


def opens_for_a_stranger(candidate: Candidate, session: Session) -> bool:
    """Whether a new row lets a sender in who may not call in this environment so far."""
    _, flow, ordinal, _ = candidate.place
    return session.would_open(flow, ordinal, {candidate.pair, candidate.beside})


def row_of_parameters(candidate: Candidate, others: Sequence[str]) -> tuple[str, str]:
    """Why such a row is left, as a clause, and what to do."""
    elsewhere = listed([name or "the flow as it stands" for name in sorted(set(others))])
    here = f" in {candidate.place[0]}" if candidate.place[0] else ""
    why = f"a row in the flow's file counts in {elsewhere}, too, where this sender may not call"
    remedy = (
        f"Add a row of two parameters, and set them{here} to "
        f"{candidate.changes[0].new}; in {elsewhere} give them a pair that may call there"
    )
    return why, remedy
