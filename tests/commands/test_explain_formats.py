"""`iflint explain --format`: a rule's page for others, as Markdown and as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from iflint.engine.plugins import load_rules
from iflint.reporters.html_page import html_page

VOID = ("meta", "br", "hr", "img")


class Reader(HTMLParser):
    """The elements of a page, with what is not closed in order."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def named(page, tag):
    return [attributes for name, attributes in page.elements if name == tag]


@pytest.mark.parametrize("rule", [rule.name for rule in load_rules()])
def test_the_page_of_every_rule_is_one_file_that_runs_nothing(call, rule) -> None:
    result = call("explain", rule, "--format", "html")
    assert result.exit_code == 0
    page = Reader(result.stdout)
    assert not page.open
    tags = {tag for tag, _ in page.elements}
    assert tags >= {"html", "title", "main", "h1", "h2"}
    assert not tags & {"script", "link", "img", "iframe", "object", "form", "base"}
    assert not any("src" in attributes or "style" in attributes for _, attributes in page.elements)
    for link in named(page, "a"):
        assert link["href"].startswith(("https://", "http://", "#"))


def test_the_policy_allows_the_style_and_nothing_else(call) -> None:
    text = call("explain", "IFL301", "--format", "html").stdout
    (policy,) = (m["content"] for m in named(Reader(text), "meta") if "http-equiv" in m)
    style = re.search("<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "url(" not in style
    assert "@import" not in style


def test_what_a_plugin_writes_is_text_in_the_page() -> None:
    hostile = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
        "![picture](https://example.com/a.png) [run](javascript:alert(1))\n\n"
        "a\x1b[31m\u202eb \ud800\n\n| a | b |\n| --- | --- |\n| `<b>` | 2 |\n"
    )
    text = html_page('</title><script>"&', hostile)
    page = Reader(text)
    assert not {"script", "img", "b"} & {tag for tag, _ in page.elements}
    assert named(page, "td")
    assert [link["href"] for link in named(page, "a")] == ["https://example.com/a.png"]
    assert not {"\x1b", "\u202e"} & set(text)
    text.encode()


def test_markdown_for_others(workplace, call) -> None:
    assert call("explain", "ifl301", "--format", "markdown", "--output", "a.md").exit_code == 0
    text = (workplace / "a.md").read_text(encoding="utf-8")
    assert text.startswith("# IFL301 dn-mismatch\n\n**")
    assert text == call("explain", "IFL301", "--format", "markdown").stdout
    assert text == call("explain", "IFL301").stdout
    coloured = call("explain", "IFL301", "--format", "markdown", "--color", "always").stdout
    assert coloured == text


def test_an_unknown_format_is_wrong_usage(call) -> None:
    result = call("explain", "IFL301", "--format", "htm")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "did you mean 'html'?" in result.stderr
