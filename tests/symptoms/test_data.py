"""Symptoms, causes and terms name what there is, and each is found by what people see of it."""

import re

import pytest

from iflint.commands.main import cli
from iflint.symptoms.model import causes, symptoms, terms
from iflint.symptoms.pages import symptom_page, symptoms_page, term_lines
from iflint.symptoms.recognition import symptoms_in, term_named
from iflint_rules import iflint_rules

CODES = {rule.name: rule.code for rule in iflint_rules()}
COMMAND = re.compile(r"`iflint ([a-z]+)")


@pytest.mark.parametrize("name", causes())
def test_a_cause_names_rules_that_there_are_and_is_behind_something(name) -> None:
    cause = causes()[name]
    assert set(cause.rules) <= set(CODES)
    assert any(cause in symptom.causes for symptom in symptoms())
    assert cause.inferred or cause.source or cause.rules or "unknown" in cause.text
    assert not cause.title.endswith(".")


@pytest.mark.parametrize("symptom", symptoms(), ids=lambda each: each.name)
def test_a_symptom_has_a_way_on(symptom) -> None:
    assert symptom.causes
    assert symptom.run
    page = symptom_page(symptom, CODES)
    assert set(COMMAND.findall(page)) <= set(cli.modules)
    assert all(cause.title in page for cause in symptom.causes)


@pytest.mark.parametrize("symptom", symptoms(), ids=lambda each: each.name)
def test_each_sign_leads_to_its_symptom(symptom) -> None:
    for said in (symptom.name, *symptom.signs, *symptom.hints):
        assert symptoms_in(said)[0] == symptom, said


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("HTTP 403 Unauthorized", "403"),
        ("I got a 403", "403"),
        ("http403", "403"),
        ("403 forbidden", "403"),
        ("HTTP/1.1 401 Unauthorized", "401"),
        ("Unauthorized", "401"),
        ("unknown-ca", "unknown_ca"),
        ("AuthenticationException: TLS alert: 'UnknownCA'.", "unknown_ca"),
        ("remote error: tls: unknown certificate authority", "unknown_ca"),
        ("The TLS protocol defined fatal alert code is 48.", "unknown_ca"),
        ("error:0A000416:SSL routines::sslv3 alert certificate unknown", "certificate_unknown"),
        ("sslv3 alert bad certificate:s3_pkt.c:1500:SSL alert number 42", "bad_certificate"),
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate_required"),
        ("SSLHandshakeException: Received fatal alert: handshake_failure", "handshake_failure"),
        ("handshake", "handshake_failure"),
        ("ValidatorException: PKIX path building failed: SunCertPath", "pkix"),
        ("Multiple clones found for certificate CN=a, CN=b", "clones"),
        (
            "<error>invalid_client</error><error_description>Either the client certificate is not "
            "configured exactly once in a service key of a Process Integration Runtime service "
            "instance or client-certificate authentication was not enabled for your tenant.",
            "exactly-once",
        ),
        (
            "Unauthorized. Subject and issuer (subject: cn=a; issuer: cn=b) of the provided "
            "certificate is not contained in the accepted subjectAndIssuers list",
            "trace",
        ),
    ],
)
def test_what_people_paste_is_recognized(said, name) -> None:
    assert [each.name for each in symptoms_in(said)] == [name]


def test_a_text_may_speak_of_more_than_one() -> None:
    found = symptoms_in("HTTP operation failed invoking https://a.example with statusCode: 403")
    assert [each.name for each in found] == ["receiver", "403"]
    found = symptoms_in("HTTP 401 after: Received fatal alert: bad_certificate")
    assert [each.name for each in found] == ["bad_certificate", "401"]


@pytest.mark.parametrize("said", ["", "IFL403", "4031", "nonsense", "\x00" * 50_000])
def test_what_is_no_symptom_is_none(said) -> None:
    assert not symptoms_in(said)
    assert term_named(said) is None


def test_the_page_of_all_leads_from_a_symptom_to_each_of_its_causes() -> None:
    page = "\n".join(symptoms_page(symptoms(), CODES))
    headings = re.findall(r"^### (.*)$", page, re.MULTILINE)
    addresses = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}
    assert set(re.findall(r"\]\(#(.*?)\)", page)) == addresses


def test_terms_are_ten_that_fit_a_line_each() -> None:
    assert len(terms()) == 10
    assert all(len(line) <= 100 for line in term_lines(terms()))
    for term in terms():
        for said in (term.name, term.name.upper(), f"{term.name}s", *term.also):
            assert term_named(said) == term
