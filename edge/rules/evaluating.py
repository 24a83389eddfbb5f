"""What follows for a cart: the same at a till and at the centre, to the minor unit. Pure.

Half a minor unit of a discount is rounded up, away from zero, for each line by itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from edge.bundle.rows import BundledTable
from edge.rules.attributes import Facts
from edge.rules.compiling import Hits, compiled
from edge.rules.facts import CartFacts
from edge.rules.reading import DecisionRow, DecisionTable, read_table


class TableDiscount(NamedTuple):
    """Money off; ``rule`` is ``table/row``, ``amount_minor`` below 0, ``line_no`` None for the
    whole cart."""

    rule: str
    amount_minor: int
    line_no: int | None = None
    exclusive: bool = False


class Check(NamedTuple):
    """What else a row says: a check to settle, a note to write down, words for the cashier."""

    rule: str
    line_no: int | None = None
    check: str | None = None
    age_years: int | None = None
    note: str | None = None
    say: str | None = None


class CartVerdict(NamedTuple):
    """What follows for a cart. ``displaced`` are discounts that gave way to others."""

    discounts: Sequence[TableDiscount]
    checks: Sequence[Check]
    displaced: Sequence[TableDiscount]

    @property
    def off_minor(self) -> int:
        """What is taken off in all; never below 0."""
        return -sum(each.amount_minor for each in self.discounts)

    def told(self) -> list[dict[str, Any]]:
        """The discounts as a sale carries them: one for each rule."""
        sums: dict[str, int] = {}
        for each in self.discounts:
            sums[each.rule] = sums.get(each.rule, 0) + each.amount_minor
        return [{"rule": rule, "amount_minor": amount} for rule, amount in sums.items()]


class CompiledTable(NamedTuple):
    """A table, and the function that says which of its rows apply."""

    table: DecisionTable
    hits: Hits


def compiled_table(table: DecisionTable) -> CompiledTable:
    """The table with its function."""
    return CompiledTable(table, compiled(table))


class Ruleset:
    """Tables that are decided by together, in the order of their names."""

    def __init__(self, tables: Iterable[CompiledTable]) -> None:
        self._tables = sorted(tables, key=lambda each: each.table.name)

    def verdict(self, cart: CartFacts, given: Sequence[TableDiscount] = ()) -> CartVerdict:
        """What follows for a cart. ``given`` are discounts that somebody gave by hand: they are
        among what an exclusive rule joins not, and are taken off before those of tables."""
        hits = list(self._hits(cart))
        discounts = [found for hit in hits if (found := _discount(*hit)) is not None]
        counting, displaced = _combined(discounts, given, cart.subtotal_minor)
        checks = [found for hit in hits if (found := _check(*hit)) is not None]
        return CartVerdict(counting, checks, displaced)

    def _hits(self, cart: CartFacts) -> Iterator[tuple[str, DecisionRow, "_Base"]]:
        for table, hits in self._tables:
            for base in _cases(cart, table):
                for at in hits(base.facts):
                    yield table.name, table.rows[at], base


def ruleset_of(tables: Iterable[BundledTable]) -> Ruleset:
    """The tables that count, as a catalog tells them: `TillCatalog.rule_tables` of a moment.

    They were tried when the bundle was taken, and are not checked again.
    """
    return Ruleset(compiled_table(read_table(each, each.table_name)) for each in tables)


class _Base(NamedTuple):
    """What a row is asked about, and the amount that its percent is of."""

    facts: Facts
    amount_minor: int
    line_no: int | None


def _cases(cart: CartFacts, table: DecisionTable) -> Iterator[_Base]:
    if table.scope == "cart":
        yield _Base(cart.facts, cart.subtotal_minor, None)
        return
    for line_no, facts in cart.lines:
        yield _Base(facts, facts.amount_minor or 0, line_no)


def percent_of(amount_minor: int, percent: int) -> int:
    """A share of an amount, half a minor unit rounded up; nothing of what is not above 0."""
    return (max(amount_minor, 0) * percent + 50) // 100


def _discount(table: str, row: DecisionRow, base: _Base) -> TableDiscount | None:
    says = row.outcomes
    off_minor = int(says.get("off_minor", 0)) or percent_of(
        base.amount_minor, int(says.get("percent", 0))
    )
    off_minor = min(off_minor, max(base.amount_minor, 0))
    if off_minor <= 0:
        return None
    return TableDiscount(
        f"{table}/{row.name}", -off_minor, base.line_no, bool(says.get("exclusive"))
    )


def _check(table: str, row: DecisionRow, base: _Base) -> Check | None:
    says: dict[str, Any] = {
        name: row.outcomes[name]
        for name in ("check", "age_years", "note", "say")
        if name in row.outcomes
    }
    return Check(f"{table}/{row.name}", base.line_no, **says) if says else None


def _combined(
    discounts: Sequence[TableDiscount], given: Sequence[TableDiscount], subtotal_minor: int
) -> tuple[list[TableDiscount], list[TableDiscount]]:
    """Those that count, and those that give way.

    An exclusive rule joins no other. Of each exclusive rule alone and all others together, what
    takes off most counts; where they are equal, an exclusive one, and the first of those.
    """
    exclusive = dict.fromkeys(each.rule for each in discounts if each.exclusive)
    alone = [[each for each in discounts if each.rule == rule] for rule in exclusive]
    together = [each for each in discounts if not each.exclusive]
    choices = [
        *(_within(each, subtotal_minor) for each in alone),
        [*given, *_within(together, subtotal_minor + _sum(given))],
    ]
    best = min(choices, key=_sum)
    rules = {(each.rule, each.line_no) for each in best}
    left = [each for each in (*discounts, *given) if (each.rule, each.line_no) not in rules]
    return best, left


def _sum(discounts: Sequence[TableDiscount]) -> int:
    return sum(each.amount_minor for each in discounts)


def _within(discounts: Sequence[TableDiscount], left_minor: int) -> list[TableDiscount]:
    """No more off than there is to pay: the last ones are cut."""
    kept: list[TableDiscount] = []
    for each in discounts:
        off_minor = min(-each.amount_minor, max(left_minor, 0))
        left_minor -= off_minor
        if off_minor:
            kept.append(each._replace(amount_minor=-off_minor))
    return kept
