"""Entries that stand beside others: one cause gives one finding, at the entry that is to change."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519

import iflint
from exports import (
    SERVER_AUTH,
    UTF8,
    Channel,
    Flow,
    Listed,
    bundle,
    curve_key,
    dn,
    guests,
    intermediate,
    issue,
    java_keystore,
    pem,
    root,
    rsa_key,
    signed_with_sha1,
    trust_table,
    write_tree,
)

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
OLD_CA = root("judge old ca", dn("CN=Old CA", "O=Trust"), "2015-01-01", "2044-12-31")
NEW_CA = root("judge new ca", dn("CN=New CA", "O=Trust"), "2015-01-01", "2044-12-31")
SENDER = dn("CN=edi.partner.example", "O=Partner GmbH", "C=DE")
WITHOUT_CN = dn("OU=Gateway", "O=Partner GmbH", "C=DE")


def old(label="judge ending", last="2026-12-10", name=SENDER, first="2025-06-01", **options):
    return issue(label, name, OLD_CA, first, last, **options)


def new(label="judge successor", first="2026-11-16", last="2027-11-15", name=SENDER, **options):
    return issue(label, name, NEW_CA, first, last, **options)


STRANGER = issue("judge stranger", dn("CN=other", "C=DE"), OLD_CA)


@pytest.fixture
def found(tmp_path: Path):
    """What is found about one channel with these pairs: (rule, number of the entry), sorted.

    Or the ``findings`` themselves, or the whole ``report``.
    """

    def found(*pairs, files=(), parameters=None, findings=False, report=False, **options):
        channel = Channel("HTTPS", "/orders", pairs, **options.pop("channel", {}))
        flow = Flow("Orders", "Orders", [channel], parameters or {})
        write_tree(tmp_path, bundle(flow, short=True))
        write_tree(tmp_path, {f"{n}.pem": pem(one) for n, one in enumerate(files)})
        roots = tmp_path.with_name(f"{tmp_path.name}.pem")
        roots.write_bytes(pem(OLD_CA, NEW_CA))
        options = {"as_of": CLOCK, "roots": (str(roots),), "ignore": ()} | options
        options["ignore"] += (*guests("tests/engine/test_judge.py"),)
        whole = iflint.check(str(tmp_path), **options)
        if report or findings:
            return whole if report else whole.findings
        return sorted(
            (finding.name, finding.entry.ordinal if finding.entry else 0)
            for finding in whole.findings
        )

    return found


# Renewals ------------------------------------------------------------------------------------


def test_a_successor_with_its_entry_prepares_the_renewal(found) -> None:
    pairs = old().pair, new().pair
    assert found(*pairs, files=[old(), new()]) == []


def test_two_entries_that_end_soon_are_no_overlap_for_the_later_one(found) -> None:
    sooner, later = old(last="2026-12-01"), new(first="2025-12-05", last="2026-12-04")
    assert found(sooner.pair, later.pair, files=[sooner, later]) == [
        ("certificate-expires-soon", 2),
    ]


def test_an_entry_that_was_misspelled_for_the_successor_is_told_as_that_only(found) -> None:
    misspelled = (new().pair[0].replace("GmbH", "AG"), new().pair[1])
    assert found(old().pair, misspelled, files=[old(), new()]) == [
        ("dn-mismatch", 2),
    ]


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        (new("judge web server", usages=[SERVER_AUTH]), "unusable-renewal"),
        (new("judge authority", ca=True), "certificate-expires-soon"),
        (
            new("judge no longer", last="2026-12-09", first="2025-12-10"),
            "certificate-expires-soon",
        ),
        (
            new("judge earlier", last="2027-12-09", first="2025-05-10"),
            "certificate-expires-soon",
        ),
        (
            new("judge another", name=dn("CN=edi.partner.example", "O=Another AG", "C=DE")),
            "certificate-expires-soon",
        ),
    ],
    ids=["for servers", "a CA", "ends sooner", "begins sooner", "another organization"],
)
def test_what_is_no_successor_is_not_offered_as_one(found, wrong, rule) -> None:
    (finding,) = found(old().pair, files=[old(), wrong], findings=True)
    assert finding.name == rule
    assert "New CA" not in finding.remedy


def test_the_row_for_a_successor_with_another_pair_makes_the_finding_go(found) -> None:
    (finding,) = found(old().pair, files=[old(), new()], findings=True, select=("IFL105",))
    _, _, row = finding.remedy.partition("Subject DN ")
    subject, _, issuer = row.partition(" and Issuer DN ")
    pairs = old().pair, (subject, issuer.partition(";")[0])
    assert found(*pairs, files=[old(), new()], select=("IFL105",)) == []


def test_a_successor_of_the_same_subject_goes_before_a_namesake(found) -> None:
    namesake = new("judge namesake", name=dn("CN=edi.partner.example", "C=US"), last="2028-11-15")
    files = [old(), new(), namesake]
    (finding,) = found(old().pair, files=files, findings=True, select=("IFL105",))
    assert new().pair[0].replace(", ", ",") in finding.remedy


def test_a_successor_of_the_same_issuer_with_another_subject_has_another_pair(found) -> None:
    name = dn("CN=edi.partner.example", "O=Partner GmbH", "L=Bonn", "C=DE")
    renamed = issue("judge renamed", name, OLD_CA, "2026-11-16", "2027-11-15")
    (finding,) = found(old().pair, files=[old(), renamed], findings=True, select=("IFL105",))
    assert "has another subject or issuer" in finding.message
    assert "L=Bonn" in finding.remedy


def test_of_several_successors_the_one_that_ends_last_is_told(found) -> None:
    sooner, later = new("judge sooner", last="2027-05-15"), new("judge later", "2026-11-20")
    for files in ([old(), sooner, later], [later, sooner, old()]):
        (finding,) = found(old().pair, files=files, findings=True, select=("IFL105",))
        assert "valid from 2026-11-20" in finding.message


def test_a_later_certificate_that_would_fail_is_said_to(found) -> None:
    failing = old("judge failing", "2027-12-10", first="2026-06-01", signed_by="nobody")
    for later, rule in ((failing, "unusable-renewal"), (new(), "renewal-without-overlap")):
        assert found(old().pair, files=[old(), later]) == [(rule, 1)]


def test_a_successor_with_the_same_pair_needs_nothing(found) -> None:
    follower = issue("judge follower", SENDER, OLD_CA, "2026-12-01", "2027-11-30")
    assert found(old().pair, files=[old(), follower]) == []


def test_a_sender_without_common_name_is_known_by_its_subject(found) -> None:
    before, after = old(name=WITHOUT_CN), new(name=WITHOUT_CN)
    files = [before, after]
    assert found(before.pair, after.pair, files=files) == []
    ended = old("judge ended", "2026-10-10", WITHOUT_CN)
    assert found(ended.pair, after.pair, files=[ended, after]) == [("stale-entry", 1)]


def test_a_prepared_successor_that_is_not_valid_yet_fails_nothing(found) -> None:
    before, after = old(last="2027-03-01"), new(first="2026-12-01")
    (finding,) = found(before.pair, after.pair, files=[before, after], findings=True)
    assert (finding.name, str(finding.severity)) == ("certificate-not-yet-valid", "note")


def test_a_gap_between_two_entries_is_an_error(found) -> None:
    before, after = old(last="2026-11-28"), new(first="2026-12-01")
    findings = found(before.pair, after.pair, files=[before, after], findings=True)
    assert {(f.name, str(f.severity)) for f in findings} == {
        ("certificate-expires-soon", "warning"),
        ("certificate-not-yet-valid", "error"),
    }


def test_a_gap_is_counted_from_when_the_coming_certificate_begins(found) -> None:
    ended, coming = old(last="2026-10-10"), old("judge coming", "2027-12-31", first="2026-12-01")
    between = new(first="2025-12-01", last="2026-11-30")
    files = [ended, coming, between]
    (finding,) = found(ended.pair, between.pair, files=files, findings=True, select=("IFL103",))
    assert str(finding.severity) == "error"


LAST_SECOND = "2026-11-28 23:59:59"


@pytest.mark.parametrize(
    ("first", "severity"), [(LAST_SECOND, "note"), ("2026-11-29 00:00:00", "error")]
)
def test_the_last_second_of_the_old_entry_may_be_the_first_of_the_new_one(
    found, first, severity
) -> None:
    before, after = old(last="2026-11-28"), new(first=first)
    (finding,) = found(
        before.pair, after.pair, files=[before, after], findings=True, select=("IFL103",)
    )
    assert str(finding.severity) == severity


@pytest.mark.parametrize(("first", "gap"), [(LAST_SECOND, False), ("2026-11-29 00:00:00", True)])
def test_a_successor_of_the_last_second_leaves_no_gap(found, first, gap) -> None:
    before = old(last="2026-11-28")
    follower = issue("judge follower", SENDER, OLD_CA, first, "2027-11-27")
    findings = found(before.pair, files=[before, follower], findings=True)
    assert ["in between the sender can't call" in finding.message for finding in findings] == [
        True
    ] * gap


def test_what_ends_in_the_same_second_is_no_overlap_and_no_successor(found) -> None:
    one, twin = old(), new(first="2025-06-01", last="2026-12-10")
    assert found(one.pair, twin.pair, files=[one, twin]) == [
        ("certificate-expires-soon", 1),
        ("certificate-expires-soon", 2),
    ]


# Stale entries -------------------------------------------------------------------------------


def test_an_expired_entry_beside_a_valid_one_is_stale(found) -> None:
    ended = old(last="2026-10-10")
    pairs, files = (new().pair, ended.pair), [ended, new()]
    assert found(*pairs, files=files) == [("stale-entry", 2)]
    assert found(*pairs, files=files, ignore=("IFL106",)) == [("expired-certificate", 2)]
    assert found(*pairs, files=files, select=("IFL101",)) == [("expired-certificate", 2)]


def test_two_expired_entries_are_both_errors(found) -> None:
    one, other = old(last="2026-10-10"), new(first="2025-10-01", last="2026-10-20")
    assert found(one.pair, other.pair, files=[one, other]) == [
        ("expired-certificate", 1),
        ("expired-certificate", 2),
    ]


def test_a_valid_entry_of_another_sender_takes_nobodys_place(found) -> None:
    ended = old(last="2026-10-10")
    files = [ended, STRANGER]
    assert found(ended.pair, STRANGER.pair, files=files) == [("expired-certificate", 1)]


def test_the_last_of_several_expired_certificates_counts(found) -> None:
    first, last = old("judge first", "2026-01-10"), old("judge last", "2026-10-10")
    (finding,) = found(
        first.pair, new().pair, files=[first, last, new()], findings=True, select=("IFL106",)
    )
    assert "2026-10-10" in finding.message


# The second at either end of a validity --------------------------------------------------------


@pytest.mark.parametrize(
    ("clock", "rules"),
    [
        ("2026-11-15T23:59:59", [("certificate-not-yet-valid", 1)]),
        ("2026-11-16T00:00:00", []),
        ("2027-11-15T23:59:59", []),
        ("2027-11-16T00:00:00", [("expired-certificate", 1)]),
    ],
)
def test_both_ends_of_a_validity_belong_to_it(found, clock, rules) -> None:
    at = datetime.fromisoformat(clock).replace(tzinfo=UTC)
    assert found(new().pair, files=[new()], as_of=at, select=("IFL101", "IFL103")) == rules


@pytest.mark.parametrize(
    ("first", "last", "days", "clock", "soon"),
    [
        ("2026-11-16", "2027-11-15", 30, "2027-10-16T23:59:58", False),
        ("2026-11-16", "2027-11-15", 30, "2027-10-16T23:59:59", True),
        ("2026-11-16", "2027-11-15", 30, "2027-11-15T23:59:59", True),
        ("2026-11-16", "2027-11-15", 30, "2027-11-16T00:00:00", False),
        ("2026-08-26 23:59:59", "2026-11-24", 200, "2026-08-26T23:59:59", True),
        ("2026-08-26 23:59:59", "2026-11-24", 60, "2026-09-26T00:00:00", True),
        ("2026-08-27 00:00:00", "2026-11-24", 60, "2026-09-26T00:00:00", False),
    ],
    ids=["before", "from", "to", "after", "first second", "90 days", "less than 90 days"],
)
def test_soon_begins_and_ends_in_a_second(found, first, last, days, clock, soon) -> None:
    certificate = new(first=first, last=last)
    at = datetime.fromisoformat(clock).replace(tzinfo=UTC)
    options = {"as_of": at, "expiry_days": days, "select": ("IFL102",)}
    told = found(certificate.pair, files=[certificate], **options)
    assert told == ([("certificate-expires-soon", 1)] if soon else [])


NUMBERED = dn("CN=edi.partner.example", "SERIALNUMBER=4711", "C=DE", SERIALNUMBER=UTF8)


@pytest.mark.parametrize(
    ("certificate", "until"),
    [
        (new(), datetime(2027, 11, 15, 23, 59, 59, tzinfo=UTC)),
        (old(), None),
        (new("judge numbered", name=NUMBERED), None),
    ],
    ids=["healthy", "ends soon", "can't be told"],
)
def test_an_entry_is_healthy_of_which_nothing_is_to_be_said(found, certificate, until) -> None:
    report = found(certificate.pair, files=[certificate], report=True, ignore=("undecidable-dn",))
    ((entry,),) = (channel.entries for channel in report.iflows[0].channels)
    assert entry.healthy_until == until


# Key entries ---------------------------------------------------------------------------------

SUB = intermediate("judge sub", dn("CN=Sub CA", "O=Trust"), OLD_CA)
BELOW = issue("judge below", SENDER, SUB)


@pytest.fixture
def keystore(tmp_path: Path):
    """Write a keystore beside the flow whose key entry presents these."""

    def write(*presented, name="sender.jks"):
        (tmp_path / name).write_bytes(java_keystore({"orders": presented}))

    return write


def table_of(folder: Path, rows) -> tuple[str]:
    """A table of roots that lies beside the folder, to be given as ``roots``."""
    releases = {"1.0.0": "2024-01-01", "2.0.0": "2027-01-20"}
    table = folder.with_name(f"{folder.name}.json")
    table.write_text(json.dumps(trust_table("made up", releases, rows)))
    return (str(table),)


@pytest.mark.parametrize(
    ("listed", "neo", "also"),
    [(True, True, []), (True, False, [("unsupported-root", 1)]), (False, False, [])],
    ids=["on both lists", "on one list", "on none"],
)
def test_what_a_key_entry_lacks_is_told_whatever_the_root(
    found, keystore, tmp_path, listed, neo, also
) -> None:
    rows = [Listed(OLD_CA, "1.0.0", neo=neo)] if listed else []
    keystore(BELOW)
    options = {"roots": table_of(tmp_path, rows), "platform": "neo", "select": ("IFL2",)}
    also = also if listed else [("unsupported-root", 1)]
    assert found(BELOW.pair, files=[SUB, OLD_CA], **options) == [("chain-elsewhere", 1), *also]


def test_an_intermediate_that_is_not_for_clients_is_better_replaced_than_presented(
    found, keystore
) -> None:
    for_servers = intermediate(
        "judge sub for servers", SUB.name, OLD_CA, usages=[SERVER_AUTH], key_label=SUB.key_label
    )
    keystore(BELOW, for_servers)
    (finding,) = found(BELOW.pair, files=[SUB], findings=True, select=("IFL2", "IFL401"))
    assert finding.name == "chain-elsewhere"
    assert "CN=Sub CA, O=Trust in it lacks Client Authentication" in finding.message


def test_a_key_entry_that_presents_too_little_is_not_an_entrys_best_certificate(
    found, keystore
) -> None:
    keystore(BELOW)
    sooner = issue("judge sooner", SENDER, SUB, last="2027-05-31")
    assert found(BELOW.pair, files=[SUB], select=("IFL206",)) == [("chain-elsewhere", 1)]
    assert found(BELOW.pair, files=[SUB, sooner], select=("IFL206",)) == []


@pytest.mark.parametrize("names", [("a.jks", "b.jks"), ("b.jks", "a.jks")])
def test_of_two_keystores_with_a_key_the_better_one_counts(found, keystore, names) -> None:
    for name, presented in zip(names, ([BELOW], [BELOW, SUB]), strict=True):
        keystore(*presented, name=name)
    assert found(BELOW.pair, files=[SUB], select=("IFL2",)) == []


def test_the_issuer_that_no_file_has_is_told_before_what_the_key_entry_lacks(
    found, keystore
) -> None:
    upper = intermediate("judge upper", dn("CN=Upper CA", "O=Trust"), OLD_CA)
    lower = intermediate("judge lower", dn("CN=Lower CA", "O=Trust"), upper)
    leaf = issue("judge deep", SENDER, lower)
    keystore(leaf)
    (finding,) = found(leaf.pair, files=[lower], findings=True, select=("IFL2",))
    assert finding.name == "missing-chain"
    assert "CN=Upper CA" in finding.message


# Which of several certificates decides -------------------------------------------------------

ENDED = intermediate("judge ended sub", SUB.name, OLD_CA, "2020-01-01", "2025-12-31")


def test_a_chain_that_holds_goes_before_one_that_ends_later_and_fails(found) -> None:
    failing = issue("judge failing chain", SENDER, ENDED, last="2028-09-30")
    assert found(failing.pair, files=[SUB, ENDED, failing], select=("IFL2",)) == [
        ("broken-chain", 1)
    ]
    assert found(failing.pair, files=[SUB, ENDED, failing, BELOW], select=("IFL2",)) == []


def test_a_chain_that_may_hold_goes_before_one_that_fails_and_behind_one_that_holds(
    found, tmp_path
) -> None:
    one_list = root("judge one list", dn("CN=One List", "O=Trust"), "2015-01-01", "2044-12-31")
    uncertain = intermediate("judge uncertain sub", SUB.name, one_list)
    rows = [Listed(OLD_CA, "1.0.0"), Listed(one_list, "1.0.0", neo=False)]
    neo = {"roots": table_of(tmp_path, rows), "platform": "neo"}
    failing = issue("judge failing chain", SENDER, ENDED, last="2028-09-30")
    may_hold = issue("judge may hold", SENDER, uncertain, last="2028-01-31")
    files = [ENDED, failing, uncertain, may_hold]
    (finding,) = found(failing.pair, files=files, findings=True, select=("IFL2",), **neo)
    assert (finding.name, str(finding.severity)) == ("unsupported-root", "warning")
    assert found(failing.pair, files=[*files, SUB, BELOW], select=("IFL2",), **neo) == []


def test_a_root_that_is_no_longer_on_the_list_is_just_that_whatever_its_dates(
    found, tmp_path
) -> None:
    gone = root("judge gone", dn("CN=Gone CA", "O=Trust"), "2005-01-01", "2026-12-31")
    leaf = issue("judge below gone", SENDER, gone)
    rows = [Listed(gone, "1.0.0", removed_in="2.0.0")]
    options = {"roots": table_of(tmp_path, rows), "as_of": datetime(2027, 2, 1, tzinfo=UTC)}
    assert found(leaf.pair, files=[leaf], select=("IFL2",), **options) == [("unsupported-root", 1)]


@pytest.mark.parametrize(
    ("certificate", "rules"),
    [
        (BELOW, ["client-auth-sunset", "root-leaving"]),
        (
            issue("judge for servers", SENDER, SUB, usages=[SERVER_AUTH]),
            ["missing-client-auth-eku"],
        ),
        (issue("judge below ended", SENDER, ENDED), ["broken-chain"]),
        (issue("judge past", SENDER, SUB, last="2026-11-23"), ["expired-certificate"]),
    ],
    ids=["works", "for servers", "broken chain", "expired"],
)
def test_only_of_what_works_it_is_told_what_will_become_of_it(
    found, tmp_path, certificate, rules
) -> None:
    leaving = Listed(OLD_CA, "1.0.0", removed_in="2.0.0", public_web=True)
    files = [certificate, ENDED if rules == ["broken-chain"] else SUB]
    options = {"roots": table_of(tmp_path, [leaving]), "ignore": ("pinned-public-issuer",)}
    told = found(certificate.pair, files=files, **options)
    assert told == [(rule, 1) for rule in rules]


# Duplicates ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        str.upper,
        lambda text: text.replace(", ", ","),
        lambda text: text.replace(", ", " ; "),
        lambda text: text.replace("Partner GmbH", '"Partner  GmbH"'),
        lambda text: text.replace("O=", "2.5.4.10="),
    ],
)
def test_the_same_pair_in_another_spelling_is_a_duplicate(found, spelling) -> None:
    pair = new().pair
    again = tuple(map(spelling, pair))
    assert found(pair, again, files=[new()]) == [("duplicate-entry", 2)]


def test_only_the_first_of_three_is_judged(found) -> None:
    pair = old().pair
    assert found(pair, pair, pair, files=[old()]) == [
        ("certificate-expires-soon", 1),
        ("duplicate-entry", 2),
        ("duplicate-entry", 3),
    ]


def test_empty_rows_are_no_duplicates(found) -> None:
    assert found(("", ""), ("", "")) == [
        ("empty-certificate-entry", 1),
        ("empty-certificate-entry", 2),
    ]


# Asterisks, placeholders, composed cells -----------------------------------------------------

HOST = issue("judge host", dn("CN=*.partner.example", "O=Partner GmbH", "C=DE"), OLD_CA)


@pytest.mark.parametrize("files", [(), (STRANGER,)], ids=["alone", "with a certificate at hand"])
@pytest.mark.parametrize(
    "pair",
    [
        ("*", "*"),
        (" * ", "CN=Old CA, O=Trust"),
        ("CN=*, O=Partner GmbH", "CN=Old CA, O=Trust"),
        ("CN=edi.partner.example", "CN=*"),
        ("CN=edi*, O=*", "CN=Old CA, O=Trust"),
    ],
)
def test_an_asterisk_that_cannot_be_a_host_name_is_a_wildcard(found, pair, files) -> None:
    assert found(pair, files=files) == [("wildcard-dn", 1)]


def test_an_asterisk_may_be_the_name_of_a_certificate(found) -> None:
    assert found(HOST.pair) == [("certificate-not-found", 0)]
    assert found(HOST.pair, files=[HOST]) == []
    assert found((HOST.pair[0].upper(), HOST.pair[1]), files=[HOST]) == []
    swapped = (", ".join(reversed(HOST.pair[0].split(", "))), HOST.pair[1])
    assert found(swapped, files=[HOST]) == [("dn-mismatch", 1)]


def test_an_asterisk_beside_a_malformed_name_is_told_of_the_malformed_one(found) -> None:
    assert found(("*", "Old CA")) == [("malformed-dn", 1)]


@pytest.mark.parametrize(
    ("pair", "rules"),
    [
        (("cn=subject", "cn=issuer"), ["placeholder-dn"]),
        ((" CN = Subject ", STRANGER.pair[1]), ["placeholder-dn"]),
        ((STRANGER.pair[0], "<issuer>"), ["placeholder-dn"]),
        (("CN=<host>, O=<company>", "<issuer>"), ["placeholder-dn"]),
        (("<CI Certificate>", "Old CA"), ["malformed-dn", "placeholder-dn"]),
        (("cn=subject", ""), ["empty-certificate-entry", "placeholder-dn"]),
        (("CN=a <b> c", STRANGER.pair[1]), ["malformed-dn"]),
        (("CN=subject.partner.example", STRANGER.pair[1]), ["certificate-not-found"]),
    ],
)
def test_placeholders_are_told_from_names(found, pair, rules) -> None:
    assert [name for name, _ in found(pair, files=[STRANGER])] == rules


def test_a_placeholder_on_a_channel_by_role_is_nothing_to_tell(found) -> None:
    by_role = {"authorization": "RoleBased"}
    assert found(("cn=subject", "cn=issuer"), channel=by_role) == []


@pytest.mark.parametrize(
    ("cell", "composed"),
    [
        ("{{Whole}}", False),
        ("  {{Whole}}\t", False),
        ("CN={{Name}}, O=Partner GmbH, C=DE", True),
        ("{{Name part}}{{Rest}}", True),
        ("CN=edi.partner.example, O=Partner GmbH, C=DE{{Nothing}}", True),
    ],
)
def test_a_cell_is_plain_text_or_one_whole_parameter(found, cell, composed) -> None:
    parameters = {
        "Whole": new().pair[0],
        "Name": "edi.partner.example",
        "Name part": "CN=edi.partner.example, ",
        "Rest": "O=Partner GmbH, C=DE",
        "Nothing": "",
    }
    expected = [("composed-dn", 1)] if composed else []
    assert found((cell, new().pair[1]), files=[new()], parameters=parameters) == expected


# What is said of certificates ----------------------------------------------------------------


def test_different_keys_are_told_of_a_certain_pair_that_clients_can_use(found) -> None:
    second = new("judge second")
    assert found(new().pair, files=[new(), second]) == [("ambiguous-pair", 1)]
    for harmless in (
        new("judge server", usages=[SERVER_AUTH]),
        new("judge past", first="2025-01-01", last="2026-01-01"),
        new("judge same key", key_label=new().key_label),
    ):
        assert found(new().pair, files=[new(), harmless]) == []


def test_a_ca_is_told_as_that_and_not_by_its_key_usage(found) -> None:
    authority = new("judge issuing ca", ca=True, usages=None)
    assert found(authority.pair, files=[authority]) == [("ca-certificate-as-client", 1)]


@pytest.mark.parametrize(
    ("key", "weak"),
    [
        (rsa_key("judge", 2040), True),
        (rsa_key("judge", 4096), False),
        (curve_key("judge", ec.SECP224R1()), True),
        (curve_key("judge", ec.SECP521R1()), False),
        (ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key(), True),
        (
            dsa.DSAPublicNumbers(
                3, dsa.DSAParameterNumbers((1 << 2047) | 1, (1 << 255) | 1, 2)
            ).public_key(),
            True,
        ),
    ],
    ids=["RSA 2040", "RSA 4096", "P-224", "P-521", "Ed25519", "DSA"],
)
def test_keys_that_are_weak_or_unusual(found, key, weak) -> None:
    certificate = new(public_key=key)
    expected = [("weak-key", 1)] if weak else []
    assert found(certificate.pair, files=[certificate]) == expected


def test_a_self_signed_certificate_is_not_told_by_its_own_signature(found) -> None:
    own = issue("judge self-signed", SENDER, None)
    own = signed_with_sha1(own, own)
    assert found(own.pair, files=[own]) == [("self-signed-certificate", 1)]


def test_an_intermediate_that_ends_first_is_told_until_it_ends(found) -> None:
    ca = intermediate("judge ca", dn("CN=Ending CA", "O=Trust"), OLD_CA, last="2027-02-28")
    leaf = issue("judge leaf", SENDER, ca)
    files = [leaf, ca]
    assert found(leaf.pair, files=files) == [("issuer-expires-first", 1)]
    on_its_day = datetime(2027, 2, 28, 23, 59, 59, tzinfo=UTC)
    assert found(leaf.pair, files=files, as_of=on_its_day) == [("issuer-expires-first", 1)]
    after = on_its_day + timedelta(seconds=1)
    assert found(leaf.pair, files=files, as_of=after) == [("broken-chain", 1)]


def test_what_is_meant_is_found_among_many_namesakes(found) -> None:
    namesakes = [issue("judge namesake", dn("CN=x", f"O=n{n}", "C=DE"), OLD_CA) for n in range(40)]
    meant = issue("judge meant", dn("CN=x", "O=Partner", "L=Ulm", "C=DE"), OLD_CA)
    pair = ("CN=x, O=Partner, L=Ulm, C=AT", meant.issuer.text)
    pairs = [*(one.pair for one in namesakes[:20]), pair]
    files = [*namesakes, meant]
    (finding,) = found(*pairs, files=files, findings=True, select=("IFL301",))
    assert finding.certificate is not None
    assert "L=Ulm" in finding.certificate.subject


def test_namesakes_that_other_entries_have_hide_no_farther_one(found) -> None:
    taken = [issue("judge namesake", dn("CN=x", f"O=n{n}", "C=DE"), OLD_CA) for n in range(9)]
    free = issue("judge free", dn("CN=x", "O=Partner", "L=Ulm", "C=AT"), OLD_CA)
    pairs = [*(one.pair for one in taken), ("CN=x, O=Other, C=DE", free.issuer.text)]
    (finding,) = found(*pairs, files=[*taken, free], findings=True, select=("IFL3",))
    assert finding.name == "dn-mismatch"
    assert "L=Ulm" in finding.certificate.subject


def test_time_grows_with_the_number_of_entries_only(found) -> None:
    """400 entries and certificates of one name: with each compared to each it took a minute."""
    from time import perf_counter

    files = [issue("judge crowd", dn("CN=x", f"O=n{n}"), OLD_CA) for n in range(400)]
    pairs = [(f"CN=x, O=m{n}", OLD_CA.name.text) for n in range(400)]
    begun = perf_counter()
    assert len(found(*pairs, files=files, select=("IFL3",))) == 400
    assert perf_counter() - begun < 25


@pytest.mark.parametrize("cell", ["{{Subject}}", 'CN=edi, O="A &amp; B"'])
@pytest.mark.parametrize(
    ("at_hand", "meant"), [("A &amp; B", 1), ("A & B", 1), ("A &lt; B", 0), ("A && B", 0)]
)
def test_a_name_with_an_escape_in_it_matches_as_it_is(found, cell, at_hand, meant) -> None:
    leaf = issue(f"escapes in {at_hand}", dn("CN=edi", f"O={at_hand}"), NEW_CA)
    parameters = {"Subject": 'CN=edi, O="A &amp; B"'}
    pair = (cell, NEW_CA.pair[0])
    report = found(pair, files=[leaf], parameters=parameters, report=True)
    assert len(report.iflows[0].channels[0].entries[0].certificates) == meant
