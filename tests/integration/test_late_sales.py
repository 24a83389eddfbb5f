"""Stocktakes while tills are dark: a sale that is told later is subtracted once, in any order."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest

from dashboards.backoffice import settling
from dashboards.backoffice.settling import Look, UnsettledCount, settle
from dashboards.board.feed.writing import Work
from tests.integration.office_world import (
    Office,
    furnish,
    lines,
    now,
    on_hand,
    rows,
    sell,
    state_of,
)

pytestmark = pytest.mark.timeout(120)

BEFORE, AFTER = timedelta(seconds=-30), timedelta(seconds=30)


@pytest.fixture
async def office(fresh_postgres: str) -> Office:
    """A shop with twenty milk, of which two tills have sold two each and said so."""
    furnish(fresh_postgres, "ulm", "bonn")
    office = Office(fresh_postgres)
    await office.open("delivery", "ulm", lines=lines(milk=20))
    for till in ("1", "2"):
        sell(office.dsn, "ulm", till, [1, 2], now() + 4 * BEFORE)
    assert on_hand(office.dsn, "ulm") == 16
    return office


async def counted(office: Office, found: int, **marks: int) -> str:
    """A count of the milk, with the numbers that dark tills show."""
    made = await office.open("count", "ulm", lines=lines(milk=0))
    document = made.documents[0].document_id
    told = {till: {"epoch": 1, "sequence": each} for till, each in marks.items()}
    await office.do(document, "ulm", "begin", marks=told)
    await office.do(document, "ulm", "count", lines=lines(milk=found))
    committed = await office.do(document, "ulm", "commit")
    assert state_of(committed) == {"ulm": "booked"}
    return document


async def looked(office: Office) -> list[Look]:
    """One look at what is unsettled."""
    on_hand(office.dsn, "ulm")
    waiting = rows(
        office.dsn,
        "SELECT document_id, location_id FROM documents "
        "WHERE kind = 'count' AND state = 'booked' AND settled_at IS NULL ORDER BY ordered_at",
    )
    names = [UnsettledCount(**each) for each in waiting]
    told = [await office.within(partial(settle, which=each)) for each in names]
    return [each for each in told if each is not None]


@pytest.mark.parametrize("order", list(permutations(["1", "2", "new"])))
async def test_tills_that_were_dark_may_come_back_in_any_order(
    office: Office, order: tuple[str, ...]
) -> None:
    # Dark till 1 has sold 3 more, and till 2 one more; on the shelf there are 16 - 4 = 12, of
    # which the count finds 11: one was stolen.
    await counted(office, 11, **{"1": 5, "2": 3})
    assert on_hand(office.dsn, "ulm") == 11
    late = {"1": ([3, 4, 5], BEFORE), "2": ([3], BEFORE), "new": ([6, 7], AFTER)}
    for name in order:
        numbers, when = late[name]
        till = "1" if name == "new" else name
        sell(office.dsn, "ulm", till, numbers, now() + when)
        await looked(office)
    # Two were sold after the count: they are subtracted, and nothing else is, whoever came first.
    assert on_hand(office.dsn, "ulm") == 9


async def test_a_count_is_settled_once_each_till_has_told_what_it_sold_before(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "YOUNG", timedelta())
    document = await counted(office, 15, **{"1": 4, "2": 2})
    (look,) = await looked(office)
    assert (look.waits_for, look.settled) == (["1"], False)
    sell(office.dsn, "ulm", "1", [4], now())
    (look,) = await looked(office)
    assert (look.waits_for, look.corrected, look.settled) == (["1"], 1, False)
    sell(office.dsn, "ulm", "1", [3], now())
    (look,) = await looked(office)
    assert (look.waits_for, look.corrected) == ([], 1)
    assert [each.settled for each in await looked(office)] == [True]
    assert await looked(office) == []
    assert on_hand(office.dsn, "ulm") == 15
    (found,) = rows(office.dsn, "SELECT settled_at FROM documents WHERE document_id = %s", document)
    assert found["settled_at"] is not None


async def test_of_a_till_whose_number_nobody_knew_its_clock_says_what_was_before(
    office: Office,
) -> None:
    await counted(office, 14)
    sell(office.dsn, "ulm", "1", [3, 4], now() + BEFORE)
    sell(office.dsn, "ulm", "1", [5], now() + AFTER)
    await looked(office)
    assert on_hand(office.dsn, "ulm") == 13


async def test_a_number_that_the_tills_screen_showed_counts_more_than_its_clock(
    office: Office,
) -> None:
    year = timedelta(days=365)
    await counted(office, 14, **{"1": 4})
    sell(office.dsn, "ulm", "1", [3, 4], now() + year)
    sell(office.dsn, "ulm", "1", [5], now() - year)
    await looked(office)
    assert on_hand(office.dsn, "ulm") == 13


async def test_two_looks_at_once_and_one_that_is_lost_correct_once(office: Office) -> None:
    await counted(office, 14, **{"1": 4})
    sell(office.dsn, "ulm", "1", [3, 4], now() + BEFORE)

    class Lost(Exception):
        pass

    async def lost(work: Work) -> None:
        counts = "SELECT document_id, location_id FROM documents WHERE kind = 'count'"
        (which,) = rows(office.dsn, counts)
        await settle(work, UnsettledCount(**which))
        raise Lost

    with pytest.raises(Lost):
        await office.within(lost)
    told = await asyncio.gather(*(looked(office) for _ in range(4)))
    assert sum(look.corrected for each in told for look in each) == 1
    assert on_hand(office.dsn, "ulm") == 14


async def test_a_later_count_takes_an_earlier_ones_corrections_for_what_was_before(
    office: Office,
) -> None:
    await counted(office, 14, **{"1": 4})
    await counted(office, 13, **{"1": 5})
    sell(office.dsn, "ulm", "1", [3, 4, 5], now() + BEFORE)
    for _ in range(3):
        await looked(office)
    assert on_hand(office.dsn, "ulm") == 13
    sell(office.dsn, "ulm", "1", [6], now() + AFTER)
    await looked(office)
    assert on_hand(office.dsn, "ulm") == 12


async def test_what_moves_between_counting_and_committing_is_not_counted_away(
    office: Office,
) -> None:
    made = await office.open("count", "ulm", lines=lines(milk=0))
    document = made.documents[0].document_id
    await office.do(document, "ulm", "begin")
    await office.do(document, "ulm", "count", lines=lines(milk=16))
    sell(office.dsn, "ulm", "1", [3], now() + AFTER)
    await office.open("delivery", "ulm", lines=lines(milk=10))
    on_hand(office.dsn, "ulm")
    await office.do(document, "ulm", "commit")
    assert on_hand(office.dsn, "ulm") == 25
