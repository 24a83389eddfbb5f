"""Which ways lead to a gateway what the centre says, and what each vouches for."""

from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from edge.gateway.feeds.registration import AskedRegistration
from edge.gateway.feeds.status_topic import StatusTopic
from edge.gateway.gateway import opened
from edge.gateway.metrics import gateway_metrics
from identity.names import StoreName
from tests.gateways import Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION
from tillstream import gateway_feeds
from tillstream.settings import load_settings


def test_what_comes_down_vouches_for_the_catalog_also_where_the_registration_is_asked(
    tmp_path: Path,
) -> None:
    fleet = Fleet(tmp_path)
    own = fleet.identity(StoreName(LOCATION))
    settings = load_settings(
        kafka="127.0.0.1:1",
        kafka_plaintext=True,
        gateway_topic=f"up.{LOCATION}.till-events",
        gateway_ca=fleet.authorities,
        registration="https://127.0.0.1:1",
        registration_ca=fleet.authorities,
        registration_cert=own.certificate,
        registration_key=own.key,
    )
    heard: list[str] = []
    figures = gateway_metrics(CollectorRegistry())
    with opened(LOCATION, tmp_path / "files", MemoryTopic(), figures) as gateway:
        ears = gateway_feeds.ears_of(gateway, settings)
        parts = gateway_feeds.parts(gateway, ears, settings, lambda: heard.append("down"))
        sources: list[Any] = [getattr(each, "__self__", None) for each in parts]
        (words,) = [each for each in sources if isinstance(each, StatusTopic)]
        (lists,) = [each for each in sources if isinstance(each, AskedRegistration)]
        assert gateway.centre.devices_age is None
        assert words.current is not None
        words.current()
        assert heard == ["down"]
        lists.is_current()
        assert heard == ["down"] and gateway.centre.devices_age == 0
