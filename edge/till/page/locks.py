"""Cards that are locked here after wrong PINs: said at the page, and let in again by who may."""

from collections.abc import Awaitable, Callable

from edge.till.page.people import PagePeople, ShownEmployee
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.page.wording import locked_words
from edge.till.refusals import WhyNot, conflict, forbidden


class LockedCards:
    """The stage while a locked card is looked at."""

    def __init__(self, stage: PageStage, people: PagePeople) -> None:
        self._stage = stage
        self._people = people
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "unlock": lambda key, _: self._unlock(key),
        }

    async def show(self, shown: ShownEmployee) -> None:
        """A locked card was shown; raises `Refusal` where nobody is here who could end that."""
        scene, words = self._stage.scene, locked_words(shown.employee_id)
        if not scene.is_checkout:
            raise forbidden(WhyNot.CARD_LOCKED, words)
        scene.view, scene.locked = PageView.LOCKED, shown
        self._stage.say("bad", f"The card of {shown.employee_id} is locked.")

    async def _unlock(self, key: str) -> None:
        scene, stage = self._stage.scene, self._stage
        if scene.locked is None:
            raise conflict(WhyNot.CARD_NOT_LOCKED, "Show the card that is locked first.")
        await self._people.unlock(key, scene.locked.employee_id, stage.actions.approval)
        stage.say("good", f"{scene.locked.employee_id} may sign in again, with the right PIN.")
        scene.view, scene.locked = PageView.CART, None
