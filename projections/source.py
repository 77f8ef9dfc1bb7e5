"""Where folds get their events from: one log, read in bulk over one connection, with its keys and tokens."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from uuid import UUID

from domain.ports import Recorded
from evidence.errors import ProofError
from projections.projection import Projection
from projections.tokens import KeyedTokens
from store import connect
from store.bulk import BulkReader, Keys, Opener, Raw
from store.connect import Connection
from store.database import PROJECTOR, Database
from store.key_place import KeysAt
from store.keys import KeyDestroyed, KeyMissing, KeyStore, open_key_store
from store.mapper import UnknownTopic, topics
from store.reader import ContentMissing
from store.settings import Settings


@dataclass(frozen=True)
class Place:
    """Which log to fold, and how to get at it: plain values, so that other processes can be told."""

    dsn: str  # as lifelong_projector
    keys: KeysAt
    origin: str
    log_no: int

    @classmethod
    def of(cls, settings: Settings, database: Database) -> "Place":
        return cls(database.dsn(PROJECTOR), settings.keys, settings.origin, settings.log_no)


class Unfoldable(Exception):
    """An event that a projection cannot fold. Names the error's class, never what the event says."""

    def __init__(self, position: int, topic: str, error: BaseException) -> None:
        super().__init__(f"{type(error).__name__} at position {position} ({topic})")
        self.position = position
        self.topic = topic
        self.error = type(error).__name__


class UnknownTopics(Exception):
    """The log holds topics that this release cannot read: it is older than the log."""

    def __init__(self, unknown: Sequence[str]) -> None:
        super().__init__(f"the log holds topics that this release cannot read: {', '.join(unknown)}")
        self.topics = tuple(unknown)


class Source:
    """One log over one connection. Used by one thread."""

    def __init__(self, place: Place, db: Connection, keys: KeyStore) -> None:
        self.place = place
        self.db = db
        self.keys = keys
        self.tokens = KeyedTokens(keys)
        self._reader = BulkReader(db, log_no=place.log_no)
        self._opener = Opener(place.origin)
        self._erased: set[UUID] = set()

    def head(self) -> int:
        """The last position of the log."""
        return self._reader.head()

    def count(self, projection: Projection, upto: int) -> int:
        """How many events the projection is fed up to a position."""
        return self._reader.count(upto, projection.topics)

    def topic(self, position: int) -> str:
        """The topic of the event at a position."""
        row = self.db.execute(
            "SELECT topic FROM store.event WHERE log_no = %s AND position = %s", [self.place.log_no, position]
        ).fetchone()
        return str(row[0]) if row else ""

    def erased(self) -> set[UUID]:
        """The streams whose content was erased; their keys are not remembered here any longer."""
        found = self.keys.destroyed()
        for stream in found - self._erased:
            self.keys.forget(stream)
        if found != self._erased:
            self._opener = Opener(self.place.origin)  # it remembers the last key it used
        self._erased = found
        return found

    def after(self, projection: Projection, position: int, upto: int) -> Generator[Raw]:
        """What the log says between two positions, the first left out."""
        return self._reader.after(position, upto, projection.topics)

    def lives(self, projection: Projection, records: Sequence[UUID], upto: int) -> Generator[Raw]:
        """All that was said about some records up to a position, record by record."""
        return self._reader.streams(records, upto, projection.topics)

    def span(self, projection: Projection, first: UUID, last: UUID, upto: int) -> Generator[Raw]:
        """All that was said about the records from first to last up to a position, record by record."""
        return self._reader.span(first, last, upto, projection.topics)

    def event_at(self, position: int, topic: str) -> Recorded | None:
        """The event at a position if it is of the topic, whichever stream it is on. Raises Unfoldable."""
        with closing(self._reader.after(position - 1, position, [topic])) as raws:
            raw = next(raws, None)
        return self.open(raw) if raw else None

    def take_time(self) -> None:
        """Let a statement last as long as its tables are large; only a lock is waited for with an end."""
        self.db.execute("SET statement_timeout = 0")
        self.db.execute("SET lock_timeout = '60s'")

    def expect_bulk(self) -> None:
        """Let the server walk the index of streams, which is in our order, and look each content up.

        The first event comes at once and nothing is sorted; and old statistics of a log that grew cannot
        suggest reading the whole of it for each bucket.
        """
        self.take_time()
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):
            self.db.execute(f"SELECT set_config('enable_{way}', 'off', false)")
        self.db.execute("SET max_parallel_workers_per_gather = 0")

    def open(self, raw: Raw, keys: Keys | None = None) -> Recorded | None:
        """The event; None if its content was erased. Raises Unfoldable if it cannot be read."""
        try:
            return self._opener.recorded(raw, keys or self.keys)
        except KeyDestroyed:
            return None
        except (KeyMissing, ContentMissing, ProofError, UnknownTopic, ValueError, LookupError) as error:
            raise Unfoldable(raw.position, raw.topic.decode(), error) from error


def check_topics(db: Connection, log_no: int) -> None:
    """Raises UnknownTopics if the log holds what this release cannot read. Looks at what is new only."""
    head = BulkReader(db, log_no=log_no).head()
    with db.transaction():
        db.execute("SET LOCAL statement_timeout = 0")
        db.execute(_LEARN, {"log_no": log_no, "head": head})
        db.execute("UPDATE views.topics_known SET position = %s WHERE log_no = %s", [head, log_no])
    stored = db.execute("SELECT topic FROM views.topic WHERE log_no = %s", [log_no]).fetchall()
    unknown = sorted({topic for (topic,) in stored} - topics().keys())
    if unknown:
        raise UnknownTopics(unknown)


def refuse_unknown_topics(database: Database, log_no: int) -> None:
    """What every start of a service begins with. Raises as `check_topics`, or psycopg.OperationalError."""
    with closing(connect.plain(database.dsn(PROJECTOR))) as db:
        check_topics(db, log_no)


@contextmanager
def open_source(place: Place, keys: KeyStore | None = None) -> Iterator[Source]:
    """A source on a connection of its own, and its own key store unless one is shared.

    Raises KeyMissing, psycopg.OperationalError.
    """
    with ExitStack() as stack:
        if keys is None:
            keys = stack.enter_context(closing(open_key_store(place.keys, begin=False)))
        db = stack.enter_context(closing(connect.plain(place.dsn)))
        # Rows and their position are one transaction: what a crash of the server takes back is folded again.
        # So the disk is left to the appends, which wait for it.
        db.execute("SET synchronous_commit = off")
        yield Source(place, db, keys)


_LEARN = """
    WITH known AS (
        INSERT INTO views.topics_known (log_no, position) VALUES (%(log_no)s, 0)
        ON CONFLICT (log_no) DO UPDATE SET log_no = EXCLUDED.log_no RETURNING position
    ), new AS (
        SELECT DISTINCT topic FROM store.event
        WHERE log_no = %(log_no)s AND position > (SELECT position FROM known) AND position <= %(head)s
    )
    INSERT INTO views.topic (log_no, topic) SELECT %(log_no)s, topic FROM new ON CONFLICT DO NOTHING"""
