"""Settings make one value for each server, or say which address is missing or wrong."""

from pathlib import Path

import pytest

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from tillstream.database_roles import LOOKING, SINK
from tillstream.settings import Settings, SettingsError, load_settings


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which no local stack has noted its addresses."""
    monkeypatch.setenv("TILLSTREAM_HOME", str(tmp_path))
    for name in ("KAFKA", "POSTGRES"):
        monkeypatch.delenv(f"TILLSTREAM_{name}", raising=False)
    return tmp_path


def test_addresses_become_what_clients_are_made_from(nowhere: Path) -> None:
    settings = load_settings(kafka="one:9092,two:9092", postgres="postgresql://db/shop")
    assert settings.kafka_access() == KafkaAccess("one:9092,two:9092")
    assert settings.postgres_access(SINK) == PostgresAccess(
        "postgresql://db/shop", role="tillstream_sink"
    )
    installation = settings.installation("kafka", "postgres")
    assert installation.kafka == settings.kafka_access()
    assert installation.postgres == settings.postgres_access(LOOKING)


def test_an_address_that_is_missing_is_named(nowhere: Path) -> None:
    settings = load_settings()
    with pytest.raises(SettingsError, match="or set TILLSTREAM_KAFKA"):
        settings.kafka_access()
    with pytest.raises(SettingsError, match="or set TILLSTREAM_POSTGRES"):
        settings.installation("postgres")
    assert settings.installation().kafka_access is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (
            Settings.model_validate({"kafka": "kafka://one:9092"}),
            "TILLSTREAM_KAFKA: 'kafka://one:9092' is no Kafka",
        ),
        (
            Settings.model_validate({"postgres": "nonsense"}),
            "TILLSTREAM_POSTGRES: the database's address is no DSN",
        ),
    ],
)
def test_an_address_that_is_wrong_is_refused_with_its_setting(
    settings: Settings, told: str
) -> None:
    with pytest.raises(SettingsError, match=told):
        settings.installation()
