"""Every alert rule is made to fire by a real fault, and rests after what its runbook entry says.

On the whole stack, with the rules as they are but for a faster clock (`prometheus.hastened`).
Faults that do not disturb each other come together.
"""

from __future__ import annotations

import json
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from clients.kafka import KafkaAccess
from dashboards.grafana.document import expressions
from local.home import StackHome
from operations.applications import BESIDE
from operations.kafka.reader import TopicReader
from tests.acceptance.desk import faults_of_data as data
from tests.acceptance.desk import faults_of_feeds as feeds
from tests.acceptance.desk import faults_of_gateways as gateways
from tests.acceptance.desk import faults_of_goods as goods
from tests.acceptance.desk import faults_of_people as people
from tests.acceptance.desk import faults_of_registration as registrations
from tests.acceptance.desk import faults_of_selling as selling
from tests.acceptance.desk import faults_of_services as services
from tests.acceptance.desk import faults_of_stores as stores
from tests.acceptance.desk import faults_of_tills as tills
from tests.acceptance.desk.faults_of_webhooks import out_of_order, told
from tests.acceptance.desk.operators import Desk, pulse, suffer
from tests.acceptance.desk.prometheus import (
    PATIENCE_SECONDS,
    RULES,
    hastened,
    secured,
    watching,
)
from tests.acceptance.stacks import Stack
from tests.acceptance.store_side import Seller, StoreSide, books
from tests.told_metrics import read_metrics
from topics.partitioning import partition_of
from topics.topic_spec import PARTITIONS_DEFAULT

pytestmark = pytest.mark.timeout(900)
"""Each of these tests waits for a dozen things, one of which may take `PATIENCE_SECONDS`."""

FIRED: set[str] = set()
"""What the tests of this module have seen firing and resting."""

IN_THE_STORE, FOR_STORES = ("mirrors", "replication"), ("admission", "feeds")
"""Processes of a store with a stack of its own, and of the centre that serves such stores."""

SHOPS = ("pulse", "malformed", "ahead", "silent", "half", "gap", "forked", "held", "late")


@pytest.fixture(scope="module")
def desk(stack: Stack, side: StoreSide, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """At the stack, by a Prometheus that watches the store of another one as well."""
    addresses = stack.status()
    folder = tmp_path_factory.mktemp("desk") / "prometheus"
    jobs = _jobs(addresses) | _jobs_around(side)
    centre = side.stack.home
    there = StackHome(centre).store(side.location_id)
    elsewhere = {f"tillstream-{each}": there.folder for each in IN_THE_STORE}
    elsewhere |= {f"tillstream-{each}": centre for each in FOR_STORES}
    with watching(jobs, _rules(stack), folder, stack.home, elsewhere) as prometheus:
        yield Desk(stack, prometheus, addresses)


@pytest.fixture(scope="module")
def store_desk(
    desk: Desk, side: StoreSide, tmp_path_factory: pytest.TempPathFactory
) -> stores.StoreDesk:
    """At the centre of that store."""
    for each in books(side):
        each.know()
    seller = Seller(side.till(tmp_path_factory.mktemp("store-desk") / "till"))
    there = Desk(side.stack, desk.prometheus, side.stack.status())
    return stores.StoreDesk(there, side, seller)


def _rules(stack: Stack) -> str:
    usage = shutil.disk_usage(stack.home)
    nearly = (usage.free - services.ballast_bytes(stack.home) / 2) / usage.total
    return hastened(
        RULES.read_text(),
        {
            # No test may fill somebody's disk: full is here just below what is free now.
            "tillstream_disk_size_bytes < 0.1": f"tillstream_disk_size_bytes < {nearly}",
            # A board takes seconds to start, and more where all starts at once: three have to lie
            # within it.
            "timestamp_seconds[15m]": "timestamp_seconds[60s]",
            # A gigabyte of events is full; here it is the first one.
            "gateway_spool_size_bytes) > 0.7": "gateway_spool_size_bytes) > 0",
            "tillstream_gateway_catalog_current_timestamp_seconds > 0)) > 1800": (
                "tillstream_gateway_catalog_current_timestamp_seconds > 0)) > 20"
            ),
            "(tillstream_mirror_oldest_seconds) > 60": "(tillstream_mirror_oldest_seconds) > 4",
            # Whoever looks after mirrors starts one again twice a minute at the most.
            "(increase(tillstream_mirror_restarts_total[30m])) > 3": (
                "(increase(tillstream_mirror_restarts_total[30m])) > 0"
            ),
            "(tillstream_admission_lag_records) > 5000": "(tillstream_admission_lag_records) > 500",
            "(tillstream_feed_behind_seconds) > 3600": "(tillstream_feed_behind_seconds) > 5",
        },
    )


def _jobs(addresses: dict[str, Any]) -> dict[str, list[str]]:
    *workers, sink, webhooks, registration, board, gateway, store_api, till = (
        urlsplit(each).netloc for each in addresses["metrics"]
    )
    return {
        "tillstream-worker": workers,
        "tillstream-sink": [sink],
        "tillstream-webhooks": [webhooks],
        "tillstream-registration": [registration],
        "tillstream-board": [board],
        "tillstream-store-api": [store_api],
        "tillstream-gateway": [gateway],
        "tillstream-proxy": [],
        "tillstream-till": [secured(till)],
    }


def _jobs_around(side: StoreSide) -> dict[str, list[str]]:
    """Of the store, and of who admits what it sends."""
    centre, there = side.stack.home, StackHome(side.stack.home).store(side.location_id).folder
    own, theirs = side.told["metrics"], side.stack.status()["metrics"]
    return {
        **{f"tillstream-{each}": [_told_by(each, own, there)] for each in IN_THE_STORE},
        **{f"tillstream-{each}": [_told_by(each, theirs, centre)] for each in FOR_STORES},
    }


def _told_by(process: str, metrics: list[str], home: Path) -> str:
    """Where a process tells its metrics, host:port, by what it says of itself."""
    says = f'process="{process}"'
    return next(urlsplit(url).netloc for url in metrics if says in read_metrics(home, url))


@pytest.fixture(scope="module")
def shops(desk: Desk) -> dict[str, str]:
    """Shops that the workers know, by what will happen to them."""
    ids = {kind: f"{kind}-{uuid.uuid4().hex[:6]}" for kind in SHOPS}
    asides = (f"aside-{uuid.uuid4().hex[:6]}" for _ in count())
    ids["aside"] = next(name for name in asides if _apart(ids, name))
    ids["store"] = desk.store  # whose till says that it is there, every minute
    for shop in ids.values():
        desk.open_shop(shop)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not set(ids.values()) <= _published(desk.kafka):
        assert time.monotonic() < deadline, "the shops did not come through Debezium"
    return ids


def _apart(ids: dict[str, str], name: str) -> bool:
    """Whether a shop of that name goes on while the partition of the pulse stands still."""
    first, other = (partition_of(each, PARTITIONS_DEFAULT) for each in (ids["pulse"], name))
    return first != other


def _published(kafka: KafkaAccess) -> set[str]:
    with TopicReader(kafka, ["cdc.locations"]) as messages:
        return {message.key.decode() for message in messages}


def test_what_goes_wrong_around_working_workers(
    desk: Desk, shops: dict[str, str], tmp_path: Path
) -> None:
    """Tills and stores, devices, webhooks, further boards, and the connector."""
    FIRED.update(
        suffer(
            desk,
            services.other_version(desk, tmp_path / "other"),
            services.crashes(desk),
            services.full_disk(desk),
            services.stopped_connector(desk),
            data.malformed(desk, shops["malformed"]),
            data.unknown(desk, f"unknown-{uuid.uuid4().hex[:6]}"),
            data.clock_ahead(desk, shops["ahead"]),
            data.silent(desk, shops["silent"]),
            data.one_silent(desk, shops["half"]),
            data.gap(desk, shops["gap"]),
            data.forked(desk, shops["forked"]),
            data.malformed_record(desk, shops["forked"]),
            data.returned_twice(desk, shops["forked"], shops["malformed"]),
            tills.cut_off(desk, tmp_path / "cut-off"),
            tills.old_certificate(desk, tmp_path / "dark"),
            registrations.stolen(desk),
            out_of_order(desk, shops["pulse"]),
            selling.refused(desk, tmp_path / "refused"),
        )
    )


def test_what_goes_wrong_around_a_stores_gateway(
    desk: Desk, shops: dict[str, str], tmp_path: Path
) -> None:
    """Not while the connector stands still: it is by that that a store hears what it sells, and
    the ledger what was sent."""
    FIRED.update(
        suffer(
            desk,
            goods.lost_on_the_way(desk, shops["gap"]),
            goods.counted_by_nobody(desk, shops["gap"]),
            gateways.nothing_to_sell(desk),
            gateways.forged(desk, tmp_path / "forged"),
            gateways.sold_twice(desk, tmp_path / "twice"),
            gateways.false_word(desk),
            gateways.wrong_table(desk),
            gateways.wrongly_decided(desk, tmp_path / "decided"),
        )
    )


def test_what_makes_figures_late(desk: Desk, shops: dict[str, str]) -> None:
    services.viewer(desk.board)
    began = time.monotonic()
    database = services.closed_database(desk)
    late = [*next(database), ("SinkFallsBehind", {})]
    try:
        FIRED.update(suffer(desk, services.held_up(desk, shops["held"])))
        for name, labels in late:
            desk.prometheus.fires(name, began, **labels)
    finally:
        next(database, None)
    for name, labels in late:
        desk.prometheus.rests(name, **labels)
    FIRED.update(name for name, _ in late)
    FIRED.update(suffer(desk, data.late_line(desk, shops["late"])))


def test_who_hangs_or_takes_what_is_not_theirs(
    desk: Desk, shops: dict[str, str], tmp_path: Path
) -> None:
    down = {"job": "tillstream-board"}
    # A sink is held up by a lock only if there is something to write: not all that sell may stop.
    with pulse(desk, shops["pulse"]), pulse(desk, shops["aside"]):
        FIRED.update(
            suffer(
                desk,
                services.locked(desk),
                services.throttled(desk, shops["pulse"]),
                services.hanging(desk, "connect", "ConnectIsAway"),
                services.hanging(desk, "board", "ProcessIsDown", **down),
                services.hanging(desk, "store-api", "StoreApiIsAway"),
                *(
                    services.hanging(desk, role, "ApplicationIsNotRun", application=role)
                    for role in BESIDE
                ),
            )
        )
        FIRED.update(suffer(desk, services.stranger(desk)))
    till = gateways.till_of(desk, tmp_path / "spooled")
    FIRED.update(suffer(desk, gateways.no_registration(desk)))
    FIRED.update(suffer(desk, gateways.kafka_away(desk, till)))


def test_what_goes_wrong_around_a_store_with_a_stack_of_its_own(
    store_desk: stores.StoreDesk,
) -> None:
    """One after the other where they use the same mirror."""
    desk, at = store_desk.desk, store_desk
    hanging = stores.hanging(at, "connect", "StoreConnectIsAway")
    for together in (
        (
            stores.foreign(at),
            stores.changed_by_hand(at),
            feeds.no_row(at),
            feeds.no_lists(at),
            feeds.false_head(at),
        ),
        (stores.purged(at), stores.not_admitted(at), feeds.another_feed(at)),
        (stores.of_another_time(at), stores.flooded(at), feeds.told_nothing(at)),
        (stores.revoked(at), feeds.spoilt(at)),
        (feeds.behind(at), hanging),
        (stores.hanging(at, "kafka", "StoreKafkaIsAway", "ReplicationFallsBehind"),),
    ):
        FIRED.update(suffer(desk, *together))


def test_somebody_who_guesses_passwords(desk: Desk) -> None:
    """Not among many other faults: who guesses must be quick."""
    FIRED.update(suffer(desk, people.guessed(desk)))


def test_every_panel_of_grafana_can_be_drawn(
    desk: Desk, shops: dict[str, str], store_desk: stores.StoreDesk, tmp_path: Path
) -> None:
    registrations.enrolled(desk)
    with (
        stores.busy(store_desk),
        pulse(desk, shops["pulse"]),
        told(desk),
        tills.busy(desk, tmp_path / "busy"),
        selling.busy(desk, tmp_path / "selling"),
        gateways.insisting(desk, tmp_path / "insisting"),
    ):
        for asker, expression in expressions():
            desk.prometheus.until(
                lambda asked=expression: _drawn(desk, asked), f"{asker} is empty: {expression}"
            )


def _drawn(desk: Desk, expression: str) -> bool:
    """Whether Prometheus takes it and, where it does not ask for what is wrong, has an answer."""
    asked = expression.replace("$__rate_interval", "15s").replace("$location", ".*")
    of_faults = ("ALERTS", "dead_letters", "malformed", "taken_back", "unkept")
    may_be_empty = asked.endswith("> 0") or any(fault in asked for fault in of_faults)
    return bool(desk.prometheus.query(asked)) or may_be_empty


def test_that_was_every_alert_there_is(desk: Desk) -> None:
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text()))
    assert alerts <= FIRED, f"no test makes {sorted(alerts - FIRED)} fire"


def test_the_stack_is_well_again(desk: Desk) -> None:
    for alert in ("ProcessIsDown", "PartitionsAreUnheld", "ConnectorIsDown", "SlotIsUnread"):
        desk.prometheus.rests(alert)
    told = desk.stack.python("tillstream", "doctor", "--only-bad", "--json").stdout
    wrong = {each["check"]: each["finding"] for each in json.loads(told)}
    wrong.pop("dead letters", None)  # what can never be applied may stay
    assert not wrong, wrong
