"""What one run has measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One run of one system.

    Times and rates go from the first events in the contender's hands to the broker's append of
    its last output; CPU from there until all its input is committed. ``events`` counts messages,
    copies included. ``outputs`` are messages that committed readers see. ``other_cores`` is what
    everything else on the machine took meanwhile: repeat a run where it is large. Ages are from
    the sending of an event to a committed reader's sight of its effect, at a set pace.
    """

    system: str
    title: str
    job: str
    events: int
    seconds: float
    events_per_second: float
    cpu_seconds_per_million: float
    broker_cpu_seconds_per_million: float
    other_cores: float
    outputs: int
    age_p50_ms: float | None
    age_p99_ms: float | None
    peak_memory_mib: float
    correct: bool
    fault: str


def failed(system: str, title: str, job: str, fault: str) -> Result:
    """A run that did not come to its end."""
    return Result(system, title, job, 0, 0, 0, 0, 0, 0, 0, None, None, 0, False, fault)
