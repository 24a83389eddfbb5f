"""How fast one process decodes and folds, printed and not judged: machines differ.

See it with ``pytest -s``.
"""

import sys
import time
from random import Random
from typing import Any

from tests.unit.agents.partition_world import Fetched, World, line, receipt, said
from topics.registry import TILL_EVENTS

CARTS = 2_500
BATCH = 5_000


def shopping(random: Random, world: World) -> list[Fetched]:
    """Carts of one to nine lines at eight tills, of 2,000 SKUs; one line in ten is voided."""
    records: list[Fetched] = []
    sequences = [0] * 8

    def say(till: int, kind: str, cart: int, **added: Any) -> None:
        sequences[till] += 1
        event = said(kind, sequences[till], cart / 20, till=f"till-{till}", **added)
        records.append(world.record(TILL_EVENTS.name, event))

    for cart in range(CARTS):
        till, name = random.randrange(8), f"cart-{cart}"
        lines = [
            line(f"sku-{int(random.paretovariate(0.6)) % 2000}", random.randrange(1, 5), n)
            for n in range(random.randrange(1, 10))
        ]
        say(till, "cart_opened", cart, cart_id=name)
        for each in lines:
            say(till, "line_added", cart, cart_id=name, line=each)
        if random.random() < 0.5:
            say(till, "line_voided", cart, cart_id=name, line_no=lines.pop()["line_no"])
        say(till, "cart_completed", cart, **receipt(*lines, cart=name))
    return records


def test_the_fold_says_how_fast_it_is() -> None:
    world = World()
    records = shopping(Random(7), world)
    start = time.perf_counter()
    for at in range(0, len(records), BATCH):
        world.agent.fold(TILL_EVENTS.name, records[at : at + BATCH])
    folded = time.perf_counter() - start
    fresh = World()
    start = time.perf_counter()
    for at in range(0, len(records), BATCH):
        fresh.give_records(TILL_EVENTS.name, records[at : at + BATCH])
    whole = time.perf_counter() - start
    sys.stdout.write(
        f"\n{len(records):,} events: {len(records) / folded:,.0f}/s decoded and folded, "
        f"{len(records) / whole:,.0f}/s with messages and state encoded\n"
    )
    assert sum(sum(counts.events.values()) for counts in fresh.tally.counts) == len(records)
