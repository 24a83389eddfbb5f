"""A store speaks for itself alone: what goes on, as what, and what does not."""

import json
from dataclasses import replace
from typing import Any

import pytest

from connectors.admission.carrying import PATTERN
from connectors.admission.judging import INPUT_BYTES_MAX, SentUp, judge
from operations.dead_letters.letters import dead_letter_topics
from topics.dead_letters import parse_source, told
from topics.mirrored import UP, told_by, up_topics
from topics.topic_spec import DEAD_LETTER_BYTES_MAX
from topics.wire import decode_movement, decode_till_event

SHOP = "shop-1"

EVENT: dict[str, Any] = {
    "type": "till_heartbeat",
    "event_id": "0197f3a0-0000-7000-8000-000000000001",
    "location_id": SHOP,
    "till_id": "1",
    "epoch": 1,
    "sequence": 1,
    "occurred_at": "2026-11-30T08:00:00Z",
    "business_date": "2026-11-30",
}


def sent(value: bytes | None = None, what: str = "till-events", **more: Any) -> SentUp:
    value = json.dumps(EVENT).encode() if value is None else value
    message = SentUp(SHOP, what, f"up.{SHOP}.{what}", 0, 7, 1_764_489_600_123, b"k", value, ())
    return replace(message, **more)


def test_what_a_store_says_of_itself_goes_on_with_the_stores_time() -> None:
    moved = judge(sent(headers=[("gateway-at", b"x")]))
    assert (moved.topic, moved.key, moved.reason) == ("till.cart-events", SHOP.encode(), "")
    assert moved.value == json.dumps(EVENT).encode(), "not one byte may change"
    assert moved.headers == [("gateway-at", b"x"), ("store-at", b"2025-11-30T08:00:00.123Z")]


def test_no_store_writes_the_time_at_which_its_kafka_took_a_message() -> None:
    moved = judge(sent(headers=[("store-at", b"1999-01-01T00:00:00Z")]))
    assert [value for name, value in moved.headers if name == "store-at"] == [
        b"2025-11-30T08:00:00.123Z"
    ]


def test_movements_and_offers_go_to_their_inputs() -> None:
    assert judge(sent(what="stock-movements")).topic == "cdc.stock-movements"
    offer = sent(what="reports", headers=[("report", b"offer")])
    assert judge(offer).topic == "cdc.offers"


@pytest.mark.parametrize("headers", [(), [("report", b"nonsense")], [("report", b"\xff")]])
def test_a_report_of_an_unknown_kind_is_a_dead_letter(headers: Any) -> None:
    moved = judge(sent(what="reports", headers=headers))
    assert (moved.reason, moved.topic) == ("unknown_report", f"up.{SHOP}.reports.dead-letter")


FOREIGN = [
    b'{"location_id": "shop-2"}',
    b'{"location_id": "SHOP-1"}',
    b'{"location_id": "shop-1 "}',
    b'{"location_id": "shop-1\\u0000"}',
    b'{"location_id": null}',
    b'{"location_id": ["shop-1"]}',
    b'{"location_id": "shop-1", "location_id": "shop-2"}',
    b'{"location_id": "shop-1", "location\\u005fid": "shop-2"}',
    b'["shop-1"]',
    b"shop-1",
    b"",
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("value", FOREIGN, ids=range(len(FOREIGN)))
@pytest.mark.parametrize("what", UP)
def test_what_names_another_location_or_none_goes_nowhere(value: bytes, what: str) -> None:
    moved = judge(sent(value, what, headers=[("report", b"offer")]))
    assert moved.reason == "foreign_location"
    assert moved.topic == f"up.{SHOP}.{what}.dead-letter"
    assert (moved.key, moved.value) == (b"k", value), "a dead letter keeps the original bytes"
    assert parse_source(told(moved.headers, "source")) == (f"up.{SHOP}.{what}", 0, 7)


def test_a_deletion_names_no_location() -> None:
    assert judge(replace(sent(), value=None)).reason == "foreign_location"


def test_a_name_that_is_given_twice_counts_here_as_at_the_workers() -> None:
    text = json.dumps(EVENT).replace('"till_id"', '"location_id": "shop-2", "till_id"')
    assert decode_till_event(text.encode()).location_id == "shop-2"
    assert judge(sent(text.encode())).reason == "foreign_location"
    own = json.dumps({"location_id": "shop-2"} | EVENT).replace("}", ', "location_id": "shop-1"}')
    assert decode_till_event(own.encode()).location_id == SHOP
    assert judge(sent(own.encode())).reason == ""
    movement = (
        b'{"movement_id":"m","location_id":"shop-1","location_id":"shop-2","sku":"a","quantity":1,'
        b'"reason":"delivery","occurred_at":"2026-11-30T08:00:00Z","origin":"o","number":1}'
    )
    assert decode_movement(movement).location_id == "shop-2"
    assert judge(sent(movement, "stock-movements")).reason == "foreign_location"


def test_what_is_broken_but_names_its_store_goes_on_to_who_counts_its_number() -> None:
    broken = json.dumps({**EVENT, "type": "nonsense"}).encode()
    assert judge(sent(broken)).topic == "till.cart-events"


@pytest.mark.parametrize("size", [INPUT_BYTES_MAX, 3 * INPUT_BYTES_MAX])
def test_what_its_input_would_refuse_holds_nobody_up(size: int) -> None:
    value = json.dumps({**EVENT, "more": "x" * size}).encode()
    moved = judge(sent(value))
    assert moved.reason == "too_large"
    letter = len(moved.value or b"") + sum(len(value) for _, value in moved.headers)
    assert letter < DEAD_LETTER_BYTES_MAX, "its own topic would refuse it"
    assert told(moved.headers, "source") == f"up.{SHOP}.till-events-0-7"


@pytest.mark.parametrize("shop", [SHOP, "a.b", "reports", "x.till-events", "up.up"])
def test_a_topic_says_whose_it_is_whatever_the_store_is_called(shop: str) -> None:
    import re

    for what, topic in zip(UP, up_topics(shop), strict=True):
        assert told_by(topic) == (shop, what)
        assert re.match(PATTERN, topic)
        assert told_by(f"{topic}.dead-letter") is None
        assert not re.match(PATTERN, f"{topic}.dead-letter")


def test_operators_look_at_what_a_store_was_refused_by_the_name_of_what_it_sends() -> None:
    topic = f"up.{SHOP}.till-events"
    assert dead_letter_topics(topic) == [f"{topic}.dead-letter"]
    with pytest.raises(ValueError, match="no dead letters"):
        dead_letter_topics(f"down.{SHOP}")


@pytest.mark.parametrize("topic", ["up.till-events", "up..till-events", "down.a", "up.a.b", "upx"])
def test_other_topics_are_nobodys(topic: str) -> None:
    assert told_by(topic) is None
