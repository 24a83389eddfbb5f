"""The calls that read, in a whole gateway: they are served, and a stop waits for none of them."""

import asyncio
import json
import time
from pathlib import Path

from prometheus_client import CollectorRegistry

from edge.gateway.gateway import TillDoor, opened
from edge.gateway.metrics import gateway_metrics
from edge.gateway.server import tls
from edge.proxy.metrics import proxy_metrics
from edge.proxy.upstream import upstream
from identity.names import StoreName
from tests.gateways import HOST, Fleet
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.gateway.catalog.catalog_doors import of
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.journal.tills import TILL
from tillstream import gateway_catalog, gateway_feeds
from tillstream.settings import load_settings


async def test_a_stop_ends_what_waits_for_news_and_what_was_known_counts_at_the_next_start(
    tmp_path: Path,
) -> None:
    fleet = Fleet(tmp_path)
    shown, till = fleet.identity(StoreName(LOCATION)), fleet.till(*TILL)
    door = TillDoor(HOST, 0, tls(shown.certificate, shown.key, fleet.authorities, ()))
    settings = load_settings(
        gateway_topic=f"up.{LOCATION}.till-events",
        gateway_ca=fleet.authorities,
        kafka="127.0.0.1:9",  # its store is dark, and its own Kafka away as well
    )
    seen: list[int] = []
    for start in range(2):
        registry = CollectorRegistry()
        with (
            opened(LOCATION, tmp_path / "files", MemoryTopic(), gateway_metrics(registry)) as whole,
            gateway_catalog.opened(whole, tmp_path / "files", registry, settings) as catalog,
        ):
            stopping, address = asyncio.Event(), asyncio.get_running_loop().create_future()
            ears = gateway_feeds.ears_of(whole, settings)
            parts = catalog.parts(settings, stopping, ears)
            running = asyncio.create_task(
                whole.run(door, stopping, address.set_result, catalog.calls(), parts)
            )
            if not start:
                await catalog.desk.take(of(product("tea")))
            figures = proxy_metrics(CollectorRegistry())
            async with upstream(await address, till, figures) as way:
                told = await way.ask("GET", "/v1/bundle", b"", {})
                seen.append(json.loads(told.body)["catalog_version"])
                assert (await way.ask("GET", "/v1/products/tea", b"", {})).status == 200
                have = told.headers["ETag"].strip('"')
                target = f"/v1/bundle?have={have}&wait=25"
                held = asyncio.create_task(way.ask("GET", target, b"", {}))
                async with asyncio.timeout(10):
                    while not catalog.desk.waiting.count:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                began = time.monotonic()
                stopping.set()
                assert (await held).status == 204
            await asyncio.wait_for(running, 10)
            assert time.monotonic() - began < 4, "a stop waited for a till that waits"
            assert whole.centre.catalog_version == seen[0]
    assert seen[0] == seen[1] > 0
