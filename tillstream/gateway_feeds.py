"""What a gateway hears of the centre, and by which ways: those to which its settings lead."""

from collections.abc import Callable, Sequence

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


def parts(
    gateway: Gateway, ears: Ears, settings: Settings, current: Callable[[], object]
) -> Sequence[Part]:
    """What brings the news to ``ears``, to run beside the intake.

    The registration is asked where its address is named. What Kafka tells comes from the centre's
    topics where events go to the centre's, and else from what came down to the store's own Kafka;
    ``current`` hears that something has just come down.
    """
    location_id = gateway.location_id
    found: list[Part] = []
    if settings.registration:
        access, above = access_of(settings), lambda: ears.lists.kept_number
        away = outage(gateway, "registration")
        listed = gateway.centre.devices_are_current
        found.append(AskedRegistration(access, location_id, ears.hear, above, away, listed).run)
    kafka, away = settings.kafka_access(), outage(gateway, "till_status")
    if has_own_kafka(settings):
        words = StatusTopic(kafka, location_id, ears.hear, away, is_own=True, current=current)
    else:
        words = StatusTopic(kafka, location_id, ears.hear, away)
    return [*found, words.run]


def ears_of(gateway: Gateway, settings: Settings) -> Ears:
    """Who takes the news; what was heard before counts at once."""
    (trusted,) = settings.files("gateway", "gateway_ca")
    authorities, reports = files.read_certificates(trusted), ReportedFeeds(gateway.metrics)
    return Ears(gateway.location_id, gateway.centre, gateway.file, authorities, reports)


def has_own_kafka(settings: Settings) -> bool:
    """Whether the gateway stands in a store with a Kafka of its own."""
    return settings.gateway_topic != TILL_EVENTS.name


def outage(gateway: Gateway, feed: str) -> Outage:
    """Of what brings news to the gateway."""
    up = gateway.metrics.feed_up.labels(feed)
    return Outage(feed, up, structlog.get_logger("tillstream.gateway"))
