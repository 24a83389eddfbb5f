"""Tills that send at the same time: who goes with whom, and what each is told."""

import asyncio
from collections.abc import Sequence

import pytest

from edge.gateway.errors import TopicAway
from edge.gateway.spool import TopicMessage
from edge.gateway.together import LOT_BYTES_MAX, SMALL_BYTES_MAX, SentTogether

LARGE = LOT_BYTES_MAX // 2 - 1


class SlowTopic:
    """Takes lots one at a time, each when the test lets it."""

    def __init__(self) -> None:
        self.lots: list[list[bytes]] = []
        self.go = asyncio.Semaphore(0)
        self.failure: Exception | None = None
        self.under_way = 0

    async def send(self, messages: Sequence[TopicMessage]) -> None:
        self.under_way += 1
        assert self.under_way == 1, "two lots are under way, and may overtake each other"
        self.lots.append([message.value[:2] for message in messages])
        await self.go.acquire()
        self.under_way -= 1
        if self.failure:
            raise self.failure

    async def took(self, lots: int) -> None:
        """Let so many go."""
        for _ in range(lots):
            self.go.release()
            await asyncio.sleep(0)
        await asyncio.sleep(0)


def batch(name: str, size: int = 2, messages: int = 1) -> list[TopicMessage]:
    """Messages that begin with a name."""
    return [TopicMessage(name.encode().ljust(size, b"."))] * messages


async def sent(together: SentTogether, *batches: list[TopicMessage]) -> list[asyncio.Task[None]]:
    """Give batches, in their order, and go on without waiting."""
    tasks = [asyncio.create_task(together.send(each)) for each in batches]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return tasks


async def test_who_waits_for_a_lot_goes_with_all_others_who_wait() -> None:
    topic = SlowTopic()
    together = SentTogether(topic.send)
    first = await sent(together, batch("t1"))
    rest = await sent(together, *(batch(f"t{number}", messages=2) for number in range(2, 9)))
    await topic.took(2)
    await asyncio.gather(*first, *rest)
    assert topic.lots == [[b"t1"], [b"t%d" % each for each in range(2, 9) for _ in "ab"]]


async def test_a_sale_goes_before_days_that_came_before_it() -> None:
    topic = SlowTopic()
    together = SentTogether(topic.send)
    tasks = await sent(together, batch("aa"))
    tasks += await sent(
        together,
        *(batch(f"d{number}", LARGE) for number in range(5)),
        batch("s1"),
        batch("s2", SMALL_BYTES_MAX),
    )
    await topic.took(4)
    await asyncio.gather(*tasks)
    assert topic.lots == [[b"aa"], [b"s1", b"s2", b"d0", b"d1"], [b"d2", b"d3"], [b"d4"]]


async def test_what_is_larger_than_a_lot_goes_by_itself() -> None:
    topic = SlowTopic()
    together = SentTogether(topic.send)
    tasks = await sent(together, batch("aa"))
    tasks += await sent(together, batch("xl", LOT_BYTES_MAX + 1), batch("bb", LARGE))
    await topic.took(3)
    await asyncio.gather(*tasks)
    assert topic.lots == [[b"aa"], [b"xl"], [b"bb"]]


async def test_a_lot_that_failed_is_told_to_all_of_it_and_the_next_one_goes() -> None:
    topic = SlowTopic()
    together = SentTogether(topic.send)
    tasks = await sent(together, batch("t1"))
    topic.failure = TopicAway("by the test")
    lost = await sent(together, batch("t2"), batch("t3"))
    topic.failure = None
    await topic.took(1)
    topic.failure = TopicAway("by the test")
    await topic.took(1)
    for each in lost:
        with pytest.raises(TopicAway):
            await each
    topic.failure = None
    later = await sent(together, batch("t4"))
    await topic.took(1)
    await asyncio.gather(*tasks, *later)


async def test_who_has_gone_away_holds_up_nobody() -> None:
    topic = SlowTopic()
    together = SentTogether(topic.send)
    gone, stays = await sent(together, batch("t1"), batch("t2"))
    gone.cancel()
    await topic.took(2)
    await stays
    assert gone.cancelled()
