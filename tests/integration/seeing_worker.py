"""A worker on the real engine with one input, whose agent says which offsets it has seen.

`python -m tests.integration.seeing_worker BOOTSTRAP TOPIC GENERATION FOLDER`; it answers in the
topic called like the input with `-seen` behind, and a generation above 0 rebuilds.
"""

import asyncio
import sys
from pathlib import Path

import faust

from clients.kafka import KafkaAccess
from engine.app import build_app
from engine.contract import AgentSpec, Message, Outbox, Record
from engine.settings import EngineSettings
from engine.state import PartitionState
from engine.topics import ensure_topics
from tests.unit.engine.doubles import TABLES, SeeingAgent


class Telling(SeeingAgent):
    """Says also what was set aside."""

    def __init__(self, state: PartitionState, output: str) -> None:
        super().__init__(state)
        self.output = output

    def set_aside(self, topic: str, record: Record) -> None:
        """Note it for the next announcement."""
        self.put_aside.append(record.offset)

    def announce(self, outbox: Outbox) -> None:
        """What is new, and what was set aside since."""
        super().announce(outbox)
        for offset in self.put_aside:
            outbox.send(self.output, Message(b"%06d" % offset, b"set aside"))
        self.put_aside = []


def main(bootstrap: str, topic: str, generation: str, folder: str) -> None:
    """Run until SIGTERM, or what stops a worker."""
    settings = EngineSettings(
        KafkaAccess(bootstrap),
        f"{topic}-g{generation}",
        Path(folder) / f"{topic}-g{generation}",
        set_aside_topic=f"{topic}-aside",
    )
    spec = AgentSpec(
        (topic,),
        lambda state, _: Telling(state, f"{topic}-seen"),
        TABLES,
        rebuilds=generation != "0",
    )
    asyncio.run(ensure_topics(spec, settings, 1))
    app = build_app(spec, settings, instance=settings.application_id)
    worker = faust.Worker(app, loglevel="info", redirect_stdouts=False, override_logging=False)
    raise worker.execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
