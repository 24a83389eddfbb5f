"""The course of a rebuild.

1. Register the next generation as building, or take up the one that is.
2. Run a crew on it, beside the live workers, until every partition is live and level.
3. Register it as live: from here on, workers that start take it.
4. Move the workers: those of the local stack are restarted one at a time, others by their owner.
5. Have rows said again or taken back that only an earlier state knew.
6. Stop the crew, and let workers do nothing more with what they have left.

Broken off at any moment it is taken up at the same place by the next run: what was said is in the
log of generations, what was built in the changelog, and who has moved in the consumer groups.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event
from typing import Protocol

from clients.kafka import KafkaAccess
from local.home import StackHome
from local.record import ProcessRecord
from operations.applications import FIRST, KeptState
from operations.crew import Crew, crew
from operations.generations import log
from operations.generations.standing import GenerationError, Generations, state_id
from operations.installation import Installation
from operations.kafka.reader import KafkaAway
from operations.rebuild import leftovers
from operations.rebuild.building import Building, Hire, RebuildPartition, building, is_done, look
from operations.rebuild.handover import is_over, local_workers, restart
from operations.rebuild.members import RebuildMember, members
from operations.rebuild.stale import restate_stale
from operations.rebuild.stale_products import restate_stale_products
from operations.topic_sync import states
from operations.topic_sync.access import grant

LOOK_EVERY_SECONDS = 1.0
"""Each look is a dozen requests: faster is load for nothing, slower does not feel live."""

AWAY_SECONDS_MAX = 600.0
"""A broker that starts again is back before; a rebuild of hours should not end with each."""


class Interrupted(Exception):
    """Somebody wished to stop; the next run goes on."""


class RebuildTold(Protocol):
    """Is told how a rebuild gets on."""

    def begins(self, generation: int, goes_on: bool) -> None: ...
    def stands(self, partitions: Sequence[RebuildPartition]) -> None: ...
    def is_live(self, generation: int) -> None: ...
    def waits_for(self, older: Sequence[RebuildMember]) -> None: ...
    def restarts(self, worker: str) -> None: ...


@dataclass(slots=True)
class Rebuilt:
    """What was done: ``restarted`` names workers of the local stack, ``restated`` counts rows that
    only an earlier state knew."""

    application_id: str
    generation: int
    before: list[int]
    restarted: list[str]
    restated: int
    seconds: float


class Rebuild:
    """One run with ``workers`` that ``hire`` gives; ``wished`` is set when it shall stop."""

    def __init__(
        self,
        installation: Installation,
        kept: KeptState,
        workers: int,
        hire: Hire,
        wished: Event,
        told: RebuildTold,
    ) -> None:
        self._installation = installation
        self._kafka = installation.kafka
        self._kept = kept
        self._application_id = kept.id(installation.application_id)
        self._workers = workers
        self._hire = hire
        self._wished = wished
        self._told = told
        self._away_since: float | None = None

    def run(self) -> Rebuilt:
        """All of it; raises `Interrupted`, `CrewStopped`, `GenerationError` or `KafkaAway`."""
        started = time.monotonic()
        generation, is_live = self._chosen()
        built = building(self._installation, self._kept, generation, self._workers, self._hire)
        with crew(built.services) as working:
            self._until_level(built, working)
            if not is_live:
                log.say(self._kafka, self._application_id, generation, "live")
                self._require_live(generation)
            self._told.is_live(generation)
            restarted = self._hand_over(working)
            restated = _restate(self._kafka, self._kept, generation)
        before = log.load(self._kafka).left_over(self._application_id)
        for earlier in before:
            leftovers.shut_out(self._installation, self._kept, earlier)
        seconds = time.monotonic() - started
        return Rebuilt(self._application_id, generation, before, restarted, restated, seconds)

    def _chosen(self) -> tuple[int, bool]:
        """The generation to build, and whether it is live and only its workers have to move."""
        self._kept.generation(self._kafka, self._installation.application_id)
        standing = log.load(self._kafka)
        building_now = standing.building.get(self._application_id)
        if building_now is None and self._older(standing):
            generation = standing.live[self._application_id]
            self._told.begins(generation, goes_on=True)
            return generation, True
        generation = log.begun(self._kafka, self._application_id)
        state = state_id(self._application_id, generation)
        grant(self._kafka, states.of_state(self._kept, state, self._installation.partitions))
        self._told.begins(generation, goes_on=building_now is not None)
        return generation, False

    def _older(self, standing: Generations) -> list[RebuildMember]:
        earlier = standing.left_over(self._application_id)
        return members(self._kafka, self._application_id, earlier)

    def _until_level(self, built: Building, working: Crew) -> None:
        while True:
            self._rest(working)
            partitions = look(self._kafka, built)
            self._note_answer(bool(partitions))
            self._told.stands(partitions)
            if is_done(partitions):
                return

    def _rest(self, working: Crew) -> None:
        """Until the next look; raises `Interrupted` or `CrewStopped`."""
        if self._wished.wait(LOOK_EVERY_SECONDS):
            raise Interrupted
        working.keep_up()

    def _note_answer(self, answered: bool) -> None:
        now = time.monotonic()
        self._away_since = None if answered else self._away_since or now
        if self._away_since is not None and now - self._away_since > AWAY_SECONDS_MAX:
            raise KafkaAway(f"Kafka at {self._kafka} has been away for {AWAY_SECONDS_MAX:.0f} s")

    def _require_live(self, generation: int) -> None:
        if log.load(self._kafka).live.get(self._application_id) != generation:
            raise GenerationError(
                f"generation {generation} was abandoned by somebody else meanwhile: begin anew"
            )

    def _hand_over(self, working: Crew) -> list[str]:
        """Step 4; the names of the workers that were restarted here."""
        if not self._older(log.load(self._kafka)):
            return []
        home = StackHome(self._installation.home.absolute())

        def now() -> list[ProcessRecord]:
            return local_workers(home, self._kafka, self._kept)

        restarted = now()
        for worker in restarted:
            self._told.restarts(worker.name)
            restart(home, worker, now, lambda: self._rest(working))
        while not self._has_moved():
            self._rest(working)
        return [worker.name for worker in restarted]

    def _has_moved(self) -> bool:
        try:
            standing = log.load(self._kafka)
            older = self._older(standing)
            live = standing.live[self._application_id]
            newer = members(self._kafka, self._application_id, [live])
        except KafkaAway:
            self._note_answer(False)
            return False
        self._note_answer(True)
        self._told.waits_for(older)
        return is_over(older, newer)


def _restate(kafka: KafkaAccess, kept: KeptState, generation: int) -> int:
    """Step 5; how many rows there were."""
    return (restate_stale if kept is FIRST else restate_stale_products)(kafka, generation)


def abandon(installation: Installation, kept: KeptState) -> int:
    """Give up the generation that is being built; its number. Raises `GenerationError`.

    Not where its first words are out: readers would pass over what the live one says after them.
    """
    kafka, application_id = installation.kafka, kept.id(installation.application_id)
    standing = log.load(kafka)
    generation = standing.building.get(application_id)
    if generation is None:
        raise GenerationError(f"no generation of {application_id} is being built")
    if here := members(kafka, application_id, [generation]):
        raise GenerationError(
            f"generation {generation} is being built: {', '.join(map(str, here))}"
        )
    if key := leftovers.has_spoken(kafka, kept, generation, standing.begun_at[generation]):
        raise GenerationError(
            f"generation {generation} has said its first words ({key}), and readers pass over what "
            f"older ones say: finish it with '{kept.rebuild}'. If its rules are wrong, put the "
            "right ones in place; what they say comes with one more rebuild"
        )
    log.say(kafka, application_id, generation, "abandoned")
    leftovers.remove(installation, kept, generation)
    return generation


def clean(installation: Installation, kept: KeptState) -> list[int]:
    """Remove what generations keep that neither live nor are being built; their numbers.

    Raises `GenerationError` where somebody still works on one.
    """
    kafka, application_id = installation.kafka, kept.id(installation.application_id)
    standing = log.load(kafka)
    earlier = standing.left_over(application_id)
    if earlier:  # a rebuild may have been broken off before it came to that
        _restate(kafka, kept, standing.live.get(application_id, 0))
    left = [each for each in earlier if leftovers.remains(installation, kept, each)]
    for generation in left:
        leftovers.remove(installation, kept, generation)
    return left
