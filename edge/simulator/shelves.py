"""How much of what belongs on a location's shelves: reorder points from expected demand."""

from edge.simulator.carts import LINES_SOLD_PER_EVENT, UNITS_MEAN
from edge.simulator.world import Site, World
from topics.wire import WirePolicy, WireProduct

SHELF_SECONDS = 900
"""Sales that a full shelf lasts for, in simulated seconds. A real shop holds days; a quarter of
an hour lets a viewer see shelves run low and fill again."""

_REORDER_DIVISOR = 2
"""A shelf is low at half: in a busy hour the truck still comes before most are empty. At a third
one article in thirty was below nothing at all."""

_SHELF_MIN = {"each": 6, "gram": 3000}
"""The smallest shelf, whatever the demand: one customer must not empty it."""

_WAREHOUSE_SHELVES = 4
"""The warehouse holds so many times what all shelves hold together."""

StockKey = tuple[str, str]
"""Location id and SKU."""


def policies_of(world: World, rate: float) -> dict[StockKey, WirePolicy]:
    """The assortment of every location at ``rate`` events per second over the whole fleet."""
    fleet_size = sum(site.size for site in world.sites)
    policies: dict[StockKey, WirePolicy] = {}
    for site in world.sites:
        lines = rate * LINES_SOLD_PER_EVENT * SHELF_SECONDS * site.size / fleet_size
        for article in world.articles:
            policy = _shelf(site, article.product, lines)
            policies[policy.location_id, policy.sku] = policy
    for article in world.articles:
        policy = _warehouse_shelf(world, article.product, policies)
        policies[policy.location_id, policy.sku] = policy
    return policies


def _shelf(site: Site, product: WireProduct, lines: float) -> WirePolicy:
    wanted = int(lines * site.demand.share(product.sku) * UNITS_MEAN[product.unit])
    return _policy(site.location.location_id, product, wanted)


def _warehouse_shelf(
    world: World, product: WireProduct, policies: dict[StockKey, WirePolicy]
) -> WirePolicy:
    on_shelves = sum(
        policies[site.location.location_id, product.sku].order_up_to for site in world.sites
    )
    return _policy(world.warehouse.location_id, product, _WAREHOUSE_SHELVES * on_shelves)


def _policy(location_id: str, product: WireProduct, wanted: int) -> WirePolicy:
    full = max(_SHELF_MIN[product.unit], wanted)
    return WirePolicy(
        location_id=location_id,
        sku=product.sku,
        listed=True,
        reorder_point=full // _REORDER_DIVISOR,
        order_up_to=full,
    )
