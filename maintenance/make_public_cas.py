"""Make the table of public CAs anew from CCADB's reports.

    python maintenance/make_public_cas.py --records RECORDS.csv --checked-on DATE PEMS.csv...

The reports are CSV, from https://www.ccadb.org/resources. RECORDS is "All Certificate Information"
(AllCertificateRecordsCSVFormatV5), which says what was revoked; PEMS hold the certificates
themselves (AllCertificatePEMsCSVFormat?NotBeforeDecade=1990, and each decade since). DATE is the
day on which they were downloaded. The table is written to iflint/pki/data/public-cas.json, or to
--output FILE, which --public-cas can name.
"""

from __future__ import annotations

import argparse
import base64
import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from iflint.pki.certificates import (
    ANY_EXTENDED_KEY_USAGE,
    CLIENT_AUTH,
    Certificate,
    parse_certificate,
)
from iflint.pki.chains.signatures import SignatureCache, Verification
from iflint.pki.der import DerError
from iflint.pki.public_cas import ClientAuth

FINGERPRINT, REVOCATION = "SHA-256 Fingerprint", "Revocation Status"
PEM = "X.509 Certificate (PEM)"
"""Columns of the two reports."""
REVOKED = {"Revoked", "Parent Cert Revoked"}
TABLE = Path(__file__).resolve().parents[1] / "iflint/pki/data/public-cas.json"
HEAD = {
    "about": "Public CAs by name and key, and the roots to which they lead; made by "
    "maintenance/make_public_cas.py.",
    "source": "CCADB, all disclosed CA certificates that have not ended",
    "licence": "CDLA-Permissive-2.0, see public-cas-LICENSE.txt",
}


class Key(NamedTuple):
    """What makes a CA: its name, as chains are linked, and its key."""

    name: str
    spki: bytes


def main(arguments: list[str]) -> None:
    """Write the table, and say how much is in it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pems", nargs="+", type=Path, metavar="PEMS.csv")
    parser.add_argument("--records", required=True, type=Path, metavar="RECORDS.csv")
    parser.add_argument("--checked-on", required=True, type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--output", default=TABLE, type=Path, metavar="FILE")
    given = parser.parse_args(arguments)
    certificates = list(disclosed(given.pems, revoked(given.records), given.checked_on))
    table = table_of(certificates, given.checked_on)
    given.output.write_text(written(table), "utf-8")
    counts = f"{len(table['cas'])} CAs and {len(table['roots'])} roots"
    print(f"{counts} out of {len(certificates)} certificates: {given.output}")


def revoked(records: Path) -> set[str]:
    """The fingerprints of what was revoked, or whose issuer was."""
    return {row[FINGERPRINT].lower() for row in _rows(records) if row[REVOCATION] in REVOKED}


def disclosed(pems: Iterable[Path], without: set[str], day: date) -> Iterator[Certificate]:
    """The certificates of some reports that are not revoked, and have not ended before ``day``.

    What can't be read is passed over: CCADB holds some that no program accepts.
    """
    first = datetime.combine(day, datetime.min.time(), UTC)
    seen: set[str] = set()
    for path in pems:
        for row in _rows(path):
            body = "".join(row[PEM].strip("' \r\n").splitlines()[1:-1])
            try:
                certificate = parse_certificate(base64.b64decode(body, validate=True))
            except (DerError, ValueError):
                continue
            if certificate.sha256 in without | seen or certificate.not_after < first:
                continue
            seen.add(certificate.sha256)
            yield certificate


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def table_of(certificates: Iterable[Certificate], checked_on: date) -> dict[str, Any]:
    """The table, as `iflint.pki.public_cas.Table` has it."""
    certificates = list(certificates)
    verifier = SignatureCache()
    by_name: dict[str, dict[bytes, Key]] = {}
    for each in certificates:
        name = each.subject.chain_key
        by_name.setdefault(name, {})[each.spki] = Key(name, each.spki)
    roots: dict[Key, Certificate] = {}
    links: list[tuple[Key, Key, Certificate]] = []
    for each in certificates:
        own = Key(each.subject.chain_key, each.spki)
        for issuer in by_name.get(each.issuer.chain_key, {}).values():
            if verifier.verify(each, issuer.spki) is not Verification.VALID:
                continue
            if issuer != own:
                links.append((own, issuer, each))
            elif own not in roots or roots[own].not_after < each.not_after:
                roots[own] = each
    ways = _ways(roots, links)
    numbers = _numbered(roots)
    cas: dict[Key, list[Certificate]] = {}
    for each in certificates:
        own = Key(each.subject.chain_key, each.spki)
        if each.is_ca and not (each.self_issued and own in roots):
            cas.setdefault(own, []).append(each)
    rows = [_row(held, ways.get(key, {}), numbers) for key, held in cas.items()]
    rows.sort(key=lambda row: (row["subject"], row["subject_key_id"] or ""))
    return {
        **HEAD,
        "checked_on": checked_on.isoformat(),
        "roots": [
            {
                "subject": roots[key].subject.text,
                "spki_sha256": hashlib.sha256(key.spki).hexdigest(),
            }
            for key in numbers
        ],
        "cas": rows,
    }


def _ways(
    roots: dict[Key, Certificate], links: list[tuple[Key, Key, Certificate]]
) -> dict[Key, dict[Key, datetime]]:
    """For each CA the roots to which it leads, and the last moment of the best path to each.

    CAs may sign each other in circles, so it is looked for until nothing gets better.
    """
    ways: dict[Key, dict[Key, datetime]] = {
        key: {key: root.not_after} for key, root in roots.items()
    }
    better = True
    while better:
        better = False
        for own, issuer, certificate in links:
            for root, last in list(ways.get(issuer, {}).items()):
                until = min(last, certificate.not_after)
                known = ways.setdefault(own, {})
                if root != own and (root not in known or known[root] < until):
                    known[root] = until
                    better = True
    return ways


def _numbered(roots: dict[Key, Certificate]) -> dict[Key, int]:
    """The roots in the order of the table."""
    ordered = sorted(roots, key=lambda key: (roots[key].subject.text, key.spki))
    return {key: number for number, key in enumerate(ordered)}


def _row(
    held: list[Certificate], ways: dict[Key, datetime], numbers: dict[Key, int]
) -> dict[str, Any]:
    key_id = next((each.subject_key_id for each in held if each.subject_key_id), None)
    own = Key(held[0].subject.chain_key, held[0].spki)
    return {
        "subject": held[0].subject.text,
        "subject_key_id": key_id.hex() if key_id else None,
        "client_auth": min(map(_client_auth, held), key=list(ClientAuth).index),
        "roots": {
            str(numbers[root]): last.date().isoformat()
            for root, last in sorted(ways.items(), key=lambda way: numbers[way[0]])
            if root != own
        },
    }


def _client_auth(certificate: Certificate) -> ClientAuth:
    usages = certificate.extended_key_usage
    if usages is None:
        return ClientAuth.UNLIMITED
    if CLIENT_AUTH in usages:
        return ClientAuth.YES
    return ClientAuth.ANY if ANY_EXTENDED_KEY_USAGE in usages else ClientAuth.NO


def written(table: dict[str, Any]) -> str:
    """The table as its file has it: a row a line, so that two tables can be compared."""
    parts = [
        f' "{name}": [\n' + ",\n".join(map(_line, rows)) + "\n ]"
        if isinstance(rows, list)
        else f' "{name}": {_line(rows)}'
        for name, rows in table.items()
    ]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main(sys.argv[1:])
