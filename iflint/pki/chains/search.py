"""From a client certificate up to a root: every path is tried, the best one is explained.

The sender presents the intermediates, SAP's side holds the roots: a root known by name and key
ends a path whether its file is at hand or not. Source: RFC 5280 §6.1. As §6.1.1 d says, of a root
of the table only name and key count (and here the validity of a listed one). One that comes as a
file bounds what is below it by its own extensions, too (RFC 5937), since many programs do so.
Not applied: policies and revocation.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from iflint.limits import (
    NAME_CHECKS,
    NAME_CHECKS_OF_A_CHAIN,
    SIGNATURE_WORK,
    SIGNATURES,
    SIGNATURES_OF_A_CHAIN,
    STEPS,
    STEPS_OF_A_CHAIN,
    Budget,
    Limit,
)
from iflint.pki.certificates import NEVER_CRITICAL, Certificate
from iflint.pki.chains.pool import CertificatePool
from iflint.pki.chains.signatures import SignatureCache, Verification
from iflint.pki.chains.verdict import (
    MAX_CERTIFICATES_IN_PATH,
    ChainVerdict,
    Fault,
    FaultKind,
    Link,
    Outcome,
)
from iflint.pki.roots.trust import Root, RootStanding, TrustList, root_from_certificate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from iflint.pki.chains.name_constraints import NameConstraints

_ALTERNATIVE_NAMES = "2.5.29.17"
_NAME_CONSTRAINTS = "2.5.29.30"
_PRE_CERTIFICATE = "1.3.6.1.4.1.11129.2.4.3"
_OF_A_ROOT = (
    "; RFC 5280 leaves aside such extensions of the root itself, but many programs apply them"
)
_FREE = 5
"""What a search may cost before it is taken from the run's budget. Ours: most seen: 4."""


def judge_chain(
    leaf: Certificate,
    pool: CertificatePool,
    trust: TrustList,
    at: datetime,
    verifier: SignatureCache | None = None,
) -> ChainVerdict:
    """The verdict on everything above a client certificate at the moment ``at`` (aware).

    The client certificate's own dates are not judged. ``verifier`` remembers signatures from
    one call to the next. Of several paths the best is told: one that is trusted, with the
    fewest faults and the latest end; else the one that came furthest.
    """
    if leaf.is_known_by_facts:
        return ChainVerdict(
            leaf=leaf,
            links=(),
            certificates=(leaf,),
            outcome=Outcome.UNKNOWN,
            valid_from=leaf.not_before,
            valid_until=leaf.not_after,
        )
    return _Search(leaf, pool, trust, at, verifier or SignatureCache()).verdict()


class _Key:
    """All that is known under one name with one key."""

    def __init__(self, spki: bytes) -> None:
        self.spki = spki
        self.certificates: list[Certificate] = []
        self.roots: list[Root] = []

    @cached_property
    def ids(self) -> frozenset[bytes]:
        """Its key identifiers, as its certificates and roots have them."""
        holders: list[Certificate | Root] = [*self.certificates, *self.roots]
        return frozenset(h.subject_key_id for h in holders if h.subject_key_id is not None)

    def unlikeliness(self, key_id: bytes | None) -> int:
        """0 if the key identifiers say that this is the key looked for, 2 if it is another one."""
        if key_id in self.ids:
            return 0
        return 2 if self.ids and key_id is not None else 1


class _Keys:
    """The keys under one name, and the roots that are known by that name without a key."""

    def __init__(self, named: Sequence[Certificate], roots: Iterable[Root]) -> None:
        self._by_spki: dict[bytes, _Key] = {}
        self._by_id: dict[bytes, list[_Key]] = {}
        self.unnamed: list[Root] = []
        for candidate in named:
            self._of(candidate.spki).certificates.append(candidate)
        for root in roots:
            spki = root.spki or next((c.spki for c in named if c.sha1 == root.sha1), None)
            if spki is None:
                self.unnamed.append(root)
            else:
                self._of(spki).roots.append(root)
        self._without_id = [key for key in self._by_spki.values() if not key.ids]
        for key in self._by_spki.values():
            for key_id in key.ids:
                self._by_id.setdefault(key_id, []).append(key)

    def _of(self, spki: bytes) -> _Key:
        return self._by_spki.setdefault(spki, _Key(spki))

    def likeliest_first(self, certificate: Certificate, most: int = 2) -> Iterator[_Key]:
        """Those that may have signed a certificate, up to an unlikeliness; its own before others.

        Few are looked at where the key identifiers tell which it is.
        """
        key_id = certificate.authority_key_id
        own = self._by_spki.get(certificate.spki)
        every = self._by_spki.values()
        groups = (
            self._by_id.get(key_id, ()) if key_id is not None else (),
            self._without_id if key_id is not None else every,
            every if key_id is not None else (),
        )
        for unlikeliness, group in enumerate(groups[: most + 1]):
            if own is not None and own.unlikeliness(key_id) == unlikeliness:
                yield own
            for key in group:
                if key is not own and key.unlikeliness(key_id) == unlikeliness:
                    yield key

    def hold_another_than(self, spki: bytes) -> bool:
        """Whether there is a key besides this one."""
        return len(self._by_spki) > (spki in self._by_spki)


class _Issuers(msgspec.Struct):
    """Who issued a certificate; ``mismatch`` carries the name, but not the key that signed it.

    ``group`` is the same for certificates that the same issuer signed.
    """

    group: tuple[bytes, ...]
    certificates: tuple[Certificate, ...] = ()
    roots: tuple[Root, ...] = ()
    is_own: bool = False
    verified: bool = True
    mismatch: Certificate | Root | None = None
    name_known: bool = False


class _Path(msgspec.Struct, frozen=True):
    """A way up from the client certificate.

    ``crossed`` counts the intermediates that are not self-issued. ``own_faults`` are those of the
    client certificate itself. ``refused_by`` has a bit for each set of name constraints that
    refuses a certificate of the path, once its CA stands above.
    """

    certificates: tuple[Certificate, ...]
    links: tuple[Link, ...]
    without_client_auth: tuple[Certificate, ...]
    crossed: int
    valid_from: datetime
    valid_until: datetime
    own_faults: tuple[Fault, ...]
    refused_by: int

    @property
    def top(self) -> Certificate:
        return self.certificates[-1]

    @property
    def faults(self) -> tuple[Fault, ...]:
        return (*self.own_faults, *(fault for link in self.links for fault in link.faults))

    @property
    def problems(self) -> int:
        return len(self.faults) + len(self.without_client_auth)

    def holds(self, certificate: Certificate) -> bool:
        """Whether a certificate of this name and key is on the path: another turn is a circle."""
        return any(
            certificate.spki == known.spki
            and certificate.subject.chain_key == known.subject.chain_key
            for known in self.certificates
        )

    def linked(self, link: Link) -> _Path:
        """This path with a last link whose issuer is not on it."""
        return msgspec.structs.replace(self, links=(*self.links, link))


class _Spending:
    """What one search may still cost: within a limit of its own, and one of the run."""

    def __init__(self, own: Limit, of_run: Limit, budget: Budget) -> None:
        self._own = own
        self._of_run = of_run
        self._budget = budget
        self._count = 0

    def spend(self) -> bool:
        """Take one; False where no more may be taken."""
        if self._count >= self._own.value:
            return False
        self._count += 1
        return self._count <= _FREE or self._budget.spend(self._of_run, 1)


class _Search:
    """All paths above one client certificate, level by level.

    Of the paths whose top the same key signed, with as many intermediates below it and refused
    by the same name constraints, only the best is followed: what is above is the same for all.
    So the work grows with the number of certificates, not of paths. Where no more signatures may be
    tried, it is the likeliest issuer of a certificate alone.
    """

    def __init__(
        self,
        leaf: Certificate,
        pool: CertificatePool,
        trust: TrustList,
        at: datetime,
        verifier: SignatureCache,
    ) -> None:
        self._leaf = leaf
        self._pool = pool
        self._trust = trust
        self._at = at
        self._verifier = verifier
        self._finder = _finder(pool, trust, verifier)
        self._constraints: dict[_Constraints, NameConstraints | None] = {}
        self._refusals: dict[tuple[_Constraints, Certificate], str | None] = {}
        self._refusing: dict[Certificate, int] = {}
        self._steps = _Spending(STEPS_OF_A_CHAIN, STEPS, verifier.budget)
        self._signatures = _Spending(SIGNATURES_OF_A_CHAIN, SIGNATURES, verifier.budget)
        self._name_checks = _Spending(NAME_CHECKS_OF_A_CHAIN, NAME_CHECKS, verifier.budget)
        self._best: ChainVerdict | None = None

    def verdict(self) -> ChainVerdict:
        leaf = self._leaf
        start = _Path(
            certificates=(leaf,),
            links=(),
            without_client_auth=(leaf,) if leaf.lacks_client_auth else (),
            crossed=0,
            valid_from=leaf.not_before,
            valid_until=leaf.not_after,
            own_faults=tuple(_ill_formed(leaf, leaf)),
            refused_by=0,
        )
        own_root = self._trust.root_of(leaf)
        if own_root is not None and self._is_listed(own_root):
            self._end_in_root(start, own_root, leaf)
        if self._best is None or self._best.outcome is not Outcome.TRUSTED:
            if self._issuers_of(leaf).is_own:
                self._end_in_itself(start, own_root)
            else:
                refused_by = self._refused_by(leaf)
                self._climb(msgspec.structs.replace(start, refused_by=refused_by))
        assert self._best is not None
        return self._best

    def _climb(self, start: _Path) -> None:
        level = [start]
        while level:
            above: dict[tuple[object, ...], _Path] = {}
            for path in level:
                for longer in self._extend(path):
                    group = self._issuers_of(longer.top).group
                    state = (group, longer.crossed, longer.refused_by)
                    if state not in above or _order(longer) < _order(above[state]):
                        above[state] = longer
            level = list(above.values())

    def _extend(self, path: _Path) -> Iterator[_Path]:
        """The paths one certificate longer; those that end here become verdicts."""
        issuers = self._issuers_of(path.top)
        for root in issuers.roots:
            self._end_in_root(path, root, self._at_hand(root, issuers))
        followed = bool(issuers.roots)
        anchors = {root.certificate for root in issuers.roots}
        for issuer in issuers.certificates:
            if issuer in anchors or path.holds(issuer):
                continue
            followed = True
            if len(path.certificates) >= MAX_CERTIFICATES_IN_PATH or not self._steps.spend():
                self._end_too_long(path, issuer)
            elif self._issuers_of(issuer).is_own:
                self._end_in_unknown_root(path, issuer, issuers)
            else:
                longer = self._append(path, issuer, issuers.verified)
                if not _is_ca(issuer):
                    self._finish(path=longer, outcome=Outcome.BROKEN_OFF)
                else:
                    yield longer
        if not followed:
            self._end_open(path, issuers)

    def _append(self, path: _Path, issuer: Certificate, verified: bool) -> _Path:
        faults = [] if verified else [self._not_verified(path.top, issuer, None)]
        if _is_ca(issuer):
            dates = issuer.not_before, issuer.not_after
            faults += self._date_faults(path.top, *dates, issuer, None)
        faults += self._faults_of_ca(path, issuer)
        link = Link(path.top, issuer, None, tuple(faults))
        excludes_clients = issuer.lacks_client_auth and _is_ca(issuer)
        return _Path(
            certificates=(*path.certificates, issuer),
            links=(*path.links, link),
            without_client_auth=(
                *path.without_client_auth,
                *((issuer,) if excludes_clients else ()),
            ),
            crossed=path.crossed + (not issuer.self_issued),
            valid_from=max(path.valid_from, issuer.not_before),
            valid_until=min(path.valid_until, issuer.not_after),
            own_faults=path.own_faults,
            refused_by=path.refused_by
            if issuer.self_issued
            else path.refused_by | self._refused_by(issuer),
        )

    def _faults_of_ca(self, path: _Path, issuer: Certificate) -> Iterator[Fault]:
        """What RFC 5280 §6.1.4 k to o and §6.1.3 b and c find wrong with the one above a path."""
        if not _is_ca(issuer):
            yield Fault(FaultKind.NOT_A_CA, issuer, None, path.top, _why_not_a_ca(issuer))
            return
        if not issuer.subject.rdns:
            detail = "it has no name: its subject is empty"
            yield Fault(FaultKind.NOT_A_CA, issuer, None, path.top, detail)
        if issuer.key_usage is not None and "keyCertSign" not in issuer.key_usage:
            detail = "its key usage does not allow it to sign certificates"
            yield Fault(FaultKind.KEY_USAGE, issuer, None, path.top, detail)
        limit = issuer.path_length
        if limit is not None and path.crossed > limit:
            detail = (
                f"it allows {limit} intermediate{'s' if limit != 1 else ''} below it,"
                f" and there {'is' if path.crossed == 1 else 'are'} {path.crossed}"
            )
            yield Fault(FaultKind.PATH_LENGTH, issuer, None, path.top, detail)
        yield from self._name_faults(path, issuer)
        yield from _ill_formed(issuer, path.top)

    def _faults_of_anchor(self, path: _Path, anchor: Certificate, root: Root) -> Iterator[Fault]:
        """What a root's own file holds against what is below it; one of version 1 says nothing."""
        if anchor.version == 3:
            for fault in self._faults_of_ca(path, anchor):
                detail = fault.detail + _OF_A_ROOT
                yield msgspec.structs.replace(fault, root=root, detail=detail)
        if not anchor.algorithms_agree:
            detail = "it names two different signature algorithms"
            yield Fault(FaultKind.MALFORMED, anchor, root, path.top, detail)

    def _name_faults(self, path: _Path, issuer: Certificate) -> Iterator[Fault]:
        """The lowest certificate of the path with a name that ``issuer`` does not allow."""
        constraints = _constraints(issuer)
        if constraints is None:
            return
        leaf, *intermediates = path.certificates
        for certificate in (leaf, *(each for each in intermediates if not each.self_issued)):
            refusal = self._refusal(constraints, certificate)
            if refusal is not None:
                detail = f"its name constraints refuse {certificate.subject.readable}: {refusal}"
                yield Fault(FaultKind.NAME_CONSTRAINTS, issuer, None, path.top, detail)
                return

    def _refused_by(self, certificate: Certificate) -> int:
        """A bit for each set of name constraints that refuses the certificate.

        Where no more may be asked, paths are told apart less finely.
        """
        bits = self._refusing.get(certificate)
        if bits is None:
            bits = 0
            for number, constraints in enumerate(self._constraints_above):
                known = (constraints, certificate) in self._refusals
                if not known and not self._name_checks.spend():
                    break
                if self._refusal(constraints, certificate) is not None:
                    bits |= 1 << number
            self._refusing[certificate] = bits
        return bits

    @cached_property
    def _constraints_above(self) -> tuple[_Constraints, ...]:
        return self._finder.constraints_above(self._leaf, self._signatures)

    def _issuers_of(self, certificate: Certificate) -> _Issuers:
        return self._finder.issuers_of(certificate, self._signatures)

    def _refusal(self, constraints: _Constraints, certificate: Certificate) -> str | None:
        question = (constraints, certificate)
        if question not in self._refusals:
            self._refusals[question] = self._compared(constraints, certificate)
        return self._refusals[question]

    def _compared(self, constraints: _Constraints, certificate: Certificate) -> str | None:
        from iflint.pki.chains.name_constraints import read_constraints
        from iflint.pki.der import DerError

        if constraints not in self._constraints:
            encoded, critical = constraints
            try:
                self._constraints[constraints] = read_constraints(encoded, critical=critical)
            except DerError:
                self._constraints[constraints] = None
        read = self._constraints[constraints]
        if read is None:
            return "they can't be read"
        return read.refusal(certificate, is_client=certificate == self._leaf)

    def _date_faults(
        self,
        below: Certificate,
        not_before: datetime | None,
        not_after: datetime | None,
        certificate: Certificate | None,
        root: Root | None,
    ) -> Iterator[Fault]:
        if not_after is not None and self._at > not_after:
            detail = f"it expired on {not_after:%Y-%m-%d}"
            yield Fault(FaultKind.EXPIRED, certificate, root, below, detail)
        elif not_before is not None and self._at < not_before:
            detail = f"it is valid only from {not_before:%Y-%m-%d} on"
            yield Fault(FaultKind.NOT_YET_VALID, certificate, root, below, detail)

    def _not_verified(
        self, below: Certificate, issuer: Certificate | None, root: Root | None
    ) -> Fault:
        detail = f"the signature algorithm {below.signature_algorithm} or the key can't be verified"
        if self._verifier.left_out(below):
            detail = (
                "its signature is not verified: with all others of the run that takes too much"
                f" computing (limit {SIGNATURE_WORK.name})"
            )
        return Fault(FaultKind.ALGORITHM, issuer, root, below, detail)

    # Where paths end.

    def _is_listed(self, root: Root) -> bool:
        return self._trust.standing(root) in (RootStanding.LISTED, RootStanding.ONE_LIST)

    def _at_hand(self, root: Root, issuers: _Issuers) -> Certificate | None:
        for certificate in issuers.certificates:
            if certificate.sha256 == root.sha256 or (
                root.spki is None and certificate.sha1 == root.sha1
            ):
                return certificate
        return root.certificate

    def _end_in_root(self, path: _Path, root: Root, at_hand: Certificate | None) -> None:
        """Ends in a known root; what it says itself counts only when it is on the list in force."""
        standing = self._trust.standing(root)
        is_leaf = at_hand == path.top
        anchor = root.certificate if self._is_listed(root) and not is_leaf else None
        faults: list[Fault] = []
        if not is_leaf and not self._issuers_of(path.top).verified:
            faults.append(self._not_verified(path.top, at_hand, root))
        if self._is_listed(root) and root.sha256 != path.top.sha256:
            file = None if is_leaf else at_hand
            faults += self._date_faults(path.top, root.not_before, root.not_after, file, root)
        if anchor is not None:
            faults += self._faults_of_anchor(path, anchor, root)
            if anchor.lacks_client_auth:
                lacking = (*path.without_client_auth, anchor)
                path = msgspec.structs.replace(path, without_client_auth=lacking)
        outcome = {
            RootStanding.LISTED: Outcome.TRUSTED,
            RootStanding.ONE_LIST: Outcome.UNCERTAIN,
        }.get(standing, Outcome.UNSUPPORTED)
        self._finish(
            path=path.linked(Link(path.top, at_hand, root, tuple(faults))),
            outcome=outcome,
            root=root,
            standing=standing,
            at_hand=None if is_leaf else at_hand,
        )

    def _end_in_unknown_root(self, path: _Path, issuer: Certificate, issuers: _Issuers) -> None:
        """Ends in a self-signed certificate at hand, unless it is one of the known roots."""
        if issuers.roots:
            return
        root = root_from_certificate(issuer, self._place(issuer))
        fault = () if issuers.verified else (self._not_verified(path.top, issuer, root),)
        self._finish(
            path=path.linked(Link(path.top, issuer, root, fault)),
            outcome=Outcome.UNSUPPORTED,
            root=root,
            at_hand=issuer,
        )

    def _place(self, certificate: Certificate) -> str:
        return next((str(place.file) for place in self._pool.locations(certificate)), "")

    def _end_in_itself(self, path: _Path, known: Root | None) -> None:
        root = known or root_from_certificate(path.top, self._place(path.top))
        self._finish(
            path=path.linked(Link(path.top, path.top, root)),
            outcome=Outcome.SELF_SIGNED,
            root=root,
            standing=self._trust.standing(root),
        )

    def _end_too_long(self, path: _Path, issuer: Certificate) -> None:
        detail = (
            f"the chain is longer than {MAX_CERTIFICATES_IN_PATH} certificates,"
            " or branches too often to be followed"
        )
        fault = Fault(FaultKind.PATH_LENGTH, issuer, None, path.top, detail)
        self._finish(
            path=path.linked(Link(path.top, issuer, None, (fault,))), outcome=Outcome.BROKEN_OFF
        )

    def _end_open(self, path: _Path, issuers: _Issuers) -> None:
        """Ends where the issuer is not there, or with another key, or only leads in a circle."""
        mismatch = issuers.mismatch
        if mismatch is None:
            self._finish(
                path=path.linked(Link(path.top, None, None)),
                outcome=Outcome.MISSING,
                name_known=issuers.name_known and not issuers.certificates,
            )
            return
        root = mismatch if isinstance(mismatch, Root) else None
        certificate = mismatch.certificate if isinstance(mismatch, Root) else mismatch
        detail = _why_signature_fails(path.top, mismatch)
        fault = Fault(FaultKind.SIGNATURE, certificate, root, path.top, detail)
        self._finish(
            path=path.linked(Link(path.top, certificate, root, (fault,))),
            outcome=Outcome.BROKEN_OFF,
        )

    def _finish(
        self,
        *,
        path: _Path,
        outcome: Outcome,
        root: Root | None = None,
        standing: RootStanding = RootStanding.NOT_LISTED,
        at_hand: Certificate | None = None,
        name_known: bool = False,
    ) -> None:
        """Keeps the verdict on a path if it is the best so far."""
        top = path.top
        first, *rest = path.links
        if path.own_faults:
            first = msgspec.structs.replace(first, faults=(*path.own_faults, *first.faults))
        missing = outcome is Outcome.MISSING
        begin = root.not_before if root is not None else None
        end = root.not_after if root is not None else None
        found = ChainVerdict(
            leaf=self._leaf,
            links=(first, *rest),
            certificates=(*path.certificates, *((at_hand,) if at_hand else ())),
            outcome=outcome,
            root=root,
            standing=standing,
            faults=path.faults,
            missing_issuer=top.issuer if missing else None,
            below=top if missing else None,
            ca_issuers=top.ca_issuers if missing else (),
            issuer_name_known=name_known,
            without_client_auth=path.without_client_auth,
            valid_from=max(path.valid_from, begin or path.valid_from),
            valid_until=min(path.valid_until, end or path.valid_until),
            leaving=self._trust.leaving(root) if root is not None else None,
        )
        if self._best is None or _rank(found) < _rank(self._best):
            self._best = found


class _Finder:
    """Who issued a certificate, of those at hand and the known roots; each is found once."""

    def __init__(self, pool: CertificatePool, trust: TrustList, verifier: SignatureCache) -> None:
        self._pool = pool
        self._trust = trust
        self._verifier = verifier
        self._issuers: dict[Certificate, _Issuers] = {}
        self._named: dict[str, _Keys] = {}
        self._constraints: dict[tuple[bytes, ...], tuple[_Constraints, ...]] = {}

    def issuers_of(self, certificate: Certificate, signatures: _Spending) -> _Issuers:
        """The issuers; what is not known yet is taken from the ``signatures`` of a search."""
        known = self._issuers.get(certificate)
        if known is None:
            known = self._issuers[certificate] = self._find(certificate, signatures)
        return known

    def constraints_above(
        self, leaf: Certificate, signatures: _Spending
    ) -> tuple[_Constraints, ...]:
        """The name constraints of all CAs to which a path from a client may lead, each once."""
        group = self.issuers_of(leaf, signatures).group
        if group not in self._constraints:
            walked = self._walked_constraints(leaf, signatures)
            self._constraints[group] = tuple(dict.fromkeys(walked))
        return self._constraints[group]

    def _walked_constraints(
        self, leaf: Certificate, signatures: _Spending
    ) -> Iterator[_Constraints]:
        seen = {leaf}
        level = [leaf]
        for _ in range(MAX_CERTIFICATES_IN_PATH):
            above: dict[Certificate, None] = {}
            for issuers in (self.issuers_of(each, signatures) for each in level):
                above |= dict.fromkeys(issuers.certificates)
                above |= dict.fromkeys(
                    root.certificate for root in issuers.roots if root.certificate
                )
            for issuer in above:
                if (constraints := _constraints(issuer)) is not None:
                    yield constraints
            level = [issuer for issuer in above if issuer not in seen]
            seen.update(level)

    def _find(self, certificate: Certificate, signatures: _Spending) -> _Issuers:
        """Of those that carry the issuer's name, the ones with the key that signed.

        One key at most verifies a signature, so the first that does ends the search. Where none
        does, key identifiers that differ (RFC 5280 §4.2.1.1) say that a candidate is simply
        another certificate of the same name.
        """
        keys = self._keys_for(certificate)
        unknown: list[_Key] = []
        for number, key in enumerate(keys.likeliest_first(certificate)):
            if number and not signatures.spend():
                break
            answer = self._verifier.verify(certificate, key.spki)
            if answer is Verification.VALID:
                return _issuers(certificate, [key], verified=True)
            if answer is Verification.UNKNOWN:
                unknown.append(key)
        if keys.unnamed:
            return _Issuers(group=(certificate.der,), roots=tuple(keys.unnamed))
        return _without_verified(certificate, keys, unknown)

    def _keys_for(self, certificate: Certificate) -> _Keys:
        """The keys under the issuer's name; the certificate's own, too, if it is self-issued."""
        name, named = certificate.issuer, self._pool.issuers_of(certificate)
        is_own = certificate.self_issued and certificate not in named
        if is_own or len(named) < len(self._pool.named(name)):
            own = (certificate,) if is_own else ()
            return _Keys((*named, *own), self._trust.roots_named(name))
        known = self._named.get(name.chain_key)
        if known is None:
            known = _Keys(named, self._trust.roots_named(name))
            self._named[name.chain_key] = known
        return known


def _finder(pool: CertificatePool, trust: TrustList, verifier: SignatureCache) -> _Finder:
    """The finder for what is at hand, the same from one call to the next."""
    question = (id(trust), id(verifier))  # the finder holds them, so that no other has these
    if question not in pool.remembered:
        pool.remembered[question] = _Finder(pool, trust, verifier)
    found = pool.remembered[question]
    assert isinstance(found, _Finder)
    return found


def _without_verified(certificate: Certificate, keys: _Keys, unknown: list[_Key]) -> _Issuers:
    key_id = certificate.authority_key_id
    if likely := [key for key in unknown if key.unlikeliness(key_id) < 2]:
        return _issuers(certificate, likely, verified=False)
    meant = list(islice(keys.likeliest_first(certificate, most=1), 2))
    for key in meant:
        if key.spki != certificate.spki:
            holders: list[Certificate | Root] = [*key.certificates, *key.roots]
            return _Issuers(group=(certificate.der,), mismatch=holders[0], name_known=True)
    own = certificate.self_issued and bool(meant)
    name_known = keys.hold_another_than(certificate.spki)
    return _Issuers(group=(certificate.der,), is_own=own, name_known=name_known)


def _issuers(certificate: Certificate, keys: list[_Key], *, verified: bool) -> _Issuers:
    is_own = certificate.self_issued and any(key.spki == certificate.spki for key in keys)
    name = certificate.issuer.chain_key.encode("utf-8", errors="surrogatepass")
    return _Issuers(
        group=(name, *(key.spki for key in keys)),
        certificates=tuple(c for key in keys for c in key.certificates),
        roots=tuple(root for key in keys for root in key.roots),
        is_own=is_own,
        verified=verified,
        name_known=True,
    )


_Constraints = tuple[bytes, bool]
"""The DER of name constraints, and whether they are critical."""


def _constraints(certificate: Certificate) -> _Constraints | None:
    encoded = certificate.name_constraints
    return None if encoded is None else (encoded, _NAME_CONSTRAINTS in certificate.critical)


def _is_ca(certificate: Certificate) -> bool:
    """RFC 5280 §6.1.4 k; a certificate of version 1 or 2 can't say that it is a CA."""
    return certificate.version == 3 and certificate.is_ca is True


def _why_not_a_ca(certificate: Certificate) -> str:
    if certificate.version != 3:
        return f"it is of version {certificate.version}, which can't say that it is a CA"
    if certificate.is_ca is None:
        return "it does not say that it is a CA (no basicConstraints)"
    return "it says that it is no CA (basicConstraints)"


def _ill_formed(certificate: Certificate, below: Certificate) -> Iterator[Fault]:
    """What makes a certificate invalid whatever it is used for.

    RFC 5280 §4.2 says so of a critical extension that can't be processed, and of one that is
    there twice; §4.1.2.6 wants alternative names to be critical where they are the only names.
    """
    kind = FaultKind.UNKNOWN_CRITICAL_EXTENSION
    for oid in certificate.unprocessed:
        if oid == _PRE_CERTIFICATE:
            detail = "it is a pre-certificate, made for Certificate Transparency logs only"
        elif oid in NEVER_CRITICAL:
            detail = (
                f"it has the extension {NEVER_CRITICAL[oid]} marked as critical, as no CA should:"
                " programs refuse that"
            )
        else:
            detail = f"it has a critical extension that can't be processed, {oid}"
        yield Fault(kind, certificate, None, below, detail)
    for detail in certificate.malformed:
        yield Fault(FaultKind.MALFORMED, certificate, None, below, detail)
    names = certificate.subject_alternative_names
    if names and not certificate.subject.rdns and _ALTERNATIVE_NAMES not in certificate.critical:
        detail = "its subject is empty, and its alternative names are not marked as critical"
        yield Fault(FaultKind.MALFORMED, certificate, None, below, detail)


def _why_signature_fails(below: Certificate, issuer: Certificate | Root) -> str:
    if not below.algorithms_agree:
        return "the certificate names two different signature algorithms"
    if below.authority_key_id is not None and below.authority_key_id == issuer.subject_key_id:
        return (
            "its key did not sign the certificate, although the key identifiers say so:"
            " one of the two was altered or damaged"
        )
    return "its key did not sign the certificate: it is another key under the same name"


def _order(path: _Path) -> tuple[int, float, tuple[str, ...]]:
    """Smaller is better: fewer problems, then the later end; the rest makes it repeatable."""
    fingerprints = tuple(certificate.sha256 for certificate in path.certificates)
    return path.problems, -path.valid_until.timestamp(), fingerprints


_STANDINGS = list(RootStanding)
_OUTCOMES = (
    Outcome.TRUSTED,
    Outcome.UNCERTAIN,
    Outcome.UNSUPPORTED,
    Outcome.SELF_SIGNED,
    Outcome.MISSING,
    Outcome.BROKEN_OFF,
)


def _rank(verdict: ChainVerdict) -> tuple[object, ...]:
    """Smaller is better: see ``judge_chain``."""
    problems = len(verdict.faults) + len(verdict.without_client_auth)
    ends_well = verdict.outcome in (Outcome.TRUSTED, Outcome.UNCERTAIN)
    ends_in_root = ends_well or verdict.outcome is Outcome.UNSUPPORTED
    return (
        not ends_in_root,
        not ends_well,
        bool(problems),
        0 if ends_in_root else -len(verdict.links),
        _OUTCOMES.index(verdict.outcome),
        _STANDINGS.index(verdict.standing),
        problems,
        -verdict.holds_until.timestamp(),
        len(verdict.links),
        tuple(certificate.sha256 for certificate in verdict.certificates),
    )
