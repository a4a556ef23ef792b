"""Tables of the configuration that match nothing are told where a run has looked for it."""

from __future__ import annotations

import json

import pytest

import iflint
from caller_files import PARTNER, base64_of, key, pem
from exports import write_tree
from iflint.engine.patterns import begins_at
from iflint.options import Environment, ServiceKeySettings, UserSettings
from iflint.values import parse_as_of

DUMP = {"d": {"results": [{"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(PARTNER))}]}}


@pytest.fixture(autouse=True)
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_tree(
        tmp_path,
        {
            "keys/prod/partner.json": json.dumps(key()).encode(),
            "dumps/prod.json": json.dumps(DUMP).encode(),
        },
    )


def told(*paths: str, **settings: object) -> list[tuple[str, tuple[str, ...]]]:
    report = iflint.check(*paths, as_of=parse_as_of("2026-11-24"), select=("IFL092",), **settings)
    return [(finding.message, finding.environments) for finding in report.findings]


def of_keys(path: str) -> tuple[ServiceKeySettings, ...]:
    return (ServiceKeySettings(path=path, roles=("A",)),)


def of_user(name: str, path: str = "") -> tuple[UserSettings, ...]:
    return (UserSettings(name=name, roles=("A",), path=path),)


@pytest.mark.parametrize(
    ("paths", "pattern", "is_told"),
    [
        ((".",), "keys/*.json", True),
        ((".",), "keys/prod/*.json", False),
        ((".",), "partner.json", False),
        ((".",), "lost.json", True),
        (("keys",), "keys/*.json", True),
        (("keys",), "lost.json", False),
        (("keys/prod/partner.json",), "keys/*.json", False),
        (("keys/prod/partner.json",), "keys/prod/other.json", False),
        (("dumps",), "keys/*.json", False),
        (("dumps",), "dumps/**/x.json", True),
    ],
)
def test_only_where_a_key_would_have_been_found(paths, pattern, is_told) -> None:
    assert bool(told(*paths, service_keys=of_keys(pattern))) == is_told


def test_paths_of_certificates_are_looked_at() -> None:
    assert told("dumps", certificates=("keys",), service_keys=of_keys("keys/lost/"))
    assert not told("dumps", certificates=("keys",), service_keys=of_keys("keys/prod/"))


@pytest.mark.parametrize(
    ("paths", "user", "path", "is_told"),
    [
        ((".",), "suser1", "", False),
        ((".",), "SUSER2", "", True),
        (("dumps",), "SUSER2", "", False),
        (("dumps",), "SUSER2", "dumps/*.json", True),
        ((".",), "SUSER1", "dumps/qa*", True),
    ],
)
def test_users(paths, user, path, is_told) -> None:
    assert bool(told(*paths, users=of_user(user, path))) == is_told


def test_one_that_matches_in_one_environment_is_in_use() -> None:
    given = {
        "environments": (Environment(name="qa"), Environment(name="prod", certificates=("keys",))),
        "service_keys": of_keys("keys/**/partner.json"),
    }
    assert told(".", **given) == []


def test_an_environment_tells_of_its_own() -> None:
    qa = Environment(name="qa", service_keys=of_keys("keys/qa/"))
    prod = Environment(name="prod", service_keys=of_keys("keys/prod/"))
    (found,) = told(".", environments=(qa, prod), users=of_user("SUSER1"))
    assert found == ("This table for path keys/qa/ matches no service key.", ("qa",))
    assert told(".", environments=(prod,), other_environments=(qa,)) == []


def test_an_environment_that_was_not_asked_for_may_have_it() -> None:
    qa = Environment(name="qa", certificates=("elsewhere",))
    assert told(".", other_environments=(qa,), users=of_user("SUSER2")) == []
    assert told(".", other_environments=(Environment(name="qa"),), users=of_user("SUSER2"))


@pytest.mark.parametrize(
    ("pattern", "begin"),
    [
        ("keys/*.json", "/a/keys"),
        ("./keys/", "/a/keys"),
        ("/keys/qa/x.json", "/a/keys/qa/x.json"),
        ("/a/keys/x.json", "/a/keys/x.json"),
        ("*.json", "/a"),
        ("keys/", "/a"),
        ("**/x.json", "/a"),
        ("../x/y", "/x/y"),
        ("keys\\qa\\*", "/a/keys/qa"),
    ],
)
def test_where_a_pattern_begins(pattern, begin) -> None:
    assert begins_at(pattern, "/a") == begin
