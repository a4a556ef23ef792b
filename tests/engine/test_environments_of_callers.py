"""Which keys and mappings belong to which environment, and which are compared."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import msgspec
import pytest

import iflint
from caller_files import base64_of
from exports import Channel, Flow, bundle, dn, issue, pem, root, write_tree
from iflint.options import Environment, ServiceKeySettings, UserSettings
from iflint.reporters.sentences import looked_at

ROOT = root("environments root", dn("CN=Example Root"), "2020-01-01", "2040-01-01")
NAME = dn("CN=partner.example", "C=DE")
ENDED = issue("environments ended", NAME, ROOT, "2025-01-01", "2026-10-31")
VALID = issue("environments valid", NAME, ROOT, "2026-10-01", "2028-10-31")
ROLES = ("ESBMessaging.send",)
OTHER = "sb-2!b1|it-rt-example!b2"


def service_key(certificate, client: str = "sb-1!b1|it-rt-example!b2") -> bytes:
    return json.dumps({"clientid": client, "certificate": pem(certificate).decode()}).encode()


def parameters(certificate) -> bytes:
    text = pem(certificate).decode()
    return json.dumps({"key-type": "certificate_external", "X.509": text}).encode()


def dump(certificate) -> bytes:
    row = {"Id": "1", "User": "SUSER1", "Certificate": base64_of(pem(certificate))}
    return json.dumps({"d": {"results": [row]}}).encode()


def keys(*paths: str) -> dict[str, tuple[ServiceKeySettings, ...]]:
    return {"service_keys": tuple(ServiceKeySettings(path=path, roles=ROLES) for path in paths)}


def users(*paths: str) -> dict[str, tuple[UserSettings, ...]]:
    return {"users": tuple(UserSettings(name="suser1", roles=ROLES, path=path) for path in paths)}


@pytest.fixture
def check(tmp_path, monkeypatch):
    """Checks files beside a flow that is called by role."""
    monkeypatch.chdir(tmp_path)
    channel = Channel("HTTPS", "/orders", authorization="RoleBased")
    write_tree(tmp_path / "flow", bundle(Flow("Orders", "Orders", [channel])))
    (tmp_path / "roots.pem").write_bytes(pem(ROOT))

    def run(files, *environments: Environment, **settings: object):
        write_tree(tmp_path, files)
        return iflint.check(
            ".",
            as_of=datetime(2026, 11, 24, tzinfo=UTC),
            roots=("roots.pem",),
            environments=environments,
            **settings,
        )

    return run


def told(report) -> list[tuple[str, tuple[str, ...]]]:
    return [(finding.code, finding.environments) for finding in report.findings]


KEYS = {"prod/old.json": service_key(ENDED), "qa/new.json": service_key(VALID, OTHER)}
DUMPS = {"prod/old.json": dump(ENDED), "qa/new.json": dump(VALID)}


@pytest.mark.parametrize(("files", "settings"), [(KEYS, keys), (DUMPS, users)])
class TestOfTwoEnvironments:
    def test_each_has_its_own(self, check, files, settings) -> None:
        report = check(
            files,
            Environment(name="prod", **settings("prod/*.json")),
            Environment(name="qa", **settings("qa/*.json")),
        )
        assert told(report) == [("IFL101", ("prod",))]
        assert [caller.environments for caller in report.callers] == [("prod",), ("qa",)]

    def test_what_none_claims_counts_in_each(self, check, files, settings) -> None:
        report = check(
            files, Environment(name="prod"), Environment(name="qa", **settings("qa/*.json"))
        )
        assert told(report) == [("IFL101", ("prod",)), ("IFL106", ("qa",))]

    def test_what_both_claim_counts_in_both(self, check, files, settings) -> None:
        report = check(
            files,
            Environment(name="prod", **settings("prod/", "qa/")),
            Environment(name="qa", **settings("qa/")),
        )
        assert told(report) == [("IFL106", ("prod",))]

    def test_one_that_is_not_asked_for_keeps_its_own(self, check, files, settings) -> None:
        qa = Environment(name="qa", **settings("qa/*.json"))
        report = check(files, Environment(name="prod"), other_environments=(qa,))
        assert told(report) == [("IFL101", ("prod",))]

    def test_without_an_environment_none_stands_in_for_another(
        self, check, files, settings
    ) -> None:
        qa = Environment(name="qa", **settings("qa/*.json"))
        report = check(files, other_environments=(qa,))
        assert told(report) == [("IFL101", ())]
        assert len(report.callers) == 2


@pytest.mark.parametrize(("files", "settings"), [(KEYS, keys), (DUMPS, users)])
def test_without_an_environment_their_roles_count_where_they_agree(check, files, settings) -> None:
    qa, prod = (
        Environment(name=name, **settings(f"{name}/*.json", "prod/*.json"))
        for name in ("qa", "prod")
    )
    assert {each.roles for each in check(files, other_environments=(qa, prod)).callers} == {ROLES}
    (table,) = prod.service_keys[:1] or prod.users[:1]
    other = msgspec.structs.replace(table, roles=("Other",))
    field = "service_keys" if prod.service_keys else "users"
    prod = msgspec.structs.replace(prod, **{field: (other,)})
    roles = {each.roles for each in check(files, other_environments=(qa, prod)).callers}
    assert roles == {None, ROLES}


def test_a_name_alone_says_nothing_of_the_environment(check) -> None:
    """The same user is in both; its dump is of one."""
    report = check(DUMPS, Environment(name="prod"), Environment(name="qa", **users("")))
    assert told(report) == [("IFL106", ("prod", "qa"))]
    assert {caller.roles for caller in report.callers} == {None, ROLES}


def test_roles_of_a_user_where_the_dump_matches(check) -> None:
    report = check(DUMPS, **users("qa/*.json"))
    assert [caller.roles for caller in report.callers] == [None, ROLES]


def test_a_copy_belongs_where_its_client_does(check) -> None:
    files = {"qa/key.json": service_key(VALID), "backup/key.json": service_key(VALID)}
    report = check(files, Environment(name="prod"), Environment(name="qa", **keys("qa/")))
    assert [caller.environments for caller in report.callers] == [("qa",)]


def test_parameters_belong_to_the_key_beside_them(check) -> None:
    """A sender may have the same certificate in both tenants."""
    files = {
        f"{name}/{file}": content
        for name in ("prod", "qa")
        for file, content in (
            ("key.json", service_key(VALID, f"sb-1!b1|it-rt-{name}!b2")),
            ("parameters.json", parameters(VALID)),
        )
    }
    of_qa = ServiceKeySettings(path="qa/parameters.json", pinned=False)
    report = check(files, service_keys=(of_qa,))
    assert [(caller.tenant, caller.pinned) for caller in report.callers] == [
        ("it-rt-prod!b2", True),
        ("it-rt-qa!b2", False),
    ]
    report = check(
        files,
        Environment(name="prod", **keys("prod/")),
        Environment(name="qa", **keys("qa/")),
    )
    assert [(c.tenant, c.environments) for c in report.callers] == [
        ("it-rt-prod!b2", ("prod",)),
        ("it-rt-qa!b2", ("qa",)),
    ]


def test_one_certificate_in_keys_of_two_environments_is_no_conflict(check) -> None:
    files = {
        "prod/a.json": service_key(VALID),
        "qa/b.json": service_key(VALID, OTHER),
    }
    environments = (
        Environment(name="prod", **keys("prod/")),
        Environment(name="qa", **keys("qa/")),
    )
    assert told(check(files, *environments)) == []
    assert told(check(files, other_environments=environments)) == []
    assert told(check(files)) == [("IFL322", ())]


def test_what_two_environments_have_is_counted_once(check) -> None:
    """The key has roles in one of them, so that it and the channel are told apart."""
    qa = Environment(name="qa", service_keys=(ServiceKeySettings(path="key.json", roles=ROLES),))
    prod = Environment(name="prod", service_keys=(ServiceKeySettings(path="key.json"),))
    report = check({"key.json": service_key(VALID)}, qa, prod)
    assert [caller.roles for caller in report.callers] == [ROLES, None]
    assert looked_at(report) == (
        "1 iFlow; 1 sender channel (1 by User Role); 1 service key, 1 with a certificate at hand."
    )


def test_a_row_of_two_environments_is_one_unless_its_pair_differs(check, tmp_path) -> None:
    channel = Channel("HTTPS", "/orders", [("{{Subject}}", VALID.pair[1])])
    described = Flow("Orders", "Orders", [channel], {"Subject": VALID.pair[0]})
    write_tree(tmp_path / "flow", bundle(described))
    environments = [Environment(name=name, parameters=(f"{name}.json",)) for name in ("qa", "prod")]
    counts = check({"partner.pem": pem(VALID)}, *environments).bindings
    assert (counts.rows, counts.with_certificate) == (1, 1)
    other = {"ParameterKey": "Subject", "ParameterValue": "CN=another.example"}
    counts = check({"qa.json": json.dumps([other]).encode()}, *environments).bindings
    assert (counts.rows, counts.with_certificate) == (2, 1)
