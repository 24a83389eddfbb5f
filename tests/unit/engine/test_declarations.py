"""What an agent uses it has declared; where it has not, the error says what to write."""

from typing import Any

import pytest

from clients.kafka import KafkaAccess
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, PartitionAgents
from engine.declarations import BatchTable
from engine.errors import DeclarationError
from engine.sends import always, by_key
from engine.settings import EngineSettings
from engine.state import PartitionState
from engine.store import MemoryStore
from engine.topics import Widths
from tests.unit.engine.doubles import Sale

SALE = [Sale(0)]


def _app() -> BatchApp:
    return BatchApp(EngineSettings(KafkaAccess("localhost:9092"), "shop", None))


def _built(app: BatchApp) -> PartitionAgents:
    spec = app.spec(Widths(4))
    return spec.build(PartitionState(MemoryStore(), spec.tables), 3)


def _sent(agents: PartitionAgents) -> dict[str, list[bytes | None]]:
    agents.announce(outbox := Outbox())
    return {topic: [each.value for each in sent] for topic, sent in outbox.messages.items()}


def test_agents_of_one_topic_are_called_in_the_order_in_which_they_were_declared() -> None:
    app, called = _app(), list[str]()

    @app.batch_agent("sales")
    def second_by_name(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """One."""
        called.append("one")

    @app.batch_agent("sales")
    def first_by_name(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Two."""
        called.append("two")

    _built(app).fold("sales", SALE)
    assert called == ["one", "two"]
    assert app.spec(Widths(4)).topics == ("sales",)


def test_an_agent_changes_its_table_and_sends_with_the_batch() -> None:
    app = _app()
    levels = app.batch_table("levels", int, help="What is on hand.")

    @app.batch_agent("sales", tables=[levels], sends=["stock"])
    def stock(batch: Batch, state: State) -> None:
        """Keep what is on hand. And more."""
        state.table(levels).put("milk", len(batch))
        state.send("stock", Message(b"milk", b"%d" % state.partitions))

    agents = _built(app)
    agents.fold("sales", SALE)
    assert _sent(agents) == {"stock": [b"4"]}
    assert _sent(agents) == {}, "it was sent with two transactions"
    assert (stock.name, stock.help) == ("stock", "Keep what is on hand.")


def test_a_table_that_an_agent_does_not_name_is_refused_with_what_to_write() -> None:
    app = _app()
    levels = app.batch_table("levels", int, help="What is on hand.")

    @app.batch_agent("sales")
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Keep what is on hand."""
        state.table(levels)

    with pytest.raises(DeclarationError, match=r"stock uses the table levels: .* tables=\[…\]"):
        _built(app).fold("sales", SALE)


def test_a_topic_that_an_agent_does_not_name_is_refused_with_what_to_write() -> None:
    app = _app()

    @app.batch_agent("sales", sends=["stock"])
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Keep what is on hand."""
        state.send("stocks", Message(b"milk", b"1"))

    with pytest.raises(DeclarationError, match=r"stock sends to stocks: .* sends=\[…\]"):
        _built(app).fold("sales", SALE)


def test_a_table_of_nobody_is_refused_where_the_agent_is_declared() -> None:
    app, stray = _app(), BatchTable("levels", int, "Made by hand.")
    with pytest.raises(DeclarationError, match="stock names the table levels"):
        _declare(app, tables=[stray])


def _declare(app: BatchApp, **named: Any) -> None:
    @app.batch_agent("sales", **named)
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Nothing."""


def test_what_is_declared_twice_is_refused() -> None:
    app = _app()
    app.batch_table("levels", int, help="What is on hand.")
    with pytest.raises(DeclarationError, match="there is a table levels already"):
        app.batch_table("levels", str, help="Something else.")
    _declare(app)
    with pytest.raises(DeclarationError, match="there is an agent stock already"):
        _declare(app)


def test_a_topic_goes_by_key_or_to_the_own_partition_and_not_both() -> None:
    app = _app()
    _declare(app, sends=["stock"])
    with pytest.raises(DeclarationError, match="in another way"):
        app.batch_agent("returns", sends=[by_key("stock")])(lambda batch, state: None)


def test_an_application_without_an_agent_is_refused() -> None:
    with pytest.raises(DeclarationError, match="without an agent"):
        _app().spec(Widths(4))


def test_what_goes_by_key_and_what_is_always_sent_is_sent_in_the_dark_too() -> None:
    app = _app()
    _declare(app, sends=["stock", by_key("stock.by-sku"), always("sales.dead-letter")])
    assert app.spec(Widths(4)).always_sent == ("stock.by-sku", "sales.dead-letter")


class Said(Part):
    """Says once what it was made with, two pages when asked to say it again."""

    def __init__(self, state: State, word: bytes, topic: str) -> None:
        self._word = word
        self._topic = topic
        self.counted = 0

    def announce(self, outbox: Outbox) -> None:
        outbox.send(self._topic, Message(None, self._word))

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        outbox.send(self._topic, Message(None, self._word + (cursor or "first").encode()))
        return "second" if cursor is None else None

    def committed(self) -> None:
        self.counted += 1


def test_parts_are_made_once_shared_and_told_of_each_transaction() -> None:
    app = _app()

    @app.batch_part(sends=["a"])
    def one(state: State) -> Said:
        return Said(state, b"one ", "a")

    @app.batch_part(sends=["b"])
    def two(state: State) -> Said:
        state.part(one)
        return Said(state, b"two ", "b")

    shared: list[Said] = []

    @app.batch_agent("sales")
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Share."""
        shared.append(state.part(one))

    agents = _built(app)
    agents.fold("sales", SALE)
    agents.fold("sales", SALE)
    assert shared[0] is shared[1]
    assert _sent(agents) == {"a": [b"one "], "b": [b"two "]}
    agents.committed()
    assert shared[0].counted == 1
    assert _restated(agents) == [b"one first", b"one second", b"two first", b"two second"]


def _restated(agents: PartitionAgents) -> list[bytes | None]:
    said, cursor, is_first = list[bytes | None](), None, True
    while is_first or cursor is not None:
        cursor, is_first = agents.restate(cursor, page := Outbox()), False
        said += [each.value for sent in page.messages.values() for each in sent]
    return said


def test_a_part_that_nobody_declared_is_refused_with_what_to_do() -> None:
    app = _app()

    def nobodys(state: State) -> Said:
        return Said(state, b"", "a")

    @app.batch_agent("sales")
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Ask."""
        state.part(nobodys)

    with pytest.raises(DeclarationError, match=r"declare it by batch_part\(\)"):
        _built(app).fold("sales", SALE)


def test_a_part_sends_only_to_what_it_has_named() -> None:
    app = _app()

    @app.batch_part(sends=["b"])
    def one(state: State) -> Said:  # pyright: ignore[reportUnusedFunction]
        return Said(state, b"one", "a")

    _declare(app)
    with pytest.raises(DeclarationError, match="one sends to a"):
        _sent(_built(app))
