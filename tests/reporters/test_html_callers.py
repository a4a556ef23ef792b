"""The HTML report of service keys and mappings: where each is told of, and as what."""

import time

import msgspec
import pytest

from iflint.places.location import FileLocation, Location
from iflint.report.findings import BaselineState, CallerReference, Severity
from iflint.report.report import CallerResult, CertificateResult
from iflint.reporters import html
from iflint.reporters.causes import causes_of
from iflint.reporters.html_callers import caller_views
from iflint.reporters.html_findings import cause_views, placed
from iflint.reporters.html_views import _marks, flow_views
from reporters.sample_report import CERTIFICATE, EXPIRED, HOSTILE, sample
from reporters.test_html_report import Page

FILE = Location(FileLocation("servicekeys/acme.json"))
KEY = CallerReference("service-key", "acme", "k1", "it-rt-acme", ("Orders.send",))
OF_KEY = msgspec.structs.replace(
    EXPIRED,
    message="The client certificate of this service key expired on 2026-03-04 (265 days ago).",
    location=FILE,
    iflow=None,
    channel=None,
    entry=None,
    caller=KEY,
    related=(),
)


def caller(id_="k1", **changes):
    """A service key as a report has it."""
    known = CallerResult(
        kind="service-key",
        name="acme",
        id=id_,
        location=FILE,
        tenant="it-rt-acme",
        roles=("Orders.send",),
        certificates=(CertificateResult(CERTIFICATE, "expired", -265, None),),
    )
    return msgspec.structs.replace(known, **changes)


def by_role(*ids, findings=(OF_KEY,), callers=None, **changes):
    """The sample with its first channel authorized by role, and the callers that open it."""
    report = sample()
    first = report.iflows[0]
    channel = msgspec.structs.replace(
        first.channels[0],
        authorization="RoleBased",
        kind="user-role",
        checked=False,
        entries=(),
        findings=(),
        role="Orders.send",
        callers=ids,
    )
    iflow = msgspec.structs.replace(first, channels=(channel,))
    return msgspec.structs.replace(
        report,
        iflows=(iflow, *report.iflows[1:]),
        callers=tuple(callers or (caller(each) for each in ids)),
        findings=tuple(findings),
        **changes,
    )


def also_on_a_channel(report):
    """The report with a finding on another channel of the first flow, so that it is shown."""
    first, *others = report.iflows
    second = msgspec.structs.replace(first.channels[0], id="second", ordinal=2, callers=())
    assert EXPIRED.channel
    on_it = msgspec.structs.replace(
        EXPIRED,
        severity=Severity.NOTE,
        channel=msgspec.structs.replace(EXPIRED.channel, id=second.id, ordinal=second.ordinal),
    )
    iflow = msgspec.structs.replace(first, channels=(*first.channels, second))
    return msgspec.structs.replace(
        report, iflows=(iflow, *others), findings=(*report.findings, on_it)
    )


def views(report):
    """The callers and flows of a page."""
    findings = placed(cause_views(causes_of(report.findings), None))
    callers = caller_views(report, findings)
    return callers, flow_views(report, (), findings, callers)


def test_a_channel_by_role_names_the_keys_that_open_it() -> None:
    page = Page(html.render(also_on_a_channel(by_role("k1", "k2"))))
    assert page.text.count("service key acme of tenant it-rt-acme") > 3
    assert "authorized by User Role Orders.send" in page.text
    assert "its certificate ended on 2026-03-04" in page.text
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    assert {"k1", "k2"} <= set(ids)
    for link in page.all("a"):
        if (link["href"] or "").startswith("#"):
            assert (link["href"] or "")[1:] in ids


def test_a_cause_at_a_key_names_its_channel() -> None:
    text = html.render(by_role("k1"))
    card = Page(text[text.index('<article class="cause') : text.index("</article>") + 10]).text
    assert "service key acme" in card
    assert "opens Receive Orders: HTTPS 'Orders in' /orders" in card


def test_a_flow_is_not_drawn_for_the_keys_that_open_it_alone() -> None:
    _, flows = views(by_role("k1"))
    assert flows == []
    assert "2 iFlows: no finding stands on a channel of them." in html.render(by_role("k1"))


def test_a_channel_is_marked_as_the_worst_of_its_keys() -> None:
    _, flows = views(also_on_a_channel(by_role("k1", "k2")))
    flow = next(flow for flow in flows if flow.iflow.channels and flow.iflow.channels[0].by_role)
    mark = _marks(flow)[flow.channels[0].channel.id]
    assert (mark.severity, mark.count) == ("error", 1)
    assert mark.href == f"#c{flow.number}-1"
    assert "service key acme" in mark.label


def test_a_channel_by_role_without_keys_is_not_said_to_be_closed() -> None:
    text = Page(html.render(also_on_a_channel(by_role(findings=())))).text
    assert "no service key or mapping is known to have it" in text


@pytest.mark.parametrize(("told", "said"), [(("prod",), ["k1"]), (("qa",), [])])
def test_findings_of_another_environment_are_not_a_keys(told, said) -> None:
    report = by_role(
        "k1",
        findings=(msgspec.structs.replace(OF_KEY, environments=told),),
        callers=(caller(environments=("prod",)),),
    )
    callers, _ = views(report)
    assert [each.caller.id for each in callers if each.findings] == said


def test_one_finding_in_two_environments_is_told_once_with_all_channels() -> None:
    keys = (caller(environments=("qa",)), caller(environments=("prod",)))
    report = by_role("k1", callers=keys)
    first, *others = report.iflows
    channels = tuple(
        msgspec.structs.replace(first.channels[0], environment=name) for name in ("qa", "prod")
    )
    iflow = msgspec.structs.replace(first, channels=channels)
    text = html.render(msgspec.structs.replace(report, iflows=(iflow, *others)))
    assert text.count('id="f1"') == 1
    card = text[text.index('id="f1"') :]
    assert card[: card.index("</article>")].count("opens Receive Orders") == 1
    assert "(qa)" in text
    assert "(prod)" in text


def test_a_known_finding_is_no_clean_bill() -> None:
    known = msgspec.structs.replace(OF_KEY, baseline=BaselineState.UNCHANGED)
    callers, _ = views(by_role("k1", findings=(), known=(known,)))
    assert [(each.state, each.said) for each in callers] == [("", "1 known finding")]


def test_what_is_not_known_is_said() -> None:
    unknown = caller(roles=None, certificates=(), state="not-judged", pin_assumed=True)
    text = Page(html.render(by_role(findings=(), callers=(unknown,)))).text
    assert "roles not known · pinned (assumed)" in text
    assert "its certificate is not known" in text


def test_names_of_keys_are_text() -> None:
    text = html.render(by_role("k1", callers=(caller(name=HOSTILE, roles=(HOSTILE,)),)))
    assert HOSTILE not in text
    Page(text)


def test_thousands_of_callers_are_folded_and_take_no_time() -> None:
    keys = tuple(caller(f"k{number}") for number in range(3000))
    found = [
        msgspec.structs.replace(OF_KEY, caller=msgspec.structs.replace(KEY, id=each.id))
        for each in keys
    ]
    report = by_role(*(each.id for each in keys), callers=keys, findings=found)
    begin = time.perf_counter()
    callers, _ = views(report)
    assert time.perf_counter() - begin < 3
    assert all(len(each.findings) == 1 for each in callers)
    few = by_role(*(each.id for each in keys[:60]), callers=keys[:60], findings=found[:60])
    text = Page(html.render(also_on_a_channel(few))).text
    assert "and 50 more: all service keys and mappings" in text
    assert "And 10 more." in text
