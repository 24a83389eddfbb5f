"""Time travel on the product's page: a level at a moment, and what made it so."""

from datetime import UTC, datetime
from typing import Any

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, is_identifier
from dashboards.board.wording import words as wording
from dashboards.ledger.explanation import Explanation, Unknown, explain, subject_of
from dashboards.ledger.moments import NoMoment, parse_moment

EFFECTS_SHOWN = 25
"""Effects before the moment that are listed: a screen of them."""

AWAY = "PostgreSQL does not answer: the ledger is read again when it is back."


async def ledger_of(visit: Visit, sku: str, location_id: str, at: str) -> dict[str, Any]:
    """What the ledger's part of the page is drawn from.

    Without a location nothing is explained; without a time, the level now.
    """
    memory = visit.board.memory
    where = wording.zone(memory.place(location_id).time_zone)
    shown: dict[str, Any] = {
        "sku": sku,
        "location_id": location_id,
        "at": at[:40],
        "locations": memory.names(),
        "zone_name": memory.place(location_id).time_zone or "UTC",
        "explanation": None,
        "fault": "",
        "where": where,
        "now": datetime.now(UTC),
        "unit": product.unit if (product := memory.products.get(sku)) else "each",
    }
    if not location_id:
        return shown
    try:
        return {**shown, "explanation": await _explained(visit, sku, location_id, at[:40])}
    except (NoMoment, Unknown) as fault:
        return {**shown, "fault": f"{fault}."}
    except DatabaseAway:
        return {**shown, "fault": AWAY}


async def _explained(visit: Visit, sku: str, location_id: str, at: str) -> Explanation:
    if not is_identifier(location_id):
        raise Unknown("no location has such an id")
    if not is_identifier(sku):
        raise Unknown("no product has such a SKU")
    ask = visit.board.database.query
    subject = await subject_of(ask, location_id, sku)
    now = datetime.now(UTC)
    moment = parse_moment(at, wording.zone(subject.time_zone), now) if at else now
    return await explain(ask, location_id, sku, moment, EFFECTS_SHOWN)
