"""A worker with a fault: it raises at a sale of the cart "stumble", as a wrong rule would.

`python -m tests.integration.stumbling_worker`, with the settings of any worker. It is patched in
its own process alone.
"""

from typing import Any

import agents.sales
from tables.totals import Sale, sale_of
from tillstream import agents_worker
from tillstream.logs import configure_logs
from tillstream.settings import load_settings

CART = "stumble"


def _stumbling(event: Any) -> Sale:
    if event.cart_id == CART:
        raise ZeroDivisionError("a fault of ours")
    return sale_of(event)


def main() -> None:
    """Run until SIGTERM, or until it stumbles."""
    agents.sales.sale_of = _stumbling
    settings = load_settings()
    configure_logs(settings)
    agents_worker.run(settings)


if __name__ == "__main__":
    main()
