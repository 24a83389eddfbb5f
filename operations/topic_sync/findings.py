"""How topics stand against what they must be; `operations.topic_sync.sync` asks a cluster.

A partition count is never changed: the partition of a location follows from the count, so its
later events would overtake its earlier ones.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal, NamedTuple

from engine.settings import changelog_topic
from engine.topics import changelog_configs, widened
from local.checkout import PREFIX
from topics.registry import TopicSpec, kafka_configs

State = Literal["in order", "missing", "created", "differs", "changed", "refused"]


class SettingDifference(NamedTuple):
    """One setting: what the topic has and what the registry asks for."""

    setting: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a topic must be: ``configs`` are its settings for so many replicas.

    One that is not ``made_here`` is missing until its owner creates it, which is no difference.
    """

    name: str
    configs: Callable[[int], Mapping[str, str]]
    by_location: bool = True
    made_here: bool = True


def of_registry(specs: Iterable[TopicSpec]) -> list[Wanted]:
    """What the registry says of ``specs``."""
    return [Wanted(spec.name, partial(kafka_configs, spec), spec.by_location) for spec in specs]


def changelog_of(application_id: str) -> Wanted:
    """The topic in which the workers of an application keep their state."""
    return Wanted(changelog_topic(application_id), changelog_configs, made_here=False)


@dataclass(frozen=True, slots=True)
class Existing:
    """A topic as the cluster has it."""

    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """How one topic stands, or what was done about it; ``advice`` where it was refused."""

    topic: str
    state: State
    differences: tuple[SettingDifference, ...] = ()
    advice: str = ""

    def as_json(self) -> dict[str, object]:
        """For programs."""
        told = asdict(self) | {"differences": [item._asdict() for item in self.differences]}
        return {name: value for name, value in told.items() if name != "advice" or value}

    def in_words(self) -> Iterator[str]:
        """For people: the state, each difference, and what to do."""
        yield f"{self.state:<10}{self.topic}"
        for item in self.differences:
            yield f"{'':<12}{item.setting}: {item.found or 'unset'}, wanted {item.wanted}"
        if self.advice:
            yield f"{'':<12}{self.advice}"


def compare(
    topics: Sequence[Wanted], partitions: int, existing: Mapping[str, Existing]
) -> list[TopicFinding]:
    """How each topic stands against what it must be."""
    counts = {existing[each.name].partitions for each in topics if each.name in existing}
    return [
        _compare_one(each, partitions, existing[each.name], counts)
        if each.name in existing
        else TopicFinding(each.name, "missing")
        for each in topics
        if each.made_here or each.name in existing
    ]


def _compare_one(topic: Wanted, partitions: int, found: Existing, counts: set[int]) -> TopicFinding:
    if found.partitions != partitions:
        count = SettingDifference("partitions", str(found.partitions), str(partitions))
        return TopicFinding(
            topic.name, "refused", (count,), _advice(topic, found, partitions, counts)
        )
    differences = tuple(
        SettingDifference(setting, found.configs.get(setting, ""), value)
        for setting, value in topic.configs(found.replication).items()
        if found.configs.get(setting) != value
    )
    return TopicFinding(topic.name, "differs" if differences else "in order", differences)


def _advice(topic: Wanted, found: Existing, partitions: int, counts: set[int]) -> str:
    if not topic.made_here and len(counts) > 1:
        return widened(topic.name, found.partitions, partitions)
    subject = "locations" if topic.by_location else "keys"
    reason = f"another count moves {subject} to other partitions and breaks the order of each"
    if len(counts) == 1:
        return (
            f"{reason}: set {PREFIX}PARTITIONS={found.partitions}, or replay into topics made anew"
        )
    named = " and ".join(str(count) for count in sorted(counts))
    return f"{reason}, and topics have {named} partitions side by side: make this one anew"


def is_refused(findings: Iterable[TopicFinding]) -> bool:
    """Whether a topic stands in the way, so that nothing was changed."""
    return any(finding.state == "refused" for finding in findings)


def is_in_order(findings: Iterable[TopicFinding]) -> bool:
    """Whether the cluster agrees with the registry now."""
    return all(finding.state in ("in order", "created", "changed") for finding in findings)
