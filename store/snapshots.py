"""Folded state kept so that a long stream need not be folded from its first event: an encrypted cache.

Keyed by the edition of the fold, and deletable at any time: whatever is missing, of another edition or
unreadable is folded again.
"""

from collections.abc import Sequence
from uuid import UUID, uuid5

from eventsourcing.persistence import AggregateRecorder, IntegrityError, StoredEvent

from evidence.errors import ProofError
from store.connect import Reads
from store.content import ContentKey
from store.keys import KeyDestroyed, KeyMissing, KeyStore

_PLACE = UUID("5d6f1f5e-5a0c-4c57-9a1e-6f0a4a4b7c11")  # where snapshots differ from events in associated data


class Snapshots:
    """Snapshots of one log's streams."""

    def __init__(self, reads: Reads, *, log_no: int, origin: str, keys: KeyStore) -> None:
        self._reads = reads
        self._log_no = log_no
        self._origin = origin.encode()
        self._keys = keys

    def put(self, stream: UUID, fold: str, version: int, state: bytes) -> bool:
        """Keep the state of a fold at a version; False if it is there already, or something was erased."""
        key = self._keys.newest(stream)
        if not self._keys.is_kept(key):
            key = self._keys.keep([key])[stream]
        ciphertext = key.seal(state, self._origin, _place(fold, version))
        inserted = self._reads.change(
            "INSERT INTO store.snapshot VALUES (%s, %s, %s, %s, %s, %b) ON CONFLICT DO NOTHING",
            [self._log_no, stream, fold, version, key.generation, ciphertext],
        )
        return inserted > 0 and self._may_stay(stream)

    def _may_stay(self, stream: UUID) -> bool:
        """Whether what was just kept may be: not if something of the stream was erased, which it may tell.

        Asked afterwards: who erases destroys the key before removing what is kept, so one of both sees it.
        """
        if not self._keys.erased_upto(stream):
            return True
        self.forget(stream)
        return False

    def newest(self, stream: UUID, fold: str, *, lte: int | None = None) -> tuple[int, bytes] | None:
        """Version and state of the newest readable snapshot of that fold, up to version lte."""
        row = self._reads.row(
            """SELECT version, key_generation, ciphertext FROM store.snapshot
               WHERE log_no = %s AND stream_id = %s AND fold = %s AND version <= coalesce(%s, version)
               ORDER BY version DESC LIMIT 1""",
            [self._log_no, stream, fold, lte],
        )
        if row is None:
            return None
        version, generation, ciphertext = row
        state = self._opened(stream, fold, version, generation, ciphertext)
        return None if state is None else (version, state)

    def replace(self, stream: UUID, fold: str, version: int, state: bytes) -> bool:
        """Keep the state as the only one of that fold; False if there is one as new, or the key is gone."""
        key = self._keys.newest(stream)
        if not self._keys.is_kept(key):
            return False  # nothing was ever stored under it: what was told is erased
        ciphertext = key.seal(state, self._origin, _place(fold, version))
        place = [self._log_no, stream, fold]
        inserted = self._reads.change(
            """WITH older AS (DELETE FROM store.snapshot
                              WHERE log_no = %s AND stream_id = %s AND fold = %s AND version < %s)
               INSERT INTO store.snapshot VALUES (%s, %s, %s, %s, %s, %b) ON CONFLICT DO NOTHING""",
            [*place, version, *place, version, key.generation, ciphertext],
        )
        return inserted > 0 and self._may_stay(stream)

    def forget(self, stream: UUID) -> None:
        """Delete the stream's snapshots."""
        self._reads.change(
            "DELETE FROM store.snapshot WHERE log_no = %s AND stream_id = %s", [self._log_no, stream]
        )

    def _opened(self, stream: UUID, fold: str, version: int, generation: int, sealed: bytes) -> bytes | None:
        try:
            key: ContentKey = self._keys.get(stream, generation)
            return key.open(sealed, self._origin, _place(fold, version))
        except (KeyDestroyed, KeyMissing, ProofError):
            return None  # a cache: what does not open is folded again

    def select(
        self, stream: UUID, *, gt: int | None, lte: int | None, desc: bool, limit: int | None
    ) -> list[tuple[int, str, bytes]]:
        """Versions, folds and states of a stream's readable snapshots, by version."""
        rows = self._reads.rows(
            """SELECT version, fold, key_generation, ciphertext FROM store.snapshot
               WHERE log_no = %s AND stream_id = %s
               AND version > coalesce(%s, -1) AND version <= coalesce(%s, version)
               ORDER BY CASE WHEN %s THEN -version ELSE version END LIMIT %s""",
            [self._log_no, stream, gt, lte, desc, limit],
        )
        opened = ((v, fold, self._opened(stream, fold, v, generation, c)) for v, fold, generation, c in rows)
        return [(version, fold, state) for version, fold, state in opened if state is not None]


class SnapshotRecorder(AggregateRecorder):
    """Snapshots where the library keeps its own: the fold is the snapshot's topic."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots

    def insert_events(self, stored_events: Sequence[StoredEvent], **kwargs: object) -> Sequence[int] | None:
        for event in stored_events:
            stream = UUID(str(event.originator_id))
            if not self._snapshots.put(stream, event.topic, event.originator_version, event.state):
                raise IntegrityError("there is a snapshot at this version")
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        stream = UUID(str(originator_id))
        found = self._snapshots.select(stream, gt=gt, lte=lte, desc=desc, limit=limit)
        return [StoredEvent(stream, version, fold, state) for version, fold, state in found]


def _place(fold: str, version: int) -> UUID:
    return uuid5(_PLACE, f"{fold}/{version}")
