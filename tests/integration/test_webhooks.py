"""Webhooks between a real broker, a real database and real servers that behave and misbehave.

Tests share the broker and keep apart by locations of their own; each has a database of its own.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.webhooks import desk
from connectors.webhooks.addresses import Reach
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.signing import signature
from operations.topic_sync.sync import sync
from tests.integration.sink_world import execute
from tests.integration.webhook_world import (
    PARTITIONS,
    Endpoint,
    Worker,
    alert,
    answering,
    endpoint,
    flood,
    hang,
    say,
    until,
)
from topics.registry import OUTPUTS


@pytest.fixture
def broker(kafka: str) -> str:
    """The shared broker with the derived topics."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, specs=OUTPUTS)
    return kafka


@asynccontextmanager
async def working(kafka: str, dsn: str, folder: Path, **settings: str) -> AsyncGenerator[Worker]:
    """A worker that reads, for the length of a block."""
    worker = Worker(kafka, dsn, folder, **settings)
    try:
        await worker.reads(dsn)
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.kill()


def deliveries(dsn: str, of: Endpoint) -> list[dict[str, Any]]:
    """What became of an endpoint's messages, the newest first."""
    with desk.opened(PostgresAccess(dsn)) as connection:
        return desk.deliveries(connection, of.endpoint_id, None, 1000)


def states(dsn: str, of: Endpoint) -> dict[str, int]:
    """How many messages are in which state."""
    found = [each["state"] for each in deliveries(dsn, of)]
    return {state: found.count(state) for state in set(found)}


async def test_a_change_is_told_once_signed_and_in_order(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async with endpoint() as told, working(broker, fresh_postgres, tmp_path) as worker:
        told.add_to(fresh_postgres)
        await say(broker, [alert(shop, "milk", 9)], commit=False)
        history = [alert(shop, sku, version) for version in (1, 2, 3) for sku in ("milk", "tea")]
        await say(broker, history)
        await say(broker, history)  # as a topic that was made anew would
        await say(broker, [alert(shop, "milk", 4, state="cleared")])
        await until(lambda: len(told.received) >= 7, "seven changes were told", worker)
        await until(lambda: states(fresh_postgres, told) == {"delivered": 7}, "noted", worker)
    assert [v for sku, v in told.versions if sku == "milk"] == [1, 2, 3, 4], "out of order"
    assert [v for sku, v in told.versions if sku == "tea"] == [1, 2, 3], "out of order"
    assert len({each.message_id for each in told.received}) == 7, "a change was told twice"
    for each in told.received:
        at = int(each.headers["webhook-timestamp"])
        wanted = signature(told.secret, each.message_id, at, each.body)
        assert each.headers["webhook-signature"] == wanted, "the signature is wrong"
    assert b'"type":"restock_alert.cleared"' in told.received[-1].body


async def test_an_endpoint_that_hangs_delays_no_other_and_is_given_up(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async with (
        endpoint(hang) as hanging,
        endpoint(flood) as flooding,
        endpoint() as good,
        working(broker, fresh_postgres, tmp_path) as worker,
    ):
        for each in (hanging, flooding, good):
            each.add_to(fresh_postgres)
        await say(broker, [alert(shop, f"sku-{number}", 1) for number in range(12)])
        await until(lambda: len(good.received) == 12, "the good endpoint was told all", worker)
        in_vain = len(hanging.received)
        assert in_vain < 12, "the good endpoint waited for the hanging one"
        for each in (hanging, flooding):

            def given_up(of: Endpoint = each) -> bool:
                return states(fresh_postgres, of) == {"dead": 12}

            await until(given_up, "all was given up", worker)
    assert len(flooding.received) == 36, "not three attempts each"
    errors = {each["last_error"] for each in deliveries(fresh_postgres, flooding)}
    assert all(error.startswith("answered 500: xxx") and len(error) < 500 for error in errors)
    assert deliveries(fresh_postgres, hanging)[0]["last_error"] == "no answer within 1 s"


async def test_what_was_given_up_is_listed_and_sent_again(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async with (
        endpoint(answering(503, "closed\0 for <b>lunch</b>")) as closed,
        working(broker, fresh_postgres, tmp_path) as worker,
    ):
        closed.add_to(fresh_postgres)
        await say(broker, [alert(shop, "milk", 1), alert(shop, "milk", 2)])
        await until(lambda: states(fresh_postgres, closed) == {"dead": 2}, "given up", worker)
        assert closed.versions == [("milk", 1)] * 3 + [("milk", 2)] * 3, "the order was not kept"
        assert deliveries(fresh_postgres, closed)[0]["last_status"] == 503
        closed.behaviour = answering(200)
        with desk.opened(PostgresAccess(fresh_postgres)) as connection:
            assert len(desk.retry(connection, closed.endpoint_id, None)) == 2
        await until(
            lambda: states(fresh_postgres, closed) == {"delivered": 2}, "it was sent again", worker
        )
    assert closed.versions[6:] == [("milk", 1), ("milk", 2)]
    assert len({each.message_id for each in closed.received}) == 2, "it came under another id"


async def test_a_redirect_a_missing_name_and_a_wrong_certificate_are_failures(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": other.url})

    async with (
        endpoint() as other,
        endpoint(elsewhere) as moving,
        working(broker, fresh_postgres, tmp_path, webhook_attempts_max="1") as worker,
    ):
        unresolved, unsafe = Endpoint(hang), Endpoint(hang)
        unresolved.url = "https://no-such-host.invalid/alerts"
        unsafe.url = other.url.replace("http://", "https://")
        bad = (moving, unresolved, unsafe)
        for each in bad:
            each.add_to(fresh_postgres)
        await say(broker, [alert(shop, "milk", 1)])

        def given_up() -> bool:
            return all(states(fresh_postgres, each) == {"dead": 1} for each in bad)

        await until(given_up, "all three were given up", worker)
    assert other.received == [], "a redirect was followed"
    assert "redirects are not followed" in deliveries(fresh_postgres, moving)[0]["last_error"]
    for each in (unresolved, unsafe):
        assert deliveries(fresh_postgres, each)[0]["last_error"], "the cause is not told"


async def test_a_worker_that_is_killed_loses_nothing_and_keeps_the_ids(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async with endpoint() as told, working(broker, fresh_postgres, tmp_path) as worker:
        told.add_to(fresh_postgres)
        history = [alert(shop, f"sku-{n % 30}", 1 + n // 30) for n in range(240)]
        for start in range(0, 240, 80):
            await say(broker, history[start : start + 80])
            await until(lambda at=start: len(told.received) > at + 10, "some were told", worker)
            worker.kill()
            _let_claims_run_out(fresh_postgres)
            worker.restart()

        def all_told() -> bool:
            return len({each.message_id for each in told.received}) == 240

        await until(all_told, "every change was told", worker)
        assert worker.stop() == 0
    for sku in range(30):
        versions = [v for name, v in told.versions if name == f"sku-{sku}"]
        assert sorted(set(versions)) == list(range(1, 9)), "a change was never told"
        first = [v for at, v in enumerate(versions) if v not in versions[:at]]
        assert first == sorted(first), f"changes came out of order: {versions}"


def _let_claims_run_out(dsn: str) -> None:
    """What a worker had claimed that was killed comes due again, and not in 11 s."""
    execute(dsn, "UPDATE webhook_deliveries SET due_at = due_at - interval '11 s'")


async def test_two_workers_at_once_claim_each_message_once(
    broker: str, fresh_postgres: str, tmp_path: Path, shop: str
) -> None:
    async with (
        endpoint() as told,
        working(broker, fresh_postgres, tmp_path) as one,
        working(broker, fresh_postgres, tmp_path) as two,
    ):
        for each in (one, two):
            await until(lambda each=each: "webhooks_started" in each.log, "both had begun", each)
        told.add_to(fresh_postgres)
        await say(broker, [alert(shop, f"sku-{n % 30}", 1 + n // 30) for n in range(150)])
        await until(
            lambda: states(fresh_postgres, told).get("delivered") == 150, "all were told", one
        )
        assert (one.stop(), two.stop()) == (0, 0), two.log
    assert len(told.received) == 150, "a message was sent twice"
    for sku in range(30):
        versions = [v for name, v in told.versions if name == f"sku-{sku}"]
        assert versions == sorted(versions), f"changes came out of order: {versions}"


def test_another_secret_signs_beside_the_one_before_and_what_waits_is_kept(
    fresh_postgres: str,
) -> None:
    with desk.opened(PostgresAccess(fresh_postgres)) as connection:
        added = desk.add(connection, "https://hooks.example/x", "", Reach())
        connection.execute(
            "INSERT INTO webhook_deliveries (endpoint_id, message_id, subject, body) "
            "VALUES (%s, 'm', 's', '{}')",
            (added.endpoint_id,),
        )
        fresh = desk.rotate(connection, added.endpoint_id)
        held = desk.find(connection, added.endpoint_id).secret
        assert held.split() == [fresh, added.secret]
        (waiting,) = desk.deliveries(connection, added.endpoint_id, None, 10)
        assert waiting["message_id"] == "m", "what waited is lost"
        with pytest.raises(WebhookRefused, match="no endpoint"):
            desk.rotate(connection, "ep_none")
