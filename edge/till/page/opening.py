"""The page of a till, opened: its parts joined, at its port for the length of a block."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from edge.proxy.service import serving
from edge.till.counter import TillCounter
from edge.till.page.actions import TillActions
from edge.till.page.hearing import Hearing
from edge.till.page.open_pages import OpenPages
from edge.till.page.people import PagePeople
from edge.till.page.stage import PageStage
from edge.till.page.web import SCRIPTS, page_application
from edge.till.premises import TillPremises


class PageTerms(NamedTuple):
    """What the process gives the page: a port of loopback that listens, and the folder with the
    scripts that others wrote."""

    listening: socket.socket
    scripts: Path


@asynccontextmanager
async def page_open(
    premises: TillPremises, counter: TillCounter, terms: PageTerms
) -> AsyncGenerator[PageStage]:
    """Serve the page of that till."""
    actions = TillActions(premises, counter)
    stage = PageStage(actions, OpenPages())
    hearing = Hearing(stage, PagePeople(counter.cards))
    premises.watchers.append(stage.changed.set)
    port = terms.listening.getsockname()[1]
    parts = [asyncio.create_task(each()) for each in (stage.run, hearing.run)]
    try:
        async with serving(page_application(stage, port, terms.scripts), terms.listening):
            yield stage
    finally:
        premises.watchers.remove(stage.changed.set)
        for part in parts:
            part.cancel()
        await asyncio.gather(*parts, return_exceptions=True)


def lacking(scripts: Path) -> list[str]:
    """Scripts that the folder does not have."""
    return [name for name in SCRIPTS if not (scripts / name).is_file()]
