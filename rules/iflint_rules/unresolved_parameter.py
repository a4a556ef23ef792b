"""IFL003: an authorization or a DN names a parameter that has no value."""

from collections.abc import Iterable

from iflint.rule import (
    AuthorizationKind,
    ChannelCase,
    Finding,
    Related,
    Rule,
    Severity,
    Topic,
    guide,
)


class UnresolvedParameter(Rule):
    """An authorization or a DN is an externalized parameter that has no value.

    ## What it does

    Reports each `{{parameter}}` in the authorization or in a row of a sender
    channel that neither the bundle's `parameters.prop` nor a file given with `--parameters`
    defines, and each one in an authorization whose value is empty. (An empty DN is
    `empty-certificate-entry`.) The channel is not judged further: nobody can tell whether its
    callers need a certificate at all.

    When the bundle's `parameters.prop` itself can't be read, or not all of it, that is said by
    `unreadable-artifact` alone.

    For adapters that iflint doesn't know, this is said only where they have certificate
    rows.

    ## Why it fails at runtime

    A parameter without a value is configured at deployment, or forgotten then. What is not in
    the repository can't be reviewed, and a channel deployed with an empty authorization or DN
    refuses its callers.

    ## How to fix it

    Give the value: in `parameters.prop`, or in a file of the environment's values with
    `--parameters FILE` (a properties file, or JSON with `ParameterKey` and `ParameterValue`), or
    for each environment in the configuration (`[environments.NAME]`).
    Names are compared to the letter, blanks included.

    ## Source

    SAP documentation, externalization of parameters (45b2a07, c433ce2).
    """

    code = "IFL003"
    name = "unresolved-parameter"
    outcome = ("parameter has no value", "parameters have no value")
    severity = Severity.ERROR
    about = Topic.UNKNOWN

    def check_channel(self, case: ChannelCase) -> Iterable[Finding]:
        """Say which parameters are missing."""
        kind = case.channel.authorization.kind
        setting = kind is AuthorizationKind.UNRESOLVED
        what = "Authorization" if setting else "list of rows"
        for value, use in case.verdict.undefined:
            related: tuple[Related, ...] = ()
            if use.value is None and not case.iflow.parameters_complete:
                continue
            if use.value is None:
                state = "is not defined"
            else:
                state = "is empty"
                if use.definition is not None:
                    related = (Related(use.definition.locate(), "defined here, as empty"),)
            yield self.finding(
                case,
                f"This channel's {what} needs the parameter {{{{{use.name}}}}}, which {state}.",
                remedy=f"Give {{{{{use.name}}}}} a value in parameters.prop. If each environment "
                f"has its own, name their files in iflint.toml ({guide('environments')}), or "
                "pass one with --parameters FILE.",
                location=value.origin.locate(use.start, use.end),
                related=related,
                key=use.name,
            )
