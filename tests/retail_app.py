"""The retail agents as the engine runs them, without a broker."""

from datetime import timedelta

from agents.ports import Counts, Rules, Tally
from agents.retail import retail
from clients.kafka import KafkaAccess
from engine.app import BatchApp
from engine.contract import AppSpec
from engine.settings import EngineSettings
from engine.topics import Widths


class Unheard:
    """A tally nobody asks."""

    def add(self, partition: int, counts: Counts) -> None:
        """Forget it."""


def retail_spec(
    partitions: int,
    cart_timeout: timedelta = timedelta(hours=4),
    default_hysteresis: int = 0,
    tally: Tally | None = None,
    generation: int = 0,
) -> AppSpec:
    """The agents over topics of so many partitions."""
    app = BatchApp(
        EngineSettings(KafkaAccess("localhost:9092"), "retail", None), rebuilds=generation > 0
    )
    retail(app, Rules(cart_timeout, default_hysteresis), tally or Unheard(), generation)
    return app.spec(Widths(partitions))
