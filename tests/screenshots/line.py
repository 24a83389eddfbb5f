"""Pictures of a store whose line to the centre is cut: its own board, and the centre's."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import FloatRect

from tests.acceptance.counter.own_shop import furnished
from tests.acceptance.stacks import START_SECONDS_MAX, Stack
from tests.acceptance.store_side import StoreSide
from tests.acceptance.test_a_line_in_a_browser import cut_and_heal
from tests.browser import Visit

BOARDS = ("store", "centre")
"""At the till nothing is different, which a picture cannot show."""

SHOWN: FloatRect = {"x": 0, "y": 0, "width": 1280, "height": 410}
"""Below the list of one location there is nothing."""


def take_line(folders: list[Path]) -> None:
    """Start a centre and a store, cut the line between them, and take what people see then."""
    with tempfile.TemporaryDirectory(prefix="tillstream-line-") as folder:
        stack = Stack(Path(folder) / "home")
        up = ("tillstream", "local", "up", "--detach", "--no-simulator", "--stores", "1")
        try:
            done = stack.python(*up, timeout=START_SECONDS_MAX)
            assert done.returncode == 0, done.stdout + done.stderr
            asyncio.run(_take(stack, folders))
        finally:
            stack.python("tillstream", "local", "down")


async def _take(stack: Stack, folders: list[Path]) -> None:
    async def shoot(name: str, seen: Visit) -> None:
        for each in folders if name in BOARDS else ():
            each.mkdir(parents=True, exist_ok=True)
            path = each / f"line-{name}.png"
            await seen.page.screenshot(path=path, animations="disabled", clip=SHOWN)

    location_id = stack.status()["stores"][0]["location_id"]
    await cut_and_heal(await furnished(StoreSide(stack, location_id)), shoot)
