"""Which stores a stack has by `--stores`, and where the simulated company keeps out."""

import pytest

from edge.simulator.places import SHOPS, STORES_WAREHOUSE
from edge.till.checkout.terms import countries
from local.options import StackOptions
from tillstream import local_up
from tillstream.commands.local import STORES_MAX
from tillstream.settings import SettingsError

OPTIONS = StackOptions(("sink",), ("berlin-mitte",), simulate=True)

SIMULATED_BY_DEFAULT = 6
"""Shops of `tillstream simulate`."""


def test_a_store_of_its_own_takes_the_place_of_the_centres_gateway_and_till() -> None:
    made = local_up.with_stores(OPTIONS, 1)
    assert made.stores == () and made.till is None
    assert {"sink", "admission", "feeds"} <= set(made.roles)
    (store,) = made.own_stores
    assert [till.till_id for till in store.tills] == ["counter-1", "counter-2"]
    assert {till.location_id for till in store.tills} == {store.location_id}


def test_from_two_on_a_warehouse_without_tills_comes_last() -> None:
    *shops, warehouse = local_up.with_stores(OPTIONS, 2).own_stores
    assert len(shops) == 2 and all(shop.tills for shop in shops)
    assert (warehouse.location_id, warehouse.tills) == (STORES_WAREHOUSE.location_id, ())


def test_no_store_is_a_shop_in_which_the_company_sells_at_the_centre() -> None:
    sold_in = {shop.location.location_id for shop in SHOPS[:SIMULATED_BY_DEFAULT]}
    made = local_up.with_stores(OPTIONS, STORES_MAX).own_stores
    assert len(made) == STORES_MAX + 1
    assert not sold_in & {store.location_id for store in made}


def test_every_till_of_a_store_starts_also_in_a_country_whose_labels_nobody_knows() -> None:
    made = local_up.with_stores(OPTIONS, STORES_MAX).own_stores
    named = {till.country for store in made for till in store.tills}
    assert named <= {"", *countries()} and len(named) > 1


@pytest.mark.parametrize("simulate", [True, False])
def test_stores_are_furnished_where_the_company_sells(simulate: bool) -> None:
    options = StackOptions((), simulate=simulate)
    made = local_up.with_stores(options, 2).own_stores
    assert {store.is_furnished for store in made} == {simulate}


def test_stores_need_servers_of_the_stacks_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TILLSTREAM_KAFKA", "kafka.example:9093")
    with pytest.raises(SettingsError, match=r"kafka\.example:9093"):
        local_up.with_stores(OPTIONS, 1)
