"""What one run may cost: every limit with its name, its default and what it bounds.

A limit is declared here and nowhere else; the option ``--limit``, its table in the documentation
and the messages come from the declaration. Whoever reads asks for ``value``, which a run may have
set (`in_force`), and says of what was left out by ``remedy`` which limit it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec

KIB = 1024
MIB = 1024 * KIB
LARGEST = 1_000_000_000_000
"""What a limit can be set to. Ours: a terabyte; nothing that is limited comes near."""

_set: dict[str, int] = {}
"""What the run that began last has set, by name."""


class Limit(msgspec.Struct, frozen=True):
    """One limit: ``bounds`` is what it bounds, as it goes on after "at most so many".

    ``reason`` tells where the number comes from.
    """

    name: str
    default: int
    bounds: str
    reason: str

    @property
    def value(self) -> int:
        """What counts in this run."""
        return _set.get(self.name, self.default)

    @property
    def remedy(self) -> str:
        """What to do where the limit was met by something honest, as a line."""
        return f"If it is what it should be, {self.option}"

    @property
    def option(self) -> str:
        """How the limit is raised."""
        return f"raise the limit: --limit {self.name}=NUMBER"


def in_force(values: Iterable[str]) -> None:
    """Let these values count from here on, each as ``NAME=NUMBER``; else the defaults."""
    global _set
    pairs = (value.partition("=") for value in values)
    _set = {name: int(number) for name, _, number in pairs}


SHARE = 10 * MIB
"""Bytes read of a disk that have one share of what a run may hold."""


class Budget:
    """How much of limits is spent: of a run, or of one file.

    A limit holds for each `SHARE` that was read, so that a landscape of any size is read whole.
    """

    def __init__(self, size: int = 0) -> None:
        """``size`` is how many bytes were read."""
        self.size = size
        self._spent: dict[str, int] = {}
        self._refused = Counter[str]()

    def spend(self, limit: Limit, amount: int) -> bool:
        """Take an amount; False, and nothing is taken, where that is more than is left."""
        if not amount:
            return True
        if not self._holds(limit, amount):
            self._refused[limit.name] += 1
            return False
        self._spent[limit.name] = self._spent.get(limit.name, 0) + amount
        return True

    def refuse(self, limit: Limit) -> None:
        """Take note of something that goes beyond a limit by itself."""
        self._refused[limit.name] += 1

    @property
    def spent(self) -> dict[str, int]:
        """What was taken so far, by the name of the limit."""
        return dict(self._spent)

    def spend_all(self, amounts: Mapping[str, int]) -> bool:
        """Take an amount of each limit; False, and nothing is taken, where one is not left."""
        if self._refused.keys().isdisjoint(amounts) and all(
            self._holds(LIMITS[name], amount) for name, amount in amounts.items()
        ):
            for name, amount in amounts.items():
                self._spent[name] = self._spent.get(name, 0) + amount
            return True
        return False

    def _holds(self, limit: Limit, amount: int) -> bool:
        spent = self._spent.get(limit.name, 0) + amount
        return spent <= limit.value * (1 + self.size // SHARE)

    @property
    def has_refused_any(self) -> bool:
        """Whether more was asked for of any limit than was left."""
        return bool(self._refused)

    def has_refused(self, limit: Limit) -> bool:
        """Whether an amount was asked for that was not left."""
        return self.refusals(limit) > 0

    def refusals(self, limit: Limit) -> int:
        """How often that was so."""
        return self._refused[limit.name]


def numbered(number: int) -> str:
    """A number as people read it: ``12,345``."""
    return f"{number:,}"


def _declared() -> dict[str, Limit]:
    return {limit.name: limit for limit in globals().values() if isinstance(limit, Limit)}


# problems and findings

PROBLEMS_OF_A_FILE = Limit(
    "problems-of-a-file",
    50,
    "problems of one file that are reported one by one",
    "ours: more of them say nothing new",
)
PROBLEMS = Limit(
    "problems",
    1000,
    "problems of a run that are reported one by one",
    "ours: a report in JSON takes 1.5 KB for each",
)

FINDINGS_OF_A_CHANNEL = Limit(
    "findings-of-a-channel",
    100,
    "findings of one rule in one channel that are reported one by one",
    "ours: a report in JSON takes 2 KB for each",
)
FINDINGS_OF_A_RUN = Limit(
    "findings",
    2000,
    "findings of a run that are reported one by one, of the rules that find most the fewer",
    "ours: a report in JSON takes 2 KB for each",
)

REPORT_BYTES = Limit(
    "report-bytes",
    5 * MIB,
    "bytes of a report; then it counts what it does not list, the least urgent of all",
    "ours: what a job's log or artifact takes; 1,500 channels as JSON",
)

# files

FILE_BYTES = Limit(
    "file-bytes",
    64 * MIB,
    "bytes of a file on disk, but for archives",
    "ours: ninety times the largest flow; a dump of 4 MiB has 3,800 mappings",
)
DOCUMENT_BYTES = Limit(
    "document-bytes",
    16 * MIB,
    "bytes of a file of certificates, service keys or mappings",
    "ours: room for as many certificates as a file may hold, of the largest size seen (2 KB)",
)
YAML_CHARACTERS = Limit(
    "yaml-characters",
    4 * MIB,
    "characters of a file of YAML",
    "ours: 1.5 s; what Kubernetes stores of an object is below 1.5 MiB",
)
DOCUMENT_VALUES = Limit(
    "document-values",
    250_000,
    "values of one file of JSON, YAML, XML or Terraform that may hold service keys or mappings",
    "ours: they take 1 s; a dump has some 12 for a mapping",
)
IGNORE_FILE_BYTES = Limit(
    "ignore-file-bytes",
    1 * MIB,
    "bytes of the .gitignore files that count in one folder, its own and those above it",
    "ours: tens of thousands of patterns, which take 84 MB",
)
IGNORE_TRIALS = Limit(
    "ignore-trials",
    30_000_000,
    "trials of one name against one pattern with wildcards, of .gitignore or exclude",
    "ours: 4 s, 8 s at worst; 200,000 files and 75 patterns, of names with up to 31 characters",
)
KEY_TEXT_BYTES = Limit(
    "key-text-bytes",
    4 * MIB,
    "bytes of a text that is searched for private keys alone",
    "ours: people keep keys in much smaller ones; reading and searching it takes 3 ms",
)
KEY_SEARCH_BYTES = Limit(
    "key-search-bytes",
    1024 * MIB,
    "bytes of a run's texts that are searched for private keys alone",
    "ours: 3 s",
)
KEY_SIGNS_BYTES = Limit(
    "key-signs-bytes",
    32 * MIB,
    "bytes of a run's texts in which a sign of a private key was found, and is looked at",
    "ours: 0.3 s if all are keys, 13 s at worst",
)
BASELINE_BYTES = Limit(
    "baseline-bytes",
    256 * MIB,
    "bytes of a baseline",
    "ours: 700,000 findings, at 370 each",
)

# XML

XML_ELEMENTS = Limit(
    "xml-elements",
    200_000,
    "elements of one XML file, as far as it is read",
    "ours: in memory they take 80 MB",
)
XML_ATTRIBUTES = Limit(
    "xml-attributes",
    500_000,
    "equals signs of one XML file, of which each attribute has one",
    "ours: in memory they take 110 MB",
)

# archives

ARCHIVE_BYTES = Limit(
    "archive-bytes",
    512 * MIB,
    "bytes of an archive on disk",
    "ours: they are in memory as a whole; most seen: 1 MB",
)
MEMBERS = Limit(
    "members",
    200_000,
    "entries of an archive on disk and of all archives in it",
    "ours: the list takes 0.4 s and 56 MiB; most seen: 251",
)
MEMBER_BYTES = Limit(
    "member-bytes",
    128 * MIB,
    "bytes of one entry of an archive, once decompressed",
    "ours: they are in memory as a whole; most seen: 2.6 MB",
)
MEMBER_RATIO = Limit(
    "member-ratio",
    200,
    "times its compressed form is what an entry of more than 8 MiB may be",
    "seen: 53; deflate goes up to 1,032",
)
ARCHIVE_DEPTH = Limit(
    "archive-depth",
    10,
    "archives that stand in each other",
    "ours: most seen: 2",
)
UNPACKED_BYTES = Limit(
    "unpacked-bytes",
    1024 * MIB,
    "bytes that are unpacked of an archive on disk and of all archives in it",
    "ours: inflating takes 3 s; most seen: 9.5 MB",
)
UNPACKED_RATIO = Limit(
    "unpacked-ratio",
    20,
    "times its own size is what is unpacked of an archive, besides 32 MiB",
    "seen: 12; deflate goes up to 1,032",
)
UNPACKED_BEYOND = Limit(
    "unpacked-beyond",
    256 * MIB,
    "bytes of a run that are unpacked of archives beyond unpacked-ratio",
    "ours: inflating takes 0.8 s",
)
UNPACKED_ALWAYS = 32 * MIB

# flows

ROWS_OF_A_CHANNEL = Limit(
    "rows-of-a-channel",
    2000,
    "client certificates of one channel",
    "ours: most seen: one; several channels of one flow have 10,000 at most",
)
ROWS_OF_A_FLOW = Limit(
    "rows-of-a-flow",
    10_000,
    "client certificates of all channels of one flow",
    "ours: in memory they take 90 MB",
)
ROWS = Limit(
    "rows",
    12_000,
    "client certificates of all channels of a run; one more for each 1,000 characters of names",
    "ours: in memory they take 120 MB, and as JSON as much again",
)
CHANNELS = Limit(
    "channels",
    100_000,
    "sender channels of a run",
    "ours: in memory they take 220 MB; most seen in one flow: 9",
)
TEXT_LENGTH = Limit(
    "text-length",
    4096,
    "characters of a name, an address or a distinguished name in a flow",
    "ours: public CAs have names of up to 250",
)
HEADER_LENGTH = Limit(
    "header-length",
    1000,
    "characters of a header of a manifest",
    "ours: nine times the longest seen (106)",
)

# configuration

TOML_DEPTH = Limit(
    "toml-depth",
    64,
    "parts of one dotted key",
    "ours: settings have three",
)
MISTAKES = Limit(
    "mistakes",
    100,
    "mistakes in settings that are told one by one",
    "ours: nobody reads more at once",
)
ENVIRONMENTS = Limit(
    "environments",
    50,
    "environments of a configuration",
    "ours: every flow is judged in each of them; development, test and production are three",
)
SUPPRESSIONS = Limit(
    "suppressions",
    10_000,
    "suppressions of a configuration",
    "ours: reading them takes 2 s",
)
PATTERN_TRIALS = Limit(
    "pattern-trials",
    4_000_000,
    "trials of one path or name against one pattern with wildcards, in suppressions, keys or users",
    "ours: 2 s, 8 s at worst; a thousand patterns on as many channels take a million",
)

# parameters

PARAMETERS = Limit(
    "parameters",
    20_000,
    "entries of one file of parameters",
    "ours: they are read in 0.1 s; most seen in one flow: 252",
)
LINES_OF_PARAMETERS = Limit(
    "lines-of-parameters",
    500_000,
    "lines of all files of parameters of a run",
    "ours: in memory they take 170 MB; most seen in one flow: 252",
)
PARAMETER_PATHS = Limit(
    "parameter-paths",
    200_000,
    "paths that the patterns of environments mean for the flows of a run",
    "ours: 7 s; forty patterns of all environments for each of 5,000 flows",
)
EXPANSION = Limit(
    "expansion",
    16 * MIB,
    "characters that the values of one flow with parameters in them grow to",
    "ours: ten thousand times the longest value seen (1,426)",
)
JSON_VALUES = Limit(
    "json-values",
    500_000,
    "values of one dump of parameters in JSON",
    "ours: in memory they take 50 MB; a parameter has five",
)

# DER and keystores

CERTIFICATES_OF_A_FILE = Limit(
    "certificates-of-a-file",
    5000,
    "certificates of one file",
    "ours: they are read in 0.6 s; the largest usual bundle, Mozilla's, has 144",
)
CERTIFICATES = Limit(
    "certificates",
    50_000,
    "certificates of a run",
    "ours: in memory they take 140 MB",
)
NAMESAKES = Limit(
    "namesakes",
    200,
    "certificates of one Subject DN and Issuer DN that are judged for a row: those that end last",
    "ours: most seen: 2",
)
PRIVATE_KEYS = Limit(
    "private-keys",
    2000,
    "private keys of a run that are looked at one by one",
    "ours: a report in JSON takes 1 KB for each",
)
KEY_ENTRIES = Limit(
    "key-entries",
    50,
    "key entries of a sender's keystore that are judged",
    "ours: 5 s at worst; a sender presents one",
)
RENEWALS = Limit(
    "renewals",
    50,
    "client certificates of the file of which `iflint renew` tells what they mean",
    "ours: 1 s; each is a plan to read",
)
VERDICTS_ANEW = Limit(
    "verdicts-anew",
    20_000,
    "verdicts on rows, keys and mappings for all days of a forecast, or all of a sender's keys",
    "ours: 6 s; of a forecast each has four such days or so",
)
CERTIFICATE_BYTES = Limit(
    "certificate-bytes",
    256 * KIB,
    "bytes of one certificate",
    "ours: a hundred times the largest seen (2 KB)",
)
NAME_PARTS = Limit(
    "name-parts",
    500,
    "parts of one name of a certificate, and values of one part",
    "ours: the most seen in public CAs is 9",
)
CALLERS_OF_A_FILE = Limit(
    "callers-of-a-file",
    5000,
    "service keys, mappings and keystore entries of one file",
    "ours: a report in JSON takes 1 KB for each; most seen: 3,800",
)
CALLERS = Limit(
    "callers",
    10_000,
    "service keys, mappings and keystore entries of a run",
    "ours: in memory they take 120 MB; most seen in one file: 3,800",
)
CALLERS_OF_ENVIRONMENTS = Limit(
    "callers-of-environments",
    50_000,
    "service keys and mappings of a run, counted in each environment that differs from the others",
    "ours: 7 s, and in memory they take 250 MB",
)
CERTIFICATES_OF_ENVIRONMENTS = Limit(
    "certificates-of-environments",
    500_000,
    "certificates of a run, counted in each environment that has some of its own",
    "ours: 5 s, and in memory they take 100 MB",
)
DER_VALUES = Limit(
    "der-values",
    10_000,
    "values in one value of DER",
    "ours: twice the certificates that a file may hold",
)
STEPS_OF_A_CHAIN = Limit(
    "steps-of-a-chain",
    20_000,
    "certificates that are put on top of paths in search of one chain",
    "ours: they take half a second, and more certificates than four full files hold; seen: 3."
    " rustls-webpki takes 200,000",
)
STEPS = Limit(
    "steps",
    100_000,
    "certificates of a run that are put on top of paths, but for the first five of a chain",
    "ours: 2.5 s",
)
SIGNATURES_OF_A_CHAIN = Limit(
    "signatures-of-a-chain",
    3000,
    "signatures that are tried for one chain; then one for each certificate",
    "ours: 0.2 s with P-256; seen: 4; Go and rustls-webpki take 100, for what one side presents",
)
SIGNATURES = Limit(
    "signatures",
    40_000,
    "signatures of a run that are tried, but for the first of a certificate and five of a chain",
    "ours: 3 s with P-256",
)
SIGNATURE_WORK = Limit(
    "signature-work",
    100_000,
    "signatures of P-256 are worth as much as all that a run tries, by the kind and size of keys",
    "ours: 7 s; one of RSA with 4,096 bits is worth two, of P-384 eight, of DSA with 10,000 150",
)
NAME_CHECKS_OF_A_CHAIN = Limit(
    "name-checks-of-a-chain",
    50_000,
    "certificates that are held against name constraints in search of one chain",
    "ours: half a second for DNS names, 4 s for directory names; seen: 2",
)
NAME_CHECKS = Limit(
    "name-checks",
    100_000,
    "certificates of a run held against name constraints, but for the first five of a chain",
    "ours: a second for DNS names, 8 s for directory names",
)
KEY_DERIVATION = Limit(
    "key-derivation",
    16_000_000,
    "hashes of a run that passwords of keystores take",
    "ours: 8 s; a keystore of OpenSSL 3 takes 2,048, of Java 17 10,000, of Java 8 at most 300,000",
)
KEY_DERIVATION_OF_A_FILE = Limit(
    "key-derivation-of-a-file",
    4_000_000,
    "hashes that the passwords of one keystore take",
    "ours: a quarter of a run's",
)
SLOW_CIPHER = Limit(
    "slow-cipher",
    1 * MIB,
    "bytes of a run that are decrypted by RC2, which no library has in this form",
    "ours: 2 s, and room for 500 certificates of the largest size seen",
)
SLOW_CIPHER_OF_A_FILE = Limit(
    "slow-cipher-of-a-file",
    256 * KIB,
    "bytes of one keystore that are decrypted by RC2",
    "ours: a quarter of a run's",
)

LIMITS = _declared()
"""All limits, by name, in the order in which they are declared."""
