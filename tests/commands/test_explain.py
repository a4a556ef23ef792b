"""`iflint explain` and `iflint rules`: symptoms, terms, and the pair in a line of the trace."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from caller_files import key
from exports import Channel, Flow, bundle, dn, issue, pem, write_tree
from iflint.commands.main import cli
from iflint.symptoms.model import symptoms, terms

SUBJECT = "CN=edi.partner.example,O=Partner AG,C=DE"
ISSUER = "CN=Example CA 4,O=Trust,C=DE"
LINE = (
    "Unauthorized. Subject and issuer (subject: {}; issuer: {}) of the provided certificate is not "
    "contained in the accepted subjectAndIssuers list of the integration flow."
)


def line(subject=SUBJECT, issuer=ISSUER):
    """A line of the trace, in small letters as the tenant writes it."""
    return LINE.format(subject.lower(), issuer.lower())


@pytest.fixture
def flows(workplace):
    """A folder with a flow whose channels list these pairs."""

    def write(*pairs, **parameters):
        channels = [Channel("HTTPS", f"/orders/{at}", [pair]) for at, pair in enumerate(pairs, 1)]
        write_tree(workplace / "flows", bundle(Flow("Orders", "Orders", channels, parameters)))

    return write


class TestSymptoms:
    @pytest.mark.parametrize(
        "words", [["403 forbidden"], ["I got a 403"], ["I", "got", "a", "403"], ["403"]]
    )
    def test_what_somebody_types_first_leads_to_the_page(self, call, words) -> None:
        result = call("explain", *words)
        assert result.exit_code == 0
        assert result.stdout.startswith("# HTTP 403")
        assert "`IFL301` dn-mismatch" in result.stdout
        assert "iflint channels PATH" in result.stdout

    def test_both_names_of_the_command_say_the_same(self, call) -> None:
        assert call("rules", "unknown_ca").stdout == call("explain", "unknown_ca").stdout
        assert call("rules").stdout == call("explain").stdout

    def test_what_no_file_tells_is_set_apart_and_what_is_inferred_is_marked(self, call) -> None:
        page = call("explain", "401").stdout
        before, after = page.split("## Outside of all files")
        assert "beside Basic" in after
        assert "share TLS sessions" in after
        assert "Pin Certificate" in before
        assert "*Inferred.*" in after

    def test_other_symptoms_of_a_text_are_named(self, call) -> None:
        page = call("explain", "HTTP 401, then Received fatal alert: unknown_ca").stdout
        assert page.startswith("# TLS alert unknown_ca")
        assert "`iflint explain 401`" in page

    def test_a_line_of_a_report_leads_to_its_rule(self, call) -> None:
        page = call("explain", "error[IFL201] unsupported-root: The root is not on the list")
        assert page.stdout.startswith("# IFL201 unsupported-root")

    def test_several_rules_are_told_one_below_the_other(self, call) -> None:
        said = call("explain", "IFL105", "certificate-expires-soon", "ifl102").stdout
        titles = [line for line in said.splitlines() if line.startswith("# ")]
        assert titles == ["# IFL105 renewal-without-overlap", "# IFL102 certificate-expires-soon"]

    def test_formats(self, call) -> None:
        document = json.loads(call("explain", "bad certificate", "--format", "json").stdout)
        assert (document["format"], document["rules"]) == ("iflint-rules", [])
        (symptom,) = document["symptoms"]
        assert symptom["name"] == "bad_certificate"
        assert {"title", "text", "rules", "inferred"} <= set(symptom["causes"][0])
        assert "<h2>What can be behind it</h2>" in call("explain", "403", "--format", "html").stdout

    def test_lists(self, call) -> None:
        everything = call("rules", env={"COLUMNS": "80"}).stdout
        for word in (*symptoms(), *terms()):
            assert word.name in everything
        assert max(map(len, everything.splitlines())) <= 80
        assert "IFL101" not in call("explain", "symptoms").stdout
        assert call("explain", "terms", "--format", "markdown").stdout.count("\n- *") == 10
        document = json.loads(call("explain", "terms", "--format", "json").stdout)
        assert [len(document[kind]) for kind in ("rules", "symptoms", "terms")] == [0, 0, 10]

    def test_a_term(self, call) -> None:
        assert call("explain", "pair").stdout.startswith("# Pair\n\nA Subject DN with an Issuer DN")
        assert call("explain", "environments").stdout.startswith("# Platform\n")

    def test_a_broken_configuration_is_nobodys_business_here(self, workplace, call) -> None:
        (workplace / "iflint.toml").write_text("[environments")
        assert call("explain", "403").exit_code == 0


class TestPairs:
    def test_the_row_that_nearly_lists_it_is_told_with_the_difference(self, flows, call) -> None:
        flows((SUBJECT, "CN=Example CA 3,O=Trust,C=DE"), ("CN=other.example", ISSUER))
        said = call("explain", line(), "flows").stdout
        assert (
            "1 row nearly lists this pair:\n\nOrders: HTTPS /orders/1, row 1\n  --> flows/" in said
        )
        assert "✗ CN=Example CA 3  CN=example ca 4" in said
        assert "fix: If the sender changed to this certificate, add a row for it" in said
        assert "  Subject DN  CN=edi.partner.example,O=partner ag,C=de\n" in said
        assert "/orders/2" not in said
        assert "# The trace says" in said

    def test_the_names_to_paste_are_those_of_a_certificate_at_hand(self, flows, call) -> None:
        flows((SUBJECT, "CN=Example CA 3,O=Trust,C=DE"))
        authority = issue("a ca", dn(*ISSUER.split(",")), None, ca=True)
        held = issue("explained", dn(*SUBJECT.split(",")), authority)
        with open("partner.pem", "wb") as file:
            file.write(pem(held))
        said = call("explain", line(), "flows", "--certificates", "partner.pem").stdout
        assert f"  Subject DN  {SUBJECT}\n  Issuer DN   {ISSUER}\n" in said
        assert "A certificate at hand has this pair: partner.pem, valid until 20" in said

    def test_what_is_wrong_with_a_row_that_lists_the_pair_is_told(self, flows, call) -> None:
        flows(("CN={{host}}," + SUBJECT.partition(",")[2], ISSUER), host="edi.partner.example")
        said = call("explain", line(), "flows").stdout
        assert "1 row lists this pair:" in said
        assert "[IFL309] The Subject DN of this row is put together" in said

    def test_a_listed_pair_is_told_as_such(self, flows, call) -> None:
        flows((SUBJECT, ISSUER))
        said = call("explain", line(), "flows").stdout
        assert "1 row lists this pair:\n\nOrders: HTTPS /orders/1, row 1" in said
        assert "# The pair is listed, and the call is refused all the same" in said
        assert "another pair" not in said

    def test_a_typing_error_in_the_common_name(self, flows, call) -> None:
        flows(("CN=edi.partmer.example,O=Partner AG,C=DE", ISSUER))
        said = call("explain", line(), "flows").stdout
        assert "The CN differs in a letter or two" in said
        assert "✗ CN=edi.partmer.example  CN=edi.partner.example" in said

    def test_no_row_is_near(self, flows, call) -> None:
        flows(("CN=other.example", ISSUER))
        said = call("explain", line(), "flows").stdout
        assert "Of 1 channel authorized by client certificate none has a row" in said
        assert "## What can be behind it" in said
        assert "LINE OF THE TRACE" not in said

    def test_a_service_key_with_this_pair_is_told(self, flows, call, workplace) -> None:
        flows(("CN=other.example", ISSUER))
        authority = issue("a ca", dn(*ISSUER.split(",")), None, ca=True)
        held = issue("explained", dn(*SUBJECT.split(",")), authority)
        (workplace / "partner.json").write_text(json.dumps(key(pem(held).decode())))
        said = " ".join(call("explain", line(), ".").stdout.split())
        assert "(partner.json) holds a certificate with this pair" in said

    def test_what_has_no_value_is_told(self, flows, call) -> None:
        flows(("{{Subject}}", ISSUER))
        said = call("explain", line(), "flows").stdout
        assert "Not compared, as a parameter has no value: Orders: HTTPS /orders/1." in said

    def test_a_line_broken_in_a_word_is_still_the_one(self, flows, call) -> None:
        flows((SUBJECT, ISSUER))
        broken = line().replace("partner ag", "part\nner ag").replace("trust", "tru\n  st")
        assert "1 row lists this pair" in call("explain", broken, "flows").stdout

    def test_words_that_a_shell_took_apart(self, flows, call) -> None:
        flows((SUBJECT, ISSUER))
        assert "1 row lists this pair" in call("explain", *line().split(), "flows").stdout

    def test_standard_input(self, flows) -> None:
        flows((SUBJECT, ISSUER))
        for encoding in ("utf-8", "utf-16"):
            typed = f"{line()}\n".encode(encoding)
            result = CliRunner().invoke(cli, ["explain", "-", "flows"], input=typed)
            assert "1 row lists this pair" in result.stdout

    def test_in_json_and_markdown(self, flows, call) -> None:
        flows((SUBJECT, "CN=Example CA 3,O=Trust,C=DE"))
        document = json.loads(call("explain", line(), "flows", "--format", "json").stdout)
        (row,) = document["refusal"]["rows"]
        assert (row["standing"], row["code"], row["ordinal"]) == ("near-miss", "IFL301", 1)
        assert [each["kind"] for each in row["comparisons"]] == ["", "renewal"]
        page = call("explain", line(), "flows", "--format", "markdown").stdout
        assert "## 1 row nearly lists this pair" in page
        assert "`iflint explain trace`: what else can be behind it" in page

    def test_environments(self, flows, call, workplace) -> None:
        flows((SUBJECT, "{{Issuer}}"))
        for name, ca in (("qa", ISSUER), ("prod", "CN=Example CA 3,O=Trust,C=DE")):
            (workplace / f"{name}.prop").write_text(f"Issuer={ca}\n")
        (workplace / "iflint.toml").write_text(
            '[environments.qa]\nparameters = ["qa.prop"]\n'
            '[environments.prod]\nparameters = ["prod.prop"]\n'
        )
        said = call("explain", line(), "flows").stdout
        assert "row 1 (qa)" in said
        assert "row 1 (prod)" in said

    def test_in_html_an_address_of_mail_is_text(self, flows, call) -> None:
        flows((f"EMAILADDRESS=a@partner.example,{SUBJECT}", ISSUER))
        page = call("explain", line(), "flows", "--format", "html").stdout
        assert "a@partner.example" in page
        assert "!--" not in page

    def test_hostile_names_do_nothing(self, flows, call) -> None:
        flows((SUBJECT, ISSUER))
        for shown in ("text", "markdown", "html", "json"):
            hostile = LINE.format("cn=\x1b[31m\u202e", "cn=```<script>\n::error::x")
            said = call("explain", hostile, "flows", "--format", shown).stdout
            assert not {"\x1b", "\u202e"} & set(said)
            assert "<script>" not in said or shown in ("text", "json", "markdown")
            assert "\n::error" not in said

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["403 and more", "nowhere"], "'nowhere' does not exist"),
            (["IFL301", "flows"], "PATH goes with a line"),
            (["subject: cn=a, o=Example,", "Inc.; issuer: cn=b", "flows"], "explain - PATH"),
            (["trace.log"], "run: iflint explain - < 'trace.log'"),
            ([line(), "nowhere"], "'nowhere' does not exist"),
        ],
    )
    def test_wrong_usage(self, flows, call, words, said) -> None:
        flows((SUBJECT, ISSUER))
        Path("trace.log").touch()
        result = call("explain", *words)
        assert result.exit_code == 2
        assert said in result.stderr

    def test_without_a_path_the_next_step_is_told(self, call) -> None:
        said = call("explain", line()).stdout
        assert "Give the path of your flows behind the line" in said
        malformed = call("explain", LINE.format("nobody", "cn=a")).stdout
        assert "The Subject DN in this line can't be read" in malformed
