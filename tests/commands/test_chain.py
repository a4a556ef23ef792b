"""`iflint chain`: the tree of each certificate, its verdicts, and the same as JSON."""

from __future__ import annotations

import json

import case_maker
import pytest
from cryptography import x509

import exports
from authorities import DAY, NOW, SERVER, Party, client, intermediate, pem, root_of

from .conftest import CASES  # isort: skip

ROOT, MIDDLE, LOW, SENDER = (Party(name) for name in ("Root", "Middle", "Low", "sender"))
CLOCK = ("--as-of", "2026-11-24", "--isolated")
CUSTOM = (*CLOCK, "--platform", "custom", "--roots", "roots.pem")


@pytest.fixture
def write(workplace):
    """Write certificates to a file of the current folder, and the root to `roots.pem`."""
    (workplace / "roots.pem").write_bytes(pem(root_of(ROOT)))

    def to(name, *certificates):
        (workplace / name).write_bytes(b"".join(map(pem, certificates)))

    return to


@pytest.fixture
def trees(call):
    """The trees that the program gives as JSON."""

    def of(*arguments):
        result = call("chain", *arguments, "--format", "json")
        assert result.exit_code == 0, result.stderr
        document = json.loads(result.stdout)
        assert (document["format"], document["formatVersion"]) == ("iflint-chain", "1")
        return document["trees"]

    return of


def test_a_missing_issuer_leads_to_the_files_beside(write, call, monkeypatch, workplace) -> None:
    (workplace / "sent").mkdir()
    write("sent/sender.pem", client(SENDER, LOW))
    beside = "iflint chain sent/sender.pem --certificates sent\n"
    assert beside not in call("chain", "sent/sender.pem", *CUSTOM).stdout
    monkeypatch.setattr("iflint.console.output.is_terminal", lambda: True)
    assert beside in call("chain", "sent/sender.pem", *CUSTOM, env={"COLUMNS": "80"}).stdout
    given = call("chain", "sent/sender.pem", *CUSTOM, "--certificates", "sent").stdout
    assert beside not in given


def test_a_chain_that_works(write, call) -> None:
    write("all.pem", client(SENDER, LOW), intermediate(MIDDLE, ROOT), intermediate(LOW, MIDDLE))
    result = call("chain", "all.pem", *CUSTOM, env={"COLUMNS": "80"})
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    subjects = [line for line in lines if "CN=" in line]
    assert [line[: line.index(",")] for line in subjects] == [
        "✓ CN=sender",
        "  issued by ✓ CN=Low",
        "    issued by ✓ CN=Middle",
        "      issued by ✓ CN=Root",
    ]
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    assert "2026-08-16 to 2027-03-04, 100 days left" in text
    for part in ("EC secp256r1", "Client Authentication", "all.pem:1", "not at hand", "roots.pem"):
        assert part in text
    assert lines[-2].startswith("works until 2027-03-04 (in 100 days). List: 1 root in roots.pem,")


def test_one_tree_for_each_certificate_that_issued_no_other(write, trees) -> None:
    write("a.pem", intermediate(MIDDLE, ROOT), client(SENDER, MIDDLE), client(LOW, MIDDLE))
    found = trees("a.pem", *CUSTOM)
    assert [tree["steps"][0]["subject"].split(",")[0] for tree in found] == ["CN=sender", "CN=Low"]
    assert len(trees("a.pem", "--all", *CUSTOM)) == 3
    assert len(trees("a.pem", "roots.pem", *CUSTOM)) == 2


def test_certificates_that_issued_each_other_have_a_tree_each(write, trees) -> None:
    write("circle.pem", intermediate(MIDDLE, LOW), intermediate(LOW, MIDDLE))
    assert len(trees("circle.pem", *CUSTOM)) == 2


def test_intermediates_may_come_from_elsewhere(write, trees, workplace) -> None:
    write("leaf.pem", client(SENDER, MIDDLE))
    (workplace / "more").mkdir()
    write("more/middle.pem", intermediate(MIDDLE, ROOT))
    (tree,) = trees("leaf.pem", *CUSTOM)
    assert tree["verdict"] == "fails"
    (tree,) = trees("leaf.pem", "--certificates", "more", *CUSTOM)
    assert tree["verdict"] == "works"
    assert tree["steps"][1]["places"] == [{"file": "more/middle.pem", "line": 1}]


@pytest.mark.parametrize(
    ("certificates", "at", "fault"),
    [
        ((client(SENDER, ROOT, end=NOW - DAY),), 0, "it expired on 2026-11-23 (1 day ago)"),
        ((client(SENDER, ROOT, begin=NOW + DAY),), 0, "it is not valid before 2026-11-25"),
        ((client(SENDER, ROOT, eku=(SERVER,)),), 0, "lacks Client Authentication"),
        ((client(SENDER, ROOT, more=((x509.PrecertPoison(), True),)),), 0, "pre-certificate"),
        ((client(SENDER, SENDER),), 0, "its own issuer"),
        ((client(SENDER, MIDDLE),), 1, "is missing"),
        ((client(SENDER, MIDDLE), intermediate(MIDDLE, ROOT, end=NOW - DAY)), 1, "expired on"),
        ((client(SENDER, LOW), root_of(LOW)), 1, "not supported"),
        (
            (
                client(SENDER, MIDDLE, key_ids=False),
                intermediate(Party("Middle"), ROOT, key_ids=False),
            ),
            1,
            "its key did not sign",
        ),
    ],
)
def test_what_is_wrong_stands_at_its_step(write, trees, certificates, at, fault) -> None:
    write("chain.pem", *certificates)
    tree = trees("chain.pem", *CUSTOM)[0]
    assert tree["verdict"] == "fails"
    assert [bool(step["faults"]) for step in tree["steps"]].index(True) == at
    (said,) = tree["steps"][at]["faults"]
    assert fault in said
    assert said in tree["reasons"][0]
    assert tree["holds_until"] is None


def test_what_a_root_of_ones_own_holds_against_the_chain_stands_at_the_root(write, trees) -> None:
    write("own.pem", root_of(ROOT, path_length=0, eku=(SERVER,)))
    write("chain.pem", client(SENDER, MIDDLE), intermediate(MIDDLE, ROOT))
    (tree,) = trees("chain.pem", "--platform", "custom", "--roots", "own.pem")
    client_, middle, root = tree["steps"]
    assert not client_["faults"]
    assert not middle["faults"]
    length, usage = root["faults"]
    assert length.startswith("it allows 0 intermediates below it, and there is 1; RFC 5280")
    assert usage == "its extended key usage lacks Client Authentication"
    assert tree["verdict"] == "fails"


def test_an_address_to_look_for_the_missing_one(write, call) -> None:
    write("leaf.pem", client(SENDER, MIDDLE, aia="http://ca.example.com/middle.cer"))
    assert "http://ca.example.com/middle.cer" in call("chain", "leaf.pem", *CUSTOM).stdout


def test_the_list_of_the_day(workplace, write, call) -> None:
    write("leaf.pem", client(SENDER, ROOT))
    said = call("chain", "leaf.pem", "--as-of", "2024-12-01", "--isolated").stdout
    assert "List: SAP BTP Trust Store 1." in " ".join(said.split())
    assert "SAP BTP Trust Store 3.0.0" in " ".join(call("chain", "leaf.pem", *CLOCK).stdout.split())


@pytest.mark.parametrize(
    ("last", "until"),
    [("2027-09-30", "2027-01-20T00:00:00Z"), ("2026-12-31", "2026-12-31T23:59:59Z")],
)
def test_what_works_ends_to_do_so_with_its_root_on_the_list(workplace, trees, last, until) -> None:
    name, releases = exports.dn("CN=Root"), {"1.0.0": "2024-01-01", "2.0.0": "2027-01-20"}
    top = exports.root("chain leaving", name, "2015-01-01", "2044-12-31")
    leaving = [exports.Listed(top, "1.0.0", removed_in="2.0.0")]
    table = exports.trust_table("made up", releases, leaving)
    (workplace / "table.json").write_text(json.dumps(table))
    leaf = exports.issue("chain below leaving", exports.dn("CN=sender"), top, last=last)
    (workplace / "leaf.pem").write_bytes(exports.pem(leaf))
    (tree,) = trees("leaf.pem", *CLOCK, "--roots", "table.json")
    assert (tree["verdict"], tree["holds_until"]) == ("works", until)


def test_what_cannot_be_read_is_told_and_the_rest_shown(write, call, workplace) -> None:
    write("chain.pem", client(SENDER, ROOT))
    with (workplace / "chain.pem").open("ab") as file:
        file.write(
            b"-----BEGIN CERTIFICATE-----\nMIIB%b\n-----END CERTIFICATE-----\n" % (b"A" * 60)
        )
    result = call("chain", "chain.pem", *CUSTOM)
    assert result.exit_code == 0
    assert result.stdout.startswith("not read: chain.pem: ")
    assert "works until" in result.stdout
    assert call("chain", "chain.pem", *CUSTOM, "--fail-on", "error").exit_code == 1


def test_it_fails_where_that_is_asked_for(write, call, workplace) -> None:
    write("good.pem", client(SENDER, ROOT))
    write("lone.pem", client(SENDER, LOW))
    (workplace / "iflint.toml").write_text('fail-on = "note"\n')
    assert call("chain", "lone.pem", *CUSTOM).exit_code == 0
    for name, level, code in (
        ("lone.pem", "error", 1),
        ("lone.pem", "never", 0),
        ("good.pem", "note", 0),
    ):
        assert call("chain", name, *CUSTOM, "--fail-on", level).exit_code == code


def test_nothing_to_show_is_wrong_usage(workplace, write, call) -> None:
    (workplace / "empty.pem").write_text("nothing\n")
    result = call("chain", "empty.pem", *CUSTOM)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("iflint: empty.pem: ")
    result = call("chain", "absent.pem", "--format", "yaml", *CLOCK)
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 2
    assert call("chain").exit_code == 2


def test_names_steer_no_terminal(write, call) -> None:
    hostile = Party("\x1b[31mred\u202e\nnext")
    write("leaf.pem", client(hostile, MIDDLE))
    shown = call("chain", "leaf.pem", *CUSTOM, env={"COLUMNS": "80"}).stdout
    assert not {"\x1b", "\u202e"} & set(shown)
    coloured = call("chain", "leaf.pem", *CUSTOM, "--color", "always").stdout
    assert "\x1b[31m" not in coloured
    assert "\x1b[" in coloured


def test_plain_ascii_where_the_console_has_no_more(write, call) -> None:
    from iflint.answers.chains import judged_chains
    from iflint.commands.chain import _text
    from iflint.options import Options
    from iflint.words.terminal import Style

    write("all.pem", client(SENDER, MIDDLE), intermediate(MIDDLE, ROOT, end=NOW - DAY))
    options = Options(platform="custom", roots=("roots.pem",), as_of=NOW)
    shown = _text(judged_chains(["all.pem"], options), Style(False, 80, True))
    assert shown.isascii()
    assert "issued by x CN=Middle" in shown


OWN_TABLES = (
    *("--public-cas", str(CASES / "public-cas.json")),
    *("--roots", str(CASES / "trust-table.json")),
)


@pytest.mark.parametrize(
    ("case", "known", "reasons"),
    [
        ("missing-chain/bad-public-ca", "which is supported.", 1),
        ("unsupported-issuer/bad-leaf-alone", "and was removed in release 2.0.0 (2025-04-15).", 2),
    ],
)
def test_a_missing_issuer_is_known_by_name_and_key(call, trees, case, known, reasons) -> None:
    file = str(CASES / case / "certificates" / "partner.pem")
    (tree,) = trees(file, *CLOCK, *OWN_TABLES)
    missing = tree["steps"][-1]
    assert missing["known_as"].startswith(
        "a public CA, known by name and key. It leads to the root "
    )
    assert missing["known_as"].endswith(known)
    assert (tree["verdict"], len(tree["reasons"])) == ("fails", reasons)
    shown = " ".join(call("chain", file, *CLOCK, *OWN_TABLES).stdout.split())
    assert missing["known_as"] in shown


def test_a_missing_issuer_that_no_key_confirms_is_inferred(call, trees, workplace) -> None:
    leaf = exports.issue("by name", case_maker.PARTNER, case_maker.old_ca, key_ids=False)
    (workplace / "leaf.pem").write_bytes(exports.pem(leaf))
    (tree,) = trees("leaf.pem", *CLOCK, *OWN_TABLES)
    assert tree["steps"][-1]["known_as"].startswith("a public CA by its name alone (inferred).")
    assert "(inferred from its name)" in tree["reasons"][-1]
