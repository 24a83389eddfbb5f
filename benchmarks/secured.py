"""What identities and encryption cost a worker: ``python -m benchmarks.secured``.

One broker with two doors: a plain one, and one that takes TLS 1.3 with a certificate and looks up
what its holder may do. The full job goes through each of them in turn, over the same input.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.bench import rounds_on
from benchmarks.job import PARTITIONS, Job
from benchmarks.kafka import Broker
from benchmarks.report import show
from benchmarks.run import run_name
from benchmarks.scratch import scratch
from benchmarks.summary import summarise
from benchmarks.systems import System, system
from clients.kafka import KafkaAccess
from local import child, jars, kafka, kafka_links
from local.identities import Identities
from local.ports import choose
from local.vouching import prepare
from operations.topic_sync import states
from operations.topic_sync.access import grant

PLAIN = system("tillstream-full")


@dataclass(frozen=True, slots=True)
class TwoDoors:
    """A broker, which the harness reaches in clear, and its door for services."""

    broker: Broker
    secured: str
    identities: Identities

    def contender(self) -> System:
        """The full job by a worker that comes through the secured door."""
        title = f"{PLAIN.title}, TLS and access rules"
        return replace(
            PLAIN, name="tillstream-secured", title=title, environment=self._worker_settings
        )

    def admit(self, run: str) -> None:
        """Let the worker of a run do what it must, and no more."""
        rules = states.first_wanted(run, PARTITIONS)
        grant(KafkaAccess(self.broker.bootstrap), rules)

    def _worker_settings(self, job: Job) -> Mapping[str, str]:
        own = self.identities
        return {
            "TILLSTREAM_HOME": job.state_folder,
            "TILLSTREAM_KAFKA": self.secured,
            "TILLSTREAM_KAFKA_CA": str(own.authorities),
            "TILLSTREAM_KAFKA_CERT": str(own.certificate("worker")),
            "TILLSTREAM_KAFKA_KEY": str(own.key("worker")),
            "TILLSTREAM_APPLICATION_ID": job.name,
            "TILLSTREAM_PARTITIONS": str(PARTITIONS),
        }


@contextmanager
def two_doors(folder: Path) -> Generator[TwoDoors]:
    """An empty broker with both doors, for the length of a block."""
    plain, secured, controller = choose(3)
    identities = prepare(folder / "identities")
    log, doors = folder / "kafka.log", _doors(plain, secured, controller, identities)
    service = kafka.service(
        folder / "kafka", plain, controller, jars.class_path(), log, others=doors
    )
    process = child.start(service)
    try:
        broker = Broker(kafka.address(plain), process.pid)
        yield TwoDoors(broker, kafka.address(secured), identities)
    finally:
        process.stop()


def _doors(plain: int, secured: int, controller: int, own: Identities) -> dict[str, object]:
    doors = f"PLAINTEXT://{kafka.address(plain)},SSL://{kafka.address(secured)}"
    return kafka_links.secured(own) | {
        "listeners": f"{doors},CONTROLLER://{kafka.address(controller)}",
        "advertised.listeners": doors,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT",
        # Who comes through the plain door is not asked, as on a broker without rules.
        "super.users": "User:ANONYMOUS",
    }


def main(
    rounds: Annotated[int, typer.Option(min=1, help="Runs through each door.")] = 3,
    events: Annotated[int, typer.Option(min=1000, help="Sales in the input.")] = 500_000,
) -> None:
    """Run the full job through both doors, round by round, and print the table."""
    with scratch("secured") as folder, two_doors(folder) as doors:
        contender = doors.contender()
        for number in range(rounds):
            doors.admit(run_name(contender, number))
        rows = summarise(
            rounds_on(doors.broker, folder, (PLAIN, contender), rounds, events, with_ages=False)
        )
    show(rows)
    raise typer.Exit(0 if all(row["correct"] for row in rows) else 1)


if __name__ == "__main__":
    typer.run(main)
