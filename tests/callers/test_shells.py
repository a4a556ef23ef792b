"""Service keys in what shells read: their parameters on a command, a key in a variable."""

from __future__ import annotations

import json
import time

import pytest

from caller_files import (
    CLIENT,
    PARAMETERS,
    PEM,
    PRIVATE,
    SECRET,
    key,
    names,
    read,
    subjects,
    written,
)
from iflint.callers.model import Elsewhere

LINE = json.dumps(PARAMETERS)
VCAP = json.dumps({"it-rt": [{"name": "it", "instance_name": "runtime", "credentials": key()}]})


def escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@pytest.mark.parametrize(
    "command",
    [
        f"cf create-service-key runtime partner-2026 -c '{LINE}'",
        f"cf csk runtime partner-2026 --wait -c '{LINE}' || exit 1",
        f"  cf create-service-key \"runtime\" 'partner-2026' \\\n    -c '{LINE}'",
        f'cf create-service-key runtime partner-2026 -c "{escaped(LINE)}"',
        f"cf csk runtime partner-2026 -c '{json.dumps(PARAMETERS, indent=2)}'",
    ],
    ids=range(5),
)
def test_a_command_that_makes_a_key(command) -> None:
    callers = read(f"#!/bin/sh\n[ -f x ] && note: this\n{command}\necho 'done: {{'\n", "make.sh")
    assert subjects(callers) == ["edi.partner.example"]
    (found,) = callers.service_keys
    assert (found.name, found.instance) == ("partner-2026", "runtime")


def test_a_variable_names_nobody_and_each_command_its_own_key() -> None:
    one = f"cf csk runtime $NAME -c '{LINE}'\n"
    two = f"cf csk runtime other -c '{LINE}'\n"
    assert names(read(one, "make.sh")) == ["make"]
    assert names(read(one + two + "\n" + two.replace("other", "third"), "make.sh")) == [
        "make",
        "other",
        "third",
    ]


@pytest.mark.parametrize(("plan", "roles"), [("integration-flow", [("Partner",)]), ("api", [])])
def test_a_command_that_makes_an_instance(plan, roles) -> None:
    given = json.dumps({"grant-types": ["client_credentials"], "roles": ["Partner"]})
    callers = read(f"cf create-service it-rt {plan} runtime -c '{given}'", "make.sh")
    assert [each.roles for each in callers.instances] == roles
    key_of_it = f"\ncf csk runtime partner -c '{LINE}'"
    callers = read(f"cf cs it-rt {plan} runtime -c '{given}'{key_of_it}", "make.sh")
    assert [each.roles for each in callers.service_keys] == roles


@pytest.mark.parametrize(
    "text",
    [
        f"VCAP_SERVICES={VCAP}",
        f"export VCAP_SERVICES='{VCAP}'",
        f'VCAP_SERVICES="{escaped(VCAP)}"',
        f"A=1\nVCAP_SERVICES={json.dumps(json.loads(VCAP), indent=1)}\nB=2",
        f"A='[1]'\nKEY='{json.dumps({'name': 'it', 'credentials': key()})}'",
    ],
    ids=range(5),
)
def test_a_key_in_a_variable(text) -> None:
    for source in (text, text.replace("\n", "\r\n")):
        callers = read(source, ".env")
        assert names(callers) == ["it"]
        assert subjects(callers) == ["edi.partner.example"]
        assert "-----BEGIN" in written(callers.service_keys[0].location, source)


@pytest.mark.parametrize(
    ("certificate", "elsewhere"),
    [
        ("$(cat certs/partner.pem)", Elsewhere("$(cat certs/partner.pem)", "certs/partner.pem")),
        (
            "'\"$(cat partner.pem | tr -d x)\"'",
            Elsewhere("$(cat partner.pem | tr -d x)", "partner.pem"),
        ),
        ("'$(<partner.pem)'", Elsewhere("$(<partner.pem)", "partner.pem")),
        ("$(cat $FILE)", None),
        ("'\"$CERTIFICATE\"'", None),
    ],
)
def test_a_certificate_from_a_file(certificate, elsewhere) -> None:
    given = f'{{"key-type":"certificate_external","X.509":"{certificate}"}}'
    (found,) = read(f"cf csk runtime partner -c '{given}'", "make.sh").service_keys
    assert (found.name, found.elsewhere) == ("partner", elsewhere)


def test_no_secret_is_shown_and_keys_line_by_line() -> None:
    one = json.dumps(key(key=PRIVATE, clientsecret=SECRET))
    two = json.dumps(key(clientid=f"{CLIENT}2"))
    callers = read(f"{one}\n{two}\n", "keys.jsonl")
    assert [each.client_id for each in callers.service_keys] == [CLIENT, f"{CLIENT}2"]
    shell = read(f"KEY='{one}'\n", ".env")
    for found in (callers, shell):
        assert SECRET not in str(found)
        assert PRIVATE.splitlines()[1][:12] not in str(found)


@pytest.mark.parametrize(
    "text", ["'{" * 50_000, '"{\\"' * 50_000, "cf csk " * 50_000, "A={\n" * 50_000, " '[" * 50_000]
)
def test_many_beginnings_cost_no_more_than_their_length(text) -> None:
    started = time.perf_counter()
    read(f"certificate_external {PEM[:9]}\n{text}", "make.sh")
    assert time.perf_counter() - started < 5
