"""``python -m benchmarks.streams.lock``: resolve the jars of Kafka Streams anew and lock them."""

import sys
from pathlib import Path

from local.jar_lock import write_lock
from local.lock_jars import KAFKA, SLF4J, resolved

LOCK = Path(__file__).with_name("jars.lock")

COMPILER = "org.eclipse.jdt:ecj:3.44.0"

ROOTS = (
    f"org.apache.kafka:kafka-streams:{KAFKA}",
    "com.fasterxml.jackson.core:jackson-databind:2.21.2",
    f"org.slf4j:slf4j-api:{SLF4J}",
    f"org.slf4j:slf4j-simple:{SLF4J}",
    COMPILER,
)


def main() -> None:
    """Resolve, download and write."""
    jars = resolved(ROOTS)
    write_lock(jars, LOCK)
    sys.stdout.write(f"{LOCK.name} of the benchmarks: {len(jars)} jars\n")


if __name__ == "__main__":
    main()
