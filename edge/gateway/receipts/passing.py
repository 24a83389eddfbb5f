"""Receipts of the store's own tills, seen as they pass through the gateway: goods of one till can
come back at another one at once, and while the centre is away."""

import asyncio
from collections.abc import Iterable, Sequence

import msgspec
import structlog

from edge.gateway.errors import GatewayUnusable
from edge.gateway.events import ReadEvent
from edge.gateway.receipts.shelf import ReceiptShelf, ShelvedReceipt
from edge.gateway.receipts.stored import decode_receipt

SETTLE_SECONDS = 1.0
"""Between two writings: one sync of the disk for all that came meanwhile. What a crash loses comes
by the topic. Who asks for a receipt has them written first."""

_KINDS = frozenset({"cart_completed", "goods_returned"})


class PassingReceipts:
    """Puts them on a shelf."""

    def __init__(self, shelf: ReceiptShelf) -> None:
        self._shelf = shelf

    def see(self, events: Sequence[ReadEvent]) -> None:
        """Events that were taken for the first time."""
        self._shelf.pass_by(_receipts(events))

    async def run(self) -> None:
        """Write them, for ever; where the disk takes nothing, they wait."""
        log = structlog.get_logger("tillstream.gateway")
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            try:
                self._shelf.settle()
            except GatewayUnusable as error:
                log.warning("receipts_wait", why=str(error))


def _receipts(events: Iterable[ReadEvent]) -> Iterable[ShelvedReceipt]:
    for event in events:
        content = event.content
        if event.fault or content.get("type") not in _KINDS or content.get("training"):
            continue
        try:
            yield decode_receipt(event.raw), event.raw
        except (msgspec.MsgspecError, ValueError):  # the centre reads it, or says why it cannot
            continue
