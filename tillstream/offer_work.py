"""What ``tillstream stock offer`` does: an offer of a location's own, which its database judges."""

from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from clients.statements import statement
from dashboards.board.feed.writing import Work
from tillstream.by_hand import in_one_transaction
from tillstream.terminal import tell
from topics.pricing import Offer


class WrongOffer(ValueError):
    """An offer that cannot be meant so; the text says why."""


def make_offer(told: dict[str, Any], as_json: bool) -> None:
    """Let it hold; raises `WrongOffer`, and ends the command where the database refuses it."""
    offer = _checked({**told, "offer_id": told.get("offer_id") or str(uuid4())})

    async def act(work: Work) -> int:
        values = offer.model_dump(exclude={"deleted", "changed_ms"})
        return await work.run(statement(__file__, "make_offer"), **values)

    is_new = in_one_transaction(act) == 1
    held = offer.model_dump(mode="json", exclude={"deleted", "changed_ms"})
    words = f"{offer.offer_id} holds until {offer.valid_to:%Y-%m-%d %H:%M} UTC"
    tell(as_json, {**held, "known": not is_new}, words if is_new else f"{words}, as it did before")


def end_offer(offer_id: str, location_id: str, as_json: bool) -> None:
    """Let it hold no more; raises `WrongOffer` where there is none."""

    async def act(work: Work) -> int:
        values = {"offer_id": offer_id, "location_id": location_id}
        return await work.run(statement(__file__, "end_offer"), **values)

    if not in_one_transaction(act):
        raise WrongOffer(f"{location_id} has no offer {offer_id}")
    tell(as_json, {"offer_id": offer_id, "ended": True}, f"{offer_id} holds no more")


def _checked(told: dict[str, Any]) -> Offer:
    try:
        return Offer.model_validate(told)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_input=False)
        texts = (
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}".removeprefix(": ") for each in found
        )
        raise WrongOffer("; ".join(texts).replace("Value error, ", "")) from fault
