"""What several rules say of the same things: where a text stands, what a finding is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from iflint.options import NARROWING
from iflint.places.location import file_name
from iflint.report.findings import Related
from iflint.rule.rule import BindingCase, CallerCase, SettingCase, SuppressionCase
from iflint.rule.words import named
from iflint.words.wording import day, listed

if TYPE_CHECKING:
    from iflint.iflow.model import Value
    from iflint.judging.verdicts import JoinedCertificate, Successor
    from iflint.options import ServiceKeySettings, Suppression, UserSettings
    from iflint.places.location import Location


def to_enter(text: str, value: Value) -> str:
    """A text to enter for ``value``, as it is written in the file that holds the value.

    Properties files and JSON, which define parameters, read two backslashes as one.
    """
    definition = value.definition
    if definition is None or "\\" not in text:
        return text
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
        return f"{accepted}: let the sender switch, then {case.words.removal}."
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
    related = [Related(location, "the certificate") for location in match.locations[:1]]
    value = case.verdict.subject.value
    if value.definition is not None:
        related.append(Related(value.definition, "the subject DN comes from here"))
    return {
        "location": value.location,
        "related": tuple(related),
        "certificate": (match.certificate, match.locations),
    }


def about_renewal(
    case: BindingCase, match: JoinedCertificate, successor: Successor
) -> dict[str, Any]:
    """As `about_certificate`, with the place of the renewed certificate beside the others."""
    about = about_certificate(case, match)
    place = successor.locations[:1]
    about["related"] += tuple(Related(each, "the renewed certificate") for each in place)
    return about


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
