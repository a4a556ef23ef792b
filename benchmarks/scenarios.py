"""What time must be linear in: each scenario makes n of one thing, and asks a command about it."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from caller_exports import mappings, service_key
from certificate_maker import (
    DistinguishedName,
    Identity,
    dn,
    intermediate,
    issue,
    java_keystore,
    pem,
    root,
)
from iflow_exports import Channel, Flow, Pair, below, bundle, write_tree, zipped

from benchmarks.measuring import ALONE, cost
from iflint.reporters import REPORTERS

Arguments = tuple[str, ...]
CHECK = ("check", ".", *ALONE)
YEARS = ("2021-01-01", "2040-12-31")


class Scenario(NamedTuple):
    """Makes ``number`` of something, or four times as many, in a folder; gives what to run."""

    number: int
    make: Callable[[int, Path], Arguments]


SCENARIOS: dict[str, Scenario] = {}


def scenario(number: int) -> Callable[[Callable[[int, Path], Arguments]], None]:
    """Names a scenario after its function. The number keeps it at a second or so, if linear."""

    def register(make: Callable[[int, Path], Arguments]) -> None:
        SCENARIOS[make.__name__.replace("_", "-")] = Scenario(number, make)

    return register


def client(label: str, issuer: Identity, name: DistinguishedName | None = None) -> Identity:
    """A client's certificate."""
    return issue(label, name or dn(f"CN={label}.example.com", "C=DE"), issuer)


def authority(label: str, issuer: Identity | None = None, name: str = "") -> Identity:
    """A CA's certificate: a root's, or that of one below it."""
    named = dn(f"CN={name or label}", "O=Example", "C=DE")
    if issuer is None:
        return root(label, named, *YEARS)
    return intermediate(label, named, issuer, *YEARS)


def flow(name: str, *channels: Channel) -> Flow:
    """A flow by its name."""
    return Flow(name, name, channels)


def channel(*pairs: Pair, address: str = "/orders") -> Channel:
    """A sender channel with these pairs."""
    return Channel("HTTPS", address, pairs)


def write_flows(folder: Path, pairs: Iterable[Pair]) -> None:
    """One flow for each pair, as an archive: a file is sooner made and deleted than a folder."""
    for number, pair in enumerate(pairs):
        made = bundle(flow(f"F{number}", channel(pair)), short=True)
        (folder / f"f{number}.zip").write_bytes(zipped(made))


def write_certificates(folder: Path, certificates: Iterable[Identity]) -> None:
    """The certificates in files of a hundred."""
    each = list(certificates)
    for start in range(0, len(each), 100):
        write_tree(folder, {f"c{start}.pem": pem(*each[start : start + 100])})


# Certificates and their chains.


@scenario(300)
def certificates_of_one_pair(number: int, folder: Path) -> Arguments:
    """Each of n flows has the pair that n certificates have."""
    top = authority("Root")
    name = dn("CN=edi.example.com", "C=DE")
    made = [client(f"c{each}", top, name) for each in range(number)]
    write_certificates(folder, [top, *made])
    write_flows(folder, [made[0].pair] * number)
    return CHECK


@scenario(600)
def issuers_of_one_name(number: int, folder: Path) -> Arguments:
    """Each of n certificates is issued by a CA of its own, and all CAs have one name."""
    top = authority("Root")
    issuers = [authority(f"ca{each}", top, "Issuing CA") for each in range(number)]
    made = [client(f"c{each}", issuer) for each, issuer in enumerate(issuers)]
    write_certificates(folder, [top, *issuers, *made])
    write_flows(folder, [each.pair for each in made])
    return CHECK


@scenario(300)
def issuers_without_key_identifiers(number: int, folder: Path) -> Arguments:
    """The same where no key identifier tells which CA it was."""
    top = authority("Root")
    named = dn("CN=Issuing CA", "O=Example", "C=DE")
    issuers = [
        intermediate(f"ca{each}", named, top, *YEARS, key_ids=False) for each in range(number)
    ]
    made = [
        issue(f"c{each}", dn(f"CN=c{each}.example.com"), issuer, key_ids=False)
        for each, issuer in enumerate(issuers)
    ]
    write_certificates(folder, [top, *issuers, *made])
    write_flows(folder, [each.pair for each in made])
    return CHECK


@scenario(300)
def self_signed_of_one_subject(number: int, folder: Path) -> Arguments:
    """Each of n self-signed certificates has the pair of each of n flows."""
    name = dn("CN=edi.example.com", "C=DE")
    made = [issue(f"c{each}", name, None) for each in range(number)]
    write_certificates(folder, made)
    write_flows(folder, [made[0].pair] * number)
    return CHECK


@scenario(600)
def cross_signed_meshes(number: int, folder: Path) -> Arguments:
    """n certificates below CAs of which each level has signed each of the next, n in all."""
    tops = [authority(f"Root {each}") for each in range(4)]
    levels = [tops]
    width = max(1, round((number / 4) ** 0.5))
    for depth in range(4):
        above = levels[-1]
        levels.append(
            [
                intermediate(
                    f"{depth}/{place}/{other}",
                    dn(f"CN=CA {depth} {place}", "O=Example"),
                    issuer,
                    *YEARS,
                    key_label=f"{depth}/{place}",
                )
                for place in range(width)
                for other, issuer in enumerate({i.key_label: i for i in above}.values())
            ]
        )
    lowest = list({each.key_label: each for each in levels[-1]}.values())
    made = [client(f"c{each}", lowest[each % len(lowest)]) for each in range(number)]
    write_certificates(folder, [*(each for level in levels for each in level), *made])
    write_flows(folder, [each.pair for each in made])
    return CHECK


@scenario(500)
def a_long_chain(number: int, folder: Path) -> Arguments:
    """Each of n certificates is issued by the one before it."""
    chain = [authority("Root")]
    for each in range(number):
        chain.append(authority(f"CA {each}", chain[-1]))
    write_certificates(folder, chain)
    return ("certificates", ".", *ALONE)


@scenario(1000)
def loose_certificates(number: int, folder: Path) -> Arguments:
    """n certificates that nobody needs."""
    top = authority("Root")
    write_certificates(folder, [client(f"c{each}", top) for each in range(number)])
    return ("certificates", ".", *ALONE)


@scenario(500)
def certificates_with_flows(number: int, folder: Path) -> Arguments:
    """n certificates, each with a flow and a chain."""
    top = authority("Root")
    made = [client(f"c{each}", top) for each in range(number)]
    write_certificates(folder, [top, *made])
    write_flows(folder, [each.pair for each in made])
    return CHECK


@scenario(300)
def near_misses(number: int, folder: Path) -> Arguments:
    """n rows, each with a name that is nearly a certificate's."""
    top = authority("Root")
    made = [client(f"c{each}", top) for each in range(number)]
    write_certificates(folder, [top, *made])
    write_flows(folder, [(f"{each.pair[0]}, O=Other", each.pair[1]) for each in made])
    return CHECK


@scenario(500)
def keystores(number: int, folder: Path) -> Arguments:
    """n keystores of Java, each with a key and its chain."""
    top = authority("Root")
    for each in range(number):
        (folder / f"k{each}.jks").write_bytes(
            java_keystore({"key": [client(f"c{each}", top), top]})
        )
    return CHECK


@scenario(1000)
def keystores_with_passwords(number: int, folder: Path) -> Arguments:
    """n keystores, each with a password of its own that the command line names."""
    top = authority("Root")
    for each in range(number):
        (folder / f"k{each}.jks").write_bytes(java_keystore({"key": [client(f"c{each}", top)]}))
    named = (f"--keystore-password-env=k{each}.jks=PASSWORD" for each in range(number))
    return (*CHECK, *named)


@scenario(600)
def paths_of_certificates(number: int, folder: Path) -> Arguments:
    """n certificates, each of which the command line names, and a flow of each."""
    top = authority("Root")
    made = [client(f"c{each}", top) for each in range(number)]
    write_tree(folder, {f"c{each}.pem": pem(one) for each, one in enumerate(made)})
    (folder / "flows").mkdir()
    write_flows(folder / "flows", [each.pair for each in made])
    named = (f"--certificates=c{each}.pem" for each in range(number))
    return ("check", "flows", *named, *ALONE)


# Flows.


@scenario(1000)
def flows(number: int, folder: Path) -> Arguments:
    """n flows whose certificates are not there."""
    write_flows(folder, [(f"CN=c{each}.example.com", "CN=CA") for each in range(number)])
    return CHECK


@scenario(400)
def flows_in_folders(number: int, folder: Path) -> Arguments:
    """The same where each is a folder."""
    for each in range(number):
        made = flow(f"F{each}", channel((f"CN=c{each}.example.com", "CN=CA")))
        write_tree(folder / f"f{each}", bundle(made, short=True))
    return CHECK


@scenario(500)
def paths(number: int, folder: Path) -> Arguments:
    """n flows, each of which the command line names, as it does for a hook."""
    write_flows(folder, [(f"CN=c{each}.example.com", "CN=CA") for each in range(number)])
    return ("check", *sorted(path.name for path in folder.iterdir()), *ALONE)


@scenario(1000)
def channels(number: int, folder: Path) -> Arguments:
    """One flow of n channels."""
    each = [channel((f"CN=c{n}", "CN=CA"), address=f"/{n}") for n in range(number)]
    write_tree(folder, bundle(flow("F", *each), short=True))
    return CHECK


@scenario(2000)
def rows(number: int, folder: Path) -> Arguments:
    """One flow of n rows, five hundred a channel."""
    _write_rows(folder, [(f"CN=c{each}", "CN=CA") for each in range(number)], 500)
    return CHECK


def _write_rows(folder: Path, pairs: Sequence[tuple[str, str]], together: int) -> None:
    """Write one flow of rows, so many ``together`` in a channel."""
    each = [
        channel(*pairs[start : start + together], address=f"/{start}")
        for start in range(0, len(pairs), together)
    ]
    write_tree(folder, bundle(flow("F", *each), short=True))


@scenario(200)
def long_names(number: int, folder: Path) -> Arguments:
    """Rows with names of 40 parts."""
    write_flows(
        folder,
        [(", ".join(f"OU=u{n}-{each}" for n in range(40)), "CN=CA") for each in range(number)],
    )
    return CHECK


@scenario(10000)
def parameters(number: int, folder: Path) -> Arguments:
    """One flow with n parameters, of which a channel uses two."""
    named = {f"p{each}": f"CN=c{each}" for each in range(max(number, 2))}
    made = Flow("F", "F", [channel(("{{p0}}", "{{p1}}"))], named)
    write_tree(folder, bundle(made, short=True))
    return CHECK


@scenario(600)
def misspelt_parameters(number: int, folder: Path) -> Arguments:
    """One flow with n parameters that have no value, and as many values of an environment."""
    each = [channel((f"{{{{parameter{n}}}}}", "CN=CA"), address=f"/{n}") for n in range(number)]
    named = {f"parameter{n}": "" for n in range(number)}
    write_tree(folder, bundle(Flow("F", "F", each, named), short=True))
    (folder / "e.prop").write_text("".join(f"othername{n}=CN=c{n}\n" for n in range(number)))
    (folder / "iflint.toml").write_text('[environments.e]\nparameters = "e.prop"\n')
    return (*CHECK, "--all-environments")


@scenario(400)
def corrections(number: int, folder: Path) -> Arguments:
    """One flow of n rows whose form alone is wrong: each is corrected and proven."""
    top = authority("Root")
    made = [client(f"c{each}", top) for each in range(number)]
    write_certificates(folder, [top, *made])
    pairs = [(f"C=DE, CN=c{each}.example.com", of.pair[1]) for each, of in enumerate(made)]
    _write_rows(folder, pairs, 500)
    (folder / "root.pem").write_bytes(pem(top))
    return ("fix", ".", "--diff", "--roots-add", "root.pem", *ALONE)


@scenario(200)
def formats(number: int, folder: Path) -> Arguments:
    """n flows in every format: of three, one's form is wrong, one has expired, one is not there."""
    top = authority("Root")
    made = [
        issue(f"c{each}", dn(f"CN=c{each}.example.com", "C=DE"), top, "2025-01-01", "2026-01-01")
        for each in range(number)
    ]
    flows = folder / "flows"
    flows.mkdir()
    write_certificates(flows, [top, *(one for each, one in enumerate(made) if each % 3)])
    wrong = [(f"C=DE, CN=c{each}.example.com", of.pair[1]) for each, of in enumerate(made)]
    write_flows(flows, [wrong[each] if each % 3 == 1 else of.pair for each, of in enumerate(made)])
    told = [f"--format={name}=report.{name}" for name in REPORTERS]
    return ("check", "flows", *told, *ALONE)


# Service keys and mappings.


@scenario(500)
def keys(number: int, folder: Path) -> Arguments:
    """n service keys, each a file."""
    top = authority("Root")
    write_tree(
        folder,
        {f"k{n}.json": service_key(f"k{n}", client(f"c{n}", top), top) for n in range(number)},
    )
    return CHECK


def service_keys(number: int, folder: Path, last: Callable[[int], str]) -> None:
    """n service keys in one file, each with its chain and the last day of its certificate."""
    top = authority("Root")
    made = [
        issue(f"c{n}", dn(f"CN=c{n}.example.com"), top, "2026-01-01", last(n))
        for n in range(number)
    ]
    each = (service_key(f"k{n}", one, top).decode() for n, one in enumerate(made))
    write_tree(folder, {"keys.json": f"[{','.join(each)}]".encode()})


@scenario(500)
def certificates_of_keys(number: int, folder: Path) -> Arguments:
    """The list of n certificates, which as many service keys have."""
    service_keys(number, folder, lambda _: "2028-01-01")
    return ("certificates", ".", "--format", "json", *ALONE)


@scenario(500)
def keys_of_one_role(number: int, folder: Path) -> Arguments:
    """n service keys that open n channels."""
    service_keys(number, folder, lambda _: "2028-01-01")
    each = [Channel("HTTPS", f"/{n}", authorization="RoleBased") for n in range(number)]
    write_tree(folder, bundle(flow("F", *each), short=True))
    of_keys = 'path = "keys.json"\nroles = ["ESBMessaging.send"]\n'
    (folder / "iflint.toml").write_text(f"[[service-keys]]\n{of_keys}")
    return ("certificates", ".", "--format", "json", *ALONE)


@scenario(300)
def keys_of_a_forecast(number: int, folder: Path) -> Arguments:
    """n service keys, each of which ends on a day of its own."""
    first = datetime.date(2026, 11, 25)
    service_keys(number, folder, lambda n: str(first + datetime.timedelta(days=n)))
    return ("forecast", ".", "--until", "2035-01-01", *ALONE)


@scenario(500)
def mapped_users(number: int, folder: Path) -> Arguments:
    """A dump of n mappings."""
    top = authority("Root")
    made = mappings(*((f"user{each}", client(f"c{each}", top)) for each in range(number)))
    write_tree(folder, {"CertificateUserMappings.json": made})
    return CHECK


# What stands around a run.


@scenario(2000)
def suppressions(number: int, folder: Path) -> Arguments:
    """n suppressions, and ten findings that the last of them are for."""
    write_flows(folder, [(f"CN=c{each}, CN", "CN=CA") for each in range(10)])
    tables = [
        f'[[suppressions]]\nrule = "malformed-dn"\npath = "f{number - each}.zip"\nreason = "r"\n'
        for each in range(number)
    ]
    (folder / "iflint.toml").write_text("\n".join(tables))
    return CHECK


@scenario(1000)
def rows_and_suppressions(number: int, folder: Path) -> Arguments:
    """n rows with a finding each, and as many suppressions, of which each names some of them."""
    _write_rows(folder, [(f"CN=c{each}, CN", "CN=CA") for each in range(number)], 100)
    named = ("channel = '/{}'", "dn = 'CN=c{}, CN'", "path = 'f{}/'", "channel = 'https /{}*'")
    tables = [
        f'[[suppressions]]\nrule = "malformed-dn"\n{named[each % 4].format(each)}\nreason = "r"\n'
        for each in range(number)
    ]
    (folder / "iflint.toml").write_text("\n".join(tables))
    return CHECK


@scenario(100)
def days_of_a_forecast(number: int, folder: Path) -> Arguments:
    """n certificates with a flow each, of which each ends on a day of its own."""
    top = authority("Root")
    first = datetime.date(2026, 11, 25)
    made = [
        issue(
            f"c{each}",
            dn(f"CN=c{each}.example.com"),
            top,
            "2026-01-01",
            str(first + datetime.timedelta(days=each)),
        )
        for each in range(number)
    ]
    write_certificates(folder, [top, *made])
    write_flows(folder, [each.pair for each in made])
    return ("forecast", ".", "--until", "2035-01-01", *ALONE)


@scenario(20000)
def baseline_rows_of_one_fingerprint(number: int, folder: Path) -> Arguments:
    """A baseline that has one finding n times."""
    write_flows(folder, [("CN=c", "CN=CA")])
    row = {
        "code": "IFL101",
        "name": "certificate-not-found",
        "severity": "warning",
        "path": "f0/F.iflw",
        "fingerprint": "0" * 64,
    }
    text = json.dumps({"iflint-baseline": "1", "findings": [row] * number})
    (folder / "known.json").write_text(text)
    return (*CHECK, "--baseline", "known.json")


@scenario(400)
def files_with_new_names(number: int, folder: Path) -> Arguments:
    """A baseline with a finding in each of n files, all of which were renamed."""
    write_flows(folder, [(f"CN=c{each}", "CN=CA") for each in range(number)])
    cost("-m", "iflint", *CHECK, "--write-baseline", "known.json", folder=str(folder))
    for path in folder.glob("*.zip"):
        path.rename(path.with_name(f"new-{path.name}"))
    return (*CHECK, "--baseline", "known.json")


@scenario(1000)
def known_findings_of_damaged_archives(number: int, folder: Path) -> Arguments:
    """n archives that can't be read any more, and a known finding in each."""
    known = []
    for each in range(number):
        (folder / f"f{each}.zip").write_bytes(b"PK\3\4")
        finding = {"code": "IFL101", "name": "certificate-not-found", "severity": "warning"}
        known.append(finding | {"path": f"f{each}.zip", "fingerprint": f"{each:064}"})
    text = json.dumps({"iflint-baseline": "1", "findings": known})
    (folder / "known.json").write_text(text)
    return (*CHECK, "--baseline", "known.json")


@scenario(50)
def environments(number: int, folder: Path) -> Arguments:
    """n environments with a file of parameters each, of ten flows."""
    for each in range(10):
        made = Flow(
            f"F{each}", f"F{each}", [channel(("{{subject}}", "CN=CA"))], {"subject": "CN=a"}
        )
        write_tree(folder, below(f"f{each}", bundle(made, short=True)))
    tables = []
    for each in range(number):
        (folder / f"e{each}.prop").write_text(f"subject=CN=c{each}\n")
        tables.append(f'[environments.e{each}]\nparameters = "e{each}.prop"\n')
    (folder / "iflint.toml").write_text("\n".join(tables))
    return (*CHECK, "--all-environments", "--limit", "environments=1000")


@scenario(12)
def rows_in_environments(number: int, folder: Path) -> Arguments:
    """n environments that are equal, and a hundred rows for each of them."""
    _write_rows(folder, [(f"CN=c{each}, CN", "CN=CA") for each in range(100 * number)], 100)
    tables = [f'[environments.e{each}]\nplatform = "neo"\n' for each in range(number)]
    (folder / "iflint.toml").write_text("".join(tables))
    return (*CHECK, "--all-environments")


@scenario(300)
def nested_ignore_files(number: int, folder: Path) -> Arguments:
    """n folders with a file of what is ignored and files that it names, a hundred in each other.

    Each file of those above a folder is asked about it, as by Git; paths of 4,096 bytes bound how
    deep that goes.
    """
    (folder / ".git").mkdir()
    place = folder
    for each in range(number):
        place = folder / f"b{each}" if each % 100 == 0 else place / "d"
        place.mkdir()
        (place / ".gitignore").write_text("*.tmp\n/build/\n")
        for name in range(10):
            (place / f"{name}.tmp").touch()
    return CHECK


@scenario(3000)
def ignored_names(number: int, folder: Path) -> Arguments:
    """n files, and as many names that one ignore file has."""
    (folder / ".git").mkdir()
    (folder / ".gitignore").write_text("".join(f"{each}.old\n" for each in range(number)))
    for each in range(number):
        (folder / f"{each}.txt").touch()
    return CHECK
