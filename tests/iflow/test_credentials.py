"""What of an address no output repeats."""

from __future__ import annotations

import time

import pytest

from iflint.places.credentials import without_credentials


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:word@h.example/x", "https://***@h.example/x"),
        ("https://user:w@rd@h.example/x", "https://***@h.example/x"),
        ("//user:word@h.example/x", "//***@h.example/x"),
        (
            "/x?code=abc&subscription-key=d&auth=e&pass=f",
            "/x?code=***&subscription-key=***&auth=***&pass=***",
        ),
        ("https://user@h.example", "https://***@h.example"),
        ("ldap://cn=x:y@h.example/a@b", "ldap://***@h.example/a@b"),
        ("/x?token=abc&y=z", "/x?token=***&y=z"),
        ("/x?y=z&X-Api_Key=abc#token=x", "/x?y=z&X-Api_Key=***#token=x"),
        ("/x?a=1&amp;client_secret=a%20b", "/x?a=1&amp;client_secret=***"),
        ("/orders@home?x=y", "/orders@home?x=y"),
        ("https://h.example/token/a@b", "https://h.example/token/a@b"),
        ("CN=token, O=a@b", "CN=token, O=a@b"),
        ("/x?user={{User}}&password={{Password}}", "/x?user={{User}}&password=***"),
    ],
)
def test_credentials_are_hidden(address, shown) -> None:
    assert without_credentials(address) == shown
    assert without_credentials(shown) == shown
    long = without_credentials(address, as_long=True)
    assert len(long) == len(address)
    assert ("*" in long) == ("*" in shown)


@pytest.mark.parametrize(
    "unit", ["://a", "://", "?token", "?token=", ";sig=a", "a@", "?tokentoken"]
)
def test_the_look_takes_time_by_size(unit) -> None:
    text = "://@?=" + unit * (500_000 // len(unit))
    started = time.perf_counter()
    without_credentials(text)
    assert time.perf_counter() - started < 5
