"""Whatever up to 10 MB hold, they are checked within 15 seconds and 400 MiB, in 5 MiB of text."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from benchmarks.measuring import NOW
from benchmarks.scenarios import SCENARIOS
from iflint.pki.der import encode
from iflow.flows import channel, flow, prop, row
from iflow.flows import rows as table

SECONDS, MEGABYTES, OUTPUT = 15, 400, 5 << 20
FLOW = "p/src/main/resources/scenarioflows/integrationflow/F.iflw"
PARAMETERS = "p/src/main/resources/parameters.prop"
CHECKS = prop("senderAuthType", "ClientCertificate")
BEGIN = "-----BEGIN CERTIFICATE-----\n"
SIGN = "-----BEGIN PRIVATE KEY-----"
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
Files = dict[str, str | bytes]


def certificates(value: str) -> str:
    return channel("HTTPS", CHECKS, prop("urlPath", "/x"), prop("clientCertificates", value))


def many_rows(count: int, subject: str = "CN=a{}", issuer: str = "CN=b") -> str:
    return table(*((subject.format(n), issuer) for n in range(count)))


ONE = flow(certificates(many_rows(1)))


def packed(files: Iterable[tuple[str, str | bytes]]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return data.getvalue()


def distinguished(parts: int, values: int) -> bytes:
    """A name of so many parts, each of so many values."""
    value = encode(0x30, bytes.fromhex("0603550403") + encode(0x0C, b"a"))
    return encode(0x30, encode(0x31, value * values) * parts)


def certificate(name: bytes, serial: int) -> bytes:
    algorithm = encode(0x30, bytes.fromhex("06082a8648ce3d040302"))
    dates = encode(0x30, encode(0x17, b"250101000000Z") + encode(0x17, b"290101000000Z"))
    key = encode(0x30, algorithm + encode(3, b"\0\4" + bytes(64)))
    fields = encode(2, serial.to_bytes(4, "big")) + algorithm + name + dates + name + key
    return encode(0x30, encode(0x30, fields) + algorithm + encode(3, b"\0" * 65))


def keystore(certificates: Iterable[bytes]) -> bytes:
    """A PKCS#12 file in which each certificate has a key."""

    def bag(number: int, content: bytes, ordinal: int) -> bytes:
        oid = bytes.fromhex("060b2a864886f70d010c0a01") + bytes([number])
        key_id = encode(6, bytes.fromhex("2a864886f70d010915"))
        attribute = encode(0x30, key_id + encode(0x31, encode(4, b"%d" % ordinal)))
        return encode(0x30, oid + encode(0xA0, content) + encode(0x31, attribute))

    def data(content: bytes) -> bytes:
        oid = encode(6, bytes.fromhex("2a864886f70d010701"))
        return encode(0x30, oid + encode(0xA0, encode(4, content)))

    x509 = encode(6, bytes.fromhex("2a864886f70d01091601"))
    bags = b"".join(
        bag(1, encode(0x30, encode(2, b"\0")), n)
        + bag(3, encode(0x30, x509 + encode(0xA0, encode(4, each))), n)
        for n, each in enumerate(certificates)
    )
    return encode(0x30, encode(2, b"\3") + data(encode(0x30, data(encode(0x30, bags)))))


def cases() -> dict[str, Callable[[], Files]]:
    """What makes the files of each case, as a child's memory counts from its parent's."""
    shared = "".join(row(f"CN=a{n}", "CN=b") for n in range(10_000))
    signed = encode(0xA0, encode(0x30, encode(0xA0, encode(0x30, b"\x30\0" * 9000) * 400)))
    return {
        "children": lambda: {"x.cer": encode(0x30, b"\x30\0" * 4_000_000)},
        "values in a PKCS#7": lambda: {
            f"{n}.p7b": encode(0x30, SIGNED_DATA + signed)[: 8 << 20] for n in range(1)
        },
        "wide names": lambda: {
            "x.cer": b"".join(certificate(distinguished(1, 5000), n) for n in range(130))
        },
        "long names": lambda: {
            "x.cer": b"".join(certificate(distinguished(400, 1), n) for n in range(900))
        },
        "elements": lambda: {FLOW: flow(certificates(many_rows(1)), before="<a/>" * 2_400_000)},
        "elements that are allowed": lambda: {
            FLOW: flow(certificates(many_rows(1)), before="<a/>" * 199_000)
        },
        "escapes": lambda: {FLOW: ONE, PARAMETERS: "a=\\u1\n" * 1_400_000},
        "escapes of one value": lambda: {FLOW: ONE, PARAMETERS: "a=" + "b\\n" * 3_000_000},
        "parameters": lambda: {
            FLOW: flow(certificates("{{k1}}")),
            PARAMETERS: "".join(f"k{n}=v\n" for n in range(900_000)),
        },
        "values of JSON": lambda: {
            FLOW: ONE,
            "iflint.toml": 'parameters = "p.json"',
            "p.json": '{"ParameterKey": "a", "ParameterValue": [' + "{}," * 3_000_000 + "1]}",
        },
        "rows": lambda: {FLOW: flow(*[certificates(many_rows(1000))] * 50)},
        "shared rows": lambda: {
            FLOW: flow(*[certificates("{{T}}")] * 5000),
            PARAMETERS: f"T={shared}",
        },
        "malformed rows": lambda: {FLOW: flow(certificates(many_rows(10_000, "x,y=", "z" * 20)))},
        "a long name": lambda: {
            FLOW: flow(certificates(table(("CN=a" + " " * 9_000_000, "\\" * 500_000))))
        },
        "a long header": lambda: {
            FLOW: ONE,
            "p/META-INF/MANIFEST.MF": "Bundle-Name: b\n" + " x\n" * 3_000_000,
        },
        "blocks": lambda: {"a.pem": BEGIN * 350_000},
        "blocks unpacked": lambda: {
            "a.zip": packed((f"{n}.pem", BEGIN * 280_000) for n in range(20))
        },
        "flows unpacked": lambda: {
            "a.zip": packed(
                (f"p{n}/{FLOW}", flow(certificates(many_rows(1)), before="<a/>" * 190_000))
                for n in range(20)
            )
        },
        "rows of many flows": lambda: {
            "a.zip": packed(
                (f"p{n}/{FLOW}", flow(certificates(many_rows(100, "x,y={}", "z"))))
                for n in range(2000)
            )
        },
        "parameters of many flows": lambda: {
            "a.zip": packed(
                each
                for n in range(100)
                for each in (
                    (f"{n}/{FLOW}", flow(certificates("{{k1}}"))),
                    (f"{n}/{PARAMETERS}", "".join(f"k{m}=v\n" for m in range(19_000))),
                )
            )
        },
        "authorities of one name": lambda: {
            "a.cer": b"".join(certificate(distinguished(1, 1), n) for n in range(4000)),
            FLOW: flow(*[certificates(many_rows(1000, "CN=a", "CN=a"))] * 5),
        },
        "archives of blanks": lambda: {
            f"{n}.zip": packed([("a.cer", " " * 7_000_000)] * 1) for n in range(700)
        },
        "a mapping of YAML that many merge in": lambda: {
            "keys.yaml": "clientid: x\nmany: &a {"
            + "".join(f"k{n}: v," for n in range(50_000))
            + "}\nkeys:\n"
            + "- {<<: *a, certificate: c}\n" * 20_000
        },
        "a circle of authorities in a keystore": lambda: {
            "x.p12": keystore(certificate(distinguished(1, 1), n) for n in range(4000))
        },
        "signs of private keys": lambda: {
            f"{n}.log": '-----BEGIN PRIVATE KEY-----MII"a`nb%41\n' * 90_000 for n in range(3)
        },
        "signs of private keys unpacked": lambda: {
            "a.zip": packed((f"{n}.log", f"{SIGN}MII{'a b ' * 9}" * 60_000) for n in range(50))
        },
        "texts unpacked": lambda: {
            "a.zip": packed((f"{n}.log", "a b\n" * 1_000_000) for n in range(300))
        },
        "short texts unpacked": lambda: {
            "a.zip": packed((f"{n}.log", "a b\n" * 1000) for n in range(60_000))
        },
        "broken members": lambda: {"a.zip": packed((f"{n}.cer", b"x") for n in range(60_000))},
        "a dotted key": lambda: {"iflint.toml": ".".join(["a"] * 20_000) + " = 1", "a.pem": "x"},
        "dotted keys": lambda: {
            "iflint.toml": "".join(".".join([f"a{n}"] * 60) + " = 1\n" for n in range(3000))
        },
        "mistakes": lambda: {"iflint.toml": "select = [" + '"x",' * 250_000 + "]", "a.pem": "x"},
        "entries of a Java keystore": lambda: {
            "a.jks": b"\xfe\xed\xfe\xed\0\0\0\1\xff\xff\xff\xff"
            + (b"\0\0\0\2\0\0" + bytes(8) + bytes(4)) * 500_000
        },
    }


CASES = cases() if hasattr(os, "wait4") else {}


@pytest.mark.parametrize("name", CASES)
def test_it_ends_soon_in_little_memory(tmp_path: Path, name: str) -> None:
    for path, content in CASES[name]().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content.encode() if isinstance(content, str) else content)
    check_costs(tmp_path, "check", ".")


FIXABLE = "--roots-add", "root.pem", *NOW
SOUND = {
    "rows that can be corrected": ("corrections", 10_000, ("check", "--format", "json", *FIXABLE)),
    "their corrections": ("corrections", 10_000, ("fix", "--diff", *FIXABLE)),
}


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system has no wait4")
@pytest.mark.parametrize("name", SOUND)
def test_much_that_is_sound_is_as_cheap(tmp_path: Path, name: str) -> None:
    scenario, number, command = SOUND[name]
    SCENARIOS[scenario].make(number, tmp_path)
    check_costs(tmp_path, *command)


def check_costs(folder: Path, *command: str) -> None:
    """Call a command in a folder, and hold it to the bounds."""
    code, seconds, megabytes, printed = measured(folder, command)
    assert code in (0, 1, 2)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
    assert printed < OUTPUT


def measured(folder: Path, arguments: Iterable[str]) -> tuple[int, float, int, int]:
    """Exit code, seconds of computing, megabytes and bytes printed of a command in a folder.

    A small program starts it: what a process took at most counts from its parent's size on.
    """
    with tempfile.NamedTemporaryFile() as output:
        command = [sys.executable, "-m", "iflint", *arguments]
        process = subprocess.Popen(
            [sys.executable, "-c", _START, output.name, *command],
            cwd=folder,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        killer = threading.Timer(8 * SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        killer.start()
        told, _ = process.communicate()
        killer.cancel()
        code, seconds, kilobytes = told.split()
        size = output.seek(0, io.SEEK_END)
    return int(code), float(seconds), int(kilobytes) >> 10, size


_START = """
import os, subprocess, sys
with open(sys.argv[1], "wb") as output:
    started = subprocess.Popen(sys.argv[2:], stdout=output, stderr=subprocess.STDOUT)
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = 0
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
