"""The till of a local stack is nobody else's."""

from edge.simulator.places import SHOPS, STORE
from edge.simulator.world import build_world
from edge.till.checkout.terms import countries
from tillstream.local_up import TILL_ID


def test_no_simulated_till_has_its_identity() -> None:
    world = build_world(1, len(SHOPS), 20)
    assert TILL_ID not in {till for site in world.sites for till in site.till_ids}


def test_it_reads_the_labels_of_its_shops_country() -> None:
    (shop,) = (each.location for each in SHOPS if each.location.location_id == STORE)
    assert shop.region in countries(), "the till would refuse to start"
