"""The publisher as a program: which log it publishes, from plain values that another process can be told."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evidence.trust import parse
from store import connect
from store.database import APPENDER, PUBLISHER, Database
from store.keys import open_key_store
from store.proof.checkpoints import Row
from store.proof.cosigning import CosigningThread
from store.proof.keys import checkpoint_signers
from store.proof.publisher import Published, Publisher
from store.proof.publishing import PublisherThread
from store.proof.second_place import SecondPlace
from store.settings import Settings


@dataclass(frozen=True)
class Publishing:
    """dsn: as lifelong_publisher; appender: as lifelong_appender. keys: the folder of the key store."""

    dsn: str = field(repr=False)
    appender: str = field(repr=False)
    log_no: int
    origin: str
    keys: Path
    place: SecondPlace
    every_s: float
    witnesses: Path | None = None

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Publishing":
        return cls(
            database.dsn(PUBLISHER),
            database.dsn(APPENDER),
            settings.log_no,
            settings.origin,
            settings.data / "keys",
            settings.second_place,
            settings.publish_every_s,
            settings.witnesses,
        )


@contextmanager
def publisher(publishing: Publishing) -> Iterator[PublisherThread]:
    """A publisher at work inside `with`, and who asks the witnesses.

    Raises KeyMissing for a log that nobody has begun, ProofError or OSError for a policy that cannot be read.
    """
    with ExitStack() as stack:
        told = stack.enter_context(published(publishing))
        if publishing.witnesses is not None:
            trust = parse(publishing.witnesses.read_bytes())
            stack.enter_context(CosigningThread(told.dsn, told.log_no, trust))
        yield stack.enter_context(PublisherThread(told, publishing.every_s))


def publish_once(publishing: Publishing) -> Row | None:
    """Publish what is new; the checkpoint, or None if there is nothing new.

    Raises Fenced, ProofError, OSError, KeyMissing, psycopg.OperationalError.
    """
    with published(publishing) as told, closing(connect.plain(told.dsn)) as db:
        return Publisher(told, db).publish()


@contextmanager
def published(publishing: Publishing) -> Iterator[Published]:
    """What is published, with the keys that sign it."""
    with closing(open_key_store(publishing.keys, begin=False)) as keys:
        signers = checkpoint_signers(publishing.origin, keys)
        yield Published(publishing.dsn, publishing.log_no, publishing.origin, signers, publishing.place)
