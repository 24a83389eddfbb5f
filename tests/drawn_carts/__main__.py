"""``make carts``: sell carts at random, and decide each again."""

import argparse
import sys
import time
from collections import Counter

from tests.drawn_carts.carts import DrawnTill

CARTS_OF_A_TILL = 500
"""Then another till begins, by a seed of its own, which the list of differences names."""


def main() -> int:
    """The exit status: 1 where a sale comes to something else at the centre."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--carts", type=int, default=10_000)
    words.add_argument("--first", type=int, default=1, help="seed of the first till")
    wanted = words.parse_args()
    found, began = Counter[str](), time.monotonic()
    for at in range(0, wanted.carts, CARTS_OF_A_TILL):
        seed = wanted.first + at // CARTS_OF_A_TILL
        till = DrawnTill(seed)
        for number in range(min(CARTS_OF_A_TILL, wanted.carts - at)):
            drawn = till.sell(number)
            found["sales"] += 1
            found["with discounts"] += bool(drawn.sale.discounts)
            found["different"] += drawn.difference is not None
            if drawn.difference is not None:
                sys.stderr.write(f"seed {seed}, cart {number}: {drawn.difference}\n")
    told = ", ".join(f"{count} {name}" for name, count in found.items())
    sys.stdout.write(f"{told}, in {time.monotonic() - began:.1f} s\n")
    return 1 if found["different"] else 0


if __name__ == "__main__":
    sys.exit(main())
