"""What people decided about an alert stays with it through a rebuild, on a real PostgreSQL."""

from collections.abc import Generator
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import errors

GENERATION = 2**44

WRITE: LiteralString = """
    INSERT INTO restock_alerts (location_id, sku, state, reason, on_hand, reorder_point,
        suggested_quantity, raised_at, cleared_at, version)
    VALUES ('L', 's', %s, 'out_of_stock', 0, 5, 10, %s, NULL, %s)
    ON CONFLICT (location_id, sku) DO UPDATE
    SET (state, raised_at, version) = ROW (excluded.state, excluded.raised_at, excluded.version)
    WHERE restock_alerts.version < excluded.version
"""
HANDLED = """
    SELECT to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), version
    FROM alert_handling WHERE location_id = 'L' ORDER BY 1
"""
PROPOSED = """
    SELECT proposal_id, to_char(raised_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), version
    FROM restock_proposals WHERE location_id = 'L' ORDER BY 1
"""
BEFORE, OLD, NEW, LATER = (f"2026-11-{day}T08:00:00Z" for day in ("01", "20", "19", "28"))
DECIDED = "2026-11-21T12:00:00Z"


@pytest.fixture
def rows(postgres: str) -> Generator[psycopg.Connection]:
    """A connection whose changes are rolled back, so that tests do not meet."""
    with psycopg.connect(postgres) as conn:
        yield conn
        conn.rollback()


def write(conn: psycopg.Connection, state: str, raised_at: str, version: int) -> None:
    """Write an alert as the sink does."""
    conn.execute(WRITE, (state, raised_at, version))


def decide(conn: psycopg.Connection, raised_at: str) -> None:
    """Acknowledge an alert, and propose two things of which one is accepted."""
    conn.execute(
        "INSERT INTO alert_handling (location_id, sku, raised_at, acknowledged_by, acknowledged_at,"
        " changed_by, changed_at) VALUES ('L', 's', %s, 'ann', %s, 'ann', %s)",
        (raised_at, DECIDED, DECIDED),
    )
    for proposal in ("accepted", "open"):
        conn.execute(
            "INSERT INTO restock_proposals (proposal_id, kind, location_id, sku, raised_at,"
            " quantity, reason, proposed_by) VALUES (%s, 'order', 'L', 's', %s, 9, 'low', 'ann')",
            (proposal, raised_at),
        )
        if proposal == "accepted":
            conn.execute(
                "UPDATE restock_proposals SET state = 'accepted', decided_by = 'bob',"
                " decided_at = now(), version = 2 WHERE proposal_id = 'accepted'"
            )


def found(conn: psycopg.Connection) -> tuple[list[Any], list[Any]]:
    """Raisings that are handled, with the version; proposals with their raising and version."""
    handled = conn.execute(HANDLED).fetchall()
    proposed = conn.execute(PROPOSED).fetchall()
    return handled, proposed


def test_decisions_move_to_the_raising_of_a_rebuilt_alert(rows: psycopg.Connection) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    write(rows, "raised", NEW, GENERATION + 7)
    assert found(rows) == ([(NEW, 2)], [("accepted", NEW, 3), ("open", NEW, 2)])
    kept = rows.execute("SELECT acknowledged_by FROM alert_handling WHERE location_id = 'L'")
    assert kept.fetchone() == ("ann",)


def test_they_go_along_while_the_rebuild_tells_the_history_once_more(
    rows: psycopg.Connection,
) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    history = [("cleared", BEFORE), ("raised", "2026-11-05T08:00:00Z"), ("cleared", BEFORE)]
    for number, (state, raised_at) in enumerate([*history, ("raised", NEW)]):
        write(rows, state, raised_at, GENERATION + number)
    assert [at for at, _ in found(rows)[0]] == [NEW]


def test_an_alert_that_is_raised_after_the_decision_is_new_to_people(
    rows: psycopg.Connection,
) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    write(rows, "raised", NEW, GENERATION + 7)
    write(rows, "cleared", NEW, GENERATION + 8)
    write(rows, "raised", LATER, GENERATION + 9)
    assert [at for at, _ in found(rows)[0]] == [NEW]
    write(rows, "raised", BEFORE, GENERATION + 10)
    assert [at for at, _ in found(rows)[0]] == [NEW], "it went along with another alert"


def test_within_a_generation_nothing_moves(rows: psycopg.Connection) -> None:
    for base in (0, GENERATION):
        write(rows, "raised", OLD, base + 7)
        if not base:
            decide(rows, OLD)
        write(rows, "cleared", OLD, base + 8)
        write(rows, "raised", NEW, base + 9)
    assert [at for at, _ in found(rows)[0]] == [OLD]


def test_a_second_rebuild_takes_them_along_again(rows: psycopg.Connection) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    write(rows, "raised", NEW, GENERATION + 7)
    write(rows, "raised", OLD, 2 * GENERATION + 7)
    assert found(rows)[0] == [(OLD, 3)]


def test_where_somebody_acted_on_the_new_raising_that_is_kept_and_the_log_says_so(
    rows: psycopg.Connection,
) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    rows.execute(
        "INSERT INTO alert_handling (location_id, sku, raised_at, owner, changed_by)"
        " VALUES ('L', 's', %s, 'cleo', 'cleo')",
        (NEW,),
    )
    write(rows, "raised", NEW, GENERATION + 7)
    handled, proposed = found(rows)
    assert handled == [(NEW, 1), (OLD, 1)]
    assert [at for _, at, _ in proposed] == [NEW, NEW]
    said = rows.execute(
        "SELECT action FROM audit_log WHERE subject = 'alert_handling/L/s'"
    ).fetchall()
    assert said == [("alert_handling.leave",)]


def test_an_open_proposal_on_either_side_stays_where_it_is(rows: psycopg.Connection) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    rows.execute(
        "INSERT INTO alert_handling (location_id, sku, raised_at, changed_by)"
        " VALUES ('L', 's', %s, 'cleo')",
        (NEW,),
    )
    rows.execute(
        "INSERT INTO restock_proposals (proposal_id, kind, location_id, sku, raised_at, quantity,"
        " reason, proposed_by) VALUES ('other', 'order', 'L', 's', %s, 1, 'low', 'cleo')",
        (NEW,),
    )
    write(rows, "raised", NEW, GENERATION + 7)
    assert {(name, at) for name, at, _ in found(rows)[1]} == {
        ("accepted", NEW),
        ("open", OLD),
        ("other", NEW),
    }


@pytest.mark.parametrize("raised_at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_out_of_this_world_does_not_stop_who_writes_the_alert(
    rows: psycopg.Connection, raised_at: str
) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    write(rows, "raised", raised_at, GENERATION + 7)
    assert [at for at, _ in found(rows)[0]] == [OLD]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alert_handling SET raised_at = '2026-11-22Z', version = version + 1",
        "UPDATE alert_handling SET raised_at = '2026-11-22Z'",
        "UPDATE restock_proposals SET raised_at = '2026-11-22Z' WHERE proposal_id = 'open'",
        "DELETE FROM alert_handling",
    ],
)
def test_nobody_else_moves_what_was_decided(rows: psycopg.Connection, change: str) -> None:
    write(rows, "raised", OLD, 7)
    decide(rows, OLD)
    with pytest.raises((errors.RestrictViolation, errors.ForeignKeyViolation)):
        rows.execute(change.encode())
