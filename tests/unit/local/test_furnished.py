"""What a stack runs: its till among the processes, at a page whose address stays the same."""

from dataclasses import replace

import pytest
from rich.console import Console

from local import cashier, control
from local.home import StackHome, write_json
from local.options import StackOptions
from local.own_till import OwnTill
from local.ports import RememberedPorts
from local.processes import furnished
from local.programs import Programs, StoreDoors
from local.record import Addresses, StackRecord
from local.vouching import prepare

TILL = OwnTill("shop-1", "counter-1", "DE", "Shop 1")
OPTIONS = StackOptions(roles=("sink",), stores=("shop-1", "shop-2"), till=TILL)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> StackHome:
    home = StackHome(tmp_path_factory.mktemp("stack"))
    prepare(home.identities, stores=OPTIONS.stores)
    return home


def programs(home: StackHome, options: StackOptions = OPTIONS) -> Programs:
    return furnished(home, options)(RememberedPorts(home.ports), {}, [])


def lets_in(programs: Programs) -> bool:
    """Whether a step lets somebody sell at the till."""
    return "cashier" in [step.name for step in programs.steps]


def test_the_store_has_its_till_with_a_page_and_the_others_have_none(home: StackHome) -> None:
    first, other = programs(home).stores
    ((till_id, page),) = first.tills
    assert till_id == "counter-1" and page.startswith("http://127.0.0.1:")
    assert not other.tills


def test_the_page_is_where_it_was_before(home: StackHome) -> None:
    assert programs(home).stores[0].tills == programs(home).stores[0].tills


def test_its_metrics_are_told_to_who_may_read_them_behind_those_of_the_gateways(
    home: StackHome,
) -> None:
    measured = [each for each in programs(home).processes if each.metrics]
    assert measured[-1].service.name == "till-counter-1"
    assert measured[-1].metrics.startswith("https://")
    told = measured[-1].service.environment
    assert told["TILLSTREAM_METRICS_CERT"].endswith("/till.pem")


def test_nobody_is_let_in_by_us_in_a_database_of_the_users_own(
    home: StackHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lets_in(programs(home))
    monkeypatch.setenv("TILLSTREAM_POSTGRES", "postgresql://db/shop")
    assert not lets_in(programs(home))


def test_nobody_of_the_simulated_company_is_let_in_where_it_does_not_sell(home: StackHome) -> None:
    """Programs that try a stack without it say themselves who sells."""
    assert not lets_in(programs(home, replace(OPTIONS, simulate=False)))


def test_status_names_the_page_to_programs_and_who_signs_in_to_people(home: StackHome) -> None:
    doors = programs(home).stores[0]
    told = Addresses(kafka="", postgres="", connect="", dashboard="", metrics=[])
    told = told.model_copy(update={"stores": [told.store(doors)]})
    StackRecord(pid=1, state="running", addresses=told).save(home)
    who = cashier.drawn()
    write_json(home.folder / cashier.FILE, who.__dict__)
    lock = home.lock()
    assert lock is not None
    with lock:
        found = control.status(home)
    ((till_id, page),) = doors.tills
    assert found.as_json()["stores"][0]["tills"] == [{"till_id": till_id, "page": page}]

    console = Console(width=200, record=True, quiet=False, file=(home.folder / "said").open("w"))
    found.print(console)
    said = console.export_text()
    assert f"{page} of {till_id}, shop-1" in said
    assert f"card {who.card} and PIN {who.pin}" in said


def test_of_stores_of_their_own_the_centre_keeps_links_and_lists_goods(home: StackHome) -> None:
    elsewhere = [StoreDoors("shop-8", "https://g", "https://r")]
    options = StackOptions(("sink", "feeds"), simulate=True)
    made = furnished(home, options)(RememberedPorts(home.ports), {}, elsewhere)
    synced = next(each for each in made.before_connect if each.name == "topics sync")
    assert list(synced.command[-2:]) == ["--mirrored", "shop-8"]
    assert [each.name for each in made.steps if each.name.startswith("furnish")] == [
        "furnish shop-8"
    ]
    (registration,) = [each for each in made.processes if each.service.name == "registration"]
    assert registration.service.environment["TILLSTREAM_GATEWAY"] == "shop-8=https://g"
    assert not made.stores, "it has no gateway here"
