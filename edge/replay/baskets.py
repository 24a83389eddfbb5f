"""Rows to baskets, where the lines of several baskets may be mixed in the file.

A basket is finished when no line of it has come for `ROWS_APART_MAX` rows, or at the end of the
file; so memory holds that many rows and not the file, whatever the file is sorted by. Finished
baskets leave in the order of their last rows. A line that comes later still is refused: sending
its basket again would count the receipt twice.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from edge.replay.rows import RefusedRow, Row
from topics.scalars import NUMBER_MAX

ROWS_APART_MAX = 10_000
"""Rows between two lines of one basket. Tills of a large shop that write into one file mix some
hundreds; ten times as many here would be 50 MB."""

_ROWS_BETWEEN_SWEEPS = 500
"""How often the oldest baskets are looked at; a basket waits so many rows longer at most."""

Basket = list[Row]
"""All rows of one basket, in the order of the file; at least one."""

_Key = tuple[str, str]


def baskets(
    rows: Iterable[Row | RefusedRow], refuse: Callable[[RefusedRow], None]
) -> Iterator[Basket]:
    """Every finished basket; refusals, of the reader and our own, are handed on to ``refuse``."""
    for basket in _gathered(rows, refuse):
        if _fits(basket):
            yield basket
        else:
            for row in basket:
                refuse(RefusedRow(row.line_number, _TOO_MUCH.format(row.basket_id)))


_TOO_MUCH = "basket {!r} adds up to more than 10^12 minor units, which no receipt may"


def _fits(basket: Basket) -> bool:
    """Whether every sum of its receipt is within the contract's bounds."""
    money = (abs(row.amount_minor) + row.discount_minor + row.coupon_minor for row in basket)
    return sum(money) <= NUMBER_MAX


def _gathered(
    rows: Iterable[Row | RefusedRow], refuse: Callable[[RefusedRow], None]
) -> Iterator[Basket]:
    waiting: OrderedDict[_Key, tuple[int, Basket]] = OrderedDict()
    # Hashes, not keys: a year of a chain's baskets would be gigabytes of text.
    finished: set[int] = set()
    for position, row in enumerate(rows):
        if isinstance(row, RefusedRow):
            refuse(row)
        else:
            _put(waiting, finished, position, row, refuse)
        if position % _ROWS_BETWEEN_SWEEPS == 0:
            yield from _finish(waiting, finished, position - ROWS_APART_MAX)
    yield from (basket for _, basket in waiting.values())


def _put(
    waiting: OrderedDict[_Key, tuple[int, Basket]],
    finished: set[int],
    position: int,
    row: Row,
    refuse: Callable[[RefusedRow], None],
) -> None:
    key = (row.location_id, row.basket_id)
    if hash(key) in finished:
        refuse(RefusedRow(row.line_number, _too_late(row)))
        return
    _, basket = waiting.pop(key, (position, []))
    basket.append(row)
    waiting[key] = (position, basket)


def _too_late(row: Row) -> str:
    return (
        f"basket {row.basket_id!r} has been sent already, its last line being more than "
        f"{ROWS_APART_MAX} rows above: sort the file by basket"
    )


def _finish(
    waiting: OrderedDict[_Key, tuple[int, Basket]], finished: set[int], before: int
) -> Iterator[Basket]:
    while waiting:
        key = next(iter(waiting))
        last_position, basket = waiting[key]
        if last_position >= before:
            return
        del waiting[key]
        finished.add(hash(key))
        yield basket
