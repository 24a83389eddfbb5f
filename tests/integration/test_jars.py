"""Jars through the real resolver, from a Maven repository on the loopback."""

import http.server
import threading
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from local import jars
from local.jar_lock import Jar, read_lock, sha256_of, write_lock

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
    threading.Thread(target=server.serve_forever, daemon=True).start()
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
    assert first in jars.missing(tmp_path)


def test_the_lock_reads_as_it_was_written(tmp_path: Path) -> None:
    written = [Jar("a" * 64, 1, "a:a:1"), Jar("b" * 64, 2, "b:b:1")]
    write_lock(reversed(written), tmp_path / "jars.lock")
    assert read_lock(tmp_path / "jars.lock") == written


def test_no_two_locked_jars_would_have_one_file_name() -> None:
    names = [jar.file_name for jar in read_lock()]
    assert len(set(names)) == len(names)
