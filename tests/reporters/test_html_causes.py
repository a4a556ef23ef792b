"""The HTML page by its causes: each said once, by day, with its places; what matters is drawn."""

import msgspec
import pytest
from click.testing import CliRunner

from benchmarks.repository import make
from iflint.commands.main import cli
from iflint.report.findings import Severity
from iflint.reporters import html
from reporters.sample_report import EXPIRED, SOON, UNREADABLE, sample
from reporters.test_html_report import Page, with_findings


def several(count, **changes):
    """So many findings of one cause."""
    return [
        msgspec.structs.replace(EXPIRED, cause="c", message=f"Expired {number}.", **changes)
        for number in range(count)
    ]


def test_a_cause_is_said_once_with_its_first_places_and_the_others_folded() -> None:
    text = html.render(with_findings(*several(8)))
    assert text.count('<article class="cause') == 1
    assert text.count("<summary>5 more places</summary>") == 1
    assert "1 cause in 8 places" in Page(text).text


def test_errors_come_first_then_the_day() -> None:
    later = msgspec.structs.replace(SOON, breaks_on=SOON.breaks_on.replace(year=2029))
    text = html.render(with_findings(UNREADABLE, later, SOON, EXPIRED))
    cards = [card.split('data-rule="')[1][:6] for card in text.split('<article class="cause')[1:]]
    severities = [card.split(" ")[1] for card in text.split('<article class="cause')[1:]]
    assert severities == sorted(severities, key=lambda each: Severity(each.strip('"')).rank)
    assert cards[0] == "IFL101"
    assert text.index("2029") > text.index(str(SOON.breaks_on.date()))


def test_what_is_to_come_is_amber_whatever_its_severity() -> None:
    ahead = msgspec.structs.replace(SOON, severity=Severity.ERROR)
    assert 'class="cause error coming"' in html.render(with_findings(ahead))
    assert 'class="cause error coming"' not in html.render(with_findings(EXPIRED))


@pytest.mark.parametrize(
    ("root", "title", "said"),
    [
        ("/work/orders", None, "orders"),
        ("/work/orders", "My flows", "My flows"),
        ("/", None, "iflint report"),
    ],
)
def test_a_page_has_the_title_that_is_given_else_the_repositorys_name(root, title, said) -> None:
    report = msgspec.structs.replace(sample(), root=root)
    assert f"<h1>{said}</h1>" in html.render(report, title=title)


def test_a_page_grows_with_what_is_found_not_with_what_is_read(tmp_path) -> None:
    sizes = []
    for flows in (0, 60):
        work = tmp_path / f"of-{flows}"
        make(work, flows=flows, channels=12)
        page = tmp_path / f"{flows}.html"
        options = ("--as-of", "2026-11-24", "--format", f"html={page}", "--title", "Flows")
        CliRunner().invoke(cli, ["check", str(work), *options])
        text = page.read_text("utf-8")
        assert "2 causes in 12 places" in text
        sizes.append(len(text))
    assert "other iFlows: no finding stands on a channel of them." in text
    assert sizes[1] < sizes[0] * 1.05
