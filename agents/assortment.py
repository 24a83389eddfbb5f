"""`cdc.assortment`: which location sells what, and when it is reordered."""

from collections.abc import Sequence

from agents.intake import Intake, without_tombstones
from agents.shelf import Shelf
from engine.contract import Record
from tables.items import remove_policy, set_policy, touch_by_policy
from tables.offsets import require_unseen
from topics.registry import ASSORTMENT
from topics.wire import WirePolicy, decode_policy


class Assortment:
    """Folds policies into the items that they are for."""

    def __init__(self, intake: Intake, shelf: Shelf) -> None:
        self._intake = intake
        self._shelf = shelf

    def fold(self, records: Sequence[Record]) -> None:
        """Apply policies in order."""
        rows = without_tombstones(records)
        for record, policy in self._intake.take(ASSORTMENT.name, rows, decode_policy):
            self._apply(policy, record.offset)

    def _apply(self, policy: WirePolicy, offset: int) -> None:
        key = f"{policy.location_id}/{policy.sku}"
        item = self._shelf.look(key)
        require_unseen(key, offset, item.policy_offset)
        if not touch_by_policy(item, policy.changed_ms, offset):
            return
        if policy.deleted == "true":
            remove_policy(item)
        else:
            set_policy(
                item, policy.listed, policy.reorder_point, policy.order_up_to, policy.hysteresis
            )
        if item.as_of is not None:
            # A row change has no time of its own: the alert is as old as the level it judges.
            self._shelf.judge(policy.location_id, key, item, item.as_of)
        self._shelf.keep_policy(key, item)
