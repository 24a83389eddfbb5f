"""How simulated tills of a store come by what they need: a folder, and vouchers."""

from collections.abc import Mapping
from typing import Any

from edge.company.order import StoreTerms
from operations.who import who
from tillstream.registration import access_of
from tillstream.settings import Settings
from tillstream.till_service import build


def store_terms(settings: Settings, location_id: str) -> StoreTerms:
    """Of the store ``location_id``; raises `SettingsError` or `AccessError` where nobody says how
    the registration is reached."""
    registration, by = access_of(settings), who()

    async def vouch(location_id: str, till_id: str) -> Mapping[str, Any]:
        return await registration.add(location_id, till_id, by)

    return StoreTerms(location_id, settings.home / "tills", build(), vouch)
