"""All rounds of a system in one row: medians, extremes, and ratios within each round."""

import math
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from benchmarks.result import Result

KAFKA_STREAMS = "kafka-streams"
BARE = "bare"

MEDIANS = (
    "events_per_second",
    "cpu_seconds_per_million",
    "broker_cpu_seconds_per_million",
    "other_cores",
    "age_p50_ms",
    "age_p99_ms",
    "peak_memory_mib",
)

Row = dict[str, Any]


def summarise(results: Sequence[Result]) -> list[Row]:
    """One row a system, in the order of their first runs.

    Ratios compare runs of the same round, because machines swing; None where a base did not run.
    """
    names = list(dict.fromkeys(result.system for result in results))
    runs = {name: [result for result in results if result.system == name] for name in names}
    return [_row(runs[name], runs.get(KAFKA_STREAMS, []), runs.get(BARE, [])) for name in names]


def _row(runs: list[Result], streams: list[Result], bare: list[Result]) -> Row:
    first = runs[0]
    whole = [run for run in runs if run.seconds]
    return {
        "system": first.system,
        "title": first.title,
        "job": first.job,
        "rounds": len(runs),
        "events": first.events,
        **{name: _median(getattr(run, name) for run in whole) for name in MEDIANS},
        "events_per_second_min": min((run.events_per_second for run in whole), default=None),
        "events_per_second_max": max((run.events_per_second for run in whole), default=None),
        "outputs_per_event": _median(run.outputs / run.events for run in whole),
        "ratio_to_kafka_streams": _ratio(runs, streams, _rate),
        "cpu_ratio_to_kafka_streams": _ratio(runs, streams, _cpu),
        "ratio_to_bare": _ratio(runs, bare, _rate),
        "correct": all(run.correct for run in runs),
        "fault": next((run.fault for run in runs if run.fault), ""),
    }


def _rate(run: Result) -> float:
    return run.events_per_second


def _cpu(run: Result) -> float:
    return run.cpu_seconds_per_million


def _median(values: Iterable[float | None]) -> float | None:
    """None where nothing was measured, and where a contender fell behind without bound."""
    known = [value for value in values if value is not None]
    middle = median(known) if known else None
    return None if middle is None or math.isinf(middle) else middle


def _ratio(runs: list[Result], bases: list[Result], of: Callable[[Result], float]) -> float | None:
    pairs = zip(runs, bases, strict=False)
    return _median(of(run) / of(base) for run, base in pairs if run.seconds and of(base))
