"""What somebody may do by themselves, what needs another's approval, and what each event says."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    approved,
    bundle,
    events,
    now_by,
    seated,
    sign_in,
)
from tests.unit.edge.till.ruled_tills import packed, table_of
from tests.unit.edge.till.tills import Program, paid

DRAWER = {"type": "drawer_opened", "reason": "change"}


def returned(refund_minor: int, **fields: Any) -> dict[str, Any]:
    line = {
        "line_no": 1, "sku": "tea", "quantity": 1, "unit": "each",
        "unit_price_minor": refund_minor, "amount_minor": refund_minor,
    }  # fmt: skip
    told = {"receipt_no": "till-3-1-1", "lines": [line], "refund_minor": refund_minor}
    return told | {"restock": True} | fields


def off(amount_minor: int, rule: str = "cashier/goodwill") -> dict[str, Any]:
    return paid(600 - amount_minor, discounts=[{"rule": rule, "amount_minor": -amount_minor}])


async def two_teas(program: Program, **fields: Any) -> str:
    cart_id = (await program.post("/carts", fields))["cart_id"]
    await program.post(f"/carts/{cart_id}/lines", {"sku": "tea", "quantity": 2})
    return f"/carts/{cart_id}"


async def over_limit(program: Program, path: str, body: Any) -> tuple[str, int, int]:
    """The limit that a request is refused by, what it asked, and what is allowed."""
    status, told = await program.ask("POST", path, body)
    assert (status, told["reason"]) == (403, "over_limit"), told
    return told["limit"], told["asked"], told["allowed"]


@pytest.mark.parametrize(("who", "most"), [("anna", 60), ("ben", 0), ("mia", 600)])
async def test_a_discount_goes_as_far_as_the_limit(manned: Program, who: str, most: int) -> None:
    await seated(manned, who)
    cart = await two_teas(manned)
    if most < 600:
        limit, asked, allowed = await over_limit(manned, f"{cart}/complete", off(most + 1))
        assert (limit, allowed) == ("discount_percent", 100 * most // 600) and asked > allowed
    await manned.post(f"{cart}/complete", off(most))


async def test_a_discount_of_a_table_is_nobodys_and_nobody_gives_one_by_that_name(
    manned: Program, home: Path
) -> None:
    now_by(manned, home, bundle(8, ANNA, BEN, packed(table_of("off5"))))
    await seated(manned, "ben")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea", "quantity": 18})
    by_hand = [{"rule": "off5/off5", "amount_minor": -300}]
    body = paid(5_400, discounts=by_hand)
    assert await manned.refused("POST", f"{cart}/complete", body) == (422, "rule_of_table")
    not_in_force = paid(5_400, discounts=[{"rule": "discounts/off5", "amount_minor": -600}])
    assert (await over_limit(manned, f"{cart}/complete", not_in_force))[0] == "discount_percent"
    await manned.post(f"{cart}/complete", paid(5_700))
    assert (await events(manned))[-1]["discounts"] == by_hand, "the table's discount was lost"


@pytest.mark.parametrize(
    "named", [{"unit_price_minor": 269}, {"amount_minor": 269}, {"amount_minor": -300}]
)
async def test_a_price_below_the_catalogs_is_a_discount(
    manned: Program, named: dict[str, int]
) -> None:
    await seated(manned, "anna")
    lines = f"{await two_teas(manned)}/lines"
    line = {"sku": "tea"} | named
    assert (await over_limit(manned, lines, line))[0] == "discount_percent"
    await manned.post(lines, {"sku": "tea", "unit_price_minor": 270})
    await manned.post(lines, {"sku": "tea", "unit_price_minor": 400})
    headers = await approved(manned, "mia")
    status, told = await manned.ask("POST", lines, line, headers=headers)
    assert status == 201, told


async def test_a_piece_that_is_called_a_gram_is_no_cheaper(manned: Program) -> None:
    await seated(manned, "ben")
    cart_id = (await manned.post("/carts", {}))["cart_id"]
    line = {"sku": "tea", "quantity": 1, "unit": "gram", "amount_minor": 1}
    limit, _, allowed = await over_limit(manned, f"/carts/{cart_id}/lines", line)
    assert (limit, allowed) == ("discount_percent", 0)


async def test_a_cart_from_another_till_brings_no_price_along(manned: Program) -> None:
    line = {
        "line_no": 1, "sku": "tea", "quantity": 1, "unit": "each", "unit_price_minor": 1,
        "amount_minor": 1,
    }  # fmt: skip
    await seated(manned, "ben")
    other = {"cart_id": "c", "from_till_id": "2", "lines": [line]}
    assert (await over_limit(manned, "/takeovers", other))[0] == "discount_percent"
    own = other | {"from_till_id": "till-3"}
    assert (await over_limit(manned, "/takeovers", own))[0] == "discount_percent"
    fair = {"unit_price_minor": 300, "amount_minor": 300}
    await manned.post("/takeovers", other | {"lines": [line | fair]})


async def test_a_refund_goes_as_far_as_the_limit_also_within_a_cart(manned: Program) -> None:
    await seated(manned, "anna")
    assert await over_limit(manned, "/returns", returned(501)) == ("refund_minor", 501, 500)
    await manned.post("/returns", returned(500))
    cart = await two_teas(manned)
    await manned.post(
        f"{cart}/lines", {"sku": "bottle", "unit_price_minor": 0, "amount_minor": -501}
    )
    assert await over_limit(manned, f"{cart}/complete", paid(99)) == ("refund_minor", 501, 500)


def in_tenders(*named: tuple[str, int]) -> dict[str, Any]:
    tenders = [{"kind": kind, "amount_minor": amount_minor} for kind, amount_minor in named]
    return {"currency": "EUR", "tenders": tenders}


async def test_cash_below_nothing_is_a_refund(manned: Program) -> None:
    await seated(manned, "anna")
    cart = await two_teas(manned)
    for named in (("voucher", 1_101), ("cash", -501)), (("card", 1_101), ("cash", -501)):
        refused = await over_limit(manned, f"{cart}/complete", in_tenders(*named))
        assert refused == ("refund_minor", 501, 500)
    asked = {"tender_id": "t", "kind": "cash", "amount_minor": -501}
    assert (await over_limit(manned, f"{cart}/tenders", asked))[0] == "refund_minor"
    change = in_tenders(("cash", 2_000), ("cash", -1_400))
    await manned.post(f"{cart}/complete", change)


async def test_a_line_that_is_voided_after_the_card_has_paid_is_a_refund(manned: Program) -> None:
    await seated(manned, "anna")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea", "quantity": 2})
    tender = {"tender_id": "t", "kind": "card", "amount_minor": 1_200}
    await manned.post(f"{cart}/tenders", tender)
    await manned.post(f"{cart}/settlements", {"tender_id": "t", "outcome": "captured"})
    await manned.post(f"{cart}/voids", {"line_no": 2})
    rest = {"currency": "EUR", "cash_given_minor": 0}
    assert await over_limit(manned, f"{cart}/complete", rest) == ("refund_minor", 600, 500)
    headers = await approved(manned, "mia")
    status, told = await manned.ask("POST", f"{cart}/complete", rest, headers=headers)
    assert status == 200, told
    sold = (await events(manned))[-1]
    assert {"kind": "cash", "amount_minor": -600} in sold["tenders"]
    assert sold["auth"]["approver"] == "mia"


async def test_training_is_no_money_and_has_no_limits(manned: Program) -> None:
    await seated(manned, "ben")
    await manned.post("/returns", returned(10_000, training=True))
    cart = await two_teas(manned, training=True)
    await manned.post(f"{cart}/lines", {"sku": "tea", "unit_price_minor": 1})
    await manned.post(f"{cart}/discounts", {"percent": 100, "reason": "damaged"})
    await manned.post(f"{cart}/discounts/voids", {"discount_no": 1})
    back = {"tender_id": "t", "kind": "cash", "amount_minor": -9_000}
    await manned.post(f"{cart}/tenders", back)
    await manned.post(f"{cart}/settlements", {"tender_id": "t", "outcome": "declined"})
    await manned.post(
        f"{cart}/complete", paid(1, discounts=[{"rule": "a/b", "amount_minor": -600}])
    )


async def test_the_drawer_is_opened_by_who_may(manned: Program) -> None:
    await seated(manned, "anna")
    assert await over_limit(manned, "/events", DRAWER) == ("drawer", 1, 0)
    assert await over_limit(manned, "/events", DRAWER | {"training": True}) == ("drawer", 1, 0)
    await seated(manned, "mia")
    await manned.post("/events", DRAWER)
    assert (await events(manned))[-1]["cashier_id"] == "mia", "the till did not say who opened it"


async def test_an_approval_lets_one_request_go_further_and_is_in_its_event(
    manned: Program,
) -> None:
    await seated(manned, "anna")
    headers = await approved(manned, "mia")
    status, told = await manned.ask("POST", "/returns", returned(9_000), "k-1", headers=headers)
    assert status == 201, told
    event = (await events(manned))[-1]
    assert (event["cashier_id"], event["auth"]["approver"]) == ("anna", "mia")
    again = await manned.ask("POST", "/returns", returned(9_000), "k-1", headers=headers)
    assert again == (201, told), "a lost answer was not given again"
    status, told = await manned.ask("POST", "/returns", returned(9_000), headers=headers)
    assert (status, told["reason"]) == (403, "no_such_approval")


async def test_an_approval_is_not_spent_by_what_is_refused(manned: Program) -> None:
    await seated(manned, "anna")
    headers = await approved(manned, "mia")
    cart = await two_teas(manned)
    status, _ = await manned.ask("POST", f"{cart}/complete", paid(1), headers=headers)
    assert status == 422
    status, told = await manned.ask("POST", "/events", DRAWER, headers=headers)
    assert status == 201, told


async def test_an_approval_by_who_may_no_more_helps_nobody(manned: Program, home: Path) -> None:
    await seated(manned, "anna")
    own, other = await approved(manned, "mia"), await approved(manned, "ben")
    status, told = await manned.ask("POST", "/returns", returned(501), headers=other)
    assert (status, told["reason"]) == (403, "over_limit")
    now_by(manned, home, bundle(8, ANNA, BEN))
    status, told = await manned.ask("POST", "/returns", returned(501), headers=own)
    assert (status, told["reason"]) == (403, "no_such_approval")


async def test_approvals_end_with_the_seat_and_guessing_them_locks_the_card(
    manned: Program,
) -> None:
    await seated(manned, "anna")
    headers = await approved(manned, "mia")
    await manned.post("/employees/sign-out")
    await seated(manned, "ben")
    status, told = await manned.ask("POST", "/returns", returned(1), headers=headers)
    assert (status, told["reason"]) == (403, "no_such_approval")
    for _ in range(5):
        _, told = await sign_in(manned, "mia", "9999", "approvals")
    assert told["reason"] == "card_locked"
    assert (await sign_in(manned, "mia"))[1]["reason"] == "card_locked"


async def test_who_takes_somebodys_seat_has_not_their_approvals(manned: Program) -> None:
    await seated(manned, "anna")
    headers = await approved(manned, "mia")
    await seated(manned, "ben")
    status, told = await manned.ask("POST", "/events", DRAWER, headers=headers)
    assert (status, told["reason"]) == (403, "no_such_approval")


async def test_what_a_terminal_says_is_kept_also_where_nobody_is_there_any_more(
    manned: Program,
) -> None:
    await seated(manned, "anna")
    path = f"/carts/{await manned.cart()}"
    await manned.post(f"{path}/tenders", {"tender_id": "t", "kind": "card", "amount_minor": 398})
    await manned.post("/employees/sign-out")
    await manned.post(f"{path}/settlements", {"tender_id": "t", "outcome": "unknown"})
    assert "auth" not in (await events(manned))[-1]
    await seated(manned, "ben")
    await manned.post(f"{path}/settlements", {"tender_id": "t", "outcome": "captured"})
    assert (await events(manned))[-1]["cashier_id"] == "ben"


async def test_limits_that_change_count_from_the_next_request(manned: Program, home: Path) -> None:
    await seated(manned, "anna")
    await manned.post("/returns", returned(500))
    row = ANNA[1].replace(b'"refund_minor":500', b'"refund_minor":5')
    now_by(manned, home, bundle(8, (ANNA[0], row), BEN))
    assert await over_limit(manned, "/returns", returned(500)) == ("refund_minor", 500, 5)


async def test_what_the_information_screen_notes_needs_nobody(manned: Program) -> None:
    noted = {"type": "noted", "kind": "price_checked", "detail": {"a": 1}}
    await manned.post("/events", noted)
    assert "cashier_id" not in (await events(manned))[-1]


async def test_a_copy_of_a_receipt_needs_somebody(manned: Program) -> None:
    await seated(manned, "anna")
    prints = f"/receipts/{(await manned.sell())['receipt_no']}/prints"
    await manned.post("/employees/sign-out")
    await manned.post(prints, {"form": "lines"})
    assert await manned.refused("POST", prints, {"form": "lines"}) == (403, "employee_needed")
    await seated(manned, "ben")
    await manned.post(prints, {"form": "lines"})
    noted = (await events(manned))[-1]
    assert (noted["kind"], noted["cashier_id"]) == ("reprint", "ben")


async def test_a_note_without_its_kind_or_detail_is_none(manned: Program) -> None:
    await seated(manned, "mia")
    for lacking in ({"kind": "price_checked"}, {"detail": {}}, {}):
        refused = await manned.refused("POST", "/events", {"type": "noted"} | lacking)
        assert refused == (422, "not_in_contract"), lacking
