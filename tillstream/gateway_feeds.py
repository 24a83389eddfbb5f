"""What a gateway hears of the centre, and by which ways: those to which its settings lead."""

from collections.abc import Sequence

import structlog

from edge.gateway.feeds.ears import Ears
from edge.gateway.feeds.registration import AskedRegistration
from edge.gateway.feeds.reporting import ReportedFeeds
from edge.gateway.feeds.status_topic import StatusTopic
from edge.gateway.gateway import Gateway, Part
from following.outage import Outage
from identity import files
from tillstream.registration import access_of
from tillstream.settings import Settings
from topics.registry import TILL_EVENTS


def parts(gateway: Gateway, settings: Settings) -> Sequence[Part]:
    """What brings the news, to run beside the intake; what was heard before counts at once.

    The registration is asked where its address is named, and the centre's Kafka where events go
    to the centre's topic. A store with a Kafka of its own is told by the mirror.
    """
    location_id, (trusted,) = gateway.location_id, settings.files("gateway", "gateway_ca")
    authorities = files.read_certificates(trusted)
    ears = Ears(location_id, gateway.centre, gateway.file, authorities, ReportedFeeds())
    found: list[Part] = []
    if settings.registration:
        access, above = access_of(settings), lambda: ears.lists.kept_number
        away = outage("registration")
        found.append(AskedRegistration(access, location_id, ears.hear, above, away).run)
    if settings.gateway_topic == TILL_EVENTS.name:
        kafka = settings.kafka_access()
        found.append(StatusTopic(kafka, location_id, ears.hear, outage("kafka")).run)
    return found


class _Unseen:
    def set(self, value: float) -> None:
        """The log alone tells it."""


def outage(service: str) -> Outage:
    """Of a service that the gateway asks."""
    return Outage(service, _Unseen(), structlog.get_logger("tillstream.gateway"))
