"""What `lifelong keys` does: signing keys rotated, everything wrapped or sealed again under other keys."""

import os
import time
from contextlib import closing
from pathlib import Path
from uuid import UUID

from domain.log_commands import tell_rotation
from domain.record import Record
from store import clock, connect
from store.database import APPENDER, RESEALER, Database, open_database
from store.erasing import LogEraser
from store.event_log import StoredLog
from store.key_wrapping import create_once
from store.keys import open_key_store, replace_kek
from store.proof.rotation import Purpose, prepare
from store.proof.rotation import rotate as put_in_force
from store.resealing import Resealing
from store.settings import Settings
from store.wiring import OpenLog, open_log
from tools.opening import open_records, operator
from tools.output import FINDING, USAGE, CommandFailed, result, say

KEK_BYTES = 32


def rotate(settings: Settings, purpose: Purpose, *, as_json: bool) -> None:
    """Tell the log of new signing keys, then let them sign."""
    with open_records(settings) as opened:
        keys, gate = opened.parts.keys, opened.records.gate
        prepared = prepare(settings.origin, keys, purpose, clock.text(clock.system_clock()))
        tell = lambda told: tell_rotation(opened.log, gate, operator(), told)  # noqa: E731  # one call
        put_in_force(prepared, settings.origin, keys, tell)
    vkeys = [str(one) for one in prepared.new]
    told = {"purpose": purpose, "generation": prepared.generation, "vkeys": vkeys}
    text = "\n".join([f"generation {prepared.generation} signs within ten seconds; tell others:", *vkeys])
    result(told, text, as_json=as_json)


def rewrap(settings: Settings, new_kek: Path, *, as_json: bool) -> None:
    """Replace the key-encryption key. Running services go on: they read the new one when they need it."""
    if not new_kek.exists():
        create_once(new_kek, os.urandom(KEK_BYTES))
    secret = new_kek.read_bytes()
    if len(secret) != KEK_BYTES:
        raise CommandFailed(f"{new_kek}: expected {KEK_BYTES} random bytes", USAGE)
    with closing(open_key_store(settings.keys, begin=False)) as keys:
        wrapped = replace_kek(settings.keys.folder, keys, secret)
    text = f"wrapped {wrapped:,} keys and secrets; destroy the old key-encryption key and its copies"
    result({"wrapped": wrapped}, text, as_json=as_json)


def reencrypt(settings: Settings, record: UUID | None, *, wait_s: int, as_json: bool) -> None:
    """Seal the content of a record and of its accesses, or of every stream, under new keys."""
    with (
        open_database(settings) as database,
        closing(_log(settings, database)) as parts,
        closing(connect.plain(database.dsn(RESEALER))) as db,
    ):
        resealing = Resealing(db, log_no=settings.log_no, origin=settings.origin, keys=parts.keys)
        streams = resealing.streams() if record is None else _of(StoredLog(parts), record)
        events = resealing.begin(streams)
        say(f"{events:,} events sealed again; the old keys go in {wait_s} s")
        time.sleep(wait_s)
        ended = resealing.end()
    told = {"events": events, "streams": ended}
    result(told, f"{events:,} events of {ended:,} streams lie under new keys", as_json=as_json)


def erase_again(settings: Settings, *, as_json: bool) -> None:
    """After the key store was restored from a copy: destroy what the log says was erased."""
    with open_records(settings) as opened:
        opened.records.eraser = eraser = LogEraser(opened.parts, opened.log)
        topics = (Record.Erased.TOPIC, Record.DocumentsErased.TOPIC)
        records = opened.parts.reader.streams_with(topics)
        destroyed = sum(eraser.erase_events(record) for record in records)  # also what cannot be read now
        destroyed += sum(opened.records.erase_again(record) for record in records)
        opened.records.finish_erasures()
    told = {"records": len(records), "keys": destroyed}
    result(told, f"{destroyed:,} keys of {len(records):,} records destroyed again", as_json=as_json)


def _log(settings: Settings, database: Database) -> OpenLog:
    dsn = database.dsn(APPENDER)
    return open_log(dsn=dsn, keys=settings.keys, origin=settings.origin, log_no=settings.log_no)


def _of(log: StoredLog, record: UUID) -> list[UUID]:
    """The streams about a record."""
    found = log.load(Record, record)
    if found is None:
        raise CommandFailed("there is no such record", FINDING)
    return [found.id, found.access_stream]
