"""Codes of a phone, by the examples of RFC 6238."""

import base64
from urllib.parse import parse_qs, urlsplit

import pytest

from dashboards.board.people import totp

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_the_codes_are_those_of_the_rfc(seconds: int, code: str) -> None:
    assert totp.code_at(SECRET, seconds // totp.STEP_SECONDS) == code


def test_a_clock_may_be_half_a_minute_off_and_no_more() -> None:
    code = totp.code_at(SECRET, 100)
    counts = [step for step in range(95, 106) if totp.step_of(SECRET, code, step * 30.0) == 100]
    assert counts == [99, 100, 101]
    assert totp.step_of(SECRET, f"{code[:3]} {code[3:]}", 3000.0) == 100


@pytest.mark.parametrize("typed", ["", "0", "00000000", "abcdef", "٣٣٣٣٣٣", "\udcff"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    assert totp.step_of(SECRET, typed, 3000.0) is None


def test_an_authenticator_reads_the_address() -> None:
    parts = urlsplit(totp.address(SECRET, "maria@shop.example", "stock.example:8443"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path == "/Tillstream%20stock.example%3A8443:maria%40shop.example"
    asked = parse_qs(parts.query)
    assert base64.b32decode(asked["secret"][0]) == SECRET
    assert asked["issuer"] == ["Tillstream stock.example:8443"]
