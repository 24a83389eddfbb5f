"""An agent whose messages go to other topics; its folds and state are as they were."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from engine.contract import AgentSpec, Outbox, PartitionAgent, Record
from engine.state import PartitionState


def redirected(spec: AgentSpec, topic: Callable[[str], str]) -> AgentSpec:
    """``spec`` with every output topic renamed by ``topic``, and nothing held back."""

    def build(state: PartitionState, partition: int) -> PartitionAgent:
        return _Redirected(spec.build(state, partition), topic)

    return replace(spec, build=build, rebuilds=False)


class _Redirected:
    """See `engine.contract.PartitionAgent`."""

    def __init__(self, agent: PartitionAgent, topic: Callable[[str], str]) -> None:
        self._agent = agent
        self._topic = topic

    @property
    def folding(self) -> int | None:
        """As the agent is."""
        return self._agent.folding

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """As the agent does."""
        self._agent.fold(topic, records)

    def set_aside(self, topic: str, record: Record) -> None:
        """As the agent does."""
        self._agent.set_aside(topic, record)

    def announce(self, outbox: Outbox) -> None:
        """What the agent announces, under the other names."""
        aside = Outbox()
        self._agent.announce(aside)
        self._send(aside, outbox)

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """What the agent restates, under the other names."""
        aside = Outbox()
        following = self._agent.restate(cursor, aside)
        self._send(aside, outbox)
        return following

    def _send(self, aside: Outbox, outbox: Outbox) -> None:
        for topic, messages in aside.messages.items():
            outbox.send_all(self._topic(topic), messages)

    def committed(self) -> None:
        """As the agent does."""
        self._agent.committed()
