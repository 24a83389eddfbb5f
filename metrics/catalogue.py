"""Every metric: name, kind, labels and what it means. `/metrics` shows nothing else of ours.

Names end in their unit; counters are named as they are shown, with ``_total``. Processes build
their figures from these specs, so that a board or a rule can rely on the names.
"""

from metrics.admission import ADMISSION
from metrics.board import BOARD
from metrics.feeds import FEEDS
from metrics.gateway import GATEWAY
from metrics.mirrors import MIRRORS
from metrics.proxy import PROXY
from metrics.registration import REGISTRATION
from metrics.replication import REPLICATION
from metrics.sink import SINK
from metrics.store_api import STORE_API
from metrics.till import TILL
from metrics.webhooks import WEBHOOKS
from metrics.workers import WORKERS

BY_PROCESS = {
    "worker": WORKERS,
    "sink": SINK,
    "webhooks": WEBHOOKS,
    "registration": REGISTRATION,
    "store-api": STORE_API,
    "gateway": GATEWAY,
    "board": BOARD,
    "mirrors": MIRRORS,
    "admission": ADMISSION,
    "replication": REPLICATION,
    "feeds": FEEDS,
    "proxy": PROXY,
    "till": TILL,
}
"""What the `/metrics` of each process shows."""
