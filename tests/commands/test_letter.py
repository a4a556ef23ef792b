"""`iflint certificates --letter`: what a partner is told, and that it is no more than is known.

The letters in ``letters/`` are what the command writes for the demo; read them aloud.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from caller_files import key
from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "fixtures/demo"
LETTERS = Path(__file__).parent / "letters"
TEXTS = ROOT / "iflint/reporters/letters"

TOP = root("letter-root", dn("CN=Root", "O=Example"), "2020-01-01", "2040-01-01")
CA = intermediate("letter-ca", dn("CN=CA", "O=Example"), TOP, "2020-01-01", "2035-01-01")
SENDER = dn("CN=orders.example", "O=Example")
OWN = issue("letter-own", SENDER, CA, "2026-01-01", "2027-03-31")
ALONE = issue("letter-alone", dn("CN=alone.example"), None, "2026-01-01", "2027-03-31")
CLOCK = ("--as-of", "2026-11-24")


@pytest.fixture
def letter(call, workplace):
    """Write a letter about a certificate file of the current folder; gives its text."""

    def write(*arguments: object) -> str:
        result = call("certificates", ".", "--letter", *arguments, *CLOCK)
        assert result.exit_code == 0, result.output
        return result.stdout

    return write


def with_flow(workplace: Path, *channels: Channel) -> None:
    flow = Flow("Orders", "Receive Orders", list(channels))
    write_tree(workplace / "Package" / flow.id, bundle(flow))
    (workplace / "roots.pem").write_bytes(pem(TOP))
    (workplace / "iflint.toml").write_text('roots = ["roots.pem"]\nplatform = "custom"\n')


@pytest.mark.parametrize(
    ("name", "certificate"),
    [
        ("row", "certificates/carrier.cer"),
        ("service-key", "servicekeys/fridge-sensors.json"),
        ("ended", "CN=tablets.stores.example, O=Example Retail AG, C=DE"),
    ],
)
@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_letters_of_the_demo(name, certificate, language, form, call, monkeypatch) -> None:
    monkeypatch.chdir(DEMO)
    asked = ("--letter", certificate, "--language", language, "--format", form, *CLOCK)
    result = call("certificates", *asked)
    assert result.exit_code == 0
    assert result.stdout == call("certificates", *asked).stdout
    ending = {"text": "txt", "markdown": "md"}[form]
    assert result.stdout == (LETTERS / f"{name}.{language}.{ending}").read_text(encoding="utf-8")


def test_languages_say_the_same_things() -> None:
    texts = [tomllib.loads((TEXTS / f"{each}.toml").read_text("utf-8")) for each in ("en", "de")]

    def keys(table: dict) -> list:
        return [
            (key, keys(each) if isinstance(each, dict) else None) for key, each in table.items()
        ]

    def places(table: dict) -> list:
        return [
            places(each) if isinstance(each, dict) else sorted(set(_braces(each)))
            for each in table.values()
            if not isinstance(each, list)
        ]

    english, german = texts
    assert keys(english) == keys(german)
    assert places(english) == places(german)
    assert len(english["months"]) == len(german["months"]) == 12


def _braces(text: str) -> list[str]:
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(text) if name]


def test_environments_are_named_where_only_some_need_it(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [("{{subject}}", OWN.pair[1])]))
    (workplace / "own.pem").write_bytes(pem(OWN, CA))
    for name, subject in (("qa", "CN=other.example"), ("prod", OWN.pair[0])):
        (workplace / f"{name}.prop").write_text(f"subject={subject.replace('=', chr(92) + '=')}\n")
    with (workplace / "iflint.toml").open("a") as file:
        for name in ("qa", "prod"):
            file.write(f'[environments.{name}]\nparameters = ["{name}.prop"]\n')
    assert "- HTTPS /orders (Receive Orders), in prod" in letter("own.pem", "--all-environments")


def test_a_pinned_certificate_is_told_apart_from_one_of_two_names(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [OWN.pair]))
    (workplace / "own.pem").write_bytes(pem(OWN, CA))
    by_row = letter("own.pem")
    assert "Its subject and its issuer are exactly those of the present one" in by_row
    assert "We accept the present certificate alone" not in by_row
    assert "If subject and issuer stay the same, you can switch" in by_row
    (workplace / "key.json").write_text(json.dumps(key(pem(OWN).decode())))
    both = letter("own.pem")
    assert "Its subject and its issuer are exactly those of the present one" in both
    assert "Perhaps we accept the present certificate alone" in both
    assert "Please switch once we confirm" in both
    with (workplace / "iflint.toml").open("a") as file:
        file.write('[[service-keys]]\npath = "key.json"\npinned = true\n')
    assert "\n- We accept the present certificate alone" in letter("own.pem")


def test_a_self_signed_certificate_that_is_pinned(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [OWN.pair]))
    (workplace / "key.json").write_text(json.dumps(key(pem(ALONE).decode())))
    assert "The present one is self-signed, and our side does not trust it." in letter("key.json")
    (workplace / "roots.pem").write_bytes(pem(TOP, ALONE))
    trusted = letter("key.json")
    assert "our side trusts just this one" in trusted
    assert "its root certificate is on our own list" in trusted.lower()


@pytest.mark.parametrize(
    ("ends", "said", "wanted"),
    [
        ("2027-01-15", "is valid until 31 March 2027, but can be used until 15 January 2027", True),
        ("2026-11-15", "does not meet the points below, so its calls are refused", False),
    ],
)
def test_a_certificate_whose_chain_ends_first(letter, workplace, ends, said, wanted) -> None:
    """Its own last day would have the partner renew too late."""
    short = intermediate("letter-short", dn("CN=Short", "O=Example"), TOP, "2020-01-01", ends)
    own = issue("letter-below-short", SENDER, short, "2026-01-01", "2027-03-31")
    with_flow(workplace, Channel("HTTPS", "/orders", [own.pair]))
    (workplace / "own.pem").write_bytes(pem(own, short))
    text = letter("own.pem")
    assert said in text
    assert ("- By 16 December 2026: the new certificate" in text) is wanted
    assert "- Valid until: 31 March 2027" in text
    assert "exactly those of the present one" not in text


def test_what_sap_issued_need_not_be_ordered(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [("CN=a", "CN=b")]))
    made = key(
        pem(OWN, CA).decode(), key="-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"
    )
    (workplace / "key.json").write_text(json.dumps(made))
    text = letter("key.json", "--language", "de")
    assert "Sie müssen also kein neues bestellen" in text
    assert "Was das neue Zertifikat erfüllen muss" not in text


def test_no_ca_is_held_to_what_it_ends(call, monkeypatch) -> None:
    """The same issuer could not be had any more, so nobody is asked for it."""
    monkeypatch.chdir(DEMO)
    ends = call("certificates", "--letter", "certificates/parcel-shop.pem", *CLOCK).stdout
    assert "the present one will soon issue none with Client Authentication" in ends
    assert "exactly those of the present one" not in ends
    stays = call("certificates", "--letter", "certificates/carrier.cer", *CLOCK).stdout
    assert "another CA" not in stays


def test_of_one_that_follows_at_hand_the_writer_is_told(call, workplace) -> None:
    """Nobody asks a partner twice for what has come already."""
    later = issue("letter-later", SENDER, CA, "2026-11-01", "2028-03-31")
    with_flow(workplace, Channel("HTTPS", "/orders", [OWN.pair]))
    (workplace / "both.pem").write_bytes(pem(OWN, later, CA))
    (workplace / "own.pem").write_bytes(pem(OWN))
    result = call("certificates", ".", "--letter", "own.pem", *CLOCK)
    assert "one that comes after it is at hand: both.pem; see iflint renew" in result.stderr
    newest = call("certificates", ".", "--letter", "both.pem", *CLOCK)
    assert "ends on 31 March 2028" in newest.stdout
    assert "renew" not in newest.stderr


def test_nothing_of_a_place_or_a_key_is_told(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [OWN.pair]))
    (workplace / "own.pem").write_bytes(pem(OWN, CA))
    text = letter("own.pem")
    assert "roots.pem" not in text
    assert "own.pem" not in text
    assert str(workplace) not in text
    assert "PRIVATE KEY-----" not in text


def test_a_hostile_name_acts_in_no_letter(letter, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/a\x1b[31m`<img src=x>`\n::error::x", [OWN.pair]))
    (workplace / "own.pem").write_bytes(pem(OWN, CA))
    for form in ("text", "markdown"):
        text = letter("own.pem", "--format", form)
        assert "\x1b" not in text
        assert "\n::error" not in text
    assert "<img" not in letter("own.pem", "--format", "markdown")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--letter", "CN=nobody"], "no client certificate at hand has this subject"),
        (["--letter", "nothing.pem"], "there is no such file, and it is no DN"),
        (["--letter", "all.pem"], "it holds several; name one by its subject"),
        (["--letter", "ca.pem"], "it is a CA's certificate, not a client's"),
        (["--letter", "own.pem", "--format", "ics"], "a letter is text or markdown"),
        (["--format", "text"], "--format text is for a --letter"),
        (["--language", "de"], "--language is for a --letter"),
        (["--letter", "own.pem", "--language", "fr"], "it is en or de"),
    ],
)
def test_mistakes_are_told(arguments, message, call, workplace) -> None:
    with_flow(workplace, Channel("HTTPS", "/orders", [OWN.pair]))
    (workplace / "own.pem").write_bytes(pem(OWN, CA))
    (workplace / "all.pem").write_bytes(pem(OWN, ALONE))
    (workplace / "ca.pem").write_bytes(pem(CA))
    result = call("certificates", ".", *arguments, *CLOCK)
    assert result.exit_code == 2
    assert message in result.stderr
