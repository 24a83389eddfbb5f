"""The store's own offers at a till: in what is due, on the sale, and in nobody's limit."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from edge.bundle.form import RowKey
from edge.recomputing.published import PublishedTables
from edge.recomputing.sales import difference_of
from tests.unit.edge.bundle.catalogs import timed
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.employees.crews import ANNA, BEN, MIA, bundle, events, now_by, seated
from tests.unit.edge.till.employees.test_limits import off, two_teas
from tests.unit.edge.till.tills import Program, paid
from topics.wire import WireCartCompleted, decode_till_event

LONG_AGO, FAR_AHEAD = datetime(2020, 1, 1, tzinfo=UTC), datetime(2120, 1, 1, tzinfo=UTC)


def offer(offer_id: str, **fields: Any) -> tuple[RowKey, bytes]:
    """One of this store's that holds."""
    held = {"location_id": TILL.location_id, "valid_from": LONG_AGO, "valid_to": FAR_AHEAD}
    return timed("offer", offer_id, **{**held, "sku": "tea", **fields})


async def test_who_may_give_nothing_sells_by_the_stores_offer_and_the_receipt_names_it(
    manned: Program, home: Path
) -> None:
    now_by(manned, home, bundle(8, ANNA, BEN, MIA, offer("spring", percent=20)))
    await seated(manned, "ben")
    cart = await two_teas(manned)
    told = await manned.get(cart)
    assert told["discounts"] == [{"rule": "offers/spring", "amount_minor": -120}]
    sold = await manned.post(f"{cart}/complete", paid(480))
    assert sold["total_minor"] == 480
    event = (await events(manned))[-1]
    assert event["discounts"] == [{"rule": "offers/spring", "amount_minor": -120}]
    receipt = decode_till_event.decode(orjson.dumps(event))
    assert isinstance(receipt, WireCartCompleted)
    assert difference_of(receipt, PublishedTables()) is None, "the centre takes it for another sale"


async def test_nobody_gives_a_discount_by_hand_under_the_name_of_an_offer(
    manned: Program, home: Path
) -> None:
    now_by(manned, home, bundle(8, ANNA, BEN, MIA, offer("spring", percent=20)))
    await seated(manned, "mia")
    cart = await two_teas(manned)
    for rule in ("offers/spring", "offers/made-up"):
        refused = await manned.refused("POST", f"{cart}/complete", off(300, rule))
        assert refused == (422, "rule_of_table")


async def test_an_offer_that_a_cart_began_with_holds_until_the_cart_ends(
    manned: Program, home: Path
) -> None:
    now_by(manned, home, bundle(8, ANNA, BEN, MIA, offer("spring", percent=20)))
    await seated(manned, "ben")
    cart = await two_teas(manned)
    now_by(manned, home, bundle(9, ANNA, BEN, MIA))
    assert (await manned.get(cart))["due_minor"] == 480
    await manned.post(f"{cart}/complete", paid(480))
    later = await two_teas(manned)
    assert (await manned.get(later))["discounts"] == []
