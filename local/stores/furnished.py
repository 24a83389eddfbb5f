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
from local.stores.lines import line_of
from local.stores.own import OwnStore
from local.stores.place import StorePlace
from local.stores.processes import StoreProcesses


class Round(NamedTuple):
    """Services that start and steps that run side by side, once the round before is through;
    ``opens`` is called when this one is."""

    services: Sequence[Service] = ()
    steps: Sequence[Service] = ()
    opens: Callable[[], None] = nothing


@dataclass(frozen=True)
class FurnishedStore:
    """A store that may start. ``by_hand`` are settings of commands that are given in it."""

    place: StorePlace
    rounds: Sequence[Round]
    by_hand: Mapping[str, str]
    addresses: StoreAddresses


def furnish_store(
    store: OwnStore, place: StorePlace, class_path: str, registration_port: int
) -> FurnishedStore:
    """Make the store's identities, and all that it runs.

    1. The line and the servers, 2. topics and schema, 3. positions of mirrors are guarded, before
    anybody writes, 4. all others.
    """
    own = vouching.prepare(place.home.identities)
    place.shown.put(place.location_id, place.fleet, own)
    programs = StoreProcesses(place)
    tills = [programs.till(each) for each in store.tills]
    processes = [*programs.workers(), programs.gateway(), programs.board()]
    processes += [process for process, _ in tills]
    at_first = [
        line_of(place, registration_port),
        servers.kafka_of(place, class_path),
        servers.postgres_of(place),
    ]
    at_last = [servers.connect_of(place, class_path), *(each.service for each in processes)]
    rounds = [
        Round(at_first, opens=lambda: servers.admit_operator(place)),
        Round(steps=programs.before_connect()),
        Round(steps=[programs.guard()]),
        Round(at_last),
    ]
    pages = [StoreTill(till_id=page.till_id, page=page.page) for _, page in tills]
    return FurnishedStore(place, rounds, programs.by_hand(), _told(programs, processes, pages))


def side_by_side(stores: Sequence[FurnishedStore]) -> Sequence[Round]:
    """The rounds of several stores as those of all."""
    return [_joined(some) for some in zip_longest(*(each.rounds for each in stores))]


def _joined(rounds: Sequence[Round | None]) -> Round:
    some = [each for each in rounds if each is not None]

    def opens() -> None:
        for each in some:
            each.opens()

    services = [service for each in some for service in each.services]
    return Round(services, [step for each in some for step in each.steps], opens)


def _told(
    programs: StoreProcesses, processes: Sequence[StackProcess], tills: Sequence[StoreTill]
) -> StoreAddresses:
    place, doors = programs.place, programs.place.doors
    return StoreAddresses(
        location_id=place.location_id,
        gateway=doors.gateway,
        registration=doors.registration,
        dashboard=programs.dashboard,
        kafka=place.address("kafka"),
        kafka_client=kafka_links.client_files(place.identities, CLIENT),
        postgres=postgres_clients.dsn(servers.database(place), place.identities),
        metrics=[each.metrics for each in processes if each.metrics],
        tills=list(tills),
    )
