"""The mirrors' definitions: pure, disjoint, without a secret, and for every location or refused."""

import re
from pathlib import Path

import pytest

from clients.kafka import KafkaAccess, Login
from clients.tls import Tls
from connectors.connect.errors import ConnectorError
from connectors.mirrormaker.definition import DOWN, UP, StoreLink, definitions

SHOP = "shop-1"


def access(port: int, folder: Path, who: str) -> KafkaAccess:
    tls = Tls(folder / "ca.pem", folder / f"{who}.pem", folder / f"{who}.key")
    return KafkaAccess(f"127.0.0.1:{port}", tls)


@pytest.fixture
def link(tmp_path: Path) -> StoreLink:
    store = access(9092, tmp_path, "connect")
    return StoreLink(SHOP, store, access(9192, tmp_path, "store"))


def carried(link: StoreLink, name: str) -> set[str]:
    """Those of all topics around that a mirror's list takes, judged as MirrorMaker does."""
    patterns = definitions(link)[name]["topics"].split(",")
    return {
        topic
        for topic in around(link.location_id)
        if any(re.fullmatch(pattern, topic) for pattern in patterns)
    }


def around(shop: str) -> list[str]:
    """Topics of this store, of others that are called nearly so, and of the clusters."""
    near = [shop, shop.replace("-", "x"), f"{shop}0", f"a{shop}", shop.replace(".", "x")]
    ends = ("till-events", "stock-movements", "reports")
    up = [
        f"up.{each}.{end}{more}" for each in near for end in ends for more in ("", ".dead-letter")
    ]
    down = [f"{kind}.{each}" for each in near for kind in ("down", "ack")]
    return [*up, *down, "till.cart-events", "connect.offsets", "__consumer_offsets"]


@pytest.mark.parametrize("shop", [SHOP, "a.b", "_x-", "heartbeats", "mm2-configs.x.replica"])
def test_each_direction_has_its_own_topics_and_no_others(link: StoreLink, shop: str) -> None:
    link = StoreLink(shop, link.store, link.centre)
    up = {f"up.{shop}.{each}" for each in ("till-events", "stock-movements", "reports")}
    assert carried(link, UP) == up
    assert carried(link, DOWN) == {f"down.{shop}", f"ack.{shop}"}


def test_up_reads_the_store_and_writes_the_centre_as_the_store(
    link: StoreLink, tmp_path: Path
) -> None:
    told = definitions(link)[UP]
    assert told["source.cluster.bootstrap.servers"] == "127.0.0.1:9092"
    assert told["target.cluster.bootstrap.servers"] == "127.0.0.1:9192"
    assert told["producer.override.bootstrap.servers"] == "127.0.0.1:9192"
    key = f"${{directory:{tmp_path}:store.key}}"
    assert told["producer.override.ssl.keystore.key"] == key
    assert told["target.cluster.ssl.keystore.key"] == key
    assert told["source.cluster.ssl.keystore.key"] == f"${{directory:{tmp_path}:connect.key}}"


def test_down_reads_the_centre_as_the_store_and_writes_as_connect_does(link: StoreLink) -> None:
    told = definitions(link)[DOWN]
    assert told["source.cluster.bootstrap.servers"] == "127.0.0.1:9192"
    assert told["target.cluster.bootstrap.servers"] == "127.0.0.1:9092"
    assert "producer.override.bootstrap.servers" not in told


@pytest.mark.parametrize("name", [UP, DOWN])
def test_neither_settings_nor_rights_nor_what_was_aborted_is_carried(
    link: StoreLink, name: str
) -> None:
    told = definitions(link)[name]
    assert told["sync.topic.configs.enabled"] == told["sync.topic.acls.enabled"] == "false"
    assert told["emit.offset-syncs.enabled"] == "false"
    assert told["consumer.isolation.level"] == "read_committed"
    assert told["tasks.max"] == "1", "two tasks would have no order between them"


def test_no_definition_holds_what_a_file_holds(link: StoreLink, tmp_path: Path) -> None:
    for each in ("ca.pem", "store.pem", "store.key", "connect.pem", "connect.key"):
        (tmp_path / each).write_text("wisteria-4711")
    assert "wisteria" not in str(definitions(link))


@pytest.mark.parametrize("name", ["shop-internal", "shop.internal", "-internal"])
def test_a_location_whose_feed_mirrormaker_would_pass_over_is_refused(
    link: StoreLink, name: str
) -> None:
    with pytest.raises(ConnectorError, match="a topic of its own"):
        definitions(StoreLink(name, link.store, link.centre))


def test_a_cluster_is_not_mirrored_into_itself(link: StoreLink) -> None:
    with pytest.raises(ConnectorError, match="one cluster"):
        definitions(StoreLink(SHOP, link.centre, link.centre))


def test_a_password_is_refused_for_it_would_lie_in_a_topic(link: StoreLink) -> None:
    login = Login("PLAIN", "store", "secret")
    centre = KafkaAccess("127.0.0.1:9192", Tls(), login)
    with pytest.raises(ConnectorError, match="by a certificate"):
        definitions(StoreLink(SHOP, link.store, centre))


@pytest.mark.parametrize("name", ["own:key.pem", "own}key.pem", "${file:x}.pem"])
def test_a_file_that_connect_would_read_otherwise_is_refused(
    link: StoreLink, tmp_path: Path, name: str
) -> None:
    tls = Tls(tmp_path / "ca.pem", tmp_path / name, tmp_path / "own.key")
    with pytest.raises(ConnectorError, match="cannot read"):
        definitions(StoreLink(SHOP, link.store, KafkaAccess("127.0.0.1:9192", tls)))
