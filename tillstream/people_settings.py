"""Where the key for people's data lies."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings


class PeopleSettings(BaseSettings):
    """Of whoever adds, shows or re-keys employees and customers."""

    home: Path
    people_key: Path | None = Field(
        None,
        description="File with the key that wraps all keys of people's data (docs/at-rest.md); "
        "people/key in the home where nothing is said. It is made at its first use.",
    )

    def key_file(self) -> Path:
        """The file, wherever it lies."""
        return self.people_key or self.home / "people" / "key"
