"""How much a store may ask of the centre."""

import pytest

from edge.problems import Refusal
from edge.store_api.quota import BURST, PER_SECOND, StoreQuotas


def test_a_store_may_ask_much_at_once_and_then_as_fast_as_it_is_given() -> None:
    now = [0.0]
    quotas = StoreQuotas(lambda: now[0])
    for _ in range(BURST):
        quotas.take("shop-1")
    with pytest.raises(Refusal, match="too much"):
        quotas.take("shop-1")
    quotas.take("shop-2")
    now[0] += 1.0
    for _ in range(int(PER_SECOND)):
        quotas.take("shop-1")
    with pytest.raises(Refusal):
        quotas.take("shop-1")


def test_what_was_not_asked_for_a_day_is_no_more_than_a_burst() -> None:
    now = [0.0]
    quotas = StoreQuotas(lambda: now[0])
    quotas.take("shop-1")
    now[0] = 86_400.0
    for _ in range(BURST):
        quotas.take("shop-1")
    with pytest.raises(Refusal):
        quotas.take("shop-1")
