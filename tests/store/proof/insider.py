"""Somebody with all rights on the database, and maybe the log's keys, who changes what was recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import orjson
import psycopg

from evidence.merkle import leaf_hash

TABLES = ("store.event", "store.content", "proof.tile", "proof.checkpoint")
BESIDE = ("proof.cosignature", "proof.token")
_RULES = """
    SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
    WHERE conrelid = ANY (%s::regclass[]) ORDER BY contype <> 'p'"""
_NOT_NULL = """
    SELECT attrelid::regclass::text, quote_ident(attname) FROM pg_attribute
    WHERE attrelid = ANY (%s::regclass[]) AND attnum > 0 AND attnotnull"""


@dataclass(frozen=True)
class Event:
    """A row of the log."""

    position: int
    stream: UUID
    version: int
    at: datetime
    topic: str
    envelope: bytes

    @property
    def leaf(self) -> bytes:
        return leaf_hash(self.envelope)


Change = Callable[[list[Event]], list[Event]]


class Insider:
    """Acts as the superuser, with the triggers that would refuse switched off."""

    def __init__(self, admin: str, log_no: int) -> None:
        self.admin = admin
        self.log_no = log_no

    def execute(self, statement: str, *arguments: object) -> None:
        """One statement, whatever it is."""
        with psycopg.connect(self.admin) as db:
            self._disarm(db)
            db.execute(statement.encode(), arguments)
            self._arm(db)

    def events(self) -> list[Event]:
        with psycopg.connect(self.admin) as db:
            rows = db.execute(
                """SELECT position, stream_id, version, recorded_at, topic, envelope FROM store.event
                   WHERE log_no = %s ORDER BY position""",
                [self.log_no],
            ).fetchall()
        return [Event(*row) for row in rows]

    def rewrite(self, change: Change, *, repaired: bool = True, renumbered: bool = True) -> None:
        """Put other events in the place of those there are.

        repaired: with every hash and chain made anew; renumbered: without a gap in the positions.
        """
        events = change(self.events())
        if renumbered:
            events = [replace(one, position=at) for at, one in enumerate(events, start=1)]
        if repaired:
            events = _chained(events)
        before = {one.envelope: one.position for one in self.events()}
        with psycopg.connect(self.admin) as db:
            self._disarm(db)
            db.execute("UPDATE store.content SET position = -position WHERE log_no = %s", [self.log_no])
            db.execute("DELETE FROM store.event WHERE log_no = %s", [self.log_no])
            for one in events:
                db.execute(
                    """INSERT INTO store.event
                       (position, version, recorded_at, stream_id, log_no, topic, leaf_hash, envelope)
                       VALUES (%s, %s, %s, %s, %s, %s, %s, %s)""",
                    [
                        one.position,
                        one.version,
                        one.at,
                        one.stream,
                        self.log_no,
                        one.topic,
                        one.leaf,
                        one.envelope,
                    ],
                )
            for one in events:
                known = [was for envelope, was in before.items() if _event(envelope) == _event(one.envelope)]
                db.execute(
                    "UPDATE store.content SET position = %s WHERE log_no = %s AND position = %s",
                    [one.position, self.log_no, -known[0] if known else 0],
                )
            db.execute("DELETE FROM store.content WHERE log_no = %s AND position < 0", [self.log_no])
            self._arm(db)

    def forget_publication(self) -> None:
        """So that all of it is signed anew, by whoever has the keys."""
        for table in ("cosignature", "token", "tile", "checkpoint", "head_bucket", "head_list"):
            self.execute(f"DELETE FROM proof.{table} WHERE log_no = %s", self.log_no)

    def drop_rules(self) -> None:
        """Every constraint of the tables, so that they take rows that are none."""
        drop_rules(self.admin, (*TABLES, *BESIDE))

    def _disarm(self, db: psycopg.Connection[tuple[object, ...]]) -> None:
        for table in TABLES:
            db.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())

    def _arm(self, db: psycopg.Connection[tuple[object, ...]]) -> None:
        for table in TABLES:
            db.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL".encode())
            if table != "store.content":
                db.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only".encode())


def drop_rules(admin: str, tables: Sequence[str]) -> None:
    """Every constraint of some tables."""
    with psycopg.connect(admin) as db:
        rules = db.execute(_RULES, [[*tables]]).fetchall()
        columns = db.execute(_NOT_NULL, [[*tables]]).fetchall()
        for table, rule in rules:
            db.execute(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {rule} CASCADE".encode())
        for table, column in columns:
            db.execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL".encode())


def told(one: Event, **changes: object) -> Event:
    """The event with an envelope that tells something else."""
    envelope = {**orjson.loads(one.envelope), **changes}
    return replace(one, envelope=orjson.dumps(envelope, option=orjson.OPT_SORT_KEYS))


def _event(envelope: bytes) -> str:
    return str(orjson.loads(envelope)["event"])


def _chained(events: list[Event]) -> list[Event]:
    """Each with the version and the predecessor that it has in its stream now."""
    last: dict[UUID, Event] = {}
    chained = []
    for one in events:
        before = last.get(one.stream)
        version = before.version + 1 if before else 1
        made = replace(
            told(one, prev=before.leaf.hex() if before else None, version=version), version=version
        )
        last[one.stream] = made
        chained.append(made)
    return chained
