"""A worker on the real engine with one input, whose agent says which offsets it has seen.

`python -m tests.integration.seeing_worker BOOTSTRAP TOPIC GENERATION FOLDER`; it answers in the
topic called like the input with `-seen` behind, and a generation above 0 rebuilds. That a topic was
made anew it finds out five times as soon as others.
"""

import sys
from pathlib import Path

from clients.kafka import KafkaAccess
from engine import consumer
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part, Record
from engine.prompt import PromptWorker
from engine.settings import EngineSettings
from engine.table import Table


class Telling(Part):
    """Says what it sees, and what was set aside."""

    def __init__(self, state: State, output: str) -> None:
        self._seen: Table[int] = state.table("seen")
        self._aside: list[int] = []
        self._at: int | None = None
        self._output = output

    @property
    def folding(self) -> int | None:
        """The offset of the record at hand."""
        return self._at

    def fold(self, batch: Batch) -> None:
        """Keep one key for each record; no rule can take poison."""
        for record in batch:
            self._at = record.offset
            if record.value == b"poison":
                raise ValueError("no rule for this")
            self._seen.put(f"{record.offset:06d}", 1)

    def set_aside(self, record: Record) -> None:
        """Note it for the next announcement."""
        self._aside.append(record.offset)

    def announce(self, outbox: Outbox) -> None:
        """What is new, and what was set aside since."""
        for key, _ in self._seen.edited():
            outbox.send(self._output, Message(key.encode(), b"said"))
        for offset in self._aside:
            outbox.send(self._output, Message(b"%06d" % offset, b"set aside"))
        self._aside = []

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Two keys at a time."""
        page = self._seen.scan_from("", cursor or "", 2)
        outbox.send_all(self._output, [Message(key.encode(), b"said again") for key, _ in page])
        return page[-1][0] + "\x00" if len(page) == 2 else None


def main(bootstrap: str, topic: str, generation: str, folder: str) -> None:
    """Run until SIGTERM, or what stops a worker."""
    consumer.METADATA_AGE_MS = 2_000
    settings = EngineSettings(
        KafkaAccess(bootstrap),
        f"{topic}-g{generation}",
        Path(folder) / f"{topic}-g{generation}",
        set_aside_topic=f"{topic}-aside",
    )
    app = BatchApp(settings, instance=settings.application_id, rebuilds=generation != "0")
    seen, output = app.batch_table("seen", int, help="What was seen."), f"{topic}-seen"

    @app.batch_part(tables=[seen], sends=[output])
    def telling(state: State) -> Telling:
        return Telling(state, output)

    def aside(record: Record, state: State) -> None:
        state.part(telling).set_aside(record)

    @app.batch_agent(topic, set_aside=aside)
    def see(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Say which offsets there are."""
        state.part(telling).fold(batch)

    worker = PromptWorker(app, loglevel="info", redirect_stdouts=False, override_logging=False)
    raise worker.execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
