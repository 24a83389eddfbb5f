"""Refused inputs are taken back in one transaction, on a real PostgreSQL and without Kafka."""

import pytest

from clients.postgres import PostgresAccess
from connectors.postgres.sink.acceptance import TillEpoch
from connectors.postgres.sink.batch import Decoded
from connectors.postgres.sink.refusals import RefusedInput, refusals_in
from connectors.postgres.sink.retraction import SinkStanding, retract
from connectors.postgres.sink.store import SinkStore, connected
from following.offsets import Overtaken
from tests.integration.sink_world import Message, Till, execute, line, rows
from tests.integration.test_sink_extremes import Record
from topics.dead_letters import dead_letter_headers
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS
from topics.sequences import Window

SHOP = "shop-1"
PLACE = (TILL_EVENTS.name, partition_of(SHOP, 8))
LETTERS = (f"{TILL_EVENTS.name}.dead-letter", PLACE[1])
TILL: TillEpoch = (SHOP, "t", 1)


def letter(value: bytes, offset: int) -> RefusedInput:
    """The refusal of the input at ``offset``."""
    headers = dead_letter_headers((), "day_closed", "", *PLACE, offset)
    (refusal,) = refusals_in([Record(LETTERS[0], 0, value, PLACE[1], headers=headers)])
    return refusal


async def sold(store: SinkStore, count: int) -> tuple[list[bytes], dict[TillEpoch, Window]]:
    """Write sales at the offsets from 0, and stand behind them; their values and the window."""
    till = Till(SHOP, "t")
    sales = [value or b"" for _, _, value, _ in (_sale(till) for _ in range(count))]
    decoded = Decoded()
    decoded.add(PLACE[0], [Record(PLACE[0], n, v, PLACE[1]) for n, v in enumerate(sales)], 8)
    windows: dict[TillEpoch, Window] = {TILL: Window()}
    await store.claim({PLACE: 0, LETTERS: 0})
    await store.write(decoded.count(windows), {PLACE: 0}, {PLACE: count})
    return sales, windows


def _sale(till: Till) -> Message:
    return till.sale(line(1, "milk", 1))


def numbers(dsn: str) -> list[int]:
    """The sales that there are."""
    return [number for (number,) in rows(dsn, "SELECT sequence FROM sales ORDER BY 1")]


async def test_two_refused_at_once_read_again_from_the_first_and_pass_over_the_second(
    fresh_postgres: str,
) -> None:
    async with connected(PostgresAccess(fresh_postgres)) as store:
        sales, windows = await sold(store, 6)
        refusals = [letter(sales[4], 4), letter(sales[1], 1), letter(sales[1], 1)]
        standing = SinkStanding({PLACE: 0}, {PLACE: 6, LETTERS: 0}, windows)
        rewinds = await retract(store, refusals, {LETTERS: 3}, standing)
        assert rewinds == {PLACE: 2}
        assert numbers(fresh_postgres) == [1, 3, 4, 6]
        assert await store.refused([(*PLACE, 2, 6)]) == {(*PLACE, 4): "day_closed"}
        assert (await store.windows([TILL]))[TILL].missing == [[2, 2], [5, 5]]
        assert await store.claim({PLACE: 0, LETTERS: 0}) == {PLACE: 2, LETTERS: 3}


async def test_nothing_is_read_again_that_the_topic_no_longer_holds(fresh_postgres: str) -> None:
    async with connected(PostgresAccess(fresh_postgres)) as store:
        sales, windows = await sold(store, 6)
        standing = SinkStanding({PLACE: 5}, {PLACE: 6, LETTERS: 0}, windows)
        assert await retract(store, [letter(sales[1], 1)], {}, standing) == {PLACE: 5}


async def test_another_sink_that_has_read_on_makes_all_of_it_undone(fresh_postgres: str) -> None:
    async with connected(PostgresAccess(fresh_postgres)) as store:
        sales, windows = await sold(store, 6)
        execute(fresh_postgres, "UPDATE sink_offsets SET next_offset = 9")
        standing = SinkStanding({PLACE: 0}, {PLACE: 6, LETTERS: 0}, windows)
        with pytest.raises(Overtaken):
            await retract(store, [letter(sales[1], 1)], {}, standing)
        assert numbers(fresh_postgres) == [1, 2, 3, 4, 5, 6]


async def test_a_letter_of_what_was_never_booked_changes_nothing(fresh_postgres: str) -> None:
    async with connected(PostgresAccess(fresh_postgres)) as store:
        sales, windows = await sold(store, 3)
        standing = SinkStanding({PLACE: 0}, {PLACE: 3, LETTERS: 0}, windows)
        refusals = [letter(sales[1], 2), letter(b"{", 1), letter(sales[0], 7)]
        assert await retract(store, refusals, {}, standing) == {}
        assert numbers(fresh_postgres) == [1, 2, 3]
        assert list(await store.refused([(*PLACE, 0, 99)])) == [(*PLACE, 7)]
