"""Service keys in the descriptor of a multitarget application."""

from __future__ import annotations

import json

import pytest

from caller_files import DESCRIPTOR, PEM, key, names, read, subjects, written


@pytest.mark.parametrize("name", ["mta.yaml", "qa.mtaext", "mta.yml"])
def test_keys_with_the_roles_of_their_instance(name) -> None:
    callers = read(DESCRIPTOR, name)
    assert names(callers) == ["edi", "crm", "made"]
    assert subjects(callers) == ["edi.partner.example", "crm.partner.example", "-"]
    for found in callers.service_keys:
        assert (found.instance, found.roles) == ("cpi-runtime", ("ESBMessaging.send", "Partner"))
    assert [found.made_by_sap for found in callers.service_keys] == [False, False, True]
    (instance,) = callers.instances
    assert (instance.name, instance.reference) == ("cpi-runtime", "runtime")
    assert written(instance.location, DESCRIPTOR) == "roles"
    place = written(callers.service_keys[0].location, DESCRIPTOR)
    assert place == json.dumps(PEM)[1:-1].removesuffix("\\n")
    assert written(callers.service_keys[2].location, DESCRIPTOR) == "certificate"


@pytest.mark.parametrize(
    "change",
    [("service-plan: integration-flow", "service-plan: api"), ("it-rt", "it-rt2")],
)
def test_resources_of_other_services_and_plans_are_none(change) -> None:
    callers = read(DESCRIPTOR.replace(*change), "mta.yaml")
    assert not callers
    assert len(callers.certificates) == 2


def test_roles_that_only_a_deployment_knows() -> None:
    callers = read(DESCRIPTOR.replace("- Partner", "- ${partner-role}"), "mta.yaml")
    assert callers.instances == ()
    assert callers.service_keys[0].roles is None


def test_an_existing_service_of_unknown_plan() -> None:
    text = DESCRIPTOR.replace("      service: it-rt\n      service-plan: integration-flow\n", "")
    assert names(read(text, "mta.yaml")) == ["edi", "crm", "made"]


def test_a_key_in_a_descriptor_as_json() -> None:
    document = {"resources": [{"name": "partner", "parameters": {"config": key()}}]}
    assert names(read(document, "mta.json")) == ["partner"]
