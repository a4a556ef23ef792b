"""The chain of each certificate in some files: its steps up to a root, with a verdict at each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from iflint.judging.verdicts import Told
from iflint.limits import SIGNATURES_OF_A_CHAIN, in_force
from iflint.options import Options, UsageError
from iflint.pki.certificates import Certificate, usage_name
from iflint.pki.chains.pool import CertificatePool, expired_without_need
from iflint.pki.chains.search import judge_chain
from iflint.pki.chains.signatures import SignatureCache, Verification
from iflint.pki.chains.verdict import ChainVerdict, FaultKind, Outcome
from iflint.pki.roots.trust import Root, RootStanding, TrustList
from iflint.places.defects import each_spared
from iflint.report.certificate_list import Place, Standing, Step
from iflint.words.wording import NO_SUBJECT, dated, day, days_until, listed

if TYPE_CHECKING:
    from iflint.judging.issuers import Issuers
    from iflint.pki.chains.verdict import Fault, Link
    from iflint.pki.files import FoundCertificate
    from iflint.pki.keys import KeyMaterial
    from iflint.places.problems import Problem


class JudgedChains(msgspec.Struct, frozen=True):
    """The standings of all certificates that were asked for, against one list at one moment.

    ``trust`` names the list in force and its release; ``more`` are the trees that are not listed.
    """

    as_of: datetime
    platform: str
    trust: str
    trees: tuple[Standing, ...]
    problems: tuple[Problem, ...] = ()
    more: int = 0


def judged_chains(
    paths: Sequence[str], options: Options, *, every: bool = False, piped: bytes | None = None
) -> JudgedChains:
    """The chain of each certificate in the files ``paths`` that issued no other one in them.

    With ``every`` that of each certificate. ``piped`` is a further file, from standard input.
    ``options.certificates`` hold further intermediates.
    Raises FileNotFoundError for a path that does not exist, UsageError when there is no
    certificate or no list of roots.
    """
    from iflint.engine.inputs import STANDARD_INPUT, read_certificates
    from iflint.engine.roots import read_calendar, read_public_cas, read_trust_list
    from iflint.judging.issuers import Issuers
    from iflint.options import now

    in_force(options.limit)
    as_of = options.as_of or now()
    trust, root_problems = read_trust_list(options, as_of)
    asked = read_certificates(paths, options, piped=piped)
    further = read_certificates(options.certificates or (), options)
    problems = (*asked.problems, *further.problems, *root_problems)
    if not asked.certificates:
        read = (*paths, *([STANDARD_INPUT] if piped is not None else ()))
        said = [f"{problem.location.file}: {problem.in_one_line}" for problem in asked.problems]
        raise UsageError("; ".join(said) or f"no certificate in {listed(read)}")
    verifier = SignatureCache(asked.size)
    starts = _starts(asked.certificates, verifier, every=every)
    pool = CertificatePool((*asked.certificates, *further.certificates))
    issuers = Issuers(read_public_cas(options), read_calendar(options), trust, as_of)

    def judged(start: Certificate) -> Standing:
        chain = judge_chain(start, pool, trust, as_of, verifier)
        return standing_of(chain, pool, trust, as_of, asked.keys, issuers)

    return JudgedChains(
        as_of=as_of,
        platform=str(trust.platform),
        trust=trust.name,
        trees=tuple(each_spared(starts, judged, lambda start: pool.locations(start)[0])),
        problems=tuple(dict.fromkeys(problems)),
    )


def _starts(
    found: Iterable[FoundCertificate], verifier: SignatureCache, *, every: bool
) -> tuple[Certificate, ...]:
    """Each certificate once; unless ``every``, without those that issued another one.

    Where each issued another one, as in a circle, all of them. After a number of signatures the
    rest counts as issuers of none.
    """
    pool = CertificatePool(found)
    issuers: set[Certificate] = set()
    for certificate in () if every else pool:
        for candidate in pool.issuers_of(certificate):
            if candidate in issuers or not _may_have_issued(candidate, certificate):
                continue
            if not verifier.budget.spend(SIGNATURES_OF_A_CHAIN, 1):
                break
            if verifier.verify(certificate, candidate.spki) is Verification.VALID:
                issuers.add(candidate)
    return tuple(certificate for certificate in pool if certificate not in issuers) or tuple(pool)


def _may_have_issued(issuer: Certificate, certificate: Certificate) -> bool:
    """Whether it is another certificate, and the key identifiers do not contradict."""
    ids = (issuer.subject_key_id, certificate.authority_key_id)
    return issuer != certificate and (None in ids or ids[0] == ids[1])


def standing_of(
    chain: ChainVerdict,
    pool: CertificatePool,
    trust: TrustList,
    as_of: datetime,
    keys: Iterable[KeyMaterial] = (),
    issuers: Issuers | None = None,
    places: Callable[[Certificate], tuple[Place, ...]] | None = None,
) -> Standing:
    """The steps of a verdict on a chain, the client certificate's own dates judged too.

    ``keys`` are the private keys at hand, of which one may lie beside it and be another's;
    ``issuers`` tell of an issuer that is missing. ``places`` are those of `places_in`, where many
    chains share them.
    """
    strange = tuple(key for key in keys if key.beside == chain.leaf)
    placed = places or partial(places_in, pool)
    steps = tuple(_Steps(chain, pool, placed, trust, as_of, strange, issuers).all())
    reasons = tuple(f"{_short(step)} {fault}" for step in steps for fault in step.faults)
    if not reasons:
        return Standing("works", (), chain.holds_until, steps)
    certainly = any(step.faults and step.certain for step in steps)
    return Standing("fails" if certainly else "uncertain", reasons, None, steps)


def places_in(pool: CertificatePool, certificate: Certificate) -> tuple[Place, ...]:
    """Where a certificate was found."""
    return tuple(
        Place(str(found.file), found.region.start_line if found.region else None)
        for found in dict.fromkeys(pool.locations(certificate))
    )


def _short(step: Step) -> str:
    if step.role == "client":
        return "the certificate itself:"
    kind = {"root": "the root", "missing": "the certificate of"}.get(step.role, "the intermediate")
    return f"{kind} {step.subject}" + ("" if step.role == "missing" else ":")


class _Objection(msgspec.Struct, frozen=True):
    """A clause against a step; ``certain`` is False when whether it holds is not known."""

    text: str
    certain: bool = True


def _objection(fault: Fault) -> _Objection:
    return _Objection(fault.detail, certain=fault.kind is not FaultKind.ALGORITHM)


def _with(step: Step, said: Iterable[_Objection]) -> Step:
    clauses = tuple(said)
    return msgspec.structs.replace(
        step,
        faults=tuple(clause.text for clause in clauses),
        certain=not clauses or any(clause.certain for clause in clauses),
    )


class _Steps:
    """Makes the steps of one chain."""

    def __init__(
        self,
        chain: ChainVerdict,
        pool: CertificatePool,
        places: Callable[[Certificate], tuple[Place, ...]],
        trust: TrustList,
        as_of: datetime,
        strange: Sequence[KeyMaterial],
        issuers: Issuers | None,
    ) -> None:
        self._strange = strange
        self._chain = chain
        self._pool = pool
        self._places = places
        self._trust = trust
        self._as_of = as_of
        self._issuers = issuers

    def all(self) -> Iterator[Step]:
        leaf, links = self._chain.leaf, self._chain.links
        first = links[0] if links else None
        root = first.root if first is not None and first.issuer == leaf else None
        known_as = self._known_as(root) if root is not None else ""
        yield self._certificate(leaf, "client", self._said_of_client(), known_as)
        for link in links:
            if link.root is not None and link.issuer != leaf:
                yield self._root(link, link.root)
            elif link.issuer is None:
                yield self._missing(link)
            elif link.issuer != leaf:
                yield self._intermediate(link.issuer)

    def _intermediate(self, certificate: Certificate) -> Step:
        """An intermediate; where the chain begins in a keystore's key entry, one of that entry."""
        said = list(self._said_of(certificate))
        entries = self._pool.entries(self._chain.leaf)
        if entries and all(certificate not in entry.presented for entry in entries):
            elsewhere = (
                f"it is not in the key entry {entries[0].alias}: the sender would not send it"
            )
            said.append(_Objection(elsewhere, certain=False))
        return self._certificate(certificate, "intermediate", said)

    def _said_of_client(self) -> Iterator[_Objection]:
        leaf = self._chain.leaf
        if self._as_of > leaf.not_after:
            yield _Objection(f"it expired on {dated(leaf.not_after, self._as_of)}")
        elif self._as_of < leaf.not_before:
            yield _Objection(f"it is not valid before {dated(leaf.not_before, self._as_of)}")
        yield from self._said_of(leaf)
        yield from self._said_of_entry()
        for key in self._strange:
            yield _Objection(not_its_key(key), certain=False)
        if leaf.is_known_by_facts:
            yield _Objection("its names and dates are all that is told of it", certain=False)
        if self._chain.outcome is Outcome.SELF_SIGNED:
            yield _Objection("it is its own issuer, and not on the list of roots")

    def _said_of_entry(self) -> Iterator[_Objection]:
        """What the key entry of the client certificate presents, too, and is of no use."""
        used = self._chain.certificates
        for entry in self._pool.entries(self._chain.leaf):
            for certificate in expired_without_need(entry, used, self._as_of):
                yield _Objection(_needless(certificate, self._as_of), certain=False)

    def _said_of(self, certificate: Certificate) -> Iterator[_Objection]:
        yield from (
            _objection(fault) for fault in self._chain.faults if fault.certificate == certificate
        )
        yield from self._said_of_usage(certificate)

    def _said_of_usage(self, certificate: Certificate | None) -> Iterator[_Objection]:
        if certificate in self._chain.without_client_auth:
            yield _Objection("its extended key usage lacks Client Authentication")

    def _certificate(
        self, certificate: Certificate, role: str, said: Iterable[_Objection], known_as: str = ""
    ) -> Step:
        usages = certificate.extended_key_usage
        step = Step(
            role=role,
            subject=certificate.subject.readable or "(no subject)",
            sha256=certificate.sha256,
            not_before=certificate.not_before,
            not_after=certificate.not_after,
            days_left=days_until(certificate.not_after, self._as_of),
            key=certificate.key,
            usages=None if usages is None else tuple(map(usage_name, usages)),
            places=self._places(certificate),
            known_as=known_as,
            note=NO_SUBJECT if role == "client" and not certificate.subject.rdns else "",
        )
        return _with(step, said)

    def _root(self, link: Link, root: Root) -> Step:
        said = [_objection(fault) for fault in link.faults if fault.certificate != link.certificate]
        said.extend(self._said_of_usage(root.certificate))
        if self._chain.outcome in (Outcome.UNCERTAIN, Outcome.UNSUPPORTED):
            against = _against(root, self._trust.standing(root))
            said.append(_Objection(against, certain=self._chain.outcome is Outcome.UNSUPPORTED))
        if link.issuer is None:
            return self._known_root(root, said)
        return self._certificate(link.issuer, "root", said, self._known_as(root))

    def _known_root(self, root: Root, said: Iterable[_Objection]) -> Step:
        end = root.not_after
        step = Step(
            role="root",
            subject=root.subject_text,
            sha256=root.sha256,
            not_before=root.not_before,
            not_after=end,
            days_left=None if end is None else days_until(end, self._as_of),
            key=root.key,
            known_as=self._known_as(root),
        )
        return _with(step, said)

    def _known_as(self, root: Root) -> str:
        """What the list in force or its history says of a root, in a phrase; nothing of others."""
        if root.added_in is None:
            unlisted = self._trust.standing(root) is RootStanding.NOT_LISTED
            return "" if unlisted and root.certificate is not None else root.origin
        text = f"{root.origin}, since {root.added_in} ({root.added_on})"
        if root.removed_in is not None:
            text += f", removed in {root.removed_in} ({root.removed_on})"
        return text

    def _missing(self, link: Link) -> Step:
        name_known = self._chain.issuer_name_known
        faults = ["is missing" + (": the one of that name has another key" if name_known else "")]
        known_as = ""
        if self._issuers is not None:
            from iflint.rule.about import known_issuer

            below = link.certificate
            issuer = self._issuers.verdict(below.issuer, key_id=below.authority_key_id)
            known_as = known_issuer(issuer, self._trust) if issuer is not None else ""
            if issuer is not None and issuer.told is Told.UNSUPPORTED:
                how = "" if issuer.confirmed else " (inferred from its name)"
                faults.append(f"leads to no supported root{how}")
        return Step(
            role="missing",
            subject=link.certificate.issuer.readable or "(no name)",
            known_as=known_as,
            faults=tuple(faults),
            sources=self._chain.ca_issuers,
        )


def _needless(certificate: Certificate, clock: datetime) -> str:
    """That an expired certificate is presented beside a chain that does without, in a clause."""
    return (
        f"{certificate.subject.readable} is presented with it, which expired on "
        f"{dated(certificate.not_after, clock)}: remove it, since most servers find the other "
        "chain, but whether SAP's does is not known"
    )


def not_its_key(key: KeyMaterial) -> str:
    """That the key beside a certificate is a stranger's, in a clause."""
    whose = f", but that of {key.owner.subject.readable}" if key.owner else ""
    return f"the private key in {key.location.file} is not that of this certificate{whose}"


def _against(root: Root, standing: RootStanding) -> str:
    """What the list in force has against a root that is not wholly on it, in a clause."""
    if standing is RootStanding.ONE_LIST:
        return "it is on only one of the two lists for Neo"
    if standing is RootStanding.REMOVED:
        return f"it was removed from the list in release {root.removed_in} ({root.removed_on})"
    if standing is RootStanding.NOT_YET:
        return f"it comes to the list only in release {root.added_in} ({root.added_on})"
    if standing is RootStanding.NOT_REQUIRED:
        return "it is on the list, but not among the roots that BTP itself uses"
    return "it is not supported"


def verdict_line(standing: Standing, chains: JudgedChains) -> str:
    """The verdict on a chain in one sentence, with the list that it relies on."""
    against = f"List: {chains.trust}, platform {chains.platform}; clock: {day(chains.as_of)}."
    if standing.verdict == "works":
        assert standing.holds_until is not None
        return f"works until {dated(standing.holds_until, chains.as_of)}. {against}"
    return f"{standing.verdict}: {'; '.join(standing.reasons)}. {against}"
