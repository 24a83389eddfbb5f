"""Why a text is nothing that the field takes, in words that say what to do next."""

from edge.till.scanning.items import Unread

UNREAD = {
    Unread.EMPTY: "Scan or type something first.",
    Unread.TOO_LONG: "That was too long: scan once more.",
    Unread.WRONG_CHECK_DIGIT: "The code was misread: its check digit is wrong. Scan again.",
    Unread.WRONG_VERIFIER: "The label was misread: its price or weight is wrong. Scan again.",
    Unread.WRONG_LENGTH: "Digits are missing, or two codes ran together. Scan again.",
    Unread.NO_PRODUCT: "This code names no product. Look for another code on it.",
    Unread.WRONG_DATE: "The date in this code is no date. Type the number below the bars.",
    Unread.WRONG_VALUE: "That number is too large, or is no number. Type it again.",
    Unread.UNKNOWN_FORM: "The till does not know such a code. Scan again, or type the number.",
}
