"""What a shadow is called and what it writes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from operations.generations.standing import state_id
from topics.registry import ACCEPTED, DEAD_LETTERS, OUTPUTS, TopicSpec

COMPARED = (*OUTPUTS, *DEAD_LETTERS)
"""What workers write and readers see."""

_WRITTEN = (*COMPARED, ACCEPTED)
"""What workers write. What is accepted, the totals tell, of which the comparison is made."""

_TOO_LONG = 200
"""Characters of an application id: Kafka allows topic names of 249."""

APPLICATION_ID = re.compile(r"[A-Za-z0-9._-]+")


_TOPIC = "shadow.{}.{}"
"""Of an application id and the live topic's name."""


@dataclass(frozen=True, slots=True)
class Shadow:
    """The names of one shadow beside the live application, whose ``generation`` it puts before
    its versions, so that they can be equal."""

    live: str
    application_id: str
    generation: int = 0

    def problem(self) -> str:
        """What is wrong with the names; empty where nothing is."""
        if self.application_id == self.live:
            return "the shadow needs an application id of its own: the live one's state is not its"
        if len(self.application_id) > _TOO_LONG or not APPLICATION_ID.fullmatch(
            self.application_id
        ):
            return f"{self.application_id!r} cannot be part of a topic's name"
        return ""

    def topic(self, name: str) -> str:
        """The topic that stands for the live one called ``name``."""
        return _TOPIC.format(self.application_id, name)

    @property
    def live_group(self) -> str:
        """The consumer group of the live workers."""
        return state_id(self.live, self.generation)

    @property
    def changelog(self) -> str:
        """The topic that holds the shadow's state, as `engine.settings` names it."""
        return f"{self.application_id}-state-changelog"

    def specs(self) -> tuple[TopicSpec, ...]:
        """The shadow's output topics."""
        return tuple(replace(spec, name=self.topic(spec.name)) for spec in _WRITTEN)


def application_ids(topics: Iterable[str]) -> set[str]:
    """The shadows that have topics among ``topics``."""
    forms = [_TOPIC.format("\0", spec.name).split("\0") for spec in _WRITTEN]
    return {
        topic.removeprefix(begins).removesuffix(ends)
        for topic in topics
        for begins, ends in forms
        if topic.startswith(begins) and topic.endswith(ends) and len(topic) > len(begins + ends)
    }
