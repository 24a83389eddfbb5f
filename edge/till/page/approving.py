"""What goes beyond the cashier's limits, at the page: somebody else shows a card and types the PIN.

The approval is for the request that was refused, which is done again with it, and for no other.
"""

from collections.abc import Awaitable, Callable

from edge.till.page.people import PagePeople, ShownEmployee
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.page.wording import locked_words
from edge.till.refusals import WhyNot, conflict, forbidden


class Approvals:
    """The stage while somebody else is asked to agree."""

    def __init__(self, stage: PageStage, people: PagePeople) -> None:
        self._stage = stage
        self._people = people
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "no-approval": lambda _, __: self._give_up(),
        }

    async def take_card(self, shown: ShownEmployee | None) -> None:
        """A card was shown, or something else was scanned or typed."""
        scene = self._stage.scene
        if shown is None:
            words = "That is no employee's card. Show the card of somebody who may approve this."
            raise conflict(WhyNot.UNKNOWN_CARD, words)
        if shown.is_locked:
            raise forbidden(WhyNot.CARD_LOCKED, locked_words(shown.employee_id))
        if shown.employee_id == scene.cashier_id:
            words = "That is your own card: somebody else must approve this."
            raise forbidden(WhyNot.UNKNOWN_CARD, words)
        scene.approver = shown
        self._stage.say("plain", f"Card of {shown.employee_id} read. Type the PIN, then Enter.")

    async def take_pin(self, key: str, shown: ShownEmployee, pin: str) -> None:
        """Do again what was refused, where the PIN is right."""
        scene = self._stage.scene
        scene.approver, needed = None, scene.approval
        if needed is None or scene.view is not PageView.APPROVAL:
            self._stage.say("plain", "Nothing waits for an approval any more.")
            return
        approval = await self._people.approve(key, shown, pin)
        await self._stage.do_again(needed, approval)

    async def _give_up(self) -> None:
        scene = self._stage.scene
        if scene.approval is not None:
            scene.view = scene.approval.back_to
        scene.approval = scene.approver = None
        self._stage.say("plain", "Nobody has approved it, and nothing was done.")
