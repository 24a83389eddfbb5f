"""`GET /v1/products/{SKU or GTIN}?all_shops=true`: what people at a till ask about a product."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
from aiohttp import web

from edge.bundle.catalog import ShelfPrice, TillCatalog
from edge.bundle.rows import BundledProduct
from edge.gateway.devices import Devices
from edge.gateway.products import described
from edge.gateway.products.levels import HeldLevel, KnowsLevels, ShopLevels
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

Json = dict[str, Any]

VARIANTS_MAX = 200
"""That are told: a style in ten colours and twenty sizes. Each is looked up by itself."""

GET_PRODUCT = Operation("GET", "/v1/products/{code}", described.GET_PRODUCT, described.SCHEMAS)

_RETRY_AFTER = {"Retry-After": "5"}


@dataclass(frozen=True, slots=True)
class ProductCall:
    """Answers the call; ``catalog`` tells the newest, None before the first."""

    location_id: str
    catalog: Callable[[], TillCatalog | None]
    levels: KnowsLevels
    devices: Devices
    now: Callable[[], datetime]

    async def get(self, request: web.Request) -> web.Response:
        """The handler; raises `Refusal`."""
        self.devices.asking(request[CERTIFICATE])
        catalog, wants_shops = self._known(), _wants_shops(request)
        product = catalog.product(request.match_info["code"])
        if product is None:
            words = "This store's catalog has no such SKU or GTIN."
            more = {"catalog_version": catalog.name.catalog_version}
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, words, more)
        told = await self._told(catalog, product, wants_shops)
        return web.Response(body=orjson.dumps(told), content_type="application/json")

    def _known(self) -> TillCatalog:
        catalog = self.catalog()
        if catalog is None:
            words = "The centre has told this store no catalog yet."
            status = HTTPStatus.SERVICE_UNAVAILABLE
            raise Refusal(status, Code.UPSTREAM, words, headers=_RETRY_AFTER)
        return catalog

    async def _told(self, catalog: TillCatalog, product: BundledProduct, wants_shops: bool) -> Json:
        here, now = await self.levels.here(product.sku), self.now()
        variants = [each for each in catalog.variants(product.sku) if each.sku != product.sku]
        told: Json = {
            "product": msgspec.to_builtins(product),
            "price": _price(catalog.price_of(product.sku, now)),
            "offers": msgspec.to_builtins(catalog.offers_of(product.sku, now)),
            "variants": [
                await self._variant(catalog, each, now) for each in variants[:VARIANTS_MAX]
            ],
            "stock": self._here(here),
            "catalog_version": catalog.name.catalog_version,
        }
        return told | _shops(await self.levels.in_shops(product.sku)) if wants_shops else told

    async def _variant(self, catalog: TillCatalog, each: BundledProduct, now: datetime) -> Json:
        levels = await self.levels.here(each.sku)
        return {
            "product": msgspec.to_builtins(each),
            "price": _price(catalog.price_of(each.sku, now)),
            "stock": self._here(levels),
        }

    def _here(self, levels: ShopLevels) -> Json | None:
        level = levels.by_location.get(self.location_id)
        return None if level is None else _level(level, levels.is_stale)


def _price(price: ShelfPrice | None) -> Json | None:
    if price is None:
        return None
    told: Mapping[str, Any] = price._asdict()
    return {name: value for name, value in told.items() if value is not None}


def _shops(levels: ShopLevels) -> Json:
    shops = [
        {"location_id": location_id, **_level(level, levels.is_stale or level.is_stale)}
        for location_id, level in sorted(levels.by_location.items())
    ]
    as_of = None if levels.as_of is None else _time(levels.as_of)
    return {"shops": shops, "as_of": as_of, "stale": levels.is_stale}


def _level(level: HeldLevel, is_stale: bool) -> Json:
    return {
        "on_hand": level.on_hand,
        "in_carts": level.in_carts,
        "available": level.available,
        "as_of": _time(level.as_of),
        "stale": is_stale,
    }


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _wants_shops(request: web.Request) -> bool:
    told = request.query.get("all_shops", "false")
    if told not in ("true", "false"):
        words = "all_shops is true or false."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, words)
    return told == "true"
