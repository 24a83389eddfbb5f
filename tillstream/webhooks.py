"""The webhooks' process: settings in, `/metrics` out, until it is asked to stop."""

import asyncio
import sys

from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.webhooks.addresses import Reach
from connectors.webhooks.dispatcher import Dispatcher
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.intake import AlertIntake
from connectors.webhooks.metrics import webhook_metrics
from connectors.webhooks.policy import DeliveryPolicy
from connectors.webhooks.sending import sender
from following.reader import Lost
from tillstream.database_roles import WEBHOOKS
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings, SettingsError


def run(settings: Settings) -> None:
    """Tell endpoints of alerts until SIGTERM or SIGINT; what is under way is finished.

    Ends the process with status 1 and one line where Kafka no longer holds what PostgreSQL
    believes to have read.
    """
    settings = settings.as_service(WEBHOOKS.service)
    kafka, postgres = settings.kafka_access(), settings.postgres_access(WEBHOOKS)
    reach = reach_of(settings)
    with measured(settings, "webhooks", settings.worker_name) as registry:
        try:
            asyncio.run(_until_stopped(kafka, postgres, policy_of(settings), reach, registry))
        except* Lost as fault:
            sys.exit(
                f"tillstream: the webhooks stopped: {fault.exceptions[0]}. Remove the rows of "
                "the table webhook_offsets, and they go on with what comes from then on."
            )


def reach_of(settings: Settings) -> Reach:
    """Where webhooks may go; raises `SettingsError` where the setting is wrong."""
    try:
        return Reach(settings.webhook_networks)
    except WebhookRefused as fault:
        raise SettingsError(f"TILLSTREAM_WEBHOOK_NETWORKS: {fault}") from fault


def policy_of(settings: Settings) -> DeliveryPolicy:
    """How often and how long to try."""
    return DeliveryPolicy(
        attempts_max=settings.webhook_attempts_max,
        first_wait_seconds=settings.webhook_first_wait_seconds,
        timeout_seconds=settings.webhook_timeout_seconds,
        letter_days=settings.webhook_letter_days,
    )


async def _until_stopped(
    kafka: KafkaAccess,
    postgres: PostgresAccess,
    policy: DeliveryPolicy,
    reach: Reach,
    registry: CollectorRegistry,
) -> None:
    stopping, woken = stop_asked(), asyncio.Event()
    metrics = webhook_metrics(registry)
    async with sender(reach, policy.timeout_seconds) as opened, asyncio.TaskGroup() as work:
        intake = AlertIntake(kafka, postgres, metrics, stopping, woken)
        work.create_task(intake.run())
        work.create_task(Dispatcher(postgres, opened, policy, metrics, stopping, woken).run())
