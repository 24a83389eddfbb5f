"""The drawer at the page: a shift begins, cash moves, it is counted blind, and ends with its Z."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from edge.till import asked
from edge.till.checkout import drawer
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.page.typed import typed_amount
from edge.till.page.wording import CARDS_ONLY, OPENING_REASONS
from edge.till.receipts.amounts import money, percent
from edge.till.refusals import WhyNot, conflict, unfit

_PIECES = re.compile(r"([0-9]{1,4})\*([0-9.,]{1,10})\Z")


class DrawerSteps:
    """The stage while the drawer is shown."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "drawer": lambda _, __: self._show(),
            "shift-open": self._open,
            "put-in": lambda key, text: self._move(key, self._cash(text), "put in"),
            "take-out": lambda key, text: self._move(key, -self._cash(text), "safe drop"),
            "drawer-open": lambda _, __: self._ask_why(),
            "drawer-for": self._open_drawer,
            "count-anew": lambda _, __: self._count_anew(),
            "counted": self._count,
            "shift-close": self._close,
        }

    async def _show(self) -> None:
        scene = self._stage.scene
        scene.view = PageView.DRAWER
        scene.shift = await self._actions.open_shift()
        scene.report, scene.is_opening = [], False

    async def _open(self, key: str, text: str) -> None:
        cashier_id = self._stage.scene.cashier_id
        float_minor = self._amount(text) if self._actions.has_drawer else 0
        want = asked.AskedShift(cashier_id=cashier_id, float_minor=float_minor)
        await self._actions.drawer_step(key, want, drawer.open_shift)
        await self._show()
        self._stage.say("good", "The shift has begun.")

    async def _move(self, key: str, amount_minor: int, reason: str) -> None:
        cashier_id = self._stage.scene.cashier_id
        want = asked.AskedCash(cashier_id=cashier_id, amount_minor=amount_minor, reason=reason)
        await self._actions.drawer_step(key, want, drawer.move_cash)
        await self._show()
        self._stage.say("good", f"{self._money(amount_minor)} {reason}.")

    async def _ask_why(self) -> None:
        self._require_cash()
        self._stage.scene.is_opening = True
        self._stage.say("plain", "Why is the drawer opened?")

    async def _open_drawer(self, key: str, reason: str) -> None:
        """Keep why, and who, and only then let the printer open it; without one it has a key."""
        self._require_cash()
        if reason not in OPENING_REASONS:
            raise unfit(WhyNot.NO_REASON, "Say why it is opened: press one of the reasons.")
        want = asked.AskedDrawer(cashier_id=self._stage.scene.cashier_id, reason=reason)
        await self._actions.drawer_step(key, want, drawer.open_drawer)
        await self._show()
        is_opened = await self._actions.open_lock()
        self._stage.say("good", f"Noted: {reason}.", "" if is_opened else "Open the drawer.")

    async def take_text(self, key: str, text: str) -> None:
        """What was typed: the float of a shift that begins, or pieces that were counted."""
        self._require_cash()
        if not self._stage.scene.shift.get("shift_id"):
            await self._open(key, text)
        else:
            self._take_pieces(text)

    def _take_pieces(self, text: str) -> None:
        """``3*20`` is three pieces of 20.00; the same value again puts it right."""
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
        self._require_cash()
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
        off = f", off by {self._money(told['over_short_minor'])}"
        self._stage.say("good", f"The shift has ended{off if self._actions.has_drawer else ''}.")

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
        return typed_amount(text, self._actions.terms.field)

    def _cash(self, text: str) -> int:
        """What was typed, at a till that has cash."""
        self._require_cash()
        return self._amount(text)

    def _require_cash(self) -> None:
        if not self._actions.has_drawer:
            raise conflict(WhyNot.CARDS_ONLY, CARDS_ONLY)

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)
