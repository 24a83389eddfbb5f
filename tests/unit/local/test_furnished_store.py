"""What a store of its own runs: by which identities, at which ports, in which order."""

import json
from pathlib import Path

import pytest

from identity import files
from identity.names import StoreName, name_of
from local import vouching
from local.home import StackHome
from local.own_till import OwnTill
from local.ports import RememberedPorts
from local.stores.furnished import FurnishedStore, furnish_store, side_by_side
from local.stores.lines import CentrePorts
from local.stores.own import OwnStore
from local.stores.site import site_of

LOCATIONS = ("shop-1", "shop-2")
CENTRE = CentrePorts(registration=4711, store_api=4712)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> StackHome:
    home = StackHome(tmp_path_factory.mktemp("stack"))
    vouching.prepare(home.identities, stores=LOCATIONS)
    return home


@pytest.fixture(scope="module")
def stores(home: StackHome) -> list[FurnishedStore]:
    ports = RememberedPorts(home.ports)
    return [_furnished(home, location_id, ports) for location_id in LOCATIONS]


def _furnished(home: StackHome, location_id: str, ports: RememberedPorts) -> FurnishedStore:
    tills = [OwnTill(location_id, name, "DE", "Shop") for name in ("counter-1", "counter-2")]
    site = site_of(location_id, home, ports)
    return furnish_store(OwnStore(location_id, tills), site, "jars", CENTRE)


def test_no_two_processes_share_a_name_a_port_or_a_log(
    home: StackHome, stores: list[FurnishedStore]
) -> None:
    services = [each for some in side_by_side(stores) for each in some.services]
    assert len({each.name for each in services}) == len(services)
    assert len({each.log for each in services}) == len(services)
    ports = json.loads(home.ports.read_text()).values()
    assert len(set(ports)) == len(ports)


def test_positions_are_guarded_before_anybody_writes(stores: list[FurnishedStore]) -> None:
    first, second, third, last = side_by_side(stores)
    begun = {each.name.partition("@")[0] for each in first.services}
    assert begun == {"line", "kafka", "postgres"}
    assert {each.name.partition("@")[0] for each in second.steps} == {"topics sync", "migrate"}
    assert [each.name.partition("@")[0] for each in third.steps] == ["mirrors guard"] * 2
    assert {"gateway", "connect"} <= {each.name.partition("@")[0] for each in last.services}


def test_of_the_fleet_a_store_holds_its_own_certificate_and_whom_it_trusts(
    home: StackHome, stores: list[FurnishedStore]
) -> None:
    shown = stores[0].site.shown
    assert name_of(files.read_certificates(shown.certificate)[0]) == StoreName("shop-1")
    keys = [each.read_bytes() for each in stores[0].site.home.folder.rglob("*.key")]
    theirs = {each.read_bytes() for each in home.identities.rglob("*.key")}
    assert theirs & set(keys) == {shown.key.read_bytes()}, "a key of the fleet's lies in the store"


def test_connect_can_read_no_key_but_those_of_its_two_links(stores: list[FurnishedStore]) -> None:
    folder = stores[0].site.shown.folder
    assert {each.name for each in folder.glob("*.key")} == {"store.key", "connect.key"}
    assert not [each for each in folder.iterdir() if each.is_dir()]


def test_whoever_vouches_in_one_store_is_trusted_nowhere_else(
    home: StackHome, stores: list[FurnishedStore]
) -> None:
    roots = [
        folder.joinpath("ca.pem").read_text()
        for folder in (home.identities, *(each.site.home.identities for each in stores))
    ]
    assert len(set(roots)) == 3


def test_every_process_in_a_store_is_told_the_stores_own_servers(
    stores: list[FurnishedStore],
) -> None:
    store = stores[0]
    for each in side_by_side([store])[-1].services:
        told = each.environment
        if "TILLSTREAM_KAFKA" in told:
            assert told["TILLSTREAM_KAFKA"] == store.site.address("kafka")
            assert told["TILLSTREAM_STORE"] == "shop-1"
            assert told["TILLSTREAM_HOME"] == str(store.site.home.folder.absolute())


def test_identities_and_ports_stay_from_start_to_start(
    home: StackHome, stores: list[FurnishedStore]
) -> None:
    before = (Path(stores[0].addresses.kafka_client["ssl_certfile"])).read_bytes()
    again = _furnished(home, "shop-1", RememberedPorts(home.ports))
    assert again.addresses == stores[0].addresses
    assert Path(again.addresses.kafka_client["ssl_certfile"]).read_bytes() == before
