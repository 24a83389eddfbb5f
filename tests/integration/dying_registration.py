"""A registration that dies at its first certificate, before it is kept or before it is answered."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path

from aiohttp import web
from cryptography import x509

from edge.registration import server
from edge.registration.issuing import OwnIssuer
from edge.registration.requests import CertificateRequest
from identity.names import TillName
from tests.integration.registration_world import Pki, registration

DIED = 70


class Dying(OwnIssuer):
    """Signs, and is gone."""

    async def issue(
        self, request: CertificateRequest, till: TillName, begins: datetime, ends: datetime
    ) -> x509.Certificate:
        await super().issue(request, till, begins, ends)
        os._exit(DIED)


@web.middleware
async def dies_before_the_answer(
    request: web.Request, handler: server._Handler
) -> web.StreamResponse:
    answer = await handler(request)
    if answer.status == 200:
        os._exit(DIED)
    return answer


async def serve(dsn: str, folder: Path, when: str) -> None:
    pki = Pki.kept(folder)
    if when == "before the answer":
        built = server.build

        def build(office: server.Office) -> web.Application:
            app = built(office)
            app.middlewares.insert(0, dies_before_the_answer)
            return app

        server.build = build
    issuer = Dying(pki.devices) if when == "before it is kept" else None
    async with registration(dsn, folder.parent, issuer, pki) as world:
        print(world.address, flush=True)  # noqa: T201
        await asyncio.sleep(600)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
