"""Whatever a file holds: a reading ends, tells no secret, and finds nothing where nothing is."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caller_files import (
    BINDING,
    CHAIN,
    CLIENT,
    CONFIGURATION,
    DESCRIPTOR,
    ENTRY,
    FLAT,
    INSTANCE,
    OTHER,
    PEM,
    PREAMBLE,
    PRIVATE,
    ROWS,
    SECRET,
    atom,
    base64_of,
    everything_shown,
    key,
    locations,
    pem,
    read,
    resource,
    secret,
    state,
)
from iflint.callers.merging import all_of, with_those_of
from iflint.callers.model import Callers
from iflint.callers.reading import read_callers, read_loose
from iflint.callers.signs import begins_like_json, may_hold_callers
from iflint.limits import DOCUMENT_BYTES
from iflint.pki.files import FileContent, read_certificate_file
from iflint.places.location import FileLocation

MADE = key(CHAIN, key=PRIVATE, clientsecret=SECRET, certificatedetails={"validuntil": "2027-01-01"})
FILES = {
    "key.json": json.dumps(MADE, indent=2),
    "line.json": json.dumps({"credentials": MADE}),
    "cf.txt": PREAMBLE + json.dumps(MADE, indent=2),
    "nested.json": json.dumps({"a": json.dumps({"b": json.dumps(MADE)})}),
    "x.tfstate": state(resource("x_service_binding", "x", name="x", credentials=json.dumps(MADE))),
    "flat.yaml": secret(FLAT) + "---\n" + BINDING + "---\n" + INSTANCE,
    "plain.yaml": secret(FLAT, "stringData"),
    "json.yaml": secret({"k": json.dumps(MADE)}),
    "literal.yaml": "key: |\n  " + json.dumps(MADE, indent=2).replace("\n", "\n  ") + "\n",
    "mta.yaml": DESCRIPTOR,
    "main.tf": CONFIGURATION,
    "key.tf": f"locals {{ key = jsonencode({json.dumps(MADE)}) }}",
    "mappings.json": json.dumps({"d": {"results": [*ROWS, ENTRY]}}),
    "mappings.xml": atom("CertificateUserMapping", ROWS) ,
    "entries.xml": atom("KeystoreEntry", [ENTRY]),
    "key.xml": f"<a><clientid>{CLIENT}</clientid><certificate>{PEM}</certificate>"
    f"<key>{PRIVATE}</key><clientsecret>{SECRET}</clientsecret></a>",
}  # fmt: skip
KEY_LINES = [line for line in PRIVATE.splitlines() if "-----" not in line]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_read_and_shows_no_secret(name) -> None:
    text = FILES[name]
    data = text.encode()
    assert may_hold_callers(data)
    assert begins_like_json(data) == name.endswith(("json", "tfstate"))
    callers = read_callers(data, FileLocation(name))
    assert callers
    assert callers.problems == ()
    if name not in ("mta.yaml", "main.tf", "mappings.json", "mappings.xml", "entries.xml"):
        assert [found.made_by_sap for found in callers.service_keys][:1] == [True]
        assert len(callers.private_keys) == 1
    assert_hidden(everything_shown(callers))
    assert_hidden(everything_shown(read_loose(data, FileLocation(name))))
    for location in locations(callers):
        region = location.region
        assert region is not None
        excerpt = region.excerpt
        assert excerpt in text
        line = text.splitlines()[region.start_line - 1]
        assert line[region.excerpt_column - 1 :].startswith(excerpt)


def assert_hidden(shown: str) -> None:
    encoded = base64_of(PRIVATE)[14:]
    for hidden in (SECRET, *KEY_LINES, *(encoded[at : at + 16] for at in range(0, 200, 8))):
        assert hidden[:12] not in shown


@pytest.mark.parametrize("name", FILES)
def test_what_both_readers_find_is_one(name) -> None:
    data = FILES[name].encode()
    reader = read_certificate_file if begins_like_json(data) else read_loose
    callers = read_callers(data, FileLocation(name))
    together = with_those_of(callers, reader(data, FileLocation(name)))
    assert [each.location for each in together.certificates] == [
        each.location for each in callers.certificates
    ]
    assert len(together.keys) == len(callers.private_keys)
    assert together.problems == ()
    for found in callers.service_keys:
        assert found.certificate is None or found.location in [
            each.location for each in together.certificates
        ]
    if name in ("key.json", "line.json", "mappings.json"):
        alone = read_certificate_file(data, FileLocation(name)).certificates
        assert list(map(_told, alone)) == list(map(_told, together.certificates))


def _told(one):
    """All but what holds it: who reads certificates alone knows no service key."""
    return one.certificate, one.location, one.entry and one.entry.presented


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damage_never_crashes(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    source = bytearray(FILES[name].encode(data.draw(st.sampled_from(["utf-8", "utf-16"]))))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(source) - 1))
        source[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=4))
    damaged = bytes(source)
    callers = read_callers(damaged, FileLocation(name))
    content = read_loose(damaged, FileLocation(name))
    assert with_those_of(callers, content) is not None
    for found in callers.service_keys:
        assert found.name
        assert isinstance(found.tenant, str)
    shown = everything_shown(callers) + everything_shown(content)
    assert SECRET not in shown
    for line in KEY_LINES:
        assert line[:16] not in shown


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(sorted(FILES)))
def test_garbage_is_nothing(garbage, name) -> None:
    for data in (garbage, garbage + b" hexalias |it-rt-", b"\xff\xfe" + garbage + b"hexalias"):
        callers = read_callers(data, FileLocation(name))
        assert callers.service_keys == ()
        assert read_loose(data, FileLocation(name)).problems == ()


@pytest.mark.parametrize(
    "text",
    [
        '{"clientid": "sb-app!t1", "certificate": "x", "key": "y"}',
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  roles: x\n",
        "<project><roles/></project>",
        "resource x y { roles = [] }",
        "it-rt",
        '{"ValidUntil": "2027"}',
        "",
    ],
)
def test_most_files_have_no_sign(text) -> None:
    assert not may_hold_callers(text.encode())
    assert not may_hold_callers(text.encode("utf-16"))
    assert read(text) == Callers()


@pytest.mark.parametrize("before", range(5))
def test_a_sign_in_base64_is_seen_wherever_it_stands(before) -> None:
    for text in (json.dumps(key(PEM)), '{"key-type": "certificate_external"}', PEM):
        data = base64_of("x" * before + text)
        assert may_hold_callers(f"kind: Secret\ndata: {data}".encode())


def test_bounds() -> None:
    limit = f"{DOCUMENT_BYTES.value:,}"
    (problem,) = read_callers(b"|it-rt-" + b" " * DOCUMENT_BYTES.value, FileLocation("x")).problems
    assert problem.message == f"the file is larger than {limit} bytes"
    assert (
        read_loose(PEM.encode() + b" " * DOCUMENT_BYTES.value, FileLocation("x")) == FileContent()
    )
    started = time.process_time()
    rows = json.dumps([ROWS[0]] * 6000)
    callers = read_callers(rows.encode(), FileLocation("mappings.json"))
    assert len(callers.certificates) == 5000
    (problem,) = callers.problems
    assert problem.message == "the file holds more than 5,000 certificates"
    values = json.dumps({"a": [0] * 300_000, "b": key()})
    (problem,) = read_callers(values.encode(), FileLocation("x.json")).problems
    assert "250,000 values" in problem.message
    keys = [key(pem(OTHER).decode(), clientid=f"{CLIENT}{number}") for number in range(3000)]
    assert len(read_callers(json.dumps(keys).encode(), FileLocation("x")).service_keys) == 3000
    assert time.process_time() - started < 30


def test_all_files_together() -> None:
    one, two = read(key()), read(ROWS)
    together = all_of([one, two])
    assert together.service_keys == one.service_keys
    assert together.mappings == two.mappings
    assert together.certificates == one.certificates + two.certificates
    assert not all_of([])
