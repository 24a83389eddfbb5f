"""What a gateway asks the centre's store API, where its settings name one."""

import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from clients.errors import AccessError
from clients.store_api import StoreApiAccess
from clients.tls import Tls
from edge.gateway.elsewhere.asking import AskedCentre
from edge.gateway.elsewhere.kept_answers import KeptAnswers
from edge.gateway.elsewhere.levels import LevelsElsewhere
from edge.gateway.elsewhere.questions import CentreQuestions
from edge.gateway.elsewhere.receipts import ReceiptsElsewhere
from edge.gateway.elsewhere.reserving import ReturnsElsewhere
from edge.gateway.gateway import Gateway
from edge.gateway.products.levels import KnowsLevels
from edge.gateway.receipts.receipt_calls import KnownElsewhere
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf
from tillstream.gateway_feeds import outage
from tillstream.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class StoreApiParts:
    """What the store API adds to a gateway; `centre.run` must run beside it."""

    location_id: str
    centre: AskedCentre
    questions: CentreQuestions

    def levels(self, own: KnowsLevels) -> KnowsLevels:
        """Levels of all shops; ``own`` knows those here."""
        return LevelsElsewhere(self.location_id, own, self.questions)

    def known(self, returns: Returns, shelf: ReceiptShelf) -> KnownElsewhere:
        """Receipts and returns of all stores, beside this store's own."""
        reserving = ReturnsElsewhere(self.location_id, returns, shelf, self.questions)
        return KnownElsewhere(ReceiptsElsewhere(self.questions), reserving)


@contextmanager
def opened(gateway: Gateway, folder: Path, settings: Settings) -> Generator[StoreApiParts | None]:
    """The store API as this store asks it, for the length of a block; None where no address is
    named. Raises `SettingsError`, and `GatewayUnusable` where the file cannot be used."""
    if not settings.store_api:
        yield None
        return
    access, away = _access(settings), outage(gateway, "store_api")
    with closing(KeptAnswers(folder / "elsewhere.sqlite", time.time)) as kept:
        centre = AskedCentre(access, away)
        questions = CentreQuestions(centre, kept, gateway.metrics.asked_centre)
        yield StoreApiParts(gateway.location_id, centre, questions)


def _access(settings: Settings) -> StoreApiAccess:
    certificate, key, authorities = settings.files(
        "gateway", "gateway_cert", "gateway_key", "store_api_ca"
    )
    try:
        return StoreApiAccess(settings.store_api, Tls(authorities, certificate, key))
    except AccessError as error:
        raise SettingsError(f"TILLSTREAM_STORE_API: {error}") from error
