"""What a configuration file alone can hold: its own setting, and the tables beside the run's."""

from __future__ import annotations

from typing import Any

import msgspec

from iflint.configuration.settings import SETTINGS
from iflint.options import (
    Environment,
    ServiceKeySettings,
    Setting,
    Suppression,
    UserSettings,
    settings_of,
)
from iflint.values import EXISTING_FILE, Scope, text_of
from iflint.words.visible import shown


def _policy(value: Any, scope: Scope) -> str:
    """A configuration file on disk: nothing is fetched."""
    if "://" in text_of(value, _POLICY):
        raise ValueError(f"takes {_POLICY}, not an address; got {shown(value, 200)}")
    return EXISTING_FILE.take(value, scope)


_POLICY = "a configuration file"
EXTENDS = Setting(
    msgspec.structs.replace(EXISTING_FILE, take=_policy, words=_POLICY),
    "Configuration files whose settings count where this one says nothing.",
    name="extends",
    many=True,
)
"""What a configuration file alone can say."""

_OF_ENVIRONMENTS = SETTINGS | settings_of(Environment)
ENVIRONMENT_SETTINGS = {
    name: _OF_ENVIRONMENTS[name]
    for name in (field.replace("_", "-") for field in Environment.__struct_fields__)
    if name in _OF_ENVIRONMENTS
}
"""What an environment, ``[environments.NAME]``, can have of its own."""

SUPPRESSION_SETTINGS = settings_of(Suppression)
"""What a suppression, ``[[suppressions]]``, is made of."""

SERVICE_KEY_SETTINGS = settings_of(ServiceKeySettings)
"""What ``[[service-keys]]`` can say."""

USER_SETTINGS = settings_of(UserSettings)
"""What ``[[users]]`` can say."""
