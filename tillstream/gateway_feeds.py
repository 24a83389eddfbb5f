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
    authorities, reports = files.read_certificates(trusted), ReportedFeeds(gateway.metrics)
    ears = Ears(location_id, gateway.centre, gateway.file, authorities, reports)
    found: list[Part] = []
    if settings.registration:
        access, above = access_of(settings), lambda: ears.lists.kept_number
        away = outage(gateway, "registration")
        current = gateway.centre.devices_are_current
        found.append(AskedRegistration(access, location_id, ears.hear, above, away, current).run)
    if settings.gateway_topic == TILL_EVENTS.name:
        kafka, away = settings.kafka_access(), outage(gateway, "till_status")
        found.append(StatusTopic(kafka, location_id, ears.hear, away).run)
    return found


def outage(gateway: Gateway, feed: str) -> Outage:
    """Of what brings news to the gateway."""
    up = gateway.metrics.feed_up.labels(feed)
    return Outage(feed, up, structlog.get_logger("tillstream.gateway"))
