"""One event of a batch, whatever it is: read, refused by name, or set aside for all to read."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gateway.batches import read_batch
from edge.gateway.events import AlteredEvent, ForeignEvent, published, read_event
from edge.gateway.unreadable import REASON_LENGTH_MAX, Place
from edge.journal.chain import EPOCH_BEGINS, Link, follow
from edge.problems import Refusal
from tests.unit.topics import examples
from topics.envelope import numbered
from topics.topic_spec import EVENT_BYTES_MAX
from topics.wire import decode_till_event

PLACE = Place("shop-0042", "till-3", 1, 7)
NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)


def chained(event: dict[str, Any]) -> Link:
    """The event at its place in the chain."""
    return follow("ab" * 32, {**event, **PLACE._asdict()})


events = st.sampled_from(examples.TILL_EVENTS).map(dict)
texts = st.text("a0-é\x00\u202e\ud800", max_size=12)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@st.composite
def spoiled(draw: st.DrawFn) -> bytes:
    """An event of which some members are another thing, or are not there."""
    event = orjson.loads(chained(draw(events)).wire())
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=3)):
        event[name] = draw(values)
    for name in draw(st.lists(st.sampled_from(sorted(event)), max_size=2)):
        event.pop(name, None)
    return json.dumps(event, ensure_ascii=draw(st.booleans())).encode(errors="surrogatepass")


def gone_on(raw: bytes, place: Place = PLACE) -> bytes:
    """What goes on of these bytes."""
    return published(read_event(raw, place), place, NOW)


def check(raw: bytes) -> None:
    """Whatever comes of it can be read by all who read the topic, under its number."""
    try:
        read = read_event(raw, PLACE)
    except (ForeignEvent, AlteredEvent):
        return
    value = published(read, PLACE, NOW)
    event = decode_till_event.decode(value)
    place = numbered(value)
    assert place and (place.location_id, place.till_id, place.epoch, place.sequence) == PLACE
    if read.fault is None:
        assert value == raw
        return
    told = orjson.loads(value)
    assert event.event_id and told["type"] == "unreadable"
    assert base64.b64decode(told["body"]) == raw
    assert 0 < len(read.fault) <= REASON_LENGTH_MAX and "\x00" not in read.fault
    assert published(read_event(raw, PLACE), PLACE, NOW) == value, (
        "the same bytes are another event"
    )


@given(spoiled())
def test_whatever_was_done_to_an_event_all_can_read_what_goes_on(raw: bytes) -> None:
    check(raw)


@given(values)
def test_whatever_is_no_event_all_can_read_what_goes_on(value: Any) -> None:
    check(json.dumps(value).encode(errors="surrogatepass"))


@given(st.binary(max_size=64))
def test_whatever_bytes_came_all_can_read_what_goes_on(raw: bytes) -> None:
    check(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * 5_000 + b"]" * 5_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        b'{"location_id":"shop-0042","location_id":"elsewhere"}',
        b'{"type":"till_heartbeat","event_id":"\\ud800"}',
        b'{"type":"unreadable","body":1}',
        "\u202e{}".encode(),
    ],
)
def test_traps_of_readers_are_set_aside_or_refused(raw: bytes) -> None:
    check(raw)


@given(events)
def test_a_good_event_is_what_it_was(event: dict[str, Any]) -> None:
    link = chained(event)
    read = read_event(link.wire(), PLACE)
    assert (published(read, PLACE, NOW), read.prev, read.hash) == (
        link.wire(),
        link.prev,
        link.hash,
    )
    assert read.fault is None


def test_what_could_be_read_of_it_is_kept() -> None:
    event = orjson.loads(chained(dict(examples.TILL_EVENTS[0])).wire())
    told = orjson.loads(gone_on(orjson.dumps(event | {"type": "?"})))
    for name in ("event_id", "occurred_at", "business_date", "chain"):
        assert told[name] == event[name]
    told = orjson.loads(gone_on(orjson.dumps(event | {"type": "?", "occurred_at": 5})))
    assert told["occurred_at"] == "2026-11-29T12:00:00.000Z"


def test_the_same_bytes_under_another_number_are_another_event() -> None:
    first = orjson.loads(gone_on(b"{}"))
    second = orjson.loads(gone_on(b"{}", PLACE._replace(sequence=8)))
    assert first["event_id"] != second["event_id"]


def test_the_largest_that_nobody_can_read_fits_the_topic() -> None:
    raw = b'{"a":"' + b"x" * (512 * 1024) + b'"}'
    assert len(gone_on(raw)) < EVENT_BYTES_MAX - 1024


def test_a_foreign_event_is_foreign_however_broken_it_is() -> None:
    with pytest.raises(ForeignEvent, match="elsewhere"):
        read_event(b'{"location_id":"elsewhere"}', PLACE)


@given(st.dictionaries(st.sampled_from(["epoch", "first", "prev", "events", "head"]), values))
def test_whatever_is_no_batch_is_refused_and_nothing_breaks(members: dict[str, Any]) -> None:
    whole = {"epoch": 1, "first": 1, "prev": EPOCH_BEGINS, "events": [{}]} | members
    for body in (members, whole):
        try:
            batch = read_batch(json.dumps(body).encode(errors="surrogatepass"))
        except Refusal as refusal:
            assert refusal.status in (400, 413)
        else:
            assert 1 <= batch.first <= batch.last
