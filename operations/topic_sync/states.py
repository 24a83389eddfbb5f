"""The access rules that follow from which states there are: groups, changelogs, transactions."""

from clients.kafka import KafkaAccess
from engine.settings import changelog_topic
from operations.applications import BESIDE, id_beside
from operations.generations import log
from operations.generations.standing import Generations, state_id
from topics.access import (
    AccessRule,
    rules_of_state,
    rules_of_tending,
    static_rules,
)


def wanted(kafka: KafkaAccess, application_id: str, partitions: int) -> set[AccessRule]:
    """All rules that services shall have, with what every application on the cluster keeps.

    An id that nobody has started yet is registered, so that its first worker finds what it needs.
    Raises `KafkaAway`.
    """
    log.joined(kafka, application_id)
    return static_rules() | of_generations(log.load(kafka), partitions)


def first_wanted(application_id: str, partitions: int) -> set[AccessRule]:
    """As far as it is known where there are no topics yet."""
    return static_rules() | of_state(application_id, partitions)


def of_generations(generations: Generations, partitions: int) -> set[AccessRule]:
    """The rules about the states of all generations; of those that are over, for operators."""
    rules: set[AccessRule] = set()
    for application_id, live in generations.live.items():
        for role in BESIDE:  # whose states stay at generation 0
            rules |= _of_service(role, id_beside(application_id, role), partitions)
        for generation in {live, generations.building.get(application_id, live)}:
            rules |= of_state(state_id(application_id, generation), partitions)
        for generation in generations.left_over(application_id):
            rules |= of_past_state(state_id(application_id, generation), partitions)
    return rules


def of_state(name: str, partitions: int) -> set[AccessRule]:
    """The rules about one state of the first application."""
    return _of_service("worker", name, partitions)


def _of_service(service: str, name: str, partitions: int) -> set[AccessRule]:
    own = rules_of_state(service, name, changelog_topic(name), partitions)
    return {*own, *of_past_state(name, partitions)}


def of_past_state(name: str, partitions: int) -> set[AccessRule]:
    """What is left of `of_state` once nobody works on it: operators look after it."""
    return set(rules_of_tending(name, changelog_topic(name), partitions))
