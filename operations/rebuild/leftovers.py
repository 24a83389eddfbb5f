"""What a generation keeps on the broker and on this machine, and its removal."""

# pyright: reportMissingTypeStubs=false

import json
import shutil
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from engine.settings import changelog_topic
from operations.applications import KeptState
from operations.generations.standing import GenerationError, state_id
from operations.installation import Installation
from operations.kafka.admin import admin
from operations.kafka.reader import consuming, telling_where
from operations.rebuild.members import members
from operations.topic_sync import states
from operations.topic_sync.access import withdraw
from topics.registry import TopicSpec
from topics.upkeep import GENERATION_BITS

_POLL_MS = 500

_CLOCKS_APART = timedelta(days=1)
"""Outputs are looked through from so long before the building began: who began it and who wrote
may have different clocks."""

_GONE_SECONDS = 20.0
"""How long a broker may show a topic that it has agreed to delete."""


def remove(installation: Installation, kept: KeptState, generation: int) -> None:
    """Remove changelog, group and this machine's state folders of ``generation``.

    Raises `GenerationError` where somebody still works on it, and `KafkaAway`.
    """
    kafka, application_id = installation.kafka, kept.id(installation.application_id)
    if here := members(kafka, application_id, [generation]):
        raise GenerationError(
            f"generation {generation} is still worked on: {', '.join(map(str, here))}"
        )
    state = state_id(application_id, generation)
    changelog = changelog_topic(state)
    with telling_where(kafka), admin(kafka) as client:
        if changelog in client.list_topics():
            client.delete_topics([changelog])
            _await_gone(client, changelog)
        if state in {each["group_id"] for each in client.list_groups()}:
            client.delete_groups([state])
    shut_out(installation, kept, generation)
    shutil.rmtree(installation.home / "state" / state, ignore_errors=True)


def shut_out(installation: Installation, kept: KeptState, generation: int) -> None:
    """Let nobody but operators do anything with the state of ``generation``."""
    state = state_id(kept.id(installation.application_id), generation)
    own = states.of_state(kept, state, installation.partitions)
    withdraw(installation.kafka, own - states.of_past_state(state, installation.partitions))


def _await_gone(client: Any, topic: str) -> None:
    deadline = time.monotonic() + _GONE_SECONDS
    while topic in client.list_topics() and time.monotonic() < deadline:
        time.sleep(0.1)


def remains(installation: Installation, kept: KeptState, generation: int) -> bool:
    """Whether anything of ``generation`` is left on the broker or this machine."""
    kafka = installation.kafka
    state = state_id(kept.id(installation.application_id), generation)
    if (installation.home / "state" / state).exists():
        return True
    with telling_where(kafka), admin(kafka) as client:
        groups = {each["group_id"] for each in client.list_groups()}
        topics = client.list_topics()
    return state in groups or changelog_topic(state) in topics


def has_spoken(kafka: KafkaAccess, kept: KeptState, generation: int, begun_at: datetime) -> str:
    """A key of which readers know a version of ``generation``; empty where there is none."""
    floor = generation << GENERATION_BITS
    with consuming(kafka) as consumer:
        return _first_from(consumer, kept.rows, floor, begun_at - _CLOCKS_APART)


def _first_from(consumer: Any, topics: Iterable[TopicSpec], floor: int, since: datetime) -> str:
    places = [
        TopicPartition(spec.name, number)
        for spec in topics
        for number in consumer.partitions_for_topic(spec.name) or ()
    ]
    consumer.assign(places)
    ends = consumer.end_offsets(places)
    since_ms = int(since.timestamp() * 1000)
    for place, found in consumer.offsets_for_times(dict.fromkeys(places, since_ms)).items():
        consumer.seek(place, ends[place] if found is None else found.offset)
    while any(consumer.position(place) < end for place, end in ends.items()):
        for place, messages in consumer.poll(timeout_ms=_POLL_MS).items():
            for message in messages:
                if message.value is not None and _version(message.value) >= floor:
                    return f"{place.topic}: {message.key.decode(errors='replace')}"
    return ""


def _version(value: bytes) -> int:
    """0 for a record that breaks its contract: no worker has said it."""
    try:
        found = json.loads(value)["version"]
    except (ValueError, KeyError, TypeError):
        return 0
    return found if isinstance(found, int) else 0
