"""Workers, sink and board, by what their `/metrics` say."""

import http.client
import ssl
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from clients.tls import Tls
from metrics.upkeep import BUILD_INFO, STARTED
from metrics.workers import APPLICATION, EVENTS, GENERATION, PARTITIONS_HELD, REBUILDING

ANSWER_SECONDS = 3.0
"""Metrics are a page from memory; a process that takes longer is not well."""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process; ``fault`` is why it did not answer. ``started_at`` is seconds since 1970.
    ``application`` is the role of a worker's.

    ``live`` and ``rebuilding`` are a worker's partitions: those that say what they come to, and
    those whose state is made anew and says nothing yet.
    """

    address: str
    role: str = ""
    name: str = ""
    version: str = ""
    application: str = ""
    started_at: float = 0.0
    figures: Mapping[str, float] = field(default_factory=dict[str, float])
    fault: str = ""
    live: tuple[int, ...] = ()
    rebuilding: tuple[int, ...] = ()

    @property
    def generation(self) -> int | None:
        """Which generation of state a worker works on; None for the others."""
        found = self.figures.get(GENERATION.name)
        return None if found is None else int(found)

    @property
    def partitions_held(self) -> int | None:
        """How many a worker works on; None for the others."""
        held = self.figures.get(PARTITIONS_HELD.name)
        return None if held is None else int(held)

    @property
    def events(self) -> int | None:
        """Till events that a worker has applied since its start; None for the others."""
        return int(self.figures[EVENTS.name]) if self.role == "worker" else None


def look(addresses: Iterable[str], tls: Tls | None) -> list[ProcessStatus]:
    """The processes that serve metrics at these addresses, in their order.

    ``tls`` says who asks; raises `AccessError` where its files cannot be used.
    """
    context = tls.context() if tls else None
    with ThreadPoolExecutor() as pool:
        return list(pool.map(partial(_look, context), addresses))


def _look(context: ssl.SSLContext | None, address: str) -> ProcessStatus:
    try:
        with urlopen(address, timeout=ANSWER_SECONDS, context=context) as answer:  # noqa: S310 - our own processes
            return read(address, answer.read().decode())
    except (OSError, ValueError, http.client.HTTPException) as fault:
        return ProcessStatus(address, fault=str(fault) or type(fault).__name__)


def read(address: str, text: str) -> ProcessStatus:
    """What the page ``text`` says; raises ValueError where it is no page of metrics."""
    figures: dict[str, float] = {}
    identity: Mapping[str, str] = {}
    dark: dict[int, bool] = {}
    for name, labels, value in _samples(text):
        figures[name] = figures.get(name, 0.0) + value
        if name == BUILD_INFO.name:
            identity = labels
        elif name == REBUILDING.name:
            dark[int(labels["partition"])] = value > 0
    if not identity:
        where = urlsplit(address).netloc
        return ProcessStatus(address, fault=f"what answers at {where} is no process of Tillstream")
    return ProcessStatus(
        address,
        identity["process"],
        identity["name"],
        identity["version"],
        identity.get(APPLICATION, ""),
        figures.get(STARTED.name, 0.0),
        {EVENTS.name: 0.0, **figures},
        live=tuple(sorted(number for number, is_dark in dark.items() if not is_dark)),
        rebuilding=tuple(sorted(number for number, is_dark in dark.items() if is_dark)),
    )


def _samples(text: str) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value
