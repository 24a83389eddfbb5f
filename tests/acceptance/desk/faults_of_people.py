"""Somebody who tries to come in as somebody else, and what operators see of it."""

from __future__ import annotations

import asyncio

from metrics.board import BOARD_SIGN_INS
from tests.acceptance.desk.boards import one_more_board
from tests.acceptance.desk.operators import Desk, Fault
from tests.integration.access_world import visitor
from tests.integration.process import HOME

GUESSES = 150
"""Over several scrapes, and more than the alert's hundred."""


async def _guess(page: str) -> None:
    async with visitor(page) as guesser:
        await guesser.get("/sign-in")
        for number in range(GUESSES):
            form = {"name": "maria", "password": f"guess number {number}"}
            answer = await guesser.send("/sign-in", form, follow=False)
            assert answer.status in (403, 429), answer.text
            await asyncio.sleep(0.03)


def guessed(desk: Desk) -> Fault:
    """Wrong passwords, one after another, at a board that asks for them."""
    with one_more_board(desk, HOME) as board:
        labels = {"instance": board.address, "result": "wrong_password"}
        shown = f'{BOARD_SIGN_INS.name}{{instance="{board.address}"}}'
        desk.prometheus.until(lambda: bool(desk.prometheus.query(shown)), "a board is not scraped")
        asyncio.run(_guess(board.page))
        yield [("PasswordsAreGuessed", {})]
        assert desk.prometheus.value(BOARD_SIGN_INS.name, **labels) > 0
        seen = desk.from_runbook("PasswordsAreGuessed")
        refused = {(address, subject) for address, subject, *_ in seen}
        assert ("127.0.0.1", "users/maria") in refused, refused
