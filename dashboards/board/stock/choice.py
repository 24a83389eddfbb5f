"""Which SKUs of a location are shown, and in which order.

PostgreSQL chooses them; what is shown of them goes through the memory, so that a newer value
heard from Kafka wins. While it is away the choice is made among what the memory holds, without
the filters that only the database can answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clients.statements import statement
from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.memory import Memory

SHOWS = {
    "all": "All",
    "below": "Below reorder point, or out",
    "out": "Out: nothing on hand",
    "negative": "Negative",
    "carts": "In carts",
    "unsold": "In stock, but not sold",
}

SORTS = {
    "alerts": "Alerts first, then name",
    "name": "Name",
    "least": "Least on hand first",
    "most": "Most on hand first",
    "carts": "Most in carts first",
    "moved": "Moved last first",
    "sold": "Not sold for longest first",
}


@dataclass(frozen=True, slots=True)
class StockWish:
    """What a viewer wants to see of a location's stock; ``days`` belongs to ``unsold``."""

    location_id: str
    search: str = ""
    show: str = "all"
    sort: str = "alerts"
    days: int = 14

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.search and self.show == "all"


async def choose(database: Database, memory: Memory, wish: StockWish) -> Sequence[str]:
    """The SKUs that were wished for, in order."""
    alerted = list(memory.alerts(wish.location_id))
    try:
        found = await database.query(
            statement(__file__, "stock_list"),
            dict[str, str],
            location_id=wish.location_id,
            heard=[*memory.levels.unlisted(wish.location_id), *alerted],
            alerted=alerted,
            show=wish.show,
            sort=wish.sort,
            days=wish.days,
            search=wish.search,
        )
    except DatabaseAway:
        return choose_from_memory(memory, wish)
    skus = [each["sku"] for each in found]
    if wish.everything:
        memory.levels.listed(wish.location_id, skus)
    return skus


def choose_from_memory(memory: Memory, wish: StockWish) -> list[str]:
    """The same choice, among the SKUs that the memory holds; by name, alerts first."""
    alerted, search = memory.alerts(wish.location_id), wish.search.lower()
    known = {*alerted, *memory.levels.skus(wish.location_id)}

    def name_of(sku: str) -> str | None:
        product = memory.products.get(sku)
        return product.name.lower() if product else None

    def order(sku: str) -> tuple[bool, bool, str, str]:
        return sku not in alerted, name_of(sku) is None, name_of(sku) or "", sku

    found = (sku for sku in known if search in sku.lower() or search in (name_of(sku) or ""))
    return sorted((sku for sku in found if _is_wished(memory, wish, sku)), key=order)


def _is_wished(memory: Memory, wish: StockWish, sku: str) -> bool:
    level = memory.levels.get(wish.location_id, sku)
    alert = memory.alerts(wish.location_id).get(sku)
    match wish.show:
        case "below":
            return alert is not None
        case "out":
            return level is not None and level.on_hand <= 0
        case "negative":
            return level is not None and level.on_hand < 0
        case "carts":
            return level is not None and level.in_carts > 0
        case _:
            return True
