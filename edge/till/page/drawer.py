"""The drawer at the page: a shift begins, cash moves, it is counted blind, and ends with its Z."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from edge.till import asked
from edge.till.checkout import drawer
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.receipts.amounts import money, percent
from edge.till.refusals import WhyNot, unfit
from edge.till.scanning import field
from edge.till.scanning.items import PayAsked

_PIECES = re.compile(r"([0-9]{1,4})\*([0-9.,]{1,10})\Z")


class DrawerSteps:
    """The stage while the drawer is shown."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "drawer": lambda _, __: self._show(),
            "shift-open": self._open,
            "put-in": lambda key, text: self._move(key, self._amount(text), "put in"),
            "take-out": lambda key, text: self._move(key, -self._amount(text), "safe drop"),
            "count-anew": lambda _, __: self._count_anew(),
            "counted": self._count,
            "shift-close": self._close,
        }

    async def _show(self) -> None:
        scene = self._stage.scene
        scene.view = PageView.DRAWER
        scene.shift = await self._actions.open_shift()
        scene.report = []

    async def _open(self, key: str, text: str) -> None:
        cashier_id = self._stage.scene.cashier_id
        want = asked.AskedShift(cashier_id=cashier_id, float_minor=self._amount(text))
        await self._actions.drawer_step(key, want, drawer.open_shift)
        await self._show()
        self._stage.say("good", "The shift has begun.")

    async def _move(self, key: str, amount_minor: int, reason: str) -> None:
        cashier_id = self._stage.scene.cashier_id
        want = asked.AskedCash(cashier_id=cashier_id, amount_minor=amount_minor, reason=reason)
        await self._actions.drawer_step(key, want, drawer.move_cash)
        await self._show()
        self._stage.say("good", f"{self._money(amount_minor)} {reason}.")

    async def take_pieces(self, text: str) -> None:
        """``3*20`` was typed: three pieces of 20.00 were counted; the same again puts it right."""
        found = _PIECES.match(text.strip())
        if found is None:
            words = "Type pieces and value, such as 3*20 for three notes of 20."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words)
        pieces, value_minor = int(found[1]), self._amount(found[2])
        self._stage.scene.counted = {**self._stage.scene.counted, str(value_minor): pieces}
        self._stage.say("plain", f"{pieces} times {self._money(value_minor)}")

    async def _count_anew(self) -> None:
        self._stage.scene.counted = {}
        self._stage.say("plain", "Nothing is counted yet.")

    async def _count(self, key: str, _: str) -> None:
        scene = self._stage.scene
        if not scene.counted:  # a second press would count an empty drawer, and end the counting
            words = "Type first what is in the drawer; an empty one is 0*1."
            raise unfit(WhyNot.WRONG_COUNT, words)
        want = asked.AskedCount(cashier_id=scene.cashier_id, counted=scene.counted)
        told = await self._actions.drawer_step(key, want, drawer.count_cash)
        await self._show()
        scene.counted = {}
        again = " It may be counted once more." if told["may_count_again"] else ""
        off = self._money(told["over_short_minor"])
        self._stage.say(
            "good", f"Counted {self._money(told['counted_minor'])}, off by {off}.{again}"
        )

    async def _close(self, key: str, _: str) -> None:
        want = asked.AskedEnd(cashier_id=self._stage.scene.cashier_id)
        told = await self._actions.drawer_step(key, want, drawer.close_shift)
        await self._show()
        self._stage.scene.report = self._lines(await self._actions.shift_report(told["shift_id"]))
        self._stage.say(
            "good", f"The shift has ended, off by {self._money(told['over_short_minor'])}."
        )

    def _lines(self, told: dict[str, Any]) -> list[tuple[str, str]]:
        """The Z report, as names and values."""
        sums = ("gross", "discount", "net", "refund", "float", "put_in", "taken_out", "expected")
        named = [(each, f"{each}_minor") for each in (*sums, "counted", "over_short")]
        return [
            ("Z report", str(told["number"])),
            ("receipts", str(told["receipts"])),
            ("returns", str(told["returns"])),
            *[
                (each.replace("_", " "), self._money(told[name]))
                for each, name in named
                if name in told
            ],
            *[(f"by {kind}", self._money(each)) for kind, each in told["tenders"].items()],
            *[
                (f"tax {percent(each['rate_basis_points'])}", self._money(each["amount_minor"]))
                for each in told["taxes"]
            ],
        ]

    def _amount(self, text: str) -> int:
        """Minor units of what was typed; raises `Refusal`."""
        read = field.read(f"+{text}", self._actions.today(), self._actions.terms.field)
        if not isinstance(read, PayAsked) or read.amount_minor is None:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Type the amount first, such as 50.00.")
        return read.amount_minor

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)
