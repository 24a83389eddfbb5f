"""A stranger on the stack's machine reaches nothing and reads nothing."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from typing import Any
from urllib.parse import urlsplit

import pytest
from kafka import KafkaProducer

from tests.acceptance.links.doors import Door, doors
from tests.acceptance.links.knocking import nameless_answers, plain_answers
from tests.acceptance.links.wire import tapped
from tests.acceptance.stacks import Stack
from tests.integration.sink_world import Till, line

SELLING_SECONDS = 10.0
"""Of a minute's selling, which says the same of each second."""

PUBLIC_PROCESSES = ("registration",)
"""Who enrols has no certificate yet: it answers anybody over TLS, and asks for a token then."""


@pytest.fixture(scope="module")
def told(stack: Stack) -> dict[str, Any]:
    return stack.status()


@pytest.fixture(scope="module")
def found(told: dict[str, Any]) -> list[Door]:
    return doors(told["processes"])


@pytest.fixture(scope="module")
def pages(told: dict[str, Any]) -> set[int]:
    """The ports of pages for people on this machine."""
    tills = [till["page"] for store in told["stores"] for till in store["tills"]]
    ports = [urlsplit(page).port for page in (told["dashboard"], *tills)]
    assert len(ports) >= 2, "the stack has a board and a till with a page"
    return {port for port in ports if port is not None}


def test_nobody_listens_but_on_the_loopback(found: list[Door]) -> None:
    assert len(found) >= 5, f"the scan found {len(found)} ports only"
    assert [str(door) for door in found if not door.host.startswith("127.")] == []


def test_no_port_answers_in_cleartext(pages: set[int], found: list[Door]) -> None:
    public = {str(door) for door in found if door.port in pages}
    heard = plain_answers(found)
    assert public and public <= heard.keys(), "what everybody may read was not heard"
    assert {door: heard[door] for door in heard.keys() - public} == {}


def test_no_port_answers_somebody_without_a_certificate(pages: set[int], found: list[Door]) -> None:
    closed = [
        door for door in found if door.port not in pages and door.process not in PUBLIC_PROCESSES
    ]
    assert nameless_answers(closed) == {}


def test_what_is_sold_can_be_read_on_no_wire(told: dict[str, Any], pages: set[int]) -> None:
    shop, sku = f"secret-shop-{uuid.uuid4().hex[:8]}", f"secret-sku-{uuid.uuid4().hex[:8]}"
    with tapped(shop, sku) as tap:
        _sell(told, shop, sku)
        control = _said_in_clear(sku)
    heard = {port for ports in tap.seen for port in ports}
    assert control in heard, f"the tap is deaf: of {tap.packets} packets it missed its own marker"
    known = pages | {control}
    assert [ports for ports in tap.seen if not known & set(ports)] == []


def _said_in_clear(text: str) -> int:
    """Say what a tap must hear, for otherwise it proves nothing; the port over which."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        hearing = threading.Thread(target=lambda: server.accept()[0].recv(1024))
        hearing.start()
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(text.encode())
        hearing.join()
    return port


def _sell(told: dict[str, Any], shop: str, sku: str) -> None:
    """As a till's maker would, with what `local status` names."""
    till, client = Till(shop, "till-1"), told.get("kafka_client", {})
    producer: Any = KafkaProducer(bootstrap_servers=told["kafka"], **client)
    ends = time.monotonic() + SELLING_SECONDS
    while time.monotonic() < ends:
        topic, key, value, _ = till.sale(line(1, sku, 2))
        producer.send(topic, value, key.encode())
        producer.flush()
        time.sleep(0.1)
    producer.close()
