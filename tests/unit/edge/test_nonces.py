"""A nonce counts once: at once, later, after a restart, and whatever a clock does."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from edge.signing.nonces import Nonces, NoncesError, NonceVerdict
from edge.signing.profile import AGE_SECONDS_MAX, NONCE_SECONDS
from tests.devices import NOW


class Wall:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.seconds = float(NOW)

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "nonces.sqlite"


@pytest.fixture
def nonces(path: Path, wall: Wall) -> Iterator[Nonces]:
    with closing(Nonces(path, wall)) as store:
        yield store


async def test_a_nonce_counts_once(nonces: Nonces) -> None:
    assert await nonces.spend("a", "one", NOW) is NonceVerdict.NEW
    assert await nonces.spend("a", "one", NOW) is NonceVerdict.REPEATED, "the request came in twice"


async def test_a_nonce_belongs_to_its_key(nonces: Nonces) -> None:
    await nonces.spend("a", "one", NOW)
    assert await nonces.spend("b", "one", NOW) is NonceVerdict.NEW, "a till could use up another's"


async def test_of_many_at_once_one_is_new(nonces: Nonces) -> None:
    verdicts = await asyncio.gather(*(nonces.spend("a", "one", NOW) for _ in range(500)))
    assert verdicts.count(NonceVerdict.NEW) == 1, "a nonce counted more than once"


async def test_a_caller_that_goes_away_has_spent_it(nonces: Nonces) -> None:
    task = asyncio.create_task(nonces.spend("a", "one", NOW))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await nonces.spend("a", "one", NOW) is NonceVerdict.REPEATED
    assert await nonces.spend("a", "two", NOW) is NonceVerdict.NEW, "the store stopped"


async def test_a_restart_forgets_nothing(path: Path, wall: Wall) -> None:
    with closing(Nonces(path, wall)) as before:
        assert await before.spend("a", "one", NOW + 1) is NonceVerdict.NEW
    with closing(Nonces(path, wall)) as after:
        assert await after.spend("a", "one", NOW + 1) is NonceVerdict.REPEATED


async def test_what_has_expired_leaves(nonces: Nonces, wall: Wall) -> None:
    for number in range(20):
        await nonces.spend("a", str(number), NOW)
    wall.seconds += NONCE_SECONDS + 1
    await nonces.spend("a", "later", int(wall.seconds))
    assert nonces.kept == 1, "the file grows for ever"


async def test_what_may_still_come_again_stays(nonces: Nonces, wall: Wall) -> None:
    ahead = NOW + AGE_SECONDS_MAX
    await nonces.spend("a", "one", ahead)
    wall.seconds += NONCE_SECONDS
    assert await nonces.spend("a", "one", ahead) is NonceVerdict.REPEATED


async def test_a_clock_that_leaps_and_returns_lets_nothing_in_twice(
    nonces: Nonces, wall: Wall
) -> None:
    await nonces.spend("a", "one", NOW)
    wall.seconds = NOW + 10_000
    await nonces.spend("a", "two", NOW + 10_000)
    wall.seconds = NOW
    assert await nonces.spend("a", "one", NOW) is NonceVerdict.FORGOTTEN
    assert nonces.now() - (NOW + 10_000) >= -AGE_SECONDS_MAX, "nobody could sign in time any more"
    assert await nonces.spend("a", "three", nonces.now()) is NonceVerdict.NEW


async def test_a_full_store_takes_no_more_and_says_so(path: Path, wall: Wall) -> None:
    with closing(Nonces(path, wall, kept_max=2)) as store:
        created = store.now()
        verdicts = [await store.spend("a", str(number), created) for number in range(3)]
        assert verdicts == [NonceVerdict.NEW, NonceVerdict.NEW, NonceVerdict.FULL]
        wall.seconds += NONCE_SECONDS + 2
        await store.spend("a", "late", store.now())
        assert await store.spend("a", "later", store.now()) is NonceVerdict.NEW, "it stays full"


def test_two_processes_cannot_share_a_file(nonces: Nonces, path: Path) -> None:
    with pytest.raises(NoncesError, match="no nonces in"):
        Nonces(path)


def test_a_file_that_is_something_else_is_named(path: Path) -> None:
    path.write_text("no database " * 100)
    with pytest.raises(NoncesError, match="no nonces in"):
        Nonces(path)


def test_nobody_else_may_read_the_file(nonces: Nonces, path: Path) -> None:
    assert path.stat().st_mode & 0o077 == 0


async def test_a_disk_that_fails_lets_nothing_in(nonces: Nonces) -> None:
    nonces._database.pragma("max_page_count", 1)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    with pytest.raises(NoncesError):
        await asyncio.gather(*(nonces.spend("a", str(number), NOW) for number in range(1000)))
    nonces._database.pragma("max_page_count", 100_000)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    assert await nonces.spend("a", "afterwards", NOW) is NonceVerdict.NEW, "it never recovers"


async def test_each_commit_is_synced(nonces: Nonces) -> None:
    assert nonces._database.pragma("synchronous") == 2  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3), (
        "older ones corrupt a WAL that several connections reset"
    )


async def test_who_asks_a_closed_store_is_told_so(path: Path, wall: Wall) -> None:
    store = Nonces(path, wall)
    store.close()
    with pytest.raises(NoncesError):
        await store.spend("a", "one", NOW)
