"""Settings of who tells stores: which of them, where several processes share the work."""

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings


class FeedsSettings(BaseSettings):
    """Of the role `feeds`. Each process holds what its stores have in memory."""

    feeds_parts: Literal[1, 2, 4, 8] = Field(
        1,
        description="Processes that share the stores. Each takes 0.7 KB for every product of each "
        "store of its own, so 1,000 stores of 10,000 products want eight.",
    )
    feeds_part: int = Field(1, ge=1, le=8, description="Which of them this one is, from 1.")
