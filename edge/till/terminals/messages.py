"""The messages between a till and a card terminal: JSON, in the shape of nexo's Sale to POI. Pure.

Of that protocol only the payment and the question how it stands, with the members that they need.
Amounts are in minor units, where nexo has decimals.
"""

from collections.abc import Mapping
from secrets import choice
from string import ascii_uppercase, digits
from typing import Any, Literal, NamedTuple

import msgspec
import orjson

from edge.till.terminals.rule import Heard
from topics import scalars as s

MESSAGE_BYTES_MAX = 16 * 1024
"""Of one line. Ours have some 300 bytes; what a wrong device sends must not fill the memory."""

_PROTOCOL = "3.0"
_ID_LETTERS = ascii_uppercase + digits
_ID_LENGTH = 10
"""The longest ``ServiceID`` that nexo allows: 36 to the power of ten of them."""


class AskedPayment(NamedTuple):
    """A payment by card; ``tender_id`` names it for ever, at the terminal and in the journal."""

    till_id: str
    tender_id: str
    amount_minor: int
    currency: str


class _Header(msgspec.Struct, frozen=True, rename="pascal"):
    message_category: Literal["Payment", "TransactionStatus"]
    message_type: Literal["Request", "Response"]
    service_id: s.Reference = msgspec.field(name="ServiceID")


class _Result(msgspec.Struct, frozen=True, rename="pascal"):
    result: Literal["Success", "Failure"]
    error_condition: str = ""


class _Paid(msgspec.Struct, frozen=True, rename="pascal"):
    response: _Result
    authorized_amount: s.Number = 0


class _Status(msgspec.Struct, frozen=True, rename="pascal"):
    response: _Result
    service_id: str = msgspec.field(name="ServiceID", default="")
    repeated_response: _Paid | None = None


class _Reply(msgspec.Struct, frozen=True, rename="pascal"):
    message_header: _Header
    payment_response: _Paid | None = None
    transaction_status_response: _Status | None = None


class _Answer(msgspec.Struct, frozen=True):
    reply: _Reply = msgspec.field(name="SaleToPOIResponse")


def new_id() -> str:
    """A name for a payment or a question that no other has."""
    return "".join(choice(_ID_LETTERS) for _ in range(_ID_LENGTH))


def payment_request(asked: AskedPayment) -> bytes:
    """Asks for the money."""
    return _request(
        asked,
        "Payment",
        asked.tender_id,
        {"AmountsReq": {"RequestedAmount": asked.amount_minor, "Currency": asked.currency}},
    )


def status_request(asked: AskedPayment, question_id: str) -> bytes:
    """Asks how the payment stands."""
    reference = {"MessageCategory": "Payment", "ServiceID": asked.tender_id}
    return _request(asked, "TransactionStatus", question_id, {"MessageReference": reference})


def _request(asked: AskedPayment, kind: str, message_id: str, body: Mapping[str, Any]) -> bytes:
    header = {
        "ProtocolVersion": _PROTOCOL,
        "MessageCategory": kind,
        "MessageType": "Request",
        "ServiceID": message_id,
        "SaleID": asked.till_id,
    }
    return orjson.dumps({"SaleToPOIRequest": {"MessageHeader": header, f"{kind}Request": body}})


def heard_of_payment(asked: AskedPayment, line: bytes) -> Heard:
    """What the answer to `payment_request` says; `Heard.SILENCE` where it is none to this one."""
    reply = _read(line)
    if reply is None or reply.payment_response is None:
        return Heard.SILENCE
    if reply.message_header.service_id != asked.tender_id:
        return Heard.SILENCE
    return _outcome(asked, reply.payment_response)


def heard_of_status(asked: AskedPayment, question_id: str, line: bytes) -> Heard:
    """What the answer to `status_request` says; `Heard.SILENCE` where it is none to this one."""
    reply = _read(line)
    status = reply and reply.transaction_status_response
    if reply is None or status is None or reply.message_header.service_id != question_id:
        return Heard.SILENCE
    if status.service_id != asked.tender_id:
        return Heard.SILENCE
    if status.repeated_response is not None:
        return _outcome(asked, status.repeated_response)
    match status.response.error_condition:
        case "InProgress":
            return Heard.IN_PROGRESS
        case "NotFound":
            return Heard.NOT_FOUND
        case _:
            return Heard.SILENCE


def _outcome(asked: AskedPayment, paid: _Paid) -> Heard:
    """Another amount than was asked for is no answer: a person must look at the terminal."""
    if paid.response.result == "Success":
        is_whole = paid.authorized_amount == asked.amount_minor
        return Heard.CAPTURED if is_whole else Heard.SILENCE
    return Heard.IN_PROGRESS if paid.response.error_condition == "InProgress" else Heard.DECLINED


def _read(line: bytes) -> _Reply | None:
    try:
        return msgspec.json.decode(line, type=_Answer).reply
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
