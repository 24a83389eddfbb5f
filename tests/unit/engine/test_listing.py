"""What Faust knows of an application: it lists agents and tables, and runs neither."""

from typing import Any

from faust.types import TP

from clients.kafka import KafkaAccess
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch
from engine.listing import first_sentence
from engine.settings import EngineSettings


def _app() -> Any:
    app: Any = BatchApp(EngineSettings(KafkaAccess("localhost:9092"), "shop", None))
    app.batch_table("levels", int, help="What is on hand.")

    @app.batch_agent("sales")
    def stock(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Keep what is on hand."""
        raise AssertionError("Faust has called the agent")

    return app


def test_the_first_sentence_is_the_help() -> None:
    assert first_sentence("Keep what is\n    on hand. And say it.") == "Keep what is on hand."
    assert first_sentence("Keep it") == "Keep it"
    assert first_sentence(None) == ""


async def test_faust_starts_and_stops_an_agent_and_reads_no_stream() -> None:
    app = _app()
    await app.agents.on_start()
    agent = app.agents["stock"]
    assert agent.started and not agent.supervisor
    await app.agents.on_rebalance(set(), {TP("sales", 0)})
    app.agents.cancel()
    await app.agents.on_stop()


async def test_a_worker_leaves_faust_no_table_to_recover() -> None:
    app = _app()
    assert list(app.tables.keys()) == ["levels"]

    class Consumer:
        flow: Any = None

    async def prepare() -> None:
        app.flow = "the partitions"

    app.prepare, app.consumer = prepare, Consumer()
    await app.on_first_start()
    assert not app.tables, "Faust would wait for a changelog of its own"
    assert app.consumer.flow == "the partitions"
