"""One environment's view of a flow: stored channels with their parameters replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from iflint.iflow.adapters import CERTIFICATE_TABLE, USER_ROLE, address_keys
from iflint.iflow.authorization import authorization, in_old_format, is_checked
from iflint.iflow.certificate_table import Row, Rows
from iflint.iflow.escapes import decode_once_more
from iflint.iflow.model import (
    Authorization,
    AuthorizationKind,
    CertificateEntry,
    SenderChannel,
    Value,
)
from iflint.iflow.parameters import whole_reference
from iflint.limits import EXPANSION, ROWS_OF_A_CHANNEL, ROWS_OF_A_FLOW, TEXT_LENGTH, numbered
from iflint.places.credentials import without_credentials
from iflint.places.location import FileLocation, Location
from iflint.places.problems import Problem, ProblemKind, Problems
from iflint.places.text_file import Mapped, literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.iflow.channels import StoredChannel
    from iflint.iflow.parameters import Parameters
    from iflint.places.text_file import Text


class Resolver:
    """Makes channels of stored ones with one set of parameters, collecting problems."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._tables: dict[str, Rows] = {}
        self.problems = Problems()
        self._count = 0

    def channel(self, stored: StoredChannel, ordinal: int) -> SenderChannel:
        """One sender channel with its entries."""
        rows, opaque = self._rows(stored)
        rows = self._within_the_flow(rows)
        has_rows = bool(rows.rows or opaque)
        decided = authorization(stored, self._parameters, has_rows=has_rows)
        entries = (opaque,) if opaque else self._entries(rows.rows)
        if in_old_format(stored, has_rows=has_rows):
            entries = self._entries(stored.participant.pairs)
        checked = is_checked(decided, has_entries=bool(entries))
        unread = checked and not opaque and self._report_rows(stored, rows)
        return SenderChannel(
            id=stored.id,
            ordinal=ordinal,
            name=stored.name,
            participant=stored.participant.name,
            adapter=stored.adapter,
            address=self._address(stored),
            authorization=decided,
            entries=entries,
            origin=stored.origin,
            checked=checked,
            unread=unread,
            role=self._role(stored, decided),
        )

    def _rows(self, stored: StoredChannel) -> tuple[Rows, CertificateEntry | None]:
        """The rows of a channel's table; or one entry, for a table that nobody has defined.

        A table that is one whole parameter has its rows in the parameter's value.
        """
        table = stored.properties.get(CERTIFICATE_TABLE)
        reference = whole_reference(table.text) if table and not stored.rows.rows else None
        if table is None or reference is None:
            return stored.rows, None
        start, end = reference
        parameter = self._parameters.get(table.text[start + 2 : end - 2])
        if parameter is None:
            origin = Mapped(table.origin, literal(start, end))
            undefined = self._parameters.value(table.text[start:end], origin)
            return stored.rows, CertificateEntry(1, undefined, Value("", "", origin), origin)
        if parameter.name not in self._tables:
            from iflint.iflow.rows import parse_rows

            stored_rows = parse_rows(parameter.value, parameter.origin)
            if not stored_rows.rows:
                escaped = decode_once_more(parameter.value, parameter.origin)
                stored_rows = parse_rows(escaped.text, escaped.origin)
            self._tables[parameter.name] = stored_rows
        return self._tables[parameter.name], None

    def _within_the_flow(self, rows: Rows) -> Rows:
        """The rows, cut off where the channels of the flow have too many in all."""
        left = max(ROWS_OF_A_FLOW.value - self._count, 0)
        self._count += len(rows.rows)
        if len(rows.rows) <= left:
            return rows
        return msgspec.structs.replace(rows, rows=rows.rows[:left], cut_off=True)

    def _entries(self, rows: Sequence[Row]) -> tuple[CertificateEntry, ...]:
        return tuple(
            CertificateEntry(
                ordinal,
                self._value(row.subject, "A distinguished name of a row"),
                self._value(row.issuer, "A distinguished name of a row"),
                row.origin,
            )
            for ordinal, row in enumerate(rows, 1)
        )

    def _value(self, text: Text, what: str) -> Value:
        """The value of a text, cut off where it is too long to be what it should be."""
        value = self._parameters.value(text.text, text.origin, text.undecoded)
        most = TEXT_LENGTH.value
        if max(len(value.raw), len(value.text or "")) <= most:
            return value
        message = f"{what} is longer than {numbered(most)} characters; only these are read"
        place, remedy = text.origin, TEXT_LENGTH.remedy
        self.problems.add(
            lambda: Problem(ProblemKind.ARTIFACT, place.locate(0, 0), message, remedy)
        )
        return msgspec.structs.replace(
            value,
            raw=value.raw[:most],
            text=None if value.text is None else value.text[:most],
            parameters=tuple(use for use in value.parameters if use.end <= most),
        )

    def _address(self, stored: StoredChannel) -> Value | None:
        for key in address_keys(stored.adapter):
            text = stored.properties.get(key)
            if text is not None and text.text.strip():
                return _harmless(self._value(text, "The address of a channel"))
        return None

    def _role(self, stored: StoredChannel, decided: Authorization) -> Value | None:
        """The role that callers need; nothing where certificates or passwords decide."""
        text = stored.properties.get(USER_ROLE)
        if text is None or decided.kind is not AuthorizationKind.USER_ROLE:
            return None
        return self._value(text, "The role of a channel")

    def _report_rows(self, stored: StoredChannel, rows: Rows) -> bool:
        """Add a problem if not all of the table was read; tells whether entries may be missing."""
        where = stored.properties.get(CERTIFICATE_TABLE)
        if where is None:
            return False
        if rows.cut_off:
            message = (
                f"The channel lists more than {numbered(len(rows.rows))} client certificates;"
                f" only these are read (limits {ROWS_OF_A_CHANNEL.name}, {ROWS_OF_A_FLOW.name})"
            )
        elif rows.rest.strip() and not rows.rows:
            message = "The channel's table of client certificates can't be read: it holds no row"
        elif rows.beside:
            message = "The channel's table of client certificates holds text outside of its rows"
        else:
            return False
        remedy = "Enter the channel's client certificates again, and save the flow"
        table = where.origin
        self.problems.add(lambda: Problem(ProblemKind.ARTIFACT, table.locate(), message, remedy))
        return not rows.beside

    def finish(self, location: FileLocation) -> None:
        """Reports what concerns the flow as a whole."""
        if self._parameters.exhausted:
            self.problems.add_last(
                Problem(
                    ProblemKind.ARTIFACT,
                    Location(location),
                    "Values with parameters in them grow beyond"
                    f" {numbered(EXPANSION.value)} characters; "
                    "the rest of them is read without replacing parameters",
                    f"Shorten the values of the parameters, or {EXPANSION.option}",
                )
            )


def _harmless(address: Value) -> Value:
    """An address without the credentials that may stand in it; no output needs them."""
    text = None if address.text is None else without_credentials(address.text)
    return msgspec.structs.replace(address, text=text, raw=without_credentials(address.raw))
