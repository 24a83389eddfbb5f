"""All of one store that a stack starts, in rounds: what it runs, and how clients come to it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from local import kafka_links, postgres_clients, vouching
from local.child import Service, nothing
from local.kafka_clients import CLIENT
from local.programs import StackProcess
from local.record import StoreAddresses, StoreTill
from local.stores import servers
from local.stores.lines import CentrePorts, line_of
from local.stores.own import OwnStore
from local.stores.processes import StoreProcesses
from local.stores.site import StoreSite


class StartRound(NamedTuple):
    """Services that start and steps that run side by side, once the round before is through;
    ``opens`` is called when this one is."""

    services: Sequence[Service] = ()
    steps: Sequence[Service] = ()
    opens: Callable[[], None] = nothing


@dataclass(frozen=True)
class FurnishedStore:
    """A store that may start. ``by_hand`` are settings of commands that are given in it."""

    site: StoreSite
    rounds: Sequence[StartRound]
    by_hand: Mapping[str, str]
    addresses: StoreAddresses


def furnish_store(
    store: OwnStore, site: StoreSite, class_path: str, centre: CentrePorts
) -> FurnishedStore:
    """Make the store's identities, and all that it runs.

    1. The line and the servers, 2. topics and schema, 3. positions of mirrors are guarded, before
    anybody writes, 4. all others.
    """
    own = vouching.prepare(site.home.identities)
    site.shown.put(site.location_id, site.fleet, own)
    programs = StoreProcesses(site)
    tills = [programs.till(each) for each in store.tills]
    processes = [*programs.workers(), programs.gateway(), programs.board()]
    processes += [process for process, _ in tills]
    at_first = [
        line_of(site, centre),
        servers.kafka_of(site, class_path),
        servers.postgres_of(site),
    ]
    at_last = [servers.connect_of(site, class_path), *(each.service for each in processes)]
    rounds = [
        StartRound(at_first, opens=lambda: servers.admit_operator(site)),
        StartRound(steps=programs.before_connect()),
        StartRound(steps=[programs.guard()]),
        StartRound(at_last, programs.furnishing(bool(tills)) if store.is_furnished else ()),
    ]
    pages = [StoreTill(till_id=page.till_id, page=page.page) for _, page in tills]
    return FurnishedStore(site, rounds, programs.by_hand(), _told(programs, processes, pages))


def side_by_side(stores: Sequence[FurnishedStore]) -> Sequence[StartRound]:
    """The rounds of several stores as those of all."""
    return [_joined(some) for some in zip_longest(*(each.rounds for each in stores))]


def _joined(rounds: Sequence[StartRound | None]) -> StartRound:
    some = [each for each in rounds if each is not None]

    def opens() -> None:
        for each in some:
            each.opens()

    services = [service for each in some for service in each.services]
    return StartRound(services, [step for each in some for step in each.steps], opens)


def _told(
    programs: StoreProcesses, processes: Sequence[StackProcess], tills: Sequence[StoreTill]
) -> StoreAddresses:
    site, doors = programs.site, programs.site.doors
    return StoreAddresses(
        location_id=site.location_id,
        gateway=doors.gateway,
        registration=doors.registration,
        dashboard=programs.dashboard,
        kafka=site.address("kafka"),
        kafka_client=kafka_links.client_files(site.identities, CLIENT),
        postgres=postgres_clients.dsn(servers.database(site), site.identities),
        metrics=[each.metrics for each in processes if each.metrics],
        tills=list(tills),
    )
