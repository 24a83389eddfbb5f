"""Products, locations and assortment kept by people: on a real database, Debezium and Kafka."""

import html
import json
import re
import uuid
from collections.abc import AsyncIterator, Generator, Mapping

import pytest
from aiokafka import AIOKafkaProducer

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.debezium import keeper
from connectors.debezium.definition import ROLE, SourceDatabase
from operations.topic_sync.sync import sync
from tests.boards import open_board
from tests.integration.access_world import Answer, Visitor, add_user, audit, signed_in, visitor
from tests.integration.board_world import (
    PARTITIONS,
    catalogue,
    close_database,
    execute,
    register,
    until,
    watching,
)
from topics.partitioning import partition_of

MILK = {
    "sku": "milk",
    "name": "Whole milk 1 l",
    "category": "dairy",
    "gtin": "4006381333931",
    "unit": "each",
    "currency": "EUR",
    "price_minor": "1.29",
    "tax_basis_points": "7",
}
"""As typed."""

BASE = re.compile(r'name="base" value="([^"]*)"')


@pytest.fixture
async def maria(fresh_postgres: str) -> AsyncIterator[Visitor]:
    """A merchandiser at a board without Kafka."""
    async with signed_in(fresh_postgres, "maria", "merchandiser") as browser:
        yield browser


async def add(browser: Visitor, of: str, /, **typed: str) -> Answer:
    """Create a row by its form."""
    await browser.get(f"/manage/add/{of}")
    return await browser.send(f"/manage/add/{of}", typed)


async def open_row(browser: Visitor, path: str) -> dict[str, str]:
    """Open the page of a row; what its form would send."""
    return {"base": html.unescape(BASE.findall((await browser.get(path)).text)[0])}


async def test_a_product_is_created_changed_and_deleted_and_its_history_says_by_whom(
    maria: Visitor, fresh_postgres: str
) -> None:
    created = await add(maria, "products", **MILK)
    assert (created.status, created.path) == (200, "/manage/products/milk")
    assert "Saved by maria, being published" in created.text
    form = await open_row(maria, "/manage/products/milk")
    changed = await maria.send("/manage/products/milk", {**MILK, **form, "price_minor": "1.39"})
    assert "Price: €1.29 → €1.39" in changed.text
    form = await open_row(maria, "/manage/delete/products/milk")
    gone = await maria.send("/manage/delete/products/milk", form)
    assert (gone.status, "it was deleted" in gone.text) == (200, True)
    assert "Deleted by maria, being published" in gone.text
    log = [entry for entry in audit(fresh_postgres) if entry[2] == "products/milk"]
    assert [entry[:2] for entry in log] == [
        ("maria", "products.create"),
        ("maria", "products.change"),
        ("maria", "products.delete"),
    ]
    assert (log[1][3]["price_minor"], log[1][4]["price_minor"]) == (129, 139)


async def test_a_change_by_another_program_is_in_the_history_too(
    maria: Visitor, fresh_postgres: str
) -> None:
    catalogue(fresh_postgres, "milk", "Milk")
    execute(fresh_postgres, "UPDATE products SET name = 'Whole milk', sku = 'milk-1'")
    page = (await maria.get("/manage/products/milk-1")).text
    assert "by database role" in page
    assert "it was deleted" in (await maria.get("/manage/products/milk")).text


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("sku", "a b", "1 to 64 of"),
        ("sku", "", "this is needed"),
        ("name", "   ", "this is needed"),
        ("name", "x" * 1025, "at most 1024 characters"),
        ("name", "a\x07b", "cannot be printed"),
        ("gtin", "x" * 65, "at most 64 characters"),
        ("unit", "litre", "choose one"),
        ("currency", "XYX", "not a currency"),
        ("price_minor", "1.295", "at most 2 digits behind the point"),
        ("price_minor", "-1", "a number, not negative"),
        ("price_minor", "1e9", "a number, not negative"),
        ("price_minor", "9" * 16, "at most 10000000000.00"),
        ("tax_basis_points", "nineteen", "a number, not negative"),
    ],
)
async def test_what_a_product_cannot_be_is_said_beside_its_field(
    maria: Visitor, field: str, text: str, told: str
) -> None:
    answer = await add(maria, "products", **{**MILK, field: text})
    assert answer.status == 422
    assert told in html.unescape(answer.text)
    assert 'aria-invalid="true"' in answer.text
    assert "There is none yet" in (await maria.get("/manage/products")).text


async def test_a_location_and_its_assortment_are_kept(maria: Visitor, fresh_postgres: str) -> None:
    location = {"location_id": "ulm", "name": "Ulm", "kind": "shop", "time_zone": "Europe/Berlin"}
    policy = {"location_id": "ulm", "sku": "milk", "reorder_point": "5", "order_up_to": "20"}
    wrong = await add(maria, "locations", **{**location, "time_zone": "Europe/Ulm"})
    assert (wrong.status, "not a time zone" in wrong.text) == (422, True)
    assert (await add(maria, "locations", **location)).path == "/manage/locations/ulm"
    wrong = await add(maria, "assortment", **policy, listed="yes")
    assert (wrong.status, "no product has this SKU" in wrong.text) == (422, True)
    await add(maria, "products", **MILK)
    made = await add(maria, "assortment", **policy, listed="yes")
    assert made.path == "/manage/assortment/ulm/milk"
    again = await add(maria, "assortment", **policy)
    assert (again.status, "already" in again.text) == (409, True)
    asked = await maria.get("/manage/delete/locations/ulm")
    assert "1 assortment row names it and will stay" in asked.text
    listed = await maria.get("/manage/assortment?location=ulm&q=whole")
    assert "Whole milk 1 l" in listed.text


async def test_the_later_of_two_editors_is_told_and_nothing_is_overwritten(
    maria: Visitor, fresh_postgres: str
) -> None:
    add_user(fresh_postgres, "paul", "merchandiser")
    await add(maria, "products", **MILK)
    mine = await open_row(maria, "/manage/products/milk")
    async with visitor(maria.address) as paul:
        await paul.sign_in("paul")
        theirs = await open_row(paul, "/manage/products/milk")
        await paul.send(
            "/manage/products/milk", {**MILK, **theirs, "price_minor": "1.49", "category": "milk"}
        )
    typed = {**MILK, "price_minor": "0.99", "name": "Milk"}
    told = await maria.send("/manage/products/milk", {**mine, **typed})
    assert told.status == 409
    for text in ("Price: €1.29 → €1.49", "Category: dairy → milk", "Both changed this"):
        assert text in told.text, f"{text} is not told"
    assert 'value="0.99"' in told.text, "what was typed is lost"
    assert 'value="milk"' in told.text, "the other's change is not in the form"
    assert audit(fresh_postgres, "products.change")[-1][0] == "paul", "it was overwritten"
    again = {"base": html.unescape(BASE.findall(told.text)[0])}
    saved = await maria.send("/manage/products/milk", {**typed, "category": "milk", **again})
    assert saved.status == 200
    assert "Price: €1.49 → €0.99" in saved.text


async def test_what_another_deleted_or_changed_is_not_deleted_again(
    maria: Visitor, fresh_postgres: str
) -> None:
    await add(maria, "products", **MILK)
    form = await open_row(maria, "/manage/delete/products/milk")
    execute(fresh_postgres, "UPDATE products SET name = 'Oat milk'")
    told = await maria.send("/manage/delete/products/milk", form)
    assert (told.status, "Oat milk" in told.text) == (409, True)
    form = await open_row(maria, "/manage/products/milk")
    execute(fresh_postgres, "DELETE FROM products")
    told = await maria.send("/manage/products/milk", {**MILK, **form, "name": "Rice milk"})
    assert (told.status, "deleted this product meanwhile" in told.text) == (409, True)


async def test_a_viewer_sees_and_changes_nothing(maria: Visitor, fresh_postgres: str) -> None:
    add_user(fresh_postgres, "vera", "viewer")
    await add(maria, "products", **MILK)
    async with visitor(maria.address) as vera:
        await vera.sign_in("vera")
        page = await vera.get("/manage/products/milk")
        assert "<fieldset disabled>" in page.text
        form = {"base": html.unescape(BASE.findall(page.text)[0])}
        for path in ("/manage/products/milk", "/manage/delete/products/milk"):
            refused = await vera.send(path, {**MILK, **form, "name": "Vera's milk"})
            assert (refused.status, "needs the role merchandiser" in refused.text) == (403, True)
        assert (await vera.get("/manage/add/products")).status == 403
    assert audit(fresh_postgres, "products.change") == []


async def test_lists_are_searched_and_turned_whatever_is_asked(
    maria: Visitor, fresh_postgres: str
) -> None:
    execute(
        fresh_postgres,
        "INSERT INTO products (sku, name, category, price_minor) "
        "SELECT 'sku-' || n, 'Product 100%_' || n, 'x', 1 FROM generate_series(1, 120) AS n",
    )
    assert "Page 1 of 3" in (await maria.get("/manage/products")).text
    for page in ("1000000", "99999999999999999999", "3"):
        text = (await maria.get(f"/manage/products?page={page}")).text
        assert f"Page {'1' if len(page) > 9 else '3'} of 3" in text
    for page in ("-1", "x", "%00", "²"):
        assert "Page 1 of 3" in (await maria.get(f"/manage/products?page={page}")).text
    found = await maria.get("/manage/products?q=100%25_7")
    assert "11 products with" in found.text, "% and _ are characters, not patterns"
    for hostile in ("'; DROP TABLE products; --", "<script>alert(1)</script>", "%00", "\\"):
        answer = await maria.get(f"/manage/products?q={hostile}")
        assert answer.status == 200
        assert "<script>alert" not in answer.text
    for kind in ("products", "locations", "assortment"):
        assert (await maria.get(f"/manage/{kind}?q=zzz&location=a'b")).status == 200
    for path in ("/manage/users", "/manage/products/a/b", "/manage/assortment/a", "/manage/x/y"):
        assert (await maria.get(path)).status == 404
    unknown = await maria.get("/manage/products/nothing")
    assert (unknown.status, "There is no product nothing" in unknown.text) == (404, True)


async def test_markup_in_a_name_stays_text(maria: Visitor) -> None:
    hostile = "<img src=x onerror=alert(1)> & \"'</script>"
    await add(maria, "products", **{**MILK, "name": hostile})
    for path in ("/manage/products", "/manage/products/milk", "/manage/delete/products/milk"):
        text = (await maria.get(path)).text
        assert "<img" not in text
        assert hostile in html.unescape(text)
    form = await open_row(maria, "/manage/products/milk")
    assert json.loads(form["base"])["name"] == hostile


async def test_while_the_database_is_away_the_pages_say_so(
    maria: Visitor, fresh_postgres: str
) -> None:
    await add(maria, "products", **MILK)
    form = await open_row(maria, "/manage/products/milk")
    close_database(fresh_postgres)
    for path in ("/manage/products", "/manage/products/milk", "/manage/delete/products/milk"):
        answer = await maria.get(path)
        assert (answer.status, "PostgreSQL does not answer" in answer.text) == (503, True)
    answer = await maria.send("/manage/products/milk", {**MILK, **form, "name": "Milk"})
    assert (answer.status, "whether it was kept" in answer.text) == (503, True)


# --- published: by what comes back on the topics


@pytest.fixture
def topics(kafka: str) -> str:
    """A broker with the topics of the contracts."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    return kafka


@pytest.fixture
def captured(topics: str, connect: ConnectAccess, fresh_postgres: str) -> Generator[str]:
    """A database whose changes Debezium publishes."""
    source = SourceDatabase(
        PostgresAccess(fresh_postgres).as_role(ROLE), partitions=PARTITIONS, replication=1
    )
    keeper.apply(connect, source)
    yield fresh_postgres
    keeper.remove(connect, source)


async def test_what_is_saved_says_published_once_debezium_brought_it_back(
    topics: str, captured: str
) -> None:
    shop, sku = f"shop-{uuid.uuid4().hex[:8]}", f"sku-{uuid.uuid4().hex[:8]}"
    rows = {
        f"products/{sku}": {**MILK, "sku": sku},
        f"locations/{shop}": {
            "location_id": shop, "name": "Ulm", "kind": "shop", "time_zone": "UTC",
        },
        f"assortment/{shop}/{sku}": {
            "location_id": shop, "sku": sku, "listed": "yes",
            "reorder_point": "1", "order_up_to": "2",
        },
    }  # fmt: skip
    async with open_board(topics, captured) as board, visitor(board.address) as browser:
        await following(browser)
        for ident, typed in rows.items():
            await add(browser, ident.partition("/")[0], **typed)
            await published(browser, ident, "Saved by local, published")
        for ident in reversed(rows):
            form = await open_row(browser, f"/manage/delete/{ident}")
            await browser.send(f"/manage/delete/{ident}", form)
            await published(browser, ident, "Deleted by local, published")


async def following(browser: Visitor) -> None:
    """Return once the board hears the topics: a change that comes back is noted."""
    name = f"sku-{uuid.uuid4().hex[:8]}"

    async def heard() -> bool:
        form = {**MILK, "sku": name, "name": f"Milk {uuid.uuid4().hex}"}
        if (await browser.get(f"/manage/products/{name}")).status == 404:
            await add(browser, "products", **form)
        else:
            base = await open_row(browser, f"/manage/products/{name}")
            await browser.send(f"/manage/products/{name}", {**form, **base})
        text = (await browser.get(f"/manage/products/{name}")).text
        return "published" in text and "being published" not in text

    await until(heard, "the board heard what Debezium publishes")


async def published(browser: Visitor, ident: str, words: str) -> None:
    """Return once the page of a row says so, also to who opens it anew."""

    async def said() -> bool:
        return words in (await browser.get(f"/manage/{ident}")).text

    await until(said, f"{ident} said {words!r}")


async def test_an_open_page_is_told_and_a_renamed_location_shows_at_once(
    topics: str, fresh_postgres: str
) -> None:
    shop = f"shop-{uuid.uuid4().hex[:8]}"
    register(fresh_postgres, shop, "Ulm", time_zone="UTC", region=None)
    row = {"location_id": shop, "name": "Neu-Ulm", "kind": "shop", "time_zone": "UTC"}
    async with open_board(topics, fresh_postgres) as board, visitor(board.address) as browser:
        execute(fresh_postgres, "UPDATE locations SET name = 'Neu-Ulm'")

        async def heard() -> bool:
            await bring(topics, "cdc.locations", shop, {**row, "region": None})
            return "Published" in (await browser.get(f"/manage/locations/{shop}")).text

        await until(heard, "the board heard the topic")
        form = await open_row(browser, f"/manage/locations/{shop}")
        async with watching(board.address, f"/manage/locations/{shop}") as stream:
            typed = {**row, "region": "Schwaben"}
            await browser.send(f"/manage/locations/{shop}", {**typed, **form})
            await bring(topics, "cdc.locations", shop, {**row, "region": None})
            await bring(topics, "cdc.locations", shop, typed)
            told = await stream.row(
                f"publication//locations/{shop}", words="Saved by local, published"
            )
            assert told.marks["state"] == "published"
        page = await browser.get(f"/locations/{shop}")
        assert "Neu-Ulm" in page.text, "the new name waits for the next reading of all locations"


async def test_what_was_published_before_the_board_heard_kafka_is_not_missed(
    topics: str, fresh_postgres: str
) -> None:
    shop = f"shop-{uuid.uuid4().hex[:8]}"
    register(fresh_postgres, shop, "Ulm", time_zone="UTC", region=None)
    row = {"location_id": shop, "name": "Ulm", "kind": "shop", "time_zone": "UTC", "region": None}
    await bring(topics, "cdc.locations", shop, row)
    async with open_board(topics, fresh_postgres) as board, visitor(board.address) as browser:
        await published(browser, f"locations/{shop}", "Published")


async def bring(kafka: str, topic: str, key: str, row: Mapping[str, object] | None) -> None:
    """Publish a row as Debezium does."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        value = None if row is None else json.dumps(row).encode()
        partition = partition_of(key, PARTITIONS)
        await producer.send_and_wait(topic, value, key.encode(), partition)
    finally:
        await producer.stop()
