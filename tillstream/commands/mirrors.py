"""``tillstream mirrors``: a store's mirrors to the centre and back, in the store's own Connect."""

from dataclasses import asdict
from typing import Annotated

import typer

from connectors.connect.errors import ConnectorError
from connectors.mirrormaker import keeper
from connectors.mirrormaker.errors import ClusterAway
from connectors.mirrormaker.guard import guard as guarded
from tillstream.mirrors import link_of
from tillstream.settings import load_settings
from tillstream.terminal import AsJson, grouped, mendable, tell

group = grouped("Apply and check a store's mirrors, in the store's own Kafka Connect.")


@group.command()
@mendable(ConnectorError)
def apply(
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds to wait for each mirror to run.")
    ] = keeper.WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Bring both mirrors to their definitions and wait until they run.

    Failed tasks are restarted and a stopped mirror is resumed. Exit status 1, with the task's own
    words, if one does not come up: a mirror from the centre does not while the line is cut.
    """
    settings = load_settings()
    changes = keeper.apply(settings.connect_access(), link_of(settings), wait)
    told = [{"connector": name, "change": change} for name, change in changes.items()]
    tell(as_json, told, (f"{change:<10}{name}" for name, change in changes.items()))


@group.command()
@mendable(ConnectorError)
def check(as_json: AsJson = False) -> None:
    """Compare Connect with both definitions; exit status 1 if a setting or a state differs.

    A mirror that runs may carry nothing all the same: `tillstream worker mirrors` watches that.
    """
    settings = load_settings()
    findings = keeper.check(settings.connect_access(), link_of(settings))
    tell(as_json, [each.as_json() for each in findings], (each.in_words() for each in findings))
    raise typer.Exit(0 if all(each.is_in_order for each in findings) else 1)


@group.command()
@mendable(ClusterAway)
def guard(as_json: AsJson = False) -> None:
    """Set back positions that are ahead of a restored log, while Connect and the gateway are down.

    `tillstream worker mirrors` does the same as it starts.
    """
    settings = load_settings()
    findings = guarded(settings.kafka_access(), link_of(settings).location_id)
    tell(as_json, [asdict(each) for each in findings], (each.in_words() for each in findings))
