"""The text report: what people read, at any width, with and without colour."""

import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from iflint.places.location import FileLocation, Location
from iflint.report.findings import (
    CallerReference,
    DnComparison,
    DnRow,
    EntryReference,
    Finding,
    Related,
)
from iflint.report.report import (
    BaselineSummary,
    CallerResult,
    IflowResult,
    Outcome,
    WantedCertificate,
)
from iflint.reporters import text
from iflint.words import terminal as style
from iflint.words.terminal import wrapped
from iflint.words.visible import cells
from reporters.sample_report import (
    EXPIRED,
    HOSTILE,
    MISMATCH,
    clean,
    hostile,
    sample,
)

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def with_findings(*findings, **changes):
    return msgspec.structs.replace(sample(), findings=findings, **changes)


def test_a_finding_at_eighty_columns() -> None:
    shown = text.render(with_findings(EXPIRED), width=80)
    assert shown.startswith(
        """\
1 expired-certificate: 1 interface.

error[IFL101] expired-certificate: The client certificate of this entry expired
  on 2026-03-04 (265 days ago).
  --> flows/Receive Orders/src/main/resources/Orders.iflw:41:76
 41 | …e.subjectDN'&gt;CN=orders.acme.example, O=Acme GmbH, C=DE&lt;/cell&gt;&l…
    |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  iFlow        Acme Orders › Receive Orders 1.0.4
  channel      HTTPS "Orders in" /orders, row 1
  certificate  CN=orders.acme.example, O=Acme GmbH, C=DE
  issued by    CN=Acme Issuing CA 2, O=Acme GmbH, C=DE
  valid        2025-03-05 to 2026-03-04
  file         certs/orders.pem:1:1
               certs/all.p7b
  see          certs/orders.pem: this certificate
  broken since 2026-03-04 (265 days ago)
  fix:         Ask the sender for the renewed certificate; with the same DN pair
               nothing changes.
"""
    )


def test_names_are_set_side_by_side() -> None:
    shown = text.render(with_findings(MISMATCH), width=80)
    assert (
        """\
  subject      in the channel          in the certificate
               CN=orders.acme.example  CN=orders.acme.example
             ✗ O=Acme                  O=Acme GmbH
               C=DE                    C=DE
  issuer       the same: CN=Acme Issuing CA 2, O=Acme GmbH, C=DE
"""
        in shown
    )


def test_names_too_long_for_two_columns_stand_below_each_other() -> None:
    long = "O=" + "x" * 60
    rows = (DnRow("CN=a", "CN=a", True), DnRow(long, "", False))
    finding = msgspec.structs.replace(
        MISMATCH, comparisons=(DnComparison("subject", "attribute", "a", "b", rows),)
    )
    shown = text.render(with_findings(finding), width=80)
    assert f"             ✗ channel:     {long}\n" in shown
    assert "             ✗ certificate: (nothing)\n" in shown


def test_a_flow_in_an_archive_is_named_shortly() -> None:
    shown = text.render(with_findings(MISMATCH), width=80)
    assert "--> exports/Acme.zip!/a1b2_content!/src/main/…/Invoices.iflw:41:100" in shown
    plain = text.render(with_findings(MISMATCH), width=80, ascii=True)
    assert "!/src/main/.../Invoices.iflw:41:100" in plain


def test_errors_come_first_then_what_breaks_first() -> None:
    shown = text.render(sample())
    titles = [line for line in shown.splitlines() if re.match(r"(error|warning|note)\[", line)]
    ranks = [("error", "warning", "note").index(title.partition("[")[0]) for title in titles]
    assert ranks == sorted(ranks)
    assert len(titles) > 2


def at_places(number: int, **changes: object) -> list[Finding]:
    """One cause at so many channels."""
    assert EXPIRED.channel is not None
    return [
        msgspec.structs.replace(
            EXPIRED,
            channel=msgspec.structs.replace(EXPIRED.channel, ordinal=each, address=f"/{each}"),
            cause="one",
            **changes,
        )
        for each in range(1, number + 1)
    ]


def test_a_cause_is_said_once_with_its_places() -> None:
    report = msgspec.structs.replace(
        with_findings(*at_places(6)),
        outcomes=(Outcome("IFL101", "certificate has expired", "certificates have expired"),),
    )
    shown = text.render(report)
    assert shown.startswith("1 certificate has expired: 6 interfaces.\n")
    assert shown.count("error[IFL101]") == 1
    assert shown.count("Orders in") == 4
    assert "and 2 more places (--verbose names them)" in shown
    assert "findings         1 cause in 6 places: 6 errors\n" in shown
    everything = text.render(report, verbose=True)
    assert everything.count("Orders in") == 6


def test_an_interface_with_two_causes_of_a_kind_is_one() -> None:
    (one,) = at_places(1)
    shown = text.render(with_findings(one, msgspec.structs.replace(one, cause="another")))
    assert shown.startswith("2 expired-certificate: 1 interface.\n")


def test_a_cause_tells_each_fix_once_and_of_which_place_it_is() -> None:
    first, second, third = at_places(3)
    third = msgspec.structs.replace(third, remedy="Make a new key")
    shown = " ".join(text.render(with_findings(first, second, third)).split())
    assert shown.count(EXPIRED.remedy) == 1
    assert "/3, row 1: Make a new key" in shown.partition("fix:")[2]


def test_a_file_is_named_once_where_all_places_lie_in_it() -> None:
    places = [msgspec.structs.replace(each, location=EXPIRED.location) for each in at_places(3)]
    shown = text.render(with_findings(*places), width=200)
    assert shown.count(str(EXPIRED.location.file)) == 1
    assert shown.count("(the same file, line 41)") == 2


def test_places_of_one_cause_name_their_certificates_where_these_differ() -> None:
    assert EXPIRED.certificate is not None
    first, second = at_places(2)
    other = msgspec.structs.replace(EXPIRED.certificate, sha256="ff", subject="CN=other")
    second = msgspec.structs.replace(second, certificate=other)
    assert "/2, row 1, CN=other (" in " ".join(text.render(with_findings(first, second)).split())


def test_breaks_on_and_broken_since() -> None:
    shown = " ".join(text.render(sample()).split())
    assert "breaks on 2026-12-01 (in 7 days)" in shown
    assert "broken since 2026-03-04 (265 days ago)" in shown


def test_summary() -> None:
    shown = text.render(sample(), width=100)
    assert shown.endswith(
        """\
Summary
iFlows           2 in 1 package
sender channels  1 by Client Certificate
let in by        1 row; 1 with a certificate at hand
certificates     3 in 2 files
skipped          archive without flow: 2, clutter: 1 (--verbose names them)
list of roots    SAP BTP Trust Store 3.0.0 (2026-06-03), for platform Cloud Foundry
clock            2026-11-24 00:00:00 UTC
findings         3 errors, 1 warning and 1 note
"""
    )


def test_verbose_names_what_was_skipped() -> None:
    assert "exports/TPM.zip" not in text.render(sample())
    shown = text.render(sample(), verbose=True)
    assert "exports/TPM.zip (archive without flow)" in shown
    assert "exports/._Acme.zip (clutter: macOS metadata)" in shown


def test_certificates_to_ask_for_are_listed_once() -> None:
    shown = text.render(sample())
    assert "2 rows name a pair that no certificate at hand has or resembles." in shown
    assert shown.count("CN=partner.example, C=DE") == 1
    assert "HTTPS /orders and SOAP /invoices" in shown
    assert "--certificates PATH" in shown


def test_a_path_without_iflow_is_said_aloud() -> None:
    assert "No iFlow found in 'empty' (" in text.render(with_findings(paths=(".", "empty")))
    assert "No iFlow found" not in text.render(clean())


@pytest.mark.parametrize("path", [".", "flows", "./flows/", "/work/repo", "exports/Acme.zip"])
def test_a_path_with_an_iflow_is_not(path) -> None:
    assert "No iFlow found" not in text.render(with_findings(paths=(path,)))


@pytest.mark.parametrize(
    ("flow", "path"),
    [
        ("Orders/src/main/resources/scenarioflows/integrationflow/O.iflw", "Orders/META-INF/x.MF"),
        ("src/main/resources/scenarioflows/integrationflow/O.iflw", "META-INF/MANIFEST.MF"),
    ],
)
def test_a_path_that_is_part_of_an_iflow_is_not(flow, path) -> None:
    iflow = IflowResult("Orders", "Orders", "1.0.0", None, FileLocation(flow))
    assert "No iFlow found" not in text.render(with_findings(paths=(path,), iflows=(iflow,)))


def test_channels_are_told_by_how_they_are_authorized_and_those_without_are_none_of_ours() -> None:
    report = sample()
    (iflow, *_) = (iflow for iflow in report.iflows if iflow.channels)
    (channel, *_) = iflow.channels
    role_based = msgspec.structs.replace(channel, checked=False, kind="user-role", entries=())
    polling = msgspec.structs.replace(channel, checked=False, kind="none", entries=())
    other = msgspec.structs.replace(role_based, ordinal=2)
    iflow = msgspec.structs.replace(iflow, channels=(channel, role_based, other, polling))
    shown = text.render(with_findings(iflows=(iflow,)))
    assert "sender channels  1 by Client Certificate, 2 by User Role\n" in shown


def test_clean() -> None:
    shown = text.render(clean())
    assert shown.startswith("Summary\n")
    assert shown.endswith("findings         none\n")


@pytest.mark.parametrize("make", [sample, clean, hostile])
@pytest.mark.parametrize("width", [1, 40, 80, 160])
def test_colour_changes_nothing_but_colour(make, width) -> None:
    plain = text.render(make(), width=width, verbose=True)
    painted = text.render(make(), width=width, verbose=True, colour=True)
    assert "\x1b" not in plain
    assert "\x1b" in painted
    assert ANSI.sub("", painted) == plain


@pytest.mark.parametrize("width", [80, 160])
def test_lines_keep_to_the_width_unless_a_word_is_longer(width) -> None:
    for line in text.render(sample(), width=width).splitlines():
        assert cells(line) <= width or " --> " in line or ".iflw" in line


def test_hostile_names_are_shown_and_powerless() -> None:
    shown = text.render(hostile(), verbose=True)
    shown.encode("utf-8")
    assert all(line.isprintable() for line in shown.splitlines())
    assert r"\x1b[31mb\u202ec\u2028d\x9be\ud800f\u200bg" in shown
    assert HOSTILE not in shown


@pytest.mark.parametrize("make", [sample, clean, hostile])
def test_ascii(make) -> None:
    assert text.render(make(), ascii=True, verbose=True).isascii()


def test_a_thousand_places_are_not_all_listed() -> None:
    many = tuple(Related(Location(FileLocation(f"c{n}.pem")), "one") for n in range(1000))
    shown = text.render(with_findings(msgspec.structs.replace(EXPIRED, related=many)))
    assert "and 990 more places" in shown


def test_a_name_longer_than_the_line_stays_whole() -> None:
    assert wrapped("see " + "x" * 50 + " now", 0, 2, 40) == ["see", "x" * 50, "now"]


def test_wrapping_keeps_blanks_inside_a_line() -> None:
    assert wrapped("CN=a  b", 0, 0, 40) == ["CN=a  b"]


def luminance(colour: str) -> float:
    number = int(colour.rsplit(";", 1)[1])
    if number >= 232:
        levels = [8 + 10 * (number - 232)] * 3
    else:
        cube = number - 16
        levels = [0 if n == 0 else 55 + 40 * n for n in (cube // 36, cube // 6 % 6, cube % 6)]
    linear = [
        c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4
        for c in (level / 255 for level in levels)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [style.ERROR, style.WARNING, style.NOTE, style.QUIET])
def test_colours_are_readable_on_dark_and_light(colour) -> None:
    bright = luminance(colour)
    assert (bright + 0.05) / 0.05 > 3.5
    assert 1.05 / (bright + 0.05) > 3.5


def test_the_numbers_of_entries_add_up() -> None:
    import iflint

    demo = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
    roots = str(demo / "trust-table.json")
    report = iflint.check(str(demo), as_of=datetime(2026, 11, 24, tzinfo=UTC), roots=[roots])
    summary = " ".join(text.render(report).split())
    counts = re.search(
        r"let in by (\d+) rows, (\d+) service keys and (\d+) mappings;"
        r" (\d+) with a certificate at hand (\d+) without: (.*) (\d+) more rows in ",
        summary,
    )
    assert counts is not None
    rows, keys, mappings, with_one, without, states, more = counts.groups()
    assert int(rows) + int(keys) + int(mappings) == int(with_one) + int(without)
    assert sum(map(int, re.findall(r"\d+", states))) == int(without)
    entries = sum(len(channel.entries) for channel in report.channels)
    assert int(rows) + int(more) == entries


def test_what_is_the_same_in_all_environments_is_counted_once() -> None:
    import iflint
    from iflint.options import Environment

    demo = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
    settings = {"as_of": datetime(2026, 11, 24, tzinfo=UTC)}
    alone = iflint.check(str(demo), **settings)
    environments = (Environment(name="qa"), Environment(name="prod"))
    both = iflint.check(str(demo), **settings, environments=environments)
    assert both.bindings == alone.bindings
    told = " ".join(text.render(both).split())
    assert "more rows in channels not known to use rows in any environment" in told
    assert re.search(r"iFlows \d+, \d+ of them in \d packages? ", told)


def test_callers_without_a_certificate_are_among_those_without() -> None:
    told = CallerResult(
        kind="mapping", name="PARTNER", id="1", location=EXPIRED.location, by_facts=True
    )
    untold = msgspec.structs.replace(told, name="OTHER", id="2", by_facts=False)
    report = with_findings(callers=(told, untold, untold))
    shown = " ".join(text.render(report).split())
    assert "3 without: 1 known by names or dates alone, 2 not known" in shown


KEY = CallerReference("service-key", "partner", "key-1", "acme!b1", ("ESBMessaging.send",))
MAPPING = CallerReference("mapping", "PARTNER", "mapping-1")


def about(caller, **changes):
    return msgspec.structs.replace(
        EXPIRED, iflow=None, channel=None, entry=None, caller=caller, **changes
    )


def opened(*addresses, environment=""):
    """An iFlow whose channels the key opens."""
    (channel, *_) = (each for iflow in sample().iflows for each in iflow.channels)
    channels = (
        msgspec.structs.replace(
            channel, name="", address=address, callers=(KEY.id,), environment=environment
        )
        for address in addresses
    )
    return msgspec.structs.replace(sample().iflows[0], name="Orders", channels=tuple(channels))


def test_findings_of_callers_say_once_what_they_are_about() -> None:
    shown = text.render(with_findings(about(MAPPING), EXPIRED, about(KEY)))
    assert "  service key  partner of tenant acme!b1, role ESBMessaging.send\n" in shown
    assert "  mapping      of user PARTNER, roles not known\n" in shown


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ((), "opens no channel here"),
        (("/a",), "opens Orders: HTTPS /a"),
        (("/a", "/b"), "opens Orders: HTTPS /a and Orders: HTTPS /b"),
        (
            ("/a", "/b", "/c", "/d", "/e"),
            "opens Orders: HTTPS /a, Orders: HTTPS /b, Orders: HTTPS /c and 2 more channels",
        ),
    ],
)
def test_a_finding_of_a_key_names_the_channels_that_it_opens(addresses, expected) -> None:
    shown = text.render(with_findings(about(KEY), iflows=(opened(*addresses),)))
    assert f"{expected} certificate" in " ".join(shown.split())


def test_a_key_opens_the_channels_of_the_environments_of_its_finding() -> None:
    flows = (opened("/qa", environment="qa"), opened("/prod", environment="prod"))
    shown = text.render(with_findings(about(KEY, environments=("qa",)), iflows=flows))
    assert "opens        Orders: HTTPS /qa\n" in shown


def test_nothing_is_said_to_be_opened_where_roles_are_not_known() -> None:
    assert "opens" not in text.render(with_findings(about(MAPPING)))


def test_names_that_nobody_tells_are_left_out() -> None:
    certificate = msgspec.structs.replace(
        EXPIRED.certificate, subject="", issuer="", not_before=None
    )
    shown = text.render(with_findings(about(MAPPING, certificate=certificate)))
    assert "  certificate  (known by its date alone)\n  valid        until 2026-03-04" in shown


def test_of_many_certificates_to_ask_for_ten_are_named() -> None:
    pairs = [WantedCertificate(f"CN={number}", "CN=CA", ("Orders",)) for number in range(12)]
    report = with_findings(wanted=tuple(pairs))
    assert "  subject        CN=9\n" in text.render(report)
    assert "  subject        CN=10\n" not in text.render(report)
    assert "And 2 more (--verbose names them).\n" in text.render(report)
    assert "  subject        CN=11\n" in text.render(report, verbose=True)


def test_a_certificate_that_the_baseline_asks_for_already_is_not_asked_for_again() -> None:
    new = msgspec.structs.replace(EXPIRED, entry=EntryReference(1, "CN=new", "CN=CA"))
    pairs = [WantedCertificate(f"CN={name}", "CN=CA", ("Orders",)) for name in ("old", "new")]
    known = BaselineSummary("known.json", 1)
    told = text.render(with_findings(new, wanted=tuple(pairs), baseline=known))
    assert "subject        CN=new" in told
    assert "CN=old" not in told
    assert "ask for" not in text.render(with_findings(wanted=tuple(pairs), baseline=known))
