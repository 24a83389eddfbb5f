"""Why the till does not do what a program asks, as a word and in words."""

from collections.abc import Mapping
from enum import StrEnum
from http import HTTPStatus

from edge.problems import Code, Refusal


class WhyNot(StrEnum):
    """The member ``reason`` of a problem, for programs to decide by."""

    NOT_ENROLLED = "not_enrolled"
    DAY_NOT_OPEN = "day_not_open"
    NO_SUCH_CART = "no_such_cart"
    NO_SUCH_EVENT = "no_such_event"
    NO_SUCH_RECEIPT = "no_such_receipt"
    BEYOND_PURCHASE = "beyond_purchase"
    NOT_AUTHORIZED = "not_authorized"
    UNPRINTABLE = "unprintable"
    NO_PRINTER = "no_printer"
    PRINTER_AWAY = "printer_away"
    NO_SUCH_LINE = "no_such_line"
    NO_SUCH_DISCOUNT = "no_such_discount"
    TOO_MANY_DISCOUNTS = "too_many_discounts"
    NO_SUCH_TENDER = "no_such_tender"
    CART_EXISTS = "cart_exists"
    CART_TAKEN = "cart_taken"
    CART_SUSPENDED = "cart_suspended"
    CART_NOT_SUSPENDED = "cart_not_suspended"
    CART_EMPTY = "cart_empty"
    CART_FULL = "cart_full"
    TOO_MANY_CARTS = "too_many_carts"
    NO_SUCH_CHECK = "no_such_check"
    CHECK_OPEN = "check_open"
    RULE_OF_TABLE = "rule_of_table"
    TENDER_UNSETTLED = "tender_unsettled"
    TENDER_SETTLED = "tender_settled"
    MONEY_WAS_TAKEN = "money_was_taken"
    SUMS_DIFFER = "sums_differ"
    TOO_LITTLE = "too_little"
    NO_TERMINAL = "no_terminal"
    NO_PRICE = "no_price"
    NO_SUCH_PRODUCT = "no_such_product"
    RECALLED = "recalled"
    EXPIRED = "expired"
    WEIGHT_MISSING = "weight_missing"
    NOT_READ = "not_read"
    SHIFT_IS_OPEN = "shift_is_open"
    NO_SHIFT = "no_shift"
    NOT_COUNTED = "not_counted"
    COUNTED_TWICE = "counted_twice"
    WRONG_AMOUNT = "wrong_amount"
    WRONG_COUNT = "wrong_count"
    NO_REASON = "no_reason"
    NOT_IN_CONTRACT = "not_in_contract"
    NOT_TAKEN_HERE = "not_taken_here"
    KEY_MISSING = "key_missing"
    KEY_REUSED = "key_reused"
    DISK_FULL = "disk_full"
    FORKED = "forked"
    REFUSED_BY_GATEWAY = "refused_by_gateway"
    JOURNAL_UNUSABLE = "journal_unusable"
    VOUCHER_WRONG = "voucher_wrong"
    EMPLOYEES_UNKNOWN = "employees_unknown"
    EMPLOYEE_NEEDED = "employee_needed"
    EMPLOYEE_GONE = "employee_gone"
    ANOTHER_EMPLOYEE = "another_employee"
    UNKNOWN_CARD = "unknown_card"
    WRONG_PIN = "wrong_pin"
    CARD_LOCKED = "card_locked"
    CARD_NOT_LOCKED = "card_not_locked"
    OVER_LIMIT = "over_limit"
    LIST_TOO_OLD = "list_too_old"
    AUTHORIZATION_NEEDED = "authorization_needed"
    NO_SUCH_CUSTOMER = "no_such_customer"
    GATEWAY_AWAY = "gateway_away"
    NO_SUCH_SURVEY = "no_such_survey"
    CARDS_ONLY = "cards_only"
    NO_SUCH_APPROVAL = "no_such_approval"


def refusal(status: HTTPStatus, reason: WhyNot, detail: str) -> Refusal:
    """The problem that says so."""
    return Refusal(status, Code.REQUEST, detail, more={"reason": reason.value})


def forbidden(reason: WhyNot, detail: str, more: Mapping[str, str | int] | None = None) -> Refusal:
    """It is not for who asks; ``more`` are members of the problem's own."""
    named = {"reason": reason.value, **(more or {})}
    return Refusal(HTTPStatus.FORBIDDEN, Code.REQUEST, detail, more=named)


def conflict(reason: WhyNot, detail: str) -> Refusal:
    """It does not fit how things stand."""
    return refusal(HTTPStatus.CONFLICT, reason, detail)


def unfit(reason: WhyNot, detail: str, **more: str) -> Refusal:
    """It can be read, and cannot be; ``more`` are further members."""
    refused = refusal(HTTPStatus.UNPROCESSABLE_ENTITY, reason, detail)
    refused.more.update(more)
    return refused
