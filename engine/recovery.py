"""Opens a partition's store and brings it to the end of the changelog, anew where it must be."""

from collections.abc import Callable

import structlog

from engine.changelog import StoreUnfit
from engine.log import PartitionLog
from engine.place import StorePlace
from engine.store import Store

log = structlog.get_logger()


async def recovered(
    wal: PartitionLog, place: StorePlace, partition: int, applied: Callable[[int], None]
) -> Store:
    """The store, complete; ``applied`` is told the records of each part that was read."""
    try:
        return await _recover_into(place.open(), wal, applied)
    except StoreUnfit as found:
        log.warning("state is rebuilt", partition=partition, why=str(found))
        place.clear()
        return await _recover_into(place.open(), wal, applied)


async def _recover_into(store: Store, wal: PartitionLog, applied: Callable[[int], None]) -> Store:
    try:
        await wal.recover(store, applied)
    except BaseException:
        store.close()
        raise
    return store
