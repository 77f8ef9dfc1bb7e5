"""Which keys ever signed a log's checkpoints, receipts and packages, and from when to when."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from domain.log_commands import rotation_claim
from evidence.note import Verifier
from store.proof.keys import CHECKPOINT, verifiers_of
from store.signing import RECEIPT, package_signer, receipt_signer_of
from store.signing_keys import LOOKED_UP_EVERY_S, generation
from store.wiring import OpenLog

PACKAGE = "package"  # of which there is one key: it is not replaced
GRACE = timedelta(seconds=2 * LOOKED_UP_EVERY_S)  # a process that signs may take up the new key so much later


class KeyTerm(NamedTuple):
    """One generation of keys. since: None for the first; until: None for those that sign now."""

    purpose: str
    generation: int
    verifiers: tuple[Verifier, ...]
    since: datetime | None
    until: datetime | None


def key_history(log: OpenLog) -> Iterator[KeyTerm]:
    """Every generation, of each purpose the newest first."""
    for purpose in (CHECKPOINT, RECEIPT):
        until: datetime | None = None
        for number in range(generation(log.keys, purpose, log.origin), 0, -1):
            claim = log.hasher.claim(rotation_claim(purpose, number))
            since = log.reader.claimed_at(claim) if number > 1 else None
            yield KeyTerm(purpose, number, _verifiers(log, purpose, number), since, until)
            until = since + GRACE if since else None
    yield KeyTerm(PACKAGE, 1, (package_signer(log.origin, log.keys).verifier,), None, None)


def _verifiers(log: OpenLog, purpose: str, number: int) -> tuple[Verifier, ...]:
    if purpose == CHECKPOINT:
        return verifiers_of(log.origin, log.keys, number)
    return (receipt_signer_of(log.origin, log.keys, number).verifier,)
