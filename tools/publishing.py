"""The publisher as a program: which log it publishes, from plain values that another process can be told."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evidence.trust import parse
from store import connect
from store.connect import Connection
from store.database import APPENDER, PUBLISHER, Database
from store.key_place import KeysAt
from store.keys import open_key_store
from store.proof import checkpoints, fence
from store.proof.checkpoints import Row
from store.proof.cosigning import CosigningThread
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.publishing import PublisherThread, leads
from store.proof.rows import over
from store.proof.second_place import SecondPlace
from store.proof.timestamping import Authority, StampingThread
from store.settings import Settings

PATIENCE_S = 60.0  # the promised maximum merge delay


@dataclass(frozen=True)
class Publishing:
    """dsn: as lifelong_publisher; appender: as lifelong_appender. keys: the folder of the key store."""

    dsn: str = field(repr=False)
    appender: str = field(repr=False)
    log_no: int
    origin: str
    keys: KeysAt
    place: SecondPlace
    every_s: float
    witnesses: Path | None = None
    tsa: Authority | None = None

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Publishing":
        return cls(
            database.dsn(PUBLISHER),
            database.dsn(APPENDER),
            settings.log_no,
            settings.origin,
            settings.keys,
            settings.second_place,
            settings.publish_every_s,
            settings.witnesses,
            settings.tsa,
        )


@contextmanager
def publisher(publishing: Publishing) -> Iterator[PublisherThread]:
    """A publisher at work inside `with`, and who asks the witnesses and the time-stamping authority.

    Raises KeyMissing for a log that nobody has begun, ProofError or OSError for a policy that cannot be read.
    """
    with ExitStack() as stack:
        told = stack.enter_context(published(publishing))
        if publishing.witnesses is not None:
            trust = parse(publishing.witnesses.read_bytes())
            stack.enter_context(CosigningThread(told.dsn, told.log_no, trust))
        if publishing.tsa is not None:
            stack.enter_context(StampingThread(told.dsn, told.log_no, publishing.tsa))
        yield stack.enter_context(PublisherThread(told, publishing.every_s))


def publish_once(publishing: Publishing) -> Row | None:
    """Publish what is new; the checkpoint, or None if there is nothing new. Waits for another that leads.

    Raises Fenced, ProofError, OSError (TimeoutError for one that does not come on), KeyMissing,
    psycopg.OperationalError.
    """
    with published(publishing) as told, closing(connect.plain(told.dsn)) as db:
        if leads(db, told.log_no):
            return Publisher(told, db).publish()
        return _published_by_another(told, db)


def _published_by_another(told: Published, db: Connection) -> Row | None:
    """What the leader publishes, at least up to now."""
    head, until = fence.head(db, told.log_no), time.monotonic() + PATIENCE_S
    while True:
        newest = checkpoints.published(over(db), told.log_no)
        if newest is not None and newest.size >= head:
            return newest
        standing = fence.standing(db, told.log_no)  # by whoever leads, who has the second place
        if standing is not None and standing.reason != "closed":
            raise fence.Fenced(standing)
        if time.monotonic() > until:
            raise TimeoutError("another publisher leads, and does not come on")
        time.sleep(0.1)


@contextmanager
def published(publishing: Publishing) -> Iterator[Published]:
    """What is published, with the keys that sign it."""
    with closing(open_key_store(publishing.keys, begin=False)) as keys:
        signers = checkpoint_signers(publishing.origin, keys)
        yield Published(publishing.dsn, publishing.log_no, publishing.origin, signers, publishing.place)
