"""The HTML report as a text: whole, inert whatever names it holds, and what it says of findings.

What it does in a browser is tested in tests/browser.
"""

import base64
import hashlib
import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iflint.report.findings import BaselineState, DnComparison, DnRow
from iflint.reporters import html, job_summary
from iflint.reporters.html_views import ChannelView, FlowView, _marks, facing, parted
from reporters.sample_report import EXPIRED, HOSTILE, SOON, clean, hostile, sample

VOID = {"meta", "input", "br"}
INSIDE_SVG = {"path", "rect", "circle", "use", "line", "polygon"}
ADDRESSES = {"href", "src", "srcset", "action", "formaction", "data", "poster", "background"}


class Page(HTMLParser):
    """The elements of a page; fails when one is left open or closed that is not."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes) -> None:
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes) -> None:
        assert tag in INSIDE_SVG
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def with_findings(*findings, **changes):
    return msgspec.structs.replace(sample(), findings=findings, **changes)


@pytest.mark.parametrize("report", [sample(), clean(), hostile()], ids=["all", "clean", "hostile"])
def test_the_page_is_whole_and_needs_nothing_from_outside(report) -> None:
    page = Page(html.render(report))
    assert [name for name, _ in page.elements if name in ("script", "style", "link", "iframe")] == [
        "style",
        "script",
    ]
    for name, attributes in page.elements:
        assert not any(each.startswith("on") or each == "style" for each in attributes)
        for each in ADDRESSES & set(attributes):
            value = attributes[each] or ""
            assert value.startswith("#") or (name == "a" and value.startswith("https://")), value


@pytest.mark.parametrize("report", [sample(), clean(), hostile()], ids=["all", "clean", "hostile"])
def test_every_link_within_the_page_leads_somewhere(report) -> None:
    page = Page(html.render(report))
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        if (link["href"] or "").startswith("#"):
            assert (link["href"] or "")[1:] in ids


def test_the_policy_allows_this_style_and_this_script_alone() -> None:
    text = html.render(sample())
    policy = next(
        each["content"] or ""
        for each in Page(text).all("meta")
        if each.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for element in ("style", "script"):
        content = re.search(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        assert content
        digest = base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


def test_a_finding_is_told_whole() -> None:
    text = Page(html.render(with_findings(EXPIRED, SOON))).text
    for finding in (EXPIRED, SOON):
        assert finding.code in text
        assert finding.remedy.rstrip(".") in text
    assert "broken since" in text
    assert "breaks on" in text


@pytest.mark.parametrize("render", [html.render, job_summary.render], ids=["html", "markdown"])
def test_no_full_stop_follows_a_name_that_is_to_be_entered(render) -> None:
    """Who copies it to the end of the line would enter another name."""
    finding = msgspec.structs.replace(EXPIRED, remedy="Enter Issuer DN CN=CA,C=NL")
    assert "CN=CA,C=NL" in render(with_findings(finding))
    assert "CN=CA,C=NL." not in render(with_findings(finding))


def test_names_are_text_and_nothing_else() -> None:
    text = html.render(hostile())
    assert HOSTILE not in text
    assert text.count("<script") == 1
    assert text.count("<style") == 1


@pytest.mark.parametrize("name", ["##vso[task.x]y", "##[error]x", "a\n::error::x"])
def test_a_log_that_shows_the_page_obeys_nothing(name) -> None:
    finding = msgspec.structs.replace(EXPIRED, message=name, remedy=name, environments=(name,))
    text = html.render(with_findings(finding))
    assert "##vso[" not in text
    assert "##[" not in text
    assert "\n::error" not in text
    assert name.split("\n")[0] in Page(text).text


@settings(max_examples=60, deadline=None)
@given(name=st.text(alphabet=st.characters(codec=None), max_size=40))
def test_no_name_breaks_the_page(name) -> None:
    finding = msgspec.structs.replace(EXPIRED, message=name, remedy=name, environments=(name,))
    text = html.render(with_findings(finding))
    Page(text)
    text.encode()


def test_the_same_report_gives_the_same_page() -> None:
    assert html.render(sample()) == html.render(sample())


def test_a_clean_report_has_nothing_to_filter() -> None:
    text = html.render(clean())
    assert "Nothing found." in text
    assert 'id="filter"' not in text


def compared(stored: str, certificate: str, *rows: DnRow) -> DnComparison:
    return DnComparison("subject", "case", stored, certificate, rows)


def test_two_names_are_compared_part_by_part_and_letter_by_letter() -> None:
    comparison = compared(
        "CN=a, O=Acme GMBH",
        "CN=a, O=Acme GmbH",
        DnRow("CN=a", "CN=a", same=True),
        DnRow("O=Acme GMBH", "O=Acme GmbH", same=False),
    )
    assert facing(comparison) == [
        ((("CN=a", False),), (("CN=a", False),), True),
        (
            (("O=Acme G", False), ("MB", True), ("H", False)),
            (("O=Acme G", False), ("mb", True), ("H", False)),
            False,
        ),
    ]


def test_a_part_that_one_name_lacks_is_not_marked_within_the_other() -> None:
    comparison = compared("CN=a", "CN=a, C=DE", DnRow("", "C=DE", same=False))
    assert facing(comparison) == [((("", False),), (("C=DE", False),), False)]


@settings(deadline=None)
@given(one=st.text("aAb ", min_size=1, max_size=12), other=st.text("aAb ", min_size=1, max_size=12))
def test_the_pieces_of_a_name_are_the_name(one, other) -> None:
    (first, second, _), *none = facing(compared(one, other))
    assert not none
    assert "".join(text for text, _ in first) == one
    assert "".join(text for text, _ in second) == other
    assert [text for text, same in first if not same] == [text for text, same in second if not same]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("It expired. Renew it.", ("It expired.", "Renew it.")),
        ("It expired.", ("It expired.", "")),
        ("", ("", "")),
    ],
)
def test_the_first_sentence_stands_alone(message, parts) -> None:
    assert parted(message) == parts


def test_what_is_known_or_suppressed_is_no_clean_bill() -> None:
    known = msgspec.structs.replace(EXPIRED, baseline=BaselineState.UNCHANGED)
    assert EXPIRED.iflow
    assert EXPIRED.channel
    report = with_findings(known=(known,), suppressed=())
    text = Page(html.render(report)).text
    assert "Nothing found besides 1 known finding." in text
    assert text.count("1 known finding") >= 3


def test_a_channel_that_is_known_to_fail_in_one_environment_is_not_marked_as_working() -> None:
    channel = msgspec.structs.replace(next(sample().channels), environment="qa")
    iflow = sample().iflows[0]
    views = [
        ChannelView(1, channel, "", (), None, "1 known finding"),
        ChannelView(2, channel, "ok", (), None),
    ]
    for order in (views, views[::-1]):
        marks = _marks(FlowView(1, iflow, tuple(order), ()))
        assert marks[channel.id].label.endswith("1 known finding")
