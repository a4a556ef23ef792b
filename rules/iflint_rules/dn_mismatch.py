"""IFL301: a pair is not the one of the certificate that is evidently meant."""

from collections.abc import Iterable

from iflint.rule import (
    Answer,
    DnComparison,
    EntryCase,
    EntryVerdict,
    Finding,
    Location,
    NearMiss,
    OddCharacter,
    Reading,
    Related,
    Rule,
    Severity,
    Topic,
    file_name,
    listed,
    to_enter,
    where_text_stands,
)

_FORM = {
    "order": "the {role} has the same attributes in another order",
    "reversed": "the {role} has the same attributes in reversed order (as OpenSSL prints them)",
    "grouping": "the {role} has the same attributes, but joins others of them by `+`",
    "case": "the {role} differs in letter case or blanks, which count here (inferred)",
    "characters": "the {role} looks the same, but {odd}",
    "escapes": "quotation marks or escapes have become part of a value of the {role}",
    "encoding": "letters of the {role} were lost, or changed by a wrong encoding",
}
"""Kinds in which nothing but the form differs, in words."""
_KINDS = _FORM | {
    "attribute": "the {role} has other attributes",
    "value": "the {role} has another value",
    "exchanged": "Subject DN and Issuer DN are exchanged",
    "issuer": "the Issuer DN is another one",
    "renewal": "the Issuer DN is another one of the same CA, as after a renewal",
    "above": "the Issuer DN is not its issuer, but a CA further up its chain",
    "twice": "the Issuer DN repeats the Subject DN",
    "other": "the Issuer DN is that of another certificate at hand, {file}",
}
_MOST_NAMED = 3
"""Odd characters that the message names. Ours: so that it stays a sentence."""


class DnMismatch(Rule):
    """No certificate has the pair of a row, but one is evidently meant.

    ## What it does

    Looks for a certificate that was meant when no certificate at hand has the row's pair:
    one with the same subject and another issuer, one with the same common name or one that looks
    the same, or one whose subject and issuer stand in each other's place. It shows both DNs one
    above the other with the differing parts marked, and names the kind of the difference:

    - `order`, `reversed`: the same attributes in another order; OpenSSL prints them from the
      country to the common name;
    - `grouping`: the same attributes, but another one of them is joined by `+`;
    - `case`: letter case or blanks differ where they count (*inferred*: a blank that is missing
      counts everywhere, letter case in all but CN, C, L, ST, O, OU, STREET, UID and DC);
    - `characters`: it looks the same, but a letter is from another script (Cyrillic `а` for `a`),
      a dash or quotation mark is another one, or a character can't be seen (zero-width space,
      soft hyphen, no-break space). The finding stands at the character and names it;
    - `escapes`: quotation marks, backslashes or the escapes of another format are part of a value;
    - `encoding`: letters outside ASCII were read in the wrong encoding (`Ã¼` for `ü`) or lost;
    - `attribute`: an attribute too many, too few, or another one;
    - `value`: the same attributes, another value;
    - `exchanged`: the Subject DN and the Issuer DN, each in the other one's place;
    - of the issuer: `renewal`, another intermediate of the same authority, as after a renewal;
      `above`, an authority further up the chain, such as the root; `twice`, the subject once more;
      `other`, the issuer of another certificate at hand; `issuer`, another one altogether.

    A text that is no DN is `malformed-dn`'s; it names the certificate, too, if it can.

    Where another row of the channel has the certificate's pair already, nothing fails, and the
    finding is a warning: the row is of no use.

    Differences that the runtime ignores (*inferred*) are none: letter case and runs of blanks
    in the usual attributes, `S` for `ST`, quotes for a backslash, `;` for a comma.

    ## Why it fails at runtime

    The tenant compares subject and issuer of the caller's certificate with the pairs of the
    channel. If no pair is equal, the caller gets HTTP 403, and the trace says `Unauthorized.
    Subject and issuer (subject: cn=…; issuer: cn=…) of the provided certificate is not
    contained in the accepted subjectAndIssuers list of the integration flow.`

    ## How to fix it

    Copy the DNs in the form that the finding shows: it is read back as the certificate's own
    (*inferred*), whatever its string types. `iflint fix` does it in unpacked flows where nothing
    but the form differs. After a renewal with
    another issuer, or with attributes that the CA drops (OU, L, ST), add the new pair beside the
    old one, redeploy, switch the sender, then remove the old pair.

    ## Source

    SAP documentation (7f84d16, 2d3cae7); SAP KBA 3538749. That DNs are compared as Java's
    `X500Principal` does is *inferred*.
    """

    code = "IFL301"
    name = "dn-mismatch"
    outcome = ("pair is not its certificate's", "pairs are not their certificates'")
    severity = Severity.ERROR
    about = Topic.PAIR
    answer = Answer.MEANT

    def check_entry(self, case: EntryCase) -> Iterable[Finding]:
        """Say which DN differs and how."""
        near, differing = case.verdict.near_miss, case.verdict.differing
        if near is None or not differing:
            return
        readings = {"subject": case.verdict.subject, "issuer": case.verdict.issuer}
        location, related = _where(differing[0], readings[differing[0].role])
        certificate = [Related(place, "the certificate") for place in near.locations[:1]]
        alike = [Related(place, "has this issuer") for place in near.issued_alike[:1]]
        clauses = listed(list(dict.fromkeys(_clause(c, near) for c in differing)))
        yield self.finding(
            case,
            f"This row does not accept the certificate that is evidently meant: {clauses}."
            f"{_held(near)}",
            remedy=_remedy(case.verdict, readings, near),
            severity=Severity.WARNING if near.held_by else None,
            location=location,
            related=(*related, *alike, *certificate),
            certificate=(near.certificate, near.locations),
            comparisons=near.comparisons,
            fixable=near.fixable,
        )


def _clause(comparison: DnComparison, near: NearMiss) -> str:
    file = file_name(near.issued_alike[0]) if near.issued_alike else ""
    odd = _named(comparison.odd)
    return _KINDS[comparison.kind].format(role=_LABELS[comparison.role], odd=odd, file=file)


def _held(near: NearMiss) -> str:
    """That the channel accepts the certificate by another entry, so that nothing fails."""
    if near.held_by is None:
        return ""
    return f" Row {near.held_by.ordinal} accepts it, so this one is of no use."


def _named(odd: tuple[OddCharacter, ...]) -> str:
    """What the odd characters are: those of the channel, else those of the certificate."""
    ours = [character for character in odd if character.start >= 0]
    names = list(dict.fromkeys(map(_described, ours or odd)))
    if not names:
        return "has characters of another form"
    more = [f"{len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
    return f"{'has' if ours else 'the certificate has'} {listed([*names[:_MOST_NAMED], *more])}"


def _described(odd: OddCharacter) -> str:
    if not odd.like:
        return f"{odd.name}, which can't be seen"
    return f"{odd.name} for {'a blank' if odd.like == ' ' else f'“{odd.like}”'}"


def _where(comparison: DnComparison, reading: Reading) -> tuple[Location, tuple[Related, ...]]:
    """The place to edit: the characters that nobody would find, else the whole DN."""
    location, related = where_text_stands(reading.value)
    ours = [character for character in comparison.odd if character.start >= 0]
    if not ours:
        return location, related
    first, *others = (reading.value.locate(odd.start, odd.end) for odd in ours)
    names = (odd.name for odd in ours[1:])
    marks = tuple(Related(place, name) for place, name in zip(others, names, strict=True))
    return first, (*related, *marks)


def _remedy(verdict: EntryVerdict, readings: dict[str, Reading], near: NearMiss) -> str:
    if near.held_by is not None:
        return "Remove this row and redeploy."
    if verdict.has_other_attributes:
        row = " and ".join(
            f"{_LABELS[c.role]} {to_enter(c.certificate, readings[c.role].value)}"
            for c in near.comparisons
        )
        return (
            "This may be a renewed certificate. If the sender still uses the old one, add another "
            f"row beside this one, else change this row: {row}"
        )
    if verdict.has_another_issuer:
        row = " and ".join(f"{_LABELS[c.role]} {c.certificate}" for c in near.comparisons)
        return f"If the sender changed to this certificate, add a row for it: {row}"
    texts = [
        f"{_LABELS[c.role]} {to_enter(c.certificate, readings[c.role].value)}"
        for c in verdict.differing
    ]
    return f"Enter the certificate's own {' and '.join(texts)}"


_LABELS = {"subject": "Subject DN", "issuer": "Issuer DN"}
"""What SAP's editor calls the two cells of a row."""
