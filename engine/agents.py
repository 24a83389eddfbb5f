"""An application's agents over the state of one partition: built, called in order, and checked."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast, overload

from engine.contract import Batch, Message, Outbox, Part, Record
from engine.declarations import BatchTable, Declarations, Factory, Fold, SetAside, Uses
from engine.errors import DeclarationError
from engine.state import PartitionState
from engine.table import Table

V = TypeVar("V")
P = TypeVar("P", bound=Part)

_MARK = "\x01"
"""Around the number of a part in a rebuild's cursor; the first part's cursors have none."""


class State:
    """What an agent, or a part, has of its partition."""

    def __init__(self, agents: "Agents", tables: PartitionState, uses: Uses) -> None:
        self.partition = agents.partition
        """The number of the partition, from 0; ``partitions`` is how many there are."""
        self.partitions = agents.partitions
        self._agents = agents
        self._tables = tables
        self._uses = uses

    @overload
    def table(self, table: BatchTable[V]) -> Table[V]: ...
    @overload
    def table(self, table: str) -> Table[Any]: ...
    def table(self, table: BatchTable[Any] | str) -> Table[Any]:
        """A table, or the one of that name. Raises `engine.errors.DeclarationError`."""
        name = table if isinstance(table, str) else table.name
        self._uses.require_table(name)
        return self._tables.table(name)

    def part(self, factory: Callable[["State"], P]) -> P:
        """What ``factory`` has made for this partition. Raises `engine.errors.DeclarationError`."""
        return cast(P, self._agents.part(cast(Factory, factory)))

    def send(self, topic: str, message: Message) -> None:
        """Send with the transaction of this batch. Raises `engine.errors.DeclarationError`."""
        self._uses.require_send(topic)
        self._agents.said.send(topic, message)


class _DeclaredOutbox(Outbox):
    """Takes what its owner may send, and refuses the rest."""

    def __init__(self, into: Outbox, uses: Uses) -> None:
        super().__init__(into.messages)
        self._uses = uses

    def send(self, topic: str, message: Message) -> None:
        self._uses.require_send(topic)
        super().send(topic, message)

    def send_all(self, topic: str, messages: Iterable[Message]) -> None:
        self._uses.require_send(topic)
        super().send_all(topic, messages)


class Agents:
    """See `engine.contract.PartitionAgents`."""

    def __init__(
        self, declared: Declarations, tables: PartitionState, partition: int, partitions: int
    ) -> None:
        self.partition = partition
        self.partitions = partitions
        self.said = Outbox()
        """What agents have sent since the last transaction."""
        self._parts: dict[Factory, Part] = {}
        self._uses = declared.parts
        for factory, uses in declared.parts.items():
            self._parts[factory] = factory(State(self, tables, uses))
        self._folds: dict[str, list[tuple[Fold, State]]] = {}
        self._asides: dict[str, list[tuple[SetAside, State]]] = {}
        for each in declared.agents.values():
            state = State(self, tables, each.uses)
            self._folds.setdefault(each.topic, []).append((each.fold, state))
            if each.set_aside is not None:
                self._asides.setdefault(each.topic, []).append((each.set_aside, state))

    def part(self, factory: Factory) -> Any:
        """What ``factory`` has made here; a part has those that were declared before it."""
        part = self._parts.get(factory)
        if part is None:
            raise DeclarationError(
                f"there is no part {factory!r}: declare it by batch_part() before who uses it"
            )
        return part

    @property
    def folding(self) -> int | None:
        """The offset of the record that is being applied, where a part knows it."""
        known = (part.folding for part in self._parts.values())
        return next((at for at in known if at is not None), None)

    def fold(self, topic: str, records: Batch) -> None:
        """Hand ``records`` to each agent of ``topic``."""
        for fold, state in self._folds[topic]:
            fold(records, state)

    def set_aside(self, topic: str, record: Record) -> None:
        """Tell each agent of ``topic`` that wants to know."""
        for set_aside, state in self._asides.get(topic, ()):
            set_aside(record, state)

    def announce(self, outbox: Outbox) -> None:
        """What the agents have sent, and then what the parts announce."""
        said, self.said = self.said, Outbox()
        for topic, messages in said.messages.items():
            outbox.send_all(topic, messages)
        for factory, part in self._parts.items():
            part.announce(_DeclaredOutbox(outbox, self._uses[factory]))

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """A page of one part after the other."""
        parts = list(self._parts.items())
        number, within = _read(cursor)
        if number >= len(parts):
            return None
        factory, part = parts[number]
        following = part.restate(within, _DeclaredOutbox(outbox, self._uses[factory]))
        if following is not None:
            return _cursor(number, following)
        return _cursor(number + 1, "") if number + 1 < len(parts) else None

    def committed(self) -> None:
        """Tell every part."""
        for part in self._parts.values():
            part.committed()


def _cursor(number: int, within: str) -> str:
    return f"{_MARK}{number}{_MARK}{within}" if number else within


def _read(cursor: str | None) -> tuple[int, str | None]:
    if cursor is None or not cursor.startswith(_MARK):
        return 0, cursor
    number, _, within = cursor.removeprefix(_MARK).partition(_MARK)
    return int(number), within or None
