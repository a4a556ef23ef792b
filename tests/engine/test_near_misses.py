"""The certificate that was meant: recognised behind every form in which people have its names."""

from __future__ import annotations

import shutil
import subprocess
import time
from datetime import UTC, datetime

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

import iflint
from exports import Channel, Flow, bundle, dn, intermediate, issue, pem, root, write_tree
from iflint.pki.certificates import parse_certificate
from iflint.pki.dn import resemblance
from iflint.pki.names import corrected_text, parse_name

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
AUTHORITY = root(
    "near misses root", dn("CN=Example Root", "O=Example Trust", "C=DE"), "2015-01-01", "2044-12-31"
)
ISSUING = intermediate(
    "near misses issuing", dn("CN=Example CA 4", "O=Example Trust", "C=DE"), AUTHORITY
)
OTHER_ISSUING = intermediate(
    "near misses other issuing", dn("CN=Other CA", "O=Other Trust", "C=FR"), AUTHORITY
)
PARTNER = issue(
    "near misses partner",
    dn(
        "EMAILADDRESS=edi@partner.example",
        "CN=edi.partner.example",
        "OU=Nord-Süd",
        "O=Müller, Example's Sons",
        "C=DE",
    ),
    ISSUING,
)
NEIGHBOUR = issue(
    "near misses neighbour", dn("CN=neighbour.example", "O=Neighbour", "C=FR"), OTHER_ISSUING
)
CERTIFICATES = pem(PARTNER, NEIGHBOUR, ISSUING, OTHER_ISSUING)
SUBJECT = (
    r"EMAILADDRESS=edi@partner.example,CN=edi.partner.example,OU=Nord-Süd,"
    r"O=Müller\, Example's Sons,C=DE"
)
ISSUER = "CN=Example CA 4,O=Example Trust,C=DE"


@pytest.fixture
def report(tmp_path):
    """The report of one flow whose channels list these pairs, beside these certificates."""

    def of(*pairs, certificates=CERTIFICATES, **options):
        flow = Flow("Orders", "Orders", [Channel("HTTPS", "/orders", pairs)], options)
        write_tree(tmp_path, bundle(flow))
        (tmp_path / "certificates.pem").write_bytes(certificates)
        return iflint.check(
            str(tmp_path), as_of=CLOCK, select=["IFL301", "IFL302", "IFL304", "IFL312"]
        )

    return of


@pytest.fixture
def findings(report):
    """The findings of such a report."""
    return lambda *pairs, **options: report(*pairs, **options).findings


def kinds(finding) -> dict[str, str]:
    return {comparison.role: comparison.kind for comparison in finding.comparisons}


REVERSED = "C=DE, O={}, OU=Nord-Süd, CN=edi.partner.example, EMAILADDRESS=edi@partner.example"


@pytest.mark.parametrize(
    ("subject", "kind", "said"),
    [
        (REVERSED.format(r"Müller\, Example's Sons"), "reversed", "as OpenSSL prints"),
        (REVERSED.replace("=", " = ").format('"Müller, Example\'s Sons"'), "reversed", "OpenSSL"),
        (
            SUBJECT.replace("OU=Nord-Süd,", "").replace(",C=DE", ",OU=Nord-Süd,C=DE"),
            "order",
            "another order",
        ),
        (SUBJECT.replace(",CN=", "+CN="), "grouping", "`+`"),
        (SUBJECT.replace("edi@partner", "EDI@partner"), "case", "letter case"),
        (SUBJECT.replace("CN=edi.pa", "CN=edi.p\u0430"), "characters", "CYRILLIC SMALL LETTER A"),
        (SUBJECT.replace("CN=edi", "CN=e\u0501i"), "characters", "for “d”"),
        (SUBJECT.replace("Nord-", "Nord\u2013"), "characters", "U+2013 EN DASH for “-”"),
        (SUBJECT.replace("Example's", "Example\u2019s"), "characters", "RIGHT SINGLE QUOTATION"),
        (SUBJECT.replace("CN=edi", "CN=edi\u200b"), "characters", "U+200B ZERO WIDTH SPACE, which"),
        (SUBJECT.replace("CN=edi", "CN=e\u00addi"), "characters", "U+00AD SOFT HYPHEN"),
        (SUBJECT.replace("CN=edi", "CN=\ufeffedi"), "characters", "ZERO WIDTH NO-BREAK SPACE"),
        (SUBJECT.replace(" Example", "\u00a0 Example"), "characters", "NO-BREAK SPACE for a blank"),
        (SUBJECT.replace(" Example", "\tExample"), "characters", "U+0009 TAB for a blank"),
        (SUBJECT.replace("@part", "@p\u0430rt"), "characters", "CYRILLIC SMALL LETTER A for “a”"),
        (SUBJECT.replace("Nord-Süd", '\\"Nord-Süd\\"'), "escapes", "quotation marks"),
        (SUBJECT.replace("Müller", "M%C3%BCller"), "escapes", "escapes"),
        (SUBJECT.replace("Süd", "S\\\\u00fcd"), "escapes", "escapes"),
        (SUBJECT.replace("Süd", "SÃ¼d"), "encoding", "a wrong encoding"),
        (SUBJECT.replace("Müller", "M?ller"), "encoding", "lost"),
        (SUBJECT.replace("Süd", "S\ufffdd"), "encoding", "lost"),
        (SUBJECT.replace("OU=Nord-Süd,", ""), "attribute", "other attributes"),
        (SUBJECT.replace("Süd", "West"), "value", "another value"),
    ],
)
def test_the_kind_of_a_difference_is_told(findings, subject, kind, said) -> None:
    [finding] = findings((subject, ISSUER))
    assert finding.code == "IFL301"
    assert kinds(finding) == {"subject": kind, "issuer": ""}
    assert said in finding.message
    if kind in ("attribute", "value"):
        assert f"else change this row: Subject DN {SUBJECT}" in finding.remedy
    else:
        assert finding.remedy == f"Enter the certificate's own Subject DN {SUBJECT}"


@pytest.mark.parametrize(
    "subject",
    [
        "/C=DE/O=Müller, Example's Sons/OU=Nord-Süd/CN=edi.partner.example"
        "/emailAddress=edi@partner.example",
        r"/C=DE/O=M\xC3\xBCller, Example's Sons/OU=Nord-S\xC3\xBCd/CN=edi.partner.example"
        "/emailAddress=edi@partner.example",
        'subject=C = DE, O = "Müller, Example\'s Sons", OU = Nord-Süd, '
        "CN = edi.partner.example, emailAddress = edi@partner.example",
        SUBJECT.replace("EMAILADDRESS", "E"),
        SUBJECT.replace("\\,", ","),
        SUBJECT.replace(",CN", " CN"),
        SUBJECT.replace("Müller", "M&amp;uuml;ller"),
        SUBJECT.replace("Süd", "S\\u00fcd"),
        f"{SUBJECT},",
        f'"{SUBJECT}"',
        f"\ufeff{SUBJECT}",
        SUBJECT.replace("CN=", "\u200bCN="),
        SUBJECT.replace("\\,", ",").replace(",", "\n").replace("Müller\n", "Müller\\,"),
        SUBJECT.replace("\\,", ",").replace("EMAILADDRESS", "E").replace("edi.p", "edi.\u0440"),
    ],
)
def test_a_text_that_is_no_dn_is_recognised(findings, subject) -> None:
    [finding] = findings((subject, ISSUER))
    assert finding.code == "IFL304"
    assert "It is the subject of certificates.pem in another form." in finding.message
    assert finding.remedy == f"Write it as: {SUBJECT}"
    assert finding.certificate is not None


def test_each_dn_has_its_own_finding(findings) -> None:
    backwards = "C=DE, O=Example Trust, CN=Example CA 4"
    found = {finding.code: finding for finding in findings((f"subject={SUBJECT}", backwards))}
    assert sorted(found) == ["IFL301", "IFL304"]
    assert "the Issuer DN has the same attributes in reversed order" in found["IFL301"].message
    assert found["IFL301"].remedy == f"Enter the certificate's own Issuer DN {ISSUER}"


@pytest.mark.parametrize(
    ("issuer", "kind", "said", "mistake"),
    [
        ("CN=Example CA 3, O=Example Trust, C=DE", "renewal", "after a renewal", False),
        ("CN=Example CA, O=Example Trust, C=DE", "renewal", "after a renewal", False),
        ("CN=Example Root, O=Example Trust, C=DE", "above", "further up its chain", True),
        (SUBJECT, "twice", "repeats the Subject DN", True),
        ("CN=Other CA, O=Other Trust, C=FR", "other", "at hand, certificates.pem", False),
        ("CN=Foreign CA, O=Foreign Trust, C=FR", "issuer", "another one", False),
        ("CN=Exmple CA 4, O=Example Trust, C=DE", "value", "another value", True),
        ("C=DE, O=Example Trust, CN=Example CA 4", "reversed", "reversed order", True),
        ("CN=Ex\u0430mple CA 4, O=Example Trust, C=DE", "characters", "CYRILLIC", True),
    ],
)
def test_what_an_issuer_is_instead(findings, issuer, kind, said, mistake) -> None:
    [finding] = findings((SUBJECT, issuer))
    assert kinds(finding) == {"subject": "", "issuer": kind}
    assert said in finding.message
    start = "Enter the certificate's own Issuer DN" if mistake else "If the sender changed to this"
    assert finding.remedy.startswith(start)
    assert finding.remedy.endswith(ISSUER)


def test_exchanged_names_are_told_although_the_subject_is_a_certificates(findings) -> None:
    """The authority's own certificate has the subject, and differs in fewer attributes."""
    (finding,) = findings((ISSUER, SUBJECT))
    assert set(kinds(finding).values()) == {"exchanged"}
    assert finding.certificate.sha256 == parse_certificate(PARTNER.der).sha256


SERVER_AUTH = ExtendedKeyUsageOID.SERVER_AUTH


def like(label, *more, first="2026-03-02", last="2027-09-30", company="Example Ltd", **usages):
    """A certificate of the common name ``a.example``."""
    name = dn("CN=a.example", *more, f"O={company}", "C=DE")
    return issue(f"near misses like {label}", name, ISSUING, first, last, **usages)


@pytest.mark.parametrize(
    ("meant", "other"),
    [
        (like("valid"), like("expired", last="2026-11-23")),
        (like("valid"), like("not yet valid", first="2026-11-25", last="2028-09-30")),
        (like("later"), like("sooner", last="2027-09-29")),
        (like("for clients"), like("for servers", last="2028-09-30", usages=[SERVER_AUTH])),
        (like("another part", "OU=Unit"), like("another company", company="Another Ltd")),
        (like("one difference"), like("two", "OU=Unit", company="Another Ltd", last="2028-09-30")),
    ],
    ids=["valid", "begun", "later", "for clients", "no other value", "fewest"],
)
def test_of_several_certificates_the_best_is_taken_for_the_one_that_is_meant(
    findings, meant, other
) -> None:
    written = ("C=DE, O=Example Ltd, CN=a.example", ISSUER)
    if "OU=Unit" in meant.name.text:
        written = ("CN=a.example, O=Example Ltd, C=DE", ISSUER)
    for both in (pem(meant, other), pem(other, meant)):
        (finding,) = findings(written, certificates=both)
        assert finding.certificate.sha256 == parse_certificate(meant.der).sha256


def test_a_misspelt_issuer_is_nearer_than_that_of_the_renewed_certificate(findings) -> None:
    """Both differ in the issuer's common name, and the renewed one lasts longer."""
    next_ca = intermediate(
        "near-next-ca", dn("CN=Example CA 5", "O=Example Trust", "C=DE"), AUTHORITY
    )
    renewed = issue("near misses renewed", dn("CN=a.example"), next_ca, last="2028-09-30")
    meant = issue("near misses in use", dn("CN=a.example"), ISSUING)
    row = ("CN=a.example", ISSUER.replace("Example CA 4", "Exmple CA 4"))
    for both in (pem(meant, renewed), pem(renewed, meant)):
        (finding,) = findings(row, certificates=both)
        assert finding.certificate.sha256 == parse_certificate(meant.der).sha256
        assert finding.remedy == f"Enter the certificate's own Issuer DN {ISSUER}"


def test_the_same_name_in_another_order_is_nearer_than_another_value_in_this_one(findings) -> None:
    meant = like("in another order")
    other = issue("near misses in this order", dn("C=DE", "O=Another Ltd", "CN=a.example"), ISSUING)
    for both in (pem(meant, other), pem(other, meant)):
        (finding,) = findings(("C=DE, O=Example Ltd, CN=a.example", ISSUER), certificates=both)
        assert kinds(finding) == {"subject": "reversed", "issuer": ""}


def test_nothing_is_to_be_written_for_a_row_whose_certificate_another_row_has(findings) -> None:
    form = ("C=FR, O=Neighbour, CN=neighbour.example", NEIGHBOUR.issuer.text)
    (alone,) = findings(form)
    assert (alone.fixable, str(alone.severity)) == (True, "error")
    (beside,) = findings(NEIGHBOUR.pair, form)
    assert (beside.fixable, str(beside.severity)) == (False, "warning")


def test_an_odd_character_is_marked_where_it_stands(findings) -> None:
    subject = SUBJECT.replace("CN=edi.partner", "CN=\u0435di.p\u0430rtner")
    [finding] = findings((subject, ISSUER))
    region = finding.location.region
    assert region is not None
    assert region.end_column - region.start_column == 1
    line = region.excerpt
    assert line[region.start_column - region.excerpt_column] == "\u0435"
    assert [r.message for r in finding.related if "CYRILLIC" in r.message] == [
        "U+0430 CYRILLIC SMALL LETTER A"
    ]


def test_an_odd_character_of_the_certificate_is_named(findings) -> None:
    odd = issue(
        "near misses odd", dn("CN=edi.partner.ex\u0430mple", "O=Partner Example", "C=DE"), ISSUING
    )
    typed = ("CN=edi.partner.example, O=Partner Example, C=DE", ISSUER)
    [finding] = findings(typed, certificates=pem(odd, ISSUING))
    assert "the certificate has U+0430 CYRILLIC SMALL LETTER A for “a”" in finding.message


def test_a_subject_without_a_common_name_is_recognised_in_any_order(findings) -> None:
    plain = issue("near misses plain", dn("OU=Gate 7", "O=Partner Example", "C=DE"), ISSUING)
    typed = ("O=Partner Example, OU=Gate 7, C=DE", ISSUER)
    [finding] = findings(typed, certificates=pem(plain, ISSUING))
    assert kinds(finding)["subject"] == "order"


@pytest.mark.parametrize(
    "name", ["edi.partnr.example", "edi.patrner.example", "adi.partner.exampl"]
)
def test_a_misspelt_common_name_leads_to_the_closest_certificate(report, name) -> None:
    result = report((SUBJECT.replace("edi.partner.example", name, 1), ISSUER))
    if name in SUBJECT:
        pytest.fail("the name must be another one")
    [finding] = result.findings
    assert finding.code == "IFL302"


def test_the_closest_certificate_is_a_hint_and_no_more(report) -> None:
    pair = (SUBJECT.replace("CN=edi.partner", "CN=edi.patrner"), ISSUER)
    result = report(pair)
    [finding] = result.findings
    assert (finding.code, finding.severity) == ("IFL302", "warning")
    assert "The closest is that of edi.partner.example" in finding.message
    assert finding.remedy.endswith(f"enter its Subject DN: {SUBJECT}")
    [wanted] = result.wanted
    assert wanted.closest == "edi.partner.example"


def test_of_the_closest_certificates_the_latest_is_named(report) -> None:
    later = issue("near misses later", PARTNER.name, ISSUING, last="2028-09-30")
    wrong = SUBJECT.replace("CN=edi.partner", "CN=edi.patrner")
    for both in (pem(PARTNER, later), pem(later, PARTNER)):
        (finding,) = report((wrong, ISSUER), certificates=both).findings
        (closest,) = finding.related
        start = closest.location.region.start_line
        assert (start == 1) is (both == pem(later, PARTNER))


def test_a_pair_of_a_parameter_leads_to_the_file_that_has_it(report) -> None:
    wrong = SUBJECT.replace("CN=edi.partner", "CN=edi.patrner")
    (finding,) = report(("{{S}}", ISSUER), S=wrong).findings
    origin, closest = finding.related
    assert (finding.code, origin.message) == ("IFL302", "the Subject DN comes from here")
    assert origin.location.file.path.endswith("parameters.prop")
    assert closest.message == "closest: edi.partner.example"


@pytest.mark.parametrize(
    "pair",
    [
        (SUBJECT.replace("CN=edi.partner", "CN=edi7.partner"), ISSUER),
        (SUBJECT.replace("CN=edi.partner", "CN=b2b.partners"), ISSUER),
        (SUBJECT.replace("CN=edi.partner", "CN=edi.patrner"), ISSUER.replace("4", "3")),
        (SUBJECT.replace("CN=edi.partner", "CN=edi.patrner").replace("Nord", "Ost"), ISSUER),
    ],
)
def test_names_that_are_simply_others_have_no_closest_one(report, pair) -> None:
    [finding] = report(pair).findings
    assert finding.code == "IFL302"
    assert "closest" not in finding.message


def test_a_certificate_that_another_entry_has_is_not_the_closest(report) -> None:
    [finding] = report(
        (SUBJECT, ISSUER), (SUBJECT.replace("CN=edi.p", "CN=edo.p"), ISSUER)
    ).findings
    assert finding.code == "IFL302"
    assert "closest" not in finding.message


# --- forms in which tools print names ----------------------------------------------------------


OPENSSL_FORMS = ["compat", "oneline", "oneline,-esc_msb,utf8", "RFC2253", "RFC2253,-esc_msb,utf8"]


@pytest.mark.parametrize("form", OPENSSL_FORMS)
@pytest.mark.parametrize(
    "parts",
    [
        ("CN=edi.partner.example", "O=Partner Example GmbH", "C=DE"),
        (
            "CN=edi.partner.example",
            "OU=a/b",
            "O=Müller, Söhne & Co",
            "ST=Baden-Württemberg",
            "C=DE",
        ),
        ("EMAILADDRESS=a@example.com", "CN=Gate 7", "O=Example; Inc", "C=US"),
        ("CN=x#y", "SERIALNUMBER=47-11", "O=Example+Sons", "C=DE"),
        (("CN=edi.partner.example", "UID=4711"), "DC=example", "DC=com"),
        ("CN=Example 日本", "O=例, 株式会社", "C=JP"),
    ],
)
def test_a_subject_as_openssl_prints_it_is_recognised(findings, form, parts) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("needs OpenSSL: there is no `openssl`")
    certificate = issue("near misses openssl", dn(*parts), ISSUING)
    printed = subprocess.run(
        ["openssl", "x509", "-noout", "-subject", "-nameopt", form],
        input=pem(certificate),
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8", "replace")
    meant = parse_certificate(certificate.der).subject.text
    for text in (printed.strip(), printed.strip().removeprefix("subject=").strip()):
        for finding in findings((text, ISSUER), certificates=pem(certificate, ISSUING)):
            if finding.code != "IFL312":
                assert finding.code in ("IFL301", "IFL304"), text
                assert finding.remedy.endswith(meant), text


# --- what looks alike --------------------------------------------------------------------------


@given(st.text(st.characters(codec="utf-8"), max_size=12))
def test_a_text_looks_like_itself_however_it_is_disguised(text: str) -> None:
    assert resemblance.seen(text) == resemblance.seen(f"\u200b{text}\ufeff")
    assert resemblance.essence(text) == resemblance.essence(text)
    mojibake = text.encode().decode("latin-1")
    if text.isprintable():
        assert resemblance.essence(mojibake) == resemblance.essence(text)


@settings(max_examples=200)
@given(
    st.text("abcdefghij.-", min_size=6, max_size=20),
    st.lists(st.tuples(st.integers(0, 99), st.sampled_from("axz")), min_size=1, max_size=2),
)
def test_letters_apart_counts_letters(text: str, changes: list[tuple[int, str]]) -> None:
    changed = text
    for place, letter in changes:
        at = place % len(changed)
        changed = changed[:at] + letter + changed[at + (place % 2) :]
    assert resemblance.letters_apart(text, changed, len(changes))
    assert resemblance.letters_apart(changed, text, len(changes))
    assert not resemblance.letters_apart(text, f"{text}xyz", 2)


@pytest.mark.parametrize(
    "text",
    ["/C=DE" + "/O=\\xC3" * 300, "CN=" + "\u0430" * 1900, "&amp;" * 400, "subject=" * 200],
)
def test_hostile_texts_are_put_right_or_not_in_no_time(text: str) -> None:
    start = time.process_time()
    meant = corrected_text(text)
    if meant is not None:
        parse_name(meant)
    resemblance.essence(text)
    resemblance.lost_letters("?x" * 900, "x" * 900)
    assert time.process_time() - start < 1
