"""Sales and returns: what they do to stock and totals, all of it or nothing."""

from collections.abc import Sequence

from agents.book import Book
from agents.intake import OUT_OF_RANGE, Refusal
from agents.open_carts import OpenCarts
from agents.shelf import Shelf
from tables.carts import CartLine
from tables.items import Item, has_room, move_by_till
from tables.moments import Moment
from tables.times import text_of
from tables.totals import (
    add_return,
    add_sale,
    has_room_for_return,
    has_room_for_sale,
    return_of,
    sale_of,
)
from topics.wire import WireCartCompleted, WireGoodsReturned, WireLine

_FAR = 2**51
"""Levels and quantities within it, two of each, cannot reach the bound together: no need to add
them up one by one."""

_LEVEL: Refusal = OUT_OF_RANGE, "a level would leave the range of ±(2^53-1)"
_TOTAL: Refusal = OUT_OF_RANGE, "a total would leave the range of ±(2^53-1)"

Moved = list[tuple[str, Item, int]]
"""Key, item and signed quantity of each line."""


class Sales:
    """Receipts and returns of one partition."""

    def __init__(self, shelf: Shelf, book: Book, carts: OpenCarts) -> None:
        self._shelf = shelf
        self._book = book
        self._carts = carts

    def completed(self, event: WireCartCompleted, moment: Moment) -> Refusal | None:
        """Goods leave the shelf and the cart, and totals grow."""
        location_id = event.location_id
        moved, is_far = self._moved(location_id, event.lines, -1)
        if not is_far:
            held = self._carts.recall_lines(event, moment)
            if not self._adds_up(moved, location_id, held):
                return _LEVEL
        sale = sale_of(event)
        rows = self._book.look(location_id, event.till_id, text_of(event.business_date))
        if not has_room_for_sale(rows.location, rows.till, sale):
            return _TOTAL
        self._carts.closed(event, moment)
        self._move(moved, location_id, moment)
        add_sale(rows.both, sale)
        self._book.keep(rows, moment)
        return None

    def returned(self, event: WireGoodsReturned, moment: Moment) -> Refusal | None:
        """Goods come back, to the shelf where the event says so; totals shrink."""
        location_id = event.location_id
        moved, is_far = self._moved(location_id, event.lines if event.restock else (), 1)
        if not (is_far or self._adds_up(moved, location_id, ())):
            return _LEVEL
        back = return_of(event)
        rows = self._book.look(location_id, event.till_id, text_of(event.business_date))
        if not has_room_for_return(rows.location, rows.till, back):
            return _TOTAL
        self._move(moved, location_id, moment)
        add_return(rows.both, back)
        self._book.keep(rows, moment)
        return None

    def _moved(self, location_id: str, lines: Sequence[WireLine], sign: int) -> tuple[Moved, bool]:
        """What moves, and whether every level stays far from the bound."""
        look = self._shelf.look
        moved: Moved = []
        quantity, is_far = 0, True
        for line in lines:
            key = f"{location_id}/{line.sku}"
            item = look(key)
            quantity += line.quantity
            if not (-_FAR < item.on_hand < _FAR and -_FAR < item.in_carts < _FAR):
                is_far = False
            moved.append((key, item, sign * line.quantity))
        return moved, is_far and quantity < _FAR

    def _adds_up(self, moved: Moved, location_id: str, held: Sequence[CartLine]) -> bool:
        on_hand: dict[str, int] = {}
        in_carts: dict[str, int] = {}
        for key, _, units in moved:
            on_hand[key] = on_hand.get(key, 0) + units
        for line in held:
            key = f"{location_id}/{line.sku}"
            in_carts[key] = in_carts.get(key, 0) - line.quantity
        return all(
            has_room(self._shelf.look(key), on_hand.get(key, 0), in_carts.get(key, 0))
            for key in on_hand.keys() | in_carts.keys()
        )

    def _move(self, moved: Moved, location_id: str, moment: Moment) -> None:
        """All lines first, then the alerts: a SKU on two lines crosses its line once."""
        keep, judge = self._shelf.keep_level, self._shelf.judge
        at, offset = moment.at, moment.offset
        for key, item, units in moved:
            move_by_till(item, units, at, offset)
            keep(key, item)
        for key, item, _ in moved:
            judge(location_id, key, item, at)
