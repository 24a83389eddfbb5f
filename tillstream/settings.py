"""Settings, read once at the start of a process and passed inward.

Order: the command's own options, then ``TILLSTREAM_*`` variables, then the addresses that a
running local stack has noted, then the defaults below. A misspelt variable is refused: a
setting that silently does nothing is how a till ends up on the wrong broker.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from clients.connect import ConnectAccess
from clients.errors import AccessError
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.tls import Tls
from local.checkout import HOME, PREFIX
from local.home import StackHome
from local.identities import Identities
from operations.installation import Installation
from operations.upkeep.metrics_door import MetricsDoor
from tillstream.board_settings import BoardSettings
from tillstream.database_roles import LOOKING, DatabaseRole
from tillstream.feeds_settings import FeedsSettings
from tillstream.gateway_settings import GatewaySettings
from tillstream.kafka_settings import KafkaSettings
from tillstream.metrics_settings import MetricsSettings
from tillstream.mirror_settings import MirrorSettings
from tillstream.noted_settings import NotedByLocalStack
from tillstream.people_settings import PeopleSettings
from tillstream.postgres_settings import PostgresSettings
from tillstream.registration_settings import RegistrationSettings
from tillstream.store_api_settings import StoreApiSettings
from tillstream.store_settings import StoreSettings
from tillstream.till_settings import TillSettings
from tillstream.webhook_settings import WebhookSettings
from topics.registry import PARTITIONS_DEFAULT

T = TypeVar("T")

OPERATOR = "operator"
"""The identity that a local stack notes for commands that somebody gives."""


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which, and what to do."""


class Settings(
    BoardSettings,
    FeedsSettings,
    GatewaySettings,
    KafkaSettings,
    MetricsSettings,
    MirrorSettings,
    PeopleSettings,
    PostgresSettings,
    RegistrationSettings,
    StoreApiSettings,
    StoreSettings,
    TillSettings,
    WebhookSettings,
):
    """Every setting, with its unit and the reason for its default."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    home: Path = Field(HOME / ".tillstream", description="Folder for all state of this machine.")
    connect: str = Field(
        "",
        description="Address of Kafka Connect's REST API, https://…; http:// on this machine only.",
    )
    connect_ca: Path | None = Field(
        None, description="Authorities that vouch for Connect, in PEM; without it the system's."
    )
    connect_cert: Path | None = Field(None, description="Our certificate for Connect, in PEM.")
    connect_key: Path | None = Field(None, description="The key of that certificate, in PEM.")
    connect_user: str = Field("", description="Our name at Connect, where it asks for a login.")
    connect_password_file: Path | None = Field(
        None, description="File that holds the password at Connect, and nothing else."
    )
    application_id: str = Field(
        "tillstream",
        description="Consumer group and prefix of the workers' own topics. A new one replays "
        "all inputs into a fresh state.",
    )
    partitions: int = Field(
        PARTITIONS_DEFAULT,
        ge=1,
        description="Partitions of every topic by location: the most workers there can be.",
    )
    replication: int = Field(1, ge=1, description="Replicas of every topic; 3 in production.")
    host: str = Field("127.0.0.1", description="Address that servers bind.")
    worker_name: str = Field(
        "worker-1", description="Name of this worker: its state folder and its group instance."
    )
    cart_timeout_seconds: int = Field(
        4 * 60 * 60, ge=1, description="An open cart without an event for so long is forgotten."
    )
    restock_hysteresis: int = Field(
        0,
        ge=0,
        description="Base units above the reorder point at which an alert clears, where the "
        "assortment row names none.",
    )
    log_level: str = "info"
    log_json: bool = Field(False, description="Logs as one JSON object a line.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, NotedByLocalStack(settings_cls)

    def require(self, name: str) -> str:
        """The address called ``name``, or `SettingsError` that says how to give it."""
        value = str(getattr(self, name))
        if not value:
            raise SettingsError(
                f"no address for {name}: start the local stack with 'tillstream local up', "
                f"or set {PREFIX}{name.upper()}"
            )
        return value

    def files(self, whom: str, *names: str) -> Sequence[Path]:
        """The files under these names, or `SettingsError` where ``whom`` lacks some."""
        found: dict[str, Path | None] = {name: getattr(self, name) for name in names}
        if missing := [f"{PREFIX}{name.upper()}" for name, file in found.items() if file is None]:
            raise SettingsError(f"the {whom} needs a file in {', '.join(missing)}")
        return [file for file in found.values() if file is not None]

    def kafka_access(self) -> KafkaAccess:
        """How Kafka is reached, or `SettingsError` where its address is missing or wrong."""
        return self._access("kafka", self.kafka_at)

    def postgres_access(self, role: DatabaseRole) -> PostgresAccess:
        """How PostgreSQL is reached as ``role``, or `SettingsError` where something is missing or
        wrong."""
        return self._access("postgres", lambda dsn: self.as_role(dsn, role))

    def capture_access(self) -> PostgresAccess:
        """How Debezium reaches PostgreSQL, by files of its own; raises `SettingsError`."""
        return self._access("postgres", self.as_capture)

    def connect_access(self) -> ConnectAccess:
        """How Connect is reached, or `SettingsError` where its address is missing or wrong."""
        return self._access("connect", self._connect_at)

    def _connect_at(self, url: str) -> ConnectAccess:
        tls = Tls(self.connect_ca, self.connect_cert, self.connect_key)
        return ConnectAccess(url, tls, self.connect_user, self.connect_password_file)

    def _access(self, name: str, make: Callable[[str], T]) -> T:
        address = self.require(name)
        try:
            return make(address)
        except AccessError as error:
            raise SettingsError(f"{PREFIX}{name.upper()}: {error}") from error

    def as_service(self, service: str) -> Self:
        """The same for a process that is ``service``: where the local stack has noted the
        operator's identity, for commands, it takes its own. `SettingsError` where it has none."""
        ours = Identities(self.stack_home().identities)
        changed = self._in_place_of_operator(ours.certificate(service), ours.key(service))
        if missing := [str(file) for file in changed.values() if not file.exists()]:
            raise SettingsError(
                f"{service} has no identity of its own, {missing[0]} is not there: start the local "
                "stack anew, which makes what is missing"
            )
        return self.model_copy(update=changed)

    def as_store(self, certificate: Path, key: Path) -> Self:
        """The same for a store's process, which is the holder of ``certificate`` wherever the
        local stack has noted the operator."""
        return self.model_copy(update=self._in_place_of_operator(certificate, key))

    def _in_place_of_operator(self, certificate: Path, key: Path) -> dict[str, Path]:
        noted = Identities(self.stack_home().identities)
        own = {noted.certificate(OPERATOR): certificate, noted.key(OPERATOR): key}
        return {name: own[held] for name, held in self if isinstance(held, Path) and held in own}

    def as_till(self) -> Self:
        """The same for a till's process: no identity that the local stack has noted is its own,
        and the one that it has makes no server of it."""
        own = Identities(self.stack_home().identities).certificate(OPERATOR)
        named = ("metrics_ca", "metrics_cert", "metrics_key") if self.metrics_cert == own else ()
        return self.model_copy(update=dict.fromkeys(named))

    def metrics_door(self) -> MetricsDoor:
        """Where this process tells its metrics, and whom; `AccessError` where it must not so."""
        return MetricsDoor(self.host, self.metrics_port, self.metrics_tls(), self.readers())

    def stack_home(self) -> StackHome:
        """Where a local stack lies, if there is one."""
        return StackHome(self.home.absolute())

    def installation(self, *needed: str, role: DatabaseRole = LOOKING) -> Installation:
        """What operators look after, as ``role``; `SettingsError` where one of the ``needed``
        addresses is missing."""
        for name in needed:
            self.require(name)
        return Installation(
            home=self.home,
            kafka_access=self.kafka_access() if self.kafka else None,
            postgres_access=self.postgres_access(role) if self.postgres else None,
            capture_access=self.capture_access() if self.postgres else None,
            connect_access=self.connect_access() if self.connect else None,
            metrics_tls=self.metrics_tls(),
            application_id=self.application_id,
            partitions=self.partitions,
            replication=self.replication,
        )


def load_settings(**given: Any) -> Settings:
    """The settings of this process; options that were not given (None) do not count."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(
            f"unknown setting {', '.join(unknown)}; known: {', '.join(sorted(known))}"
        )
    return Settings(**{name: value for name, value in given.items() if value is not None})
