"""Who else has a product: as the centre says, with this store's own level as the store knows it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

import msgspec

from edge.gateway.elsewhere.questions import CentreQuestions, SaidAt, ToldByCentre
from edge.gateway.products.levels import HeldLevel, KnowsLevels, ShopLevels
from topics.scalars import Identifier

UNHEARD_AFTER = timedelta(minutes=5)
"""How long the centre may have heard nothing of a shop's tills before its level is told as the last
known one. Tills say something each minute; a shop that is closed is told so, too."""


class _Shop(msgspec.Struct, frozen=True):
    location_id: Identifier
    on_hand: int
    in_carts: int
    available: int
    as_of: datetime
    heard_at: datetime | None = None


class _Stock(SaidAt, frozen=True):
    shops: list[_Shop]


_decode = msgspec.json.Decoder(_Stock).decode


class LevelsElsewhere:
    """`KnowsLevels` of a store: ``own`` knows what it has here."""

    def __init__(self, location_id: str, own: KnowsLevels, questions: CentreQuestions) -> None:
        self._location_id = location_id
        self._own = own
        self._questions = questions

    async def here(self, sku: str) -> ShopLevels:
        """See `KnowsLevels`: nobody is asked."""
        return await self._own.here(sku)

    async def in_shops(self, sku: str) -> ShopLevels:
        """See `KnowsLevels`: a second at the most."""
        path = f"/v1/stock/{quote(sku, safe='')}"
        told = await self._questions.get("stock", path, _decode)
        if told is None:
            return ShopLevels({}, None, is_stale=True)
        return _levels(told) if told.is_stale else _levels(told, await self._here_alone(sku))

    async def _here_alone(self, sku: str) -> Mapping[str, HeldLevel]:
        """The store's own, where it is fresh: it is newer than what the centre has heard."""
        own = await self._own.here(sku)
        level = None if own.is_stale else own.by_location.get(self._location_id)
        return {} if level is None else {self._location_id: level}


def _levels(told: ToldByCentre[_Stock], own: Mapping[str, HeldLevel] | None = None) -> ShopLevels:
    said = told.said
    found = {each.location_id: _held(each, said.as_of) for each in said.shops}
    return ShopLevels(found | dict(own or {}), said.as_of, told.is_stale)


def _held(shop: _Shop, as_of: datetime) -> HeldLevel:
    is_unheard = shop.heard_at is not None and as_of - shop.heard_at > UNHEARD_AFTER
    return HeldLevel(
        shop.on_hand, shop.in_carts, shop.available, shop.as_of, version=0, is_stale=is_unheard
    )
