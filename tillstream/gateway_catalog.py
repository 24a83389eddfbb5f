"""A gateway's catalog: its file, the calls that tell of it, and the way on which its rows come."""

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from edge.gateway.catalog.bundle_call import GET_BUNDLE, BundleCall
from edge.gateway.catalog.desk import CatalogDesk
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.catalog.reporting import ReportedCatalog
from edge.gateway.employees.authorizations import Authorizations
from edge.gateway.employees.authorize_call import AUTHORIZE, AuthorizeCall
from edge.gateway.employees.pins import PinCheck
from edge.gateway.feeds.catalog_topics import CatalogTopics
from edge.gateway.feeds.level_topic import LevelTopic
from edge.gateway.gateway import Gateway, Part
from edge.gateway.products.levels import HeardLevels
from edge.gateway.products.product_call import GET_PRODUCT, ProductCall
from edge.gateway.served import ServedCall
from tillstream.gateway_feeds import outage
from tillstream.settings import Settings
from topics.registry import TILL_EVENTS


class StoreCatalogParts(NamedTuple):
    """What the catalog adds to a gateway."""

    calls: Sequence[ServedCall]
    parts: Sequence[Part]
    desk: CatalogDesk

    def until(self, stopping: asyncio.Event) -> Sequence[Part]:
        """The parts; a stop waits for no till that waits for news."""
        return (*self.parts, partial(_released, self.desk, stopping))


@contextmanager
def opened(gateway: Gateway, folder: Path, settings: Settings) -> Generator[StoreCatalogParts]:
    """The catalog in ``folder``, for the length of a block; `GatewayUnusable` where its file cannot
    be used. What was known before counts at once.

    Rows come by the centre's Kafka where events go to the centre's topic. A store with a Kafka of
    its own is told by the mirror.
    """
    location_id, reports = gateway.location_id, ReportedCatalog()

    def count(catalog_version: int) -> None:
        gateway.centre.catalog_version = catalog_version

    with closing(CatalogFile(folder / "catalog.sqlite", location_id)) as file:
        desk = CatalogDesk(location_id, file, reports, count)
        levels = HeardLevels(location_id, _now)
        bundle = BundleCall(desk, gateway.centre.devices)
        product = ProductCall(location_id, lambda: desk.view, levels, gateway.centre.devices, _now)
        authorizations = Authorizations(time.monotonic, lambda: desk.view)
        authorize = AuthorizeCall(
            lambda: desk.view,
            PinCheck(time.monotonic),
            authorizations,
            gateway.centre.devices,
            _now,
        )
        calls = (
            ServedCall(GET_BUNDLE, bundle.get),
            ServedCall(GET_PRODUCT, product.get),
            ServedCall(AUTHORIZE, authorize.post),
        )
        parts: list[Part] = []
        if settings.gateway_topic == TILL_EVENTS.name:
            kafka, away = settings.kafka_access(), outage(gateway, "catalog")
            parts += [
                CatalogTopics(kafka, location_id, desk.take, reports, away).run,
                LevelTopic(kafka, levels, reports.left_out, outage(gateway, "levels")).run,
            ]
        yield StoreCatalogParts(calls, parts, desk)


def _now() -> datetime:
    return datetime.now(UTC)


async def _released(desk: CatalogDesk, stopping: asyncio.Event) -> None:
    await stopping.wait()
    desk.close()
