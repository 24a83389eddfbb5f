"""Whether the tables hold what the direct sum of the input says."""

from benchmarks.postgres import Connection
from benchmarks.sink_input import SinkInput
from topics.registry import STOCK_LEVELS, STOCK_MOVEMENTS, TILL_EVENTS


def is_right(connection: Connection, read: tuple[str, ...], given: SinkInput) -> bool:
    """Compare every table that the topics in ``read`` fill."""
    return all(
        (
            STOCK_LEVELS.name not in read or _levels(connection) == given.sales.on_hand,
            _ledger(connection) == _expected_ledger(read, given),
            TILL_EVENTS.name not in read or _receipts(connection) == (given.receipts, given.lines),
        )
    )


def _levels(connection: Connection) -> dict[str, int]:
    query = "SELECT location_id || '/' || sku, on_hand FROM stock_levels"
    return dict(connection.execute(query).fetchall())


def _ledger(connection: Connection) -> tuple[int, dict[str, int]]:
    query = """
        SELECT location_id || '/' || sku, count(*), sum(quantity)::bigint
        FROM stock_ledger GROUP BY 1
    """
    rows = connection.execute(query).fetchall()
    return sum(count for _, count, _ in rows), {key: total for key, _, total in rows}


def _expected_ledger(read: tuple[str, ...], given: SinkInput) -> tuple[int, dict[str, int]]:
    effects, totals = 0, dict[str, int]()
    if TILL_EVENTS.name in read:
        effects += given.lines
        totals |= given.sales.on_hand
    if STOCK_MOVEMENTS.name in read:
        effects += given.movements
        for key, quantity in given.moved.items():
            totals[key] = totals.get(key, 0) + quantity
    return effects, totals


def _receipts(connection: Connection) -> tuple[int, ...]:
    query = "SELECT (SELECT count(*) FROM sales), (SELECT count(*) FROM sale_lines)"
    return connection.execute(query).fetchall()[0]
