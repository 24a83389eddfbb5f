"""What the tables of devices refuse to all who write them: nothing goes back or is forgotten."""

from collections.abc import Generator
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors


@pytest.fixture
def rows(postgres: str) -> Generator[psycopg.Connection]:
    """One till that has come in, in a transaction that is rolled back."""
    with psycopg.connect(postgres) as conn:
        conn.execute("INSERT INTO device_lists VALUES ('L', 5)")
        conn.execute("INSERT INTO devices VALUES ('L', '1', 'active', 3, 4, 5, now())")
        conn.execute(
            "INSERT INTO device_certificates (certificate_sha256, location_id, till_id, epoch,"
            " key_sha256, serial, certificate, not_after, issued_at)"
            " VALUES (sha256('c'), 'L', '1', 3, sha256('k'), 1, 'PEM', now(), now())"
        )
        conn.execute(
            "INSERT INTO device_vouchers (token_sha256, location_id, till_id, epoch, made_at,"
            " expires_at, spent_for) VALUES"
            " (sha256('t'), 'L', '1', 3, now(), now(), sha256('c')),"
            " (sha256('v'), 'L', '1', 4, now(), now(), NULL)"
        )
        conn.execute(
            "INSERT INTO device_alarms (location_id, till_id, kind, key_sha256, raised_at)"
            " VALUES ('L', '1', 'token_used_twice', sha256('k'), now())"
        )
        yield conn
        conn.rollback()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE devices SET epoch = 2, list_number = 6 WHERE location_id = 'L'",
        "UPDATE devices SET highest_epoch = 3, list_number = 6 WHERE location_id = 'L'",
        "UPDATE devices SET status = 'revoked' WHERE location_id = 'L'",
        "UPDATE devices SET till_id = '2', list_number = 6 WHERE location_id = 'L'",
        "UPDATE device_lists SET number = 5 WHERE location_id = 'L'",
        "UPDATE device_lists SET location_id = 'M', number = 6 WHERE location_id = 'L'",
        "UPDATE device_certificates SET epoch = 4 WHERE location_id = 'L'",
        "UPDATE device_certificates SET certificate = 'another' WHERE location_id = 'L'",
        "UPDATE device_vouchers SET spent_for = NULL WHERE epoch = 3 AND location_id = 'L'",
        "UPDATE device_vouchers SET expires_at = 'infinity' WHERE location_id = 'L'",
        "DELETE FROM device_certificates",
        "DELETE FROM device_vouchers",
        "DELETE FROM device_alarms",
        "DELETE FROM device_lists",
        "TRUNCATE devices CASCADE",
    ],
)
def test_nothing_goes_back_and_nothing_is_forgotten(
    rows: psycopg.Connection, statement: LiteralString
) -> None:
    with pytest.raises(errors.RestrictViolation):
        rows.execute(statement)


def test_what_was_revoked_or_cancelled_stays_so(rows: psycopg.Connection) -> None:
    rows.execute("UPDATE device_certificates SET revoked_at = now() WHERE location_id = 'L'")
    rows.execute(
        "UPDATE device_vouchers SET cancelled_at = now() WHERE epoch = 4 AND location_id = 'L'"
    )
    for back in (
        "UPDATE device_certificates SET revoked_at = NULL WHERE location_id = 'L'",
        "UPDATE device_vouchers SET cancelled_at = NULL WHERE epoch = 4 AND location_id = 'L'",
    ):
        with pytest.raises(errors.RestrictViolation), rows.transaction():
            rows.execute(back)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "<b>", "x" * 65])
def test_a_name_that_no_certificate_could_carry_is_refused(
    rows: psycopg.Connection, name: str
) -> None:
    with pytest.raises(errors.CheckViolation):
        rows.execute(
            "INSERT INTO devices (location_id, till_id, highest_epoch, list_number)"
            " VALUES ('L', %s, 1, 6)",
            [name],
        )


def test_an_epoch_has_one_voucher(rows: psycopg.Connection) -> None:
    with pytest.raises(errors.UniqueViolation):
        rows.execute(
            "INSERT INTO device_vouchers (token_sha256, location_id, till_id, epoch, made_at,"
            " expires_at) VALUES (sha256('u'), 'L', '1', 4, now(), now())"
        )
