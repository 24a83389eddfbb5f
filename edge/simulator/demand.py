"""What is bought, and when: Zipf's law over a shop's articles, and the hours of its day."""

from itertools import accumulate
from random import Random
from typing import Literal

from edge.simulator.catalog import Article
from topics.wire import WireProduct

ZIPF_EXPONENT = 0.9
"""How much more the first articles sell than the last. Groceries lie near 1: at 0 every article
sells alike, at 1.5 three articles are half of the sales."""

_TASTE = 0.5
"""How far a shop's ranking strays from the fleet's: 0 gives every shop the same bestsellers,
2 forgets that bananas sell everywhere."""

# fmt: off
_SHOP_HOURS = (
    0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.4, 0.9, 1.2, 1.3, 1.4, 1.6,
    1.7, 1.4, 1.3, 1.4, 1.7, 2.1, 2.0, 1.5, 0.8, 0.4, 0.3, 0.25,
)
_ONLINE_HOURS = (
    0.6, 0.4, 0.3, 0.3, 0.3, 0.3, 0.4, 0.6, 0.8, 1.0, 1.1, 1.2,
    1.2, 1.1, 1.1, 1.1, 1.1, 1.2, 1.4, 1.8, 2.1, 2.0, 1.5, 1.0,
)
# fmt: on
"""Trade by local hour against an average hour's 1. Never 0: the night's late shops and petrol
station counters keep a board that is shown at night alive."""


def hour_weight(kind: Literal["shop", "warehouse", "online"], hour: int) -> float:
    """Trade of a location in its local ``hour`` (0 to 23), an average hour being about 1."""
    return _ONLINE_HOURS[hour] if kind == "online" else _SHOP_HOURS[hour]


class CustomerDemand:
    """How one location's customers choose among the articles."""

    def __init__(self, articles: tuple[Article, ...], rng: Random) -> None:
        ranked = sorted(articles, key=lambda a: a.popularity * rng.lognormvariate(0, _TASTE))
        weights = [1 / rank**ZIPF_EXPONENT for rank in range(1, len(ranked) + 1)]
        self.products = tuple(article.product for article in reversed(ranked))
        self._cumulated = list(accumulate(weights))
        self._shares = {
            product.sku: weight / self._cumulated[-1]
            for product, weight in zip(self.products, weights, strict=True)
        }

    def share(self, sku: str) -> float:
        """The part of the location's lines that are of ``sku``, 0 to 1."""
        return self._shares[sku]

    def pick(self, rng: Random) -> WireProduct:
        """What the next customer's hand goes to."""
        return rng.choices(self.products, cum_weights=self._cumulated)[0]
