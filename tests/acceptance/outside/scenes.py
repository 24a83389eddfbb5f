"""Small stories at the limits of the contract, each at a shop of its own, beside all others."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .journal import chain, forked
from .limits import EPOCH_MAX, FORK_NUMBERS, NUMBER_MAX, RANGES_MAX, SUM_MAX
from .message import Message
from .plan import Plan
from .teller import Teller, lines_of, returned, sale

Event = dict[str, Any]
Scene = Callable[[Plan, random.Random], list[Message]]
LINES = 1_000
FILL = SUM_MAX // (LINES * NUMBER_MAX)
"""Events of so many of the largest lines that a sum still holds."""


def make_scenes(plan: Plan, rng: random.Random) -> list[Message]:
    """All of them."""
    return [message for scene in SCENES for message in scene(plan, random.Random(rng.random()))]


def _shop(plan: Plan, name: str) -> str:
    return f"{plan.prefix}edge-{name}"


def gaps(plan: Plan, rng: random.Random) -> list[Message]:
    """A till that counts by twos, for longer than a window holds where the plan says so."""
    till = Teller(plan, _shop(plan, "gaps"), "1", rng)
    count = plan.gaps
    if not count:
        return []
    for number in range(1, count + 1):
        till.say(0.1 + 0.6 * number / count, sequence=2 * number)
    top = 2 * min(count, RANGES_MAX)
    for number in (1, 3, 7, top - 1, 4, 2 * count + 2):  # heals, repeats, and jumps once more
        event = till.event(0.8, sequence=number)
        if number != 4:
            till.repeat(event, 0.8 + number * 1e-9)
    return till.said


def stock_sums(plan: Plan, rng: random.Random) -> list[Message]:
    """On hand goes to the last number that is exact, no further, and comes back."""
    till = Teller(plan, _shop(plan, "stock-sums"), "1", rng)
    sku = f"{plan.prefix}edge.stock"
    bodies = [sale(lines_of(sku, LINES, NUMBER_MAX), str(at)) for at in range(FILL + 1)]
    rest = SUM_MAX - FILL * LINES * NUMBER_MAX
    small = [NUMBER_MAX] * (rest // NUMBER_MAX) + [rest % NUMBER_MAX]
    bodies += [sale(lines_of(sku, 1, one), f"s{at}") for at, one in enumerate(small)]
    bodies += [sale(lines_of(sku, 1, 1), "one-more"), returned(lines_of(sku, 1, 5), "r-1")]
    day = {"business_date": plan.business_date(1).isoformat()}  # another day's pieces have room
    bodies += [sale(lines_of(sku, 1, 5), "five") | day, sale(lines_of(sku, 1, 1), "two-more") | day]
    bodies += [returned(lines_of(sku, 1, 1), "no", restock=False), {"type": "till_heartbeat"}]
    _say_all(till, bodies, 0.1, 0.7)
    return till.said


def money_sums(plan: Plan, rng: random.Random) -> list[Message]:
    """Gross, discounts, taxes and tenders go to their limits, each at a till of its own."""
    said: list[Message] = []
    largest = {"amount_minor": NUMBER_MAX}
    kinds: dict[str, Event] = {
        "lines": {"lines": lines_of(f"{plan.prefix}edge.money", LINES, 0, NUMBER_MAX)},
        "discounts": {"discounts": [{"rule": "t/1", "amount_minor": -NUMBER_MAX}] * LINES},
        "taxes": {"taxes": [{"rate_basis_points": 700, **largest}] * LINES},
        "tenders": {"tenders": [{"kind": "voucher", **largest}] * LINES},
    }
    for name, more in kinds.items():
        till = Teller(plan, _shop(plan, f"money-{name}"), "1", rng)
        _say_all(till, [{**sale([], str(at), 0), **more} for at in range(FILL + 2)], 0.1, 0.7)
        till.say(0.75, **sale([], "last", 1))
        said += till.said
    return said


def numbers(plan: Plan, rng: random.Random) -> list[Message]:
    """The largest numbers that are allowed, and the ones behind them."""
    till = Teller(plan, _shop(plan, "numbers"), "1", rng)
    sku = f"{plan.prefix}edge.numbers"
    till.say(0.1, **sale(lines_of(sku, 1, NUMBER_MAX, NUMBER_MAX), "1"))
    till.say(0.15, "beyond", **sale(lines_of(sku, 1, NUMBER_MAX + 1), "2"))
    many = [{"rule": "t/1", "amount_minor": -SUM_MAX}] * 1_025
    till.say(0.2, "beyond", **{**sale(lines_of(sku, 1, 1), "3"), "discounts": many})
    till.say(0.25, "beyond", **sale(lines_of(sku, 1, 1), "4", NUMBER_MAX + 1))
    few = [{"rule": "t/1", "amount_minor": -NUMBER_MAX}] * 1_025
    till.say(0.3, **{**sale(lines_of(sku, 1, 1), "5"), "discounts": few})
    till.say(0.35, epoch=EPOCH_MAX, sequence=1, **sale(lines_of(sku, 1, 1), "6"))
    till.say(0.4, "beyond", epoch=EPOCH_MAX + 1, sequence=1)
    till.say(0.45, epoch=EPOCH_MAX, sequence=NUMBER_MAX)
    till.say(0.5, "beyond", sequence=NUMBER_MAX + 1)
    till.say(0.55, "beyond", sequence=10**30)
    till.say(0.6, epoch=1, sequence=4, **sale(lines_of(sku, 1, 1), "7"))
    till.say(0.65, epoch=1, sequence=7, **sale(lines_of(sku, 1, 1), "8"))
    return till.said


def forks(plan: Plan, rng: random.Random) -> list[Message]:
    """Two devices under one identity, told by the hash or by the event's id."""
    said: list[Message] = []
    for name in ("plain", "chained"):
        till = Teller(plan, _shop(plan, f"forks-{name}"), "1", rng)
        sku = f"{plan.prefix}edge.forks"
        events = [
            till.event(0.1 + at / 2000, **sale(lines_of(sku, 1, 1, 100), str(at)))
            for at in range(2 * FORK_NUMBERS)
        ]
        if name == "chained":
            chain(events)
        for at, event in enumerate(events):
            till.repeat(event, 0.1 + at / 2000)
        for at in range(1, FORK_NUMBERS, 5):
            till.repeat(forked(events[-at], rng), 0.4 + at * 1e-4)
            till.repeat(events[-at], 0.4 + at * 1e-4 + 1e-5)
        for at in range(FORK_NUMBERS + 1, 2 * FORK_NUMBERS, 50):
            till.repeat(events[-at], 0.6)
        said += till.said
    return said


def clocks(plan: Plan, rng: random.Random) -> list[Message]:
    """One till is ahead by hours or years: the carts of the others stay in every figure."""
    said: list[Message] = []
    for hours in (1, 14, 23, 24 * 365 * 70, -14, -24 * 399):
        shop = _shop(plan, f"clock{hours}")
        wrong, right = (Teller(plan, shop, till_id, rng) for till_id in ("wrong", "right"))
        off = timedelta(hours=hours)
        sku = f"{plan.prefix}edge.clocks"
        for at in (0.1, 0.2, 0.3, 0.4):
            moment = plan.moment(at) + off
            wrong.say(at, moment=moment, **sale(lines_of(sku, 1, 2, 200), f"w{at}"))
            added = {"type": "line_added", "line": lines_of(sku, 1, 3)[0]}
            right.say(at + 0.01, type="cart_opened", cart_id=f"r{at}")
            right.say(at + 0.02, **added, cart_id=f"r{at}")
            wrong.say(at + 0.03, moment=moment, **added, cart_id=f"w-open{at}")
        right.say(0.6, **returned(lines_of(sku, 1, 50), "r-1"))
        said += [*wrong.said, *right.said]
    return said


def fallen_clock(plan: Plan, rng: random.Random) -> list[Message]:
    """A clock falls back by a day between a cart and its receipt; a late line stays outside."""
    till = Teller(plan, _shop(plan, "fallen-clock"), "1", rng)
    sku = f"{plan.prefix}edge.fallen"
    till.say(0.1, type="cart_opened", cart_id="1")
    late = till.event(0.2, type="line_added", cart_id="1", line=lines_of(sku, 2, 1)[0])
    till.say(0.3, type="line_added", cart_id="1", line=lines_of(sku, 2, 1)[1])
    till.say(0.4, moment=plan.moment(0.4) - timedelta(hours=30), **sale(lines_of(sku, 2, 1), "1"))
    till.repeat(late, 0.5)
    return till.said


def unreadable_end(plan: Plan, rng: random.Random) -> list[Message]:
    """The last number of a journal cannot be read: no hash stands for it."""
    till = Teller(plan, _shop(plan, "unreadable-end"), "1", rng)
    events = [till.event(at / 10) for at in range(1, 4)]
    chain(events)
    for at, event in enumerate(events):
        if at == len(events) - 1:
            till.repeat({**event, "type": "exploded"}, at / 10, "unknown_type")
        else:
            till.repeat(event, at / 10)
    return till.said


def years(plan: Plan, rng: random.Random) -> list[Message]:
    """A business date and an epoch that are over: what comes of them then is refused."""
    till = Teller(plan, _shop(plan, "years"), "1", rng)
    sku = f"{plan.prefix}edge.years"
    before = plan.first_moment - timedelta(days=500)
    old, next_day = (
        {"business_date": (before.date() + timedelta(days=at)).isoformat()} for at in (0, 1)
    )
    for sequence in (1, 2, 4):
        body: Event = {**sale(lines_of(sku, 1, 1, 100), f"a{sequence}"), **old}
        till.say(0.1 + sequence / 1000, moment=before, sequence=sequence, **body)
    till.say(0.2, epoch=2, sequence=1)
    late: Event = {**sale(lines_of(sku, 1, 1, 100), "late-day"), **old}
    till.say(0.3, **late)
    after: Event = {**sale(lines_of(sku, 1, 1, 100), "next-day"), **next_day}
    till.say(0.4, **{**after, "sequence": 2})
    till.say(0.5, epoch=1, sequence=3, **sale(lines_of(sku, 1, 1, 100), "late-epoch"))
    till.say(0.6, epoch=2, sequence=3, **sale(lines_of(sku, 1, 1, 100), "today"))
    return till.said


def burst(plan: Plan, rng: random.Random) -> list[Message]:
    """A shop whose line was down sends a day of sales at once, twice."""
    till = Teller(plan, _shop(plan, "burst"), "1", rng)
    for number in range(plan.burst):
        at = 0.15 if number < plan.burst // 2 else 0.4
        sku = f"{plan.prefix}edge.burst{number % 997}"
        till.say(at + number * 1e-9, **sale(lines_of(sku, 1, 1, 100), str(number)))
    return till.said


def _say_all(till: Teller, bodies: list[Event], first: float, last: float) -> None:
    for at, body in enumerate(bodies):
        till.say(first + (last - first) * at / len(bodies), **body)


SCENES: tuple[Scene, ...] = (
    gaps,
    stock_sums,
    money_sums,
    numbers,
    forks,
    clocks,
    fallen_clock,
    unreadable_end,
    years,
    burst,
)
