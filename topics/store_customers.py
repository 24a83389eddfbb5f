"""Whose customer somebody is: of each location where they bought, until they stay away.

The database knows no location of a customer, and a store may hold no other's customers. So a sale
that names a customer makes them one of its location.
"""

from typing import Final

from topics.event_parts import Contract
from topics.scalars import BusinessDate, Identifier, Reference

REMEMBERED_DAYS: Final = 400
"""After a customer's last sale at a location, its store is told of them no more. A yearly buyer
stays; who moved away leaves, or every store would once hold everybody."""

NOTED_AGAIN_DAYS: Final = 30
"""A later sale is noted where the last that was noted is older: one record a month for each
customer and location, in place of one a sale."""


class StoreCustomer(Contract):
    """A customer bought at a location on ``last_bought``, or up to `NOTED_AGAIN_DAYS` later."""

    location_id: Identifier
    customer_id: Reference
    last_bought: BusinessDate
