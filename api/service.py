"""What one process serves with: the database, the open log, the application and the judge of tokens."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from api.auth import Tokens
from domain.adoption import adopt_policy
from domain.application import Records
from domain.ports import Stored
from evidence.receipt import Receipt
from projections.evidence_packer import packer
from projections.reading import ViewReader
from projections.record_view import EDITION, RecordRender
from projections.source import refuse_unknown_topics
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from store import clock
from store.bodies import KeptBodies
from store.connect import Reads
from store.database import APPENDER, PUBLISHER, READER, Database, open_database
from store.erasing import LogEraser
from store.event_log import StoredLog
from store.proof.keys import checkpoint_signers
from store.proof.listing import Lister, teller
from store.proof.serving import PublishedLog
from store.settings import Settings
from store.wiring import OpenLog, open_log

PUBLIC_READERS = 4  # connections for what anybody may ask of the log
PACKING = 2  # connections for evidence packages, which read long


@dataclass(frozen=True)
class Service:
    """Everything the routes need; made once, closed by whoever opened it."""

    settings: Settings
    database: Database
    opened: OpenLog
    records: Records
    tokens: Tokens
    published: PublishedLog
    vkeys: tuple[str, ...]  # of the keys that sign checkpoints

    def receipt(self, stored: Stored) -> str:
        """Our signed word that the event has its place; the same text whenever it is asked for."""
        at = clock.text(clock.from_datetime(stored.recorded_at))
        receipt = Receipt(
            self.opened.origin, str(stored.stream), stored.version, stored.position, stored.leaf_hash, at
        )
        return receipt.signed(self.opened.signer).decode()


@contextmanager
def open_service(settings: Settings) -> Iterator[Service]:
    """Open everything a deployment serves with.

    Raises SettingsError, PostgresError, MigrationError, WrongOrigin, WrongKeyStore, UnknownTopics,
    or psycopg.OperationalError when the database does not answer.
    """
    tokens = Tokens.from_settings(settings)  # before the database: a wrong setting is told at once
    with open_database(settings) as database, serve(settings, database, tokens) as service:
        yield service


@contextmanager
def serve(settings: Settings, database: Database, tokens: Tokens) -> Iterator[Service]:
    """The service on a database that is open already."""
    refuse_unknown_topics(database, settings.log_no)
    opened = open_log(
        dsn=database.dsn(APPENDER),
        keys=settings.keys,
        origin=settings.origin,
        log_no=settings.log_no,
        uploads=settings.uploads,
        guarded=True,
        place=settings.measured_by,
    )
    with ExitStack() as stack:
        stack.enter_context(closing(opened))
        reader = stack.enter_context(closing(ViewReader(database.dsn(READER), settings.log_no)))
        bodies = stack.enter_context(closing(KeptBodies(opened.snapshots, EDITION, guarded=True)))
        log = StoredLog(opened)
        public = stack.enter_context(closing(Reads(database.dsn(READER), PUBLIC_READERS)))
        contents = stack.enter_context(closing(Reads(database.dsn(APPENDER), PACKING)))
        lister = Lister(database.dsn(PUBLISHER), settings.log_no, public.rows, teller(log))
        stack.enter_context(closing(lister))
        published = PublishedLog(public.rows, settings.log_no)
        vkeys = tuple(str(one.verifier) for one in checkpoint_signers(settings.origin, opened.keys))
        records = Records(
            log,
            RecordRender(),
            schemes=settings.number_schemes,
            documents=opened.blobs,
            views=LogViews(reader, settings.log_no, KeyedTokens(opened.keys)),
            bodies=bodies,
            packer=packer(settings, opened, log, public, contents, lister.bring),
            eraser=LogEraser(opened, log),
        )
        adopt_policy(records.gate)
        yield Service(settings, database, opened, records, tokens, published, vkeys)
