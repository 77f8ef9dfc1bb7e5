"""The library's way to keep a view: `ProjectionRunner`, its recorder and tracking, one event at a time."""

import time
from collections.abc import Iterator
from contextlib import closing
from functools import singledispatchmethod
from itertools import islice
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.domain import DomainEvent, DomainEventProtocol
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner

from domain.acts import Event
from domain.record_events import EntryRecorded
from store import connect
from store.database import Database
from store.mapper import event_of
from store.reader import StoredRow
from tools.bench.rebuild_log import Filled

EVENTS = 4_000  # a round of it takes seconds: its rate does not depend on how many there are
FEW = 20  # its recorder stalls on many
AT_ONCE = 5_000
SCHEMA = "bench_library"


class LatestView(PostgresTrackingRecorder):
    """The equivalent view: a row for each record, written with the tracking row."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)  # type: ignore[arg-type]  # as the library constructs it
        self.sql_create_statements.append(
            psycopg.sql.SQL(
                """CREATE TABLE IF NOT EXISTS {}.latest (
                record_id uuid PRIMARY KEY, events bigint, position bigint, day text, form text)"""
            ).format(psycopg.sql.Identifier(SCHEMA))
        )

    def tell(self, event: Event, form: str, tracking: Tracking) -> None:
        with self.datastore.transaction(commit=True) as cursor:
            self._insert_tracking(cursor, tracking)
            cursor.execute(
                psycopg.sql.SQL(
                    """INSERT INTO {}.latest VALUES (%s, 1, %s, %s, %s)
                    ON CONFLICT (record_id) DO UPDATE SET events = latest.events + 1,
                    position = EXCLUDED.position, day = EXCLUDED.day, form = EXCLUDED.form"""
                ).format(psycopg.sql.Identifier(SCHEMA)),
                (event.originator_id, tracking.notification_id, event.occurred["at"], form),
            )


class Latest(Projection[LatestView]):
    """Every event of a record is one more, and the newest."""

    name = "latest"

    @singledispatchmethod
    def process_event(self, domain_event: DomainEventProtocol[UUID], tracking: Tracking) -> None:
        assert isinstance(domain_event, Event)  # noqa: S101  # nothing else was stored
        form = domain_event.form["name"] if isinstance(domain_event, EntryRecorded) else ""
        self.view.tell(domain_event, form, tracking)


class Library:
    """The first events of the log in the library's own store."""

    def __init__(self, database: Database, filled: Filled) -> None:
        with connect.plain(database.admin) as db:
            db.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(SCHEMA)))
        self._dsn = database.admin
        self._environment = _environment(database.admin)
        with closing(Application[UUID](self._environment)) as application:
            stored = [application.mapper.to_stored_event(event) for event in _first(filled)]
            for first in range(0, len(stored), FEW):
                application.recorder.insert_events(stored[first : first + FEW])
        self._last = len(stored)

    def rate(self) -> float:
        """Events a second, from nothing to the last."""
        with connect.plain(self._dsn) as db:
            for table in ("latest", "latest_tracking"):
                db.execute(
                    psycopg.sql.SQL("DROP TABLE IF EXISTS {}").format(psycopg.sql.Identifier(SCHEMA, table))
                )
        began = time.perf_counter()
        with ProjectionRunner(
            application_class=Application[UUID],
            projection_class=Latest,
            view_class=LatestView,
            env=self._environment,
        ) as runner:
            runner.wait(self._last, timeout=600)
        return self._last / (time.perf_counter() - began)


def plain_rows(filled: Filled) -> Iterator[tuple[object, ...]]:
    """Every event of a record with its content as plain JSON."""
    for row in _rows(filled, filled.position):
        state = b'{"body":%b,"who":%b}' % (row.parts["body"].value, row.parts["who"].value)
        yield row.stream, row.version, row.position, row.recorded_at, row.topic, state


def _first(filled: Filled) -> Iterator[DomainEvent]:
    """The first EVENTS events of records."""
    return (event_of(row) for row in islice(_rows(filled, filled.position), EVENTS))


def _rows(filled: Filled, last: int) -> Iterator[StoredRow]:
    for first in range(1, last + 1, AT_ONCE):
        for row in filled.log.reader.log(first=first, last=last, limit=AT_ONCE):
            if row.topic.startswith("record."):
                yield row


def _environment(dsn: str) -> dict[str, str]:
    info = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(dsn).items()}
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_SCHEMA": SCHEMA,
        "POSTGRES_DBNAME": info.get("dbname", ""),
        "POSTGRES_HOST": info.get("host", ""),
        "POSTGRES_PORT": info.get("port", "5432"),
        "POSTGRES_USER": info.get("user", ""),
        "POSTGRES_PASSWORD": info.get("password", ""),
    }
