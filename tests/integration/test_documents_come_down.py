"""What comes down to a store: documents are taken once, and its own offers stay its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest

from tests.integration.office_world import Office, furnish, lines, moved
from tests.integration.replication_world import (
    Feed,
    ReplicationProcess,
    applied,
    make_store_topics,
    replicating,
)
from tests.integration.sink_world import execute, rows

pytestmark = pytest.mark.timeout(180)

WHEN = "2026-11-21T09:30:00Z"


@pytest.fixture
async def feed(kafka: str, shop: str, fresh_postgres: str) -> Feed:
    """A feed that says nothing yet, to a store that has something to sell."""
    await make_store_topics(kafka, shop)
    furnish(fresh_postgres, shop)
    execute(fresh_postgres, "INSERT INTO stores (location_id, here) VALUES (%s, true)", shop)
    return Feed(shop)


@pytest.fixture
async def replication(
    feed: Feed, kafka: str, fresh_postgres: str, tmp_path: Path
) -> AsyncIterator[ReplicationProcess]:
    """The process that applies it."""
    with replicating(feed.location, kafka, fresh_postgres, tmp_path) as process:
        yield process


def document(
    feed: Feed, ident: str, kind: str, state: str = "open", why: str | None = None
) -> None:
    """A document of two milk, as change data capture told the centre's feed."""
    quantity = -2 if why else 2
    row = {"document_id": ident, "location_id": feed.location, "kind": kind, "why": why}
    row |= {"lines": f'[{{"sku": "milk", "quantity": {quantity}}}]', "rounds": 1, "state": state}
    feed.row("document", ident, {**row, "ordered_by": "centre", "ordered_at": WHEN, "version": 1})


async def test_documents_are_taken_once_carried_out_and_taken_back(
    feed: Feed, kafka: str, fresh_postgres: str, replication: ReplicationProcess
) -> None:
    document(feed, "order", "order")
    document(feed, "unwanted", "order")
    document(feed, "stolen", "adjustment", why="stolen")
    document(feed, "old", "adjustment", state="booked", why="stolen")
    document(feed, "wrong", "no-such-kind")
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    assert moved(fresh_postgres, feed.location) == [("milk", -2, "shrinkage")]
    office = Office(fresh_postgres)
    await office.do("order", feed.location, "receive", lines=lines(milk=2))
    for ident in ("order", "stolen"):  # the centre tells them again, and takes another back
        document(feed, ident, "order" if ident == "order" else "adjustment", state="booked")
    feed.gone("document", "unwanted")
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    found = rows(fresh_postgres, "SELECT document_id, state FROM documents ORDER BY 1")
    assert found == [
        ("old", "closed"),
        ("order", "booked"),
        ("stolen", "booked"),
        ("unwanted", "closed"),
    ]
    assert moved(fresh_postgres, feed.location) == [
        ("milk", -2, "shrinkage"),
        ("milk", 2, "delivery"),
    ]
    refused = "SELECT id FROM replicated_rows WHERE refused IS NOT NULL"
    assert rows(fresh_postgres, refused) == [("wrong",)]
    assert replication.stop() == 0, replication.log


async def test_what_the_centre_has_heard_of_a_stores_own_offer_changes_nothing_in_the_store(
    feed: Feed, kafka: str, fresh_postgres: str, replication: ReplicationProcess
) -> None:
    make = (
        "INSERT INTO offers (offer_id, location_id, sku, percent, valid_to) "
        "VALUES (%s, %s, 'milk', 20, now() + interval '1 day')"
    )
    for offer_id in ("kept", "ended"):
        execute(fresh_postgres, make, offer_id, feed.location)
    execute(fresh_postgres, "DELETE FROM offers WHERE offer_id = 'ended'")
    for offer_id in ("kept", "ended", "the-centres"):
        row = {"offer_id": offer_id, "location_id": feed.location, "sku": "milk", "percent": 5}
        row |= {"category": None, "price_minor": None}
        feed.row("offer", offer_id, {**row, "valid_from": WHEN, "valid_to": "2036-01-01T00:00:00Z"})
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    told = "SELECT offer_id, percent FROM offers ORDER BY 1"
    assert rows(fresh_postgres, told) == [("kept", 20), ("the-centres", 5)]
    for offer_id in ("kept", "the-centres"):
        feed.gone("offer", offer_id)
    feed.head()
    await feed.send(kafka)
    await applied(fresh_postgres, feed.version)
    assert rows(fresh_postgres, told) == [("kept", 20)]
    up = rows(
        fresh_postgres, "SELECT value ->> 'offer_id' FROM outbox WHERE what = 'offer' ORDER BY 1"
    )
    assert [name for (name,) in up] == ["ended", "ended", "kept"], "what came down goes up again"
    compared = "SELECT id FROM replicated_digests(%s) WHERE kind = 'offer'"
    with psycopg.connect(fresh_postgres) as connection:
        assert connection.execute(compared, (feed.location,)).fetchall() == []
