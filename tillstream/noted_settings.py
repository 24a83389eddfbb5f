"""Settings that a running local stack has noted for commands that are given by hand."""

import json
import os
from pathlib import Path
from typing import Any

from pydantic_settings import PydanticBaseSettingsSource

from local.checkout import HOME, PREFIX


class NotedByLocalStack(PydanticBaseSettingsSource):
    """Addresses that `tillstream local up` has written to ``addresses.json``."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        home = Path(os.environ.get(f"{PREFIX}HOME", HOME / ".tillstream"))
        file = home / "addresses.json"
        noted: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        # At a server of the user's own, who we are is theirs to say.
        theirs = tuple({"kafka", "postgres"} & self.current_state.keys())
        return {name: value for name, value in noted.items() if not name.startswith(theirs)}
