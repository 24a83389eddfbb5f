"""What the model of the protocol (docs/protocol.md) found in this code, each as it happens here."""

import shutil
from pathlib import Path

from edge.journal.journal import Journal
from edge.journal.keeping import KEPT_DAYS
from edge.journal.outbox import ASK_AGAIN_SECONDS, RESEND_SECONDS, Judgement
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import Store, send, status, store
from tests.unit.edge.gateway.test_intake import next_batch, numbers
from tests.unit.edge.journal.tills import heartbeat, opened, sale
from topics.till_headers import is_fork

DAY = 86_400.0


async def test_a_restored_gateway_goes_on_where_the_till_has_let_go_of_the_rest(
    tmp_path: Path, topic: MemoryTopic, journal: Journal
) -> None:
    """The backup is older than what the till keeps: it was asked for it for ever."""
    gateway_folder, backup = tmp_path / "gateway", tmp_path / "backup"
    gateway_folder.mkdir()
    async with store(gateway_folder, topic) as gateway:
        journal.append([sale(), sale()])
        await send(journal, gateway)
    shutil.copytree(gateway_folder, backup)
    async with store(gateway_folder, topic) as gateway:
        written = journal.append([sale(), sale()])
        await send(journal, gateway)
    journal.keeping.confirm(1, 4, [], 0)
    assert journal.keeping.tidy(KEPT_DAYS * DAY) == 4
    journal.append([heartbeat()])

    async with store(backup, topic) as gateway:
        gateway.centre.hear(status(4, last_hash=written[-1].entry.link.hash))
        assert await send(journal, gateway) is Judgement.CONTINUE
    assert numbers(topic) == [1, 2, 3, 4, 5]


async def test_a_gap_that_the_centre_knows_of_stays_a_gap(gateway: Store, journal: Journal) -> None:
    written = journal.append([sale() for _ in range(6)])
    await gateway.take(next_batch(journal).body)
    journal.append([sale()])
    journal.outbox.judge(1, 6, written[-1].entry.link.hash)
    with_gap = next_batch(journal)
    journal.append([sale()])
    journal.outbox.judge(1, 7, journal_hash(journal, 7))
    gateway.centre.hear(status(6, last_hash=written[-1].entry.link.hash))
    refusal = await gateway.refusal(next_batch(journal).body)
    assert (refusal.more["conflict"], refusal.more["expected"]) == ("gap", 7)
    assert (await gateway.take(with_gap.body)).accepted_to == 7


def journal_hash(journal: Journal, sequence: int) -> str:
    found = journal.file.database.execute(
        "SELECT hash FROM events WHERE epoch = 1 AND sequence = ?", (sequence,)
    ).fetchone()
    return found[0].hex()


async def test_the_end_of_an_epoch_that_the_log_lost_goes_on_again(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    """No later number of that epoch comes, which would show the centre that one is missing."""
    journal.append([sale() for _ in range(3)])
    await send(journal, gateway)
    journal.begin_epoch(2)
    journal.append([sale()])
    await send(journal, gateway)
    topic.messages.clear()
    older = [{"epoch": 1, "last_sequence": 1, "missing": []}]
    gateway.centre.hear(status(1, epoch=2, older=older))
    asked = journal.outbox.next_batch(ASK_AGAIN_SECONDS)
    assert asked and (asked.epoch, asked.first) == (1, 3)
    await gateway.take(asked.body)
    assert numbers(topic) == [3], "the centre never hears of it"

    older = [{"epoch": 1, "last_sequence": 3, "missing": [[2, 2]]}]
    gateway.centre.hear(status(1, epoch=2, older=older, version=2))
    taken = await gateway.take(asked.body)
    assert numbers(topic) == [3], "what the centre has goes on again"
    journal.keeping.confirm(1, 3, list(taken.centre.missing), 0)
    missing = journal.outbox.next_batch(RESEND_SECONDS)
    assert missing and (missing.epoch, missing.first, missing.last) == (1, 2, 2)


async def test_a_fork_says_so_and_what_is_no_fork_does_not(
    gateway: Store, topic: MemoryTopic, journal: Journal, tmp_path: Path
) -> None:
    """The log may lose the number's own event: by its number alone the fork would count, and once
    more where the till writes it again."""
    journal.append([sale(), sale()])
    await send(journal, gateway)
    (tmp_path / "image").mkdir()
    image = opened(tmp_path / "image")
    image.append([sale()])
    await gateway.take(next_batch(image).body)
    image.close()
    told = [is_fork(each.headers) for each in topic.messages]
    assert (numbers(topic), told) == ([1, 2, 1], [False, False, True])
