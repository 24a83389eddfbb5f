"""Returns at a till whose store's gateway keeps goods for them: the gateway's own code answers."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from edge.signing.session import Reply
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.employees.test_authorize import employee
from tests.unit.edge.gateway.receipts.test_receipt_calls import authorized, event, keep
from tests.unit.edge.till.test_returns import back, refused, returned, sold
from tests.unit.edge.till.tills import Program

ELSEWHERE = "1-1-1"
"""Three teas for 9.00, at another till of the store."""


class _Way:
    """The till's way to the gateway, without the TLS."""

    def __init__(self, door: CatalogDoor) -> None:
        self._door = door

    async def ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        assert headers
        return await self._door.request(method, target, body)


async def test_the_gateway_keeps_goods_until_the_return_has_come(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with catalog_door(tmp_path) as door:
        await door.desk.take(of(employee()))
        keep(door.shelf, event())
        monkeypatch.setattr(program.premises, "way", lambda: _Way(door))
        token = authorized(door)
        told = await returned(program, ELSEWHERE, back(2, authorization=token))
        assert (told["refund_minor"], told["verified"]) == (600, "store")
        assert await refused(program, ELSEWHERE, back(2, authorization=token)) == (
            409,
            "beyond_purchase",
        )
        made = await program.get(f"/events/1/{told['sequence']}")
        keep(door.shelf, made["event"])
        assert (await returned(program, ELSEWHERE, back(1, authorization=token)))["lines"][0][
            "amount_minor"
        ] == 300, "the goods are kept on for a return that has come"
        assert await refused(program, ELSEWHERE, back(1, authorization="x")) == (
            403,
            "not_authorized",
        )


async def test_a_sale_that_the_gateway_has_not_heard_of_comes_back_by_the_journal(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with catalog_door(tmp_path) as door:
        await door.desk.take(of(employee()))
        monkeypatch.setattr(program.premises, "way", lambda: _Way(door))
        receipt_no, token = await sold(program), authorized(door)
        assert (await returned(program, receipt_no, back(2, authorization=token)))[
            "verified"
        ] == "till"
        assert await refused(program, receipt_no, back(1, authorization=token)) == (
            409,
            "beyond_purchase",
        )
