"""A repository in which every name that an input can carry tries to do something."""

from __future__ import annotations

import json
import re
from pathlib import Path

from exports import (
    Channel,
    Flow,
    Identity,
    Resource,
    bundle,
    dn,
    intermediate,
    issue,
    java_keystore,
    manifest,
    mappings,
    package_export,
    pem,
    root,
    service_key,
    write_tree,
    zipped,
)

MARK = "zq"
"""Stands before every name, so that what is made of it is found again."""

NAMES = {
    "terminal": "\x1b]0;owned\x07\x1b[2Jx\x9b31m\x08\x7f",
    "bidi": "\u202eemankcab\u2066\u200b\ufeff\u2028x\u2029\u0085",
    "html": "<script>document.title='owned'</script><img src=x onerror=document.title='owned'>\"'>",
    "markup": "</title></style></script><!-- ]]>&lt;b&gt;&amp;<!DOCTYPE x><?x?>",
    "markdown": "| **b** `c` ``` [x](javascript:x) ![y](//h.example) <b> @team #1 ~~s~~ "
    "www.h.example",
    "markdown lines": "x\n\n# owned\n\n---\n\n```\n- [ ] x\n\n    y\n| a |\n|---|\n",
    "commands": "x\n::error::owned\n  ::ERROR file=x::owned\r\n##[error]owned\n##vso[task.x]owned\n"
    "##VSO[task.x]owned\n##teamcity[x]\n::stop-commands::x",
    "words": "x ::error::owned ##[error]owned " * 8,
    "formula": '=HYPERLINK("//h.example","x")\t+1\r@SUM(1)',
    "calendar": "x\r\nEND:VEVENT\r\nBEGIN:VALARM\r\nATTACH:file:///x;,:\\n",
    "templates": "${{ github.token }} {{ x }} {% x %} $(x) `x` %PATH% ${x}",
    "rich": "[bold red]x[/bold red] [link=//h.example]x[/link] :smile:",
    "half": "x\ud800y\udfffz\ud83d",
}
TOGETHER = {
    "signs": "".join(NAMES[each] for each in ("terminal", "bidi", "html", "markdown", "half")),
    "markup": "".join(NAMES[each] for each in ("markup", "templates", "rich", "words")),
    "lines": "".join(NAMES[each] for each in ("commands", "markdown lines", "calendar")),
    "long": "N" * 4096 + " N" * 1024,
    "none": "",
}
"""Names that try several things at once, as each run takes its time."""
AT_THE_FRONT = {
    "formula =": "=1+1",
    "formula +": "+1+1",
    "formula -": "-1+1",
    "formula @": "@SUM(1)",
    "formula tab": "\t=1+1",
    "formula cr": "\r=1+1",
    "formula wide": "\uff1d1+1",
    "command": "::error::owned",
    "heading": "# owned",
    "item": "- owned",
    "option": "--help",
    "rule": "---",
}
"""Names that do something at the beginning of a cell or a line only, so without a mark."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def in_xml(name: str) -> str:
    """A name without what can't stand in XML at all."""
    return _NOT_IN_XML.sub("", name)


def in_file_name(name: str) -> str:
    """A name as that of a file: what it can't be is left out."""
    plain = name.replace("/", "\u2215").replace("\0", "")
    plain = re.sub("[\ud800-\udfff]", "", plain)
    return plain.encode()[:150].decode(errors="ignore") or "x"


def in_certificate(name: str) -> str:
    """A name as text of a certificate, which is UTF-8."""
    return re.sub("[\ud800-\udfff]", "", name) or "x"


def in_alias(name: str) -> str:
    """A name as the alias in a keystore of the maker's, which is ASCII."""
    return name.encode("ascii", "ignore").decode()[:1000]


def repository(folder: Path, name: str, secrets: dict[str, str] | None = None) -> None:
    """Make it, with ``secrets`` where some stand: a password, a token, an address and a key."""
    secret = {"password": "x", "token": "x", "url": "https://h.example", "key": ""}
    secret |= secrets or {}
    certified, plain, file = in_certificate(name), in_xml(name), in_file_name(name)
    authority = root(
        "hostile root", dn(f"CN={certified[:40]}", f"UID={certified}"), "2015-01-01", "2044-12-31"
    )
    issuer_dn = dn(f"CN=Issuer {certified[:40]}", f"UID={certified}")
    issuer = intermediate("hostile issuer", issuer_dn, authority)
    ended = intermediate("hostile ended", issuer_dn, authority, last="2026-10-01", key_label="e")
    listed = issue("hostile", dn(f"CN=edi {certified[:40]}", f"UID={certified}"), issuer)
    expired = issue("hostile expired", dn("CN=old", f"UID={certified}"), issuer, last="2026-10-01")
    soon = issue(
        "hostile soon",
        dn(f"CN=soon {certified[:40]}", "C=DE"),
        ended,
        last="2026-12-10",
        caissuers=secret["url"],
    )
    successor = issue("hostile successor", soon.name, issuer, first="2026-11-01")
    near = (f"CN=sooon {plain[:40]}, C=DE", in_xml(soon.pair[1]))
    channels = [
        Channel("HTTPS", f"/{plain}", [*map(_pair, (listed, expired, soon)), near], sender=plain),
        Channel("SOAP", plain, [(plain, plain), ("{{Subject}}", "{{Issuer}}")], name=plain),
        Channel(
            "HTTPS",
            secret["url"],
            authorization="RoleBased",
            name=plain,
            properties={"userRole": plain, "Description": plain, "pw": secret["password"]},
        ),
        Channel("HTTPS", "/odd", authorization=plain, properties={"userRole": "{{Role}}"}),
        Channel("IDOC", "/swapped", [_pair(soon)[::-1]], name=plain),
        Channel("XI", "/spelling", [(_respelled(_pair(soon)[0]), _pair(soon)[1])], name=plain),
    ]
    parameters = {
        "Subject": name,
        "Issuer": name,
        "Role": name,
        "Password": secret["password"],
        "Token": secret["token"],
        plain: name,
    }
    flow = Flow(plain or "x", plain, channels, {k: v for k, v in parameters.items() if k})
    tree: dict[str, bytes] = {}
    for path, data in _bundle(flow).items():
        tree[f"flows/{file}/{path}"] = data
    packed = zipped(_bundle(flow))
    tree[f"{file}.zip"] = package_export(plain, [Resource(plain or "x", "IFlow", packed)])
    tree[f"broken {file}.zip"] = b"PK\x03\x04"
    tree[f"broken {file}.iflw"] = b"<x"
    tree[f"certificates/{file}.pem"] = pem(listed, issuer, authority)
    tree[f"certificates/more {file}.pem"] = pem(expired, soon, ended, successor)
    tree[f"certificates/broken {file}.pem"] = (
        b"-----BEGIN CERTIFICATE-----\nMIIB" + b"A" * 80 + b"\n-----END CERTIFICATE-----\n"
    )
    tree[f"certificates/{file}.key"] = secret["key"].encode()
    tree["certificates/sender.jks"] = java_keystore(
        {in_alias(name): [soon, ended]}, {f"trusted {in_alias(name)}": authority}
    )
    more = {"clientsecret": secret["password"], "key": secret["key"], "url": secret["url"]}
    tree[f"keys/{file}.json"] = service_key(plain, soon, **more)
    tree["keys/own.json"] = _named_key(name, expired, secret)
    tree["keys/mappings.json"] = mappings((name, listed), (f"x {name}", expired))
    tree["iflint.toml"] = configuration(name).encode()
    write_tree(folder, tree)


def _pair(held: Identity) -> tuple[str, str]:
    return in_xml(held.pair[0]), in_xml(held.pair[1])


def _bundle(flow: Flow) -> dict[str, bytes]:
    """The files of a flow whose parameters have any values."""
    files = bundle(flow._replace(parameters={"x": "y"}, name="F"))
    files["META-INF/MANIFEST.MF"] = manifest(flow.id, flow.name, flow.version)
    lines = [f"{_property(key)}={_property(value)}" for key, value in flow.parameters.items()]
    for path in files:
        if path.endswith("parameters.prop"):
            files[path] = "\n".join(lines).encode()
    return files


def _property(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def _respelled(subject: str) -> str:
    return subject.replace("CN=", "cn = ", 1)


def _named_key(name: str, held: object, secret: dict[str, str]) -> bytes:
    key = json.loads(service_key("x", held))  # type: ignore[arg-type]
    key["oauth"]["clientid"] = f"sb-{name}!b1|it-rt-x!b1"
    key["oauth"]["clientsecret"] = secret["password"]
    key["oauth"]["key"] = secret["key"]
    parameters = {"grant-types": ["client_credentials"], "roles": [name], "name": name}
    return json.dumps({name: {"name": name, "credentials": key, "parameters": parameters}}).encode()


def configuration(name: str) -> str:
    """A configuration with the name wherever one can stand."""
    line = re.sub("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", " ", name).strip() or "x"
    quoted = json.dumps(line)
    return (
        f'[[suppressions]]\nrule = ["IFL105"]\nreason = {quoted}\nowner = {quoted}\n'
        f"channel = {quoted}\n"
        f"[[users]]\nname = {quoted}\nroles = [{quoted}]\n"
        f'[[service-keys]]\npath = "keys/*.json"\nroles = [{quoted}]\n'
        f'[environments.{quoted}]\nplatform = "cf"\n'
        '[environments.other]\nplatform = "neo"\n'
    )
