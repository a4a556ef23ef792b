"""Distinguished names: what the runtime reads, what it takes for equal, what to paste."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authorities import object_identifier
from iflint.pki import der
from iflint.pki.dn.attribute import KEYWORDS
from iflint.pki.names import (
    DifferenceKind,
    Equality,
    MalformedName,
    Name,
    align,
    compare,
    corrected_text,
    name_from_der,
    parse_name,
    rdn_text,
    swallowed_attribute,
)

CN, C, O, DC = "2.5.4.3", "2.5.4.6", "2.5.4.10", "0.9.2342.19200300.100.1.25"  # noqa: E741
EMAIL, SERIAL = "1.2.840.113549.1.9.1", "2.5.4.5"
PRINTABLE, UTF8, IA5, T61, BMP = (
    der.PRINTABLE_STRING,
    der.UTF8_STRING,
    der.IA5_STRING,
    der.TELETEX_STRING,
    der.BMP_STRING,
)


def certificate_name(*rdns: tuple[str, int, str | bytes] | list[tuple[str, int, str | bytes]]):
    """A name as in a certificate; RDNs as they are written, the most specific first."""

    def rdn(attributes: list[tuple[str, int, str | bytes]]) -> bytes:
        return der.encode(der.SET, b"".join(map(one, attributes)))

    def one(attribute: tuple[str, int, str | bytes]) -> bytes:
        oid, tag, value = attribute
        encoded = der.encode(tag, value) if isinstance(value, bytes) else None
        encoded = encoded or der.encode_string(tag, value)  # type: ignore[arg-type]
        kind = der.encode(der.OBJECT_IDENTIFIER, object_identifier(oid))
        return der.encode(der.SEQUENCE, kind + encoded)

    sets = [rdn(part if isinstance(part, list) else [part]) for part in rdns]
    return name_from_der(der.encode(der.SEQUENCE, b"".join(reversed(sets))))


def equality(stored: str, certificate: Name) -> Equality:
    return compare(parse_name(stored), certificate).equality


PARTNER = certificate_name(
    (CN, UTF8, "partner.example.com"), (O, UTF8, "Example, Inc."), (C, PRINTABLE, "DE")
)


@pytest.mark.parametrize(
    "stored",
    [
        r"CN=partner.example.com,O=Example\, Inc.,C=DE",
        'CN = Partner.Example.COM; O = "Example,  Inc." ; c=de',
        r"OID.2.5.4.3=partner.example.com, o=Example\2C Inc., 2.5.4.6=DE",
        'CN=#0c13706172746e65722e6578616d706c652e636f6d, O="Example, Inc.", C=DE',
    ],
)
def test_spellings_that_the_runtime_takes_for_equal(stored: str) -> None:
    assert equality(stored, PARTNER) is Equality.EQUAL


@pytest.mark.parametrize(
    "stored",
    [
        r"C=DE,O=Example\, Inc.,CN=partner.example.com",
        r"CN=partner.example.com,O=Example\, Inc.",
        r"CN=partner.example.org,O=Example\, Inc.,C=DE",
        r"CN=partner.example.com+O=Example\, Inc.,C=DE",
        "",
    ],
)
def test_names_that_differ(stored: str) -> None:
    comparison = compare(parse_name(stored), PARTNER)
    assert comparison.equality is Equality.DIFFERENT
    assert comparison.undecidable == ()
    assert comparison.certain_text == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("S=Bayern", "ST=Bayern"),
        ("EMAIL=a@example.com", "EMAILADDRESS=a@example.com"),
        ("CN=a+O=b", "O=b+CN=a"),
        ("CN=Straße", "CN=STRASSE"),
        ("CN=a\u00a0b", "CN=A B"),
        ("CN=ﬁne", "CN=FINE"),
        ("CN=é", "CN=e\u0301"),
        ("CN= a ", "CN=a"),
        (r"CN=a\ ", "CN=a"),
    ],
)
def test_typed_names_that_are_equal(one: str, other: str) -> None:
    assert parse_name(one).canonical == parse_name(other).canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CN=a\tb", "CN=a b"),
        ("SERIALNUMBER=a", "SERIALNUMBER=A"),
        ("DC=Example", "DC=example"),
        (r"SERIALNUMBER=1\202", r"SERIALNUMBER=1 2"),
    ],
)
def test_typed_names_that_are_not(one: str, other: str) -> None:
    assert parse_name(one).canonical != parse_name(other).canonical


@pytest.mark.parametrize(
    ("stored", "attribute", "expected"),
    [
        ("DC=example", (DC, IA5, "example"), Equality.EQUAL),
        ("DC=Example", (DC, IA5, "example"), Equality.DIFFERENT),
        ("DC=example", (DC, UTF8, "example"), Equality.UNDECIDABLE),
        ("DC=Example", (DC, UTF8, "example"), Equality.UNDECIDABLE),
        ("DC=other", (DC, UTF8, "example"), Equality.DIFFERENT),
        ("DC=#0c076578616d706c65", (DC, UTF8, "example"), Equality.EQUAL),
        ("DC=#16076578616d706c65", (DC, UTF8, "example"), Equality.DIFFERENT),
        ("DC=müller", (DC, UTF8, "müller"), Equality.DIFFERENT),
        ("CN=Müller", (CN, T61, "Müller"), Equality.UNDECIDABLE),
        ("CN=müller", (CN, T61, "Müller"), Equality.DIFFERENT),
        ("CN=Müller", (CN, BMP, "Müller"), Equality.UNDECIDABLE),
        ("CN=x", (CN, der.OCTET_STRING, b"x"), Equality.DIFFERENT),
        ("SERIALNUMBER=12", (SERIAL, PRINTABLE, "12"), Equality.EQUAL),
        ("SERIALNUMBER=12", (SERIAL, UTF8, "12"), Equality.UNDECIDABLE),
        ("SERIALNUMBER=a", (SERIAL, UTF8, "A"), Equality.DIFFERENT),
        (r"SERIALNUMBER=1\32", (SERIAL, PRINTABLE, "12"), Equality.UNDECIDABLE),
        ("EMAILADDRESS=a@example.com", (EMAIL, IA5, "a@example.com"), Equality.EQUAL),
        ("EMAILADDRESS=a@example.com", (EMAIL, UTF8, "a@example.com"), Equality.UNDECIDABLE),
        ("EMAILADDRESS=A@example.com", (EMAIL, IA5, "a@example.com"), Equality.DIFFERENT),
    ],
)
def test_what_the_string_type_decides(
    stored: str, attribute: tuple[str, int, str | bytes], expected: Equality
) -> None:
    certificate = certificate_name((CN, UTF8, "x"), attribute)
    comparison = compare(parse_name(f"CN=x,{stored}"), certificate)
    assert comparison.equality is expected
    if expected is Equality.UNDECIDABLE:
        [(ours, theirs)] = comparison.undecidable
        assert (ours.oid, theirs) == (attribute[0], certificate.rdns[1][0])
        assert comparison.certain_text.startswith("CN=x,")
        assert f"=#{theirs.der.hex()}" in comparison.certain_text
        assert equality(comparison.certain_text, certificate) is Equality.EQUAL


def test_one_real_difference_is_not_hidden_by_a_string_type() -> None:
    certificate = certificate_name((CN, UTF8, "x"), (DC, UTF8, "example"))
    assert equality("CN=y,DC=example", certificate) is Equality.DIFFERENT


def test_string_types_in_a_multi_valued_rdn() -> None:
    certificate = certificate_name([(DC, UTF8, "a"), (DC, UTF8, "b"), (CN, UTF8, "x")])
    assert equality("CN=x+DC=b+DC=a", certificate) is Equality.UNDECIDABLE
    assert equality("CN=x+DC=b+DC=b", certificate) is Equality.DIFFERENT


def test_the_text_to_paste_is_as_people_write_dns() -> None:
    assert PARTNER.text == r"CN=partner.example.com,O=Example\, Inc.,C=DE"
    name = certificate_name(
        ("2.5.4.97", UTF8, "NTRDE-HRB 1 ü"), (EMAIL, IA5, "a@example.com"), (SERIAL, PRINTABLE, "7")
    )
    assert name.text == "OID.2.5.4.97=NTRDE-HRB 1 ü,EMAILADDRESS=a@example.com,SERIALNUMBER=7"


def test_a_string_type_that_typing_would_not_give_is_pasted_as_bytes() -> None:
    assert certificate_name((SERIAL, UTF8, "7")).text == "SERIALNUMBER=#0c0137"
    assert certificate_name((CN, T61, "x")).text == "CN=#140178"
    assert certificate_name((CN, PRINTABLE, "x")).text == "CN=x"


def test_what_a_line_cannot_show_is_escaped() -> None:
    name = certificate_name((CN, UTF8, " a\nb\u200b# "))
    assert name.text == r"CN=\ a\0Ab\E2\80\8B\#" + "\\ "


any_attribute = st.tuples(
    st.sampled_from([*KEYWORDS, "2.5.4.97", "1.2.3.4"]),
    st.sampled_from([PRINTABLE, UTF8, IA5, T61, BMP, der.UNIVERSAL_STRING, der.OCTET_STRING]),
    st.one_of(
        st.text(alphabet=' ab,+"\\<>;=#\n\0\x7f', max_size=8),
        st.text(st.characters(codec="utf-8"), max_size=8),
        st.binary(max_size=6),
    ).map(lambda value: value.encode() if isinstance(value, str) else value),
)


@given(st.lists(st.lists(any_attribute, min_size=1, max_size=3), max_size=4))
@example([[(CN, PRINTABLE, b"\n \x7f")]])  # a blank between escapes, which does not count
def test_every_text_to_paste_reads_back_as_equal(rdns) -> None:
    name = certificate_name(*rdns)
    assert parse_name(name.text).canonical == name.canonical
    assert equality(name.text, name) is Equality.EQUAL
    assert parse_name(parse_name(name.text).text).canonical == name.canonical


ODD_PIECES = [*' ,+"\\<>;=#/\n1Cb\u00a0\ufeffü', "CN=", ",O=", "OID.2.5.4.3"]


@given(st.lists(st.sampled_from(ODD_PIECES)).map("".join))
def test_any_text_is_read_or_refused_with_help(text: str) -> None:
    try:
        name = parse_name(text)
    except MalformedName as error:
        assert 0 <= error.start < error.end <= len(text)  # noqa: PT017
        assert error.message  # noqa: PT017
        assert "\n" not in error.message + error.remedy  # noqa: PT017
        if error.remedy.startswith("Write it as: "):
            parse_name(error.remedy.removeprefix("Write it as: "))
        return
    spans = [(part.start, part.end) for rdn in name.rdns for part in rdn]
    assert spans == sorted(spans)
    assert all("=" in text[start:end] for start, end in spans)
    swallowed_attribute(name)
    assert compare(name, name).equality is Equality.EQUAL
    assert parse_name(name.text).canonical == name.canonical


def test_an_attribute_knows_where_it_stands() -> None:
    text = 'CN = a\\, b , O="x, y" + OU=z'
    spans = [text[part.start : part.end] for rdn in parse_name(text).rdns for part in rdn]
    assert spans == ["CN = a\\, b", 'O="x, y"', "OU=z"]


@pytest.mark.parametrize(
    ("text", "blamed", "message", "remedy"),
    [
        ("CN=x, E=a@example.com", "E", "EMAILADDRESS=", "CN=x, EMAILADDRESS=a@example.com"),
        ("SN=1, CN=x", "SN", "SERIALNUMBER=", "SURNAME=1, CN=x"),
        ("commonName=x, C=DE", "commonName", "CN=", "CN=x, C=DE"),
        ("TITLE=x", "TITLE", "T=", "T=x"),
        ("postalCode=1", "postalCode", "OID.2.5.4.17=", "OID.2.5.4.17=1"),
        ("/C=DE/O=A, B/CN=x/y", None, "OpenSSL", r"CN=x/y, O=A\, B, C=DE"),
        ("subject=CN=x, O=y", "subject=", "not part", "CN=x, O=y"),
        ("subject=C = DE, O = y, CN = x", "subject=", "not part", "CN=x, O=y, C=DE"),
        ("issuer= /O=y/CN=x", "issuer= ", "not part", "CN=x, O=y"),
        ("Subject DN: CN=x", "Subject DN: ", "not part", "CN=x"),
        ("O=DigiCert, Inc., C=US", "Inc.", "escaped", r"O=DigiCert\, Inc., C=US"),
        ("O=A+B, C=US", "B", "escaped", r"O=A\+B, C=US"),
        ("CN=a <b>", "<", "escaped", r"CN=a \<b\>"),
        ('O=the "x"', '"', "escaped", r"O=the \"x\""),
        ("CN=x, C=DE,", ",", "ends with", "CN=x, C=DE"),
        ("CN=x,,C=DE", ",,", "follow each other", "CN=x, C=DE"),
        ("\ufeffCN=x", "\ufeff", "U+FEFF", "CN=x"),
        ("CN=x,\u00a0C=DE", "\u00a0", "U+00A0", "CN=x, C=DE"),
        ("  ", None, "blanks", None),
        ('"CN=x, C=DE"', None, "quotation marks", "CN=x, C=DE"),
        (r"CN=DOMAIN\user", r"\u", "backslash", r"CN=DOMAIN\\user"),
        ("CN=x, color=red", "color", "no attribute", None),
        ('CN="x, C=DE', '"x, C=DE', "not closed", None),
        ("CN=#0c", "#0c", "no DER", None),
        ("CN=#0c0", "#0c0", "even number", None),
        ("CN=#0g", "g", "hex digits", r"CN=\#0g"),
        ("2.5.x=1", "2.5.x", "object identifier", None),
        ("DigiCert", "DigiCert", "no `=`", None),
    ],
)
def test_a_refusal_says_what_was_probably_meant(
    text: str, blamed: str | None, message: str, remedy: str | None
) -> None:
    with pytest.raises(MalformedName) as caught:
        parse_name(text)
    error = caught.value
    assert message in error.message
    assert text[error.start : error.end] == (text if blamed is None else blamed)
    if remedy is None:
        assert "Write it as" not in error.remedy
        assert error.remedy
    else:
        assert error.remedy == f"Write it as: {remedy}"


@pytest.mark.parametrize(
    ("text", "swallowed", "corrected"),
    [
        ("CN=x O=y", "O=y", "CN=x, O=y"),
        ("CN=x\nO=y\nC=DE", "O=y\nC=DE", "CN=x, O=y, C=DE"),
        ("CN=x\u00a0o =y", "o =y", "CN=x, o=y"),
        ("CN=x OID.2.5.4.10=y", "OID.2.5.4.10=y", "CN=x, OID.2.5.4.10=y"),
        ("CN=x O=y, C=DE", "O=y", "CN=x, O=y, C=DE"),
        ("CN=x,  OU=u  O=y; C=DE", "O=y", "CN=x, OU=u, O=y, C=DE"),
        ("CN=x + UID=1 O=y", "O=y", "CN=x+UID=1, O=y"),
        ("C=DE, CN=x emailAddress=a@b, O=z", "emailAddress=a@b", None),
        ("CN= O=y", "O=y", None),
    ],
)
def test_a_value_that_swallowed_the_next_attribute(
    text: str, swallowed: str, corrected: str | None
) -> None:
    found = swallowed_attribute(parse_name(text))
    assert found is not None
    attribute, start, end = found
    assert attribute.start < start
    assert text[start:end] == swallowed
    if corrected is not None:
        assert corrected_text(text) == corrected


@pytest.mark.parametrize(
    "text", ["CN=x, O=y", "CN=a=b", "CN=x y=z", r"CN=x O\=y", "CN=x-O=y", "CN=O=y", "CN=", ""]
)
def test_values_that_swallowed_nothing(text: str) -> None:
    assert swallowed_attribute(parse_name(text)) is None


def test_the_common_name_is_the_most_specific() -> None:
    assert parse_name("OU=z, CN=a, CN=b").common_name == "a"
    assert parse_name("O=x").common_name is None


def test_chains_match_names_whatever_their_string_types() -> None:
    one = certificate_name((CN, T61, "Müller  AG "), [(O, PRINTABLE, "x"), (C, PRINTABLE, "DE")])
    other = certificate_name((CN, UTF8, "MÜLLER ag"), [(C, PRINTABLE, "de"), (O, BMP, "X")])
    assert one.chain_key == other.chain_key
    assert one.chain_key != certificate_name((CN, UTF8, "Müller AG"), (O, UTF8, "x")).chain_key
    octets = certificate_name((CN, der.OCTET_STRING, b"x"))
    assert octets.chain_key != certificate_name((CN, UTF8, "x")).chain_key


def aligned(stored: str, certificate: str) -> tuple[DifferenceKind, list[str]]:
    kind, rows = align(parse_name(stored), parse_name(certificate))
    return kind, [
        f"{rdn_text(row.stored) if row.stored else '-'} {'=' if row.same else '!'} "
        f"{rdn_text(row.certificate) if row.certificate else '-'}"
        for row in rows
    ]


@pytest.mark.parametrize(
    ("stored", "certificate", "kind", "rows"),
    [
        ("C=DE,CN=x", "CN=x,C=DE", DifferenceKind.REVERSED, ["C=DE ! CN=x", "CN=x ! C=DE"]),
        (
            "CN=x,C=DE,O=a",
            "CN=x,O=a,C=DE",
            DifferenceKind.ORDER,
            ["CN=x = CN=x", "C=DE ! O=a", "O=a ! C=DE"],
        ),
        (
            "CN=x,OU=a,C=DE",
            "CN=x,OU=b,C=DE",
            DifferenceKind.VALUE,
            ["CN=x = CN=x", "OU=a ! OU=b", "C=DE = C=DE"],
        ),
        (
            "CN=x,C=DE",
            "CN=X,OU=b,C=DE",
            DifferenceKind.ATTRIBUTE,
            ["CN=x = CN=X", "- ! OU=b", "C=DE = C=DE"],
        ),
        (
            "CN=x,L=b,C=DE",
            "CN=x,OU=b,C=DE",
            DifferenceKind.ATTRIBUTE,
            ["CN=x = CN=x", "L=b ! -", "- ! OU=b", "C=DE = C=DE"],
        ),
        ("CN=x+C=DE", "CN=x,C=DE", DifferenceKind.GROUPING, ["CN=x+C=DE ! -", "- ! CN=x"]),
        ("", "CN=x", DifferenceKind.ATTRIBUTE, ["- ! CN=x"]),
    ],
)
def test_two_names_one_above_the_other(
    stored: str, certificate: str, kind: DifferenceKind, rows: list[str]
) -> None:
    found, lines = aligned(stored, certificate)
    assert found is kind
    assert lines[: len(rows)] == rows


def test_an_rdn_is_shown_in_plain_text_whatever_its_string_type() -> None:
    assert rdn_text(certificate_name((O, T61, "Müller, x")).rdns[0]) == r"O=Müller\, x"
    assert rdn_text(certificate_name((O, der.NULL, b"")).rdns[0]) == "O=#0500"


def test_names_of_hundreds_of_parts_are_aligned_in_order() -> None:
    one, other = parse_name("CN=x" + ",OU=a" * 300), parse_name("CN=y" + ",OU=a" * 300)
    kind, rows = align(one, other)
    assert kind is DifferenceKind.VALUE
    assert [row.same for row in rows] == [False] + [True] * 300


def test_a_string_type_is_no_difference_to_show() -> None:
    certificate = certificate_name((CN, UTF8, "x"), (DC, UTF8, "example"))
    _, rows = align(parse_name("CN=y,DC=example"), certificate)
    assert [row.same for row in rows] == [False, True]


@pytest.mark.parametrize(
    "text",
    [
        "CN=" + '"' * 50_000,
        "CN=a" + "," * 50_000,
        "CN=a" + ",;" * 25_000,
        "CN=a" + "\\" * 50_000,
        "CN=a" + "\\," * 25_000,
        'CN="' + "," * 50_000,
        'CN="' + "+" * 50_000,
        "CN=a+" * 10_000 + "CN=b",
        "CN=a," * 10_000 + "CN=b",
        "CN=" + " C" * 25_000,
        "CN=a" + " " * 50_000 + "=",
        "CN=#" + "0" * 50_000,
        "2." + "9" * 50_000 + "=x",
        "CN=" + "\\41" * 15_000,
        "/CN=a" * 10_000,
    ],
)
def test_hostile_texts_take_time_in_proportion(text: str) -> None:
    began = time.process_time()
    try:
        name = parse_name(text)
    except MalformedName as error:
        assert len(error.message) < 200  # noqa: PT017
        assert len(error.remedy) < 5000  # noqa: PT017
    else:
        swallowed_attribute(name)
        compare(name, PARTNER)
        align(name, PARTNER)
        align(name, name)
        assert compare(parse_name(name.text), name).equality is Equality.EQUAL
    assert time.process_time() - began < 5


def test_a_name_prints_as_people_read_it() -> None:
    name = parse_name("CN=a,O=Harbour Example\\, Inc.,C=NL")
    assert f"{name}" == name.readable == "CN=a, O=Harbour Example\\, Inc., C=NL"
