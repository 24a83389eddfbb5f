"""What an application declares: its tables, its parts, and its agents."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from engine.contract import Batch, Part, Record
from engine.errors import DeclarationError
from engine.sends import Send

if TYPE_CHECKING:
    from engine.agents import State

V = TypeVar("V")

Fold = Callable[[Batch, "State"], None]
"""An agent's function."""

SetAside = Callable[[Record, "State"], None]
"""What an agent does with a record that an operator has moved out of the way."""

Factory = Callable[["State"], Part]
"""Makes a part, once per partition."""

Sends = Sequence[str | Send]
"""Topics: plain names go to the agent's own partition."""


@dataclass(frozen=True, slots=True)
class BatchTable(Generic[V]):
    """A table of the application: keys are strings, values what ``msgspec`` encodes."""

    name: str
    value_type: type[V]
    help: str


@dataclass(frozen=True, slots=True)
class Uses:
    """The tables and topics that one agent or part may use."""

    owner: str
    tables: frozenset[str]
    sends: frozenset[str]

    def require_table(self, name: str) -> None:
        """Raises `DeclarationError` where it is not named."""
        if name not in self.tables:
            raise DeclarationError(f"{self.owner} uses the table {name}: name it in its tables=[…]")

    def require_send(self, topic: str) -> None:
        """Raises `DeclarationError` where it is not named."""
        if topic not in self.sends:
            raise DeclarationError(f"{self.owner} sends to {topic}: name it in its sends=[…]")


@dataclass(frozen=True, slots=True)
class Declared:
    """An agent: which topic's batches its function is given, and what it may use."""

    topic: str
    fold: Fold
    uses: Uses
    set_aside: SetAside | None


class Topics(NamedTuple):
    """An application's topics. Those that go ``by_key`` have partition counts of their own; all
    others have one."""

    inputs: tuple[str, ...]
    sends: tuple[str, ...] = ()
    by_key: tuple[str, ...] = ()


class Declarations:
    """All of an application, in the order in which it was declared."""

    def __init__(self) -> None:
        self.tables: dict[str, BatchTable[Any]] = {}
        self.parts: dict[Factory, Uses] = {}
        self.agents: dict[str, Declared] = {}
        self._sends: dict[str, Send] = {}

    def add_table(self, table: BatchTable[V]) -> BatchTable[V]:
        """Raises `DeclarationError` where there is one of the name."""
        if table.name in self.tables:
            raise DeclarationError(f"there is a table {table.name} already")
        self.tables[table.name] = table
        return table

    def add_part(self, factory: Factory, tables: Iterable[BatchTable[Any]], sends: Sends) -> None:
        """Raises `DeclarationError` for a table that is not this application's."""
        self.parts[factory] = self._uses(_name(factory), tables, sends)

    def add_agent(
        self,
        name: str,
        topic: str,
        fold: Fold,
        tables: Iterable[BatchTable[Any]],
        sends: Sends,
        set_aside: SetAside | None,
    ) -> None:
        """Raises `DeclarationError`, also where there is an agent of the name."""
        if name in self.agents:
            raise DeclarationError(f"there is an agent {name} already")
        self.agents[name] = Declared(topic, fold, self._uses(name, tables, sends), set_aside)

    @property
    def topics(self) -> Topics:
        """All that is read and sent to. Raises `DeclarationError` where there is no agent."""
        if not self.agents:
            raise DeclarationError("an application without an agent has nothing to do")
        inputs = tuple(dict.fromkeys(each.topic for each in self.agents.values()))
        sends = self._sends.values()
        own = tuple(each.topic for each in sends if not each.by_key)
        return Topics(inputs, own, tuple(each.topic for each in sends if each.by_key))

    @property
    def always_sent(self) -> tuple[str, ...]:
        """The topics that a rebuild sends to from the first message on."""
        return tuple(each.topic for each in self._sends.values() if each.in_the_dark)

    def _uses(self, owner: str, tables: Iterable[BatchTable[Any]], sends: Sends) -> Uses:
        names = frozenset(self._own(owner, table) for table in tables)
        return Uses(owner, names, frozenset(self._sent(owner, each) for each in sends))

    def _own(self, owner: str, table: BatchTable[Any]) -> str:
        if self.tables.get(table.name) is not table:
            raise DeclarationError(
                f"{owner} names the table {table.name}, which batch_table() of this application "
                "did not make"
            )
        return table.name

    def _sent(self, owner: str, send: str | Send) -> str:
        send = Send(send) if isinstance(send, str) else send
        if self._sends.setdefault(send.topic, send) != send:
            raise DeclarationError(
                f"{owner} sends to {send.topic} in another way than another agent does: by key, or "
                "in the dark of a rebuild, is a matter of the topic"
            )
        return send.topic


def _name(factory: Factory) -> str:
    return getattr(factory, "__name__", repr(factory))
