"""An application of two agents with a repartitioned topic between them, as a worker of its own.

`python -m tests.integration.repartition_app BOOTSTRAP PREFIX NAME GENERATION FOLDER`. Sales come by
shop (`PREFIX-sales`, `shop sku quantity`); what each shop has sold of a SKU goes by SKU to
`PREFIX-sold`; the sums over all shops leave as `PREFIX-products`. All values are absolute, with
versions, as `engine.sends.by_key` asks for.
"""

import sys
from pathlib import Path

import msgspec

from clients.kafka import KafkaAccess
from engine.agents import State
from engine.app import BatchApp
from engine.contract import Batch, Message, Outbox, Part
from engine.prompt import PromptWorker
from engine.sends import by_key
from engine.settings import EngineSettings
from engine.table import Table


class Sold(msgspec.Struct, array_like=True):
    """How much a shop has sold of a SKU, and in how many sales."""

    quantity: int = 0
    version: int = 0


class Product(msgspec.Struct, array_like=True):
    """What all shops have sold of a SKU; ``repeated`` counts messages that said nothing new."""

    shops: dict[str, Sold] = {}
    repeated: int = 0


class Shops(Part):
    """What each shop of the partition has sold, said by SKU."""

    def __init__(self, state: State, topic: str) -> None:
        self._sold: Table[Sold] = state.table("sold")
        self._topic = topic

    def fold(self, batch: Batch) -> None:
        """Add up."""
        for record in batch:
            shop, sku, quantity = (record.value or b"").decode().split()
            sold = self._sold.edit(f"{shop}/{sku}", Sold)
            sold.quantity += int(quantity)
            sold.version += 1

    def announce(self, outbox: Outbox) -> None:
        """What has changed, in the partition of its SKU."""
        outbox.send_all(self._topic, (_by_sku(*each) for each in self._sold.edited()))

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Say all of it again."""
        outbox.send_all(self._topic, (_by_sku(*each) for each in self._sold.scan()))
        return None


def _by_sku(key: str, sold: Sold) -> Message:
    shop, _, sku = key.partition("/")
    return Message(sku.encode(), msgspec.json.encode([shop, sold.quantity, sold.version]))


class Products(Part):
    """What has been sold of each SKU of the partition."""

    def __init__(self, state: State, topic: str) -> None:
        self._products: Table[Product] = state.table("products")
        self._topic = topic

    def fold(self, batch: Batch) -> None:
        """Take over what a shop has sold, where it is newer."""
        for record in batch:
            shop, quantity, version = msgspec.json.decode(record.value or b"")
            product = self._products.edit((record.key or b"").decode(), Product)
            if version > product.shops.get(shop, Sold()).version:
                product.shops[shop] = Sold(quantity, version)
            else:
                product.repeated += 1

    def announce(self, outbox: Outbox) -> None:
        """The sums that have changed."""
        outbox.send_all(self._topic, (_sum(*each) for each in self._products.edited()))

    def restate(self, cursor: str | None, outbox: Outbox) -> str | None:
        """All sums again."""
        outbox.send_all(self._topic, (_sum(*each) for each in self._products.scan()))
        return None


def _sum(sku: str, product: Product) -> Message:
    sums = {
        "quantity": sum(sold.quantity for sold in product.shops.values()),
        "sales": sum(sold.version for sold in product.shops.values()),
        "repeated": product.repeated,
    }
    return Message(sku.encode(), msgspec.json.encode(sums))


def declare(app: BatchApp, prefix: str) -> None:
    """Both agents."""
    sold = app.batch_table("sold", Sold, help="What each shop has sold of each SKU.")
    products = app.batch_table("products", Product, help="The same by SKU.")

    @app.batch_part(tables=[sold], sends=[by_key(f"{prefix}-sold")])
    def shops(state: State) -> Shops:
        return Shops(state, f"{prefix}-sold")

    @app.batch_part(tables=[products], sends=[f"{prefix}-products"])
    def over_all(state: State) -> Products:
        return Products(state, f"{prefix}-products")

    @app.batch_agent(f"{prefix}-sales")
    def sell(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Add up what each shop sells."""
        state.part(shops).fold(batch)

    @app.batch_agent(f"{prefix}-sold")
    def add_up(batch: Batch, state: State) -> None:  # pyright: ignore[reportUnusedFunction]
        """Add up over all shops."""
        state.part(over_all).fold(batch)


def main(bootstrap: str, prefix: str, name: str, generation: str, folder: str) -> None:
    """Run until SIGTERM, or what stops a worker."""
    application_id = f"{prefix}-g{generation}"
    settings = EngineSettings(
        KafkaAccess(bootstrap), application_id, Path(folder) / application_id / name
    )
    app = BatchApp(settings, instance=name, rebuilds=generation != "0")
    declare(app, prefix)
    worker = PromptWorker(app, loglevel="info", redirect_stdouts=False, override_logging=False)
    raise worker.execute_from_commandline()


if __name__ == "__main__":
    main(*sys.argv[1:])
