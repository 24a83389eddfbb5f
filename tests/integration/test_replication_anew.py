"""A feed that is not the one that a store knew: made anew, put back, or in a topic made anew."""

import asyncio
from pathlib import Path

from aiokafka.admin import NewTopic

from tests.integration.process import PATIENCE_SECONDS
from tests.integration.replication_world import (
    Feed,
    applied,
    count,
    make_store_topics,
    replicating,
    state,
)
from tests.integration.sink_world import rows, until
from tests.integration.topic_admin import topic_admin

NAMES = "SELECT sku, name FROM products ORDER BY 1"


async def _told(kafka: str, dsn: str, feed: Feed) -> None:
    feed.head()
    await feed.send(kafka)
    await applied(dsn, feed.version)


async def _make_anew(kafka: str, topic: str) -> None:
    async with topic_admin(kafka) as admin:
        await admin.delete_topics([topic])
        compacted = {"cleanup.policy": "compact"}
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            answer = await admin.create_topics([NewTopic(topic, 1, 1, topic_configs=compacted)])
            if not answer.topic_errors[0][1]:
                return
            await asyncio.sleep(0.2)
        raise AssertionError(f"{topic} was not made anew")


async def test_what_a_feed_that_was_made_anew_does_not_have_goes(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    old = Feed(shop, "feed-1", version=5_000)
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        for number in range(50):
            old.product(f"old-{number}")
        old.product("tea", name="Old tea")
        await _told(kafka, fresh_postgres, old)
        # The centre has lost what it wrote, and begins below: nobody says what is gone.
        new = Feed(shop, "feed-2", version=10)
        new.product("tea", name="New tea")
        for number in range(30):
            new.product(f"new-{number}")
        await _told(kafka, fresh_postgres, new)
        assert state(fresh_postgres)["is_whole"]
        assert count(fresh_postgres, "products") == 31, "rows of a feed that is no more stayed"
        tea = "SELECT name FROM products WHERE sku = 'tea'"
        assert rows(fresh_postgres, tea) == [("New tea",)]
        filled = 'tillstream_replication_filled_total{reason="another_feed"}'
        assert replication.metric(filled) >= 1
        new.product("cup")
        await _told(kafka, fresh_postgres, new)
        assert count(fresh_postgres, "products") == 32, "the feed does not go on"


async def test_a_feed_that_was_put_back_is_noticed_and_followed(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed = Feed(shop)
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        feed.product("tea", name="Tea of the morning")
        feed.product("cup")
        morning = Feed(shop, version=feed.version, held=dict(feed.held))
        feed.product("tea", name="Tea of the evening")
        for number in range(20):
            feed.product(f"evening-{number}")
        await _told(kafka, fresh_postgres, feed)
        # Restored from the morning, the centre says again what changes after it.
        morning.product("cup", name="Another cup")
        morning.head()
        await morning.send(kafka)
        ahead = "tillstream_replication_ahead_versions"
        await until(lambda: replication.metric(ahead) > 0, "the store sees that it is ahead")
        put_back = 'tillstream_replication_filled_total{reason="put_back"}'
        await until(lambda: replication.metric(put_back) == 1, "the feed is read once more")
        await until(lambda: state(fresh_postgres)["is_whole"] is not None, "it was compared")
        assert state(fresh_postgres)["is_whole"] is False, "rows of the evening lie among them"
        assert rows(fresh_postgres, "SELECT name FROM products WHERE sku = 'cup'") == [
            ("Another cup",)
        ]
        assert state(fresh_postgres)["applied_version"] == morning.version


async def test_a_topic_that_was_made_anew_is_read_from_its_start(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed = Feed(shop)
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        feed.product("tea")
        feed.product("gone-meanwhile")
        await _told(kafka, fresh_postgres, feed)
        replication.stop()
        await _make_anew(kafka, feed.topic)
        # As the mirror brings it: what stands, and nothing of what is gone.
        again = Feed(shop, version=feed.version + 1)
        for number in range(40):
            again.product(f"sku-{number}")
        again.product("tea", name="Tea")
        again.head()
        await again.send(kafka)
        replication.restart()
        await applied(fresh_postgres, again.version)
        assert state(fresh_postgres)["is_whole"]
        assert count(fresh_postgres, "products") == 41
        filled = 'tillstream_replication_filled_total{reason="another_topic"}'
        assert replication.metric(filled) == 1


async def test_a_topic_that_is_made_anew_while_it_is_read_is_noticed_however_long_it_is_by_then(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed = Feed(shop)
    with replicating(shop, kafka, fresh_postgres, tmp_path):
        feed.product("tea")
        feed.product("gone-meanwhile")
        await _told(kafka, fresh_postgres, feed)
        await _make_anew(kafka, feed.topic)
        again = Feed(shop, version=feed.version + 1)
        for number in range(40):
            again.product(f"sku-{number}")
        again.product("tea", name="Tea")
        again.head()
        await again.send(kafka)
        await applied(fresh_postgres, again.version)
        await until(lambda: bool(state(fresh_postgres)["is_whole"]), "the store has all")
        assert count(fresh_postgres, "products") == 41


async def test_a_mirror_that_repeats_itself_changes_nothing(
    kafka: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed = Feed(shop)
    with replicating(shop, kafka, fresh_postgres, tmp_path) as replication:
        feed.product("tea", name="First")
        feed.product("tea", name="Second")
        feed.product("cup")
        feed.gone("product", "cup")
        feed.head()
        repeated = list(feed.records)
        await feed.send(kafka)
        await applied(fresh_postgres, feed.version)
        feed.records = repeated
        await feed.send(kafka)
        feed.product("pot")
        await _told(kafka, fresh_postgres, feed)
        assert rows(fresh_postgres, NAMES) == [("pot", "Tea pot"), ("tea", "Second")]
        known = 'tillstream_replication_records_total{outcome="known"}'
        assert replication.metric(known) == 4
        assert state(fresh_postgres)["is_whole"]
