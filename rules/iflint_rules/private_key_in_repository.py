"""IFL407: a private key lies among the files that are checked."""

from collections.abc import Iterable

from iflint.rule import Finding, KeyCase, Rule, Severity


class PrivateKeyInRepository(Rule):
    r"""A private key lies among the checked files.

    ## What it does

    Reports each file below the checked paths or `--certificates` that holds a private key, also
    inside archives: PEM (PKCS#8, PKCS#1, EC, OpenSSH), DER, a key of PuTTY, the JSON of a service
    key, a keystore. An unencrypted key is an error, an encrypted one a warning; a keystore whose
    password is empty is an error, too, since that is no protection. PGP keys are not looked at.

    DER and keystores are looked for in files whose ending says that they may be some (`.der`,
    `.key`, `.p12`, `.jks` and the like), PEM and PuTTY's keys in every text of up to 4 MiB that is
    checked, whatever its name: scripts, settings, `.env`, notes, a Kubernetes Secret (in base64).
    The line ends of a key may be written out (`\n`), its lines quoted or in comments. A header
    alone and a placeholder are no key: what follows has to decode to one. Files that Git ignores
    and does not track are not looked at, nor what has a zero byte at its beginning.

    A PKCS#12 or Java keystore that you pass with `--certificates`, by its name or its folder, is
    not reported, if its keys are encrypted: you gave it on purpose. (A folder that is a whole
    repository does not count as passing each keystore in it.)

    iflint looks at the outer form of a key, and at its public half where it is not encrypted or
    lies in a PKCS#12 keystore whose password is given. A key that is not the one of its certificate
    is named, since a sender can prove nothing with the two: of the entry's in a keystore, else of
    the one in the same file, or in a file whose name differs in its ending only. Nothing else of a
    key is kept, and nothing printed or reported.

    ## Why it matters

    The tenant compares names, and the load balancer lets in whoever proves to own the
    certificate's key. So everybody who can read the file can call the channel as this sender,
    and so can everybody who can read an old copy of the repository.

    ## How to fix it

    Treat the key as known to others: let the sender make a new key and get a new certificate
    for it, and have the old one revoked. Then remove the file, or take the key out of it if it is
    a script or the like, also from the history of the repository, and keep keys in a keystore
    outside of it or in a secret store (a script gets them from *Manage Keystore*). A key of SSH
    has no certificate: have it taken off the servers that accept it. iflint needs certificates
    only: to take them out of a keystore, use
    `keytool -exportcert -rfc` or `openssl pkcs12 -nokeys`.

    A service key whose key pair SAP made holds the private key under `key`, and perhaps a
    `clientsecret`. Make a new service key in the same instance, let the sender switch, delete the
    old one. Give iflint the JSON of the new one without these two: `certificate`, `clientid` and
    `certificatedetails` are all that it reads. With `jq`:
    `jq 'walk(if type == "object" then del(.key, .clientsecret) else . end)'`.

    ## Source

    Our advice; no SAP page says it of Cloud Integration.
    """

    code = "IFL407"
    name = "private-key-in-repository"
    outcome = ("private key lies among the files", "private keys lie among the files")
    severity = Severity.ERROR

    def check_key(self, case: KeyCase) -> Iterable[Finding]:
        """Say that there is one, and of which kind; never more."""
        key = case.key
        if key.keystore and key.encrypted and key.given and key.beside is None:
            return
        if key.of_service_key:
            what = "A service key lies here with the private key that SAP made"
        elif key.keystore:
            what = f"A {key.kind} holds a private key"
        else:
            what = f"{'An encrypted' if key.encrypted else 'An unencrypted'} {key.kind} lies here"
        if key.encrypted:
            message = f"{what}: its password alone protects it."
            remedy = "Keep it outside of the repository. iflint needs certificates only."
        else:
            doing = "log on" if key.of_ssh else "call"
            message = f"{what}: whoever reads it can {doing} as its owner."
            remedy = _remedy(case)
        if key.beside is not None:
            message += f" It is not the key of {key.beside.subject.readable}, beside which it lies"
            message += f", but of {key.owner.subject.readable}." if key.owner else "."
        yield self.finding(
            case,
            message,
            remedy=remedy,
            location=key.location,
            severity=Severity.WARNING if key.encrypted else Severity.ERROR,
            key=key.kind,
        )


def _remedy(case: KeyCase) -> str:
    key = case.key
    if key.of_service_key:
        return _ANOTHER_SERVICE_KEY
    where = _OUT_OF_THE_FILE if key.embedded else _WITH_THE_FILE
    return f"{_ANOTHER_OF_SSH if key.of_ssh else _ANOTHER_KEY} Then {where}"


_ANOTHER_KEY = "Have the certificate of this key revoked and replaced by one with a new key."
_ANOTHER_OF_SSH = "Make a new key, and have this one taken off the servers that accept it."
_WITH_THE_FILE = "remove the file, also from the history of the repository."
_OUT_OF_THE_FILE = "take the key out of this file, also in the history of the repository."
_ANOTHER_SERVICE_KEY = (
    "Make a new service key, let the sender switch, and delete this key. Then remove the file, "
    "also from the history of the repository. Keep the JSON of the new key without `key`: iflint "
    "needs its `certificate` only."
)
