"""Carts that wait, in a gateway's file: what tills say of them in any order, and its bounds."""

from pathlib import Path
from typing import Any

import apsw
import pytest

from edge.gateway.carts import keeping
from edge.gateway.carts.keeping import GoneTwice, gone_from, hold, keep_steps, let_go, waiting
from edge.gateway.carts.steps import BODY_BYTES_MAX, CartStep, steps_of
from edge.gateway.events import ReadEvent
from edge.gateway.file import FORMS, GatewayFile
from edge.gateway.statements import statement

LINE = {
    "line_no": 1, "sku": "tea", "quantity": 2, "unit": "each", "unit_price_minor": 300,
    "amount_minor": 600,
}  # fmt: skip


@pytest.fixture
def database() -> Any:
    opened = apsw.Connection(":memory:")
    for script in FORMS:
        opened.execute(statement(script)).fetchall()
    return opened


def read(type_: str, **fields: Any) -> ReadEvent:
    content = {"type": type_, "cart_id": "c", "occurred_at": "2026-11-30T10:00:00Z"} | fields
    return ReadEvent(1, b"", None, None, None, content)


def said(database: Any, till_id: str, *events: ReadEvent, now: float = 100.0) -> list[GoneTwice]:
    return keep_steps(database, till_id, steps_of(events), now)


def suspended(**fields: Any) -> ReadEvent:
    return read("cart_suspended", **({"lines": [LINE]} | fields))


def seen_by(database: Any, till_id: str) -> list[tuple[str, str]]:
    return [(each.till_id, each.cart_id) for each in waiting(database, till_id)]


def test_a_cart_waits_until_its_till_says_otherwise(database: Any) -> None:
    for end in ("cart_abandoned", "cart_completed", "cart_opened"):
        said(database, "1", suspended())
        assert seen_by(database, "2") == [("1", "c")]
        said(database, "1", read(end))
        assert seen_by(database, "2") == []
    said(database, "1", suspended(), read("cart_resumed", from_till_id="1"))
    assert seen_by(database, "2") == [] and gone_from(database, "1") == []


def test_a_cart_is_given_to_one_till_and_to_that_again(database: Any) -> None:
    said(database, "1", suspended())
    assert hold(database, "2", "1", "c", 1.0).held_by == "2"
    assert hold(database, "2", "1", "c", 1.0).body, "the same till is not told again"
    assert hold(database, "3", "1", "c", 1.0).held_by == "2"
    assert hold(database, "1", "1", "c", 1.0).held_by == "2"
    assert (seen_by(database, "2"), seen_by(database, "3")) == ([("1", "c")], [])
    assert gone_from(database, "1") == [("c", "2")]
    let_go(database, "3", "1", "c")
    assert seen_by(database, "3") == [], "somebody let go of what they did not have"
    let_go(database, "2", "1", "c")
    assert seen_by(database, "3") == [("1", "c")] and gone_from(database, "1") == []


def test_a_till_that_goes_on_before_it_is_heard_keeps_its_cart(database: Any) -> None:
    assert hold(database, "2", "1", "c", 1.0).held_by is None
    assert hold(database, "1", "1", "c", 1.0).held_by == "1"
    said(database, "1", suspended())
    assert seen_by(database, "2") == [], "the cart is given away while its own till sells it"
    said(database, "1", read("cart_resumed", from_till_id="1"), suspended())
    assert seen_by(database, "2") == [("1", "c")]


def test_two_tills_that_went_on_with_one_cart_are_reported(database: Any) -> None:
    said(database, "1", suspended())
    hold(database, "2", "1", "c", 1.0)
    assert said(database, "2", read("cart_resumed", from_till_id="1")) == []
    twice = said(database, "1", read("cart_resumed", from_till_id="1"))
    assert twice == [GoneTwice("c", "2", "1")]


def test_what_nobody_can_go_on_with_is_not_listed(database: Any) -> None:
    many = [LINE | {"line_no": each} for each in range(1, 1_000)]
    for event in (
        read("cart_suspended"),
        suspended(lines=[]),
        suspended(lines=[{"sku": 7}]),
        suspended(lines="<b>"),
        suspended(lines=many),
        suspended()._replace(fault="nobody can read it"),
    ):
        said(database, "1", event)
        assert seen_by(database, "2") == [], event.content
    assert len(str(many)) > BODY_BYTES_MAX


def test_what_is_remembered_has_an_end(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "CARTS_MAX", 5)
    for number in range(9):
        said(database, "1", suspended(cart_id=f"c-{number}"), now=100.0 + number)
    assert [each for _, each in seen_by(database, "2")] == [f"c-{n}" for n in (8, 7, 6, 5, 4)]
    later = 101.0 + keeping.KEPT_SECONDS + 9
    said(database, "2", suspended(cart_id="new"), now=later)
    assert seen_by(database, "3") == [("2", "new")]


def test_the_form_before_is_brought_up(tmp_path: Path) -> None:
    old = apsw.Connection(str(tmp_path / "gateway.sqlite"))
    for script in FORMS[:2]:
        old.execute(statement(script)).fetchall()
    old.close()
    file = GatewayFile(tmp_path / "gateway.sqlite")
    assert waiting(file.reading, "1") == []
    file.close()


def test_a_step_without_a_body_has_no_lines() -> None:
    (step,) = steps_of([read("cart_suspended")])
    assert step == CartStep("waits", "c", suspended_at="2026-11-30T10:00:00Z")
