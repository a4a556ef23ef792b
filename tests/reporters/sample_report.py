"""Reports made by hand: one with something of everything, one clean, one full of hostile names."""

from datetime import UTC, datetime

import msgspec

from iflint.places.location import FileLocation, Location, Package, Region
from iflint.report.findings import (
    CertificateReference,
    ChannelReference,
    DnComparison,
    DnRow,
    EntryReference,
    Finding,
    IflowReference,
    OptionInfo,
    ProposedFix,
    Related,
    Replacement,
    RuleInfo,
    Severity,
    State,
)
from iflint.report.report import (
    CertificateResult,
    ChainResult,
    ChannelResult,
    EntryResult,
    IflowResult,
    LinkResult,
    Report,
    SkippedResult,
    TrustSummary,
    WantedCertificate,
)

CLOCK = datetime(2026, 11, 24, tzinfo=UTC)
SUBJECT = "CN=orders.acme.example, O=Acme GmbH, C=DE"
ISSUER = "CN=Acme Issuing CA 2, O=Acme GmbH, C=DE"

RULES = (
    RuleInfo(
        code="IFL001",
        name="unreadable-artifact",
        severity=Severity.ERROR,
        state=State.STABLE,
        summary="An archive, a flow or a properties file can't be read.",
        documentation="## What it does\n\nReports every archive that `iflint` could not read.",
        handed=("problem",),
        help_uri="https://iflint.example/rules/unreadable-artifact",
    ),
    RuleInfo(
        code="IFL101",
        name="expired-certificate",
        severity=Severity.ERROR,
        state=State.STABLE,
        summary="Every certificate at hand with the pair of an entry has expired.",
        documentation="## What it does\n\nJoins the entry to the certificates.\n\nAnd so on.",
        handed=("entry",),
        help_uri="https://iflint.example/rules/expired-certificate",
    ),
    RuleInfo(
        code="IFL102",
        name="certificate-expires-soon",
        severity=Severity.WARNING,
        state=State.STABLE,
        summary="The certificate of an entry ends soon.",
        documentation="## What it does\n\nLooks ahead.",
        handed=("entry",),
        options=(OptionInfo("expiry-days", "integer", 30, "The window, in days.", 0, 36500),),
        help_uri="https://iflint.example/rules/certificate-expires-soon",
    ),
    RuleInfo(
        code="IFL301",
        name="dn-mismatch",
        severity=Severity.ERROR,
        state=State.STABLE,
        summary="No certificate has this pair, but one is evidently meant.",
        documentation="## What it does\n\nCompares names.",
        handed=("entry",),
        help_uri="https://iflint.example/rules/dn-mismatch",
    ),
    RuleInfo(
        code="IFL312",
        name="undecidable-dn",
        severity=Severity.NOTE,
        state=State.STABLE,
        summary="The stored text can't tell whether the pair is the certificate's.",
        documentation="## What it does\n\nNames the attribute.",
        handed=("entry",),
        help_uri="https://iflint.example/rules/undecidable-dn",
    ),
)

PACKAGE = Package("AcmeOrders", "Acme Orders")
LOOSE = FileLocation("flows/Receive Orders/src/main/resources/Orders.iflw")
ARCHIVED = FileLocation(
    "exports/Acme.zip",
    (
        "a1b2_content",
        "src/main/resources/scenarioflows/integrationflow/Invoices.iflw",
    ),
)
ORDERS = IflowReference("Orders", "Receive Orders", "1.0.4", PACKAGE, LOOSE)
INVOICES = IflowReference("Invoices", "Send Invoices", "2.1.0", PACKAGE, ARCHIVED)
HTTPS = ChannelReference("MessageFlow_7", 1, "Orders in", "HTTPS", "/orders", "{{Path}}")
SOAP = ChannelReference("MessageFlow_9", 1, "", "SOAP", "/invoices", "/invoices")

LINE = (
    "            <value>&lt;row&gt;&lt;cell id='clientCertificate.subjectDN'&gt;"
    f"{SUBJECT}&lt;/cell&gt;&lt;cell id='clientCertificate.issuerDN'&gt;{ISSUER}"
    "&lt;/cell&gt;&lt;/row&gt;</value>"
)


def region(line: str, text: str, number: int = 41) -> Region:
    """The place of ``text`` in the line, which stands alone at the start of its file."""
    start = line.index(text)
    return Region(
        start_line=number,
        start_column=start + 1,
        end_line=number,
        end_column=start + len(text) + 1,
        start_byte=len(line[:start].encode("utf-8", "replace")),
        end_byte=len(line[: start + len(text)].encode("utf-8", "replace")),
        excerpt=line,
    )


CERTIFICATE = CertificateReference(
    subject=SUBJECT,
    issuer=ISSUER,
    sha256="ab" * 32,
    not_before=datetime(2025, 3, 5, tzinfo=UTC),
    not_after=datetime(2026, 3, 4, 12, tzinfo=UTC),
    locations=(
        Location(FileLocation("certs/orders.pem"), region("-----BEGIN CERTIFICATE-----", "-", 1)),
        Location(FileLocation("certs/all.p7b")),
    ),
)

EXPIRED = Finding(
    code="IFL101",
    name="expired-certificate",
    severity=Severity.ERROR,
    message="The client certificate of this entry expired on 2026-03-04 (265 days ago).",
    remedy="Ask the sender for the renewed certificate; with the same DN pair nothing changes.",
    location=Location(LOOSE, region(LINE, SUBJECT)),
    related=(Related(Location(FileLocation("certs/orders.pem")), "this certificate"),),
    iflow=ORDERS,
    channel=HTTPS,
    entry=EntryReference(1, SUBJECT, ISSUER),
    certificate=CERTIFICATE,
    broken_since=CERTIFICATE.not_after,
    fingerprint="1" * 64,
    identity="a" * 64,
)
MISMATCH = Finding(
    code="IFL301",
    name="dn-mismatch",
    severity=Severity.ERROR,
    message="The subject of this entry is not the certificate's: another value of O.",
    remedy=f"Write {SUBJECT}",
    location=Location(ARCHIVED, region(LINE, "O=Acme GmbH")),
    iflow=INVOICES,
    channel=SOAP,
    entry=EntryReference(2, "CN=orders.acme.example, O=Acme, C=DE", ISSUER),
    certificate=CERTIFICATE,
    comparisons=(
        DnComparison(
            "subject",
            "value",
            "CN=orders.acme.example, O=Acme, C=DE",
            SUBJECT,
            (
                DnRow("CN=orders.acme.example", "CN=orders.acme.example", True),
                DnRow("O=Acme", "O=Acme GmbH", False),
                DnRow("C=DE", "C=DE", True),
            ),
        ),
        DnComparison("issuer", "", ISSUER, ISSUER, ()),
    ),
    fingerprint="2" * 64,
    identity="b" * 64,
)
SOON = Finding(
    code="IFL102",
    name="certificate-expires-soon",
    severity=Severity.WARNING,
    message="The client certificate of this entry expires on 2026-12-01 (in 7 days).",
    remedy="Ask the sender to renew it now.",
    location=Location(ARCHIVED, region(LINE, ISSUER)),
    iflow=INVOICES,
    channel=SOAP,
    entry=EntryReference(1, SUBJECT, ISSUER),
    breaks_on=datetime(2026, 12, 1, tzinfo=UTC),
    fingerprint="3" * 64,
    identity="c" * 64,
)
UNREADABLE = Finding(
    code="IFL001",
    name="unreadable-artifact",
    severity=Severity.ERROR,
    message="The archive has no readable directory.",
    remedy="Export it again.",
    location=Location(FileLocation("exports/Broken.zip")),
    fingerprint="4" * 64,
    identity="d" * 64,
)
UNDECIDABLE = Finding(
    code="IFL312",
    name="undecidable-dn",
    severity=Severity.NOTE,
    message="Whether EMAILADDRESS is equal can't be told from the text.",
    remedy="Write EMAILADDRESS=#160161.",
    location=Location(LOOSE, region(LINE, "C=DE")),
    iflow=ORDERS,
    channel=HTTPS,
    entry=EntryReference(3, SUBJECT, ISSUER),
    fingerprint="5" * 64,
    identity="e" * 64,
)


def sample() -> Report:
    """A report with a finding of every severity, in a folder, in an archive and in neither."""
    entry = EntryResult(
        ordinal=1,
        subject=SUBJECT,
        issuer=ISSUER,
        subject_raw=SUBJECT,
        issuer_raw=ISSUER,
        state="joined",
        location=Location(LOOSE, region(LINE, SUBJECT)),
        certificates=(
            CertificateResult(
                CERTIFICATE,
                "expired",
                -265,
                ChainResult("trusted", (LinkResult(SUBJECT, ISSUER, True),), root="CN=Root"),
            ),
        ),
        findings=("IFL101",),
    )
    orders = ChannelResult(
        id="MessageFlow_7",
        ordinal=1,
        name="Orders in",
        participant="Sender",
        adapter="HTTPS",
        address="/orders",
        authorization="ClientCertificate",
        kind="client-certificate",
        checked=True,
        location=Location(LOOSE),
        entries=(entry,),
    )
    return Report(
        version="0.1.0",
        as_of=CLOCK,
        trust=TrustSummary("cf", "SAP BTP Trust Store 3.0.0 (2026-06-03)", "3.0.0", "2026-06-03"),
        directory="/work/repo",
        root="/work/repo",
        paths=(".",),
        iflows=(
            IflowResult("Orders", "Receive Orders", "1.0.4", PACKAGE, LOOSE, (orders,)),
            IflowResult("Invoices", "Send Invoices", "2.1.0", PACKAGE, ARCHIVED),
        ),
        findings=(EXPIRED, UNDECIDABLE, MISMATCH, SOON, UNREADABLE),
        skipped=(
            SkippedResult(FileLocation("exports/B2B.zip"), "archive-without-flow"),
            SkippedResult(FileLocation("exports/._Acme.zip"), "clutter", "macOS metadata"),
            SkippedResult(FileLocation("exports/TPM.zip"), "archive-without-flow"),
        ),
        rules=RULES,
        certificates=3,
        certificate_files=2,
        entries_checked=4,
        entries_joined=2,
        entries_not_found=2,
        wanted=(
            WantedCertificate("CN=partner.example, C=DE", "CN=Partner CA", ("HTTPS /orders",)),
            WantedCertificate("CN=partner.example, C=DE", "CN=Partner CA", ("SOAP /invoices",)),
        ),
    )


def clean() -> Report:
    """A report of the same run with nothing to say."""
    return msgspec.structs.replace(
        sample(), findings=(), skipped=(), wanted=(), paths=(".",), entries_joined=4
    )


HOSTILE = "a\x1b[31mb\u202ec\u2028d\x9be\ud800f\u200bg\nh\ti[x](0)j{0}k]l\\m\x00n<b>o`p|q"


def hostile(name: str = HOSTILE) -> Report:
    """A report whose every name was chosen by somebody who does not wish us well."""
    file = FileLocation(f"x/{name}.zip", (name, f"{name}/Flow.iflw"))
    line = f"\t<value>{name}</value>"
    iflow = IflowReference(name, name, name, Package(name, name), file)
    finding = Finding(
        code="IFL301",
        name="dn-mismatch",
        severity=Severity.ERROR,
        message=f"The subject {name} is another one.",
        remedy=f"Write {name}.",
        location=Location(file, region(line, name)),
        related=(Related(Location(file, region(line, name)), name),),
        iflow=iflow,
        channel=ChannelReference(name, 1, name, name, name, name),
        entry=EntryReference(1, name, name),
        certificate=msgspec.structs.replace(
            CERTIFICATE, subject=name, issuer=name, locations=(Location(file),)
        ),
        comparisons=(DnComparison("subject", "value", name, "b", (DnRow(name, "b", False),)),),
        fingerprint="6" * 64,
        identity="f" * 64,
        fix=ProposedFix(
            (Replacement(Location(FileLocation(f"x/{name}.prop"), region(line, name)), name),)
        ),
    )
    outside = msgspec.structs.replace(
        UNREADABLE, message=name, location=Location(FileLocation(name))
    )
    climbing = (
        msgspec.structs.replace(
            UNREADABLE,
            location=Location(FileLocation("a.zip", (member,))),
            fingerprint=member,
            identity=member,
        )
        for member in (
            "",
            "../../etc/passwd",
            "/etc/passwd",
            "//host/x",
            "C:\\x",
            "a//b",
            "%2e",
            ".",
        )
    )
    return msgspec.structs.replace(
        sample(),
        trust=TrustSummary(name, name, name, name),
        paths=(name,),
        iflows=(IflowResult(name, name, name, Package(name, name), file),),
        findings=(finding, outside, *climbing),
        skipped=(SkippedResult(file, name, name),),
        wanted=(WantedCertificate(name, name, (name,)),),
    )
