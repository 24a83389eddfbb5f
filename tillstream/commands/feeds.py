"""``tillstream feeds``: what stores with a Kafka of their own are told, and how far they are."""

import typer

from operations.feeds.overview import lines, overview
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, tell

group = grouped("What stores are told of products, prices, people and devices.")


@group.callback()
def _feeds() -> None:
    """Makes Typer ask for the subcommand's name though there is only one."""


@group.command()
def status(as_json: AsJson = False) -> None:
    """Show each store's feed, and how far the store is with it by its own word.

    Exit status 1 where a store has something else than its feed says. One that lacks changes may
    just be offline: `tillstream_feed_behind_seconds` tells for how long.
    """
    found = overview(load_settings().kafka_access())
    tell(as_json, {"stores": [each._asdict() for each in found]}, lines(found))
    raise typer.Exit(1 if any(each.is_whole is False for each in found) else 0)
