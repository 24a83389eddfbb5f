"""``tillstream gateway``: takes what a store's tills have written."""

import logging

from edge.gateway.errors import GatewayError
from tillstream import gateway
from tillstream.logs import begin
from tillstream.terminal import Host, MetricsPort, Port, mendable


def command(host: Host = None, port: Port = None, metrics_port: MetricsPort = None) -> None:
    """Take events of one store's tills and pass them on, until SIGTERM or Ctrl-C.

    An event is durable before it is answered: in Kafka, or in a file of the home while Kafka is
    away. TILLSTREAM_GATEWAY_CERT, _KEY and _CA name the store's identity and who vouches for its
    tills; the location is that of the certificate.
    """
    settings = begin(host=host, gateway_port=port, metrics_port=metrics_port)
    # The gateway says once that Kafka is away; aiokafka would say it each second.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    with mendable(GatewayError, words="the gateway ends: "):
        gateway.run(settings)
