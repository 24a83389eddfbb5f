"""Receipts, customers and carts of the whole store at the page: tills with pages, and a gateway."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edge.till.page import elsewhere
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import HOSTILE, MILK, TEA, PagedTill
from tests.unit.edge.gateway.elsewhere.test_told_to_tills import SaidCentre
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.page.page_stores import (
    CUSTOMER,
    CUSTOMERS_CARD,
    PageStore,
    page_store,
)
from tests.unit.edge.till.ruled_tills import ALL, packed
from tests.unit.edge.till.tills import until

WITH_SERIAL = f"]C1010{TEA}21SN-1"
"""A label with a serial number: the loyalty table keeps it with a customer who is known."""


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elsewhere, "SEEN_SECONDS", 0.05)
    monkeypatch.setattr(elsewhere, "UNSEEN_SECONDS", 0.1)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[PageStore]:
    async with page_store(tmp_path, *map(packed, ALL)) as opened:
        yield opened


async def sees(till: PagedTill, words: str) -> None:
    async def look() -> bool:
        return words in await till.seen()

    await until(look, f"{words} is not seen")


async def sees_no(till: PagedTill, words: str) -> None:
    async def look() -> bool:
        return words not in await till.seen()

    await until(look, f"{words} is still seen")


async def says(till: PagedTill, words: str) -> None:
    async def look() -> bool:
        return words in till.said

    await until(look, f"it says {till.said} in place of {words}")


async def sold(store: PageStore, till: PagedTill, page: OpenPage, *codes: str) -> str:
    """The number of a sale that the gateway has."""
    await till.scan(page, *codes)
    await till.press(page, "cash")
    return await store.last_sale(till)


# --- carts of other tills -------------------------------------------------------------------------


async def test_a_cart_of_another_till_is_listed_goes_on_here_and_vanishes_there(
    store: PageStore,
) -> None:
    async with store.till("1") as (first, at_first), store.till("2") as (second, at_second):
        await first.scan(at_first, TEA, MILK)
        cart_id = (await first.cart()).cart_id
        await first.type(at_first, "**")
        await second.press(at_second, "waiting")
        button = f'data-do="take-over:1:{cart_id}"'
        await sees(second, button)
        await first.press(at_first, "waiting")
        await sees(first, f'data-do="resume:{cart_id}"')
        await second.press(at_second, f"take-over:1:{cart_id}")
        assert second.said == "The cart goes on here. From till 1"
        assert [each.sku for each in (await second.cart()).lines] == ["tea", "milk"]
        await sees_no(first, cart_id)
        assert await first.actions.carts() == []
        await second.press(at_second, "cash")
        assert [each["total_minor"] for each in await second.sales()] == [419]


async def test_who_presses_too_late_is_told_where_the_cart_is(store: PageStore) -> None:
    async with (
        store.till("1") as (first, at_first),
        store.till("2") as (second, at_second),
        store.till("3") as (third, at_third),
    ):
        await first.scan(at_first, TEA)
        cart_id = (await first.cart()).cart_id
        await first.type(at_first, "**")
        for till, page in ((second, at_second), (third, at_third)):
            await till.press(page, "waiting")
            await sees(till, cart_id)
        await asyncio.gather(
            second.press(at_second, f"take-over:1:{cart_id}"),
            third.press(at_third, f"take-over:1:{cart_id}"),
            first.press(at_first, f"resume:{cart_id}"),
        )
        tills = {"1": first, "2": second, "3": third}
        has_it = [
            name
            for name, till in tills.items()
            if any(each.status == "open" for each in await till.actions.carts())
        ]
        assert len(has_it) == 1, "the cart goes on at several tills, or at none"
        for name, till in tills.items():
            told = f"Till {has_it[0]} goes on with this cart."
            assert (till.said == told) is (name not in has_it), till.said


async def test_with_the_gateway_away_the_page_says_what_it_cannot_see(store: PageStore) -> None:
    async with store.till("1") as (till, page):
        await till.scan(page, TEA)
        cart_id = (await till.cart()).cart_id
        await till.type(page, "**")
        await store.dark()
        await till.press(page, "waiting")
        await sees(till, "carts of other tills cannot be seen")
        await till.press(page, f"resume:{cart_id}")
        assert "could not be asked" in till.said, "a cart that may be elsewhere goes on in silence"
        assert (await till.cart()).cart_id == cart_id


# --- goods of other tills -------------------------------------------------------------------------


async def test_goods_of_another_till_come_back_here_and_never_more_than_was_bought(
    store: PageStore,
) -> None:
    async with store.till("1") as (first, at_first), store.till("2") as (second, at_second):
        receipt_no = await sold(store, first, at_first, TEA, TEA)
        await first.press(at_first, f"return:{receipt_no}")
        for till, page in ((second, at_second), (first, at_first)):
            await till.press(page, "return")
            await till.type(page, receipt_no)
            await till.press(page, "back:1")
        await second.press(at_second, "back:2")
        await second.press(at_second, "give-back:shelf")
        assert second.said.startswith("Give 6.00 back in cash.")
        assert "not asked" not in second.said
        await first.press(at_first, "give-back:shelf")
        assert "More than is left" in first.said, "the same goods came back at two tills"
        (event,) = [each for each in await second.events() if each["type"] == "goods_returned"]
        assert (event["receipt_no"], event["verified"]) == (receipt_no, "store")

        async def is_known() -> bool:
            await first.press(at_first, f"return:{receipt_no}")
            back = first.stage.scene.back
            return back is not None and all(not each.left for each in back.lines)

        await until(is_known, "what came back elsewhere is not shown")


async def test_with_the_gateway_away_only_own_goods_come_back_and_the_page_says_so(
    store: PageStore,
) -> None:
    async with store.till("1") as (first, at_first), store.till("2") as (second, at_second):
        receipt_no = await sold(store, first, at_first, TEA)
        await store.dark()
        await second.press(at_second, "return")
        await second.type(at_second, receipt_no)
        assert "only what this till itself sold" in second.said
        await first.press(at_first, f"return:{receipt_no}")
        await sees(first, "The store was not asked")
        await first.press(at_first, "back:1")
        await first.press(at_first, "give-back:shelf")
        assert first.said.startswith("Give 3.00 back in cash. The store's other tills were not")


async def test_a_receipt_of_another_store_and_one_of_nowhere_are_told_apart(
    store: PageStore,
) -> None:
    async with store.till("1") as (till, page):
        receipt_no = await sold(store, till, page, TEA)
        code = (await till.actions.receipt(receipt_no)).qr
        await till.press(page, "return")
        await till.scan(page, code.replace("shop-0042", "shop-0007"))
        assert "of the store shop-0007" in till.said
        await till.type(page, "9-1-1")
        assert "Nobody whom this till can ask" in till.said


ELSEWHERE = "shop-0007"


def sold_elsewhere(receipt_no: str, returned: int = 0) -> tuple[int, Any]:
    """What the centre says of a receipt of another store, with two bags of tea."""
    line = {"line_no": 1, "sku": TEA, "quantity": 2, "unit": "each", "unit_price_minor": 300}
    sale = {
        "type": "cart_completed", "location_id": ELSEWHERE, "till_id": "9", "epoch": 1,
        "sequence": 40, "receipt_no": receipt_no, "business_date": "2026-11-29",
        "currency": "EUR", "total_minor": 600, "lines": [line | {"amount_minor": 600}],
        "returned": {"1": returned},
    }  # fmt: skip
    return 200, {"as_of": "2026-11-30T09:00:00Z", "receipts": [sale]}


def kept_at_the_centre(receipt_no: str, return_id: str) -> tuple[int, Any]:
    line = {"line_no": 1, "sku": TEA, "quantity": 1, "unit": "each", "refund_minor": 300}
    return 200, {
        "return_id": return_id, "receipt_no": receipt_no, "location_id": ELSEWHERE,
        "lines": [line], "refund_minor": 300, "reserved_seconds": 900, "verified": "centre",
    }  # fmt: skip


async def test_goods_that_another_store_sold_come_back_here_by_the_receipts_code(
    tmp_path: Path,
) -> None:
    """Its number is that of a receipt of this very till, of which one piece is left."""
    centre = SaidCentre()
    async with page_store(tmp_path, centre=centre) as store, store.till("1") as (till, page):
        receipt_no = await sold(store, till, page, TEA)
        code = (await till.actions.receipt(receipt_no)).qr.replace(TILL.location_id, ELSEWHERE)
        path = f"/v1/receipts/{receipt_no}"
        centre.says[path] = sold_elsewhere(receipt_no)
        await till.press(page, "receipts")
        await till.scan(page, code)
        assert f"Sold in {ELSEWHERE} at till 9 on" in await till.seen()
        await till.press(page, "return")
        await till.scan(page, code)
        await sees(till, f"Sold in {ELSEWHERE} at till 9.")
        await till.press(page, "back:1")
        centre.says[f"{path}/returns"] = kept_at_the_centre(receipt_no, "R")
        await till.press(page, "give-back:shelf")
        assert till.said.startswith("Give 3.00 back in cash.") and "not asked" not in till.said
        (event,) = [each for each in await till.events() if each["type"] == "goods_returned"]
        assert (event["verified"], event["receipt_location_id"]) == ("centre", ELSEWHERE)
        asked = next(body for method, _, body in centre.heard if method == "POST")
        assert (asked["location_id"], asked["till_id"], asked["sequence"]) == (ELSEWHERE, "9", 40)

        centre.is_away = True
        await till.press(page, "return")
        await till.scan(page, code)
        await sees(till, "as the centre last knew it")
        await till.press(page, "back:1")
        await till.press(page, "give-back:shelf")
        assert "the centre, which may, does not answer now" in till.said


# --- receipts -------------------------------------------------------------------------------------


async def test_a_receipt_is_found_by_its_code_or_number_and_printed_as_a_copy_that_is_noted(
    store: PageStore,
) -> None:
    async with store.till("1") as (first, at_first), store.till("2") as (second, at_second):
        receipt_no = await sold(store, first, at_first, TEA)
        await first.press(at_first, "pdf")
        assert first.said == "It is ready to be saved."
        paper = first.actions.store.paper(first.stage.scene.receipt.paper)  # type: ignore[union-attr]
        assert paper and paper.startswith(b"%PDF")
        await first.press(at_first, "cart")
        await first.scan(at_first, (await first.actions.receipt(receipt_no)).qr)
        assert first.stage.scene.view is PageView.RECEIPT
        assert "COPY" in await first.seen() and "Sold here on" in await first.seen()
        await first.press(at_first, "pdf")
        assert first.said == "A copy is ready to be saved."
        (note,) = [each for each in await first.events() if each["type"] == "noted"]
        assert (note["kind"], note["detail"]) == ("reprint", {"receipt_no": receipt_no})
        assert note["cashier_id"] == "anna"
        await second.press(at_second, "receipts")
        await second.type(at_second, receipt_no)
        seen = await second.seen()
        assert "Sold at till 1 on" in seen and "Tea" in seen
        await second.press(at_second, "print")
        assert "Only the till that sold it" in second.said


async def test_the_last_receipts_are_offered_and_a_return_has_one(store: PageStore) -> None:
    async with store.till("1") as (till, page):
        receipt_no = await sold(store, till, page, TEA)
        await till.press(page, f"return:{receipt_no}")
        await till.press(page, "back:1")
        await till.press(page, "give-back:damaged")
        await till.press(page, "receipts")
        (return_id, given_back), (sold_no, paid) = till.stage.scene.recent
        assert sold_no == receipt_no
        assert re.fullmatch("[0-9]{2}:[0-9]{2}, 3.00 EUR", paid), "which customer's was it?"
        assert re.fullmatch("[0-9]{2}:[0-9]{2}, 3.00 EUR given back", given_back)
        assert paid in await till.seen()
        await till.press(page, f"show-receipt:{return_id}")
        assert "Taken back here on" in await till.seen()
        await till.press(page, f"return:{return_id}")
        assert till.said == "That is the receipt of a return."
        await till.press(page, "pdf")
        assert "Look for a receipt first" not in till.said


# --- customers ------------------------------------------------------------------------------------


def named(monkeypatch: pytest.MonkeyPatch, till: PagedTill, name: str) -> None:
    """The gateway tells a name, as one that holds the keys does."""
    attach = till.actions.store.attach

    async def told(*asked: Any) -> Any:
        answer = await attach(*asked)
        return answer | {"customer": answer["customer"] | {"name": name}}

    monkeypatch.setattr(till.actions.store, "attach", told)


async def test_a_customers_card_shows_past_receipts_from_which_a_return_starts(
    store: PageStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with store.till("1") as (till, page):
        named(monkeypatch, till, HOSTILE)
        await till.scan(page, CUSTOMERS_CARD)
        await says(till, "joins the cart")
        receipt_no = await sold(store, till, page, TEA)
        assert (await till.sales())[-1]["customer_id"] == CUSTOMER
        await till.press(page, "customer")
        await till.type(page, CUSTOMERS_CARD)
        seen = await till.seen()
        assert "<img src=x" not in seen and "&lt;img src=x" in seen, "a name was taken for markup"
        assert f'data-do="show-receipt:{receipt_no}"' in seen
        await till.press(page, f"show-receipt:{receipt_no}")
        await till.press(page, f"return:{receipt_no}")
        await till.press(page, "back:1")
        await till.press(page, "give-back:shelf")
        assert till.said.startswith("Give 3.00 back in cash.")


async def test_a_customer_can_be_taken_off_and_counts_for_the_loyalty_rule_until_then(
    store: PageStore,
) -> None:
    async with store.till("1") as (till, page):
        await till.scan(page, WITH_SERIAL)
        without = till.stage.scene.sale
        await till.scan(page, CUSTOMERS_CARD)
        await says(till, "joins the cart")
        sale = till.stage.scene.sale
        assert sale and [each.note for each in sale.verdict.checks] == ["serial-to-customer"]
        assert without and not without.verdict.checks, "the loyalty rule fires for nobody"
        seen = await till.seen()
        assert "Is this the number on the item?" in seen and CUSTOMER in seen
        await till.press(page, "check-good:serial-loyalty/serial:1")
        await till.press(page, "customer")
        assert "Nobody in this store can read the name" in await till.seen()
        await till.press(page, "customer-off")
        assert till.stage.scene.cart and till.stage.scene.cart.customer_id is None
        assert till.stage.scene.sale and till.stage.scene.sale.verdict == without.verdict
        await till.scan(page, TEA)
        assert CUSTOMER not in await till.seen()


async def test_a_code_that_is_nobodys_card_is_an_unknown_code(store: PageStore) -> None:
    async with store.till("1") as (till, page):
        await till.scan(page, "5012345678900")
        await says(till, "Unknown code 5012345678900")
        assert await till.actions.carts() == []
        await store.dark()
        await till.press(page, "customer")
        await till.type(page, CUSTOMERS_CARD)
        assert till.stage.scene.said.tone == "bad"
        await till.press(page, "cart")
        await till.scan(page, TEA)
        await till.press(page, "cash")
        assert len(await till.sales()) == 1, "without the gateway nothing is sold"
