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

from clients.kafka import KafkaAccess
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
from edge.gateway.feeds.down_topic import DownTopic, FeedReaders
from edge.gateway.feeds.ears import Ears
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
from tillstream.gateway_feeds import has_own_kafka, outage
from tillstream.gateway_store_api import StoreApiParts
from tillstream.settings import Settings


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

    def centre_is_heard(self) -> None:
        """Something has just come down by the store's feed: catalog and list of devices are what
        the centre has."""
        self.desk.is_current()
        self.gateway.centre.devices_are_current()

    def _all_levels(self) -> KnowsLevels:
        return self.levels if self.elsewhere is None else self.elsewhere.levels(self.levels)

    def parts(self, settings: Settings, stopping: asyncio.Event, ears: Ears) -> Sequence[Part]:
        """What brings it; a stop waits for no till that waits for news.

        Rows come from the centre's topics where events go to the centre's, and else from the feed
        in the store's own Kafka. Levels and receipts are in either.
        """
        passing = PassingReceipts(self.shelf)
        self.gateway.intake.watchers.append(passing.see)
        asking = () if self.elsewhere is None else (self.elsewhere.centre.run,)
        kafka, gateway, refused = settings.kafka_access(), self.gateway, self.reports.left_out
        levels = LevelTopic(kafka, self.levels, refused, outage(gateway, "levels"))
        away = outage(gateway, "receipts")
        receipts = ReceiptTopic(kafka, gateway.location_id, self.shelf, refused, away)
        return (
            partial(_released, self.desk, stopping),
            passing.run,
            *(self._fed(kafka, ears) if has_own_kafka(settings) else self._captured(kafka)),
            self.own.run,
            levels.run,
            receipts.run,
            *asking,
        )

    def _captured(self, kafka: KafkaAccess) -> Sequence[Part]:
        away = outage(self.gateway, "catalog")
        location_id, reports = self.gateway.location_id, self.reports
        rows = CatalogTopics(kafka, location_id, self.own.take, reports, away)
        away = outage(self.gateway, "customers")
        customers = CustomerTopic(kafka, self.customers, reports.left_out, away)
        return rows.run, customers.run

    def _fed(self, kafka: KafkaAccess, ears: Ears) -> Sequence[Part]:
        readers = FeedReaders(
            self.own.take, self.customers, ears.hear, self.reports, self.centre_is_heard
        )
        away = outage(self.gateway, "feed")
        return (DownTopic(kafka, self.gateway.location_id, readers, away).run,)


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
