"""A worker tells how locations stand that it holds, and what it has counted since it started."""

from prometheus_client import CollectorRegistry

from agents.ports import Counts
from metrics.workers import BELOW_REORDER_POINT, FORKS, RECEIPTS
from tillstream.figures import WorkerFigures


def counted(location: str, alerts: int = 0, receipts: int = 0, forks: int = 0) -> Counts:
    return Counts(
        newest_event_seconds={location: 1.0},
        raised_alerts={location: alerts},
        receipts={location: receipts},
        forks=forks,
    )


def sample(registry: CollectorRegistry, name: str, **labels: str) -> float | None:
    return registry.get_sample_value(name, labels)


def test_forks_are_counted() -> None:
    registry = CollectorRegistry()
    WorkerFigures(registry).add(0, counted("shop", forks=2))
    assert sample(registry, FORKS.name) == 2


def test_a_location_whose_partition_went_is_told_of_no_more_and_its_receipts_are() -> None:
    registry = CollectorRegistry()
    figures = WorkerFigures(registry)
    figures.add(0, counted("stays", alerts=1))
    figures.add(1, counted("goes", alerts=3, receipts=5))

    figures.keep_only([0])
    figures.keep_only([0])

    assert set(figures.newest_event_seconds) == {"stays"}
    assert sample(registry, BELOW_REORDER_POINT.name, location_id="goes") is None
    assert sample(registry, BELOW_REORDER_POINT.name, location_id="stays") == 1
    assert sample(registry, RECEIPTS.name, location_id="goes") == 5


def test_a_partition_between_opening_and_open_is_not_gone() -> None:
    figures = WorkerFigures(CollectorRegistry())
    figures.add(1, counted("shop"))
    for held in ([0], [0, 1], [0]):
        figures.keep_only(held)
    assert set(figures.newest_event_seconds) == {"shop"}


def test_a_location_that_comes_back_is_told_of_again() -> None:
    figures = WorkerFigures(CollectorRegistry())
    figures.add(1, counted("shop"))
    for held in ([], [], [1]):
        figures.keep_only(held)
    figures.add(1, counted("shop"))
    figures.keep_only([1])
    assert set(figures.newest_event_seconds) == {"shop"}
