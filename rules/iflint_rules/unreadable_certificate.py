"""IFL002: a certificate file, or one block of it, can't be read."""

from collections.abc import Iterable

from iflint.rule import Finding, ProblemCase, ProblemKind, Rule, Severity, sentence


class UnreadableCertificate(Rule):
    """A certificate file, or one block of it, can't be read.

    ## What it does

    Reports a file that is named like a certificate or a keystore (`.cer`, `.crt`, `.cert`,
    `.ca-bundle`, `.pem`, `.der`, `.p7b`, `.p7c`, `.p12`, `.pfx`, `.jks`, `.jceks`) or given with
    `--certificates` or `--roots`, and that holds no certificate which can be read; and each block
    of a PEM file that can't. The readable blocks of the same file are used. In a folder given so,
    every file is looked at, whatever its name; what is no certificate is only counted.

    A PKCS#12 keystore is opened with the passwords in the environment variables that
    `--keystore-password-env` names, and with an empty one; no other password is tried, not even
    `changeit`. The certificates of a JKS or JCEKS need no password.

    ## Why it matters

    A row whose certificate can't be read is not checked for its dates, its chain and its
    use. A sender whose key store was filled from the same file will present nothing useful.

    ## How to fix it

    For a keystore that stays closed, put its password into an environment variable and name
    this: `--keystore-password-env NAME` for all keystores, or
    `--keystore-password-env PATH=NAME` for the one at this path. In `iflint.toml`:
    `keystore-password-env = ["NAME"]`, or a table `[keystore-password-env]` with lines such as
    `"certificates/partner.p12" = "NAME"`. The password itself never stands there.

    Else ask the sender for the certificate again, as PEM or DER, with its chain. To see what a
    file holds: `openssl x509 -in FILE -noout -subject -issuer -dates` (add `-inform DER` for
    binary files).
    """

    code = "IFL002"
    name = "unreadable-certificate"
    outcome = ("certificate can't be read", "certificates can't be read")
    severity = Severity.ERROR

    def check_problem(self, case: ProblemCase) -> Iterable[Finding]:
        """Say what could not be read."""
        problem = case.problem
        if problem.kind is ProblemKind.CERTIFICATE:
            yield self.finding(
                case,
                sentence(problem.message),
                remedy=sentence(problem.remedy),
                location=problem.location,
            )
