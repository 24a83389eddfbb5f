"""Heads verified at the centre: what a gateway passed on of a real journal, and what a gateway that
cannot be trusted makes of it."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest

from edge.gateway.unreadable import Place
from edge.heads import watch as watches
from edge.heads.holders import DeviceHolder
from edge.heads.watch import HeadWatch
from edge.journal.chain import follow
from edge.journal.heads import Head, sign
from edge.journal.journal import Journal
from identity.authority import new_key
from identity.names import TillName
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import Store, send
from tests.unit.edge.journal.tills import KEY, TILL, heartbeat, sale
from topics.till_headers import HEAD_HEADER

OWN = DeviceHolder(TillName(*TILL), KEY.public_key())


@dataclass(frozen=True)
class Message:
    """A message as it lies in the topic."""

    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()

    def told(self) -> dict[str, Any]:
        return json.loads(dict(self.headers)[HEAD_HEADER])

    def with_head(self, told: Any) -> "Message":
        kept = [each for each in self.headers if each[0] != HEAD_HEADER]
        head = told if isinstance(told, bytes) else orjson.dumps(told)
        return replace(self, headers=[*kept, (HEAD_HEADER, head)])


@dataclass
class Centre:
    """Reports are kept, and holders are those that a test names."""

    holders: dict[str, DeviceHolder] = field(default_factory=lambda: {"ab": OWN})
    asked: int = 0
    good: int = 0
    doubts: list[tuple[int, list[str]]] = field(default_factory=list[tuple[int, list[str]]])

    async def of(self, key_ids: Collection[str]) -> Mapping[str, DeviceHolder]:
        self.asked += 1
        return {each: self.holders[each] for each in key_ids if each in self.holders}

    def verified(self) -> None:
        self.good += 1

    def doubted(self, place: Place, wrong: Sequence[str]) -> None:
        self.doubts.append((place.sequence, list(wrong)))

    @property
    def doubted_at(self) -> list[int]:
        return [sequence for sequence, _ in self.doubts]


async def passed_on(
    gateway: Store, topic: MemoryTopic, journal: Journal, batches: int = 3
) -> list[Message]:
    """Some batches of two sales and a heartbeat, each with a head at its end."""
    for _ in range(batches):
        journal.append([sale(100), sale(250), heartbeat()])
        await send(journal, gateway)
    return [Message(each.value, each.headers) for each in topic.messages]


async def looked(*messages: Message, centre: Centre | None = None) -> Centre:
    centre = centre or Centre()
    await HeadWatch(centre, centre).look(messages)
    return centre


async def test_what_a_till_vouches_for_is_verified(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    centre = await looked(*messages)
    assert (centre.good, centre.doubts, centre.asked) == (3, [], 1)


async def test_messages_that_come_again_or_began_before_are_verified_too(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    centre = await looked(*messages[:5], *messages[2:5], *messages[5:])
    assert (centre.good, centre.doubts) == (3, [])
    assert (await looked(*messages[4:])).doubts == [], "a start in the midst of an epoch"
    assert (await looked(messages[0], *messages[4:])).doubts == [], "behind a gap"


async def test_an_event_that_was_changed_on_its_way_is_found(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    value = messages[4].value or b""
    changed = replace(messages[4], value=value.replace(b'"total_minor":250', b'"total_minor":25'))
    assert changed != messages[4]
    centre = await looked(*messages[:4], changed, *messages[5:])
    assert centre.doubted_at == [5] and centre.good == 3, centre.doubts


async def test_events_that_were_made_anew_with_a_chain_of_their_own_are_found(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    """A gateway that was taken can write hashes, and no signatures."""
    messages = await passed_on(gateway, topic, journal)
    forged, prev = list(messages), json.loads(messages[2].value or b"")["chain"]["hash"]
    for at in range(3, len(messages)):
        content = json.loads(messages[at].value or b"")
        if content["type"] == "cart_completed":
            content |= {"total_minor": 1}
        del content["chain"]
        link = follow(prev, content)
        forged[at], prev = replace(messages[at], value=link.wire()), link.hash
    centre = await looked(*forged)
    assert centre.doubted_at == [6, 9], centre.doubts


async def test_an_event_that_was_left_out_is_found_once_the_numbers_close_up(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    content = json.loads(messages[5].value or b"")
    moved = replace(messages[5], value=orjson.dumps(content | {"sequence": 5}))
    assert 5 in (await looked(*messages[:4], moved)).doubted_at


async def test_heads_that_do_not_hold_are_found(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    last, told = messages[-1], messages[-1].told()
    head = Head(**told["head"])
    thief = new_key()
    other_sums = Head(**told["head"] | {"receipt_count": head.receipt_count - 1})
    by_thief, less = sign(thief, head), sign(KEY, other_sums)
    wrong: list[tuple[Any, str]] = [
        (told | {"signature": by_thief.signature}, "signature"),
        (told | {"head": less.head.as_json(), "signature": less.signature}, "sums"),
        (messages[2].told(), "it is of epoch"),
        (told | {"key_id": "cd"}, "certificate"),
        (told | {"key_id": "another"}, "read"),
        (told | {"head": None}, "read"),
        ({}, "read"),
        (b"[" * 100_000, "read"),
        (b"\xff", "read"),
    ]
    for each, word in wrong:
        centre = await looked(*messages[:-1], last.with_head(each))
        ((sequence, said),) = centre.doubts
        assert sequence == 9 and word in " ".join(said), (each, said)


async def test_a_head_of_another_tills_device_vouches_for_nothing(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal, 1)
    another = Centre({"ab": OWN._replace(till=TillName(TILL.location_id, "another"))})
    await looked(*messages, centre=another)
    assert another.doubted_at == [3] and another.good == 0


async def test_behind_what_nobody_could_read_the_next_head_speaks_for_the_sums(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal)
    content = json.loads(messages[4].value or b"")
    kept = {name: content[name] for name in content if name in KEPT}
    unreadable = kept | {"type": "unreadable", "body": "AAAA", "reason": "spoilt"}
    spoilt = replace(messages[4], value=orjson.dumps(unreadable))
    centre = await looked(*messages[:4], spoilt, *messages[5:])
    assert (centre.good, centre.doubts) == (3, [])


KEPT = {
    *("event_id", "location_id", "till_id", "epoch", "sequence"),
    *("occurred_at", "business_date", "chain"),
}


async def test_what_tills_write_themselves_and_what_nobody_can_read_is_passed_over(
    gateway: Store, topic: MemoryTopic, journal: Journal
) -> None:
    messages = await passed_on(gateway, topic, journal, 1)
    bare = [replace(each, headers=()) for each in messages]
    junk = [Message(value, messages[2].headers) for value in (None, b"", b"[]", b"\xff" * 9)]
    centre = await looked(*bare, *junk)
    assert (centre.good, centre.doubts) == (0, [])


async def test_no_more_epochs_are_followed_than_fit(
    gateway: Store, topic: MemoryTopic, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watches, "EPOCHS_MAX", 2)
    messages = await passed_on(gateway, topic, journal)
    centre = Centre()
    watch = HeadWatch(centre, centre)
    for epoch in range(2, 6):
        value = (messages[0].value or b"").replace(b'"epoch":1', b'"epoch":%d' % epoch)
        await watch.look([replace(messages[0], value=value)])
    await watch.look(messages[3:])
    assert centre.good == 2 and len(watch._standings) == 2  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
