"""How old the list is: whatever the clock says, and only plain cash sales stay after 30 days."""

import asyncio
import time
from pathlib import Path

import pytest

from edge.till.clock import TillClock
from edge.till.employees.news import AGE_SECONDS_MAX, StaffNews
from identity.names import StoreName
from tests.gateways import Fleet, signed_gateway
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.employees.crews import ANNA, MIA, bundle, events, hold, seated, tells
from tests.unit.edge.till.employees.test_limits import DRAWER, off, returned, two_teas
from tests.unit.edge.till.tills import Program, enrolled, paid, running

DAY = 86_400


def later(days: float) -> TillClock:
    """The clock of a till that was off for so long."""
    return TillClock(lambda: time.time() + days * DAY)


async def test_after_30_dark_days_only_plain_cash_sales_stay(home: Path) -> None:
    hold(home, bundle(7, ANNA, MIA))
    async with running(home) as program:
        await program.open_day()
        await seated(program, "mia")
        waiting = await two_teas(program)
        card = {"tender_id": "t", "kind": "card", "amount_minor": 600}
        await program.post(f"{waiting}/tenders", card)
    async with running(home, later(29)) as program:
        await seated(program, "mia")
        await program.post("/returns", returned(700))
        assert (await events(program))[-1]["auth"]["age_seconds"] // DAY == 29
    async with running(home, later(31)) as program:
        assert (await program.state())["employees"]["plain_cash_only"]
        await seated(program, "mia")
        await plain_cash_alone(program)
        settled = {"tender_id": "t", "outcome": "captured"}
        await program.post(f"{waiting}/settlements", settled)
        tenders = [{"kind": "card", "amount_minor": 600}]
        await program.post(f"{waiting}/complete", paid(600) | {"tenders": tenders})


async def plain_cash_alone(program: Program) -> None:
    cart = await two_teas(program)
    voucher = paid(600) | {"tenders": [{"kind": "voucher", "amount_minor": 600}]}
    for path, body in (
        ("/returns", returned(1)),
        ("/events", DRAWER),
        ("/events", {"type": "cash_moved", "shift_id": "s", "amount_minor": -1}),
        (f"{cart}/tenders", {"tender_id": "u", "kind": "card", "amount_minor": 600}),
        (f"{cart}/complete", voucher),
        (f"{cart}/complete", off(1)),
        (f"{cart}/lines", {"sku": "tea", "unit_price_minor": 1}),
    ):
        assert await program.refused("POST", path, body) == (403, "list_too_old"), body
    await program.post(f"{cart}/complete", paid(600))


async def test_the_gateways_word_makes_the_list_young_again(tmp_path: Path) -> None:
    fleet, home = Fleet(tmp_path), tmp_path / "till"
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as gateway:
        enrolled(fleet, home, gateway.address)
        hold(home, bundle(7, ANNA))
        tells(gateway, bundle(8, ANNA), age=None)
        async with running(home) as program:
            await program.open_day()
            await seated(program, "anna")
            await program.cart()
        async with running(home, later(31)) as program:
            assert (await program.state())["employees"]["plain_cash_only"]
            assert (await program.state())["catalog"]["catalog_version"] == 8
            tells(gateway, bundle(9, ANNA), age=DAY)
            for _ in range(300):
                if not (await program.state())["employees"]["plain_cash_only"]:
                    break
                await asyncio.sleep(0.02)
            told = (await program.state())["employees"]
            assert told["age_seconds"] in range(DAY, DAY + 60), "the gateway's own age was lost"


def test_an_age_goes_by_the_time_that_passed_and_by_no_jump_of_the_clock() -> None:
    seconds = 0.0
    news = StaffNews(lambda: seconds)
    news.recall(b"[100,1000000]", 1_000_500)
    assert news.age_seconds == 600
    seconds = AGE_SECONDS_MAX
    assert news.is_too_old
    news.hear(40)
    seconds += 2
    assert news.age_seconds == 42
    news.hear(10 * DAY)
    assert news.age_seconds == 42, "an older word made the list older"


@pytest.mark.parametrize("off", [-400, 400])
def test_a_clock_that_is_wrong_for_good_counts_the_days_right(off: int) -> None:
    news = StaffNews(lambda: 0.0)
    kept = StaffNews(lambda: 0.0).kept(1_800_000_000 + off * DAY)
    news.recall(kept, 1_800_000_000 + off * DAY + 3 * DAY)
    assert news.age_seconds == 3 * DAY


def test_a_clock_that_was_set_back_makes_no_list_younger() -> None:
    news = StaffNews(lambda: 0.0)
    news.recall(b"[2000000,1800000000]", 1_700_000_000)
    assert news.age_seconds == 2_000_000
