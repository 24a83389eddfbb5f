"""`tillstream trace` on a whole stack: what each place says of a sale, refused or not."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from clients import blocking_kafka
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from tests.acceptance.stacks import Stack
from tests.integration.sink_world import until
from tests.links import access
from tests.unit.edge.journal.tills import all_accepted, heartbeat, sale
from topics.registry import TILL_EVENTS
from topics.taken import taken_at

PLACES = ["journal", "gateway", "kafka", "worker", "sink", "acknowledgement"]


class Traced:
    """A till with a journal, whose events a gateway would have passed on so."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.stack = stack
        self.till = TillPlace(f"shop-{uuid.uuid4().hex[:8]}", "till-1")
        self.path = folder / "journal.sqlite"
        self.journal = Journal(self.path, self.till, ec.generate_private_key(ec.SECP256R1()))
        self.journal.begin_epoch(1)

    def send(self, *events: dict[str, Any], spoil: tuple[bytes, bytes] = (b"", b"")) -> None:
        """Write events and send them, with ``spoil`` as a replacement in their bytes."""
        producer = blocking_kafka.producer(access(self.stack.status()), acks="all")
        for each in self.journal.append(list(events)):
            value = each.entry.link.wire().replace(*spoil)
            key, headers = self.till.location_id.encode(), [taken_at(datetime.now(UTC))]
            producer.send(TILL_EVENTS.name, value, key, headers=headers).get(timeout=30)
        producer.close()

    def trace(self, sequence: int) -> tuple[int, dict[str, dict[str, Any]]]:
        """Exit status and hops, by name."""
        number = (*self.till, "1", str(sequence))
        ended = self.stack.python(
            "tillstream", "trace", *number, "--journal", str(self.path), "--json"
        )
        assert "Traceback" not in ended.stderr, ended.stderr
        hops = json.loads(ended.stdout)["hops"]
        assert [hop["name"] for hop in hops] == PLACES
        return ended.returncode, {hop["name"]: hop for hop in hops}

    async def settled(self, sequence: int) -> dict[str, dict[str, Any]]:
        """The hops once the sink has what the worker said."""
        hops: dict[str, dict[str, Any]] = {}

        def is_settled() -> bool:
            hops.update(self.trace(sequence)[1])
            return hops["sink"]["state"] != "waiting"

        await until(is_settled, "the sink has it")
        return hops


@pytest.fixture
def traced(stack: Stack, tmp_path: Path) -> Iterator[Traced]:
    """A till whose events are traced."""
    made = Traced(stack, tmp_path)
    yield made
    made.journal.file.close()


async def test_a_sale_has_a_time_at_each_place_and_they_ascend(traced: Traced) -> None:
    written = datetime.now(UTC).isoformat()
    traced.send(sale(occurred_at=written), heartbeat())
    hops = await traced.settled(1)

    assert {name: hop["state"] for name, hop in hops.items()} == {
        **dict.fromkeys(PLACES, "passed"),
        "acknowledgement": "waiting",
    }
    times = {name: datetime.fromisoformat(hops[name]["at"]) for name in PLACES[:-1]}
    # Worker and sink both read the topic.
    for way in (("journal", "gateway", "kafka", "worker"), ("kafka", "sink")):
        passed = [times[name] for name in way]
        assert passed == sorted(passed), "a place has the sale before the one that it comes from"
    assert times["worker"] - times["journal"] < timedelta(hours=1)
    assert hops["kafka"]["words"].startswith("till.cart-events-")

    all_accepted(traced.journal)
    traced.journal.keeping.confirm(1, 2, [], 0)
    assert traced.trace(1)[0] == 0, "it has arrived everywhere, and the till knows it"
    assert traced.trace(2)[0] == 0, "a heartbeat is counted, though it leaves no row"


async def test_what_was_refused_is_told_with_its_reason(traced: Traced) -> None:
    traced.send(sale(currency="EUR"), spoil=(b'"EUR"', b'"euros"'))
    hops = await traced.settled(1)

    assert (hops["worker"]["state"], hops["sink"]["state"]) == ("refused", "refused")
    assert "currency" in hops["worker"]["words"]
    assert traced.trace(1)[0] == 1


def test_an_event_that_was_never_sent_waits_at_the_till(traced: Traced) -> None:
    traced.journal.append([sale()])
    status, hops = traced.trace(1)
    states = [hop["state"] for hop in hops.values()]
    assert states == ["passed", "not read", "waiting", "waiting", "waiting", "waiting"]
    assert status == 1

    status, hops = traced.trace(7)
    assert (status, hops["journal"]["state"]) == (1, "waiting")
    assert "no such event" in hops["journal"]["words"]
