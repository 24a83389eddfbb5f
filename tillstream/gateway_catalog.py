"""A gateway's catalog: its file, the calls that tell of it, and the way on which its rows come."""

import asyncio
import time
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from prometheus_client import CollectorRegistry

from edge.bundle.catalog import RefusedTable, TillCatalog
from edge.gateway.catalog.bundle_call import GET_BUNDLE, BundleCall
from edge.gateway.catalog.desk import CatalogDesk, CatalogReports
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.catalog.metrics import catalog_metrics
from edge.gateway.catalog.own_rows import OwnRows
from edge.gateway.catalog.reporting import ReportedCatalog
from edge.gateway.customers.customer_call import GET_CUSTOMER, CustomerCall
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.employees.authorizations import Authorizations
from edge.gateway.employees.authorize_call import AUTHORIZE, AuthorizeCall
from edge.gateway.employees.pins import PinCheck
from edge.gateway.feeds.catalog_topics import CatalogTopics
from edge.gateway.feeds.customer_topic import CustomerTopic
from edge.gateway.feeds.level_topic import LevelTopic
from edge.gateway.feeds.receipt_topic import ReceiptTopic
from edge.gateway.gateway import Gateway, Part
from edge.gateway.office.offers import OwnOffers
from edge.gateway.products.levels import HeardLevels, KnowsLevels
from edge.gateway.products.product_call import GET_PRODUCT, ProductCall
from edge.gateway.receipts.passing import PassingReceipts
from edge.gateway.receipts.receipt_calls import (
    GET_CUSTOMERS_RECEIPTS,
    GET_RECEIPT,
    POST_RETURN,
    ReceiptCalls,
)
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.served import ServedCall
from tillstream import gateway_store_api
from tillstream.gateway_feeds import outage
from tillstream.gateway_store_api import StoreApiParts
from tillstream.settings import Settings
from topics.registry import TILL_EVENTS


@dataclass(frozen=True, slots=True)
class StoreCatalogParts:
    """What the catalog adds to a gateway."""

    gateway: Gateway
    desk: CatalogDesk
    levels: HeardLevels
    authorizations: Authorizations
    shelf: ReceiptShelf
    customers: HeardCustomers
    reports: CatalogReports
    own: OwnRows
    offers: OwnOffers
    elsewhere: StoreApiParts | None

    def catalog(self) -> TillCatalog | None:
        """The one that counts now."""
        return self.desk.view

    def calls(self) -> Sequence[ServedCall]:
        """What is answered by it."""
        devices = self.gateway.centre.devices
        location_id, pins = self.gateway.location_id, PinCheck(time.monotonic)
        product = ProductCall(location_id, self.catalog, self._all_levels(), devices, _now)
        authorize = AuthorizeCall(self.catalog, pins, self.authorizations, devices, _now)
        customer = CustomerCall(self.customers, self.authorizations, devices)
        returns = Returns(self.shelf, time.time)
        elsewhere = self.elsewhere and self.elsewhere.known(returns, self.shelf)
        receipts = ReceiptCalls(self.shelf, returns, self.authorizations, devices, elsewhere)
        return (
            ServedCall(GET_BUNDLE, BundleCall(self.desk, devices).get),
            ServedCall(GET_PRODUCT, product.get),
            ServedCall(AUTHORIZE, authorize.post),
            ServedCall(GET_CUSTOMER, customer.get),
            ServedCall(GET_RECEIPT, receipts.get),
            ServedCall(GET_CUSTOMERS_RECEIPTS, receipts.get_customers),
            ServedCall(POST_RETURN, receipts.post_return),
        )

    def _all_levels(self) -> KnowsLevels:
        return self.levels if self.elsewhere is None else self.elsewhere.levels(self.levels)

    def parts(self, settings: Settings, stopping: asyncio.Event) -> Sequence[Part]:
        """What brings it; a stop waits for no till that waits for news.

        It comes by the centre's Kafka where events go to the centre's topic. A store with a Kafka
        of its own is told by the mirror.
        """
        released = partial(_released, self.desk, stopping)
        passing = PassingReceipts(self.shelf)
        self.gateway.intake.watchers.append(passing.see)
        asking = () if self.elsewhere is None else (self.elsewhere.centre.run,)
        if settings.gateway_topic != TILL_EVENTS.name:
            return (released, passing.run, *asking)
        kafka, gateway, reports = settings.kafka_access(), self.gateway, self.reports
        away = outage(gateway, "catalog")
        rows = CatalogTopics(kafka, gateway.location_id, self.own.take, reports, away)
        away = outage(gateway, "levels")
        levels = LevelTopic(kafka, self.levels, reports.left_out, away)
        away = outage(gateway, "receipts")
        receipts = ReceiptTopic(kafka, gateway.location_id, self.shelf, reports.left_out, away)
        away = outage(gateway, "customers")
        customers = CustomerTopic(kafka, self.customers, reports.left_out, away)
        return (
            released,
            passing.run,
            rows.run,
            self.own.run,
            levels.run,
            receipts.run,
            customers.run,
            *asking,
        )


@contextmanager
def opened(
    gateway: Gateway, folder: Path, registry: CollectorRegistry, settings: Settings
) -> Generator[StoreCatalogParts]:
    """The catalog in ``folder``, for the length of a block; `GatewayUnusable` where its file cannot
    be used. What was known before counts at once."""
    metrics, location_id = catalog_metrics(registry), gateway.location_id

    def refuse(tables: Sequence[RefusedTable]) -> None:
        gateway.centre.refused_tables = tables

    def count(catalog_version: int) -> None:
        gateway.centre.catalog_version = catalog_version

    reports = ReportedCatalog(metrics, refuse)
    with (
        closing(CatalogFile(folder / "catalog.sqlite", location_id)) as file,
        closing(ReceiptShelf(folder / "receipts.sqlite")) as shelf,
        gateway_store_api.opened(gateway, folder, settings) as elsewhere,
    ):
        desk = CatalogDesk(location_id, file, reports, count)
        gateway.centre.catalog_age = lambda: desk.age_seconds
        metrics.look(lambda: desk.waiting.count)
        authorizations = Authorizations(time.monotonic, lambda: desk.view)
        levels = HeardLevels(location_id, _now)
        offers = OwnOffers(desk.take, desk.retake)
        own = OwnRows(folder / "own", offers.take, offers.retake, reports)
        yield StoreCatalogParts(
            gateway,
            desk,
            levels,
            authorizations,
            shelf,
            HeardCustomers(),
            reports,
            own,
            offers,
            elsewhere,
        )


async def _released(desk: CatalogDesk, stopping: asyncio.Event) -> None:
    await stopping.wait()
    desk.close()


def _now() -> datetime:
    return datetime.now(UTC)
