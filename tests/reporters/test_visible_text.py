"""Names from input: whatever is invisible or steers a terminal is written out."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iflint.words.visible import (
    ascii_only,
    cells,
    encodable,
    escaped_json,
    inert,
    is_invisible,
    visible,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CN=Acme, C=DE", "CN=Acme, C=DE"),
        ("", ""),
        ("Müller – 注文 😀", "Müller – 注文 😀"),
        ("no-break\u00a0space", "no-break\u00a0space"),
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x9b31m", r"\x9b31m"),
        ("\x7f", r"\x7f"),
        ("abc\u202edef", r"abc\u202edef"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("line\u2028paragraph\u2029", r"line\u2028paragraph\u2029"),
        ("lone\ud800", r"lone\ud800"),
        ("\U000e0041tag", r"\U000e0041tag"),
        ("A\u0308", "A\u0308"),
    ],
)
def test_visible(text, shown) -> None:
    assert visible(text) == shown


@given(st.text(alphabet=st.characters(codec=None)))
def test_visible_text_is_safe_and_stays_as_it_is(text) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not any(is_invisible(ord(char)) for char in shown)
    assert visible(shown) == shown
    assert len(shown.splitlines()) <= 1


@given(st.text(alphabet=st.characters(codec=None)))
def test_json_says_the_same_without_anything_invisible(text) -> None:
    shown = escaped_json(json.dumps({"text": text}, ensure_ascii=False, indent=2))
    assert json.loads(shown) == json.loads(json.dumps({"text": text}))
    assert not any(is_invisible(ord(char)) for char in shown if char != "\n")


def test_every_control_separator_and_surrogate_is_invisible() -> None:
    visible_marks = set(range(0x600, 0x606)) | {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}
    for code in range(0x110000):
        kind = unicodedata.category(chr(code))
        if kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and code not in visible_marks):
            assert is_invisible(code), hex(code)


def test_encodable_changes_lone_surrogates_only() -> None:
    assert encodable("ü\u202e\udc80") == "ü\u202e\\udc80"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::pwned", r"\x3a:error::pwned"),
        ("a\n \u00a0 ::add-mask::x\n", "a\n \u00a0 \\x3a:add-mask::x\n"),
        ("x ##[add-mask]y", r"x \x23#[add-mask]y"),
        ("x ##vso[task.setvariable]y", r"x \x23#vso[task.setvariable]y"),
        ("a ::error::b", "a ::error::b"),
        ("## Rules [x](y)", "## Rules [x](y)"),
    ],
)
def test_nothing_in_a_log_is_a_command_for_its_server(text, shown) -> None:
    assert inert(text) == shown
    assert inert(shown) == shown


def test_ascii_only() -> None:
    assert ascii_only("… → › │ ✗ ü") == r"... -> > | x \xfc"


def test_cells() -> None:
    assert cells("abc") == 3
    assert cells("注文") == 4
    assert cells("e\u0301") == 1
