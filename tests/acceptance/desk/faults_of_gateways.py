"""A store's gateway: what devices forge, what somebody writes to it, and what it cannot reach."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from psycopg.types.json import Jsonb

from tests.acceptance.desk.operators import Desk, Fault, beating
from tests.acceptance.desk.prometheus import PATIENCE_SECONDS
from tests.acceptance.outside_till import OutsideTill

UNLIST_ALL = """
WITH gone AS (DELETE FROM assortment WHERE location_id = %s RETURNING *)
SELECT jsonb_agg(to_jsonb(gone)) FROM gone
"""
LIST_AGAIN = "INSERT INTO assortment SELECT * FROM jsonb_populate_recordset(NULL::assortment, %s)"
"""What the store sold before: other tests go on to sell it."""


def till_of(desk: Desk, folder: Path) -> OutsideTill:
    """A till of the stack's store that has enrolled."""
    folder.mkdir(parents=True)
    name = f"desk-{uuid.uuid4().hex[:6]}"
    voucher = json.loads(desk.run("devices", "add", desk.store, name, "--json"))
    till = OutsideTill(voucher, desk.authorities, folder)
    assert till.enrol().status == 200
    return till


def forged(desk: Desk, folder: Path) -> Fault:
    """A till whose head nobody vouches for, and another device that uses its numbers."""
    till = till_of(desk, folder)
    before = till.last
    sale = till.batch(till.written(till.sale("whole-milk-1l", 5)))
    other = till.batch(till.written({"type": "till_heartbeat"}))
    told = till.send(sale | {"signature": other["signature"]}).told
    assert told["accepted_to"] == 1, told
    till.last, till.sequence = before, 0
    again = till.send(till.batch(till.written({"type": "till_heartbeat"}))).told
    assert again["forks"] == [1], again
    yield [("GatewayDoubtsHeads", {}), ("GatewaySeesForks", {}), ("HeadsAreDoubted", {})]


def sold_twice(desk: Desk, folder: Path) -> Fault:
    """A cart that waits goes on at another till, and at its own, which could not ask."""
    here, there = till_of(desk, folder / "here"), till_of(desk, folder / "there")
    cart: dict[str, Any] = {"cart_id": str(uuid.uuid4())}
    lines = here.sale("whole-milk-1l", 5)["lines"]
    resumed = cart | {"type": "cart_resumed", "from_till_id": here.voucher["till_id"]}
    said = (
        (here, cart | {"type": "cart_suspended", "lines": lines}),
        (there, resumed | {"lines": lines}),
        (here, resumed | {"lines": lines}),
    )
    for till, event in said:
        told = till.send(till.batch(till.written(event))).told
        assert told["quarantined"] == [], told
    yield [("CartsWentOnTwice", {})]


def false_word(desk: Desk) -> Fault:
    """Somebody writes where the centre tells a store what it has."""
    key = f"{desk.store}/nobody"
    desk.intrude("till.status", key, b'{"till_id": 7}')
    yield [("GatewayRefusesNews", {})]
    desk.intrude("till.status", key, None)


def nothing_to_sell(desk: Desk) -> Fault:
    """All that a store sells is gone at once, as after a table that was emptied by mistake."""
    sku = f"desk-{uuid.uuid4().hex[:6]}"
    desk.sql(
        "INSERT INTO products (sku, name, category, unit, price_minor, currency, tax_basis_points)"
        " VALUES (%s, 'Tea', 'drinks', 'each', 199, 'EUR', 700)",
        sku,
    )
    listed = "INSERT INTO assortment (location_id, sku) VALUES (%s, %s)"
    desk.sql(listed, desk.store, sku)
    desk.prometheus.until(lambda: _is_sold(desk, sku), "the store does not sell it")
    # A minute without a change is long here: it would fire by itself, and must rest first.
    desk.prometheus.rests("GatewayCatalogIsOld")
    (gone,) = desk.by_mistake(UNLIST_ALL, desk.store)
    desk.prometheus.fires("GatewayCatalogIsOld", time.monotonic())
    yield [("GatewayKeepsCatalogBack", {}), ("GatewayCatalogIsOld", {})]
    desk.sql(LIST_AGAIN, Jsonb(gone[0]))


def wrongly_decided(desk: Desk, folder: Path) -> Fault:
    """A till says that it decided by a table which nobody has published."""
    till = till_of(desk, folder)
    sale = till.sale("whole-milk-1l", 5) | {"rules": {"tables": {"nobodys": 1}}}
    till.send(till.batch(till.written(sale)))
    yield [("SalesDiffer", {})]


def wrong_table(desk: Desk) -> Fault:
    """A merchandiser publishes a table that leaves most carts out, and mends it by another."""
    name = f"desk-{uuid.uuid4().hex[:6]}"
    columns = '[{"name": "subtotal_minor", "part": "when", "type": "integer"}]'
    row = "INSERT INTO rule_tables (table_name, version, columns, rows) VALUES (%s, %s, %s, %s)"
    desk.sql(row, name, 1, columns, '[{"row": "off5", "cells": [">= 5000"]}]')
    yield [("RuleTableRefused", {})]
    desk.sql(row, name, 2, columns, "[]")


def _is_sold(desk: Desk, sku: str) -> bool:
    """Whether the store's own till has been told of the product."""
    (door,) = (desk.stack.home / "counters").glob("*/till/till.sock")
    command = ["curl", "--silent", "--fail", "--unix-socket", str(door)]
    asked = subprocess.run([*command, f"http://till/till/v1/products/{sku}"], capture_output=True)
    return asked.returncode == 0


def no_registration(desk: Desk) -> Fault:
    """It dies while a till knocks, and is there again and answers nobody."""
    with beating(lambda: _knock(desk.relay)):
        died = desk.kill("registration")
        pid = desk.pid("registration", after=died)
    os.kill(pid, signal.SIGSTOP)
    yield [("TillsCannotEnrol", {}), ("GatewayHearsNothing", {})]
    os.kill(pid, signal.SIGKILL)
    desk.pid("registration", after=pid)


def _knock(relay: str) -> None:
    """Come in and say nothing: who is not passed on is turned away."""
    place = urlsplit(relay)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE_SECONDS) as knock:
        knock.settimeout(0.2)
        with suppress(OSError):
            knock.recv(1)


def kafka_away(desk: Desk, till: OutsideTill) -> Fault:
    """A broker that is there and does not answer, while a till sells."""
    pid = desk.suspend("kafka")
    told = till.send(till.batch(till.written(till.sale("whole-milk-1l", 7)))).told
    assert told["durable"] == "spool", told
    yield [("KafkaIsAway", {}), ("GatewayKeepsEventsBack", {}), ("GatewaySpoolIsFilling", {})]
    os.kill(pid, signal.SIGKILL)
    desk.pid("kafka", after=pid)


@contextmanager
def insisting(desk: Desk, folder: Path) -> Iterator[None]:
    """A till sends all the time what is behind a gap, and is refused."""
    till = till_of(desk, folder)
    assert till.send(till.batch(till.written({"type": "till_heartbeat"}))).status == HTTPStatus.OK
    till.written({"type": "till_heartbeat"})  # which it never sends
    behind = till.batch(till.written({"type": "till_heartbeat"}))
    assert till.send(behind).status == HTTPStatus.CONFLICT
    with beating(lambda: till.send(behind)):
        yield
