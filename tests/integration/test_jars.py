"""Jars through the real resolver, from a Maven repository on the loopback."""

import http.server
import io
import platform
import tarfile
import threading
import zipfile
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from local import jars, postgres_build
from local.child import StartError
from local.jar_lock import BUILDS_GROUP, Jar, read_lock, sha256_of, write_lock

COORDINATE = "org.example.shop:till:1.0"


@dataclass
class Repository:
    """A Maven repository with one jar in it."""

    jar: Path

    @property
    def locked(self) -> Jar:
        return Jar(sha256_of(self.jar), self.jar.stat().st_size, COORDINATE)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Repository]:
    root = tmp_path / "repository"
    jar = root / "org/example/shop/till/1.0/till-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(b"bytes of a jar")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings = tmp_path / "jgo.conf"
    settings.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(settings))
    yield Repository(jar)
    server.shutdown()
    server.server_close()


def test_a_jar_is_fetched_once_and_told_with_its_size(
    repository: Repository, tmp_path: Path
) -> None:
    told: list[tuple[str, int]] = []
    jars.fetch([repository.locked], tmp_path / "cache", lambda *jar: told.append(jar))
    assert told == [("till-1.0.jar", 14)]
    assert (tmp_path / "cache" / "till-1.0.jar").read_bytes() == b"bytes of a jar"


def test_a_jar_that_is_not_what_was_locked_never_enters_the_cache(
    repository: Repository, tmp_path: Path
) -> None:
    locked = repository.locked
    repository.jar.write_bytes(b"bytes of a bad")
    with pytest.raises(jars.JarError, match="not the jar that was locked"):
        jars.fetch([locked], tmp_path / "cache", jars.silent)
    assert list((tmp_path / "cache").iterdir()) == [], "a forged jar would run at the next start"


def test_a_jar_that_nobody_has_is_an_error_that_names_it(
    repository: Repository, tmp_path: Path
) -> None:
    absent = Jar("0" * 64, 1, "org.example.shop:scale:2.0")
    with pytest.raises(jars.JarError, match="scale"):
        jars.fetch([absent], tmp_path / "cache", jars.silent)


def test_a_cut_off_jar_counts_as_missing(tmp_path: Path) -> None:
    first = read_lock()[0]
    (tmp_path / first.file_name).write_bytes(b"cut off")
    assert first in jars.missing(read_lock(), tmp_path)


def test_the_lock_reads_as_it_was_written(tmp_path: Path) -> None:
    written = [Jar("a" * 64, 1, "a:a:1"), Jar("b" * 64, 2, "b:b:1")]
    write_lock(reversed(written), tmp_path / "jars.lock")
    assert read_lock(tmp_path / "jars.lock") == written


def test_no_two_locked_jars_would_have_one_file_name() -> None:
    names = [jar.file_name for jar in read_lock()]
    assert len(set(names)) == len(names)


# --- a server's programs


def packed(cache: Path) -> Path:
    """The lock of a build for this machine, whose jar lies in ``cache``."""
    archive, program = io.BytesIO(), b"#!/bin/sh"
    with tarfile.open(fileobj=archive, mode="w:xz") as files:
        entry = tarfile.TarInfo("bin/postgres")
        entry.size, entry.mode = len(program), 0o755
        files.addfile(entry, io.BytesIO(program))
    cache.mkdir(exist_ok=True)
    build = postgres_build.BUILDS[platform.system(), platform.machine()]
    coordinate = f"{BUILDS_GROUP}:embedded-postgres-binaries-{build}:1.0"
    jar = cache / Jar("", 0, coordinate).file_name
    with zipfile.ZipFile(jar, "w") as outer:
        outer.writestr("postgres.txz", archive.getvalue())
    lock = cache / "build.lock"
    write_lock([Jar(sha256_of(jar), jar.stat().st_size, coordinate)], lock)
    return lock


def test_programs_are_unpacked_once_however_many_ask(tmp_path: Path) -> None:
    lock = packed(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: postgres_build.unpacked(tmp_path, lock), range(4)))
    (folder,) = folders
    program = folder / "bin" / "postgres"
    assert program.read_bytes() == b"#!/bin/sh" and program.stat().st_mode & 0o111
    assert not list(tmp_path.glob(".unpacking-*"))


def test_an_unpacking_that_was_killed_is_begun_anew(tmp_path: Path) -> None:
    lock = packed(tmp_path)
    half = tmp_path / ".unpacking-half"
    (half / "bin").mkdir(parents=True)
    assert (postgres_build.unpacked(tmp_path, lock) / "bin" / "postgres").exists()
    assert not half.exists(), "each killed start leaves 60 MB"


def test_a_machine_without_a_build_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    with pytest.raises(StartError, match="TILLSTREAM_POSTGRES"):
        postgres_build.unpacked(tmp_path)


def test_programs_are_no_part_of_javas_class_path() -> None:
    assert not [jar for jar in jars.for_java() if jar.is_build]
