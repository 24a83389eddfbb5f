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

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        """As the agent does."""
        self._agent.fold(topic, records)

    def announce(self, outbox: Outbox) -> None:
        """What the agent announces, under the other names."""
        aside = Outbox()
        self._agent.announce(aside)
        for topic, messages in aside.messages.items():
            for message in messages:
                outbox.send(self._topic(topic), message)

    def committed(self) -> None:
        """As the agent does."""
        self._agent.committed()
