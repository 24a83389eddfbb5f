"""Settings of whoever runs in a store that has a Kafka of its own."""

from pydantic import Field
from pydantic_settings import BaseSettings


class StoreSettings(BaseSettings):
    """A part of `tillstream.settings.Settings`."""

    store: str = Field(
        "",
        description="Location whose store this is, where it has a Kafka of its own. Empty at the "
        "centre.",
    )
