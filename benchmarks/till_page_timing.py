"""A till's page whose answers its own browser times, from the last key to the frame that shows.

Keys come as a wedge scanner's: every five milliseconds, whether the page keeps up or not.
"""

import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from playwright.async_api import Page

KEY_GAP_SECONDS = 0.005
"""Between two keys of a scanner. Fingers are slower than the page's `SCAN_GAP_MS`."""

FINGER_GAP_SECONDS = 0.08

FRAME_SECONDS = 1 / 60
"""A scan begins anywhere within a frame: in step with it, its wait would always be the same."""

PATIENCE_SECONDS = 20.0

Awaited = Literal["line", "gone", "receipt", "cart"]
"""A line more, a line fewer, or what fills the page."""

_WATCH = """() => {
  const lines = () => document.querySelectorAll("#lines > li").length;
  const shows = (view) => document.getElementById("main").dataset.view === view;
  const come = {
    line: (before) => lines() > before, gone: (before) => lines() < before && shows("cart"),
    receipt: () => shows("receipt"), cart: () => shows("cart"),
  };
  let asked = null;
  window.awaitNext = (what) => { asked = { what, before: lines(), key: 0 }; };
  document.addEventListener("keydown", (e) => { if (asked) asked.key = e.timeStamp; }, true);
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: [key, shown] }) =>
    window.told(JSON.stringify([shown - key, performance.now() - key]));
  new MutationObserver(() => {
    if (!asked?.key || !come[asked.what](asked.before)) return;
    const told = [asked.key, performance.now()];
    asked = null;
    requestAnimationFrame(() => port2.postMessage(told)); // behind the frame's layout and paint
  }).observe(document.body, { childList: true, attributes: true, subtree: true });
}"""


class Timed(NamedTuple):
    """Milliseconds from the last key until it stands in the document, and until it is painted."""

    shown_ms: float
    painted_ms: float


class TimedPage:
    """One page. One loop's only."""

    def __init__(self, page: Page, session: Any) -> None:
        self.page = page
        self._session = session
        self._told: asyncio.Future[Timed] | None = None

    @classmethod
    async def of(cls, page: Page) -> "TimedPage":
        """A page that is open."""
        timed = cls(page, await page.context.new_cdp_session(page))
        timed._session.on("Runtime.bindingCalled", timed._take)
        await timed._session.send("Runtime.enable")
        await timed._session.send("Runtime.addBinding", {"name": "told"})
        await page.evaluate(_WATCH)
        return timed

    def _take(self, called: Mapping[str, str]) -> None:
        if self._told is not None and not self._told.done():
            self._told.set_result(Timed(*json.loads(called["payload"])))

    async def slow_down(self, rate: int) -> None:
        """Give the page's processor one part in ``rate`` from now on."""
        await self._session.send("Emulation.setCPUThrottlingRate", {"rate": rate})

    async def scanned(self, code: str, awaited: Awaited = "line") -> Timed:
        """Scan, and time the answer."""
        return await self._timed(code, awaited, KEY_GAP_SECONDS)

    async def typed(self, text: str, awaited: Awaited) -> Timed:
        """Type, and time the answer from the Enter."""
        return await self._timed(text, awaited, FINGER_GAP_SECONDS)

    async def _timed(self, text: str, awaited: Awaited, gap_seconds: float) -> Timed:
        self._told = asyncio.get_running_loop().create_future()
        await self.page.evaluate("(what) => window.awaitNext(what)", awaited)
        await asyncio.sleep(random.uniform(0, FRAME_SECONDS))  # noqa: S311 - no secret
        await self.press(text, gap_seconds)
        return await asyncio.wait_for(self._told, PATIENCE_SECONDS)

    async def press(self, text: str, gap_seconds: float = KEY_GAP_SECONDS) -> None:
        """Send keys and an Enter, each at its time: a scanner does not wait for the page."""
        sent: list[asyncio.Task[Any]] = []
        for key in (*text, "Enter"):
            for each in _events(key):
                sending = self._session.send("Input.dispatchKeyEvent", each)
                sent.append(asyncio.create_task(sending))
            await asyncio.sleep(gap_seconds)
        await asyncio.gather(*sent)

    async def lines(self) -> int:
        """How many the page shows."""
        return await self.page.locator("#lines > li").count()


def _events(key: str) -> list[dict[str, Any]]:
    text, number = ("\r", 13) if key == "Enter" else (key, ord(key.upper()))
    both = {"key": key, "windowsVirtualKeyCode": number}
    return [both | {"type": "keyDown", "text": text}, both | {"type": "keyUp"}]


class Figures(NamedTuple):
    """Of many that were timed, in milliseconds."""

    scans: int
    p50: float
    p99: float
    most: float


def figures(taken: Sequence[float]) -> Figures:
    """What is told of them."""
    ordered = sorted(taken)
    most = len(ordered) - 1
    at = [ordered[most // 2], ordered[round(most * 0.99)], ordered[-1]]
    return Figures(len(ordered), *(round(each, 1) for each in at))
