"""The till's process: its voucher in, sales until it is asked to stop."""

import socket
import tomllib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import structlog
import uvloop
from prometheus_client import CollectorRegistry

import edge.till
from edge.journal.errors import JournalError
from edge.problems import Refusal
from edge.proxy.metrics import proxy_metrics
from edge.proxy.service import serving
from edge.till.application import application
from edge.till.checkout.terms import CheckoutTerms, countries
from edge.till.clock import TillClock
from edge.till.counter import TillCounter
from edge.till.metrics import till_metrics
from edge.till.premises import TillPremises, TillTerms
from local.checkout import HOME
from tillstream import till_kiosk, till_page
from tillstream.process import measured, stop_asked
from tillstream.settings import PREFIX, Settings, SettingsError
from tillstream.till_doors import TillDoors, door


class PageWish(NamedTuple):
    """At which port of loopback the page is to be (0: a free one), and whether in a window."""

    port: int = 0
    is_kiosk: bool = False


def run(settings: Settings, port: int | None, voucher: Path | None, wish: PageWish) -> None:
    """Sell until SIGTERM or SIGINT: programs come in by a Unix socket, or by loopback where a
    ``port`` is named (0: a free one). ``voucher`` is a file; one that was used is passed over.

    Raises `SettingsError`, `IdentityError`, and `JournalError` where the journal cannot be used.
    """
    folder = settings.home / "till"
    browser = till_kiosk.browser() if wish.is_kiosk else None
    with (
        measured(settings.as_till(), "till", "till") as registry,
        door(folder, port, "till") as opened,
        till_page.page_port(wish.port) as page,
    ):
        terms = _terms(folder.absolute(), registry, _checkout(settings))
        terms = terms._replace(kind=settings.till_kind)
        uvloop.run(_serve(terms, _text(voucher), opened, PageDoor(page, browser)))


def _checkout(settings: Settings) -> CheckoutTerms:
    """How the till checks out; raises `SettingsError`."""
    country = settings.till_country
    if country and country not in countries():
        known = ", ".join(sorted(countries()))
        raise SettingsError(f"{PREFIX}TILL_COUNTRY: no labels of {country} are known, but {known}")
    heading = tuple(line.strip() for line in settings.till_heading.split("|") if line.strip())
    return CheckoutTerms(
        settings.till_currency,
        country,
        heading,
        settings.till_terminal,
        settings.till_receipt_font,
        settings.till_printer,
    )


def _terms(folder: Path, registry: CollectorRegistry, checkout: CheckoutTerms) -> TillTerms:
    clock = TillClock()
    # No sale is older than the program that writes it.
    clock.raise_floor(Path(edge.till.__file__).stat().st_mtime)
    return TillTerms(
        folder, build(), till_metrics(registry), proxy_metrics(registry), clock, checkout
    )


def build() -> str:
    """This release, as tills name it in what they write."""
    project = tomllib.loads((HOME / "pyproject.toml").read_text())["project"]
    return f"{project['name']} {project['version']}"


def _text(voucher: Path | None) -> bytes | None:
    try:
        return None if voucher is None else voucher.read_bytes()
    except OSError as error:
        raise SettingsError(f"the voucher cannot be read: {error}") from error


class PageDoor(NamedTuple):
    """Where people come in, and the path of the browser that shows it to them, if one does."""

    listening: socket.socket
    browser: str | None

    @asynccontextmanager
    async def open(self, premises: TillPremises, counter: TillCounter) -> AsyncGenerator[str]:
        """The page's address; it is served, and shown, for the length of a block."""
        folder, address = premises.terms.folder, till_page.address_of(self.listening)
        async with AsyncExitStack() as stack:
            page = till_page.till_page(premises, counter, self.listening)
            await stack.enter_async_context(page)
            if self.browser is not None:
                shown = till_kiosk.kiosk(self.browser, address, folder / "kiosk")
                await stack.enter_async_context(shown)
            yield address


async def _serve(
    terms: TillTerms, voucher: bytes | None, opened: TillDoors, page: PageDoor
) -> None:
    stopping, (listening, loopback, told) = stop_asked(), opened
    broken: list[JournalError] = []

    def failed(error: JournalError) -> None:
        broken.append(error)
        stopping.set()

    premises = TillPremises(terms)
    counter = TillCounter(premises, failed)
    app = application(counter, premises.way, terms.proxy, loopback)
    async with premises.open() as work:
        work.add_done_callback(lambda _: stopping.set())
        _take(premises, voucher)
        async with serving(app, listening), page.open(premises, counter) as address:
            log = structlog.get_logger("tillstream.till")
            standing = premises.keeper.standing.state
            log.info("till_serves", enrolment=standing, page=address, **told)
            await stopping.wait()
        if work.done():
            work.result()
    if broken:
        raise broken[0]


def _take(premises: TillPremises, voucher: bytes | None) -> None:
    if voucher is None:
        return
    try:
        premises.keeper.take_unless_used(voucher)
    except Refusal as refusal:
        raise SettingsError(refusal.detail) from refusal
