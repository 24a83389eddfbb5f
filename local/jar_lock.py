"""The lock of the Java side: one line a jar, ``sha256 bytes group:artifact:version``.

The lock names no address, so it holds behind any mirror; the checksum decides what is right.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LOCK = Path(__file__).with_name("jars.lock")

HEADER = "# sha256 bytes group:artifact:version, written by `make lock`"


BUILDS_GROUP = "io.zonky.test.postgres"
"""Of jars that hold a server's programs for one platform, and nothing for Java."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One locked jar: what it is called, and what its bytes must be."""

    sha256: str
    size_bytes: int
    coordinate: str

    @property
    def file_name(self) -> str:
        """The name in the cache; the group is left out, as in every Java distribution."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"

    @property
    def is_build(self) -> bool:
        """Whether it holds programs, and not classes."""
        return self.coordinate.startswith(f"{BUILDS_GROUP}:")


def read_lock(path: Path = LOCK) -> list[Jar]:
    """The locked jars in the order of the file."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return [_jar(*line.split()) for line in lines]


def _jar(sha256: str, size_bytes: str, coordinate: str) -> Jar:
    return Jar(sha256, int(size_bytes), coordinate)


def write_lock(jars: Iterable[Jar], path: Path = LOCK) -> None:
    """Replace the lock; sorted, so that a change reads as a change."""
    ordered = sorted(jars, key=lambda jar: jar.coordinate)
    lines = [f"{jar.sha256} {jar.size_bytes} {jar.coordinate}" for jar in ordered]
    path.write_text("\n".join([HEADER, *lines]) + "\n")


def sha256_of(path: Path) -> str:
    """Checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
