"""A table of roots brought up to date with what a newer release of the trust store holds."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import msgspec

from iflint.pki.roots.trust import checked_table, root_from_certificate, version

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from iflint.pki.certificates import Certificate
    from iflint.pki.roots.trust import Root, Table

Json = dict[str, Any]


class TrustStore(msgspec.Struct, frozen=True):
    """The roots of a trust store: all of them, and of these the ones that BTP itself uses.

    ``required`` is None where the store does not tell.
    """

    roots: tuple[Certificate, ...]
    required: frozenset[str] | None = None


class Update(msgspec.Struct, frozen=True):
    """What a trust store changes in a table, and the bytes of the table that results.

    ``release`` is the one that the table ends with, new or not; ``newly_required`` and
    ``no_longer_required`` are roots that were listed before.
    """

    data: bytes
    before: str
    release: str
    released_on: date
    added: tuple[Root, ...]
    removed: tuple[Root, ...]
    newly_required: tuple[Root, ...]
    no_longer_required: tuple[Root, ...]

    @property
    def changed(self) -> bool:
        """Whether the store differs from the table at all."""
        return bool(self.added or self.removed or self.newly_required or self.no_longer_required)


def update(
    data: bytes, store: TrustStore, release: str | None, released_on: date | None, today: date
) -> Update:
    """The table in ``data`` (JSON), with ``store`` as its newest release.

    ``release`` and ``released_on`` may be None when nothing came or went. ``today`` is noted as
    the day of the comparison. Everything else that the table says stays. Raises TableError for a
    table that can't be used, ValueError, one line, for a release that does not fit.
    """
    table = checked_table(data, "the table in use")
    document = msgspec.json.decode(data)
    found = _Found(table, store)
    newest = table.in_order[-1]
    if found.changed and newest == release:
        raise ValueError(
            f"the table has release {release} already, with other roots in it: "
            "say which release this is: --release NUMBER"
        )
    if found.moved or (release is not None and release != newest):
        newest, released_on = _next(table, release, released_on)
        document["releases"][newest] = released_on.isoformat()
        document["release"], document["released_on"] = newest, released_on.isoformat()
    else:
        released_on = table.releases[newest]
    document["checked_on"] = max(today, table.checked_on or today).isoformat()
    document["roots"] = [
        *found.kept(document["roots"], newest, released_on),
        *found.new(document["roots"], newest, released_on),
    ]
    written = (msgspec.json.format(msgspec.json.encode(document), indent=1)) + b"\n"
    checked_table(written, "the new table")
    return Update(
        data=written,
        before=table.in_order[-1],
        release=newest,
        released_on=released_on,
        added=found.added,
        removed=found.removed,
        newly_required=found.newly_required,
        no_longer_required=found.no_longer_required,
    )


def _next(table: Table, release: str | None, released_on: date | None) -> tuple[str, date]:
    newest = table.in_order[-1]
    if release is None:
        raise ValueError("say which release this is: --release NUMBER")
    if released_on is None:
        raise ValueError(f"say when release {release} came out: --released-on DATE")
    if version(release) <= version(newest):
        raise ValueError(f"release {release} is not newer than {newest}, the table's newest")
    if released_on < table.releases[newest]:
        raise ValueError(
            f"release {release} can't be of {released_on}: "
            f"the one before it, {newest}, is of {table.releases[newest]}"
        )
    return release, released_on


class _Found:
    """How a store compares with the newest release of a table."""

    def __init__(self, table: Table, store: TrustStore) -> None:
        self._certificates = {certificate.sha256: certificate for certificate in store.roots}
        self._required = store.required
        self._listed = {
            root.sha256: root
            for root in table.everything()
            if root.added_in is not None and root.removed_in is None
        }
        self.removed = tuple(
            root for sha256, root in self._listed.items() if sha256 not in self._certificates
        )
        self.added = tuple(
            root_from_certificate(certificate, "")
            for sha256, certificate in self._certificates.items()
            if sha256 not in self._listed
        )
        stay = [root for sha256, root in self._listed.items() if sha256 in self._certificates]
        self.newly_required = tuple(r for r in stay if not r.required and self._requires(r))
        self.no_longer_required = tuple(r for r in stay if r.required and not self._requires(r))

    @property
    def moved(self) -> bool:
        """Whether a root came or went."""
        return bool(self.added or self.removed)

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return bool(self.moved or self.newly_required or self.no_longer_required)

    def _requires(self, root: Root) -> bool:
        return root.required if self._required is None else root.sha256 in self._required

    def kept(self, rows: Sequence[Json], release: str, on: date) -> list[Json]:
        """The rows of the table, those that went with the release that dropped them."""
        gone = {root.sha256 for root in self.removed}
        kept = []
        for row in rows:
            sha256 = row["sha256"].lower()
            if row.get("removed_in") is None:
                if sha256 in gone:
                    row = {**row, "removed_in": release, "removed_on": on.isoformat()}
                elif sha256 in self._listed:
                    row = {**row, "required": self._requires(self._listed[sha256])}
            kept.append(row)
        return kept

    def new(self, rows: Sequence[Json], release: str, on: date) -> list[Json]:
        """A row for each root that came; one that came back keeps what was known of it."""
        known = {row["sha256"].lower(): row for row in rows}
        made = []
        for root in self.added:
            certificate = self._certificates[root.sha256]
            before = known.get(root.sha256, {})
            made.append(
                {
                    "subject": certificate.subject.text,
                    "sha256": root.sha256,
                    "not_before": certificate.not_before.date().isoformat(),
                    "not_after": certificate.not_after.date().isoformat(),
                    "serial": f"{certificate.serial:X}",
                    "key": root.key,
                    "subject_key_id": root.subject_key_id.hex() if root.subject_key_id else None,
                    "spki": base64.b64encode(certificate.spki).decode(),
                    "added_in": release,
                    "added_on": on.isoformat(),
                    "removed_in": None,
                    "removed_on": None,
                    "required": self._required is not None and root.sha256 in self._required,
                    "in_mozilla_tls_store": before.get("in_mozilla_tls_store"),
                    "sha1": root.sha1,
                    "in_neo_list": before.get("in_neo_list", False),
                }
            )
        return made
