"""Each application's agents as the engine runs them, without a broker."""

from datetime import timedelta

from agents.ports import Counts, Rules, Tally
from agents.products import products
from agents.receipts import receipts
from agents.retail import retail
from clients.kafka import KafkaAccess
from engine.app import BatchApp
from engine.contract import AppSpec
from engine.settings import EngineSettings
from engine.topics import Widths
from topics.registry import LEVELS_BY_PRODUCT


class Unheard:
    """A tally nobody asks."""

    def add(self, partition: int, counts: Counts) -> None:
        """Forget it."""


def _app(generation: int = 0) -> BatchApp:
    settings = EngineSettings(KafkaAccess("localhost:9092"), "tried", None)
    return BatchApp(settings, rebuilds=generation > 0)


def retail_spec(
    partitions: int,
    cart_timeout: timedelta = timedelta(hours=4),
    default_hysteresis: int = 0,
    tally: Tally | None = None,
    generation: int = 0,
) -> AppSpec:
    """The agents over topics of so many partitions."""
    app = _app(generation)
    retail(app, Rules(cart_timeout, default_hysteresis), tally or Unheard(), generation)
    return app.spec(Widths(partitions))


def products_spec(partitions: int, generation: int = 0) -> AppSpec:
    """The agents that add up stock over all locations."""
    app = _app(generation)
    products(app, Unheard(), generation)
    return app.spec(Widths(partitions, {LEVELS_BY_PRODUCT.name: partitions}))


def receipts_spec(partitions: int) -> AppSpec:
    """The agents that say each sale."""
    app = _app()
    receipts(app, Unheard())
    return app.spec(Widths(partitions))
