"""``python -m local.lock_jars``: resolve the Java side anew and write its lock."""

import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from pathlib import Path

from local import jar_lock, maven, postgres_build

KAFKA = "4.3.1"
DEBEZIUM = "3.6.3.Final"
SLF4J = "2.0.17"
POSTGRES = "18.6.0"

ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA}",
    f"org.apache.kafka:kafka-tools:{KAFKA}",
    f"org.apache.kafka:connect-runtime:{KAFKA}",
    f"org.apache.kafka:connect-mirror:{KAFKA}",
    # Debezium is built against an older Kafka and would otherwise drag these back.
    f"org.apache.kafka:kafka-clients:{KAFKA}",
    f"org.apache.kafka:connect-api:{KAFKA}",
    f"org.apache.kafka:connect-json:{KAFKA}",
    f"org.apache.kafka:connect-transforms:{KAFKA}",
    f"io.debezium:debezium-connector-postgres:{DEBEZIUM}",
    f"org.slf4j:slf4j-api:{SLF4J}",
    f"org.slf4j:slf4j-simple:{SLF4J}",
)
"""What is started, and the versions that must win over those which others ask for."""


BUILDS = tuple(
    f"{jar_lock.BUILDS_GROUP}:embedded-postgres-binaries-{build}:{POSTGRES}"
    for build in postgres_build.BUILDS.values()
)
"""PostgreSQL for each platform; a machine fetches its own."""


def locked(coordinate: str, cache: Path) -> jar_lock.Jar:
    """A line of the lock, from the bytes as they are served now."""
    path = maven.download(coordinate, cache)
    return jar_lock.Jar(jar_lock.sha256_of(path), path.stat().st_size, coordinate)


def resolved(roots: Sequence[str]) -> list[jar_lock.Jar]:
    """The roots and all that they need at run time, as lines of a lock; takes a minute."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(8) as pool:
        cache = Path(folder)
        return list(pool.map(locked, maven.resolve(roots, cache), repeat(cache)))


def main() -> None:
    """Resolve, download and write."""
    jars = [*resolved(ROOTS), *resolved(BUILDS)]
    jar_lock.write_lock(jars)
    sys.stdout.write(f"{jar_lock.LOCK.name}: {len(jars)} jars\n")


if __name__ == "__main__":
    main()
