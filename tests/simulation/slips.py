"""The receipts' agent over what the retail worker has accepted, as a rebuild would say it again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from engine.contract import Outbox
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.app_specs import receipts_spec
from topics.registry import ACCEPTED, RECEIPTS

from .broker import PARTITION, PARTITIONS

_SPEC = receipts_spec(PARTITIONS)


def said_twice_over(accepted: Sequence[Any]) -> Counter[bytes | None]:
    """How often each receipt is said by an agent that is told everything twice, and starts anew
    in between."""
    store, said = MemoryStore(), Counter[bytes | None]()
    for _ in range(2):
        said.update(_said(store, accepted))
    return said


def _said(store: MemoryStore, accepted: Sequence[Any]) -> Iterable[bytes | None]:
    state = PartitionState(store, _SPEC.tables)
    agents, outbox = _SPEC.build(state, PARTITION), Outbox()
    agents.fold(ACCEPTED.name, accepted)
    agents.announce(outbox)
    state.take()
    state.settle()
    state.write(0)
    return [message.key for message in outbox.messages.get(RECEIPTS.name, ())]
