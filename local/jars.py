"""The jars on this machine: fetched once, checked against the lock, never fetched again."""

import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from local.checkout import HOME
from local.jar_lock import LOCK, Jar, read_lock, sha256_of

CACHE = HOME / ".tillstream" / "jars"
"""Of the checkout, whatever the home is: tests and several stacks share one copy."""

DOWNLOADS_AT_ONCE = 8
"""One at a time spends most of a minute waiting for answers; many more annoy the server."""

Progress = Callable[[str, int], None]
"""Told of each jar as it arrives: its file name and its size in bytes."""


class JarError(Exception):
    """A jar cannot be had, or is not what the lock says."""


def silent(_file_name: str, _size_bytes: int) -> None:
    """A `Progress` that tells nobody."""


def for_java(lock: Path = LOCK) -> list[Jar]:
    """The locked jars that go on Java's class path."""
    return [jar for jar in read_lock(lock) if not jar.is_build]


def missing(wanted: list[Jar], cache: Path = CACHE) -> list[Jar]:
    """Those of ``wanted`` that the cache does not hold whole."""
    return [jar for jar in wanted if not _is_whole(cache / jar.file_name, jar)]


def _is_whole(path: Path, jar: Jar) -> bool:
    return path.exists() and path.stat().st_size == jar.size_bytes


def class_path(cache: Path = CACHE, lock: Path = LOCK) -> str:
    """Java's class path of the locked jars, after fetching those that are missing."""
    locked = for_java(lock)
    if wanted := missing(locked, cache):
        fetch(wanted, cache, silent)
    return ":".join(str(cache / jar.file_name) for jar in locked)


def fetch(wanted: list[Jar], cache: Path, progress: Progress) -> None:
    """Download side by side; a jar enters the cache only after its checksum held."""
    cache.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=cache, prefix=".download-") as folder,
        ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as pool,
    ):
        tasks = [pool.submit(_fetch_one, jar, Path(folder), cache) for jar in wanted]
        try:
            for task in as_completed(tasks):
                jar = task.result()
                progress(jar.file_name, jar.size_bytes)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _fetch_one(jar: Jar, folder: Path, cache: Path) -> Jar:
    from local import maven  # who has all jars need not load a resolver

    try:
        path = maven.download(jar.coordinate, folder)
    except (OSError, RuntimeError) as error:
        raise JarError(
            f"cannot fetch {jar.coordinate}: {error}. The first start needs the network; "
            "a mirror goes into the [repositories] section of jgo's settings (~/.config/jgo.conf)."
        ) from error
    _check(jar, path)
    shutil.move(path, cache / jar.file_name)
    return jar


def _check(jar: Jar, path: Path) -> None:
    found = sha256_of(path)
    if found != jar.sha256:
        raise JarError(
            f"{jar.coordinate} is not the jar that was locked: SHA-256 {found}, "
            f"expected {jar.sha256}. It was thrown away; look at who serves it."
        )
