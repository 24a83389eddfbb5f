"""``tillstream store-api``: what the centre answers stores about other stores."""

from tillstream import store_api
from tillstream.logs import begin
from tillstream.terminal import Host, MetricsPort, Port


def command(host: Host = None, port: Port = None, metrics_port: MetricsPort = None) -> None:
    """Answer stores' gateways about other stores, until SIGTERM or Ctrl-C.

    Who has a product, receipts of whichever store, and reservations of goods that are about to
    come back. A gateway shows its store's certificate. It needs PostgreSQL, a certificate of its
    own (TILLSTREAM_STORE_API_CERT) and the authority that vouches for stores
    (TILLSTREAM_STORE_API_CA).
    """
    store_api.run(begin(host=host, store_api_port=port, metrics_port=metrics_port))
