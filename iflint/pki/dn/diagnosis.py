"""Why a text is no DN, in the words of who typed it, and the text that was probably meant."""

from __future__ import annotations

import re

from iflint.pki.dn import grammar
from iflint.pki.dn.attribute import TYPES
from iflint.pki.dn.grammar import MalformedName
from iflint.pki.dn.name import Name, swallowed_attribute, swallowed_pattern
from iflint.pki.dn.resemblance import decoded_octets, described, is_hidden, without_hidden

_LONGEST_TO_CORRECT = 2000
"""Characters. Ours: correcting takes 2 ms, and public CAs have names of up to 250."""

_WRITE_INSTEAD = {
    "E": "EMAILADDRESS",
    "MAIL": "EMAILADDRESS",
    "SN": "SURNAME",
    "G": "GIVENNAME",
    "GN": "GIVENNAME",
    "I": "INITIALS",
    "SP": "ST",
    "TITLE": "T",
    "COMMONNAME": "CN",
    "COUNTRY": "C",
    "COUNTRYNAME": "C",
    "LOCALITY": "L",
    "LOCALITYNAME": "L",
    "STATE": "ST",
    "STATEORPROVINCE": "ST",
    "STATEORPROVINCENAME": "ST",
    "ORGANIZATION": "O",
    "ORGANIZATIONNAME": "O",
    "ORGANIZATIONALUNIT": "OU",
    "ORGANIZATIONALUNITNAME": "OU",
    "STREETADDRESS": "STREET",
    "DOMAINCOMPONENT": "DC",
    "USERID": "UID",
    "POSTALCODE": "OID.2.5.4.17",
    "ORGANIZATIONIDENTIFIER": "OID.2.5.4.97",
    "BUSINESSCATEGORY": "OID.2.5.4.15",
    "POSTOFFICEBOX": "OID.2.5.4.18",
    "TELEPHONENUMBER": "OID.2.5.4.20",
    "NAME": "OID.2.5.4.41",
    "PSEUDONYM": "OID.2.5.4.65",
    "DESCRIPTION": "OID.2.5.4.13",
    "UNSTRUCTUREDNAME": "OID.1.2.840.113549.1.9.2",
    "UNSTRUCTUREDADDRESS": "OID.1.2.840.113549.1.9.8",
    "JURISDICTIONCOUNTRYNAME": "OID.1.3.6.1.4.1.311.60.2.1.3",
    "JURISDICTIONC": "OID.1.3.6.1.4.1.311.60.2.1.3",
    "JURISDICTIONSTATEORPROVINCENAME": "OID.1.3.6.1.4.1.311.60.2.1.2",
    "JURISDICTIONST": "OID.1.3.6.1.4.1.311.60.2.1.2",
    "JURISDICTIONLOCALITYNAME": "OID.1.3.6.1.4.1.311.60.2.1.1",
    "JURISDICTIONL": "OID.1.3.6.1.4.1.311.60.2.1.1",
}
"""Names that other tools (OpenSSL, Windows, LDAP) write, and what the runtime reads."""

_KEYWORD = r"(?:OID\.)?[0-9]+(?:\.[0-9]+)+|" + "|".join(
    sorted((*TYPES, *_WRITE_INSTEAD), key=len, reverse=True)
)
_ATTRIBUTE = re.compile(rf"\s*({_KEYWORD})\s*=\s*", re.IGNORECASE)
_NAMED = re.compile(r"\s*[\w.-]*\s*=")
_SLASH = re.compile(rf"/(?=(?:{_KEYWORD})\s*=)", re.IGNORECASE)
_PLUS = re.compile(rf"\+(?=(?:{_KEYWORD})\s*=)", re.IGNORECASE)
_PREFIX = re.compile(
    r"\s*(?:(?:subject|issuer|owner)[\s_]*(?:dn|name)?|dn)\s*[:=]\s*", re.IGNORECASE
)
_PRINTED_BY_OPENSSL = re.compile(r"^(?:subject|issuer)\s*=|/emailAddress\s*=", re.IGNORECASE)
_PART = re.compile(
    r'((?:\\.|"(?:\\.|[^"\\])*"(?=\s*(?:[,;+]|$))|[^,;+\\])*)([,;+]|\\?$)', re.DOTALL
)
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL)
_HEXADECIMAL = re.compile("#[0-9A-Fa-f]*")
_QUOTATION_MARK = re.compile(r'(?<!\\)"')
_MUST_BE_ESCAPED = re.compile(r'\\(?:[,=+<>#;\\" ]|[0-9A-Fa-f]{2})|([<>"\\,;+])')
_TYPOGRAPHIC = str.maketrans({"“": '"', "”": '"', "„": '"', "＝": "=", "，": ","})


def explain(text: str, error: MalformedName) -> MalformedName:
    """The same error with a message and a remedy that help."""
    meant = corrected(text)
    message, start, end = _reason(text, error)
    return MalformedName(message, start, end, _remedy(message, meant), meant)


def _remedy(message: str, meant: str | None) -> str:
    if meant is not None:
        return f"Write it as: {meant}"
    if message.endswith(grammar.UNKNOWN_TYPE):
        return "Write a keyword that the runtime knows, or OID. and the attribute's number."
    return "Write NAME=value parts with commas between, as 'iflint chain FILE' prints them."


def _reason(text: str, error: MalformedName) -> tuple[str, int, int]:
    """Message and span: of a mistake that people make as a whole, else of the parser's error."""
    if not text.strip():
        return "the DN consists of blanks only", 0, len(text)
    blamed = text[error.start : min(error.end, error.start + _LONGEST_TO_CORRECT)]
    for position, character in enumerate(blamed, error.start):
        if not character.isascii() and is_hidden(character):
            what = described(character)
            return f"an invisible character ({what}) stands in the DN", position, position + 1
    if _quoted_as_a_whole(text.strip()):
        return "the DN as a whole stands in quotation marks", 0, len(text)
    prefix = _PREFIX.match(text)
    if prefix is not None:
        return f"`{prefix[0].strip()}` is not part of the DN", prefix.start(), prefix.end()
    if text.lstrip().startswith("/") and _SLASH.match(text.lstrip()):
        return "this is OpenSSL's old form of a DN, with `/` between the parts", 0, len(text)
    keyword = text[error.start : error.end]
    instead = _WRITE_INSTEAD.get(keyword.upper())
    if instead is not None and error.message.endswith(grammar.UNKNOWN_TYPE):
        other = " (or SERIALNUMBER=, if that is meant)" if keyword.upper() == "SN" else ""
        message = f"`{keyword}` {grammar.UNKNOWN_TYPE}; it reads {instead}={other}"
        return message, error.start, error.end
    if error.message == grammar.NO_EQUALS and error.start > 0:
        return (
            "this part has no `=`; a comma, `;` or `+` in a value must be escaped or quoted",
            error.start,
            error.end,
        )
    if error.message == grammar.NO_ATTRIBUTE:
        before = text[: error.start].strip()
        if error.end >= len(text) and before:
            return "the DN ends with a separator", error.start, error.end
        return "two separators follow each other, or one stands first", error.start, error.end
    return error.message, error.start, error.end


def corrected(text: str) -> str | None:
    """What ``iflint.pki.names.corrected_text`` promises."""
    if len(text) > _LONGEST_TO_CORRECT or len(_QUOTATION_MARK.findall(text)) % 2:
        return None
    candidate = without_hidden(text).translate(_TYPOGRAPHIC).strip()
    printed_by_openssl = _PRINTED_BY_OPENSSL.search(candidate) is not None
    candidate = _PREFIX.sub("", candidate, count=1)
    if _quoted_as_a_whole(candidate):
        candidate = candidate[1:-1].strip()
    readings = (
        _from_slashes(text) if _SLASH.match(text) else _from_parts(text, turn=printed_by_openssl)
        for text in (_separated(candidate), candidate)
    )
    return next(filter(_is_meant, readings), None)


def _separated(text: str) -> str:
    """With a comma before each attribute that has nothing but white space before it."""
    pattern = rf"(?<![\s,;+])\s*{swallowed_pattern().pattern}"
    return re.sub(pattern, r", \1", text, flags=re.IGNORECASE)


def _is_meant(text: str) -> bool:
    """Whether the runtime reads the text, and no value in it swallows an attribute."""
    try:
        rdns = grammar.read(text)
    except MalformedName:
        return False
    return bool(rdns) and swallowed_attribute(Name(rdns, text)) is None


def _quoted_as_a_whole(text: str) -> bool:
    return len(text) > 1 and (
        _QUOTED.fullmatch(text) is not None
        or (text[0] == text[-1] == "'" and "'" not in text[1:-1])
    )


def _from_slashes(text: str) -> str:
    """OpenSSL's old form, which begins with the most general part, turned round."""
    parts = _SLASH.split(text)[1:]
    return ", ".join(
        "+".join(_attribute(decoded_octets(one.rstrip())) for one in _PLUS.split(part))
        for part in reversed(parts)
    )


def _from_parts(text: str, *, turn: bool) -> str:
    """Without separators that separate nothing, and with those escaped that are part of a value.

    ``turn``: a text from the country to the common name, or to the mail address behind it, is
    turned round.
    """
    rdns: list[str] = []
    separator = ""
    for part, following in _PART.findall(text):
        if _ATTRIBUTE.match(part):
            attribute = _attribute(part.strip())
            if rdns and separator == "+":
                rdns[-1] += f"+{attribute}"
            else:
                rdns.append(attribute)
        elif part.strip() and rdns and not _NAMED.match(part):
            rdns[-1] += f"\\{separator}{_escaped(part.rstrip())}"
        elif part.strip():
            return text
        separator = following or separator
    if turn and rdns and rdns[0].startswith("C=") and _ends_as_printed(rdns):
        rdns.reverse()
    return ", ".join(rdns)


def _ends_as_printed(rdns: list[str]) -> bool:
    mail = rdns[-1].upper().startswith("EMAILADDRESS=")
    return rdns[-2 if mail else -1].startswith("CN=")


def _attribute(part: str) -> str:
    match = _ATTRIBUTE.match(part)
    if match is None:
        return part
    keyword = match[1].upper()
    value = part[match.end() :]
    if not _QUOTED.fullmatch(value) and not _HEXADECIMAL.fullmatch(value):
        value = _escaped(value)
    return f"{_WRITE_INSTEAD.get(keyword, match[1])}={value}"


def _escaped(value: str) -> str:
    escaped = _MUST_BE_ESCAPED.sub(lambda match: "\\" + match[1] if match[1] else match[0], value)
    return "\\" + escaped if escaped.startswith("#") else escaped
