"""Two tills go on with one cart, as one of them could not ask: the store is told, once."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from edge.gateway.carts.keeping import GoneTwice, hold
from edge.gateway.metrics import gateway_metrics
from edge.gateway.reporting import ReportedIntake
from identity.names import TillName
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import Store, send, store
from tests.unit.edge.journal.tills import TILL, event, opened

LINE = {
    "line_no": 1, "sku": "tea", "quantity": 2, "unit": "each", "unit_price_minor": 300,
    "amount_minor": 600,
}  # fmt: skip
OTHER = "another"


async def held_by_another(gateway: Store) -> None:
    await gateway.file.commit(_hold)


def _hold(database: Any) -> None:
    hold(database, OTHER, TILL.till_id, "c", 1.0)


@pytest.mark.parametrize("is_up", [True, False])
async def test_who_went_on_without_asking_is_told_of_once_however_often_it_is_sent(
    tmp_path: Path, is_up: bool
) -> None:
    topic = MemoryTopic()
    with closing(opened(tmp_path)) as journal:
        async with store(tmp_path, topic) as gateway:
            journal.append([event("cart_suspended", cart_id="c", lines=[LINE])])
            await send(journal, gateway)
            await held_by_another(gateway)
            if not is_up:
                topic.go()
            journal.append([event("cart_resumed", cart_id="c", from_till_id=TILL.till_id)])
            batch = journal.outbox.next_batch(0.0)
            assert batch
            for _ in range(2):  # the first answer is lost
                await gateway.take(batch.body)
            assert gateway.reports.twice == [GoneTwice("c", OTHER, TILL.till_id)]


def test_it_is_counted() -> None:
    registry = CollectorRegistry()
    reports = ReportedIntake(gateway_metrics(registry))
    reports.went_on_twice(TillName(*TILL), GoneTwice("c", OTHER, TILL.till_id))
    assert registry.get_sample_value("tillstream_gateway_carts_twice_total") == 1
