"""What a store's own database tells its gateway, where the store has a Kafka of its own."""

from collections.abc import Sequence

from edge.gateway.gateway import Gateway, Part
from edge.gateway.office.offers import OwnOffers
from edge.gateway.office.sending import OfficeOutbox
from tillstream.database_roles import GATEWAY
from tillstream.gateway_feeds import outage
from tillstream.settings import Settings
from topics.registry import TILL_EVENTS


def parts(gateway: Gateway, offers: OwnOffers, settings: Settings) -> Sequence[Part]:
    """What brings the store's outbox to its Kafka, and its offers to its tills; nothing at the
    centre, where Debezium reads the tables, and where no database is named."""
    if settings.gateway_topic == TILL_EVENTS.name or not settings.postgres:
        return ()
    kafka, postgres = settings.kafka_access(), settings.postgres_access(GATEWAY)
    away = outage(gateway, "office")
    return (OfficeOutbox(kafka, postgres, gateway.location_id, offers, away).run,)
