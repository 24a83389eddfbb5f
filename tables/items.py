"""Stock of one SKU at one location, with its restock policy and alert.

The three share one value so that a sale looks up once.
"""

from datetime import datetime
from typing import Literal

import msgspec

from tables.limits import SUM_MAX, fits
from tables.offsets import UNSEEN
from tables.times import KEPT_US, microseconds

_FAR = SUM_MAX // 2
"""Two numbers within it cannot differ by more than the bound."""

Reason = Literal["below_reorder_point", "out_of_stock", "negative_stock"]


class Item(msgspec.Struct, array_like=True, gc=False):
    """One SKU at one location; key ``location_id/sku``. Quantities in the product's base unit.

    ``as_of`` is the newest credible time that touched the level, None where only a policy is
    known. ``stocked`` says that ``on_hand`` has ever been moved. ``alert_reorder_point`` is the
    one last announced with the alert. ``base`` is what its versions begin above: the last one of
    an item of the location that has left. ``leaving`` says that its end is noted. ``policy_ms`` is
    when the database changed its policy, in milliseconds since 1970; 0 where that is not known.
    """

    on_hand: int = 0
    in_carts: int = 0
    as_of: datetime | None = None
    stocked: bool = False
    till_offset: int = UNSEEN
    movement_offset: int = UNSEEN
    policy_offset: int = UNSEEN
    listed: bool = False
    reorder_point: int = 0
    order_up_to: int = 0
    hysteresis: int | None = None
    raised: bool = False
    reason: Reason | None = None
    alert_reorder_point: int | None = None
    raised_at: datetime | None = None
    cleared_at: datetime | None = None
    base: int = 0
    leaving: bool = False
    policy_ms: int = 0

    @property
    def level_version(self) -> int:
        """Grows with every event and movement that touched the level."""
        return self.base + self.till_offset + self.movement_offset + 2

    @property
    def alert_version(self) -> int:
        """Grows with everything that can change the alert."""
        return self.base + self.till_offset + self.movement_offset + self.policy_offset + 3

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left of it but its past: it may leave one day."""
        return not (self.listed or self.on_hand or self.in_carts)

    @property
    def ends_us(self) -> int:
        """When it leaves, where it is idle by then: microseconds since 1970."""
        return KEPT_US + (microseconds(self.as_of) if self.as_of else 0)


def has_room(item: Item, on_hand: int, in_carts: int) -> bool:
    """Whether the level may change by so much without a sum beyond the bound."""
    there, carried = item.on_hand + on_hand, item.in_carts + in_carts
    if -_FAR < there < _FAR and -_FAR < carried < _FAR:
        return True
    return fits(there, carried, there - carried)


def touch_by_till(item: Item, at: datetime, offset: int) -> None:
    """Note that a till event at ``offset`` concerns the level, even one of quantity 0."""
    item.till_offset = offset
    if item.as_of is None or at > item.as_of:
        item.as_of = at


def touch_by_movement(item: Item, at: datetime, offset: int) -> None:
    """Note that a movement at ``offset`` concerns the level."""
    item.movement_offset = offset
    if item.as_of is None or at > item.as_of:
        item.as_of = at


def move(item: Item, quantity: int) -> None:
    """Add ``quantity`` to what is on hand; below 0 is shown, never clamped. 0 moves nothing."""
    if quantity:
        item.on_hand += quantity
        if not item.stocked:
            item.stocked = True


def move_by_till(item: Item, quantity: int, at: datetime, offset: int) -> None:
    """`touch_by_till` and `move` in one call: each line of each sale comes by."""
    item.till_offset = offset
    if item.as_of is None or at > item.as_of:
        item.as_of = at
    if quantity:
        item.on_hand += quantity
        if not item.stocked:
            item.stocked = True


def touch_by_policy(item: Item, changed_ms: int | None, offset: int) -> bool:
    """Note a row that the database changed then; False where it is not to be applied.

    An older one comes again where a dead letter is sent back or a connector repeats itself. A row
    that does not say when is believed to be the newest.
    """
    if changed_ms is not None:
        if changed_ms < item.policy_ms:
            return False
        item.policy_ms = changed_ms
    item.policy_offset = offset
    return True


def set_policy(
    item: Item, listed: bool, reorder_point: int, order_up_to: int, hysteresis: int | None
) -> None:
    """When to reorder, from an assortment row."""
    item.listed = listed
    item.reorder_point = reorder_point
    item.order_up_to = order_up_to
    item.hysteresis = hysteresis


def remove_policy(item: Item) -> None:
    """The assortment row is gone: nothing is reordered."""
    set_policy(item, listed=False, reorder_point=0, order_up_to=0, hysteresis=None)
