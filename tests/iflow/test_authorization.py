"""What decides who may call: by adapter, by unknown adapters' properties, in the old format."""

from __future__ import annotations

import pytest

from iflow.flows import channel, flow, prop, read, rows, stored

ROWS = prop("clientCertificates", rows(("CN=a", "CN=b")))
NO_ROWS = prop("clientCertificates", "")
PAIR = prop("subject0", "cn=s") + prop("issuer0", "cn=i")


def the_channel(*properties: str, adapter: str = "HTTPS", parameters: str = "", **options):
    participant = options.pop("participant", "")
    text = flow(channel(adapter, *properties, **options), participant=participant)
    (found,) = read(text, parameters).resolve().channels
    return found


def outcome(*properties: str, **options):
    found = the_channel(*properties, **options)
    decided = found.authorization
    return decided.kind.value, decided.exact, decided.inferred, found.checked


CERTIFICATE = ("client-certificate", True, False, True)
INFERRED = ("client-certificate", True, True, True)
USER_ROLE = ("user-role", True, False, False)
UNKNOWN = ("unknown", True, False, True)
UNRESOLVED = ("unresolved", True, False, True)
NONE = ("none", True, False, False)


@pytest.mark.parametrize(
    "adapter", ["HTTPS", "SOAP", "IDOC", "XI", "AS2", "AS2 MDN", "AS4", "https", "IDoc"]
)
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("ClientCertificate", CERTIFICATE),
        ("clientcertificate", ("client-certificate", False, False, True)),
        (" ClientCertificate\n", ("client-certificate", False, False, True)),
        ("<![CDATA[Client]]>Certi<!-- -->fi&#99;ate", CERTIFICATE),
        ("RoleBased", USER_ROLE),
        ("rolebased", ("user-role", False, False, False)),
        ("certificate", UNKNOWN),
        ("", UNKNOWN),
        (" ", UNKNOWN),
        (None, UNKNOWN),
        ("{{Sender Authorization}}", CERTIFICATE),
        ("{{Role}}", USER_ROLE),
        ("{{None}}", UNRESOLVED),
        ("{{Empty}}", UNRESOLVED),
        ("{{Blank}}", UNRESOLVED),
        ("{{Odd}}", UNKNOWN),
        ("{{Client}}Certificate", CERTIFICATE),
        ("{{Client", UNKNOWN),
    ],
)
def test_a_known_adapters_own_key_decides(adapter, value, expected) -> None:
    parameters = (
        "Sender\\ Authorization=ClientCertificate\nRole=RoleBased\nEmpty=\nBlank=\\ \n"
        "Odd=Certificate\nClient=Client"
    )
    left_over = prop("authentication", "basic")
    for more in ((), (ROWS,), (left_over,)):
        setting = prop("senderAuthType", value)
        assert outcome(setting, *more, adapter=adapter, parameters=parameters) == expected


def test_odata_has_a_key_of_its_own() -> None:
    def odata(*properties: str, **options):
        return outcome(*properties, adapter="ODataSender", **options)

    assert odata(prop("authentication", "certificate")) == CERTIFICATE
    assert odata(prop("authentication", "basic"), ROWS) == USER_ROLE
    assert odata(prop("authentication", "ClientCertificate")) == UNKNOWN
    assert odata(prop("senderAuthType", "ClientCertificate")) == NONE
    assert odata(prop("authentication", "basic"), participant=PAIR) == USER_ROLE
    assert odata(participant=PAIR) == INFERRED


@pytest.mark.parametrize("value", ["ClientCertificate", "RoleBased", "{{Nothing}}"])
def test_the_key_of_other_adapters_decides_nothing_for_odata_but_ends_its_old_format(value) -> None:
    other = prop("senderAuthType", value)
    assert outcome(other, adapter="ODataSender", participant=PAIR) == NONE
    assert the_channel(other, adapter="ODataSender", participant=PAIR).entries == ()
    found = the_channel(other, ROWS, adapter="ODataSender", participant=PAIR)
    assert (found.authorization.kind, found.authorization.key) == ("client-certificate", "")
    assert found.authorization.inferred
    assert [entry.subject.raw for entry in found.entries] == ["CN=a"]


def test_without_the_key_the_rows_decide() -> None:
    found = the_channel(ROWS, adapter="SOAP")
    assert found.authorization.key == ""
    assert found.authorization.value is None
    assert outcome(ROWS, adapter="SOAP") == INFERRED
    assert outcome(prop("clientCertificates", "{{Nothing}}"), adapter="SOAP") == INFERRED
    assert outcome(prop("clientCertificates", ""), adapter="SOAP") == NONE
    assert outcome(adapter="SOAP") == NONE


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ((), NONE),
        ((ROWS,), INFERRED),
        ((prop("senderAuthType", "ClientCertificate"),), CERTIFICATE),
        ((prop("authentication", "certificate"),), NONE),
        ((prop("authentication", "certificate"), NO_ROWS), CERTIFICATE),
        ((prop("authentication", "ClientCertificate"),), NONE),
        ((prop("authentication", "publickey"),), NONE),
        ((prop("authentication", "{{Nothing}}"),), NONE),
        ((prop("authentication", "{{Certificate}}"),), NONE),
        ((prop("authentication", "{{Certificate}}"), ROWS), CERTIFICATE),
        ((prop("authentication", "publickey"), ROWS), INFERRED),
        ((prop("senderAuthType", "RoleBased"), ROWS), USER_ROLE),
        ((prop("senderAuthType", "{{Nothing}}"), ROWS), UNRESOLVED),
        ((prop("authentication", "none"), prop("senderAuthType", "RoleBased"), ROWS), USER_ROLE),
    ],
)
def test_another_adapter_is_told_by_its_properties(properties, expected) -> None:
    parameters = "Certificate=certificate"
    assert outcome(*properties, adapter="Acme", parameters=parameters) == expected
    assert not the_channel(*properties, adapter="Acme").authorization.known_adapter


@pytest.mark.parametrize("adapter", ["SFTP", "AMQP", "Kafka", "ProcessDirect", "Mail", "JMS"])
def test_an_adapter_that_calls_out_is_never_checked(adapter) -> None:
    setting = prop("senderAuthType", "ClientCertificate") + prop("authentication", "certificate")
    assert outcome(setting, ROWS, adapter=adapter, participant=PAIR) == NONE
    assert len(the_channel(ROWS, adapter=adapter).entries) == 1


@pytest.mark.parametrize(
    ("basic", "kind"),
    [
        (None, "client-certificate"),
        ("false", "client-certificate"),
        ("", "client-certificate"),
        ("maybe", "client-certificate"),
        ("true", "user-role"),
        (" TRUE ", "user-role"),
        ("{{Basic}}", "user-role"),
        ("{{Nothing}}", "unresolved"),
    ],
)
@pytest.mark.parametrize("adapter", ["SOAP", "Acme"])
def test_the_old_format(basic, kind, adapter) -> None:
    settings = PAIR if basic is None else PAIR + prop("enableBasicAuthentication", basic)
    found = the_channel(
        adapter=adapter, participant=settings, parameters="Basic=true", direction=None
    )
    assert found.authorization.kind == kind
    assert found.authorization.inferred
    assert found.authorization.exact, "no value of this key is documented"
    assert found.authorization.key == ("" if basic is None else "enableBasicAuthentication")
    assert found.checked is (kind != "user-role")
    assert [(e.subject.text, e.issuer.text) for e in found.entries] == [("cn=s", "cn=i")]


def test_the_old_formats_pairs_are_sorted_by_number_and_halves_may_be_missing() -> None:
    text = flow(
        channel("SOAP"),
        participant="".join(
            prop(key, f"cn={key}") for key in ("subject10", "issuer2", "subject2", "issuer3")
        ),
    )
    (found,) = read(text).resolve().channels
    assert [(e.ordinal, e.subject.raw, e.issuer.raw) for e in found.entries] == [
        (1, "cn=subject2", "cn=issuer2"),
        (2, "", "cn=issuer3"),
        (3, "cn=subject10", ""),
    ]
    assert stored(text, found.entries[1].subject.location) == "cn=issuer3"
    assert stored(text, found.entries[2].issuer.location) == "cn=subject10"
    assert stored(text, found.entries[0].location) == "cn=subject2"


def test_numbers_of_pairs_may_be_written_in_any_way() -> None:
    long = "1" * 6000
    text = flow(
        channel("SOAP"),
        participant=prop("subject01", "a")
        + prop("issuer1", "b")
        + prop(f"subject{long}", "z")
        + prop("subject000", "0"),
    )
    (found,) = read(text).resolve().channels
    assert [(e.subject.raw, e.issuer.raw) for e in found.entries] == [
        ("0", ""),
        ("a", "b"),
        ("z", ""),
    ]


def test_the_old_format_is_for_channels_without_a_setting_of_their_own() -> None:
    text = flow(
        channel("SOAP"),
        channel("SOAP", prop("senderAuthType", "RoleBased")),
        channel("SOAP", ROWS),
        channel("SFTP"),
        participant=PAIR,
    )
    old, role, own, outward = read(text).resolve().channels
    assert [e.subject.raw for e in old.entries] == ["cn=s"]
    assert role.entries == outward.entries == ()
    assert [e.subject.raw for e in own.entries] == ["CN=a"]


def test_basic_authentication_switched_off_means_nothing_by_itself() -> None:
    off = prop("enableBasicAuthentication", "false")
    assert outcome(adapter="SOAP", participant=off) == NONE


def test_who_is_a_sender_channel() -> None:
    text = flow(
        channel("HTTPS", ROWS, name="by direction", source="Participant_X"),
        channel("HTTPS", ROWS, name="receiver", direction="Receiver"),
        channel("HTTPS", ROWS, name="by participant", direction=None),
        channel("HTTPS", ROWS, name="by nothing", direction=None, source="Participant_X"),
        channel("ODataSender", ROWS, name="by its adapter", direction=None, source="Participant_X"),
        channel("HTTPS", ROWS, name="empty direction", direction=""),
        channel("HTTPS", ROWS, name="other letter case", direction="sender"),
        channel("HTTPS", ROWS, name="another receiver", direction="RECEIVER"),
        channel("HTTPS", ROWS, name="neither", direction="{{Direction}}"),
    )
    found = read(text).resolve().channels
    assert [(c.ordinal, c.name, c.participant) for c in found] == [
        (1, "by direction", ""),
        (2, "by participant", "Shop"),
        (3, "empty direction", "Shop"),
        (4, "other letter case", "Shop"),
        (5, "neither", "Shop"),
    ]


def test_the_last_property_of_a_key_wins() -> None:
    twice = prop("senderAuthType", "RoleBased") + prop("senderAuthType", "ClientCertificate")
    assert outcome(twice) == CERTIFICATE


def test_a_flow_without_a_participant_or_extension_is_read() -> None:
    text = flow(channel("HTTPS", ROWS)).replace(' name="Inbound"', "")
    (found,) = read(text).resolve().channels
    assert found.name == ""


def test_the_adapter_is_told_by_the_variant_where_the_type_is_missing() -> None:
    variant = prop("cmdVariantUri", "ctype::AdapterVariant/cname::sap:SOAP/tp::HTTP/mp::SOAP 1.x")
    for missing in ("", " \n"):
        assert the_channel(variant, ROWS, adapter=missing).adapter == "SOAP"


def test_the_address_of_xi_is_its_own() -> None:
    properties = (prop("address", "/a"), prop("Address_inbound", "/b"))
    assert the_channel(*properties, adapter="XI").address.text == "/b"
    assert the_channel(*properties, adapter="SOAP").address.text == "/a"


def test_the_address_is_the_one_that_is_filled() -> None:
    def address(*properties: str):
        return the_channel(*properties, parameters="Path=/orders").address

    assert address(prop("address", "/a"), prop("urlPath", "/b")).text == "/b"
    assert address(prop("address", "/a"), prop("urlPath", "")).text == "/a"
    assert address(prop("address", ""), prop("urlPath", "/b")).text == "/b"
    assert address(prop("urlPath", "{{Path}}/x")).text == "/orders/x"
    assert address(prop("address", "{{None}}")).text is None
    assert address() is None
