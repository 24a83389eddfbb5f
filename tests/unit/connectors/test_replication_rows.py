"""What of a feed goes into which table, to the store's workers and to the centre."""

from datetime import UTC, datetime

import orjson
import pytest

from connectors.postgres.replication.kinds import TABLES, as_columns, key_values
from connectors.postgres.replication.onward import Marked, message_of
from connectors.postgres.replication.reporting import status_of
from connectors.postgres.replication.session import ReplicationProgress
from connectors.postgres.replication.store import Aside
from topics.down import ID_COLUMNS, FeedKey
from topics.replica import ReplicaStanding
from topics.wire import decode_policy

SHOP = "shop-1"


def test_each_kind_with_a_table_is_known_there_by_its_id_in_the_feed() -> None:
    for kind, table in TABLES.items():
        row_id = "/".join(["3" if each == "version" else "x" for each in ID_COLUMNS[kind]])
        found = key_values(SHOP, table, row_id)
        assert found.keys() >= set(ID_COLUMNS[kind]), kind
    assert key_values(SHOP, TABLES["assortment"], "tea") == {"location_id": SHOP, "sku": "tea"}
    table = TABLES["rule_table"]
    assert key_values(SHOP, table, "discounts/3") == {"table_name": "discounts", "version": "3"}
    with pytest.raises(ValueError, match="no id of a row"):
        key_values(SHOP, table, "discounts")


def test_texts_that_hold_json_become_json_and_fields_without_a_column_stay_out() -> None:
    types = {"employee_id": "text", "limits": "jsonb", "role": "text"}
    row = {"employee_id": "e-1", "limits": '{"refund_minor": 5}', "role": "[1]", "tier": "gold"}
    found = as_columns(SHOP, FeedKey("employee", "e-1"), row, types)
    assert found == {"employee_id": "e-1", "limits": {"refund_minor": 5}, "role": "[1]"}


def test_a_row_under_anothers_key_goes_nowhere() -> None:
    types = {"location_id": "text", "sku": "text"}
    with pytest.raises(ValueError, match="under assortment/tea"):
        as_columns(SHOP, FeedKey("assortment", "tea"), {"location_id": "x", "sku": "tea"}, types)
    with pytest.raises(ValueError, match="under product/tea"):
        as_columns(SHOP, FeedKey("product", "tea"), {"sku": "cup"}, types)


def test_a_policy_that_went_is_told_as_one_that_a_worker_can_read() -> None:
    told = message_of(SHOP, Marked("assortment", "tea", 7, None))
    assert (told.topic, told.key) == ("cdc.assortment", SHOP)
    policy = decode_policy.decode(told.value or b"")
    assert (policy.location_id, policy.sku, policy.deleted) == (SHOP, "tea", "true")
    assert message_of(SHOP, Marked("product", "tea", 7, None)) == ("cdc.products", "tea", None)
    body = orjson.dumps({"sku": "tea"}).decode()
    assert message_of(SHOP, Marked("product", "tea", 7, body)).value == body.encode()


def test_a_store_says_nothing_of_itself_before_it_has_looked() -> None:
    now, progress = datetime(2026, 11, 30, tzinfo=UTC), ReplicationProgress()
    assert status_of(SHOP, progress, now) is None
    progress.standing = ReplicaStanding(9, applied_version=7, feed="f", is_whole=True)
    progress.aside = Aside(2, 3)
    status = status_of(SHOP, progress, now)
    assert status and (status.applied_version, status.is_whole, status.set_aside) == (7, True, 5)
