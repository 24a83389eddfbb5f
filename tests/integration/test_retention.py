"""What leaves PostgreSQL by its age, and that no wrong clock makes anything old.

The server's clock is what it is. A test moves what was noted instead: to a database whose days end
a year ago, its clock has jumped a year ahead.
"""

import asyncio
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors

from clients.postgres import PostgresAccess
from connectors.postgres.access import BOARD, OPERATOR, PEOPLE, REGISTRATION, SINK, WEBHOOKS
from connectors.postgres.errors import Unready
from connectors.postgres.house import Housekeeping, forget_audit_entries
from connectors.postgres.migrate import MIGRATIONS, migrate
from connectors.webhooks.policy import LETTER_DAYS
from connectors.webhooks.store import FORGOTTEN_MAX, connected
from tests.conftest import new_database

PASS_MAX = 5_000
"""Entries that one pass takes at most."""


@dataclass
class Past:
    """A database whose past a test makes up, as its owner."""

    dsn: str

    def as_role(self, role: str) -> PostgresAccess:
        """The way there as ``role``."""
        return PostgresAccess(self.dsn.replace("tillstream@", f"{role}@"))

    def ask(self, order: LiteralString, *values: object) -> list[tuple[object, ...]]:
        """What the owner is answered."""
        with psycopg.connect(self.dsn, autocommit=True) as conn:
            answer = conn.execute(order, values)
            return answer.fetchall() if answer.description else []

    def write(self, entries: int) -> None:
        """So many entries of the audit log."""
        self.ask(
            "INSERT INTO audit_log (action, subject) "
            "SELECT 'sign_in', 'users/u' FROM generate_series(1, %s)",
            entries,
        )

    def live(self, first_ago: int, last_ago: int, entries: int = 0) -> None:
        """The days from the first to the last, each noted when it began; then so many entries."""
        with psycopg.connect(self.dsn) as conn:
            for ago in range(first_ago, last_ago - 1, -1):
                conn.execute(
                    "INSERT INTO days_lived SELECT (now() AT TIME ZONE 'UTC')::date - %s::int, "
                    "coalesce(max(entry_id), 0) FROM audit_log",
                    (ago,),
                )
                conn.execute(
                    "INSERT INTO audit_log (action, subject) "
                    "SELECT 'sign_in', 'day/' || %s FROM generate_series(1, %s)",
                    (ago, entries),
                )

    def forget(self) -> int:
        """One pass, as the sink asks for it."""
        with psycopg.connect(self.dsn, user=SINK) as conn:
            row = conn.execute("SELECT forget_old_audit_entries()").fetchone()
            assert row is not None
            return row[0]

    def kept_days(self) -> list[int]:
        """Of how many days ago there are entries."""
        found = self.ask(
            "SELECT DISTINCT split_part(subject, '/', 2)::int FROM audit_log "
            "WHERE subject LIKE 'day/%%' ORDER BY 1 DESC"
        )
        return [int(str(ago)) for (ago,) in found]

    def told(self, action: str) -> list[tuple[object, ...]]:
        """Who and what was before, of each entry of that kind."""
        return self.ask(
            "SELECT who, before FROM audit_log WHERE action = %s ORDER BY entry_id", action
        )


@pytest.fixture
def past(fresh_postgres: str) -> Past:
    migrated = Past(fresh_postgres)
    migrated.ask("TRUNCATE days_lived")
    return migrated


# --- the audit log


def test_entries_of_two_years_ago_leave_and_the_log_says_so(past: Past) -> None:
    past.live(740, 720, entries=2)
    past.live(719, 1)
    assert past.forget() == 20, "days 740 to 731 ago had two entries each"
    assert past.kept_days() == list(range(730, 719, -1))
    ((who, before),) = past.told("audit_log.forget")
    assert who == f"database role {SINK}"
    assert isinstance(before, dict)
    assert (before["entries"], before["last_entry"] - before["first_entry"]) == (20, 19)
    assert past.forget() == 0
    assert len(past.told("audit_log.forget")) == 1, "a pass that found nothing wrote an entry"


def test_a_clock_that_jumps_a_year_ahead_makes_nothing_a_year_older(past: Past) -> None:
    past.live(1200, 366, entries=1)  # by the true clock: 835 days ago until yesterday
    for _ in range(30):
        past.forget()
    oldest = past.kept_days()[0] - 365
    assert 730 >= oldest >= 730 - 7, f"entries of the last {oldest} days were left"


def test_what_a_wrong_clock_noted_is_taken_back_when_it_is_right_again(past: Past) -> None:
    past.live(100, 1, entries=1)
    past.ask("INSERT INTO days_lived VALUES (current_date + 365, 5), (current_date + 90000, 6)")
    assert past.forget() == 0
    assert past.ask("SELECT count(*) FROM days_lived WHERE day > current_date") == [(0,)]


def test_what_was_written_while_the_clock_was_a_year_behind_is_as_young_as_it_is(
    past: Past,
) -> None:
    past.live(365, -364, entries=1)  # to this clock, most of it lies in the future
    past.write(10)
    assert past.forget() == 0
    # The clock is right again, and a year passes.
    past.ask("UPDATE days_lived SET day = day - 365")
    past.write(10)
    assert past.forget() == 0
    past.ask("UPDATE days_lived SET day = day - 365")
    assert past.forget() == 0, "entries that are a year old have left"


def test_of_many_old_entries_some_leave_in_each_pass(past: Past) -> None:
    past.write(2 * PASS_MAX + 7)
    past.live(800, 1)
    assert [past.forget() for _ in range(4)] == [PASS_MAX, PASS_MAX, 7, 0]


def test_days_do_not_pile_up(past: Past) -> None:
    past.live(3000, 1)
    past.forget()
    ((number,),) = past.ask("SELECT count(*) FROM days_lived")
    assert number == 731


def test_of_two_that_ask_at_once_one_does_it(past: Past) -> None:
    past.write(10)
    past.live(800, 1)
    with psycopg.connect(past.dsn, user=SINK) as first:
        first.execute("SELECT forget_old_audit_entries()")
        assert past.forget() == 0, "the second did not pass over what the first has begun"
    assert past.ask("SELECT count(*) FROM audit_log WHERE action = 'sign_in'") == [(0,)]
    assert len(past.told("audit_log.forget")) == 1


def test_who_is_killed_half_way_has_done_nothing(past: Past) -> None:
    past.write(10)
    past.live(800, 1)
    with psycopg.connect(past.dsn, user=SINK) as killed:
        killed.execute("SELECT forget_old_audit_entries()")
        past.ask("SELECT pg_terminate_backend(%s)", killed.info.backend_pid)
        with pytest.raises(psycopg.OperationalError):
            killed.execute("SELECT 1")
    assert past.told("audit_log.forget") == []
    assert past.forget() == 10


@pytest.mark.parametrize("role", [BOARD, WEBHOOKS, REGISTRATION, PEOPLE, OPERATOR])
def test_only_the_sink_may_ask_for_it(past: Past, role: str) -> None:
    with psycopg.connect(past.dsn, user=role) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute("SELECT forget_old_audit_entries()")


@pytest.mark.parametrize("role", [BOARD, SINK])
@pytest.mark.parametrize(
    "order",
    [
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE entry_id = 1",
        "UPDATE audit_retention SET days = 90",
        "INSERT INTO days_lived VALUES ('2020-01-01', 9999)",
        "UPDATE days_lived SET audit_up_to = 9999",
        "SELECT audit_may_go_up_to()",
        "SELECT guard_forgetting_of_audit_log()",
        "SELECT record_in_audit_log('audit_log.forget', 'audit_log', '{}', NULL)",
        "SELECT record_in_audit_log('audit_log.retention', 'audit_log', '{}', NULL)",
        "LOCK TABLE audit_retention IN ROW EXCLUSIVE MODE",
        "SELECT days FROM audit_retention FOR UPDATE",
    ],
)
def test_who_is_taken_over_cannot_make_entries_leave(
    past: Past, role: str, order: LiteralString
) -> None:
    past.live(800, 1)
    with psycopg.connect(past.dsn, user=role) as conn, pytest.raises(errors.InsufficientPrivilege):
        conn.execute(order)


def test_a_taken_sink_that_asks_without_end_makes_nothing_leave_early(past: Past) -> None:
    past.live(600, 1, entries=1)
    with psycopg.connect(past.dsn, user=SINK, autocommit=True) as conn:
        conn.execute("SET timezone = 'Pacific/Kiritimati'")
        conn.execute("SET search_path = pg_temp")
        for _ in range(50):
            conn.execute("SELECT public.forget_old_audit_entries()")
    assert len(past.kept_days()) == 600


def test_the_owner_deletes_nothing_that_is_kept_and_nothing_unseen(past: Past) -> None:
    past.write(4)
    past.live(800, 700, entries=1)
    past.live(699, 1)
    with pytest.raises(errors.RestrictViolation, match="append-only"):
        past.ask("DELETE FROM audit_log")
    past.ask("DELETE FROM audit_log WHERE entry_id <= 3")
    ((_, before),) = past.told("audit_log.forget")
    assert isinstance(before, dict) and before["entries"] == 3
    for order in ("UPDATE audit_log SET who = 'x'", "TRUNCATE audit_log"):
        with pytest.raises(errors.RestrictViolation, match="append-only"):
            past.ask(order)


def test_how_long_entries_are_kept_is_the_owners_word_and_stays(past: Past) -> None:
    past.live(400, 1, entries=1)
    migrate(PostgresAccess(past.dsn), audit_days=365)
    migrate(PostgresAccess(past.dsn))
    assert past.ask("SELECT days FROM audit_retention") == [(365,)]
    assert [before for _, before in past.told("audit_log.retention")] == [{"days": 730}]
    past.forget()
    assert past.kept_days()[0] == 365
    with pytest.raises(errors.CheckViolation):
        past.ask("UPDATE audit_retention SET days = 1")


def test_entries_from_before_age_by_the_days_on_which_the_log_was_written(
    postgres_server: str, tmp_path: Path
) -> None:
    dsn = new_database(postgres_server, "template1")
    before = tmp_path / "before"
    before.mkdir()
    for path in MIGRATIONS.glob("*.sql"):
        if path.name[:4] <= "0020":
            shutil.copy(path, before)
    migrate(PostgresAccess(dsn), migrations=before)
    past = Past(dsn)
    # The third was stamped by a clock that was ahead, the fourth by one that was behind.
    for stamp in ("2024-01-01", "2024-01-02", "2999-01-01", "2024-01-01", "2024-01-03"):
        past.ask(
            "INSERT INTO audit_log (happened_at, action, subject) VALUES (%s, 'a', 'b')",
            f"{stamp} 12:00Z",
        )
    migrate(PostgresAccess(dsn))
    noted = past.ask("SELECT day::text, audit_up_to FROM days_lived ORDER BY day")
    assert noted == [("2024-01-01", 1), ("2024-01-02", 2), ("2024-01-03", 2)]


# --- who asks


async def test_the_sinks_housekeeping_goes_on_until_it_is_stopped(past: Past) -> None:
    past.write(10)
    past.live(800, 1)
    stopping = asyncio.Event()
    house = Housekeeping(past.as_role(SINK), stopping)
    asyncio.get_running_loop().call_later(0.5, stopping.set)
    await asyncio.wait_for(house.run(), 60)
    assert past.told("audit_log.forget")


async def test_a_database_that_is_away_is_asked_later() -> None:
    stopping = asyncio.Event()
    nowhere = PostgresAccess("postgresql://127.0.0.1:1/nothing", None, SINK)
    work = asyncio.create_task(Housekeeping(nowhere, stopping).run())
    await asyncio.sleep(0.5)
    assert not work.done(), "the sink would have stopped"
    stopping.set()
    await asyncio.wait_for(work, 60)


async def test_a_database_without_the_migration_is_told(postgres_server: str) -> None:
    dsn = new_database(postgres_server, "template1")
    with pytest.raises(Unready, match="tillstream migrate"):
        await forget_audit_entries(PostgresAccess(dsn))


# --- webhooks


def give_up(past: Past, number: int, ago: int) -> None:
    """So many messages, given up so many days ago."""
    past.ask(
        "INSERT INTO webhook_endpoints (endpoint_id, url, secret) VALUES ('ep', 'u', 's') "
        "ON CONFLICT DO NOTHING"
    )
    past.ask(
        "INSERT INTO webhook_dead_letters (delivery_id, endpoint_id, message_id, subject, body, "
        "made_at, attempts, given_up_at) SELECT %s * 100000 + n, 'ep', n::text, 'a/b', '{}', "
        "now(), 10, now() - make_interval(days => %s) FROM generate_series(1, %s) AS n",
        ago,
        ago,
        number,
    )


async def forget_letters(past: Past) -> dict[str, int]:
    """One pass of the webhooks' worker."""
    async with connected(past.as_role(WEBHOOKS)) as store:
        return await store.forget(LETTER_DAYS)


async def test_a_dead_letter_waits_for_ninety_days_and_the_log_says_that_it_left(
    past: Past,
) -> None:
    past.live(100, 0)
    give_up(past, 3, ago=95)
    give_up(past, 2, ago=85)
    assert await forget_letters(past) == {"ep": 3}
    assert past.ask("SELECT count(*) FROM webhook_dead_letters") == [(2,)]
    ((who, before),) = past.told("webhooks.forget")
    assert who == f"database role {WEBHOOKS}"
    assert isinstance(before, dict) and before["letters"] == 3
    assert await forget_letters(past) == {}
    assert len(past.told("webhooks.forget")) == 1


async def test_a_clock_a_year_ahead_takes_no_dead_letter(past: Past) -> None:
    past.live(400, 366)
    past.live(0, 0)
    give_up(past, 3, ago=367)  # by the true clock: two days ago
    assert await forget_letters(past) == {}


async def test_of_many_dead_letters_some_leave_in_each_pass(past: Past) -> None:
    past.live(100, 0)
    give_up(past, FORGOTTEN_MAX + 5, ago=95)
    passes = [await forget_letters(past) for _ in range(3)]
    assert passes == [{"ep": FORGOTTEN_MAX}, {"ep": 5}, {}]


async def test_two_workers_that_forget_at_once_tell_of_each_letter_once(past: Past) -> None:
    past.live(100, 0)
    give_up(past, 40, ago=95)
    told: list[int] = []

    def forget() -> None:
        told.extend(asyncio.run(forget_letters(past)).values())

    threads = [threading.Thread(target=forget) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)
    assert sum(told) == 40


async def test_a_version_leaves_after_its_item_and_no_other(past: Past) -> None:
    past.live(200, 0)
    past.ask(
        "INSERT INTO webhook_versions (subject, version, looked_at) VALUES "
        "('ulm/milk', 7, now() - interval '100 days'), "
        "('ulm/gone', 8, now() - interval '100 days'), ('ulm/new', 9, now())"
    )
    past.ask(
        "INSERT INTO stock_levels (location_id, sku, on_hand, in_carts, available, version, as_of) "
        "VALUES ('ulm', 'milk', 1, 0, 1, 1, now())"
    )
    await forget_letters(past)
    found = past.ask("SELECT subject, looked_at > now() - interval '1 hour' FROM webhook_versions")
    assert sorted(found) == [("ulm/milk", True), ("ulm/new", True)]


async def test_a_version_stays_while_a_clock_is_a_year_ahead(past: Past) -> None:
    past.live(400, 366)
    past.live(0, 0)
    past.ask(
        "INSERT INTO webhook_versions (subject, version, looked_at) "
        "VALUES ('ulm/gone', 8, now() - interval '367 days')"
    )
    await forget_letters(past)
    assert past.ask("SELECT count(*) FROM webhook_versions") == [(1,)]


async def test_deliveries_of_last_week_leave_some_at_a_time(past: Past) -> None:
    give_up(past, 0, ago=0)
    past.ask(
        "INSERT INTO webhook_deliveries (endpoint_id, message_id, subject, body, delivered_at) "
        "SELECT 'ep', n::text, 'a/b', '{}', now() - interval '8 days' "
        "FROM generate_series(1, %s) AS n",
        FORGOTTEN_MAX + 5,
    )
    left: list[tuple[object, ...]] = []
    for _ in range(2):
        await forget_letters(past)
        left += past.ask("SELECT count(*) FROM webhook_deliveries")
    assert left == [(5,), (0,)]
