"""How soon many viewers see what changes: `python -m benchmarks.viewers`.

A broker, a PostgreSQL full of levels and one board process of its own. What workers would say
comes at a steady pace; viewers keep the overview, pages of locations and pages of products open,
and note how old each change is when their page has it. Some viewers never read their stream: they
must cost the board no memory and the others no time. A change that is overtaken by a newer one of
the same row before it is sent is never shown, and does not count.
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

from benchmarks.viewers_changes import Chain
from benchmarks.viewers_crowd import Crowd, deaf_viewer
from benchmarks.viewers_world import World, own_world

WARM_UP_SECONDS = 10
"""Before the first memory reading and the first age: every page is drawn, every row is known."""

PAINTS = 5
"""Loads of each kind of page, one after the other, before anybody looks: the median is told."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run. Ages are from the change's own time to the page; memory is the board's."""

    viewers: int
    changes_per_second: float
    shown: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    memory_begin_mib: float
    memory_end_mib: float
    board_cpu_share: float
    never_reading: int
    let_go: int
    streams_lost: int
    untrue_rows: int
    paint_ms: dict[str, float]


def main(
    viewers: Annotated[int, typer.Option(min=1, help="Pages that are open.")] = 200,
    rate: Annotated[int, typer.Option(min=100, help="Changes a second.")] = 1_000,
    seconds: Annotated[int, typer.Option(min=10, help="How long ages are noted.")] = 60,
    locations: Annotated[int, typer.Option(min=1, help="Shops.")] = 200,
    skus: Annotated[int, typer.Option(min=100, help="Products of each shop.")] = 1_500,
    deaf: Annotated[int, typer.Option(min=0, help="Viewers who never read.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
) -> None:
    """Measure. Exit status 1 if a stream was lost, or a reload shows a row otherwise."""
    chain = Chain(locations, skus)
    with (
        tempfile.TemporaryDirectory(prefix="tillstream-bench-") as folder,
        own_world(Path(folder), chain) as world,
    ):
        told = asyncio.run(_watch(world, chain, viewers, rate, seconds, deaf))
    typer.echo(json.dumps(asdict(told), indent=2) if as_json else table(told))
    if told.streams_lost or told.untrue_rows:
        sys.exit(1)


def paths(chain: Chain, viewers: int) -> Iterator[str]:
    """What they look at: two fifths the overview, two fifths a shop, a fifth a product."""
    rng = random.Random(1)  # noqa: S311 - no secret
    for number in range(viewers):
        if number % 5 < 2:
            yield "/"
        else:
            yield f"/locations/{chain.shop(rng)}" if number % 5 < 4 else _product(chain, rng)


def _product(chain: Chain, rng: random.Random) -> str:
    return f"/products/{chain.sku(rng)}"


async def _watch(
    world: World, chain: Chain, viewers: int, rate: int, seconds: int, deaf: int
) -> Outcome:
    since_ms = int(time.time() * 1000)
    paint = {path: _paint_ms(world.board + path) for path in list(paths(chain, 5))[::2]}
    crowd = Crowd(world.board, since_ms, paths(chain, viewers))
    async with crowd:
        with ExitStack() as going:
            started = _load(world, chain, rate, WARM_UP_SECONDS + seconds, since_ms)
            load = going.enter_context(started)
            page = await asyncio.to_thread(_page, world.board)
            for _ in range(deaf):
                going.enter_context(deaf_viewer(world.board, page))
            await asyncio.sleep(WARM_UP_SECONDS)
            crowd.forget()
            memory, cpu, began = world.memory_mib(), world.cpu_seconds(), time.monotonic()
            pace, _ = await asyncio.to_thread(load.communicate)
            share = (world.cpu_seconds() - cpu) / (time.monotonic() - began)
            await crowd.settle()
            return Outcome(
                viewers,
                round(float(pace), 1),
                *_spread(crowd),
                memory_begin_mib=round(memory, 1),
                memory_end_mib=round(world.memory_mib(), 1),
                board_cpu_share=round(share, 2),
                never_reading=deaf,
                let_go=viewers + deaf - await asyncio.to_thread(world.viewers),
                streams_lost=crowd.left(),
                untrue_rows=await crowd.untrue_rows(),
                paint_ms=paint,
            )


def _spread(crowd: Crowd) -> tuple[int, float, float, float]:
    ages = sorted(age for each in crowd.viewers for age in each.ages_ms)
    if not ages:
        raise RuntimeError("no viewer was shown any change: this benchmark needs another look")

    def at(share: float) -> float:
        return round(ages[int(share * (len(ages) - 1))], 1)

    return len(ages), at(0.5), at(0.99), at(1)


@contextmanager
def _load(
    world: World, chain: Chain, rate: int, seconds: int, since_ms: int
) -> Generator[subprocess.Popen[str]]:
    numbers = map(str, (rate, seconds, chain.locations, chain.skus, since_ms))
    load = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.viewers_changes", world.kafka, *numbers],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield load
    finally:
        load.kill()
        load.wait()


def _page(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:  # noqa: S310 - our own server
        return answer.read()


def _paint_ms(address: str) -> float:
    spans: list[float] = []
    for _ in range(PAINTS):
        began = time.monotonic()
        _page(address)
        spans.append((time.monotonic() - began) * 1000)
    return round(median(spans), 1)


def table(told: Outcome) -> str:
    """For people."""
    paint = ", ".join(f"{path} {span:g} ms" for path, span in told.paint_ms.items())
    return "\n".join(
        (
            f"viewers          {told.viewers}, and {told.never_reading} who never read",
            f"changes          {told.changes_per_second:,.0f} a second, shown {told.shown:,} times",
            f"till they show   p50 {told.p50_ms:.0f} ms, p99 {told.p99_ms:.0f} ms, "
            f"max {told.max_ms:.0f} ms",
            f"board's memory   {told.memory_begin_mib:.0f} MiB, at the end "
            f"{told.memory_end_mib:.0f} MiB",
            f"board's CPU      {told.board_cpu_share:.0%} of a core",
            f"never reading    {told.let_go} of {told.never_reading} let go",
            f"streams lost     {told.streams_lost}",
            f"untrue rows      {told.untrue_rows}",
            f"a page's HTML    {paint}",
        )
    )


if __name__ == "__main__":
    typer.run(main)
