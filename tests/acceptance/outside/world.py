"""Shops, tills, products and the opening stock of a run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime

from .plan import Plan, uuid7

Key = tuple[str, str]


@dataclass(frozen=True)
class Product:
    """One row of `products`."""

    sku: str
    name: str
    unit: str
    price_minor: int
    tax_basis_points: int


@dataclass(frozen=True)
class Policy:
    """One row of `assortment`."""

    location_id: str
    sku: str
    listed: bool
    reorder_point: int
    order_up_to: int
    hysteresis: int | None = None

    @property
    def key(self) -> Key:
        """Location and product."""
        return (self.location_id, self.sku)


@dataclass(frozen=True)
class Movement:
    """One row of `stock_movements`."""

    movement_id: str
    location_id: str
    sku: str
    quantity: int
    reason: str
    reference: str | None
    occurred_at: datetime


@dataclass
class World:
    """Everything that exists before the first sale."""

    locations: list[str]
    ghost_location: str
    products: list[Product]
    ghost_products: list[Product]
    policies: dict[Key, Policy] = field(default_factory=dict[Key, Policy])
    opening: list[list[Movement]] = field(default_factory=list[list[Movement]])

    @property
    def selling(self) -> list[str]:
        """All locations with tills, the one the database never heard of among them."""
        return [*self.locations, self.ghost_location]


def make_world(plan: Plan, rng: random.Random) -> World:
    """Build the world of a run."""
    products = [_product(plan, number, rng) for number in range(plan.products)]
    ghosts = [_product(plan, number, rng, "ghost") for number in range(3)]
    locations = [f"{plan.prefix}s{number:02d}" for number in range(plan.locations)]
    world = World(locations, f"{plan.prefix}nowhere", products, ghosts)
    for location in locations:
        _stock(plan, world, location, rng)
    return world


def _product(plan: Plan, number: int, rng: random.Random, stem: str = "p") -> Product:
    unit = "gram" if rng.random() < 0.2 else "each"
    tax = rng.choice((0, 700, 1900))
    name = rng.choice(("Äpfel, lose", "Crème fraîche", "Oat milk 1 l", "お茶", "Bread 'rye'"))
    sku = f"{plan.prefix}{stem}{number}.{rng.choice('ABZ')}_x"
    return Product(sku, f"{name} {number}", unit, rng.randint(19, 4999), tax)


def _stock(plan: Plan, world: World, location: str, rng: random.Random) -> None:
    chosen = rng.sample(world.products, min(plan.assortment, len(world.products)))
    for product in chosen:
        policy = _policy(location, product, rng)
        world.policies[policy.key] = policy
    for start in range(0, len(chosen), 12):
        world.opening.append(_delivery(plan, location, chosen[start : start + 12], rng))


def _policy(location: str, product: Product, rng: random.Random) -> Policy:
    point = rng.choice((0, 5, 20, 60)) * (500 if product.unit == "gram" else 1)
    above = rng.choice((None, None, 0, 3, 25)) if rng.random() < 0.8 else point
    if product.unit == "gram" and above:
        above *= 100
    return Policy(location, product.sku, rng.random() > 0.03, point, point * 3 + 10, above)


def quantity_for(product: Product, rng: random.Random, most: int) -> int:
    """A quantity in the product's base unit."""
    return rng.randint(1, most) * (rng.randint(90, 400) if product.unit == "gram" else 1)


def _delivery(
    plan: Plan, location: str, products: list[Product], rng: random.Random
) -> list[Movement]:
    """One delivery of several products: one movement id, a row per product."""
    moment = plan.first_moment
    movement_id, reference = uuid7(moment, rng), f"DN-{rng.randint(1, 99999)}"
    return [
        Movement(
            movement_id,
            location,
            product.sku,
            quantity_for(product, rng, 40 + plan.events // 300),
            "delivery",
            reference,
            moment,
        )
        for product in products
    ]
