"""Which gateway a voucher names."""

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
