"""While the topic is away nothing is refused, lost, or out of its till's order; up to a bound."""

import asyncio
import json
from collections import defaultdict
from contextlib import ExitStack, closing
from pathlib import Path
from random import Random

import pytest

from edge.gateway import file
from edge.gateway import outlet as outlets
from edge.gateway import spool as spools
from edge.gateway.errors import GatewayUnusable, SpoolFull
from edge.gateway.outlet import Durable
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.journal.outbox import Judgement
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import (
    LOCATION,
    POLL_SECONDS,
    Store,
    asking,
    drained,
    send,
    store,
)
from tests.unit.edge.journal.disks import Disk, DiskFile, FullDisk, mounted
from tests.unit.edge.journal.tills import KEY, heartbeat, opened, sale


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "AGAIN_SECONDS", POLL_SECONDS)
    monkeypatch.setattr(outlets, "FULL_SECONDS", POLL_SECONDS)


def in_order(topic: MemoryTopic) -> dict[str, list[int]]:
    """Each till's numbers in the order in which they first came."""
    found: defaultdict[str, dict[int, None]] = defaultdict(dict)
    for event in topic.events():
        found[event["till_id"]][event["sequence"]] = None
    return {till: list(numbers) for till, numbers in found.items()}


async def test_while_the_topic_is_away_the_spool_is_the_word(tmp_path: Path) -> None:
    topic = MemoryTopic()
    with closing(opened(tmp_path)) as journal:
        async with store(tmp_path, topic) as gateway:
            topic.go()
            journal.append([sale(), sale()])
            batch = journal.outbox.next_batch(0.0)
            assert batch
            taken = await gateway.take(batch.body)
            assert (taken.accepted_to, taken.durable) == (2, Durable.SPOOL)
            assert await gateway.take(batch.body) == taken
            await send(journal, gateway)
        # The process ends, and another begins.
        async with store(tmp_path, topic) as gateway:
            assert not topic.messages and gateway.spool.size
            topic.come()
            await drained(gateway)
            assert [each["sequence"] for each in topic.events()] == [1, 2]
            assert len(topic.heads()) == 1, "the head was lost in the spool"
            journal.append([sale()])
            batch = journal.outbox.next_batch(0.0)
            assert batch
            assert (await gateway.take(batch.body)).durable is Durable.KAFKA
            topic.go()
            assert (await gateway.take(batch.body)).durable is Durable.KAFKA, "it lies there"


async def test_a_till_overtakes_nothing_of_its_own(tmp_path: Path) -> None:
    topic = MemoryTopic()
    async with store(tmp_path, topic, drains=False) as gateway:
        with closing(opened(tmp_path)) as journal:
            topic.go()
            journal.append([sale()])
            await send(journal, gateway)
            topic.is_up = topic.may_open = True
            journal.append([sale()])
            await send(journal, gateway)
            assert not topic.messages, "the second sale is there before the first"


class _Unsteady:
    """What happens at each publish, by chance."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self.is_over = False

    def __call__(self) -> str | None:
        if self.is_over or self._chance.random() < 0.6:
            return None
        return self._chance.choice(["lost", "half", "unsaid"])


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_the_topic_does_each_tills_events_come_in_order(
    tmp_path: Path, seed: int
) -> None:
    chance = Random(seed)
    unsteady = _Unsteady(chance)
    topic = MemoryTopic(unsteady)
    places = [TillPlace(LOCATION, f"till-{number}") for number in range(3)]
    with ExitStack() as stack:
        journals = {
            place: stack.enter_context(closing(_journal(tmp_path, place))) for place in places
        }
        for _ in range(3):
            async with store(tmp_path, topic) as gateway:
                await asyncio.gather(
                    *(_sell(journals[place], gateway, place, Random(seed)) for place in places)
                )
        unsteady.is_over = True
        async with store(tmp_path, topic) as gateway:
            await drained(gateway)
        for place, journal in journals.items():
            wanted = list(range(1, journal.mark.sequence + 1))
            assert in_order(topic)[place.till_id] == wanted, f"seed {seed}: lost or out of order"


def _journal(folder: Path, place: TillPlace) -> Journal:
    (folder / place.till_id).mkdir()
    journal = Journal(folder / place.till_id / "journal.sqlite", place, KEY)
    journal.begin_epoch(1)
    return journal


async def _sell(journal: Journal, gateway: Store, place: TillPlace, chance: Random) -> None:
    for _ in range(6):
        journal.append([sale() for _ in range(chance.randint(1, 5))])
        judged = await send(journal, gateway, chance, asking(place))
        assert judged is Judgement.CONTINUE
        await asyncio.sleep(chance.random() * 0.01)


async def test_the_spool_has_an_end_and_then_the_tills_keep_what_they_have(tmp_path: Path) -> None:
    topic = MemoryTopic()
    topic.go()
    with closing(opened(tmp_path)) as journal:
        async with store(tmp_path, topic, spool_bytes_max=4_000) as gateway:
            journal.append([sale() for _ in range(20)])
            batch = journal.outbox.next_batch(0.0)
            assert batch
            for _ in range(2):
                with pytest.raises(SpoolFull, match="the topic is away"):
                    await gateway.take(batch.body)
            assert gateway.spool.size == 0
            topic.come()
            await topic.reached()
            await send(journal, gateway)
    assert in_order(topic) == {"till-3": list(range(1, 21))}


async def test_a_full_disk_refuses_and_takes_nothing_by_half(tmp_path: Path) -> None:
    topic = MemoryTopic()
    with mounted(FullDisk()) as disk, closing(opened(tmp_path)) as journal:
        assert isinstance(disk, FullDisk)
        async with store(tmp_path, topic, vfs=disk.name) as gateway:
            topic.go()
            journal.append([sale() for _ in range(30)])
            batch = journal.outbox.next_batch(0.0)
            assert batch
            disk.room_bytes = 0
            with pytest.raises(GatewayUnusable, match="full"):
                await gateway.take(batch.body)
            assert gateway.spool.size == 0
            disk.room_bytes = None
            await send(journal, gateway)
            topic.come()
            await drained(gateway)
    assert in_order(topic) == {"till-3": list(range(1, 31))}


class CountingDisk(Disk):
    """Counts syncs."""

    def __init__(self) -> None:
        self.file_type = CountingFile
        self.syncs = 0
        super().__init__()


class CountingFile(DiskFile):
    """Tells its disk."""

    def xSync(self, flags: int) -> None:
        self.disk.syncs += 1
        super().xSync(flags)


@pytest.mark.parametrize("is_away", [False, True])
async def test_no_answer_comes_before_its_sync_and_many_share_one(
    tmp_path: Path, is_away: bool
) -> None:
    topic = MemoryTopic()
    with mounted(CountingDisk()) as disk:
        assert isinstance(disk, CountingDisk)
        async with store(tmp_path, topic, vfs=disk.name) as gateway:
            if is_away:
                topic.go()
            with closing(opened(tmp_path)) as journal:
                for _ in range(3):
                    before = disk.syncs
                    journal.append([sale()])
                    await send(journal, gateway)
                    assert disk.syncs > before, "a power cut would undo what was acknowledged"
            before = disk.syncs
            places = [TillPlace(LOCATION, f"till-{number}") for number in range(20)]
            with ExitStack() as stack:
                tills = [stack.enter_context(closing(_journal(tmp_path, each))) for each in places]
                for each in tills:
                    each.append([sale()])
                batches = [each.outbox.next_batch(0.0) for each in tills]
                await asyncio.gather(
                    *(
                        gateway.take(batch.body, asking(place))
                        for batch, place in zip(batches, places, strict=True)
                        if batch
                    )
                )
            assert disk.syncs - before < 20, "each till waits for the syncs of all others"


async def test_a_second_gateway_cannot_write_the_same_file(tmp_path: Path) -> None:
    async with store(tmp_path, MemoryTopic()):
        with pytest.raises(GatewayUnusable, match="another process"):
            async with store(tmp_path, MemoryTopic()):
                pass


async def test_a_file_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    async with store(tmp_path, MemoryTopic()) as gateway:
        await gateway.file.commit(lambda database: database.execute("UPDATE form SET version = 9"))
    with pytest.raises(GatewayUnusable, match="form 9"):
        async with store(tmp_path, MemoryTopic()):
            pass


async def test_a_file_of_the_first_form_is_brought_up_with_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as former:
        former.setattr(file, "FORMS", file.FORMS[:1])
        async with store(tmp_path, MemoryTopic(), drains=False) as gateway:
            await gateway.file.commit(
                lambda database: database.execute("INSERT INTO forks VALUES ('1', 1, 2, x'03')")
            )
    async with store(tmp_path, MemoryTopic(), drains=False) as gateway:
        counts = "SELECT (SELECT count(*) FROM forks), (SELECT count(*) FROM heard)"
        assert gateway.file.reading.execute(counts).fetchone() == (1, 0)


async def test_what_waits_is_passed_on_in_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spools, "LOT_ROWS_MAX", 3)
    topic = MemoryTopic()
    topic.go()
    with closing(opened(tmp_path)) as journal:
        async with store(tmp_path, topic, drains=False) as gateway:
            for _ in range(8):
                journal.append([heartbeat()])
                await send(journal, gateway)
            lot = gateway.spool.oldest()
            assert lot and len(lot.messages) == 3
        topic.come()
        async with store(tmp_path, topic) as gateway:
            await drained(gateway)
    assert in_order(topic) == {"till-3": list(range(1, 9))}
    assert json.loads(topic.messages[-1].value)["sequence"] == 8


async def test_the_log_of_the_file_stays_small(tmp_path: Path) -> None:
    topic = MemoryTopic()
    with closing(opened(tmp_path)) as journal:
        async with store(tmp_path, topic) as gateway:
            await gateway.file.commit(lambda database: database.wal_autocheckpoint(10))
            for _ in range(80):
                if journal.mark.sequence % 7 == 0:
                    topic.go()
                journal.append([sale(), sale()])
                await send(journal, gateway)
                topic.come()
            log = tmp_path / "gateway.sqlite-wal"
            assert log.stat().st_size < 60 * 4096, "a reader that never ends holds the log up"
