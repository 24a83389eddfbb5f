"""Makes a cluster's topics agree with the registry, or says where they do not.

Missing topics are created and settings that differ are set. A partition count is never changed:
the partition of a location follows from the count, so its later events would overtake its earlier
ones. One such topic stops the whole sync before anything is changed.
"""

# pyright: reportMissingTypeStubs=false

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import KafkaError

from tillstream.settings import PREFIX, SettingsError
from topics.registry import ALL, TopicSpec, kafka_configs

_AdminClient: Any = KafkaAdminClient

_ANSWER_MS = 10_000
"""How long to look for a broker. Less fails beside a broker that starts; more seems to hang."""

State = Literal["in order", "missing", "created", "differs", "changed", "refused"]

_SETTLE_SECONDS = 10.0
"""How long a broker may take to show a setting that it has accepted; seen: two seconds under load.
Less fails where nothing is wrong; more delays the word that something is."""

_LOOK_AGAIN_SECONDS = 0.1

_ONCE_DONE: dict[State, State] = {"missing": "created", "differs": "changed"}


class SyncError(SettingsError):
    """Kafka could not be reached or refused a change."""


class Difference(NamedTuple):
    """One setting: what the topic has and what the registry asks for."""

    setting: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as the cluster has it."""

    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one topic stands, or what was done about it; ``advice`` where it was refused."""

    topic: str
    state: State
    differences: tuple[Difference, ...] = ()
    advice: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        told = asdict(self) | {"differences": [item._asdict() for item in self.differences]}
        return {name: value for name, value in told.items() if name != "advice" or value}


def compare(
    specs: Sequence[TopicSpec], partitions: int, existing: Mapping[str, Existing]
) -> list[Finding]:
    """How each topic stands against its spec."""
    counts = {existing[spec.name].partitions for spec in specs if spec.name in existing}
    return [
        _compare_one(spec, partitions, existing[spec.name], counts)
        if spec.name in existing
        else Finding(spec.name, "missing")
        for spec in specs
    ]


def _compare_one(spec: TopicSpec, partitions: int, found: Existing, counts: set[int]) -> Finding:
    if found.partitions != partitions:
        count = Difference("partitions", str(found.partitions), str(partitions))
        return Finding(spec.name, "refused", (count,), _advice(spec, found.partitions, counts))
    wanted = kafka_configs(spec, found.replication)
    differences = tuple(
        Difference(setting, found.configs.get(setting, ""), value)
        for setting, value in wanted.items()
        if found.configs.get(setting) != value
    )
    return Finding(spec.name, "differs" if differences else "in order", differences)


def _advice(spec: TopicSpec, found: int, counts: set[int]) -> str:
    subject = "locations" if spec.by_location else "keys"
    reason = f"another count moves {subject} to other partitions and breaks the order of each"
    if counts == {found}:
        return f"{reason}: set {PREFIX}PARTITIONS={found}, or replay into topics made anew"
    named = " and ".join(str(count) for count in sorted(counts))
    return f"{reason}, and topics have {named} partitions side by side: make this one anew"


def sync(
    bootstrap: str,
    partitions: int,
    replication: int,
    *,
    change: bool = True,
    specs: Sequence[TopicSpec] = ALL,
) -> list[Finding]:
    """Compare, and unless one topic is refused or ``change`` is off, create and set.

    Raises `SyncError` where Kafka is away or refuses.
    """
    try:
        with _AdminClient(
            bootstrap_servers=bootstrap.split(","), bootstrap_timeout_ms=_ANSWER_MS
        ) as admin:
            findings = compare(specs, partitions, _existing(admin, specs))
            if not change or is_refused(findings):
                return findings
            return _change(admin, findings, specs, partitions, replication)
    except KafkaError as error:
        raise SyncError(f"Kafka at {bootstrap} did not answer or refused: {error!r}") from error


def is_refused(findings: Iterable[Finding]) -> bool:
    """Whether a topic stands in the way, so that nothing was changed."""
    return any(finding.state == "refused" for finding in findings)


def is_in_order(findings: Iterable[Finding]) -> bool:
    """Whether the cluster agrees with the registry now."""
    return all(finding.state in ("in order", "created", "changed") for finding in findings)


def _existing(admin: Any, specs: Sequence[TopicSpec]) -> dict[str, Existing]:
    # All topics are asked for: asking for a missing one by name may create it.
    wanted = {spec.name for spec in specs}
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
    findings: list[Finding],
    specs: Sequence[TopicSpec],
    partitions: int,
    replication: int,
) -> list[Finding]:
    by_name = {spec.name: spec for spec in specs}
    missing = [by_name[finding.topic] for finding in findings if finding.state == "missing"]
    if missing:
        _create(admin, missing, partitions, replication)
    differing = [finding for finding in findings if finding.state == "differs"]
    if differing:
        _set(admin, differing)
        _await_shown(admin, [by_name[finding.topic] for finding in differing], partitions)
    return [
        Finding(each.topic, _ONCE_DONE.get(each.state, each.state), each.differences)
        for each in findings
    ]


def _create(admin: Any, specs: list[TopicSpec], partitions: int, replication: int) -> None:
    admin.create_topics(
        {
            spec.name: {
                "num_partitions": partitions,
                "replication_factor": replication,
                "configs": kafka_configs(spec, replication),
            }
            for spec in specs
        },
        wait_for_metadata=True,
    )


def _set(admin: Any, findings: list[Finding]) -> None:
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


def _await_shown(admin: Any, specs: list[TopicSpec], partitions: int) -> None:
    deadline = time.monotonic() + _SETTLE_SECONDS
    while not is_in_order(compare(specs, partitions, _existing(admin, specs))):
        if time.monotonic() > deadline:
            raise SyncError("Kafka accepted settings but does not show them: run the sync again")
        time.sleep(_LOOK_AGAIN_SECONDS)
