"""What customers ask: a product by scan or by name, with its price, offers, variants and stock.

The till's own catalog answers at once. Where the goods are is asked of the store, and shown as soon
as it says; while the store is away the page says that, and keeps everything else.
"""

import asyncio
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

from edge.bundle.catalog import TillCatalog
from edge.bundle.rows import BundledOffer, BundledProduct
from edge.problems import Refusal
from edge.till.page.scene import PageView
from edge.till.page.shown import ProductOnPage, ShownStock, ShownVariant
from edge.till.page.stage import PageStage
from edge.till.page.wording import clock_words, shelf_price_words
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict

FOUND_MAX = 24
"""Products of a search that are shown; who wants others types more letters."""

LETTERS_MIN = 2
"""Of a search: with one, half of the shop is found."""

STORE_SECONDS = 3.0
"""The store is waited for; it waits for the centre for one."""


class InformationMode:
    """The stage while nobody is signed in, and searches by name."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions

    def search(self, text: str) -> list[BundledProduct]:
        """Products whose name has all these words, by name."""
        words = text.casefold().split()
        catalog = self._actions.catalog
        if catalog is None or len(text.strip()) < LETTERS_MIN:
            return []
        found = [
            each for each in catalog.products if all(word in each.name.casefold() for word in words)
        ]
        return sorted(found, key=lambda each: each.name)[:FOUND_MAX]

    def show_found(self, text: str, found: list[BundledProduct]) -> None:
        """The products that a search has found."""
        self._stage.scene.found = found
        self._stage.scene.view = PageView.FOUND
        self._stage.say("plain", f"{len(found)} with “{text[:40]}”")

    def show(self, product: BundledProduct) -> None:
        """A product, and ask the store where it is."""
        catalog = self._actions.catalog
        if catalog is None:
            return
        scene = self._stage.scene
        scene.product = self._shown(catalog, product)
        scene.view = PageView.PRODUCT
        self._stage.say("plain", f"{product.name}: {scene.product.price}")
        asking = asyncio.create_task(self._ask_store(scene.product))
        self._stage.beside.add(asking)
        asking.add_done_callback(self._stage.beside.discard)

    async def answer(self, key: str, which: str) -> None:
        """A customer has chosen an answer, by its place, to the question of that id."""
        survey_id, _, place = which.rpartition(":")
        survey = self._actions.on_screen()["survey"]
        answers: list[str] = survey["answers"] if survey else []
        if (
            not survey
            or survey["survey_id"] != survey_id
            or place not in map(str, range(len(answers)))
        ):
            raise conflict(WhyNot.NO_SUCH_SURVEY, "This is not asked any more.")
        await self._actions.answer_survey(key, survey_id, answers[int(place)])
        self._stage.scene.has_answered = True
        self._stage.say("good", "Thank you.")

    def _shown(self, catalog: TillCatalog, product: BundledProduct) -> ProductOnPage:
        at = self._actions.now()
        recall = catalog.recall_of(product.sku, None, at)
        variants = [each for each in catalog.variants(product.sku) if each.sku != product.sku]
        return ProductOnPage(
            product,
            shelf_price_words(catalog, product, at),
            [self._offer(each) for each in catalog.offers_of(product.sku, at)],
            recall.reason if recall else "",
            [ShownVariant(each, shelf_price_words(catalog, each, at), None) for each in variants],
        )

    def _offer(self, offer: BundledOffer) -> str:
        until = clock_words(offer.valid_to, self._actions.now(), self._actions.time_zone)
        if offer.percent is not None:
            return f"{offer.percent} % off until {until}"
        return f"{money(offer.price_minor or 0, self._actions.currency)} until {until}"

    async def _ask_store(self, shown: ProductOnPage) -> None:
        target = f"/v1/products/{quote(shown.product.sku, safe='')}?all_shops=true"
        try:
            async with asyncio.timeout(STORE_SECONDS):
                told = await self._actions.ask_store(target)
        except (Refusal, TimeoutError, ValueError):
            told = None
        await self._stage.show(lambda: self._learn(shown, told))

    def _learn(self, shown: ProductOnPage, answer: dict[str, Any] | None) -> None:
        if answer is None:
            shown.stock_state = "away"
            return
        zone, now = self._actions.time_zone, self._actions.now()
        shown.here = _stock("Here", answer.get("stock"), now, zone)
        shops = [_stock(each["location_id"], each, now, zone) for each in answer.get("shops", [])]
        here = self._actions.location_id
        shown.elsewhere = [each for each in shops if each is not None and each.place != here]
        by_sku = {each["product"]["sku"]: each.get("stock") for each in answer.get("variants", [])}
        shown.variants = [
            each._replace(here=_stock("Here", by_sku.get(each.product.sku), now, zone))
            for each in shown.variants
        ]
        shown.shops_unasked = _unasked(answer, now, zone)
        shown.stock_state = "told"


def _unasked(answer: dict[str, Any], now: datetime, zone: tzinfo) -> str:
    if not answer.get("stale"):
        return ""
    if not answer.get("as_of"):
        return "The other shops cannot be asked now."
    as_of = clock_words(datetime.fromisoformat(answer["as_of"]), now, zone)
    return f"The other shops cannot be asked now. This is what they had at {as_of}."


def _stock(
    place: str, told: dict[str, Any] | None, now: datetime, zone: tzinfo
) -> ShownStock | None:
    if not told:
        return None
    as_of = datetime.fromisoformat(told["as_of"])
    return ShownStock(place, told["available"], clock_words(as_of, now, zone), bool(told["stale"]))
