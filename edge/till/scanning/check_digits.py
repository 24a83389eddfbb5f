"""Check digits: GS1's standard one, and the verifiers inside weighed codes."""

GTIN_LENGTHS = frozenset({8, 12, 13, 14})
"""Of EAN-8, UPC-A, EAN-13 and GTIN-14."""

_TWO_MINUS = (0, 2, 4, 6, 8, 9, 1, 3, 5, 7)
_THREE = (0, 3, 6, 9, 2, 5, 8, 1, 4, 7)
_FIVE_PLUS = (0, 5, 1, 6, 2, 7, 3, 8, 4, 9)
_FIVE_MINUS = (0, 5, 9, 4, 8, 3, 7, 2, 6, 1)

_FOUR = (_TWO_MINUS, _TWO_MINUS, _THREE, _FIVE_MINUS)
_FIVE = (_FIVE_PLUS, _TWO_MINUS, _FIVE_MINUS, _FIVE_PLUS, _TWO_MINUS)
"""The weights of each place: GS1 General Specifications, 7.9.2 to 7.9.4."""

VERIFIED_LENGTHS = frozenset({len(_FOUR), len(_FIVE)})
"""Digits of a price or weight that a verifier is defined for."""


def is_digits(text: str) -> bool:
    """Whether it is digits alone, those of ASCII."""
    return text.isascii() and text.isdigit()


def check_digit(payload: str) -> str:
    """The digit that ends a code which begins so."""
    tripled = sum(int(digit) for digit in payload[-1::-2])
    plain = sum(int(digit) for digit in payload[-2::-2])
    return str(-(3 * tripled + plain) % 10)


def is_gtin(text: str) -> bool:
    """Whether it is a code of one of GS1's lengths, with the check digit that it must have."""
    return is_digits(text) and len(text) in GTIN_LENGTHS and check_digit(text[:-1]) == text[-1]


def verifier(value: str) -> str:
    """The digit that guards a price or weight of four or five digits."""
    weights = _FOUR if len(value) == len(_FOUR) else _FIVE
    total = sum(row[int(digit)] for row, digit in zip(weights, value, strict=True))
    if weights is _FOUR:
        return str(total * 3 % 10)
    return str(_FIVE_MINUS.index(-total % 10))
