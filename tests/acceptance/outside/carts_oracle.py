"""What the contract says about open carts, worked out in the plainest way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
ENDINGS = ("cart_completed", "cart_abandoned")


@dataclass
class OpenCart:
    """A cart as seen in the order of its location's partition."""

    till_id: str
    business_date: str
    opened: bool = False
    ended: bool = False
    lines: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])
    voided: set[int] = field(default_factory=set[int])

    def apply(self, event: Event) -> set[str]:
        """Apply an event; return the products whose quantity in carts it touched."""
        if self.ended:
            return set()
        before = dict(self.lines)
        self._change(event)
        moved = {sku for line, (sku, _) in before.items() if line not in self.lines}
        return moved | {sku for line, (sku, _) in self.lines.items() if line not in before}

    def _change(self, event: Event) -> None:
        kind = event["type"]
        if kind == "cart_opened":
            self.opened = True
        elif kind == "line_added":
            self._add(event["line"])
        elif kind == "line_voided":
            self.voided.add(event["line_no"])
            self.lines.pop(event["line_no"], None)
        elif kind in ENDINGS:
            self.ended = True
            self.lines.clear()

    def _add(self, line: Event) -> None:
        if line["line_no"] not in self.voided:
            self.lines[line["line_no"]] = (line["sku"], line["quantity"])
