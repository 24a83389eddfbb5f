"""``tillstream registration``: gives tills their certificates."""

from tillstream import registration
from tillstream.logs import begin
from tillstream.terminal import Host, MetricsPort, Port


def command(host: Host = None, port: Port = None, metrics_port: MetricsPort = None) -> None:
    """Register tills and give them their certificates, until SIGTERM or Ctrl-C.

    Tills enrol by EST (RFC 7030) or by JSON, with the voucher of 'tillstream devices add', and
    renew with what they hold. It needs PostgreSQL, a certificate of its own
    (TILLSTREAM_REGISTRATION_CERT) and the authority that issues for devices
    (TILLSTREAM_REGISTRATION_ISSUING_CERT).
    """
    registration.run(begin(host=host, registration_port=port, metrics_port=metrics_port))
