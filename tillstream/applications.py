"""Every application of this checkout: what its agents are, and the role that starts it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from agents.ports import Rules, Tally
from agents.products import products
from agents.receipts import receipts
from agents.retail import retail
from clients.kafka import KafkaAccess
from engine.app import BatchApp
from engine.settings import EngineSettings
from operations.applications import BESIDE, id_beside
from tillstream.settings import Settings, load_settings

_NO_CLUSTER = KafkaAccess("localhost:9092")
"""Of an app that is listed, and asks for nothing."""

Declare = Callable[[BatchApp, Settings, Tally, int], None]
"""Declares the agents on an app, by settings, for a tally, over a generation of state."""


@dataclass(frozen=True, slots=True)
class Application:
    """Agents with a consumer group, state, changelog and transactional ids of their own.

    ``role`` starts it: `tillstream worker ROLE`.
    """

    role: str
    summary: str
    declare: Declare

    def id(self, settings: Settings) -> str:
        """Consumer group, and prefix of changelog and transactional ids."""
        return (
            id_beside(settings.application_id, self.role)
            if self.is_beside
            else (settings.application_id)
        )

    @property
    def is_beside(self) -> bool:
        """Whether it runs beside the first one, whose id is that of the settings."""
        return self.role in BESIDE

    @property
    def service(self) -> str:
        """What its certificate calls it; the first one's role stands for no other."""
        return self.role if self.is_beside else "worker"

    @property
    def is_rebuilt(self) -> bool:
        """Whether `tillstream rebuild` makes its state anew; another's stays at generation 0, and
        takes no number of the first one's."""
        return not self.is_beside

    def listed(self) -> BatchApp:
        """The application as it is declared, for Faust to list: it has no broker."""
        settings = load_settings()
        app = BatchApp(EngineSettings(_NO_CLUSTER, self.id(settings), None))
        self.declare(app, settings, _Nobody(), 0)
        return app


class _Nobody:
    """Counts for nobody."""

    def add(self, partition: int, counts: object) -> None:
        """Forget them."""


def _retail(app: BatchApp, settings: Settings, tally: Tally, generation: int) -> None:
    cart_timeout = timedelta(seconds=settings.cart_timeout_seconds)
    retail(app, Rules(cart_timeout, settings.restock_hysteresis), tally, generation)


AGENTS = Application(
    "agents", "keep stock, totals, alerts and till status from the inputs.", _retail
)

PRODUCTS = Application(
    "products",
    "add up stock over all locations, by SKU.",
    lambda app, _, tally, generation: products(app, tally, generation),
)

RECEIPTS = Application(
    "receipts",
    "say each accepted sale and return once.",
    lambda app, _settings, tally, _generation: receipts(app, tally),
)

APPLICATIONS = {each.role: each for each in (AGENTS, PRODUCTS, RECEIPTS)}
"""By role."""
