"""An age that is checked at the page: the field takes a date of birth, which nobody keeps."""

import re
from collections.abc import Awaitable, Callable
from datetime import date

from edge.till import asked
from edge.till.ages import YEARS_MAX
from edge.till.page.paying import require_cart
from edge.till.page.stage import PageStage
from edge.till.refusals import WhyNot, conflict, unfit

_TYPED = re.compile(r"([0-9]{4})([-.]?)([0-9]{2})\2([0-9]{2})\Z")


class AgeChecks:
    """The stage while an age is checked."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "age": self._begin,
            "refuse": lambda key, _: self._refuse(key),
        }

    async def _begin(self, _: str, years: str) -> None:
        require_cart(self._stage.scene)
        if not (years.isascii() and years.isdigit() and 0 < int(years) <= YEARS_MAX):
            raise unfit(WhyNot.NOT_IN_CONTRACT, f"An age has 1 to {YEARS_MAX} years.")
        self._stage.scene.age_years = int(years)
        self._stage.say("plain", "Look at the customer's document.")

    async def take_birth(self, key: str, text: str) -> None:
        """The date of birth was typed: eight digits, year first."""
        born_on = _date_of(text.strip())
        if born_on is None:
            words = "Type the date of birth as year, month and day: 20081231."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words)
        await self._check(key, born_on, None)

    async def _refuse(self, key: str) -> None:
        await self._check(key, None, False)

    async def _check(self, key: str, born_on: date | None, is_admitted: bool | None) -> None:
        scene = self._stage.scene
        if scene.age_years is None:  # pressed twice: the first one has answered
            raise conflict(WhyNot.NOT_TAKEN_HERE, "No age is checked now.")
        want = asked.AskedAge(
            years=scene.age_years,
            cashier_id=scene.cashier_id,
            born_on=born_on,
            is_admitted=is_admitted,
        )
        told = await self._stage.actions.check_age(key, require_cart(scene).cart_id, want)
        scene.age_years = None
        if told["outcome"] == "admitted":
            self._stage.say("good", f"Old enough for {told['years']}.")
        else:
            self._stage.say("bad", f"Not sold to: from {told['years']} years. Take the goods out.")


def _date_of(typed: str) -> date | None:
    """None for what is no day of the calendar, nor typed as one: `date.fromisoformat` takes weeks
    as well."""
    parts = _TYPED.match(typed)
    try:
        return parts and date(int(parts[1]), int(parts[3]), int(parts[4]))
    except ValueError:
        return None
