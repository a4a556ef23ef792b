"""A report as its readers use it: by keyboard, with filters, without script, by screen reader."""

from __future__ import annotations

import pytest

COUNT = "output[aria-live]"
CAUSES = "article.cause"
ACTIVE = "document.activeElement"
IN_SIGHT = """
(() => {
  const {left, top} = document.activeElement.getBoundingClientRect();
  const there = document.elementFromPoint(left + 8, top + 2);
  return Boolean(there && document.activeElement.contains(there));
})()
"""


def number(page) -> int:
    """How many causes are shown."""
    return len(page.texts(CAUSES))


def everything(page) -> int:
    """How many there are."""
    return page.read(f"document.querySelectorAll('{CAUSES}').length")


def counted(page) -> int:
    """How many are shown, as the page says itself."""
    return int(page.texts(COUNT)[0].split()[0])


@pytest.fixture
def report(browser, made):
    with browser.open(made("demo"), viewport={"width": 1280, "height": 900}) as page:
        yield page
        assert page.complaints == []


@pytest.fixture
def environments(browser, made):
    with browser.open(made("apart"), viewport={"width": 1280, "height": 900}) as page:
        yield page
        assert page.complaints == []


def severity(name: str) -> str:
    return f"button[data-severity={name}]"


def choose(page, kind: str, index: int = 1) -> str:
    """Choose from a list of the filter; its value."""
    label = f"#filter select[data-kind={kind}]"
    return page.call("selectOption", {"index": index}, at=label)[0]


def data(page, kind: str) -> set[str]:
    """What the causes that are shown have of a kind."""
    return set(
        page.read(
            f"[...document.querySelectorAll('{CAUSES}')].filter(each => each.checkVisibility())"
            f".map(each => each.dataset.{kind})"
        )
    )


def test_severities_are_switched_off_and_on(report) -> None:
    total = number(report)
    report.call("click", at=severity("error"))
    assert data(report, "severity") == {"warning", "note"}
    assert number(report) == counted(report) < total
    report.call("click", at=severity("warning"))
    assert data(report, "severity") == {"note"}
    report.call("click", at=severity("error"))
    report.call("click", at=severity("warning"))
    assert number(report) == counted(report) == total


@pytest.mark.parametrize("kind", ["rule", "packages", "environments"])
def test_one_choice_of_each_kind_narrows(environments, report, kind) -> None:
    page = environments if kind == "environments" else report
    total = number(page)
    value = choose(page, kind.removesuffix("s"))
    assert all(value in each for each in data(page, kind))
    assert 0 < number(page) == counted(page) <= total


def test_text_finds_what_a_finding_and_its_flow_say(report) -> None:
    report.call("fill", "DELIVERY notes", at="input[type=search]")
    texts = report.texts(CAUSES)
    assert 0 < len(texts) == counted(report)
    assert all("/delivery/notes" in each for each in texts) or report.texts("h3")
    report.call("fill", "no such text anywhere", at="input[type=search]")
    assert number(report) == counted(report) == 0


def test_filters_combine_and_show_all_ends_them(report) -> None:
    total = number(report)
    report.call("click", at=severity("note"))
    package = choose(report, "package")
    report.call("fill", "certificate", at="input[type=search]")
    assert 0 < number(report) == counted(report) < total
    assert all(package in each for each in data(report, "packages"))
    assert "note" not in data(report, "severity")
    report.call("click", at="role=button[name='Show all']")
    assert number(report) == counted(report) == total
    assert report.read("document.getElementById('q').value") == ""
    assert report.read("[...document.querySelectorAll('select')].every(each => !each.value)")


def test_flows_without_a_finding_that_is_shown_go_too(report) -> None:
    report.call("click", at=severity("error"))
    report.call("click", at=severity("warning"))
    shown = report.read(
        "[...document.querySelectorAll('.flow-card')].filter(each => each.checkVisibility())"
        ".map(each => each.dataset.causes.split(' ')"
        ".filter(n => !document.getElementById('f' + n).hidden).length)"
    )
    assert shown
    assert 0 not in shown


def test_the_address_keeps_the_filter(report) -> None:
    report.call("click", at=severity("error"))
    rule = choose(report, "rule")
    report.call("fill", "e&=%ü", at="input[type=search]")
    report.call("fill", "example", at="input[type=search]")
    before = report.texts(CAUSES)
    report.call("reload")
    assert report.texts(CAUSES) == before
    assert counted(report) == len(before)
    assert report.read("document.querySelector('select[data-kind=rule]').value") == rule
    assert report.read("document.getElementById('q').value") == "example"
    pressed = "document.querySelector('button[data-severity=error]').ariaPressed"
    assert report.read(pressed) == "false"


@pytest.mark.parametrize(
    "fragment", ["severity=", "rule=%E0%A4%A", "%", "q=%00&package=none", "no-such-place", "="]
)
def test_an_address_that_somebody_wrote_shows_a_report_nevertheless(
    browser, made, fragment
) -> None:
    with browser.open(made("demo"), fragment) as page:
        assert page.complaints == []
        assert counted(page) == number(page)
        page.call("click", at="role=button[name='Show all']")
        assert number(page) == everything(page) > 30


def test_a_link_to_a_finding_that_is_hidden_shows_it(report) -> None:
    hidden = report.read("document.querySelector('article.cause.error').id")
    report.call("click", at=severity("error"))
    report.read(f"location.hash = '{hidden}'")
    report.call("waitForFunction", f"document.getElementById('{hidden}').checkVisibility()")
    assert report.read(f"{ACTIVE}.id") == hidden
    assert counted(report) == number(report) == everything(report)


def test_back_leads_back(report) -> None:
    link = ".places a"
    report.call("click", at=link)
    first = report.read("location.hash")
    report.call("goBack")
    assert report.read("location.hash") == ""
    report.call("goForward")
    assert report.read("location.hash") == first
    report.call("waitForFunction", f"'#' + {ACTIVE}.id === '{first}'")


def test_the_keyboard_reaches_everything_in_order(report) -> None:
    report.press("Tab")
    assert report.read(f"{ACTIVE}.textContent") == "Skip to the findings"
    report.press("Enter")
    assert report.read(f"{ACTIVE}.id") == "findings"
    report.settle()
    reached = []
    for _ in range(7):
        report.press("Tab")
        reached.append(
            report.read(f"{ACTIVE}.dataset.severity || {ACTIVE}.dataset.kind || {ACTIVE}.id")
        )
    assert reached == ["error", "warning", "note", "rule", "package", "q", "reset"]


def test_enter_on_a_marked_channel_goes_to_its_finding(report) -> None:
    mark = "svg a[href^='#f']"
    report.call("focus", at=mark)
    report.press("Shift+Tab", "Tab")
    assert report.read(f"{ACTIVE}.matches(':focus-visible')")
    target = report.read(f"{ACTIVE}.getAttribute('href')")
    report.press("Enter")
    report.call("waitForFunction", f"'#' + {ACTIVE}.id === '{target}'")
    assert report.read(f"getComputedStyle({ACTIVE}).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [320, 768, 1280])
def test_the_finding_that_is_gone_to_is_in_sight(browser, made, width) -> None:
    with browser.open(made("demo"), viewport={"width": width, "height": 640}) as page:
        for place in ("f2", "f20", "f37"):
            page.read(f"location.hash = '{place}'")
            page.call("waitForFunction", f"{ACTIVE}.id === '{place}'")
            page.settle()
            assert page.read(IN_SIGHT), f"{place} is covered or out of sight"


def test_tab_goes_through_the_whole_page_and_begins_again(report) -> None:
    report.read(
        "document.querySelectorAll('details').forEach(each => each.open = true);"
        "window.visited = [];"
        "addEventListener('focusin', event => visited.push(event.target))"
    )
    stops = 0
    while stops < 2000 and report.read("new Set(visited).size === visited.length"):
        report.press(*["Tab"] * 50)
        stops += 50
    assert report.read("visited.indexOf(visited[0], 1)") > 200, "it is not a trap that comes round"
    assert report.read("[...document.links].every(each => visited.includes(each))")


def test_the_text_to_paste_is_selected_and_copied(report) -> None:
    button = "role=button[name='Copy']"
    report.call("click", at=button)
    report.call("waitForFunction", "document.querySelector('.copy').textContent !== 'Copy'")
    selected = report.read("String(getSelection())")
    assert selected.startswith("CN=")
    assert report.read("document.querySelector('.copy').parentElement.textContent").count(selected)


def test_the_timeline_leads_to_the_certificate(browser, made) -> None:
    with browser.open(made("certificates")) as page:
        page.call("click", at="table a[href^='#cert']")
        there = "document.getElementById(location.hash.slice(1))"
        page.call("waitForFunction", f"{there}.open")
        assert "Issued by" in page.read(f"{there}.innerText")


def test_without_script_everything_is_there_and_nothing_is_dead(browser, made) -> None:
    with browser.open(made("demo"), javaScriptEnabled=False) as page:
        assert page.texts("button, select, input, output") == []
        assert number(page) == everything(page) > 30
        assert page.read("document.querySelectorAll('svg[role=group]').length") >= 15


def test_a_screen_reader_hears_the_flow_and_its_channels(report) -> None:
    drawing = "role=group[name='Drawing of Receive Payment Status']"
    assert 'link "XI /payments/status: warning' in report.call("ariaSnapshot", at=drawing)


def test_each_mark_says_its_channel_and_leads_somewhere(report) -> None:
    marks = report.read(
        "[...document.querySelectorAll('svg a')].map(each => [each.getAttribute('aria-label'),"
        " Boolean(document.querySelector(each.getAttribute('href')))])"
    )
    assert len(marks) >= 30
    assert all(label and there for label, there in marks)


CONTRAST = """
(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const paper = getComputedStyle(document.body).backgroundColor;
  const signs = [...document.querySelectorAll("svg[role=group] .badge")];
  const counts = [...document.querySelectorAll("svg[role=group] text.count")];
  return signs.map((sign, number) => {
    const fill = getComputedStyle(sign).fill;
    return [ratio(fill, paper), ratio(getComputedStyle(counts[number]).fill, fill)];
  });
})()
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_on_a_marked_channel_can_be_seen_and_read(browser, made, scheme) -> None:
    with browser.open(made("demo"), colorScheme=scheme) as page:
        contrasts = page.read(CONTRAST)
        assert len(contrasts) >= 20
        for sign, count in contrasts:
            assert sign >= 3
            assert count >= 4.5
