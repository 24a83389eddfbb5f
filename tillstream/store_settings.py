"""Settings of whoever runs in a store that has a Kafka of its own."""

from collections.abc import Mapping

from pydantic import Field
from pydantic_settings import BaseSettings

from topics.mirrored import inputs_of


class StoreSettings(BaseSettings):
    """A part of `tillstream.settings.Settings`."""

    store: str = Field(
        "",
        description="Location whose store this is, where it has a Kafka of its own: workers and "
        "sink read up.<location>.till-events and up.<location>.stock-movements in place of the "
        "centre's inputs. Empty at the centre.",
    )

    def inputs(self) -> Mapping[str, str]:
        """The topics that take the place of inputs here, by the usual name."""
        return inputs_of(self.store) if self.store else {}
