"""What a till can make the gateway remember has an end, and what is forgotten does no harm."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from edge.gateway import intake, records
from edge.journal.batches import EventBatch
from edge.journal.journal import Journal
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import Store, asking, heard, send, status
from tests.unit.edge.journal.tills import heartbeat, opened, sale


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Journal]:
    """Another device with the same identity."""
    (tmp_path / "twin").mkdir()
    with closing(opened(tmp_path / "twin")) as made:
        yield made


def next_batch(journal: Journal) -> EventBatch:
    batch = journal.outbox.next_batch(0.0)
    assert batch, "there is nothing to send"
    return batch


async def test_only_the_newest_hashes_are_remembered(
    gateway: Store, topic: MemoryTopic, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "HASHES_KEPT", 10)
    batches: list[EventBatch] = []
    for _ in range(12):
        journal.append([sale() for _ in range(4)])
        batches.append(next_batch(journal))
        heard(journal, batches[-1], await gateway.take(batches[-1].body))
    rows: int = gateway.file.reading.execute("SELECT count(*) FROM taken").get
    assert rows == 3, "hashes of numbers that nobody asks for are kept"
    for batch in batches:
        taken = await gateway.take(batch.body)
        assert (taken.accepted_to, taken.forks) == (48, [])
    assert len(topic.messages) == 48


async def test_an_older_number_counts_as_the_same(
    gateway: Store,
    journal: Journal,
    twin: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "HASHES_KEPT", 10)
    for _ in range(12):
        journal.append([sale() for _ in range(4)])
        await send(journal, gateway)
    twin.append([sale() for _ in range(4)])
    old = await gateway.take(next_batch(twin).body)
    assert (old.accepted_to, old.forks) == (48, []), "the till sees that it never came so far"
    twin.append([sale() for _ in range(60)])
    taken = await gateway.take(next_batch(twin).body)
    assert taken.forks == list(range(1, 49)), "a till would believe that its events are here"


async def test_forks_without_end_are_told_and_not_all_passed_on(
    gateway: Store,
    topic: MemoryTopic,
    journal: Journal,
    twin: Journal,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(records, "FORKS_MAX", 3)
    journal.append([sale() for _ in range(5)])
    await send(journal, gateway)
    twin.append([sale() for _ in range(5)])
    for _ in range(3):
        assert (await gateway.take(next_batch(twin).body)).forks == [1, 2, 3, 4, 5]
    assert [each["sequence"] for each in topic.events()] == [1, 2, 3, 4, 5, 1, 2, 3]


async def test_epochs_without_end_are_refused(
    gateway: Store, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "EPOCHS_MAX", 2)
    for epoch in (1, 2):
        journal.begin_epoch(epoch)
        journal.append([heartbeat()])
        await send(journal, gateway)
    journal.begin_epoch(3)
    journal.append([heartbeat()])
    refusal = await gateway.refusal(next_batch(journal).body, asking())
    assert (refusal.status, refusal.code) == (403, 100)
    journal.begin_epoch(4)


async def test_an_epoch_that_the_centre_calls_older_begins_where_it_said(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    written = journal.append([heartbeat() for _ in range(4)])
    older = [{"epoch": 1, "last_sequence": 2, "missing": [[1, 1]]}]
    gateway.centre.hear(status(9, epoch=2, older=older))
    journal.outbox.judge(1, 3, written[2].entry.link.hash)
    refusal = await gateway.refusal(next_batch(journal).body)
    assert refusal.more["expected"] == 3 and "last_hash" not in refusal.more
    await send(journal, gateway)
    assert [each["sequence"] for each in topic.events()] == [3, 4]
    journal.keeping.confirm(1, 2, [(1, 1)], 0.0)
    await send(journal, gateway)
    assert [each["sequence"] for each in topic.events()] == [3, 4, 1], "the centre lacks 1"
