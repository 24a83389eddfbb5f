"""Money and quantities as a receipt shows them. Pure."""

from babel.numbers import get_currency_precision


def money(amount_minor: int, currency: str) -> str:
    """An amount in whole units: ``12.34``, in yen ``1234``."""
    return _with_point(amount_minor, get_currency_precision(currency))


def _with_point(value: int, digits: int) -> str:
    sign = "-" if value < 0 else ""
    whole, part = divmod(abs(value), 10**digits)
    return f"{sign}{whole}.{part:0{digits}}" if digits else f"{sign}{whole}"


def percent(basis_points: int) -> str:
    """A rate: ``19 %``, ``5.5 %``."""
    return f"{_with_point(basis_points, 2).rstrip('0').rstrip('.')} %"


def measure(quantity: int, unit: str, unit_price: str) -> str:
    """How a line comes about: ``2 x 1.99``, ``0.250 kg x 1.99/kg``."""
    if unit == "gram":
        return f"{_with_point(quantity, 3)} kg x {unit_price}/kg"
    return f"{quantity} x {unit_price}"
