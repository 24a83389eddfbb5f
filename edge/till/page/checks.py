"""What a table's row asks before a sale is paid, answered at the page."""

from collections.abc import Awaitable, Callable
from typing import Literal

from edge.till import asked, checking
from edge.till.page.paying import require_cart
from edge.till.page.stage import PageStage


class CheckSteps:
    """The stage while a check is open; an age is checked by `edge.till.page.ages`."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "check-good": lambda key, which: self._answer(key, which, "confirmed"),
            "check-bad": lambda key, which: self._answer(key, which, "refused"),
        }

    async def _answer(self, key: str, which: str, outcome: Literal["confirmed", "refused"]) -> None:
        rule, _, line_no = which.rpartition(":")
        scene = self._stage.scene
        want = asked.AskedAnswer(
            rule=rule,
            line_no=int(line_no) if line_no.isascii() and line_no.isdigit() else None,
            outcome=outcome,
            cashier_id=scene.cashier_id,
        )
        cart_id = require_cart(scene).cart_id
        await self._stage.actions.cart_step(key, cart_id, want, checking.answer)
        if outcome == "confirmed":
            self._stage.say("good", "It was checked.")
        else:
            self._stage.say("bad", "It is not right: take the line out, or look again.")
