"""Employees and customers on a real PostgreSQL: what lies there, and who is erased."""

import json
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner

from clients.postgres import PostgresAccess
from connectors.postgres.access import PEOPLE
from operations.errors import OperationError
from operations.people import card_keys, customers, employees
from operations.people.employees import NewEmployee
from operations.people.keeping import Keeping, keeping, transaction
from sealing import boxes
from sealing.cards import card_hash, is_pin_of
from sealing.errors import SealError
from sealing.fields import unseal
from sealing.keys import KeyFile
from tillstream.cli import build

FIELDS = {"name": "Marker Person-4711", "contact": "marker@example.org", "card": "7777000012345"}


def as_people(dsn: str) -> PostgresAccess:
    """As the role that commands have, which may do this and little else."""
    return PostgresAccess(make_conninfo(dsn, user=PEOPLE))


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "people" / "key"


@pytest.fixture
def people(fresh_postgres: str, key_file: Path) -> Iterator[Callable[[], Any]]:
    """Opens a transaction over people, in a database of its own."""
    yield lambda: keeping(as_people(fresh_postgres), key_file)


@pytest.fixture
def execute(fresh_postgres: str) -> Iterator[Callable[..., Any]]:
    with psycopg.connect(fresh_postgres, autocommit=True) as connection:
        yield connection.execute


def added(people: Callable[[], Any], **fields: str) -> str:
    with people() as keep:
        return customers.add(keep, FIELDS | fields, {"marketing": True})


def employee(name: str = "e-1", **changes: Any) -> NewEmployee:
    given = {"card": f"card-{name}", "pin": "1234", "role": "cashier", "locations": ["L-1"]}
    return NewEmployee(
        **{"employee_id": name, **given, "limits": {"refund_minor": 5000}, **changes}
    )


def test_a_customer_comes_back_as_they_were(people: Callable[[], Any]) -> None:
    customer_id = added(people)
    with people() as keep:
        shown = customers.show(keep, customer_id)
    assert (dict(shown.fields), dict(shown.consents)) == (FIELDS, {"marketing": True})


def test_nothing_of_a_person_lies_in_the_tables(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    added(people)
    with people() as keep:
        employees.add(keep, employee(card="9999000054321"))
    tables = ("customers", "customer_keys", "employees", "employee_cards", "card_keys", "audit_log")
    lying = "".join(str(execute(f"TABLE {name}").fetchall()) for name in tables)
    for marker in (*FIELDS.values(), "9999000054321"):
        assert marker not in lying and marker.encode().hex() not in lying, marker


def test_the_audit_log_says_who_changed_whom_and_no_hash(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    customer_id = added(people)
    with people() as keep:
        employees.add(keep, employee())
        customers.show(keep, customer_id)
    execute("UPDATE employees SET pin_hash = pin_hash || 'x', active = false")
    told = execute("SELECT action, subject, who, before, after FROM audit_log ORDER BY entry_id")
    entries = told.fetchall()
    assert [entry[:2] for entry in entries] == [
        ("customers.create", f"customers/{customer_id}"),
        ("employees.create", "employees/e-1"),
        ("person.show", f"customers/{customer_id}"),
        ("employees.change", "employees/e-1"),
    ]
    assert "for command line (" in entries[0][2], "nobody knows who did it"
    assert entries[3][4]["hidden_changed"] == ["pin_hash"]
    assert not {"card_hash", "pin_hash", "sealed"} & {key for e in entries for key in e[4] or {}}


def test_an_erased_customer_is_read_by_nobody(
    people: Callable[[], Any], execute: Callable[..., Any], fresh_postgres: str, key_file: Path
) -> None:
    customer_id = added(people)
    ((sealed, old_key),) = execute(
        "SELECT sealed, wrapped FROM customers JOIN customer_keys USING (customer_id)"
    )
    other_id = added(people, card="8888")
    with transaction(as_people(fresh_postgres)) as connection:
        assert not customers.erase(connection, customer_id).again
    assert execute("SELECT count(*) FROM customer_keys").fetchone() == (1,)
    with people() as keep, pytest.raises(OperationError, match="was erased at"):
        customers.show(keep, customer_id)
    # Whoever still has the sealed row tries all keys that are left.
    keeper = KeyFile(key_file)
    ((left,),) = execute("SELECT wrapped FROM customer_keys")
    keys = [boxes.new_key(), keeper.unwrap(left, ("customer key", other_id))]
    for key in keys:
        with pytest.raises(SealError):
            unseal(key, customer_id, sealed)
    with pytest.raises(SealError):
        keeper.unwrap(left, ("customer key", customer_id))
    assert old_key != left


def test_to_erase_again_changes_nothing(
    people: Callable[[], Any], fresh_postgres: str, execute: Callable[..., Any]
) -> None:
    customer_id = added(people)
    execute(
        "INSERT INTO sales (location_id, till_id, epoch, sequence, event_id, receipt_no, cart_id, "
        "business_date, occurred_at, currency, total_minor, customer_id, kind, source_topic, "
        "source_partition, source_offset) SELECT 'L', '1', 1, 1, gen_random_uuid(), 'r', 'c', "
        "current_date, now(), 'EUR', 1, %s, 'sale', 't', 0, 0",
        (customer_id,),
    )
    done: list[customers.Erasure] = []
    for _ in range(2):
        with transaction(as_people(fresh_postgres)) as connection:
            done.append(customers.erase(connection, customer_id))
    assert [each.again for each in done] == [False, True]
    assert done[0].erased_at == done[1].erased_at and done[1].receipts == 1
    assert execute("SELECT fields FROM customer_erasures").fetchone() == (
        ["card", "contact", "name"],
    )


def test_of_two_who_erase_at_once_one_does(people: Callable[[], Any], fresh_postgres: str) -> None:
    customer_id = added(people)
    together = threading.Barrier(4)

    def erase(_: int) -> bool:
        with transaction(as_people(fresh_postgres)) as connection:
            together.wait()
            return customers.erase(connection, customer_id).again

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(erase, range(4))) == [False, True, True, True]


def test_an_erasure_that_is_interrupted_has_not_happened(
    people: Callable[[], Any], fresh_postgres: str
) -> None:
    customer_id = added(people)
    with (
        pytest.raises(KeyboardInterrupt),
        transaction(as_people(fresh_postgres)) as connection,
    ):
        customers.erase(connection, customer_id)
        raise KeyboardInterrupt
    with people() as keep:
        assert customers.show(keep, customer_id).fields == FIELDS


def test_who_never_was_cannot_be_erased(fresh_postgres: str) -> None:
    with (
        pytest.raises(OperationError, match="there is no customer"),
        transaction(as_people(fresh_postgres)) as connection,
    ):
        customers.erase(connection, "c-nobody")


def test_who_was_erased_does_not_come_back(
    people: Callable[[], Any], execute: Callable[..., Any], fresh_postgres: str
) -> None:
    customer_id = added(people)
    (row,) = execute("SELECT card_hash, sealed::text FROM customers").fetchall()
    (key,) = execute("SELECT wrapped, key_id FROM customer_keys").fetchall()
    with transaction(as_people(fresh_postgres)) as connection:
        customers.erase(connection, customer_id)
    back = "INSERT INTO customers (customer_id, card_hash, sealed) VALUES (%s, %s, %s)"
    with pytest.raises(errors.RestrictViolation, match="was erased"):
        execute(back, (customer_id, *row))
    with pytest.raises(errors.RestrictViolation, match="was erased"):
        execute("INSERT INTO customer_keys VALUES (%s, %s, %s)", (customer_id, *key))
    for change in ("DELETE FROM", "TRUNCATE"):
        with pytest.raises(errors.RestrictViolation, match="is kept"):
            execute(f"{change} customer_erasures")


def test_a_customer_is_erased_and_not_merely_deleted(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    added(people)
    with pytest.raises(errors.RestrictViolation, match="has a key"):
        execute("DELETE FROM customers")


@pytest.mark.parametrize(
    "statement",
    [
        'INSERT INTO customers (sealed) VALUES (\'{"name": "Jane Doe"}\')',
        'INSERT INTO customers (sealed) VALUES (\'{"name": {"first": "Jane"}}\')',
        "INSERT INTO customers (card_hash) VALUES ('7777000012345')",
        "INSERT INTO employees (employee_id, card_hash, pin_hash, role) "
        "VALUES ('e', repeat('a', 64), '1234', 'cashier')",
        "INSERT INTO employees (employee_id, card_hash, pin_hash, role) "
        "VALUES ('e', '4711', 'scrypt$' || repeat('a', 40), 'cashier')",
    ],
)
def test_what_is_not_hidden_is_refused(execute: Callable[..., Any], statement: str) -> None:
    with pytest.raises(errors.CheckViolation):
        execute(statement)


def test_fields_that_changed_columns_do_not_open(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    customer_id = added(people)
    execute(
        "UPDATE customers SET sealed = jsonb_build_object("
        "'name', sealed->'contact', 'contact', sealed->'name')"
    )
    with people() as keep, pytest.raises(SealError):
        customers.show(keep, customer_id)


def test_keys_that_changed_persons_do_not_open(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    one, other = added(people), added(people, card="8888")
    execute(
        "UPDATE customer_keys k SET wrapped = o.wrapped FROM customer_keys o "
        "WHERE k.customer_id <> o.customer_id"
    )
    for customer_id in (one, other):
        with pytest.raises(OperationError, match="does not open"), people() as keep:
            customers.show(keep, customer_id)


def test_another_wrapping_key_opens_nothing_and_says_which_was_meant(
    people: Callable[[], Any], key_file: Path
) -> None:
    customer_id = added(people)
    was = KeyFile(key_file).key_id
    key_file.write_text(secrets.token_hex(32))
    with pytest.raises(OperationError, match=f"wrapped under the key {was}"), people() as keep:
        customers.show(keep, customer_id)


def test_a_lost_wrapping_key_is_not_replaced(people: Callable[[], Any], key_file: Path) -> None:
    added(people)
    key_file.unlink()
    with pytest.raises(OperationError, match="is gone"), people():
        pass
    assert not key_file.exists(), "a new key hides that the old one is lost"


def test_two_customers_cannot_have_one_card(people: Callable[[], Any]) -> None:
    added(people)
    with pytest.raises(OperationError, match="another customer's"):
        added(people, name="Somebody Else")
    assert added(people, card="") != added(people, card=""), "many have no card"


def test_an_employee_is_found_by_card_and_pin(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    with people() as keep:
        employees.add(keep, employee())
        employees.add(keep, employee("e-2"))
        key = card_keys.current(keep, card_keys.FLEET).key
    found = dict(execute("SELECT card_hash, pin_hash FROM employees").fetchall())
    mine, theirs = (found[card_hash(key, "employee", f"card-e-{n}")] for n in (1, 2))
    assert is_pin_of("card-e-1", "1234", mine)
    assert not is_pin_of("card-e-1", "1234", theirs), "a PIN works with another card"


def test_an_employee_is_listed_without_secrets_and_let_in_no_more(
    people: Callable[[], Any], fresh_postgres: str
) -> None:
    with people() as keep:
        employees.add(keep, employee())
    with transaction(as_people(fresh_postgres)) as connection:
        employees.deactivate(connection, "e-1")
        employees.deactivate(connection, "e-1")
        (known,) = employees.listed(connection)
    assert (known.employee_id, known.active, known.locations) == ("e-1", False, ["L-1"])
    with (
        pytest.raises(OperationError, match="no employee"),
        transaction(as_people(fresh_postgres)) as connection,
    ):
        employees.deactivate(connection, "e-9")


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (employee("e-2", card="card-e-1"), "the card is another"),
        (employee("e-1", card="x"), "the id e-1 is another"),
        (employee("e-2", role="King Of"), "e-2: "),
        (employee("e-2", pin="12"), "4 to 12 digits"),
        (employee("../..", card="x"), r"\.\./\.\.: "),
    ],
)
def test_an_employee_who_cannot_be_is_refused(
    people: Callable[[], Any], second: NewEmployee, why: str
) -> None:
    with people() as keep:
        employees.add(keep, employee())
    with pytest.raises(OperationError, match=why), people() as keep:
        employees.add(keep, second)


def hashes(keep: Keeping, location_id: str = "L-1") -> tuple[int, dict[str, str]]:
    told = employees.cards_of_store(keep, location_id)
    return told.version, dict(told.hashes)


def test_a_stores_list_is_hashed_anew_once_a_till_is_revoked(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    with people() as keep:
        employees.add(keep, employee())
        employees.add(keep, employee("e-2", locations=["L-2"]))
        first, before = hashes(keep)
        other = hashes(keep, "L-2")
    # What the registration does; it has no wrapping key.
    assert execute("SELECT renew_card_key('L-1', 'till 3 was revoked')").fetchone() == (2,)
    assert execute("SELECT renew_card_key('L-1', 'till 4 was revoked')").fetchone() == (2,)
    with people() as keep:
        second, after = hashes(keep)
        assert hashes(keep, "L-2") == other, "another store pays for it"
    assert (first, second) == (1, 2)
    assert before.keys() == after.keys() == {"e-1"}
    assert before["e-1"] != after["e-1"], "the stolen till's key opens the new list"


def test_many_who_need_a_key_at_once_get_one(people: Callable[[], Any]) -> None:
    with people() as keep:
        card_keys.current(keep, card_keys.FLEET)

    def key(_: int) -> card_keys.CardKey:
        with people() as keep:
            return card_keys.current(keep, "store/L-1")

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(key, range(12)))) == 1, "two lists of one version do not agree"


def test_a_card_key_stays_what_it_is(
    people: Callable[[], Any], execute: Callable[..., Any]
) -> None:
    with people() as keep:
        card_keys.current(keep, card_keys.FLEET)
    for change in (
        "UPDATE card_keys SET wrapped = repeat('x', 40)::bytea",
        "DELETE FROM card_keys",
    ):
        with pytest.raises(errors.RestrictViolation):
            execute(change)


def test_the_commands_keep_secrets_off_the_command_line(
    fresh_postgres: str, tmp_path: Path
) -> None:
    environment = {"TILLSTREAM_POSTGRES": fresh_postgres, "TILLSTREAM_HOME": str(tmp_path)}

    def run(*arguments: str, given: object = None) -> Any:
        done = CliRunner().invoke(
            build(arguments),
            [*arguments, "--json"],
            input=json.dumps(given),
            env=environment,
            catch_exceptions=False,
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    customer_id = run("customers", "add", "--stdin", "--consent", "mail", given=FIELDS)[
        "customer_id"
    ]
    assert run("customers", "show", customer_id)["fields"] == FIELDS
    secret = {"card": "123", "pin": "4321"}
    run(
        "employees",
        "add",
        "e-7",
        "--stdin",
        "--location",
        "L-1",
        "--limit",
        "refund=5",
        given=secret,
    )
    (listed,) = run("employees", "list")["employees"]
    assert (listed["employee_id"], listed["limits"]) == ("e-7", {"refund": 5})
    assert run("employees", "deactivate", "e-7") == {"employee_id": "e-7", "active": False}
    assert run("customers", "erase", customer_id)["again"] is False
    assert run("customers", "erase", customer_id)["again"] is True
    assert (tmp_path / "people" / "key").stat().st_mode & 0o777 == 0o600
