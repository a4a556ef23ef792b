"""Which keys have the roles of a service instance whose parameters lie in their folder."""

from __future__ import annotations

import json

import pytest

import iflint
from caller_files import BINDING, INSTANCE, key
from exports import write_tree
from iflint.values import parse_as_of

ROLES = ("ESBMessaging.send", "Partner")
PARAMETERS = json.dumps({"roles": list(ROLES), "grant-types": ["client_credentials"]})
OF_ANOTHER = BINDING.replace("serviceInstanceName: runtime", "serviceInstanceName: another")
NAMED = json.dumps({"instance_name": "another", "credentials": key()})


@pytest.mark.parametrize(
    ("files", "roles"),
    [
        ({"key.json": json.dumps(key()), "instance.json": PARAMETERS}, ROLES),
        ({"key.json": json.dumps(key()), "instance.yaml": INSTANCE}, ROLES),
        ({"key.json": NAMED, "instance.json": PARAMETERS}, ROLES),
        ({"binding.yaml": BINDING, "instance.yaml": INSTANCE}, ROLES),
        ({"binding.yaml": OF_ANOTHER, "instance.yaml": INSTANCE}, None),
        ({"key.json": NAMED, "instance.yaml": INSTANCE}, None),
        ({"key.json": json.dumps(key()), "a.json": PARAMETERS, "b.json": PARAMETERS}, None),
        ({"key.json": json.dumps(key()), "elsewhere/instance.json": PARAMETERS}, None),
    ],
)
def test_of_the_folder(tmp_path, files, roles) -> None:
    write_tree(tmp_path, {name: text.encode() for name, text in files.items()})
    (caller,) = iflint.check(str(tmp_path), as_of=parse_as_of("2026-11-24")).callers
    assert caller.roles == roles
