"""What several rules say of the same things: where a text stands, what a finding is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iflint.judging.verdicts import Told
from iflint.options import NARROWING
from iflint.pki.roots.trust import RootStanding, version
from iflint.places.location import file_name
from iflint.report.findings import Related
from iflint.rule.rule import BindingCase, CallerCase, EntryCase, SettingCase, SuppressionCase
from iflint.rule.words import named
from iflint.words.wording import day, listed

if TYPE_CHECKING:
    from iflint.iflow.model import Value
    from iflint.judging.verdicts import IssuerVerdict, JoinedCertificate, Successor
    from iflint.options import ServiceKeySettings, Suppression, UserSettings
    from iflint.pki.roots.trust import Root, TrustList
    from iflint.places.location import Location


def to_enter(text: str, value: Value) -> str:
    """A text to enter for ``value``, as it is written in the file that holds the value.

    Properties files and JSON, which define parameters, read two backslashes as one, and so does
    YAML, but not between single quotation marks.
    """
    definition = value.definition
    if definition is None or "\\" not in text:
        return text
    if definition.file.path.lower().endswith((".yaml", ".yml")):
        quoted = text.replace("'", "''")
        return f"'{quoted}' (with these quotation marks in {file_name(definition)})"
    doubled = text.replace("\\", "\\\\")
    return f"{doubled} (with each backslash doubled, as {file_name(definition)} needs it)"


def where_text_stands(value: Value) -> tuple[Location, tuple[Related, ...]]:
    """The place to edit, and the places that lead there.

    A text that is one whole parameter is edited in the file that defines the parameter; the
    place in the flow then is the related one.
    """
    definition = value.definition
    if definition is None:
        return value.location, ()
    name = value.parameters[0].name
    return definition, (Related(value.location, f"used here as {{{{{name}}}}}"),)


def where_it_comes_from(value: Value) -> tuple[Related, ...]:
    """Where a Subject DN is defined that is one whole parameter; nothing of any other."""
    place = value.definition
    return () if place is None else (Related(place, "the Subject DN comes from here"),)


def to_renew(case: BindingCase) -> str:
    """What to do about a certificate that ends; it names the usable successor that is at hand."""
    later = case.verdict.successor
    if later is None:
        return case.words.renewal
    file = later.locations[0].file
    name = file.members[-1] if file.members else file.path
    first = later.certificate.not_before
    begins = f", valid from {day(first)}" if first > case.context.as_of else ""
    at_hand = f"The renewed certificate is at hand ({name}{begins})"
    if later.accepted_by is not None:
        accepted = f"{at_hand}, and {named(later.accepted_by)} accepts it"
        return f"{accepted}. Let the sender switch, then {case.words.removal}."
    if later.meant_by is not None:
        meant = f"{named(later.meant_by)} is meant to accept it, but does not yet"
        correct = f"Correct that row and redeploy, let the sender switch, then {case.words.removal}"
        return f"{at_hand}; {meant}. {correct}."
    return f"{at_hand}. {case.words.renewal_at_hand.replace('{file}', name)}"


def about_certificate(case: BindingCase, match: JoinedCertificate) -> dict[str, Any]:
    """The location, the related ones and the certificate of a finding about ``match``.

    Keyword arguments for `Rule.finding`. Of a service key or a mapping it is the certificate's own
    text in the file that holds it, or where it is told.
    """
    if isinstance(case, CallerCase):
        return {
            "location": case.verdict.caller.location,
            "related": tuple(
                Related(place, "the same one")
                for place in case.verdict.caller.places
                if place != case.verdict.caller.location
            ),
            "certificate": (match.certificate, match.locations),
        }
    found = tuple(Related(location, "the certificate") for location in match.locations[:1])
    value = case.verdict.subject.value
    return {
        "location": value.location,
        "related": (*found, *where_it_comes_from(value)),
        "certificate": (match.certificate, match.locations),
    }


def about_renewal(
    case: BindingCase, match: JoinedCertificate, successor: Successor
) -> dict[str, Any]:
    """As `about_certificate`, with the place of the renewed certificate beside the others."""
    about = about_certificate(case, match)
    place = successor.locations[:1]
    about["related"] += tuple(Related(each, "the renewed certificate") for each in place)
    about["renewed"] = successor.certificate, successor.locations
    return about


def about_issuer(case: BindingCase) -> dict[str, Any]:
    """The location, the related ones and the key of a finding about an issuer known by name.

    Keyword arguments for `Rule.finding`. What only names tell is another finding than what the
    certificate tells: who lives with the one has not seen the other.
    """
    best, by_names = case.verdict.best, case.verdict.is_known_by_names
    told = {"by_names": by_names, "key": "by name" if by_names else ""}
    if best is not None:
        return about_certificate(case, best) | told
    assert isinstance(case, EntryCase)
    location, related = where_text_stands(case.verdict.issuer.value)
    return {"location": location, "related": related, **told}


def known_issuer(issuer: IssuerVerdict, trust: TrustList) -> str:
    """What an issuer is, how that is known, and its way to a root: a phrase, then sentences."""
    how = "known by name and key" if issuer.confirmed else "by its name alone (inferred)"
    what = "a public CA"
    if issuer.is_root:
        unsupported = issuer.told is Told.UNSUPPORTED
        what = "a root that is not supported" if unsupported else "a supported root"
    usage = "" if issuer.for_clients else " Its extended key usage lacks Client Authentication."
    return f"{what}{', ' if issuer.confirmed else ' '}{how}.{way_to_root(issuer, trust)}{usage}"


def surely_unsupported(case: BindingCase) -> bool:
    """Whether the chain surely leads to no root of the list, though a certificate is missing.

    It is not certain of roots on one of Neo's two lists, nor of what may serve for tokens alone.
    """
    issuer = case.verdict.missing_issuer
    return (
        issuer is not None
        and issuer.confirmed
        and issuer.told is Told.UNSUPPORTED
        and issuer.standing is not RootStanding.ONE_LIST
        and not other_list_for_tokens(case)
    )


def way_to_root(issuer: IssuerVerdict, trust: TrustList) -> str:
    """To which root an issuer leads, and what the list says of that one: see `root_history`."""
    root = issuer.root
    if root is None:
        return " No chain from it to a root is valid any more."
    if issuer.is_root:
        return root_history(root, trust)
    lead = f" It leads to the root {root.subject_text}"
    if issuer.ended_on is not None:
        return f"{lead}, but that chain ended on {issuer.ended_on}."
    if issuer.told is not Told.UNSUPPORTED:
        return f"{lead}, which is supported."
    if issuer.standing is RootStanding.ONE_LIST:
        return f"{lead}, which is on SAP's list for BTP, but not on Neo's own."
    return f"{lead}, which is not supported.{root_history(root, trust, 'That root')}"


def root_history(root: Root | None, trust: TrustList, whose: str = "It") -> str:
    """What the releases of the list say of a root, in sentences that begin with a blank."""
    if root is None or root.added_in is None:
        return ""
    standing = trust.standing(root)
    came = "comes" if standing is RootStanding.NOT_YET else "came"
    text = f" {whose} {came} with release {root.added_in} of {root.origin} ({root.added_on})"
    if root.removed_in is not None:
        gone = trust.release is not None and version(root.removed_in) <= version(trust.release)
        verb = "was" if gone else "will be"
        text += f" and {verb} removed in release {root.removed_in} ({root.removed_on})"
    text += "."
    if standing is RootStanding.NOT_REQUIRED:
        text += " SAP's whole list has it, but it is not among the roots that BTP itself uses."
    return text


def other_list_for_tokens(case: BindingCase) -> str:
    """What is to be known of a service key whose file does not tell which way its sender takes.

    Empty where that makes no difference to whether its root counts.
    """
    if not isinstance(case, CallerCase) or not case.verdict.may_fetch_tokens:
        return ""
    return (
        " Calls with the certificate itself fail. A sender that only fetches a token with this key "
        "(OAuth) meets another list, XSUAA's, which has a CA of this chain."
    )


def of_suppression(case: SuppressionCase) -> str:
    """What a suppression is for, in the words of the configuration."""
    given = case.use.suppression
    narrowed = [f"{name} {value}" for name in NARROWING if (value := getattr(given, name))]
    return f"{', '.join(given.rule)}{' for ' if narrowed else ''}{listed(narrowed)}"


def about_suppression(case: SuppressionCase) -> dict[str, Any]:
    """The location and the key of a finding about a suppression, arguments for `Rule.finding`."""
    return {"location": _configured_at(case.use.suppression), "key": of_suppression(case)}


def of_setting(case: SettingCase) -> str:
    """What a table about keys or users is for, in the words of the configuration."""
    user, path = getattr(case.table, "name", ""), case.table.path
    return listed([f"user {user}"] * bool(user) + [f"path {path}"] * bool(path))


def about_setting(case: SettingCase) -> dict[str, Any]:
    """The location and the key of a finding about a table, arguments for `Rule.finding`."""
    return {"location": _configured_at(case.table), "key": of_setting(case)}


def _configured_at(table: Suppression | ServiceKeySettings | UserSettings) -> Location:
    """Where a table stands, else the folder that its paths start from."""
    from iflint.places.location import FileLocation, Location

    return table.location or Location(FileLocation(table.folder or "."))
