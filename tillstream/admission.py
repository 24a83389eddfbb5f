"""The process that admits what stores send, at the centre: until it is asked to stop."""

import sys

import uvloop
from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from connectors.admission.carrying import AdmissionLoop
from connectors.admission.metrics import admission_metrics
from connectors.superseding import Superseded
from tillstream.process import measured, stop_asked
from tillstream.settings import Settings

SERVICE = "admission"


def run(settings: Settings) -> None:
    """Move on what stores send until SIGTERM or SIGINT; the transaction at hand is finished.

    Ends the process with status 1 and one line where another has begun to admit.
    """
    settings = settings.as_service(SERVICE)
    kafka = settings.kafka_access()
    with measured(settings, SERVICE, settings.worker_name) as registry:
        try:
            uvloop.run(_until_stopped(kafka, registry))
        except Superseded as fault:
            sys.exit(f"tillstream: the admission stopped: {fault}")


async def _until_stopped(kafka: KafkaAccess, registry: CollectorRegistry) -> None:
    await AdmissionLoop(kafka, admission_metrics(registry), stop_asked()).run()
