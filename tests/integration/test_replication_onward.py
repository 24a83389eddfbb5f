"""What a store's replication tells others: its own workers, and the centre."""

import asyncio
import json
import random
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.integration.process import PATIENCE_SECONDS
from tests.integration.replication_world import (
    Feed,
    applied,
    count,
    make_store_topics,
    replicating,
)
from tests.integration.sink_world import until
from tests.integration.topic_tail import TopicTail
from topics.dead_letters import told
from topics.mirrored import REPORT_HEADER, REPORTS_UP, up_topic
from topics.registry import ASSORTMENT, LOCATIONS, PRODUCTS
from topics.store_status import STATUS_REPORT, StoreStatus
from topics.wire import decode_location, decode_policy, decode_product


def _read(kafka: str, topic: str, is_own: Callable[[Any], bool], enough: int) -> list[Any]:
    """The records of one store, which shares its broker with other tests."""
    found, deadline = list[Any](), time.monotonic() + PATIENCE_SECONDS
    with closing(TopicTail(kafka, topic)) as tail:
        tail.begin()
        while len(found) < enough:
            assert time.monotonic() < deadline, f"{len(found)} of {enough} in {topic}"
            found = [each for each in tail.look() if is_own(each)]
    return found


async def test_the_stores_workers_hear_what_changed_and_what_went_in_their_own_words(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed, tea, cup = Feed(shop), f"{shop}-tea", f"{shop}-cup"
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        feed.assortment(tea)  # before its product
        feed.product(tea)
        feed.product(cup)
        feed.row("location", shop, {"location_id": shop, "name": "Here", "kind": "shop",
                 "time_zone": "UTC", "region": None})  # fmt: skip
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        await until(lambda: count(fresh_postgres, "replicated_onward") == 0, "all is told")
        feed.assortment(tea, reorder_point=8)
        feed.gone("assortment", tea)
        feed.gone("product", cup)
        feed.head()
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        await until(lambda: count(fresh_postgres, "replicated_onward") == 0, "all is told")
        assert replication.stop() == 0, replication.log
    own = shop.encode()
    policies = _read(kafka, ASSORTMENT.name, lambda each: each.key == own, 2)
    read = [decode_policy.decode(each.value) for each in policies]
    assert [(each.sku, each.reorder_point, each.deleted) for each in read] == [
        (tea, 3, "false"),
        (tea, 0, "true"),
    ]
    products = _read(kafka, PRODUCTS.name, lambda each: each.key.startswith(own), 3)
    names = {each.key.decode(): each.value and decode_product(each.value).name for each in products}
    assert names == {tea: f"Tea {tea}", cup: None}
    (location,) = _read(kafka, LOCATIONS.name, lambda each: each.key == own, 1)
    assert decode_location.decode(location.value).name == "Here"


async def test_killed_while_it_tells_it_leaves_the_workers_with_what_stands(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed, rng = Feed(shop), random.Random(seed := random.randrange(10**6))
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        for turn in range(4):
            for number in range(900):
                feed.assortment(f"sku-{number}", reorder_point=turn * 1_000 + number)
            feed.head()
            await feed.send(kafka)
            await asyncio.sleep(rng.random())
            replication.kill()
            replication.restart()
        await applied(fresh_postgres, feed.version)
        await until(lambda: count(fresh_postgres, "replicated_onward") == 0, "all is told")
    records = _read(kafka, ASSORTMENT.name, lambda each: each.key == shop.encode(), 900)
    newest = {
        policy.sku: policy.reorder_point
        for policy in (decode_policy.decode(each.value) for each in records)
    }
    assert newest == {f"sku-{number}": 3_000 + number for number in range(900)}, f"seed {seed}"


async def test_the_centre_hears_how_far_the_store_is(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed = Feed(shop)
    feed.product("tea")
    feed.row("loyalty_tier", "gold", {"tier": "gold"})
    feed.head()
    await feed.send(kafka)
    with (
        replicating(shop, kafka, fresh_postgres, tmp_path),
        closing(TopicTail(kafka, up_topic(shop, REPORTS_UP))) as tail,
    ):
        await applied(fresh_postgres, feed.version)
        tail.begin()
        heard = list[Any]()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not any(json.loads(each.value)["is_whole"] for each in heard):
            assert time.monotonic() < deadline, heard
            heard = tail.look()
    status = StoreStatus.model_validate_json(heard[-1].value)
    assert told(heard[-1].headers, REPORT_HEADER) == STATUS_REPORT
    assert (status.location_id, status.applied_version, status.feed) == (shop, 2, "feed-1")
    assert (status.head_version, status.set_aside) == (2, 1)
