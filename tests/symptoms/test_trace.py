"""The pair in a line of the trace, however it was copied and pasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.symptoms.trace import pairs_in

LINE = (
    "Unauthorized. Subject and issuer (subject: {}; issuer: {}) of the provided certificate is not "
    "contained in the accepted subjectAndIssuers list of the integration flow."
)
SUBJECT, ISSUER = r"cn=edi.partner.example,o=partner (north)\, inc.,c=de", "cn=ca; 4,o=trust,c=de"


@pytest.mark.parametrize(
    "pasted",
    [
        LINE,
        f'"{LINE}"',
        f"'“{LINE}”'",
        f"2026-11-24 10:00:00|ERROR|worker-1|{LINE}\n\tat com.example.Handler.call(Handler.java:9)",
        f"{'2026-11-24 INFO Mail subject: x issuer: y' * 1000}\n{LINE}",
        "(subject: {}; issuer: {})",
        "(SUBJECT: {}; ISSUER: {}) of\r\nthe provided",
        "subject={}\nissuer={}\n",
        "Subject DN: {}\nIssuer DN: {}",
    ],
)
def test_the_pair_is_read_whatever_is_around_it(pasted) -> None:
    assert (SUBJECT, ISSUER) in pairs_in(pasted.format(SUBJECT, ISSUER))


@pytest.mark.parametrize(("broken", "whole"), [("part\r\n> ner", "partner"), ("a\n  b", "a b")])
def test_a_broken_line_is_read_in_both_ways(broken, whole) -> None:
    assert (f"cn={whole}", "cn=ca") in pairs_in(LINE.format(f"cn={broken}", "cn=ca"))


def test_backslashes_before_backslashes_are_those_of_json() -> None:
    escaped = LINE.format("cn=a,o=x\\\\, inc", 'cn=\\"b\\"')
    assert (r"cn=a,o=x\, inc", 'cn="b"') in pairs_in(escaped)


@pytest.mark.parametrize("text", ["", "403", "subject: cn=a", "(subject: ; issuer: cn=b)"])
def test_without_both_names_there_is_none(text) -> None:
    assert pairs_in(text) == ()


@given(st.text())
def test_any_text_is_read(text) -> None:
    assert all(map(all, pairs_in(LINE.format(text, text))))
