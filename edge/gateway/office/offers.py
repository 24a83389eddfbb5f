"""The store's own offers over the rows that the centre tells: its tills have them at once.

The centre sends a store's own offers down again, as they were a while ago. Of an offer that the
store has made, its own word counts alone, also that it is no more.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping

from edge.bundle.form import BundleRows, RowKey, canonical_row
from edge.bundle.rows import BundledOffer

TakeNumberedRows = Callable[[BundleRows, int | None], Awaitable[bool]]

KIND = "offer"


def with_offers(
    rows: Mapping[RowKey, bytes], made: Collection[str], offers: Collection[BundledOffer]
) -> dict[RowKey, bytes]:
    """The rows, in which of the offers that were ``made`` here those that there are stand alone.

    As of others, only what the store sells is told.
    """
    own = set(made)
    found = {key: row for key, row in rows.items() if key[0] != KIND or key[1] not in own}
    sold = {row_id for kind, row_id in rows if kind == "product"}
    for each in offers:
        if each.sku is None or each.sku in sold:
            found[KIND, each.offer_id] = canonical_row(each)
    return found


class OwnOffers:
    """Between who brings rows and who keeps the catalog. One loop's only."""

    def __init__(self, take: TakeNumberedRows, retake: TakeNumberedRows) -> None:
        """``take`` lets rows count that the centre has told now, ``retake`` those of before; by a
        number of the store's feed, where they have one."""
        self._take = take
        self._retake = retake
        self._turn = asyncio.Lock()
        self._rows: BundleRows | None = None
        self._made: Collection[str] = ()
        self._offers: Collection[BundledOffer] = ()
        self._is_untold = False

    async def take(self, rows: BundleRows, version: int | None = None) -> bool:
        """Let the centre's rows count, and the store's offers with them; whether they do."""
        return await self._through(rows, version, self._take)

    async def retake(self, rows: BundleRows, version: int | None = None) -> bool:
        """The same, of what the centre said before."""
        return await self._through(rows, version, self._retake)

    async def offer(self, made: Collection[str], offers: Collection[BundledOffer]) -> None:
        """Let these be the store's own offers; again until they count."""
        async with self._turn:
            if (made, offers) != (self._made, self._offers):
                self._made, self._offers, self._is_untold = made, offers, True
            if self._is_untold and self._rows is not None:
                self._is_untold = not await self._retake(self._joined(self._rows), None)

    async def _through(self, rows: BundleRows, version: int | None, take: TakeNumberedRows) -> bool:
        async with self._turn:
            self._rows = rows
            is_taken = await take(self._joined(rows), version)
            self._is_untold = self._is_untold and not is_taken
            return is_taken

    def _joined(self, rows: BundleRows) -> BundleRows:
        return with_offers(rows, self._made, self._offers)
