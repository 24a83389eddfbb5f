"""`GET /v1/customers/{id}`: who a customer's id or card belongs to, for an employee at a till."""

from dataclasses import dataclass
from http import HTTPStatus

import orjson
from aiohttp import web

from edge.gateway.customers import described
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.devices import Devices
from edge.gateway.employees.authorizations import Authorizations
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

GET_CUSTOMER = Operation(
    "GET", "/v1/customers/{customer_id}", described.GET_CUSTOMER, described.SCHEMAS
)


@dataclass(frozen=True, slots=True)
class CustomerCall:
    """Answers the call."""

    customers: HeardCustomers
    authorizations: Authorizations
    devices: Devices

    async def get(self, request: web.Request) -> web.Response:
        """The handler; raises `Refusal`."""
        self.authorizations.required(request, self.devices.asking(request[CERTIFICATE]))
        found = self.customers.find(request.match_info["customer_id"])
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "Nobody here knows this customer.")
        told = {"customer_id": found.customer_id, "consents": found.consents}
        return web.Response(
            body=orjson.dumps(told),
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )
