"""Private keys in texts of any kind: each form that people commit, and what only looks like one."""

from __future__ import annotations

import base64
import json
import time
from textwrap import indent
from urllib.parse import quote, quote_plus

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from iflint.pki.key_signs import may_hold_keys
from iflint.pki.key_texts import keys_in_text
from iflint.places.location import FileLocation
from iflint.sources.texts import is_text

FILE = FileLocation("notes")
PLAIN = serialization.NoEncryption()
LOCKED = serialization.BestAvailableEncryption(b"geheim")
RSA = rsa.generate_private_key(65537, 2048)
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
PKCS8, OLD = PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL


def pem(key, form=PKCS8, encryption=PLAIN) -> str:
    return key.private_bytes(Encoding.PEM, form, encryption).decode()


def string(value: bytes) -> bytes:
    return len(value).to_bytes(4) + value


def putty(version: int, cipher: str) -> str:
    def lines(data: bytes) -> str:
        encoded = base64.b64encode(data).decode()
        parts = [encoded[at : at + 64] for at in range(0, len(encoded), 64)]
        return "\n".join((str(len(parts)), *parts))

    public = lines(string(b"ssh-ed25519") + string(bytes(range(32))))
    derivation = "Key-Derivation: Argon2id\nArgon2-Memory: 8192\nArgon2-Salt: e7f2\n"
    return (
        f"PuTTY-User-Key-File-{version}: ssh-ed25519\nEncryption: {cipher}\nComment: edi\n"
        f"Public-Lines: {public}\n{derivation if version == 3 and cipher != 'none' else ''}"
        f"Private-Lines: {lines(bytes(range(40, 80)))}\nPrivate-MAC: {'0' * 64}\n"
    )


def locked_openssh() -> str:
    parts = b"".join(map(string, (b"aes256-ctr", b"bcrypt", bytes(24))))
    body = b"openssh-key-v1\0" + parts + (1).to_bytes(4) + string(bytes(51)) + string(bytes(144))
    lines = base64.encodebytes(body).decode()
    return f"-----BEGIN OPENSSH PRIVATE KEY-----\n{lines}-----END OPENSSH PRIVATE KEY-----\n"


FORMS = {
    "pkcs8": (pem(RSA), "private key (PKCS#8)", False),
    "ec in pkcs8": (pem(EC), "private key (PKCS#8)", False),
    "ed25519 in pkcs8": (pem(ED), "private key (PKCS#8)", False),
    "encrypted pkcs8": (pem(RSA, PKCS8, LOCKED), "private key (PKCS#8)", True),
    "pkcs1": (pem(RSA, OLD), "RSA private key", False),
    "sec1": (pem(EC, OLD), "EC private key", False),
    "encrypted pkcs1": (pem(RSA, OLD, LOCKED), "RSA private key", True),
    "encrypted sec1": (pem(EC, OLD, LOCKED), "EC private key", True),
    "openssh": (pem(ED, PrivateFormat.OpenSSH), "OpenSSH private key", False),
    "encrypted openssh": (locked_openssh(), "OpenSSH private key", True),
    "putty 2": (putty(2, "none"), "PuTTY private key", False),
    "putty 3": (putty(3, "none"), "PuTTY private key", False),
    "encrypted putty 2": (putty(2, "aes256-cbc"), "PuTTY private key", True),
    "encrypted putty 3": (putty(3, "aes256-cbc"), "PuTTY private key", True),
}


def concatenated(key: str) -> str:
    return " +\n".join(f'        "{line}\\n"' for line in key.splitlines())


WRAPPINGS = {
    "as it is": str,
    "crlf": lambda key: key.replace("\n", "\r\n"),
    "cr": lambda key: key.replace("\n", "\r"),
    "json": lambda key: json.dumps({"a": {"key": key}}),
    "json in json": lambda key: json.dumps({"a": json.dumps({"key": key})}),
    "json with escaped slashes": lambda key: json.dumps({"key": key}).replace("/", "\\/"),
    "yaml": lambda key: "key: |\n" + indent(key, "    "),
    "kubernetes": lambda key: f"data:\n  k: {base64.b64encode(key.encode()).decode()}\n  x: y\n",
    "base64 in lines": lambda key: base64.encodebytes(key.encode()).decode(),
    "two in base64": lambda key: (
        f"{base64.b64encode(b'-----BEGIN CERTIFICATE-----').decode()}\n"
        f"{base64.b64encode(key.encode()).decode()}"
    ),
    "env": lambda key: 'A=b\nKEY="{}"\nC=d\n'.format(key.replace("\n", "\\n")),
    "java": lambda key: f"String KEY =\n{concatenated(key)};\n",
    "python": lambda key: f'KEY = """{key}"""\n',
    "comment": lambda key: indent(key, "# ", lambda line: True),
    "javadoc": lambda key: f"/**\n{indent(key, ' * ')}*/",
    "slashes": lambda key: indent(key, "// "),
    "mail": lambda key: f"Hello,\n\nhere it is:\n\n{indent(key, '> ')}\nRegards",
    "xml": lambda key: f"<value>{key.replace(chr(10), '&#xA;')}</value>",
    "xml, decimal": lambda key: f"<value>{key.replace(chr(10), '&#13;&#10;')}</value>",
    "properties": lambda key: "key=" + key.replace("\n", "\\n\\\n  "),
    "powershell": lambda key: '$key = "{}"\r\n'.format(key.replace("\n", "`r`n")),
    "basic": lambda key: " & vbCrLf & _\n".join(f'  "{line}"' for line in key.splitlines()),
    "log": lambda key: indent(key, "2026-11-24 08:00:01,123 INFO [main] "),
    "numbered": lambda key: "".join(f"{n:4}  {line}\n" for n, line in enumerate(key.split("\n"))),
    "within base64": lambda key: base64.b64encode(f"Bag Attributes\n{key}".encode()).decode(),
    "all of a url": quote,
    "a form": quote_plus,
    "json, all signs": lambda key: json.dumps({"key": key}).replace("-", "\\u002d"),
    "json, blanks and signs": lambda key: (
        json.dumps({"key": key}).replace("-", "\\u002D").replace("E K", "E\\u0020K")
    ),
    "xml, all signs": lambda key: f"<v>{key.replace('-', '&#45;').replace('E K', 'E&#x20;K')}</v>",
    "signs of a url": lambda key: key.replace("-", "%2d").replace("\n", "%0a"),
    "url": lambda key: key.replace("+", "%2B").replace("=", "%3D").replace("\n", "%0A"),
}


SHAPED = [
    form
    for form in FORMS
    if "putty" not in form and form not in ("encrypted pkcs1", "encrypted sec1")
]
"""Those of one piece, of which each byte has its place."""
OF_PEM = ("a form", *(each for each in WRAPPINGS if "signs" in each))
"""Where what PuTTY writes isn't looked for."""
AMID_WORDS = ("basic", "log", "numbered")
"""Where other letters stand beside each line."""
SEARCHED = [
    (form, wrapping)
    for form in FORMS
    for wrapping in WRAPPINGS
    if (wrapping not in AMID_WORDS or form in SHAPED)
    and (wrapping not in OF_PEM or "putty" not in form)
]


def told(data: bytes) -> list[tuple[str, bool]]:
    return [(key.kind, key.encrypted) for key in keys_in_text(data, FILE)]


@pytest.mark.parametrize(("form", "wrapping"), SEARCHED)
def test_every_form_is_found_in_every_text(form, wrapping) -> None:
    key, kind, encrypted = FORMS[form]
    data = WRAPPINGS[wrapping](key).encode()
    assert may_hold_keys(data)
    assert told(data) == [(kind, encrypted)]


@pytest.mark.parametrize("wrapping", ["as it is", "json", "kubernetes"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_keys_are_found_in_every_encoding(wrapping, encoding) -> None:
    data = WRAPPINGS[wrapping](pem(EC)).encode(encoding)
    assert is_text(data)
    assert may_hold_keys(data)
    assert told(data) == [("private key (PKCS#8)", False)]


@pytest.mark.parametrize("key", [RSA, EC, ec.generate_private_key(ec.SECP521R1())])
def test_a_key_without_header_is_found(key) -> None:
    body = "".join(pem(key).splitlines()[1:-1])
    for text in (
        f"KEY={body}\nFOO=bar\n",
        f'{{"k": "{body}", "x": "y"}}',
        f"- {body[:64]}\n  {body[64:]}",
    ):
        assert may_hold_keys(text.encode())
        assert told(text.encode()) == [("private key (PKCS#8)", False)]
    assert told(f"KEY={body[:80]}...".encode()) == []


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="-+/=\\%&`", max_codepoint=255))


@given(st.sampled_from(sorted(FORMS)), st.sampled_from(sorted(WRAPPINGS)), WORDS, WORDS)
def test_what_stands_around_a_key_hides_it_not(form, wrapping, before, after) -> None:
    if (form, wrapping) in SEARCHED:
        key, kind, encrypted = FORMS[form]
        text = f"{before}\n{WRAPPINGS[wrapping](key)}\n\n{after}"
        assert told(text.encode()) == [(kind, encrypted)]


@given(st.sampled_from(SHAPED), st.integers(0))
def test_a_key_of_which_a_line_is_gone_is_none(form, at) -> None:
    lines = FORMS[form][0].splitlines(keepends=True)
    body = range(len(lines) // 2, len(lines) - 2)
    gone = body[at % len(body)] if body else 1
    assert told("".join((*lines[:gone], *lines[gone + 1 :])).encode()) == []


@given(st.binary(max_size=300), st.sampled_from([*FORMS]), st.integers(0, 4000))
def test_no_bytes_are_too_much(data, form, at) -> None:
    key = FORMS[form][0].encode()
    told(key[:at] + data + key[at:])
    told(base64.b64encode(key)[:at] + data + key)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_nothing_of_a_key_is_shown(form, wrapping) -> None:
    key = FORMS[form][0]
    body = "".join(key.splitlines()[4:-2])
    for found in keys_in_text(WRAPPINGS[wrapping](key).encode(), FILE):
        assert found.location.region is not None
        excerpt = found.location.region.excerpt
        assert not any(body[at : at + 8] in excerpt for at in range(0, len(body), 4))
        encoded = base64.b64encode(key.encode()).decode()
        assert encoded[45:60] not in excerpt


NONE = [
    "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\nMIIE...\n-----END PRIVATE KEY-----\n",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...<your key>\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\n{{ .Values.key }}\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\nyour key goes here and nowhere else\n-----END PRIVATE KEY-----\n",
    "-----BEGIN PRIVATE KEY-----\n" + "x" * 64 + "\n-----END PRIVATE KEY-----\n",
    'return "-----BEGIN PRIVATE KEY-----\\n" + body + "\\n-----END PRIVATE KEY-----";',
    "A file that begins with -----BEGIN PRIVATE KEY----- holds a key, which nobody else may have.",
    'if (line.equals("-----BEGIN OPENSSH PRIVATE KEY-----")) { readOpenSshKey(reader); }',
    "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAA\n...",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nkey\n",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n...\n-----END RSA PRIVATE KEY-----",
    "-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQOYBF\n-----END PGP PRIVATE KEY BLOCK-----\n",
    pem(RSA)[:600] + "\n[...]\n-----END PRIVATE KEY-----\n",
    RSA.public_key()
    .public_bytes(Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode(),
    "PuTTY-User-Key-File-3: ssh-rsa",
    "PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPrivate-Lines: 14\n<lines>\nPrivate-MAC: 0",
    f"PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nPublic-Lines: 2\n{'x' * 64}\n"
    f"Private-Lines: 2\n{'x' * 64}\n{'x' * 64}\nPrivate-MAC: 0",
    "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n"
    f"{'x' * 64}\n{'x' * 64}\n-----END RSA PRIVATE KEY-----",
    "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t",
    base64.b64encode(b"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----").decode(),
]


@pytest.mark.parametrize("text", NONE)
def test_a_header_or_a_placeholder_is_no_key(text) -> None:
    for wrapping in ("as it is", "crlf", "json", "yaml", "comment", "kubernetes"):
        assert told(WRAPPINGS[wrapping](text).encode()) == []


def test_each_key_of_a_file_is_told_once_at_its_place() -> None:
    text = f"{pem(EC)}\nfirst\n{pem(RSA, OLD)}\n{base64.b64encode(pem(ED).encode()).decode()}\n"
    found = keys_in_text(text.encode(), FILE)
    lines = text.splitlines()
    begins = [key.location.region.start_line for key in found if key.location.region]
    assert [lines[line - 1][:10] for line in begins] == ["-----BEGIN", "-----BEGIN", "LS0tLS1CRU"]
    assert keys_in_text(text.encode(), FILE, found) == ()


@pytest.mark.parametrize(
    "unit",
    [
        b"-----BEGIN PRIVATE KEY-----",
        b"-----BEGIN PRIVATE KEY-----\n=",
        b"LS0tLS1CRUdJTi",
        b"LS0tLS1CRUdJTi\n",
        b"LS0tLS1CRUdJTiA\\n\\n\"' ",
        b"PuTTY-User-Key-File-2: a\nEncryption: none\nPrivate-Lines: 1\n",
        b"PuTTY-User-Key-File-2: a   \n\n\n",
        b"\\",
        b"&#1;",
        b" \n",
        b"A",
    ],
)
def test_the_look_takes_time_by_size(unit) -> None:
    head = b"LS0tLS1CRUdJTi -----BEGIN PRIVATE KEY-----PuTTY-User-Key-File-"
    times = []
    for size in (1 << 19, 1 << 21):
        data = head + unit * (size // len(unit))
        started = time.process_time()
        assert told(data) == []
        times.append(time.process_time() - started)
    assert times[1] < 12 * times[0] + 0.5
    assert times[1] < 5
