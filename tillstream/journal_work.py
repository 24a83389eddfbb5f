"""What the commands on a till's journal are given, read from files and Kafka."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from edge.journal import heads
from edge.journal.comparing import CentreRecords
from edge.journal.heads import SignedHead, WrongHead
from identity import files
from identity.errors import IdentityError
from operations.errors import OperationError
from tillstream.journal_records import told_by_kafka
from tillstream.settings import Settings


def journal_path(settings: Settings, path: Path | None) -> Path:
    """The journal that is meant: that of this machine's till unless another is named."""
    return path or settings.home / "till" / "journal.sqlite"


def known_heads(paths: Sequence[Path]) -> list[SignedHead]:
    """Heads in files, one each; raises `OperationError`."""
    return [_known_head(path) for path in paths]


def _known_head(path: Path) -> SignedHead:
    try:
        told = json.loads(path.read_bytes())
        return heads.read(told["head"], told["signature"])
    except (ValueError, TypeError, KeyError, WrongHead) as error:
        raise OperationError(
            f'there is no head in {path} ({error!r}): it holds {{"head": …, "signature": …}}'
        ) from error


def trusted_keys(paths: Sequence[Path]) -> list[ec.EllipticCurvePublicKey]:
    """The keys of the certificates in files; raises `OperationError`."""
    try:
        found = [each.public_key() for path in paths for each in files.read_certificates(path)]
    except IdentityError as error:
        raise OperationError(str(error)) from error
    keys = [key for key in found if isinstance(key, ec.EllipticCurvePublicKey)]
    if len(keys) < len(found):
        raise OperationError("a till's certificate has a key on P-256; another was named")
    return keys


def centre_records(settings: Settings, topic: bool, receipts: bool) -> list[CentreRecords]:
    """What to read of Kafka, which is asked only then."""
    wanted = [False] * topic + [True] * receipts
    if not wanted:
        return []
    kafka = settings.kafka_access()
    return [CentreRecords(partial(told_by_kafka, kafka, receipts=each), each) for each in wanted]
