"""How callers of a sender channel are authorized: the adapter's own key decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iflint.iflow.adapters import (
    CERTIFICATE_TABLE,
    SENDER_AUTH_TYPE,
    SETTINGS,
    AuthorizationSetting,
    authenticates_outward,
    known_setting,
)
from iflint.iflow.channels import BASIC_AUTHENTICATION
from iflint.iflow.model import Authorization, AuthorizationKind, Value
from iflint.iflow.parameters import references

if TYPE_CHECKING:
    from iflint.iflow.channels import StoredChannel
    from iflint.iflow.parameters import Parameters

_BASIC = AuthorizationSetting(BASIC_AUTHENTICATION, "false", ("true",))
_CERTIFICATE = AuthorizationKind.CLIENT_CERTIFICATE
_UNKNOWN = AuthorizationKind.UNKNOWN


def in_old_format(channel: StoredChannel, *, has_rows: bool) -> bool:
    """Whether the numbered pairs of the sender participant are the channel's entries."""
    if has_rows or not channel.participant.pairs or authenticates_outward(channel.adapter):
        return False
    known = known_setting(channel.adapter) or SENDER_AUTH_TYPE
    return not {SENDER_AUTH_TYPE.key, known.key} & channel.properties.keys()


def authorization(
    channel: StoredChannel, parameters: Parameters, *, has_rows: bool
) -> Authorization:
    """What decides who may call, with one set of parameter values.

    ``has_rows`` says whether the channel's own table holds pairs.
    """
    if authenticates_outward(channel.adapter):
        return Authorization(AuthorizationKind.NONE)
    known = known_setting(channel.adapter)
    if in_old_format(channel, has_rows=has_rows):
        return _old_format(channel, parameters, known_adapter=known is not None)
    found = [
        _by_key(channel, setting, parameters, known_adapter=known is not None)
        for setting in _settings(known, channel)
        if setting.key in channel.properties
    ]
    if known and found:
        return found[0]
    for decided in sorted(found, key=lambda each: each.kind is not _CERTIFICATE):
        if decided.kind is _CERTIFICATE or (has_rows and decided.kind is not _UNKNOWN):
            return decided
    if not has_rows:
        return Authorization(AuthorizationKind.NONE, known_adapter=known is not None)
    unknown = found[0] if found else Authorization(_UNKNOWN, known_adapter=known is not None)
    return Authorization(
        _CERTIFICATE,
        unknown.key,
        unknown.value,
        known_adapter=unknown.known_adapter,
        inferred=True,
        documented=unknown.documented,
    )


def is_checked(authorization: Authorization, *, has_entries: bool) -> bool:
    """Whether the channel's pairs are judged, or what decides can't be told."""
    if authorization.kind in (_UNKNOWN, AuthorizationKind.UNRESOLVED):
        return authorization.known_adapter or has_entries
    return authorization.kind is _CERTIFICATE


def concerns_anybody(channel: StoredChannel) -> bool:
    """Whether a channel has any setting about certificates or roles.

    `iflint.iflow.prescan` looks for no other in a file that is not parsed.
    """
    keys = (CERTIFICATE_TABLE, *(setting.key for setting in SETTINGS))
    return bool(channel.participant.pairs) or any(key in channel.properties for key in keys)


def may_be_judged(channel: StoredChannel) -> bool:
    """Whether some set of parameter values could make the channel one whose pairs are judged."""
    if authenticates_outward(channel.adapter):
        return False
    found = [
        setting
        for setting in _settings(known_setting(channel.adapter), channel)
        if setting.key in channel.properties
    ]
    if found:
        return not all(_is_other(channel.properties[each.key].text, each) for each in found)
    return may_list_pairs(channel)


def may_list_pairs(channel: StoredChannel) -> bool:
    """Whether a channel lists pairs, or does so with some set of parameter values."""
    table = channel.properties.get(CERTIFICATE_TABLE)
    defined_elsewhere = table is not None and bool(references(table.text))
    return bool(channel.participant.pairs or channel.rows.rows or defined_elsewhere)


def _settings(
    known: AuthorizationSetting | None, channel: StoredChannel
) -> tuple[AuthorizationSetting, ...]:
    """The settings that may decide.

    ``authentication`` of an unknown adapter without a table is how it authenticates itself.
    """
    if known is not None:
        return (known,)
    return SETTINGS if CERTIFICATE_TABLE in channel.properties else (SENDER_AUTH_TYPE,)


def _old_format(
    channel: StoredChannel, parameters: Parameters, *, known_adapter: bool
) -> Authorization:
    """By ``enableBasicAuthentication`` (*inferred*): only ``true`` means something else."""
    stored = channel.participant.basic_authentication
    if stored is None:
        return Authorization(_CERTIFICATE, known_adapter=known_adapter, inferred=True)
    value = parameters.value(stored.text, stored.origin)
    kind, _ = _kind(value, _BASIC)
    return Authorization(
        _CERTIFICATE if kind is _UNKNOWN else kind,
        BASIC_AUTHENTICATION,
        value,
        known_adapter=known_adapter,
        inferred=True,
        documented=_BASIC.documented,
    )


def _by_key(
    channel: StoredChannel,
    setting: AuthorizationSetting,
    parameters: Parameters,
    *,
    known_adapter: bool,
) -> Authorization:
    stored = channel.properties[setting.key]
    value = parameters.value(stored.text, stored.origin)
    kind, exact = _kind(value, setting)
    return Authorization(
        kind,
        setting.key,
        value,
        known_adapter=known_adapter,
        exact=exact,
        documented=setting.documented,
    )


def _kind(value: Value, setting: AuthorizationSetting) -> tuple[AuthorizationKind, bool]:
    """What a value means, and whether it is spelled as documented."""
    text = value.text
    if text is None or (value.parameters and not text.strip()):
        return AuthorizationKind.UNRESOLVED, True
    if _is(text, setting.client_certificate):
        return _CERTIFICATE, text == setting.client_certificate
    if _is_other(text, setting):
        return AuthorizationKind.USER_ROLE, text in setting.others
    return _UNKNOWN, True


def _is(text: str, documented: str) -> bool:
    return text.strip().casefold() == documented.casefold()


def _is_other(text: str, setting: AuthorizationSetting) -> bool:
    return any(_is(text, other) for other in setting.others)
