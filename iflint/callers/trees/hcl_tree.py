"""Terraform's language as a tree: blocks, attributes, objects, strings and heredocs.

No expression is worked out: functions that only wrap their argument (``jsonencode``) are looked
through, and what refers to something or calls another function (``file``) is the text of that.
Source: HCL Native Syntax Specification, Terraform's language reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from iflint.callers.trees.json_tree import Absent
from iflint.callers.trees.nodes import MAX_DEPTH, Block, Mapping, Sequence, Text
from iflint.places.text_file import CharacterMap, decode, literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from iflint.callers.trees.nodes import Budget, Layer, Node

_WRAPPERS = frozenset(
    (
        "base64encode",
        "chomp",
        "jsondecode",
        "jsonencode",
        "nonsensitive",
        "replace",
        "sensitive",
        "tolist",
        "tomap",
        "toset",
        "trimspace",
        "yamlencode",
    )
)
"""Functions whose value holds what their argument holds."""
_MERGE = "merge"
_CHOICE = "?"
TERRAFORM = ".tf"
"""How the names of files of Terraform's own language end."""

_SPACE = re.compile(r"[ \t\r]++")
_NAME = re.compile(r"[^\W\d][\w-]*+")
_NUMBER = re.compile(r"\d[\w.]*+")
_IN_STRING = re.compile(r'(?:[^"\\$%{}\n]|\\.|[$%](?!\{)|[{}])++', re.DOTALL)
_IN_TEMPLATE = re.compile(r'[^"{}]++')
_HEREDOC = re.compile(r"<<(?P<flush>-?)[ \t]*+(?P<mark>[^\W\d][\w-]*+)[ \t]*+\r?\n")
_LINE = re.compile(r"[^\n]*+\n?")
_ESCAPE = re.compile(
    r"\\(?:u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<char>.))|(?P<double>[$%])(?P=double)(?=\{)",
    re.DOTALL,
)
_FILE = re.compile(r'\b(?:file|filebase64|templatefile)\(\s*+"(?P<path>[^"\\\n]{1,512})"')
_TEMPLATE = re.compile(
    r"\$\{(?P<text>[^{}\n]{1,400}+(?:\{[^{}\n]{0,400}+\}[^{}\n]{0,400}+){0,8}+)\}"
)
"""A template, which may hold others. Ours: those for a certificate have below 100 characters."""
_CONTROL = {"n": "\n", "r": "\r", "t": "\t"}
_NULL = "null"


class HclText(Text):
    """A quoted string of Terraform; templates in it (``${…}``) stay as they are."""

    __slots__ = ()

    @property
    def whole(self) -> tuple[int, int]:
        return self.start - 1, self.end + 1

    def decoded(self) -> tuple[str, CharacterMap]:
        if "\\" not in self.written and "{" not in self.written:
            return self.written, literal(self.start, self.end, self.whole)
        return decode(self.layer.text, self.start, self.end, _ESCAPE, _character, self.whole)


class Reference(Text):
    """What only Terraform can tell: ``cloudfoundry_service_instance.runtime.id``, a call."""

    __slots__ = ()

    @property
    def file(self) -> str:
        """The path of the file whose contents it is, as written; empty for none, or several."""
        named = set(_FILE.findall(self.written))
        return named.pop() if len(named) == 1 else ""


def reference_in(text: Text) -> Reference | None:
    """A text that refers to something else, also as the one template in a string (of JSON, too)."""
    if isinstance(text, Reference):
        return text
    layer, template = text.inside, _TEMPLATE.fullmatch(text.value)
    if template is None:
        # Its own quotation marks break off a string of JSON that it is in.
        layer, template = text.layer, _TEMPLATE.match(text.layer.text, text.start)
    if template is None:
        return None
    # Outside of Terraform's own language ``${x}`` holds the place of anything.
    in_terraform = str(text.layer.file.location).lower().endswith(TERRAFORM)
    if not (in_terraform or isinstance(text, HclText) or _FILE.search(template[0])):
        return None
    return Reference(layer, *template.span("text"))


def _character(escape: re.Match[str]) -> str:
    if escape["double"]:
        return escape["double"]
    if escape["char"]:
        return _CONTROL.get(escape["char"], escape["char"])
    code = int(escape["u"] or escape["U"], 16)
    return chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd"


def read_hcl(layer: Layer, budget: Budget) -> Node:
    """What a file of Terraform says; its blocks are values under the names of their types."""
    return _Reader(layer, budget).read()


def _follow_locals(root: Mapping) -> None:
    """Put the values of ``locals`` in the place of references to them, within one file."""
    blocks = [value for _, value in root.entries if isinstance(value, Block)]
    values = {
        f"local.{name.value}": value
        for block in blocks
        if block.type == "locals"
        for name, value in block.entries
    }
    pending: list[Node] = list(blocks) if values else []
    while pending:
        node = pending.pop()
        if isinstance(node, Mapping):
            node.entries[:] = [(name, _followed(value, values)) for name, value in node.entries]
            pending += [value for _, value in node.entries if not isinstance(value, Text)]
        elif isinstance(node, Sequence):
            pending += [item for item in node.items if not isinstance(item, Text)]


_MOST_HOPS = 8
"""Locals that lead to each other. Ours: people use one or two."""


def _followed(value: Node, values: dict[str, Node]) -> Node:
    """The text that a reference to a local leads to; what is no text stays where it is."""
    found = value
    for _ in range(_MOST_HOPS):
        if not isinstance(found, Reference) or (text := values.get(found.written)) is None:
            break
        found = text
    return found if isinstance(found, Text) else value


class _Token:
    """``kind`` is a mark itself, or one of ``name number string heredoc end``."""

    __slots__ = ("end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int) -> None:
        self.kind = kind
        self.start = start
        self.end = end


_NEWLINE, _END = "\n", "end"
_CLOSING = {"{": "}", "[": "]", "(": ")"}
_COMMENTS = ("#", "//")


def _tokens(text: str, budget: Budget) -> Iterator[_Token]:
    """The tokens of a text; what breaks off ends it."""
    at, size = 0, len(text)
    while at < size and budget.take():
        space = _SPACE.match(text, at)
        at = space.end() if space else at
        if text.startswith(_COMMENTS, at):
            line = text.find("\n", at)
            at = size if line < 0 else line
            continue
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            at = size if end < 0 else end + 2
            continue
        token = _token(text, at)
        if token is None:
            break
        at = token.end
        yield token
    yield _Token(_END, at, at)


def _token(text: str, at: int) -> _Token | None:
    if text.startswith('"', at):
        end = _string_end(text, at + 1)
        return None if end is None else _Token("string", at, end)
    if (heredoc := _HEREDOC.match(text, at)) is not None:
        end = _heredoc_end(text, heredoc)
        return None if end is None else _Token("heredoc", at, end)
    for kind, pattern in (("name", _NAME), ("number", _NUMBER)):
        if (match := pattern.match(text, at)) is not None:
            return _Token(kind, at, match.end())
    return _Token(text[at], at, at + 1) if at < len(text) else None


def _string_end(text: str, at: int) -> int | None:
    """Behind the quotation mark that ends a string; templates in it may have strings of theirs."""
    depth = 0
    inner = False
    while at < len(text):
        pattern = _IN_TEMPLATE if depth and not inner else _IN_STRING
        run = pattern.match(text, at)
        at = run.end() if run else at
        sign = text[at : at + 1]
        if sign == '"':
            if not depth:
                return at + 1
            inner = not inner
        elif sign in ("$", "%") and not inner:
            depth += 1
            at += 1
        elif depth and not inner and sign in ("{", "}"):
            depth += 1 if sign == "{" else -1
        elif sign in ("", "\n") and not depth:
            return None
        at += 1
    return None


def _heredoc_end(text: str, heredoc: re.Match[str]) -> int | None:
    """Where the line that ends a heredoc begins; its mark is left, as a name on a line."""
    at = heredoc.end()
    while at < len(text):
        line = _LINE.match(text, at)
        end = line.end() if line else len(text)
        if text[at:end].strip() == heredoc["mark"]:
            return at + text[at:end].index(heredoc["mark"]) + len(heredoc["mark"])
        at = end
    return None


class _Reader:
    def __init__(self, layer: Layer, budget: Budget) -> None:
        self._layer = layer
        self._tokens = list(_tokens(layer.text, budget))
        self._at = 0

    def read(self) -> Node:
        root = Mapping()
        while self._kind != _END:
            self._body(root, 0)
            self._next()
        _follow_locals(root)
        return root

    @property
    def _kind(self) -> str:
        return self._tokens[self._at].kind

    def _next(self) -> _Token:
        token = self._tokens[self._at]
        if token.kind != _END:
            self._at += 1
        return token

    def _body(self, body: Mapping, depth: int) -> None:
        """Attributes and blocks, up to the brace that closes them."""
        while self._kind not in ("}", _END):
            token = self._next()
            if token.kind not in ("name", "string"):
                continue
            name = self._name(token)
            if self._kind in ("=", ":"):
                self._next()
                self._entry(body, name, depth)
            elif token.kind == "name":
                self._block(body, name, depth)

    def _entry(self, body: Mapping, name: Text, depth: int) -> None:
        value = self._value(depth + 1)
        chosen = self._kind == _CHOICE
        self._skip_rest()
        if chosen and isinstance(value, Reference):
            value = Reference(self._layer, value.start, self._tokens[self._at - 1].end)
        if value is not None:
            body.entries.append((name, value))

    def _block(self, body: Mapping, name: Text, depth: int) -> None:
        labels = []
        while self._kind in ("name", "string"):
            labels.append(self._name(self._next()).value)
        if self._kind != "{":
            return
        if depth >= MAX_DEPTH:
            self._skip_enclosed()
            return
        self._next()
        block = Block(name.value, tuple(labels))
        body.entries.append((name, block))
        self._body(block, depth + 1)
        self._next()

    def _name(self, token: _Token) -> Text:
        if token.kind == "string":
            return HclText(self._layer, token.start + 1, token.end - 1)
        return Text(self._layer, token.start, token.end)

    def _value(self, depth: int) -> Node | None:
        """The value that begins here, None for one that only Terraform can tell."""
        while self._kind == _NEWLINE:
            self._next()
        kind = self._kind
        if depth >= MAX_DEPTH and kind in _CLOSING:
            self._skip_enclosed()
            return None
        if kind in ("}", "]", ")", _END):
            return None
        token = self._next()
        if kind == "{":
            return self._object(depth)
        if kind == "[":
            return self._tuple(depth)
        if kind == "(":
            value = self._value(depth + 1)
            self._skip_to(")")
            return value
        if kind == "heredoc":
            return self._heredoc(token)
        if kind == "name":
            return self._expression(token, depth)
        return self._name(token) if kind in ("string", "number") else None

    def _heredoc(self, token: _Token) -> Text:
        text = self._layer.text
        first = text.index("\n", token.start) + 1
        last = text.rfind("\n", first, token.end)
        return Text(self._layer, first, max(last, first))

    def _expression(self, token: _Token, depth: int) -> Node | None:
        """A name and what follows it: a function's argument, or a reference."""
        name = self._layer.text[token.start : token.end]
        if self._kind == "(" and depth >= MAX_DEPTH:
            self._skip_enclosed()
        elif self._kind == "(":
            self._next()
            if name == _MERGE:
                return self._merged(depth)
            value = self._value(depth + 1)
            self._skip_to(")")
            if name in _WRAPPERS and not isinstance(value, Reference):
                return value
            return Reference(self._layer, token.start, self._tokens[self._at - 1].end)
        end = token.end
        while self._kind in (".", "["):
            if self._kind == "[":
                self._skip_enclosed()
            else:
                self._next()
                self._next()
            end = self._tokens[self._at - 1].end
        if name == _NULL:
            return Absent(self._layer, token.start, end)
        return Reference(self._layer, token.start, end)

    def _merged(self, depth: int) -> Mapping:
        merged = Mapping()
        while self._kind not in (")", _END):
            value = self._value(depth + 1)
            if isinstance(value, Mapping):
                merged.entries += value.entries
            self._skip_rest()
            if self._kind in (",", _NEWLINE):
                self._next()
            elif self._kind in ("}", "]"):
                break
        self._skip_to(")")
        return merged

    def _object(self, depth: int) -> Mapping:
        found = Mapping()
        while self._kind not in ("}", _END):
            token = self._next()
            if token.kind == "(":
                self._skip_to(")")
            elif token.kind in ("name", "string", "number") and self._kind in ("=", ":"):
                self._next()
                self._entry(found, self._name(token), depth)
        self._next()
        return found

    def _tuple(self, depth: int) -> Sequence:
        found = Sequence()
        while self._kind not in ("]", _END):
            if self._kind in (",", _NEWLINE, "}", ")"):
                self._next()
                continue
            value = self._value(depth + 1)
            if value is not None:
                found.items.append(value)
            self._skip_rest()
        self._next()
        return found

    def _skip_rest(self) -> None:
        """Leave out what follows a value in an expression."""
        while self._kind not in (_NEWLINE, ",", "}", "]", ")", _END):
            if self._kind in _CLOSING:
                self._skip_enclosed()
            else:
                self._next()

    def _skip_to(self, closing: str) -> None:
        while self._kind not in (closing, _END):
            if self._kind in _CLOSING:
                self._skip_enclosed()
            else:
                self._next()
        self._next()

    def _skip_enclosed(self) -> None:
        """Leave out what is in brackets, and the brackets."""
        depth = 0
        while self._kind != _END:
            kind = self._next().kind
            if kind in _CLOSING:
                depth += 1
            elif kind in _CLOSING.values():
                depth -= 1
                if depth <= 0:
                    return
