"""How soon a scan is painted on a till's page: ``python -m benchmarks.till_page``.

A till's own process with a journal on the checkout's disk, and a real Chromium whose keys come as
a wedge scanner's. Told is the time from the last key of a code to the frame that shows its line,
which is durable by then: in small carts and at the end of a large one, with the processor's full
speed and a part of it; from payment to receipt; whether scans get lost; and how much memory it
takes.
"""

import asyncio
import json
import os
from typing import Annotated, Any, NamedTuple

import typer
from playwright.async_api import Browser, ViewportSize, async_playwright

from benchmarks import till_page_rounds as rounds
from benchmarks.scratch import scratch
from benchmarks.till_page_goals import goals_of, table
from benchmarks.till_page_till import StartedTill, own_till
from benchmarks.usage import family_mib
from tillstream.till_kiosk import browser

FLAGS = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")

SCREEN = ViewportSize(width=1024, height=768)


class Plan(NamedTuple):
    """How much is measured."""

    scans: int
    large: int
    throttle: int
    seconds: int


def main(
    scans: Annotated[int, typer.Option(min=20, help="That are timed, of each kind.")] = 200,
    large: Annotated[int, typer.Option(min=10, help="Lines of the large cart.")] = 100,
    throttle: Annotated[int, typer.Option(min=1, help="Slows the page down so often; 1: no.")] = 6,
    seconds: Annotated[int, typer.Option(min=0, help="Of one scan a second; 0: none.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
) -> None:
    """Measure. Exit status 1 where a goal is missed."""
    with scratch("till-page") as folder, own_till(folder) as till:
        told = asyncio.run(_measured(till, Plan(scans, large, throttle, seconds)))
    goals = goals_of(told)
    typer.echo(json.dumps(told) if as_json else table(goals, told))
    raise typer.Exit(not all(each.is_met for each in goals))


async def _measured(till: StartedTill, plan: Plan) -> dict[str, Any]:
    load = os.getloadavg()[0]
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=browser(), args=FLAGS)
        page = await chromium.new_page(viewport=SCREEN)
        await page.goto(till.address)
        timed = await rounds.sign_in(page)
        told = await rounds.small_carts(timed, plan.scans)
        told["ten"] = await rounds.full_cart(timed, rounds.SMALL, plan.scans)
        told["large"] = await rounds.full_cart(timed, plan.large, plan.scans)
        if plan.throttle > 1:
            await timed.slow_down(plan.throttle)
            told["slow_large"] = await rounds.full_cart(timed, plan.large, plan.scans)
            await rounds.pay(timed)
            slow = await rounds.small_carts(timed, plan.scans)
            told |= {f"slow_{name}": each for name, each in slow.items()}
            await timed.slow_down(1)
        if plan.seconds:
            told["sustained"] = await rounds.sustained(timed, plan.seconds)
        told["memory_mib"] = await _memory_mib(till, chromium)
        await chromium.close()
    return {"plan": plan._asdict(), "load_average": [load, os.getloadavg()[0]], **told}


async def _memory_mib(till: StartedTill, chromium: Browser) -> dict[str, float]:
    session: Any = await chromium.new_browser_cdp_session()
    running = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    first = next(each["id"] for each in running if each["type"] == "browser")
    return {
        "service": round(family_mib(till.pid), 1),
        "browser": round(family_mib(first), 1),
    }


if __name__ == "__main__":
    typer.run(main)
