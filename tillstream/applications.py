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
from operations.applications import BESIDE, FIRST, KeptState
from tillstream.settings import Settings, load_settings

_NO_CLUSTER = KafkaAccess("localhost:9092")
"""Of an app that is listed, and asks for nothing."""

Declare = Callable[[BatchApp, Settings, Tally, int], None]
"""Declares the agents on an app, by settings, for a tally, over a generation of state."""


@dataclass(frozen=True, slots=True)
class Application:
    """Agents with a consumer group, state, changelog and transactional ids of their own."""

    kept: KeptState
    declare: Declare

    @property
    def role(self) -> str:
        """Starts it: `tillstream worker ROLE`."""
        return self.kept.role

    def id(self, settings: Settings) -> str:
        """Consumer group, and prefix of changelog and transactional ids."""
        return self.kept.id(settings.application_id)

    def generation(self, settings: Settings) -> int:
        """The one to work on; raises `KafkaAway`."""
        return self.kept.generation(settings.kafka_access(), settings.application_id)

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
    rules = Rules(cart_timeout, settings.restock_hysteresis, settings.inputs())
    retail(app, rules, tally, generation)


AGENTS = Application(FIRST, _retail)

PRODUCTS = Application(
    BESIDE["products"],
    lambda app, _, tally, generation: products(app, tally, generation),
)

RECEIPTS = Application(
    BESIDE["receipts"],
    lambda app, _settings, tally, _generation: receipts(app, tally),
)

APPLICATIONS = {each.role: each for each in (AGENTS, PRODUCTS, RECEIPTS)}
"""By role."""
