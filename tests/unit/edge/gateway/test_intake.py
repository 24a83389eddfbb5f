"""What a till is told of its batches, and what goes on of them: a journal is the client."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from edge.gateway.intake import TakenBatch
from edge.gateway.outlet import Durable
from edge.journal.batches import EventBatch
from edge.journal.chain import EPOCH_BEGINS, follow
from edge.journal.journal import Journal
from edge.journal.outbox import Judgement
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import (
    LOCATION,
    Store,
    asking,
    drained,
    heard,
    send,
    status,
    store,
)
from tests.unit.edge.journal.tills import TILL, event, heartbeat, opened, sale
from topics.till_headers import is_unlisted


def next_batch(journal: Journal) -> EventBatch:
    batch = journal.outbox.next_batch(0.0)
    assert batch, "there is nothing to send"
    return batch


def numbers(topic: MemoryTopic) -> list[int]:
    return [each["sequence"] for each in topic.events()]


async def test_what_a_till_wrote_goes_on_byte_for_byte(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    written = journal.append([sale(100), event("line_added"), heartbeat()])
    batch = next_batch(journal)
    taken = await gateway.take(batch.body)
    assert (taken.accepted_to, taken.quarantined, taken.forks) == (3, [], [])
    assert taken.durable is Durable.KAFKA
    assert [each.value for each in topic.messages] == [each.entry.link.wire() for each in written]
    (head,) = topic.heads()
    assert head["head"] == journal.mark.head().as_json()
    assert gateway.reports.heads == []


async def test_events_of_a_device_that_no_list_names_say_so_and_those_of_others_do_not(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale(), sale()])
    await gateway.take(next_batch(journal).body)
    topic.go()
    journal.append([sale()])
    await gateway.take(next_batch(journal).body)
    topic.come()
    await drained(gateway)
    assert [is_unlisted(each.headers) for each in topic.messages] == [True] * 3
    journal.append([sale()])
    await gateway.take(next_batch(journal).body, asking(epoch=1))
    assert not is_unlisted(topic.messages[-1].headers)


async def test_the_same_batch_gets_the_same_answer_and_goes_on_once(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale(), heartbeat()])
    batch = next_batch(journal)
    first = await gateway.take(batch.body)
    assert [await gateway.take(batch.body) for _ in range(3)] == [first] * 3
    assert numbers(topic) == [1, 2]


async def test_of_a_batch_that_overlaps_the_rest_is_taken(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale()])
    await gateway.take(next_batch(journal).body)
    journal.append([heartbeat()])
    assert (await gateway.take(next_batch(journal).body)).accepted_to == 2
    assert numbers(topic) == [1, 2]


async def test_a_gap_says_what_is_expected(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([heartbeat()])
    await gateway.take(next_batch(journal).body)
    lost = journal.append([heartbeat()])[0]
    journal.outbox.judge(1, 2, lost.entry.link.hash)
    journal.append([heartbeat()])
    refusal = await gateway.refusal(next_batch(journal).body)
    assert (refusal.status, refusal.more["conflict"]) == (409, "gap")
    assert (refusal.more["expected"], refusal.more["last_hash"]) == (2, lost.entry.link.prev)
    assert await send(journal, gateway) is Judgement.CONTINUE
    assert numbers(topic) == [1, 2, 3]


async def test_another_event_before_a_batch_is_a_broken_chain(
    gateway: Store, topic: MemoryTopic, journal: Journal, tmp_path: Path
) -> None:
    first = journal.append([heartbeat()])[0]
    await gateway.take(next_batch(journal).body)
    (tmp_path / "other").mkdir()
    with closing(opened(tmp_path / "other")) as other:
        mark = other.append([heartbeat()])[0].entry.mark
        other.outbox.judge(1, 1, mark.hash)
        other.append([sale()])
        refusal = await gateway.refusal(next_batch(other).body)
    assert (refusal.status, refusal.more["conflict"]) == (409, "chain")
    assert (refusal.more["expected"], refusal.more["last_hash"]) == (2, first.entry.link.hash)
    assert numbers(topic) == [1], "an event of another history was taken"


async def test_an_epoch_begins_with_nothing_before_it(gateway: Store, journal: Journal) -> None:
    journal.append([heartbeat()])
    batch = json.loads(next_batch(journal).body)
    link = follow("ab" * 32, batch["events"][0])
    batch |= {"prev": "ab" * 32, "events": [json.loads(link.wire())]}
    refusal = await gateway.refusal(json.dumps(batch).encode())
    assert refusal.more["conflict"] == "chain"
    assert refusal.more["last_hash"] == EPOCH_BEGINS


def changed(batch: EventBatch, at: int, **fields: Any) -> bytes:
    """The batch with members of one event replaced, its chain as it was."""
    body = json.loads(batch.body)
    body["events"][at] |= fields
    return json.dumps(body).encode()


async def test_an_event_that_was_changed_on_the_way_breaks_the_chain(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale(100), heartbeat()])
    refusal = await gateway.refusal(changed(next_batch(journal), 0, total_minor=99))
    assert (refusal.status, refusal.more["conflict"]) == (409, "chain")
    assert not topic.messages


POISON = {
    "unknown type": {"type": "never_heard"},
    "a float": {"total_minor": 1.5},
    "a number beyond all bounds": {"extra": 10**13},
    "no id": {"event_id": 7},
    "another sequence": {"sequence": 9},
    "another epoch": {"epoch": 2},
    "no chain": {"chain": None},
    "half a chain": {"chain": {"prev": "x"}},
    "a NUL": {"cart_id": "a\x00b"},
    "a chain of its own": {"type": "?", "chain": {"prev": "ab" * 32, "hash": "cd" * 32}},
}


@pytest.mark.parametrize("fields", POISON.values(), ids=POISON.keys())
@pytest.mark.parametrize("at", [0, 1, 2])
async def test_a_bad_event_is_quarantined_and_holds_up_nothing(
    gateway: Store, topic: MemoryTopic, journal: Journal, fields: dict[str, Any], at: int
) -> None:
    journal.append([sale(), sale(), sale()])
    batch = next_batch(journal)
    body = changed(batch, at, **fields)
    taken = await gateway.take(body)
    assert taken.accepted_to == 3
    assert [number for number, _ in taken.quarantined] == [at + 1]
    assert await gateway.take(body) == taken
    assert numbers(topic) == [1, 2, 3]
    assert topic.events()[at]["type"] == "unreadable"
    assert topic.events()[at]["location_id"] == LOCATION
    links = [each["chain"] for each in topic.events()]
    assert [link["prev"] for link in links[1:]] == [link["hash"] for link in links[:-1]]
    heard(journal, batch, taken)
    journal.append([heartbeat()])
    assert (await gateway.take(next_batch(journal).body)).accepted_to == 4


@pytest.mark.parametrize("poison", [b'"text"', b"null", b"[1,2]", b"{}", b'{"a":NaN}', b"1e999"])
async def test_what_is_no_event_at_all_is_quarantined(
    gateway: Store, topic: MemoryTopic, journal: Journal, poison: bytes
) -> None:
    written = journal.append([sale(), sale()])
    body = next_batch(journal).body.replace(written[0].entry.link.wire(), poison)
    if b"NaN" in poison:
        assert (await gateway.refusal(body)).status == 400, "the body is no JSON"
        return
    taken = await gateway.take(body)
    assert (taken.accepted_to, [number for number, _ in taken.quarantined]) == (2, [1])
    assert await gateway.take(body) == taken
    assert topic.events()[0]["type"] == "unreadable"


async def test_a_number_that_comes_again_readable_goes_on(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale(), sale()])
    batch = next_batch(journal)
    await gateway.take(changed(batch, 0, type="never_heard"))
    for _ in range(2):
        taken = await gateway.take(batch.body)
        assert (taken.accepted_to, taken.quarantined, taken.forks) == (2, [], [])
    assert [(each["sequence"], each["type"]) for each in topic.events()] == [
        (1, "unreadable"),
        (2, "cart_completed"),
        (1, "cart_completed"),
    ]


@pytest.mark.parametrize("name", ["location_id", "till_id"])
async def test_what_is_anothers_refuses_the_whole_batch(
    gateway: Store, topic: MemoryTopic, journal: Journal, name: str
) -> None:
    journal.append([sale(), sale()])
    refusal = await gateway.refusal(changed(next_batch(journal), 1, **{name: "other"}))
    assert (refusal.status, refusal.code) == (403, 100)
    assert not topic.messages and gateway.reports.foreigners


async def test_forks_are_named_told_on_once_and_nothing_behind_them_is_taken(
    gateway: Store, topic: MemoryTopic, journal: Journal, tmp_path: Path
) -> None:
    common = journal.append([sale() | {"event_id": "11111111-1111-4111-8111-111111111111"}])
    (tmp_path / "image").mkdir()
    with closing(opened(tmp_path / "image")) as image:
        same = common[0].entry.event
        left_out = ("location_id", "till_id", "epoch", "sequence", "receipt_no")
        image.append([{name: same[name] for name in same if name not in left_out}])
        assert image.mark == journal.mark
        journal.append([sale(), sale()])
        assert await send(journal, gateway) is Judgement.CONTINUE
        image.append([sale(), sale(), sale()])
        batch = next_batch(image)
        taken = await gateway.take(batch.body)
        assert (taken.accepted_to, taken.forks) == (3, [2, 3])
        assert await gateway.take(batch.body) == taken
        assert numbers(topic) == [1, 2, 3, 2, 3], "both are kept, and none twice"
        assert await send(image, gateway) is Judgement.FORK
        lost = image.mark.sequence - 1
        image.begin_epoch(2)
        assert await send(image, gateway) is Judgement.CONTINUE
    again = [each for each in topic.events() if each["epoch"] == 2]
    assert len(again) == lost, "a sale was lost by the fork"


async def test_nothing_that_was_taken_goes_on_again_but_what_the_centre_lacks(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([heartbeat() for _ in range(6)])
    batch = next_batch(journal)
    await gateway.take(batch.body)
    gateway.centre.hear(status(6, missing=[[2, 3], [5, 5]]))
    taken = await gateway.take(batch.body)
    assert (taken.centre.confirmed_to, taken.centre.missing) == (6, [(2, 3), (5, 5)])
    assert numbers(topic) == [1, 2, 3, 4, 5, 6, 2, 3, 5]


async def test_a_gateway_that_knows_nothing_goes_by_the_centres_last_word(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    written = journal.append([heartbeat() for _ in range(6)])
    journal.outbox.judge(1, 5, written[4].entry.link.hash)
    gateway.centre.hear(status(3, last_hash=written[2].entry.link.hash))
    refusal = await gateway.refusal(next_batch(journal).body)
    assert (refusal.more["conflict"], refusal.more["expected"]) == ("gap", 4)
    assert await send(journal, gateway) is Judgement.CONTINUE
    assert numbers(topic) == [4, 5, 6]


async def test_a_gateway_that_knows_nothing_finds_another_history_at_the_centre(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([heartbeat() for _ in range(4)])
    gateway.centre.hear(status(3, last_hash="ab" * 32))
    taken = await gateway.take(next_batch(journal).body)
    assert (taken.accepted_to, taken.forks) == (3, [1, 2, 3]), "none is proven to be there"


async def test_a_gateway_without_any_word_goes_by_the_till(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    written = journal.append([heartbeat() for _ in range(6)])
    journal.outbox.judge(1, 4, written[3].entry.link.hash)
    assert (await gateway.take(next_batch(journal).body)).accepted_to == 6
    assert numbers(topic) == [5, 6]
    assert gateway.reports.heads == []


async def test_an_older_epoch_is_taken_where_it_goes_on(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale()])
    await send(journal, gateway)
    journal.append([sale()])
    journal.begin_epoch(2)
    journal.append([sale()])
    assert await send(journal, gateway, till=asking(epoch=2)) is Judgement.CONTINUE
    told = [(each["epoch"], each["sequence"]) for each in topic.events()]
    assert told == [(1, 1), (1, 2), (2, 1)]


async def test_a_certificate_is_for_no_later_epoch(gateway: Store, journal: Journal) -> None:
    journal.begin_epoch(2)
    journal.append([sale()])
    refusal = await gateway.refusal(next_batch(journal).body, asking(epoch=1))
    assert (refusal.status, refusal.code) == (403, 100)


async def test_a_head_that_disagrees_is_reported_and_the_events_are_taken(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale(100), sale(200)])
    body = json.loads(next_batch(journal).body)
    for change in (
        {"signature": "AAAA"},
        {"head": {**body["head"], "hash": "ab" * 32}},
        {"head": {**body["head"], "grand_total_minor": 299}},
        {"head": {**body["head"], "sequence": 1}},
        {"head": None},
        {"head": 7, "signature": []},
    ):
        taken = await gateway.take(json.dumps(body | change).encode())
        assert taken.accepted_to == 2
    assert [sequence for _, sequence, _ in gateway.reports.heads] == [2] * 6
    assert numbers(topic) == [1, 2]


async def test_the_sums_are_followed_over_batches(
    gateway: Store, journal: Journal, topic: MemoryTopic
) -> None:
    for total in (100, 200, -50):
        journal.append([sale(total), sale(total, training=True), heartbeat()])
        await send(journal, gateway)
    assert gateway.reports.heads == []
    body = json.loads(changed(_more(journal), 0))
    body["head"]["receipt_count"] += 1
    await gateway.take(json.dumps(body).encode())
    ((_, _, wrong),) = gateway.reports.heads
    assert any("sums" in words for words in wrong)


def _more(journal: Journal) -> EventBatch:
    journal.append([sale()])
    return next_batch(journal)


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_answers_are_lost_each_event_goes_on_once_and_in_order(
    gateway: Store, topic: MemoryTopic, journal: Journal, seed: int
) -> None:
    chance = Random(seed)
    for _ in range(12):
        journal.append([sale() for _ in range(chance.randint(1, 700))])
        await send(journal, gateway, chance)
    assert numbers(topic) == list(range(1, journal.mark.sequence + 1))


async def test_the_same_batch_twice_at_once_is_taken_once(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale() for _ in range(20)])
    batch = next_batch(journal)
    answers: list[TakenBatch] = await asyncio.gather(*(gateway.take(batch.body) for _ in range(5)))
    assert answers == [answers[0]] * 5
    assert numbers(topic) == list(range(1, 21))


async def test_a_batch_of_another_year_gets_the_same_answer(
    tmp_path: Path, topic: MemoryTopic, journal: Journal
) -> None:
    journal.append([sale() for _ in range(30)])
    batch = next_batch(journal)
    async with store(tmp_path, topic) as gateway:
        first = await gateway.take(changed(batch, 7, type="never_heard"))
    async with store(tmp_path, topic) as gateway:
        assert await gateway.take(changed(batch, 7, type="never_heard")) == first
    assert TILL.till_id == "till-3" and len(topic.messages) == 30
