"""A till's versions on its disk: the last two, each under its number and its hash.

    000000012-<sha256>.json

A version is written beside the others, synced, and only then given its name. So a file that has a
name is whole, unless the disk itself altered it, and its hash says that.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from edge.bundle.form import sha256_of

KEPT = 2
"""Versions on the disk: one to sell by, and one to go back to where the disk has altered it."""

_NAME = re.compile(r"(\d{9,12})-([0-9a-f]{64})\.json\Z")
_UNFINISHED = "unfinished"


class KeptVersion(NamedTuple):
    """A file of a version; ``number`` ascends in the order in which they were kept."""

    number: int
    sha256: str
    path: Path


class VersionFolder:
    """The folder of one till. Its methods raise OSError."""

    def __init__(self, path: Path) -> None:
        """Open the folder or make it."""
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path

    def kept(self) -> list[KeptVersion]:
        """What is there, the newest first."""
        return sorted(self._found(), reverse=True)

    def _found(self) -> Iterator[KeptVersion]:
        for path in self._path.iterdir():
            if matched := _NAME.match(path.name):
                yield KeptVersion(int(matched[1]), matched[2], path)

    def read(self, version: KeptVersion) -> bytes | None:
        """Its bytes, None where they are not those of its name."""
        whole = version.path.read_bytes()
        return whole if sha256_of(whole) == version.sha256 else None

    def keep(self, sha256: str, whole: bytes) -> None:
        """Put a version on the disk, and let those go that nobody would go back to."""
        before = self.kept()
        number = before[0].number + 1 if before else 1
        put_file(self._path / f"{number:09}-{sha256}.json", whole)
        for version in self.kept()[KEPT:]:
            version.path.unlink(missing_ok=True)


def put_file(path: Path, content: bytes) -> None:
    """Write a file that is whole once it has its name; raises OSError."""
    unfinished = path.with_name(_UNFINISHED)
    _write(unfinished, content)
    unfinished.replace(path)
    _sync_folder(path.parent)


def _write(path: Path, content: bytes) -> None:
    path.unlink(missing_ok=True)
    # Cards' hashes are in it: they are for the till alone.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
