"""``python -m tests.screenshots``: see the package's docstring."""

import asyncio
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, LiteralString

import psycopg
import typer

from dashboards.board.people.policy import AccessPolicy
from local import cashier
from local.home import StackHome
from tests.acceptance.outside.stack import as_service
from tests.acceptance.stacks import ROOT, START_SECONDS_MAX, Stack
from tests.boards import open_board
from tests.links import access
from tests.screenshots.camera import Subject, take_all, take_for_readme
from tests.screenshots.chain import Chain, Troubles
from tests.screenshots.line import take_line
from tests.screenshots.till import take_till
from tests.told_metrics import read_metrics

PICTURES = ROOT / ".tillstream" / "screenshots"
README_PICTURES = ROOT / "docs" / "pictures"

TROUBLES = Troubles(silent="milano-brera", unbooked="wien-neubau", gap="hamburg-altona")
SHOP = "berlin-mitte"
SKU = "whole-milk-1-l"

PATIENCE_SECONDS = 300.0

LOOK_SECONDS = 0.5

GAPS = "SELECT till_id FROM till_status WHERE missing <> '[]'"
ALERT = "SELECT location_id || '/' || sku FROM restock_alerts WHERE state = 'raised' LIMIT 1"

LAGS = ("tillstream_consumer_lag_records", "tillstream_sink_lag_records")


def main(
    shops: Annotated[int, typer.Option(min=12, help="Simulated shops.")] = 12,
    readme: Annotated[
        bool, typer.Option("--readme", help="Take the README's pictures anew as well.")
    ] = False,
) -> None:
    """Take a picture of every page, in every size, light and dark, into .tillstream/screenshots."""
    with tempfile.TemporaryDirectory(prefix="tillstream-screenshots-") as folder:
        stack = Stack(Path(folder) / "home")
        up = ("tillstream", "local", "up", "--detach", "--no-simulator")
        try:
            done = stack.python(*up, timeout=START_SECONDS_MAX)
            assert done.returncode == 0, done.stdout + done.stderr
            _photograph(stack, shops, readme)
        finally:
            stack.python("tillstream", "local", "down")
    take_line([PICTURES, README_PICTURES] if readme else [PICTURES])


def _photograph(stack: Stack, shops: int, readme: bool) -> None:
    addresses = stack.status()
    postgres = addresses["postgres"]
    cashier.let_in(StackHome(stack.home), SHOP)
    chain = Chain(access(addresses), postgres, shops, TROUBLES)
    for start, end in chain.spans():
        typer.echo(f"selling what {shops} shops sold on {start:%A}")
        chain.sell(start, end)
        _until("everything is counted", lambda: not _lag(stack, addresses["metrics"]))
    with _selling(chain):
        _until("the gap is seen", lambda: bool(_some(postgres, GAPS)))
        ids = {"shop": SHOP, "sku": SKU, "alert": _some(postgres, ALERT)}
        asyncio.run(_take(StackHome(stack.home), addresses, ids, readme))


async def _take(
    home: StackHome, addresses: dict[str, Any], ids: dict[str, str], readme: bool
) -> None:
    postgres = as_service(addresses["postgres"], "board", "tillstream_board")
    async with open_board(access(addresses), postgres, policy=AccessPolicy()) as locked:
        subject = Subject(addresses["dashboard"], locked.address, ids)
        await take_all(subject, PICTURES)
        folders = [PICTURES, README_PICTURES] if readme else [PICTURES]
        await take_till(home, addresses["stores"][0]["tills"][0]["page"], folders)
        typer.echo(f"wrote the pictures to {PICTURES}")
        if readme:
            await take_for_readme(subject, README_PICTURES)


@contextmanager
def _selling(chain: Chain) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=chain.sell_on, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _until(what: str, reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(LOOK_SECONDS)


def _lag(stack: Stack, metrics: list[str]) -> float:
    lines = [line for each in metrics for line in read_metrics(stack.home, each).splitlines()]
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(LAGS))


def _some(dsn: str, question: LiteralString) -> str:
    with psycopg.connect(dsn) as connection:
        found = connection.execute(question).fetchone()
    return found[0] if found else ""


if __name__ == "__main__":
    typer.run(main)
