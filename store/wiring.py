"""Puts the parts of a log together. The one place that knows them all."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import psycopg

from domain.documents import upload_claim
from evidence.signing import LineSigner
from store import connect
from store.blobs import Blobs
from store.blobs_rules import USUAL, UploadRules
from store.clock import Clock
from store.hashing import Hasher
from store.key_place import KeysAt
from store.keys import KeyStore, open_key_store
from store.notifier import Notifier, channel
from store.proof import fence
from store.proof.second_place import SecondPlace
from store.reader import LogReader
from store.recorder import LogRecorder
from store.signing import receipt_signer
from store.snapshots import Snapshots
from store.writer import LogWriter

READERS = 8
MOST_WAITING = 4096
REQUESTS_KEPT = timedelta(days=90)
PIECE = 10_000


class WrongKeyStore(Exception):
    """The key store is not the log's: starting would hash claims under other keys and lose content."""


class WrongOrigin(Exception):
    """The log of this number was opened under another origin, which every envelope carries."""


@dataclass(frozen=True)
class OpenLog:
    """One log, ready for use. `close` ends its connections and threads."""

    origin: str
    log_no: int
    keys: KeyStore
    recorder: LogRecorder
    reader: LogReader
    snapshots: Snapshots
    hasher: Hasher
    signer: LineSigner
    blobs: Blobs
    connect: Callable[[], connect.Connection]  # another connection of this log's user

    def has_its_keys(self) -> bool:
        """Whether the key store answers, and is this log's."""
        return self.keys.has_secret(_bound(self.origin))

    def close(self) -> None:
        self.blobs.close()
        self.recorder.close()
        self.reader.close()
        self.keys.close()


def open_log(
    *,
    dsn: str,
    keys: KeysAt,
    origin: str,
    log_no: int = 1,
    clock: Clock | None = None,
    readers: int = READERS,
    most_waiting: int = MOST_WAITING,
    uploads: UploadRules = USUAL,
    place: SecondPlace | None = None,
    guarded: bool = False,
) -> OpenLog:
    """Open a log with the appender's DSN and the folder that holds the keys; the first time, begin it.

    place: where the last published checkpoint is kept; a database that is behind it is read, not appended to.
    guarded: for who answers requests: what residents' events say is read where a decision released it.
    Raises WrongOrigin, WrongKeyStore, KeyMissing, ProofError for a second place that cannot be read, and
    psycopg.OperationalError if the database is away.
    """
    is_new = not _is_begun(dsn, log_no)
    key_store = open_key_store(keys, begin=is_new)
    try:
        _bind(dsn, log_no, origin, key_store, begin=is_new)
        if place is not None:
            _measure(dsn, log_no, place)
        reads = connect.Reads(dsn, readers)
        _forget_old_requests(reads, log_no)
    except BaseException:
        key_store.close()
        raise
    reader = LogReader(reads, log_no=log_no, origin=origin, keys=key_store, guarded=guarded)
    hasher = Hasher(key_store)

    def is_named(upload: UUID) -> bool:
        claim = upload_claim(upload)
        return reader.claim(claim.namespace, hasher.claim(claim).value_hash) is not None

    recorder = LogRecorder(
        origin=origin,
        keys=key_store,
        reader=reader,
        most_waiting=most_waiting,
        writer=LogWriter(
            lambda: connect.writer(dsn), log_no=log_no, origin=origin, keys=key_store, clock=clock or Clock()
        ),
        notifier=Notifier(lambda: connect.plain(dsn), log_no),
        listen=lambda: _listen(dsn, log_no),
    )
    return OpenLog(
        origin,
        log_no,
        key_store,
        recorder,
        reader,
        snapshots=Snapshots(reads, log_no=log_no, origin=origin, keys=key_store),
        hasher=hasher,
        signer=receipt_signer(origin, key_store),
        blobs=Blobs(dsn=dsn, log_no=log_no, origin=origin, keys=key_store, is_named=is_named, rules=uploads),
        connect=lambda: connect.plain(dsn),
    )


def _measure(dsn: str, log_no: int, place: SecondPlace) -> None:
    with connect.plain(dsn) as connection, suppress(fence.Fenced):
        fence.check(connection, log_no, place)


def _is_begun(dsn: str, log_no: int) -> bool:
    with connect.plain(dsn) as connection:
        return connection.execute("SELECT FROM store.log WHERE log_no = %s", [log_no]).rowcount > 0


def _bind(dsn: str, log_no: int, origin: str, keys: KeyStore, *, begin: bool) -> None:
    """Tie log and key store to each other, for good: of two that begin at once, one finds it taken."""
    if not begin and not keys.has_secret(_bound(origin)):
        fingerprint = b""
    else:
        fingerprint = sha256(b"key-store\x00" + keys.secret(_bound(origin))).digest()
    with connect.plain(dsn) as connection:
        if begin:
            connection.execute(
                """INSERT INTO store.log (log_no, origin, key_store) VALUES (%s, %s, %s)
                   ON CONFLICT DO NOTHING""",
                [log_no, origin, fingerprint],
            )
        row = connection.execute(
            "SELECT origin, key_store FROM store.log WHERE log_no = %s", [log_no]
        ).fetchone()
    if row is None or row[0] != origin:
        raise WrongOrigin(f"log {log_no} has another origin than the one it is opened under")
    if row[1] != fingerprint:
        raise WrongKeyStore(f"the key store holds nothing of log {log_no}; restore the right one")


def _bound(origin: str) -> str:
    return f"log:{origin}"


def _forget_old_requests(reads: connect.Reads, log_no: int) -> None:
    """Idempotency keys are kept 90 days; each opening of the log drops those that are older, piece by piece.

    What cannot be dropped now is dropped at another opening: it never stands in the way of this one.
    """
    with suppress(psycopg.OperationalError):
        while reads.change(_FORGET, [log_no, REQUESTS_KEPT, PIECE]) == PIECE:
            pass


_FORGET = """DELETE FROM store.append_key WHERE (log_no, key_hash) IN (
    SELECT log_no, key_hash FROM store.append_key
    WHERE log_no = %s AND recorded_at < clock_timestamp() - %s LIMIT %s)"""


def _listen(dsn: str, log_no: int) -> psycopg.Connection[tuple[object, ...]]:
    connection = connect.plain(dsn)
    try:
        connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(channel(log_no))))
    except BaseException:
        connection.close()
        raise
    return connection
