"""Lists of devices as they arrive: proven, newer, kept; and whoever they refuse is out."""

import time
from pathlib import Path

import orjson
import pytest

from edge.gateway.errors import GatewayUnusable
from edge.gateway.feeds import lists
from edge.signed_list import ListSigner
from identity.names import ServiceName, StoreName, TillName
from tests.gateways import Fleet
from tests.unit.edge.gateway.fed import FedStore, device, fed_store, signed_list, signer
from tests.unit.edge.gateway.stores import LOCATION

REVOKED = device("1", "ab", status="revoked")


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return Fleet(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def registration(fleet: Fleet) -> ListSigner:
    return signer(fleet)


async def test_a_list_counts_at_once_and_after_a_restart_in_the_dark(
    fleet: Fleet, registration: ListSigner, tmp_path: Path
) -> None:
    with fed_store(tmp_path, fleet) as store:
        await store.listed(signed_list(registration, 7, REVOKED))
        assert (store.number, store.kept_number) == (7, 7)
        assert store.reports.lists == [7]
    with fed_store(tmp_path, fleet) as store:
        assert (store.number, store.kept_number) == (7, 7)
    strangers = Fleet(tmp_path, "renewed")
    with fed_store(tmp_path, strangers) as store:
        assert store.number == 7, "another authority lets in who was revoked"


@pytest.mark.parametrize("number", [6, 7])
async def test_a_list_that_is_no_newer_changes_nothing(
    fleet: Fleet, registration: ListSigner, tmp_path: Path, number: int
) -> None:
    with fed_store(tmp_path, fleet) as store:
        await store.listed(signed_list(registration, 7, REVOKED))
        await store.listed(signed_list(registration, number, device("1", "ab")))
        await store.listed(None)
        assert store.reports.lists == [7] and store.reports.refusals == []
    with fed_store(tmp_path, fleet) as store:
        assert store.number == 7


async def test_what_the_registration_of_this_fleet_did_not_sign_is_refused(
    fleet: Fleet, registration: ListSigner, tmp_path: Path
) -> None:
    good = orjson.loads(signed_list(registration, 8, REVOKED))
    with fed_store(tmp_path, fleet) as store:
        await store.listed(signed_list(registration, 7, REVOKED))
        for wrong in (
            signed_list(signer(Fleet(tmp_path, "strangers")), 8),
            signed_list(signer(fleet, ServiceName("board")), 8),
            signed_list(signer(fleet, StoreName("somewhere")), 8),
            signed_list(signer(fleet, TillName("somewhere", "1")), 8),
            signed_list(registration, 8, location_id="another"),
            orjson.dumps(good | {"number": 9}),
            orjson.dumps(good | {"signature": "AAAA"}),
            orjson.dumps(good | {"certificate": None}),
            orjson.dumps({name: good[name] for name in good if name != "signature"}),
            orjson.dumps(registration.signed({"location_id": LOCATION, "number": 8})),
            b'{"deep":' + b"[" * 900 + b"]" * 900 + b"," + orjson.dumps(good)[1:],
            b"[]",
            b"{",
            b"",
        ):
            before = len(store.reports.refusals)
            await store.listed(wrong)
            assert len(store.reports.refusals) == before + 1, wrong[:80]
        assert store.number == 7 == store.kept_number
    with fed_store(tmp_path, fleet) as store:
        assert store.number == 7


async def test_ten_thousand_devices_count_within_a_second(
    fleet: Fleet, registration: ListSigner, tmp_path: Path
) -> None:
    devices = [device(f"till-{each}", f"{each:064x}") for each in range(10_000)]
    large = signed_list(registration, 1, *devices)
    with fed_store(tmp_path, fleet) as store:
        began = time.process_time()
        await store.listed(large)
        assert time.process_time() - began < 1, "a revocation waits for a long list"
        assert store.kept_number == 1


async def test_a_list_larger_than_any_store_has_is_refused(
    fleet: Fleet, registration: ListSigner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "LIST_BYTES_MAX", 100)
    with fed_store(tmp_path, fleet) as store:
        await store.listed(signed_list(registration, 1))
        assert store.number == 0 and len(store.reports.refusals) == 1


async def test_a_list_counts_where_the_disk_takes_nothing_and_is_kept_once_it_does(
    fleet: Fleet, registration: ListSigner, tmp_path: Path
) -> None:
    with fed_store(tmp_path, fleet) as store:
        free = _fill(store)
        revoking = signed_list(registration, 7, REVOKED)
        await store.listed(revoking)
        assert (store.number, store.kept_number) == (7, 0)
        assert store.reports.unwritten, "nobody hears that a restart would let it in again"
        free()
        await store.listed(revoking)
        assert store.kept_number == 7
    with fed_store(tmp_path, fleet) as store:
        assert store.number == 7


def _fill(store: FedStore):
    """The disk is full until what is returned is called."""
    file = store.file
    commit = file.commit

    async def full(work: object) -> None:
        raise GatewayUnusable("the disk is full")

    file.commit = full

    def free() -> None:
        file.commit = commit

    return free
