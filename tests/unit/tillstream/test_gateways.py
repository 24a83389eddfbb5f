"""Which gateway a voucher names, and which way to the registration."""

import pytest

from edge.registration.desk import Places
from tillstream.settings import load_settings

ONE = "https://gateway.example"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", ""),
        (ONE, ONE),
        (f"shop-1={ONE}", ONE),
        (f"shop-2=https://other.example, shop-1={ONE}", ONE),
        ("shop-2=https://other.example", ""),
        (f"shop-2=https://other.example,{ONE}", ONE),
    ],
)
def test_a_store_is_told_its_own_gateway_or_that_of_all(given: str, told: str) -> None:
    places = Places("", load_settings(gateway=given).gateways(), "")
    assert places.gateway_of("shop-1") == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "https://centre.example"),
        (f"shop-1={ONE}", ONE),
        (f"shop-2={ONE}", "https://centre.example"),
        (ONE, ONE),
    ],
)
def test_a_till_is_sent_past_its_stores_gateway_where_it_relays(given: str, told: str) -> None:
    relays = load_settings(registration_relay=given).registration_relays()
    places = Places("https://centre.example", {}, "", relays)
    assert places.registration_of("shop-1") == told
