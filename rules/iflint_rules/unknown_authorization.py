"""IFL004: an authorization has a value that nobody documents."""

from collections.abc import Iterable

from iflint.rule import (
    AuthorizationKind,
    ChannelCase,
    Finding,
    Rule,
    Severity,
    Topic,
    listed,
    where_text_stands,
)


class UnknownAuthorization(Rule):
    """The authorization of a sender channel has a value that nobody documents.

    ## What it does

    The adapters HTTPS, SOAP, IDOC, XI, AS2, AS4 and ODataSender have an authorization setting
    with few documented values. This rule reports any other value. It says nothing of other
    adapters, whose values are their own.

    A value that differs from the documented one in letter case or in blanks around it only is
    reported too, and the channel is then judged as if it were spelled right.

    ## Why it matters

    iflint can't tell whether such a channel looks at its rows, so it could not
    check them. What the runtime does with the value is not documented.

    ## How to fix it

    Write one of the documented values. A parameter's value keeps the blanks at its end: look
    there, too.

    ## Source

    SAP documentation of the sender adapters, and exports of published integration content.
    """

    code = "IFL004"
    name = "unknown-authorization"
    outcome = ("authorization is not a documented one", "authorizations are not documented ones")
    severity = Severity.WARNING
    about = Topic.UNKNOWN

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say which value it is, and which ones are documented."""
        authorization = case.channel.authorization
        value = authorization.value
        if value is None or not authorization.known_adapter:
            return
        if authorization.kind is not AuthorizationKind.UNKNOWN and authorization.exact:
            return
        text = value.text or ""
        documented = listed(authorization.documented, "or")
        location, related = where_text_stands(value)
        consequence = (
            "its rows were not checked"
            if authorization.kind is AuthorizationKind.UNKNOWN
            else "it was read as the documented value"
        )
        yield self.finding(
            case,
            f"This channel's Authorization ({authorization.key}) is {text!r}, which nobody "
            f"documents, so {consequence}."
            if text
            else f"This channel's Authorization ({authorization.key}) is empty, so its rows were "
            "not checked.",
            remedy=f"Choose the Authorization again: {authorization.key} must be {documented}.",
            location=location,
            related=related,
        )
