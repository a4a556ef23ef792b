"""No regular expression goes back over what it took in: its time grows as the text does."""

from __future__ import annotations

import ast
import importlib
import itertools
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import iflint
import iflint_rules

OVER_ALL = {"search", "sub", "subn", "finditer", "findall", "split"}
"""Methods that try an expression anew at each character."""
SHORT, LONG = 2**11, 2**14
SLOW = 0.02
"""Seconds below which growth is not told from noise."""
UNITS = (
    *(" ", "\t", "\n", "\r\n", " \n", "\\", "a", "A", "1", "_", "-", ".", ",", ":", "=", "+", "/"),
    *("'", '"', "<", ">", "[", "]", "{", "}", "(", "#", "%", "&", "?", "*", "\ufffd", "\u00e4"),
    *("a.", "1.", "a-", "a ", "a=", "= ", ", ", "CN=", "/CN=", "+CN= ", '"a"', "'a'", '\\"', "\\n"),
    *("<a ", "<a:", "<row ", " id=", " id='", "subjectDN ", "row> ", "</a:", "&#1", "&a", "<!--"),
    *(
        "[[:",
        "[:a",
        "[a-",
        "a*",
        "-----",
        "-----BEGIN ",
        "-----BEGIN a",
        "LS0t",
        "A: b\n c",
        "a:\n",
    ),
    *(
        "%41",
        "\\x41",
        "\\u0041",
        "\\ud800",
        "${",
        "${a",
        "{{",
        "$(",
        "#[",
        "::",
        "\n:",
        "cf ",
        '"{',
    ),
    *(
        "a\\\n",
        "oid.1",
        "1.2.3.",
        "/cname::",
        "SAP-BundleType ",
        "tool ",
        "OID.",
        " 1.1",
        "resource ",
    ),
    *(
        "a*",
        "\n:",
        "OID.",
        "''",
        '""',
        "'''",
        '"""',
        "x = ",
        "file(",
        "<<a",
        "export ",
        "a" * 8 + ".",
    ),
    *(
        "LS0tLS1CRUdJTi",
        "LS0tLS1CRUdJTi\n",
        "UFJJVkFURSBLRVktLS0tL",
        "PuTTY-User-Key-File-2: a.",
        "Private-Lines: 1",
    ),
)
LEFT = ("", "<", '"', "=", "[")
"""What stands before the units, as an expression may begin with it, and ``RIGHT`` behind them."""
RIGHT = ("", "\0", "x")

BOUNDED = {
    # Texts of at most a few hundred characters, by the caller.
    "iflint.pki.dn.diagnosis",
    "iflint.reporters.drawing.text",
    "iflint.reporters.drawing.icons",
}


def _expressions() -> Iterator[tuple[str, re.Pattern[str] | re.Pattern[bytes], frozenset[str]]]:
    """Each expression with a name, and the methods by which it is used."""
    trees = {
        f"{package.__name__}.{'.'.join(path.relative_to(root).with_suffix('').parts)}": ast.parse(
            path.read_text(encoding="utf-8")
        )
        for package in (iflint, iflint_rules)
        for root in [Path(package.__path__[0])]
        for path in sorted(root.rglob("*.py"))
    }
    for module, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _is_of_re(node.func) and node.args:
                pattern, function = node.args[0], node.func.attr
                if function != "compile" and isinstance(pattern, ast.Constant):
                    compiled = re.compile(pattern.value)
                    yield f"{module}:{node.lineno}", compiled, frozenset({function})
        names = [
            target.id
            for node in tree.body
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and _is_of_re(node.value.func)
            for target in node.targets
            if isinstance(target, ast.Name)
        ]
        for name in names:
            others = trees.values() if not name.startswith("_") else [tree]
            used = frozenset(method for each in others for method in _methods(each, name))
            yield f"{module}.{name}", getattr(importlib.import_module(module), name), used


def _is_of_re(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
    )


def _methods(tree: ast.Module, name: str) -> Iterator[str]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == name
        ):
            yield node.attr


EXPRESSIONS = [
    pytest.param(pattern, methods, id=name)
    for name, pattern, methods in _expressions()
    if name.rpartition(".")[0] not in BOUNDED
]


def test_there_are_expressions() -> None:
    assert len(EXPRESSIONS) > 80


@pytest.mark.parametrize(("pattern", "methods"), EXPRESSIONS)
def test_time_grows_as_the_text_does(pattern, methods) -> None:
    for left, unit, right in itertools.product(LEFT, UNITS, RIGHT):
        text = _text(pattern, left, unit, right, LONG)
        if _seconds(pattern, methods, text) > SLOW:
            long = min(_seconds(pattern, methods, text) for _ in range(3))
            short_text = _text(pattern, left, unit, right, SHORT)
            short = min(_seconds(pattern, methods, short_text) for _ in range(3))
            # Eight times the text: square growth takes 64 times as long.
            assert long < SLOW or long < 24 * short, (left, unit, right)


def _text(pattern: re.Pattern, left: str, unit: str, right: str, size: int) -> str | bytes:
    text = left + unit * (size // len(unit)) + right
    return text if isinstance(pattern.pattern, str) else text.encode()


def _seconds(pattern: re.Pattern, methods: frozenset[str], text: str | bytes) -> float:
    started = time.process_time()
    if methods & OVER_ALL:
        for _ in pattern.finditer(text):
            pass
    else:
        pattern.match(text)
        pattern.fullmatch(text)
    return time.process_time() - started
