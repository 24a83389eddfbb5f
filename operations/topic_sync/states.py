"""The access rules that follow from which states there are: groups, changelogs, transactions."""

from collections.abc import Collection, Iterable

from clients.kafka import KafkaAccess
from engine.settings import changelog_topic
from operations.applications import BESIDE, FIRST, REBUILT, KeptState
from operations.generations import log
from operations.generations.standing import Generations, state_id
from operations.kafka.admin import admin
from operations.kafka.reader import telling_where
from operations.shadow.rights import rights_of_all
from topics.access import (
    AccessRule,
    rules_of_state,
    rules_of_tending,
    static_rules,
)

_LEFT = ("Empty", "Dead")
"""Kafka's words for a group in which nobody is."""


def wanted(kafka: KafkaAccess, application_id: str, partitions: int) -> set[AccessRule]:
    """All rules that services shall have, with what every application on the cluster keeps.

    An id that nobody has started yet is registered, so that its first worker finds what it needs.
    Raises `KafkaAway`.
    """
    for kept in REBUILT.values():
        kept.generation(kafka, application_id)
    return standing(kafka, partitions)


def standing(kafka: KafkaAccess, partitions: int) -> set[AccessRule]:
    """All rules that services shall have for what is on the cluster now, shadows among it.

    Raises `KafkaAway`, and `TopicMissing` where topics were never synced.
    """
    generations = log.load(kafka)
    with telling_where(kafka), admin(kafka) as client:
        shadows = rights_of_all(client.list_topics(), partitions)
        groups = client.list_groups()
    at_work = {each["group_id"] for each in groups if each["group_state"] not in _LEFT}
    return static_rules() | of_generations(generations, partitions, at_work) | shadows


def first_wanted(application_id: str, partitions: int) -> set[AccessRule]:
    """As far as it is known where there are no topics yet."""
    return static_rules() | of_state(FIRST, application_id, partitions)


def of_generations(
    generations: Generations, partitions: int, at_work: Collection[str] = ()
) -> set[AccessRule]:
    """The rules about the states of all generations; of those that are over, for operators, unless
    somebody is still ``at_work`` on them: its workers have yet to move to the one that is live."""
    beside = {kept.id(each) for each in generations.live for kept in BESIDE.values()}
    return {
        rule
        for application_id in generations.live.keys() - beside
        for kept in (FIRST, *BESIDE.values())
        for rule in _of_application(kept, kept.id(application_id), generations, partitions, at_work)
    }


def _of_application(
    kept: KeptState,
    application_id: str,
    generations: Generations,
    partitions: int,
    at_work: Collection[str],
) -> Iterable[AccessRule]:
    live = generations.live.get(application_id, 0)
    for generation in {live, generations.building.get(application_id, live)}:
        yield from of_state(kept, state_id(application_id, generation), partitions)
    for generation in generations.left_over(application_id):
        state = state_id(application_id, generation)
        yield from of_past_state(state, partitions)
        if state in at_work:
            yield from of_state(kept, state, partitions)


def of_state(kept: KeptState, name: str, partitions: int) -> set[AccessRule]:
    """The rules about one state of an application."""
    own = rules_of_state(kept.service, name, changelog_topic(name), partitions)
    return {*own, *of_past_state(name, partitions)}


def of_past_state(name: str, partitions: int) -> set[AccessRule]:
    """What is left of `of_state` once nobody works on it: operators look after it."""
    return set(rules_of_tending(name, changelog_topic(name), partitions))
