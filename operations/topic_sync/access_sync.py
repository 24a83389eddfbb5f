"""A cluster's access rules against the table: what differs, and what was put right."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicMissing
from operations.topic_sync import states
from operations.topic_sync.access import in_kafkas_words, rules_of, told
from operations.topic_sync.links import NO_LINKS, Links, of_links
from topics.access import AccessRule, static_rules
from topics.store_access import principal_of, rules_of_mirrored, rules_of_store

AccessState = Literal["in order", "differs", "changed"]


@dataclass(frozen=True, slots=True)
class AccessFinding:
    """What one service may do against what it shall: what it lacked, and what it had beyond."""

    principal: str
    state: AccessState
    lacking: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()

    def as_json(self) -> dict[str, object]:
        """For programs."""
        return asdict(self)

    def in_words(self) -> Iterator[str]:
        """For people: the state, and each rule that lacked or was beyond."""
        yield f"{self.state:<10}{self.principal}"
        for sign, rules in (("+", self.lacking), ("-", self.beyond)):
            for rule in rules:
                yield f"{'':<12}{sign} {rule}"

    @property
    def is_in_order(self) -> bool:
        """Whether there is nothing left to do."""
        return self.state != "differs"


def begin(kafka: KafkaAccess, links: Links = NO_LINKS) -> None:
    """Let services do what follows from no topic, so that topics can be made."""
    with rules_of(kafka) as kept:
        found = kept.of_services()
        if found is not None:
            kept.add(in_kafkas_words(static_rules() | of_links(links)) - found)


def sync_access(
    kafka: KafkaAccess,
    application_id: str,
    partitions: int,
    *,
    change: bool,
    stores: Collection[str] = (),
    links: Links = NO_LINKS,
) -> list[AccessFinding] | None:
    """Compare all rules of services, of ``stores`` whose gateway stands on this cluster, and of
    those at the other end of ``links``; with ``change`` add what lacks and remove what is beyond.

    None where the cluster asks nobody who they are. Raises `RulesError` and `KafkaAway`.
    """
    mirrored = {each for each, side in links.items() if side == "centre"}
    with rules_of(kafka) as kept:
        found = kept.of_services({principal_of(each) for each in {*stores, *mirrored}})
        if found is None:
            return None
        wanted = in_kafkas_words(_wanted(kafka, application_id, partitions, change=change))
        wanted |= in_kafkas_words(of_links(links))
        wanted |= in_kafkas_words(rule for each in stores for rule in rules_of_store(each))
        wanted |= in_kafkas_words(rule for each in mirrored for rule in rules_of_mirrored(each))
        if change:
            kept.add(wanted - found)
            kept.remove(found - wanted)
        return list(_findings(wanted, found, "changed" if change else "differs"))


def _wanted(
    kafka: KafkaAccess, application_id: str, partitions: int, *, change: bool
) -> set[AccessRule]:
    if change:
        return states.wanted(kafka, application_id, partitions)
    try:
        return states.standing(kafka, partitions)
    except TopicMissing:
        return states.first_wanted(application_id, partitions)


def _findings(wanted: set[Any], found: set[Any], once_done: AccessState) -> Iterable[AccessFinding]:
    for principal in sorted({rule.principal for rule in wanted | found}):
        lacking, beyond = (
            tuple(sorted(told(rule) for rule in rules if rule.principal == principal))
            for rules in (wanted - found, found - wanted)
        )
        state = once_done if lacking or beyond else "in order"
        yield AccessFinding(principal.removeprefix("User:"), state, lacking, beyond)
