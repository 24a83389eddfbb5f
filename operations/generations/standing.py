"""What the log of generations comes to, and what each state is called. Pure.

All words lie in one partition and so in one order. Whoever wants a number writes it down and
reads again: a word that an earlier one contradicts says nothing, so of two who took the same
number one has it, and both see who.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from operations.errors import OperationError
from topics.upkeep import GENERATION_MAX, Generation

_LIKE_A_LATER_GENERATION = re.compile(r"-g\d+$")


class GenerationError(OperationError):
    """What was asked for cannot be; the text says why, and what to do."""


def state_id(application_id: str, generation: int) -> str:
    """Consumer group, and prefix of changelog and transactional ids, of one generation."""
    return f"{application_id}-g{generation}" if generation else application_id


def check_application_id(application_id: str) -> None:
    """Raises `GenerationError` where it could be another application's later generation."""
    if _LIKE_A_LATER_GENERATION.search(application_id):
        raise GenerationError(
            f"an application id may not end like {application_id!r}: so end the names of the "
            "states of later generations"
        )


@dataclass(slots=True)
class Generations:
    """Every application id's live generation, and the one that is being built, if there is one.

    ``begun_at`` is when the building of a generation began, by the clock of who began it. An id
    that begins to build and was never registered has lived on 0 until then, as all do that run
    beside a first application.
    """

    live: dict[str, int] = field(default_factory=dict[str, int])
    building: dict[str, int] = field(default_factory=dict[str, int])
    begun_at: dict[int, datetime] = field(default_factory=dict[int, datetime])
    _taken: dict[int, str] = field(default_factory=dict[int, str])
    _from_nought: set[str] = field(default_factory=set[str])

    def take(self, application_id: str, said: Generation) -> None:
        """The next word of the log."""
        match said.state:
            case "building":
                self._begin(application_id, said)
            case "live":
                self._come_alive(application_id, said.generation)
            case "abandoned":
                self._abandon(application_id, said.generation)

    def _begin(self, application_id: str, said: Generation) -> None:
        number = said.generation
        if number and application_id not in self.building and self._is_free(number):
            if application_id not in self.live:
                self._from_nought.add(application_id)
            self._taken[number] = application_id
            self.building[application_id] = number
            self.begun_at[number] = said.decided_at

    def _come_alive(self, application_id: str, generation: int) -> None:
        if self.building.get(application_id) == generation:
            del self.building[application_id]
            self.live[application_id] = generation
        elif self._is_new(application_id) and self._is_free(generation):
            self._taken[generation] = application_id
            self.live[application_id] = generation

    def _abandon(self, application_id: str, generation: int) -> None:
        if self.building.get(application_id) == generation:
            del self.building[application_id]

    def _is_new(self, application_id: str) -> bool:
        return application_id not in self.live and application_id not in self.building

    def _is_free(self, generation: int) -> bool:
        return generation > max(self._taken, default=-1)

    def next_free(self) -> int:
        """Above all that were ever taken, by whomever: versions go on above every row."""
        generation = max(self._taken, default=-1) + 1
        if generation > GENERATION_MAX:
            raise GenerationError(
                f"all {GENERATION_MAX + 1} generations are used up: derived topics and tables "
                "must be made anew"
            )
        return generation

    def left_over(self, application_id: str) -> list[int]:
        """Generations that neither live nor are being built: what they keep may go."""
        kept = (self.live.get(application_id, 0), self.building.get(application_id))
        return [each for each in self._of(application_id) if each not in kept]

    def _of(self, application_id: str) -> list[int]:
        taken = {each for each, owner in self._taken.items() if owner == application_id}
        return sorted(taken | {0} if application_id in self._from_nought else taken)
