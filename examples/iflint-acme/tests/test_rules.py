"""The rules of Acme's team, on flows, chains and service keys out of short descriptions."""

from iflint.testing import chain, channel, check, codes, flow, service_key

PARTNER = chain("CN=edi.partner.example, O=Partner Example, C=DE", last="2027-03-31")
LONG = chain("CN=edi.partner.example, O=Partner Example, C=DE", last="2029-03-31")


def test_a_slash_at_the_end_is_reported(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders/", PARTNER))
    assert codes(check(tmp_path, orders, PARTNER.files), "ACM") == ["ACM001"]


def test_a_slash_inside_is_not(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders/new", PARTNER))
    assert codes(check(tmp_path, orders, PARTNER.files), "ACM") == []


def test_a_slash_that_is_allowed_is_not(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders/", PARTNER))
    rules = {"trailing-slash": {"allowed": ["/orders/"]}}
    assert codes(check(tmp_path, orders, PARTNER.files, rules=rules), "ACM") == []


def test_a_long_certificate_is_reported_of_a_row(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders", LONG))
    assert codes(check(tmp_path, orders, LONG.files), "ACM") == ["ACM101"]


def test_a_long_certificate_is_reported_of_a_service_key(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders"))
    assert codes(check(tmp_path, orders, service_key("partner", LONG)), "ACM") == ["ACM101"]


def test_a_short_certificate_is_not(tmp_path):
    orders = flow("Orders", channel("HTTPS", "/orders"))
    assert codes(check(tmp_path, orders, service_key("partner", PARTNER)), "ACM") == []
