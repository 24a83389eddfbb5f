"""The company at work: one moment after the other, each a till event and the movements due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from edge.simulator.seeds import seeded
from edge.simulator.shelves import StockKey
from edge.simulator.stockroom import Stockroom
from edge.simulator.traffic import Traffic
from edge.simulator.world import World
from topics.wire import AnyWireEvent, WireMovement


@dataclass(frozen=True, slots=True)
class Plan:
    """What makes a run: the same plan gives the same events, byte for byte.

    ``epoch`` is every till's; ``rate`` is events per simulated second in an average hour.
    """

    seed: int
    epoch: int
    start_ms: int
    rate: float
    steady: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedMoment:
    """A till event at ``unix_ms``, and the stock movements to book by then."""

    unix_ms: int
    event: AnyWireEvent
    movements: tuple[WireMovement, ...]


class Simulation:
    """A run of ``world`` by ``plan``, from ``on_hand`` where stock is known already."""

    def __init__(self, world: World, plan: Plan, on_hand: Mapping[StockKey, int]) -> None:
        rng = seeded(plan.seed, plan.epoch)
        self.stockroom = Stockroom(world, plan.seed, plan.epoch, plan.start_ms, plan.rate, on_hand)
        self._traffic = Traffic(world, plan.epoch, plan.start_ms, plan.rate, plan.steady, rng)

    def moments(self, limit: int | None) -> Iterator[SimulatedMoment]:
        """``limit`` moments that end with no cart open, or endless ones.

        After an interruption, `closing` gives what is left to do.
        """
        given = 0
        while limit is None or limit - given > self._traffic.open_carts + 1:
            yield self._moment(*self._traffic.next_event())
            given += 1
        for _ in range(given, limit):
            yield self._moment(*self._traffic.close_one())

    def closing(self) -> Iterator[SimulatedMoment]:
        """Closing time: the customers who are still at the tills leave at once."""
        while self._traffic.open_carts:
            yield self._moment(self._traffic.now_ms, self._traffic.abandon())

    def _moment(self, unix_ms: int, event: AnyWireEvent) -> SimulatedMoment:
        return SimulatedMoment(unix_ms, event, self.stockroom.follow(unix_ms, event))
