"""A worker checks the topics that it is pointed at, and makes none but its own changelog."""

from typing import Any

import pytest

from clients import async_kafka
from clients.kafka import KafkaAccess
from engine.clients import TOPIC_EXISTS
from engine.declarations import Topics
from engine.errors import TopicsUnfit
from engine.settings import EngineSettings
from engine.topics import ensure_topics

INPUTS = ("till.cart-events", "cdc.stock-movements")
CHANGELOG = "shop-state-changelog"


class Cluster:
    """An admin client of a cluster that creates a topic when somebody asks for it by name."""

    def __init__(self, partitions: dict[str, int]) -> None:
        self.partitions = partitions

    def __call__(self, access: KafkaAccess) -> "Cluster":
        return self

    async def start(self) -> None: ...
    async def close(self) -> None: ...

    async def describe_topics(self, topics: list[str] | None = None) -> list[dict[str, Any]]:
        for name in topics or ():
            self.partitions.setdefault(name, 1)
        named = self.partitions if topics is None else topics
        return [{"topic": name, "partitions": [{}] * self.partitions[name]} for name in named]

    async def create_topics(self, topics: list[Any]) -> Any:
        errors: list[tuple[str, int, None]] = []
        for topic in topics:
            exists = topic.name in self.partitions
            errors.append((topic.name, TOPIC_EXISTS if exists else 0, None))
            self.partitions.setdefault(topic.name, topic.num_partitions)
        return type("Answer", (), {"topic_errors": errors})


async def _ensure(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(async_kafka, "admin", cluster)
    settings = EngineSettings(KafkaAccess("broker:9092"), "shop", None)
    return (await ensure_topics(Topics(INPUTS), settings, 1)).own


def _cluster(events: int, movements: int | None, changelog: int | None = None) -> Cluster:
    counts = dict(zip((*INPUTS, CHANGELOG), (events, movements, changelog), strict=True))
    return Cluster({name: count for name, count in counts.items() if count is not None})


async def test_inputs_that_are_missing_are_named_and_not_created(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = _cluster(events=8, movements=None)
    with pytest.raises(TopicsUnfit, match=r"topics are missing: cdc\.stock-movements"):
        await _ensure(cluster, monkeypatch)
    assert list(cluster.partitions) == [INPUTS[0]], "made as the broker makes topics by itself"


async def test_the_changelog_is_made_as_wide_as_the_inputs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = _cluster(events=8, movements=8)
    assert await _ensure(cluster, monkeypatch) == 8
    assert cluster.partitions[CHANGELOG] == 8
    assert await _ensure(cluster, monkeypatch) == 8, "its own changelog is refused"


async def test_inputs_of_different_widths_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = _cluster(events=8, movements=12)
    with pytest.raises(TopicsUnfit, match="differ in partitions"):
        await _ensure(cluster, monkeypatch)
    assert CHANGELOG not in cluster.partitions


async def test_what_is_sent_to_is_there_and_as_wide_unless_it_goes_by_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = _cluster(events=8, movements=8)
    cluster.partitions |= {"stock.levels": 8, "stock.by-sku": 3}
    monkeypatch.setattr(async_kafka, "admin", cluster)
    settings = EngineSettings(KafkaAccess("broker:9092"), "shop", None)
    topics = Topics(INPUTS, ("stock.levels",), ("stock.by-sku",))
    assert await ensure_topics(topics, settings, 1) == (8, {"stock.by-sku": 3})
    with pytest.raises(TopicsUnfit, match=r"differ in partitions: .*'stock\.by-sku': 3"):
        await ensure_topics(Topics(INPUTS, ("stock.by-sku",)), settings, 1)
    with pytest.raises(TopicsUnfit, match="topics are missing: nowhere"):
        await ensure_topics(Topics(INPUTS, (), ("nowhere",)), settings, 1)


@pytest.mark.parametrize("inputs", [6, 12])
async def test_a_changelog_of_another_width_is_refused(
    inputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = _cluster(events=inputs, movements=inputs, changelog=8)
    with pytest.raises(TopicsUnfit, match=f"8 partitions .* and the inputs have {inputs}"):
        await _ensure(cluster, monkeypatch)
