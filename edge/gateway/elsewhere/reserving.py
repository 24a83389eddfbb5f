"""Reserves goods of any store's receipt: at the centre, and by what this store knows meanwhile.

1. What is known here is decided here: what this store sold and has back is refused without a
   question. 2. The centre keeps the goods in all stores. 3. While it is away, or has not heard of
   the sale yet, goods of this store's receipts come back by what is known here, and the centre
   finds what came back twice (`edge.disputes`); those of others wait for it.
"""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import quote

import msgspec
import orjson

from edge.gateway.elsewhere.asking import CentreAway
from edge.gateway.elsewhere.questions import CentreQuestions
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.receipts.stored import StoredReceipt
from edge.gateway.receipts.wanted import RESERVED_SECONDS, WantedReturn
from edge.problems import Code, Refusal
from topics.scalars import Identifier, Number, Ordinal, Reference

TAKEN_BACK_MAX = 200
"""Returns of one receipt that are told with the question: as many as the store API takes."""

KIND = "return"


class _Line(msgspec.Struct, frozen=True):
    line_no: Number
    sku: Identifier
    quantity: Ordinal
    unit: str
    refund_minor: Number


class _Reserved(msgspec.Struct, frozen=True):
    """What must be there for a till to pay it back."""

    return_id: Reference
    receipt_no: Reference
    location_id: Identifier
    lines: list[_Line]
    refund_minor: Number
    verified: str


class _Problem(msgspec.Struct, frozen=True):
    detail: str = ""


class ReturnsElsewhere:
    """Reserves for one store. One loop's only."""

    def __init__(
        self, location_id: str, own: Returns, shelf: ReceiptShelf, questions: CentreQuestions
    ) -> None:
        self._location_id = location_id
        self._own = own
        self._shelf = shelf
        self._questions = questions

    async def reserve(self, receipt_no: str, wanted: WantedReturn) -> bytes:
        """What a till is told, as JSON; raises `Refusal`."""
        own = self._by_own(receipt_no, wanted)
        if own is not None:  # another store may have the same number
            wanted = msgspec.structs.replace(wanted, location_id=self._location_id)
        try:
            kept = await self._by_centre(receipt_no, wanted)
        except CentreAway as error:
            return self._alone(own, error)
        except Refusal:
            self._questions.count(KIND, "refused")
            self._shelf.let_go(wanted.return_id)
            raise
        self._questions.count(KIND, "fresh")
        if kept is not None:
            return kept
        if own is None:
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "No store has such a receipt.")
        return own

    def _alone(self, own: bytes | None, why: CentreAway) -> bytes:
        """While the centre is away: by what this store knows, or not at all."""
        self._questions.count(KIND, "nothing" if own is None else "own")
        if own is None:
            raise away() from why
        return own

    def _by_own(self, receipt_no: str, wanted: WantedReturn) -> bytes | None:
        """What this store would tell; None where it has no such receipt."""
        if wanted.location_id not in (None, self._location_id):
            return None
        try:
            return self._own.reserve(receipt_no, wanted)
        except Refusal as refused:
            if refused.status != HTTPStatus.NOT_FOUND:
                raise
            return None

    async def _by_centre(self, receipt_no: str, wanted: WantedReturn) -> bytes | None:
        """What the centre keeps; None where it does not know the receipt."""
        plain = msgspec.to_builtins(wanted)
        told = {name: value for name, value in plain.items() if value is not None}
        told["taken_back"] = _told(self._taken_back(receipt_no, wanted))
        path = f"/v1/receipts/{quote(receipt_no, safe='')}/returns"
        answer = await self._questions.centre.ask("POST", path, orjson.dumps(told))
        match answer.status:
            case HTTPStatus.OK:
                return _checked(answer.body)
            case HTTPStatus.NOT_FOUND:
                return None
            case HTTPStatus.CONFLICT:
                raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, _detail(answer.body))
            case _:
                raise CentreAway(f"the store API answered {answer.status}")

    def _taken_back(self, receipt_no: str, wanted: WantedReturn) -> list[StoredReceipt]:
        """What came back in this store of the receipt that is meant."""
        if wanted.location_id == self._location_id:
            return self._shelf.returns(receipt_no)
        found = self._shelf.returns_of_others(receipt_no)
        named = wanted.location_id
        return [each for each in found if named in (None, each.receipt_location_id)]


def away() -> Refusal:
    """For what only the centre knows while it cannot be asked."""
    words = "This store has no such receipt, and the centre, which may, does not answer now."
    status = HTTPStatus.SERVICE_UNAVAILABLE
    return Refusal(status, Code.UPSTREAM, words, headers={"Retry-After": "5"})


def _told(returns: Iterable[StoredReceipt]) -> list[dict[str, object]]:
    """The newest of them, for the store API: the store's line may be slower than its question."""
    return [
        {
            "till_id": each.till_id,
            "epoch": each.epoch,
            "sequence": each.sequence,
            "return_id": each.return_id or "",
            "lines": msgspec.to_builtins(each.lines),
        }
        for each in list(returns)[-TAKEN_BACK_MAX:]
        if each.return_id
    ]


def _checked(body: bytes) -> bytes:
    """The answer for the till, where it is one."""
    try:
        told = msgspec.json.decode(body, type=_Reserved)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise CentreAway(f"the store API answers nonsense: {error}") from error
    plain = msgspec.to_builtins(told)
    return orjson.dumps({**plain, "reserved_seconds": RESERVED_SECONDS})


def _detail(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=_Problem).detail[:300] or _KEPT
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _KEPT


_KEPT = "The centre keeps it for others."
