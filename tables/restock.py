"""When an alert is raised, keeps a reason, and clears.

Judged after each change of a level or a policy, never once per batch: what an alert's history
holds must not depend on how the records were batched.
"""

from datetime import datetime

import msgspec

from tables.items import Item, Reason
from tables.limits import SUM_MAX


class Raised(msgspec.Struct, array_like=True, gc=False):
    """How many alerts of a location stand; key ``location_id``.

    Kept, not counted on start: that would read every item of the partition.
    """

    items: int


def judge(item: Item, at: datetime, default_hysteresis: int) -> bool:
    """Bring the alert up to date at ``at``; True where it is to be announced.

    Raised where nothing is on hand or less than the reorder point, of a listed policy; without one
    where stock is negative. It clears above 0 and at the reorder point plus hysteresis, without a
    listed policy at 0. A reason or reorder point that changes meanwhile is announced within the
    same alert. An item that never had stock moved raises nothing: it has a policy, but no level to
    fall short of it.
    """
    point = item.reorder_point if item.listed else None
    on_hand = item.on_hand
    if item.raised:
        return _judge_raised(item, on_hand, point, at, default_hysteresis)
    enough = 0 if point is None else point or 1  # an empty shelf of a listed item is never enough
    if on_hand >= enough or not item.stocked:
        return False
    item.raised, item.raised_at, item.cleared_at = True, at, None
    item.reason, item.alert_reorder_point = _reason(on_hand), point
    return True


def _judge_raised(
    item: Item, on_hand: int, point: int | None, at: datetime, default_hysteresis: int
) -> bool:
    if on_hand >= 0 and on_hand >= _clears_at(item, point, default_hysteresis):
        began = item.raised_at or at
        item.raised, item.cleared_at, item.alert_reorder_point = False, max(began, at), point
        return True
    reason = _reason(on_hand)
    if reason == item.reason and point == item.alert_reorder_point:
        return False
    item.reason, item.alert_reorder_point = reason, point
    return True


def _clears_at(item: Item, point: int | None, default_hysteresis: int) -> int:
    if point is None:
        return 0
    hysteresis = default_hysteresis if item.hysteresis is None else item.hysteresis
    return max(point + hysteresis, 1)


def _reason(on_hand: int) -> Reason:
    if on_hand < 0:
        return "negative_stock"
    return "out_of_stock" if on_hand == 0 else "below_reorder_point"


def suggested_quantity(item: Item) -> int:
    """What to order, in the base unit: up to ``order_up_to`` where a policy is listed."""
    return min(SUM_MAX, max(0, item.order_up_to - item.on_hand)) if item.listed else 0
