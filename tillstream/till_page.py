"""The till's page as its process opens it: a port of loopback, and the scripts."""

import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

import structlog

from dashboards.board import vendor
from edge.proxy.doors import LOOPBACK
from edge.till.counter import TillCounter
from edge.till.page.opening import PageTerms, lacking, page_open
from edge.till.premises import TillPremises
from tillstream.settings import SettingsError


@contextmanager
def page_port(port: int) -> Generator[socket.socket]:
    """A port of loopback that listens, 0 for a free one; raises `SettingsError`."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((LOOPBACK, port))
            listening.listen()
        except OSError as error:
            words = f"the page cannot listen at {LOOPBACK}:{port}: {error}"
            raise SettingsError(words) from error
        yield listening


def address_of(listening: socket.socket) -> str:
    """Where people find the page."""
    return f"http://{LOOPBACK}:{listening.getsockname()[1]}"


@asynccontextmanager
async def till_page(
    premises: TillPremises, counter: TillCounter, listening: socket.socket
) -> AsyncGenerator[None]:
    """Serve the page for the length of a block. A till sells without one where it cannot be."""
    absent = lacking(vendor.FILES)
    if absent:
        words = f"there is no page: {', '.join(absent)} lack, run 'make setup'"
        structlog.get_logger("tillstream.till").error("no_page", why=words)
        yield
        return
    async with page_open(premises, counter, PageTerms(listening, vendor.FILES)):
        yield
