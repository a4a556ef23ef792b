"""Which roots the platform trusts at a point in time: SAP's dated table, or files of one's own.

What is known about a root (its name, key and history) is kept apart from whether the list in
force has it: a chain that ends in a removed root can be told as such.
"""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time
from functools import cache, cached_property
from typing import TYPE_CHECKING, TypeVar

import msgspec

from iflint.places.packaged import packaged_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from iflint.pki.certificates import Certificate
    from iflint.pki.files import FoundCertificate
    from iflint.pki.names import Name
    from iflint.pki.roots.rows import Rows

T = TypeVar("T")

TRUST_STORE = "SAP BTP Trust Store"
NEO_LIST = "list of SAP BTP Neo"
STALE_AFTER_DAYS = 180
"""A table that ends longer before the clock may lack a release. Ours: of the releases so far, six
came within so many days after the one before; two took longer, up to 414 days."""
_FIRST_MOMENT = time(0, 0, 0, tzinfo=UTC)
_LAST_MOMENT = time(23, 59, 59, 999999, tzinfo=UTC)


class TableError(ValueError):
    """A table of roots that can't be used; one line that says what is wrong and where."""


class Platform(enum.StrEnum):
    """Where Cloud Integration runs, which decides whose list of roots counts."""

    CF = "cf"
    NEO = "neo"
    CUSTOM = "custom"


class RootStanding(enum.StrEnum):
    """What the list in force says of a root."""

    LISTED = "listed"
    ONE_LIST = "one-list"
    """Neo: on one of its two lists only, so it is not certain."""
    NOT_REQUIRED = "not-required"
    """On SAP's whole list, but not among the roots to which `Trust.BTP_REQUIRED` narrows it."""
    REMOVED = "removed"
    NOT_YET = "not-yet"
    """Added in a later release than the one in force."""
    NOT_LISTED = "not-listed"


class Trust(enum.StrEnum):
    """How much of SAP's list counts."""

    COMPLETE = "complete"
    """Every root that SAP approves: folder ``optional`` of its trust store."""
    BTP_REQUIRED = "btp-required"
    """The roots that BTP itself uses: folder ``required``, as the table's last release has it."""


class Leaving(msgspec.Struct, frozen=True):
    """A known release that drops a root, and the first moment (UTC) of its day."""

    release: str
    on: datetime


class Root(msgspec.Struct, frozen=True):
    """A root that is known, on the list in force or not.

    ``spki`` is None for a root that is known by name and SHA-1 only; ``sha256`` is then empty.
    ``not_before`` and ``not_after`` are UTC and inclusive (a date of the table is a whole day);
    ``added_in`` and ``removed_in`` name releases of the table; ``required`` tells that BTP itself
    uses it, as of the table's last release; ``public_web`` is None where it is not known.
    ``origin`` names the table or file; ``certificate`` is the file's.
    """

    subject: Name
    subject_text: str
    sha256: str
    sha1: str
    origin: str
    not_before: datetime | None = None
    not_after: datetime | None = None
    spki: bytes | None = None
    subject_key_id: bytes | None = None
    key: str = ""
    added_in: str | None = None
    added_on: date | None = None
    removed_in: str | None = None
    removed_on: date | None = None
    required: bool = False
    in_neo_list: bool = False
    public_web: bool | None = None
    certificate: Certificate | None = None


def root_from_certificate(certificate: Certificate, origin: str) -> Root:
    """The root that a certificate file states; ``origin`` names the file."""
    return Root(
        subject=certificate.subject,
        subject_text=certificate.subject.readable,
        sha256=certificate.sha256,
        sha1=certificate.sha1,
        origin=origin,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        spki=certificate.spki,
        subject_key_id=certificate.subject_key_id,
        key=certificate.key,
        certificate=certificate,
    )


class Table(msgspec.Struct, frozen=True, dict=True):
    """A dated table of roots, in the format of ``data/sap-trusted-roots.json``.

    ``checked_on`` is the day on which it was last compared with its source. ``data`` is its JSON,
    of which the `rows` are read when a root is asked for.
    """

    releases: dict[str, date]
    checked_on: date | None = None
    name: str = TRUST_STORE
    data: bytes = b""

    @cached_property
    def rows(self) -> Rows:
        """Its rows, and those of Neo's list."""
        from iflint.pki.roots.rows import read_rows

        return read_rows(self.data)

    def release_at(self, moment: datetime) -> str:
        """The newest release not after ``moment``; the first one for earlier dates."""
        today = moment.astimezone(UTC).date()
        begun = [name for name in self.in_order if self.releases[name] <= today]
        return begun[-1] if begun else self.in_order[0]

    @cached_property
    def in_order(self) -> tuple[str, ...]:
        """The releases, oldest first."""
        return tuple(sorted(self.releases, key=version))

    @property
    def known_until(self) -> date:
        """The last day of which the table knows: of its newest release, or of the last check."""
        newest = max(self.releases.values())
        return max(newest, self.checked_on) if self.checked_on else newest

    def everything(self) -> tuple[Root, ...]:
        """Every root, in the order of the table; last those that only Neo's list has."""
        return tuple(self._root(index) for index in range(len(self._names)))

    def named(self, key: str) -> tuple[Root, ...]:
        """The roots whose name has this chain key; a row is unpacked only when it is asked for."""
        return tuple(self._root(index) for index in self._rows_by_name.get(key, ()))

    @cached_property
    def _rows_by_name(self) -> dict[str, list[int]]:
        rows: dict[str, list[int]] = {}
        for index, name in enumerate(self._names):
            rows.setdefault(name.chain_key, []).append(index)
        return rows

    @cached_property
    def _names(self) -> tuple[Name, ...]:
        rows = self.rows
        texts = [row.subject for row in rows.roots]
        texts += [root.subject_as_printed for root in rows.neo_list.not_in_trust_store]
        from iflint.pki.names import parse_name

        return tuple(map(parse_name, texts))

    @cached_property
    def _unpacked(self) -> dict[int, Root]:
        return {}

    def _root(self, index: int) -> Root:
        """Root number ``index``: first the rows, then what only Neo's list has."""
        known = self._unpacked.get(index)
        if known is None:
            known = self._unpacked[index] = self._unpack(index)
        return known

    def _unpack(self, index: int) -> Root:
        subject, roots = self._names[index], self.rows.roots
        if index >= len(roots):
            named = self.rows.neo_list.not_in_trust_store[index - len(roots)]
            return Root(
                subject=subject,
                subject_text=subject.readable,
                sha256="",
                sha1=named.sha1.lower(),
                origin=NEO_LIST,
                in_neo_list=True,
            )
        row = roots[index]
        return Root(
            subject=subject,
            subject_text=subject.readable,
            sha256=row.sha256.lower(),
            sha1=(row.sha1 or "").lower(),
            origin=self.name,
            not_before=datetime.combine(row.not_before, _FIRST_MOMENT),
            not_after=datetime.combine(row.not_after, _LAST_MOMENT),
            spki=row.spki,
            subject_key_id=bytes.fromhex(row.subject_key_id) if row.subject_key_id else None,
            key=row.key,
            added_in=row.added_in,
            added_on=row.added_on or self.releases.get(row.added_in),
            removed_in=row.removed_in,
            removed_on=row.removed_on or self.releases.get(row.removed_in or ""),
            required=bool(row.required),
            in_neo_list=row.in_neo_list,
            public_web=row.in_mozilla_tls_store,
        )


def read_table(data: bytes, name: str = TRUST_STORE) -> Table:
    """A table of roots from its JSON; ``name`` is what reports call it. Its rows are not looked at.

    Raises TableError with one line that says what is wrong and where.
    """
    table = _decoded(data, Table)
    if not table.releases:
        raise TableError("the table of roots can't be used: it has no release - at `$.releases`")
    return msgspec.structs.replace(table, name=name, data=data)


def _decoded(data: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=type_)
    except msgspec.DecodeError as error:
        raise TableError(f"the table of roots can't be used: {error}") from None
    except UnicodeDecodeError:
        raise TableError("the table of roots can't be used: it is not UTF-8") from None


def checked_table(data: bytes, name: str) -> Table:
    """A table that somebody else wrote: all of it is read at once. Raises TableError."""
    from iflint.pki.names import MalformedName, parse_name
    from iflint.pki.roots.rows import Rows

    rows = _decoded(data, Rows)
    table = read_table(data, name)
    for index, row in enumerate(rows.roots):
        for release in (row.added_in, row.removed_in):
            if release is not None and release not in table.releases:
                raise TableError(
                    f"the table of roots can't be used: release {release} is not in `$.releases`"
                    f" - at `$.roots[{index}]`"
                )
    subjects = [(f"roots[{n}].subject", row.subject) for n, row in enumerate(rows.roots)]
    subjects += [
        (f"neo_list.not_in_trust_store[{n}].subject_as_printed", root.subject_as_printed)
        for n, root in enumerate(rows.neo_list.not_in_trust_store)
    ]
    for place, subject in subjects:
        try:
            parse_name(subject)
        except MalformedName as error:
            raise TableError(
                f"the table of roots can't be used: not a name: {error.message} - at `$.{place}`"
            ) from None
    return table


@cache
def packaged_table() -> Table:
    """SAP's roots as packaged with iflint."""
    return read_table(packaged_data())


def packaged_data() -> bytes:
    """The file of `packaged_table`."""
    return packaged_file("pki/data/sap-trusted-roots.json")


class TrustList(msgspec.Struct, frozen=True, dict=True):
    """The list in force: what it is called, and the standing of each root that is known.

    ``table`` holds what is known of roots and their history; its rows count as listed only when
    ``release`` is not None, and of these with `Trust.BTP_REQUIRED` those only that BTP itself
    uses. ``anchors`` come from files and are always listed. ``pinned`` tells that the release
    was chosen, not found by the clock.
    """

    platform: Platform
    table: Table
    release: str | None
    anchors: tuple[Root, ...] = ()
    trust: Trust = Trust.COMPLETE
    pinned: bool = False

    def at(self, moment: datetime) -> TrustList:
        """The same list as it is in force at another ``moment`` (aware)."""
        if self.release is None or self.pinned:
            return self
        release = self.table.release_at(moment)
        if release == self.release:
            return self
        if release not in self._of_releases:
            self._of_releases[release] = msgspec.structs.replace(self, release=release)
        return self._of_releases[release]

    @cached_property
    def _of_releases(self) -> dict[str, TrustList]:
        return {}

    def of_release(self, release: str) -> TrustList:
        """The same list with this release of its table in force, whatever the clock says."""
        return msgspec.structs.replace(self, release=release, pinned=True)

    @property
    def released_on(self) -> date | None:
        """The date of the release in force; None for a list of files."""
        return None if self.release is None else self.table.releases[self.release]

    @property
    def name(self) -> str:
        """Which list it is, for people."""
        parts = []
        if self.release is not None:
            narrowed = ", required roots only" if self.trust is Trust.BTP_REQUIRED else ""
            parts.append(f"{self.table.name} {self.release} ({self.released_on}){narrowed}")
            if self.platform is Platform.NEO:
                changed = self.table.rows.neo_list.as_of
                parts.append(NEO_LIST + (f" ({changed})" if changed else ""))
        if self.anchors:
            files = {root.origin for root in self.anchors}
            where = min(files) if len(files) == 1 else f"{len(files)} files"
            count = len(self.anchors)
            parts.append(f"{count} root{'s' if count != 1 else ''} in {where}")
        return " and ".join(parts)

    def describe(self) -> str:
        """One line for a report: the list, its release, and for which platform."""
        return f"{self.name}, platform {self.platform}"

    def standing(self, root: Root) -> RootStanding:
        """What the list in force says of ``root``."""
        if root.certificate is not None:
            return (
                RootStanding.LISTED
                if root.sha256 in self._anchor_hashes
                else RootStanding.NOT_LISTED
            )
        if self.release is None:
            return RootStanding.NOT_LISTED
        in_store = self._standing_in_store(root, self.release)
        if self.platform is not Platform.NEO:
            return in_store
        if root.in_neo_list:
            return RootStanding.LISTED if in_store is RootStanding.LISTED else RootStanding.ONE_LIST
        return RootStanding.ONE_LIST if in_store is RootStanding.LISTED else in_store

    @cached_property
    def _anchor_hashes(self) -> frozenset[str]:
        return frozenset(root.sha256 for root in self.anchors)

    def _standing_in_store(self, root: Root, release: str) -> RootStanding:
        in_force = version(release)
        if root.added_in is None:
            return RootStanding.NOT_LISTED
        if version(root.added_in) > in_force:
            return RootStanding.NOT_YET
        if root.removed_in is not None and version(root.removed_in) <= in_force:
            return RootStanding.REMOVED
        if self.trust is Trust.BTP_REQUIRED and not root.required:
            return RootStanding.NOT_REQUIRED
        return RootStanding.LISTED

    def leaving(self, root: Root) -> Leaving | None:
        """The later release that takes ``root`` off the list in force, where one is known."""
        if root.certificate is not None or self.release is None or root.removed_in is None:
            return None
        if self._standing_in_store(root, self.release) is not RootStanding.LISTED:
            return None
        day = self.table.releases[root.removed_in]
        return Leaving(root.removed_in, datetime.combine(day, _FIRST_MOMENT))

    def days_stale(self, moment: datetime) -> int:
        """How many days before ``moment`` (aware) the table ends; 0 up to `STALE_AFTER_DAYS`."""
        if self.release is None:
            return 0
        days = (moment.astimezone(UTC).date() - self.table.known_until).days
        return days if days > STALE_AFTER_DAYS else 0

    def everything(self) -> tuple[Root, ...]:
        """Every known root, listed or not: those of files first, then the table's."""
        return (*self._known_anchors, *(r for r in self.table.everything() if self._is_own(r)))

    def _is_own(self, root: Root) -> bool:
        """Whether the table's row speaks of a root that no file gives."""
        return (root.subject.chain_key, root.spki) not in self._anchor_keys

    @cached_property
    def _anchor_keys(self) -> frozenset[tuple[str, bytes | None]]:
        return frozenset((root.subject.chain_key, root.spki) for root in self.anchors)

    @cached_property
    def _known_anchors(self) -> tuple[Root, ...]:
        """The roots of files; whether one is a public web root is known from the table."""
        return tuple(
            msgspec.structs.replace(
                anchor,
                public_web=next(
                    (
                        row.public_web
                        for row in self.table.named(anchor.subject.chain_key)
                        if row.spki == anchor.spki
                    ),
                    None,
                ),
            )
            for anchor in self.anchors
        )

    def roots_named(self, name: Name) -> tuple[Root, ...]:
        """Every known root of this name (RFC 5280 §7.1), listed or not, the best standing first."""
        key = name.chain_key
        known = self._named.get(key)
        if known is None:
            known = self._named[key] = self._find(key)
        return known

    @cached_property
    def _named(self) -> dict[str, tuple[Root, ...]]:
        return {}

    def _find(self, key: str) -> tuple[Root, ...]:
        anchors = [root for root in self._known_anchors if root.subject.chain_key == key]
        known = [root for root in self.table.named(key) if self._is_own(root)]
        order = list(RootStanding)
        return tuple(sorted(anchors + known, key=lambda root: order.index(self.standing(root))))

    def root_of(self, certificate: Certificate) -> Root | None:
        """The known root that the certificate counts as; of several, the best standing.

        It does when name and key are the root's (RFC 5280 §6.1.1 d), which covers its
        cross-signed forms; for a root without a known key, when the SHA-1 is.
        """
        for root in self.roots_named(certificate.subject):
            if root.spki is None and root.sha1 == certificate.sha1:
                return root
            if root.spki == certificate.spki:
                return root
        return None


def load_trust_list(
    platform: Platform,
    as_of: datetime,
    roots: Sequence[FoundCertificate] = (),
    table: bytes | None = None,
    table_name: str = "table of roots",
    *,
    added: Sequence[FoundCertificate] = (),
    trust: Trust = Trust.COMPLETE,
) -> TrustList:
    """The list in force at ``as_of`` (aware) for a platform.

    ``roots`` and ``table`` (JSON like the packaged one, called ``table_name`` in reports)
    replace SAP's list, ``added`` extends what counts: each certificate of ``roots`` and
    ``added`` is an anchor, self-signed or not. Raises TableError when the table can't be
    used, ValueError, one line, when the platform is custom and neither ``roots`` nor ``table``
    is given, or when ``trust`` would narrow a list that is not BTP's.
    """
    if platform is Platform.CUSTOM and not roots and table is None:
        raise ValueError("the platform custom has no list of its own: give its roots")
    whole = not roots or table is not None
    if trust is Trust.BTP_REQUIRED and (platform is Platform.NEO or not whole):
        raise ValueError(
            "trust btp-required narrows SAP's list for BTP, "
            + ("not the one for Neo" if platform is Platform.NEO else "not roots of your own")
        )
    known = packaged_table() if table is None else checked_table(table, table_name)
    anchors: dict[str, Root] = {}
    for found in (*roots, *added):
        root = root_from_certificate(found.certificate, str(found.location.file))
        anchors.setdefault(root.sha256, root)
    return TrustList(
        platform=platform,
        table=known,
        release=known.release_at(as_of) if whole else None,
        anchors=tuple(anchors.values()),
        trust=trust,
    )


def version(release: str) -> tuple[int, ...]:
    """What orders releases: ``1.10.0`` comes after ``1.9.0``."""
    return tuple(map(int, release.split(".")))
