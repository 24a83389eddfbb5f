"""Makes a cluster's topics agree with the registry, or says where they do not.

Missing topics are created and settings that differ are set. A partition count is never changed:
the partition of a location follows from the count, so its later events would overtake its earlier
ones. One such topic stops the whole sync before anything is changed. The workers' changelog is
theirs to create; where it is there, it is brought to their settings, too.
"""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Sequence
from typing import Any

from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from operations.errors import OperationError
from operations.topic_sync.findings import (
    Existing,
    State,
    TopicFinding,
    Wanted,
    changelog_of,
    compare,
    is_in_order,
    is_refused,
    of_registry,
)
from topics.registry import ALL, TopicSpec

_ANSWER_MS = 10_000
"""How long to look for a broker. Less fails beside a broker that starts; more seems to hang."""

_SETTLE_SECONDS = 10.0
"""How long a broker may take to show a setting that it has accepted; seen: two seconds under load.
Less fails where nothing is wrong; more delays the word that something is."""

_LOOK_AGAIN_SECONDS = 0.1

_CREATED_AT_ONCE = 250
"""Topics of one request. Kafka refuses one that makes more than 10,000 of its records, and a topic
with its settings and partitions makes some twenty; a fleet of stores has thousands."""

_ONCE_DONE: dict[State, State] = {"missing": "created", "differs": "changed"}


class SyncError(OperationError):
    """Kafka could not be reached or refused a change."""


def sync(
    kafka: KafkaAccess,
    partitions: int,
    replication: int,
    *,
    change: bool = True,
    specs: Sequence[TopicSpec] = ALL,
    application_id: str = "",
) -> list[TopicFinding]:
    """Compare, and unless one topic is refused or ``change`` is off, create and set.

    Where an ``application_id`` is named, the changelog of its workers is looked at, too.

    Raises `SyncError` where Kafka is away or refuses.
    """
    topics = of_registry(specs) + ([changelog_of(application_id)] if application_id else [])
    try:
        with blocking_kafka.admin(kafka, bootstrap_timeout_ms=_ANSWER_MS) as admin:
            findings = compare(topics, partitions, _existing(admin, topics))
            if not change or is_refused(findings):
                return findings
            return _change(admin, findings, topics, partitions, replication)
    except KafkaError as error:
        raise SyncError(f"Kafka at {kafka} did not answer or refused: {error!r}") from error


def _existing(admin: Any, topics: Sequence[Wanted]) -> dict[str, Existing]:
    # All topics are asked for: asking for a missing one by name may create it.
    wanted = {each.name for each in topics}
    described = [topic for topic in admin.describe_topics() if topic["name"] in wanted]
    resources = [ConfigResource(ConfigResourceType.TOPIC, topic["name"]) for topic in described]
    if not resources:
        return {}
    configs = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        topic["name"]: Existing(
            len(topic["partitions"]),
            len(topic["partitions"][0]["replica_nodes"]),
            {name: entry["value"] for name, entry in configs[topic["name"]].items()},
        )
        for topic in described
    }


def _change(
    admin: Any,
    findings: list[TopicFinding],
    topics: Sequence[Wanted],
    partitions: int,
    replication: int,
) -> list[TopicFinding]:
    by_name = {each.name: each for each in topics}
    missing = [by_name[finding.topic] for finding in findings if finding.state == "missing"]
    if missing:
        _create(admin, missing, partitions, replication)
    differing = [finding for finding in findings if finding.state == "differs"]
    if differing:
        _set(admin, differing)
        _await_shown(admin, [by_name[finding.topic] for finding in differing], partitions)
    return [
        TopicFinding(each.topic, _ONCE_DONE.get(each.state, each.state), each.differences)
        for each in findings
    ]


def _create(admin: Any, topics: list[Wanted], partitions: int, replication: int) -> None:
    for at in range(0, len(topics), _CREATED_AT_ONCE):
        admin.create_topics(
            {
                each.name: {
                    "num_partitions": partitions,
                    "replication_factor": replication,
                    "configs": each.configs(replication),
                }
                for each in topics[at : at + _CREATED_AT_ONCE]
            },
            wait_for_metadata=True,
        )


def _set(admin: Any, findings: list[TopicFinding]) -> None:
    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            finding.topic,
            {item.setting: item.wanted for item in finding.differences},
        )
        for finding in findings
    ]
    answer = admin.alter_configs(resources, raise_on_unknown=False)
    refused = {topic: said for topic, said in answer["topic"].items() if said != "OK"}
    if refused:
        raise SyncError(f"Kafka refused settings; check its rights and quotas: {refused}")


def _await_shown(admin: Any, topics: list[Wanted], partitions: int) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS
    while not is_in_order(compare(topics, partitions, _existing(admin, topics))):
        if time.monotonic() > deadline:
            raise SyncError("Kafka accepted settings but does not show them: run the sync again")
        time.sleep(_LOOK_AGAIN_SECONDS)
