"""A new generation says nothing of the past, then all that stands, then what happens."""

import asyncio
from collections.abc import Mapping

import pytest

from engine import partition as partition_module
from engine.contract import AppSpec
from engine.partition import PartitionWork
from engine.place import MemoryPlace
from tests.unit.engine.doubles import OUTPUT, TABLES, TOPIC, KeptLog, Sale, SeeingAgent, no_failure


def _spec(*, rebuilds: bool = True, always_sent: tuple[str, ...] = ()) -> AppSpec:
    return AppSpec((TOPIC,), SeeingAgent, TABLES, rebuilds, always_sent)


async def _opened(
    log: KeptLog, ends: Mapping[str, int] | None = None, spec: AppSpec | None = None
) -> PartitionWork:
    """A partition's work as `engine.opening` brings it up: its inputs end at ``ends``."""
    work = PartitionWork(spec or _spec(), log, MemoryPlace(), 0, no_failure)
    await work.open()
    if work.begins_dark:
        assert ends is not None, "it was dark before, and shall not ask again"
        work.begin_dark(ends)
    return work


async def _until_still(work: PartitionWork) -> None:
    """Until the committer has nothing to do."""
    commits = -1
    while commits != work.progress.commits:
        commits = work.progress.commits
        await asyncio.sleep(0.02)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions follow each other at once."""
    monkeypatch.setattr(partition_module, "COMMIT_EVERY_SECONDS", 0.0)


async def test_a_rebuild_says_what_stands_once_it_has_read_the_past_and_then_what_happens() -> None:
    log = KeptLog()
    work = await _opened(log, {TOPIC: 5})
    work.fold(TOPIC, [Sale(1), Sale(2)])
    await _until_still(work)
    assert (log.said(), work.progress.stage) == ([], "rebuilding")
    work.fold(TOPIC, [Sale(3), Sale(4)])
    await _until_still(work)
    assert log.said() == ["1!", "2!", "3!", "4!"]
    work.fold(TOPIC, [Sale(5)])
    await _until_still(work)
    assert (log.said()[4:], work.progress.stage) == (["5"], "live")
    await work.close()


async def test_a_first_installation_says_everything_from_the_first_message_on() -> None:
    log = KeptLog()
    work = await _opened(log, spec=_spec(rebuilds=False))
    work.fold(TOPIC, [Sale(1), Sale(2)])
    await work.close()
    assert (log.said(), work.progress.stage) == (["1", "2"], "live")


async def test_what_is_always_sent_is_sent_in_the_dark_too() -> None:
    log = KeptLog()
    work = await _opened(log, {TOPIC: 5}, _spec(always_sent=(OUTPUT,)))
    work.fold(TOPIC, [Sale(1)])
    await work.close()
    assert log.said() == ["1"]


async def test_what_happens_while_it_restates_is_said_between_the_pages() -> None:
    log = KeptLog()
    work = await _opened(log, {TOPIC: 5})
    log.may_end.clear()
    work.fold(TOPIC, [Sale(offset) for offset in range(1, 5)])
    await asyncio.sleep(0.01)
    work.fold(TOPIC, [Sale(5)])
    log.may_end.set()
    await _until_still(work)
    await work.close()
    assert log.said() == ["5", "1!", "2!", "3!", "4!", "5!"], "a reader would miss something"


@pytest.mark.parametrize("commits", range(1, 6))
async def test_an_interruption_costs_one_transaction_and_repeats_no_more_than_that(
    commits: int,
) -> None:
    """The worker dies after so many transactions; the next one has the changelog."""
    log = KeptLog()
    work = await _opened(log, {TOPIC: 6})
    for offset in range(1, 6):
        work.fold(TOPIC, [Sale(offset)])
        await asyncio.sleep(0)
    while work.progress.commits < commits and work.progress.stage != "live":  # noqa: ASYNC110
        await asyncio.sleep(0)
    log.may_end.clear()  # what is under way never comes to an end
    await asyncio.sleep(0.01)

    after = KeptLog(records=log.records, sent=log.sent)
    again = await _opened(after, {TOPIC: 99})
    position = again.progress.positions[TOPIC]
    rest = [Sale(offset) for offset in range(max(1, position), 6)]
    if rest:
        again.fold(TOPIC, rest)
    await _until_still(again)
    assert again.progress.stage == "live"
    assert after.said() == ["1!", "2!", "3!", "4!", "5!"]
    await again.close()


async def test_a_partition_without_a_message_is_live_at_once_and_stays_so() -> None:
    log = KeptLog()
    work = await _opened(log, {TOPIC: 0})
    await _until_still(work)
    assert work.progress.stage == "live"
    await work.close()
    again = await _opened(log)
    again.fold(TOPIC, [Sale(7)])
    await again.close()
    assert log.said() == ["7"], "what happened after the rebuild was kept dark"
