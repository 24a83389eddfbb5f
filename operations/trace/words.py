"""A trace as lines of text, for the terminal."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from operations.trace.hops import Hop, TracedEvent, has_arrived


def lines(event: TracedEvent, hops: Sequence[Hop]) -> Iterator[str]:
    """A line for each place, with its time and how long after the first time that is known."""
    yield (
        f"event {event.sequence} of till {event.till_id} at {event.location_id}, "
        f"epoch {event.epoch}"
    )
    begun = next((hop.at for hop in hops if hop.at), None)
    for hop in hops:
        yield f"  {hop.name:<16}{hop.state.value:<9} {_when(hop.at, begun):<36} {hop.words}"
    yield "it has arrived" if has_arrived(hops) else "it has NOT arrived everywhere"


def _when(at: datetime | None, begun: datetime | None) -> str:
    if at is None or begun is None:
        return "no time"
    told = at.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
    seconds = (at - begun).total_seconds()
    return f"{told}Z {seconds:+.3f} s" if seconds else f"{told}Z"
