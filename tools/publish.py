"""`lifelong publish`: what its commands do."""

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import psycopg

from domain.application import utc_now
from domain.gate import Gate
from domain.log_commands import adopt_log, close_log
from evidence import note
from evidence.checkpoint import Checkpoint
from evidence.errors import ProofError
from evidence.trust import parse
from store import connect
from store.connect import Connection
from store.database import PUBLISHER, Database, open_database
from store.event_log import StoredLog
from store.proof import checkpoints, fence, heads
from store.proof.cosigning import Collector, witnessed
from store.proof.refill import connect_other
from store.proof.refill import refill as bring_over
from store.proof.rows import over
from store.proof.timestamping import Authority, AuthorityAway, stamp_newest
from store.settings import ORIGIN, Settings
from store.wiring import open_log
from tools.opening import operator
from tools.output import FINDING, OK, UNAVAILABLE, USAGE, CommandFailed, result, say
from tools.publishing import Publishing, publish_once
from tools.runtime import stop_in_order

MERGE_DELAY = timedelta(seconds=60)  # as promised


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Database, Connection]]:
    """The database, and a connection as the publisher."""
    with open_database(settings) as database, closing(connect.plain(database.dsn(PUBLISHER))) as db:
        yield database, db


def status(settings: Settings, *, as_json: bool) -> int:
    """Tell how far publication is. Exit status: 1 if it has stopped."""
    with _opened(settings) as (_, db):
        waiting = _waiting(settings, db)
        told = _status(settings, db) | {"waiting_s": waiting.total_seconds() if waiting else None}
    late = waiting is not None and waiting > MERGE_DELAY
    words = [f"{name.replace('_', ' ')}: {'–' if value is None else value}" for name, value in told.items()]
    result(told, "\n".join(words), as_json=as_json)
    is_lost = told["published"] and told["second_place"] is None
    return FINDING if told["fence"] or late or is_lost else OK


def _waiting(settings: Settings, db: Connection) -> timedelta | None:
    """How long the oldest event that is not published has waited."""
    newest = checkpoints.published(over(db), settings.log_no)
    found = db.execute(
        "SELECT recorded_at FROM store.event WHERE log_no = %s AND position > %s ORDER BY position LIMIT 1",
        [settings.log_no, newest.size if newest else 0],
    ).fetchone()
    return datetime.now(UTC) - found[0] if found else None


def _status(settings: Settings, db: Connection) -> dict[str, int | float | str | None]:
    log_no, rows = settings.log_no, over(db)
    standing, newest = fence.standing(db, log_no), checkpoints.published(rows, log_no)
    held, listed = settings.second_place.read(), heads.newest(rows, log_no)
    trust = parse(settings.witnesses.read_bytes()) if settings.witnesses else None
    cosigned = witnessed(rows, log_no, trust) if trust else None
    stamped = rows("SELECT size FROM proof.token WHERE log_no = %s ORDER BY size DESC LIMIT 1", [log_no])
    return {
        "log": settings.origin,
        "events": fence.head(db, log_no),
        "published": newest.size if newest else 0,
        "published_at": newest.published_at.isoformat() if newest and newest.published_at else None,
        "second_place": held.size if held else None,
        "witnessed": cosigned.size if cosigned else None,
        "time_stamped": stamped[0][0] if stamped else None,
        "heads_listed": listed.size if listed else None,
        "fence": standing.reason if standing else None,
        "fenced_at": standing.size if standing else None,
    }


def once(settings: Settings, *, as_json: bool) -> None:
    """Publish what is new. Raises CommandFailed for a fence."""
    with _opened(settings) as (database, db):
        _publish(Publishing.of(settings, database))
        newest = checkpoints.published(over(db), settings.log_no)
        if newest is None:
            result({"size": 0, "missing": []}, "the log is empty", as_json=as_json)
            return
        missing = list[str]()
        if settings.witnesses is not None:
            with closing(Collector(parse(settings.witnesses.read_bytes()), settings.log_no)) as collector:
                missing += collector.collect(db, newest)
        if settings.tsa is not None and not _is_stamped(db, settings, settings.tsa):
            missing.append("time-stamp")
    words = f"published up to event {newest.size}"
    away = f"; without {', '.join(missing)}" if missing else ""
    result({"size": newest.size, "missing": missing}, words + away, as_json=as_json)


def _is_stamped(db: Connection, settings: Settings, authority: Authority) -> bool:
    """Whether the newest checkpoint is time-stamped now."""
    try:
        stamp_newest(db, settings.log_no, authority)
    except (AuthorityAway, ProofError) as wrong:
        say(f"{authority.name}: {wrong}")
        return False
    return True


def _publish(publishing: Publishing) -> None:
    try:
        publish_once(publishing)
    except fence.Fenced as fenced:
        raise CommandFailed(str(fenced), FINDING) from None
    except ProofError as wrong:
        raise CommandFailed(f"nothing was published: {wrong}", FINDING) from None


def run(settings: Settings) -> None:
    """Publish until interrupted."""
    from tools.beside import keep

    stop_in_order()
    with open_database(settings) as database:
        say("publishing; Ctrl-C stops")
        with suppress(KeyboardInterrupt):
            keep(None, Publishing.of(settings, database))


def refill(settings: Settings, source: str, *, as_json: bool) -> None:
    """Raises CommandFailed unless the database is behind and the other copy mends that."""
    with _opened(settings) as (database, db):
        standing = _measured(settings, db)
        if standing is None or standing.reason != "behind":
            raise CommandFailed("nothing to refill: the database is not behind what was published", FINDING)
        try:
            with psycopg.connect(database.admin, autocommit=True) as own, connect_other(source) as other:
                done = bring_over(own, other, settings.log_no, settings.second_place)
        except ProofError as wrong:
            raise CommandFailed(f"nothing was changed: {wrong}", FINDING) from None
        except psycopg.OperationalError:  # its message may repeat the connection string
            raise CommandFailed(
                "--from: that database does not answer, or does not let us in: try it with psql", UNAVAILABLE
            ) from None
    told = {"before": done.before, "after": done.after}
    words = (
        f"refilled from event {done.before + 1} to {done.after}; the fence is lifted. Now run lifelong verify"
    )
    result(told, words, as_json=as_json)


def _measured(settings: Settings, db: Connection) -> fence.Fence | None:
    """The fence of the log as it is now. Raises CommandFailed where nothing is there to measure it by."""
    with suppress(fence.Fenced):
        fence.check_again(db, settings.log_no, settings.second_place)
    standing = fence.standing(db, settings.log_no)
    if standing is not None and standing.reason == "unmeasured":
        raise CommandFailed(str(fence.Fenced(standing)), FINDING)
    return standing


def begin_place(settings: Settings, *, as_json: bool) -> None:
    """Raises CommandFailed unless the second place is empty and the database is what it says it published."""
    place = settings.second_place
    with _opened(settings) as (_, db):
        last = checkpoints.published(over(db), settings.log_no)
        if last is None:
            raise CommandFailed("nothing was published yet: the first checkpoint begins it", FINDING)
        try:
            is_there = place.read() is not None
            told = Checkpoint.parse(note.parts(last.note)[0])
        except ProofError as wrong:
            raise CommandFailed(f"nothing was changed: {wrong}", FINDING) from None
        if is_there:
            raise CommandFailed(f"{place.path} holds a checkpoint: nothing was changed", FINDING)
        if fence.wrong(db, settings.log_no, told):
            raise CommandFailed("the database is not what it says it published: run lifelong verify", FINDING)
        place.keep(last.note)
        with suppress(fence.Fenced):  # another fence stays, and is told by the status
            fence.check_again(db, settings.log_no, place)
    words = (
        f"{place.path} begins anew at {last.size} events, on this database's word alone: "
        "compare with the witnesses, and with the newest receipts and packages"
    )
    result({"size": last.size}, words, as_json=as_json)


def close(settings: Settings, next_origin: str, reason: str, *, as_json: bool) -> None:
    """Close in good order, or, where the log is fenced, for what was lost."""
    if not ORIGIN.match(next_origin) or next_origin == settings.origin:
        raise CommandFailed("--next: expected the name of another log, without white space or plus", USAGE)
    with _opened(settings) as (database, db):
        publishing = Publishing.of(settings, database)
        standing = _measured(settings, db)
        if standing is None:
            with _log(publishing) as (stored, gate):
                close_log(stored, gate, operator(), next_origin=next_origin, reason=reason)
        fence.close(db, settings.log_no, standing.size if standing else fence.head(db, settings.log_no))
        if standing is None or standing.reason == "closed":
            _publish(publishing)
    held = settings.second_place.read()
    told = {"closed": settings.origin, "size": held.size if held else 0, "next": next_origin}
    result(told, _what_next(settings, next_origin), as_json=as_json)


def _what_next(settings: Settings, next_origin: str) -> str:
    place, log_no = settings.second_place.path, settings.log_no + 1
    return (
        f"{settings.origin} is closed. Its last checkpoint is {place}: keep it.\n"
        f"To go on: LIFELONG_ORIGIN={next_origin}, LIFELONG_LOG_NO={log_no} or a database of its own, then\n"
        f"  lifelong publish adopt {place} --reason …"
    )


def adopt(settings: Settings, checkpoint: Path, reason: str, *, as_json: bool) -> None:
    """Raises CommandFailed unless the log is empty and the file a checkpoint of another."""
    signed = checkpoint.read_bytes()
    try:
        told = Checkpoint.parse(note.parts(signed)[0])
    except ProofError as wrong:
        raise CommandFailed(f"{checkpoint}: {wrong}", USAGE) from None
    if told.origin == settings.origin:
        raise CommandFailed("LIFELONG_ORIGIN still names the closed log", USAGE)
    with _opened(settings) as (database, db):
        if fence.head(db, settings.log_no):
            raise CommandFailed("the log has begun already: the next one begins with this", FINDING)
        with _log(Publishing.of(settings, database)) as (stored, gate):
            answer = adopt_log(
                stored,
                gate,
                operator(),
                origin=told.origin,
                size=told.size,
                root=told.root.hex(),
                note_sha256=sha256(signed).hexdigest(),
                reason=reason,
            )
    position = answer.stored[0].position
    words = f"{settings.origin} goes on for {told.origin}, which had {told.size} events"
    result({"origin": told.origin, "size": told.size, "position": position}, words, as_json=as_json)


@contextmanager
def _log(publishing: Publishing) -> Iterator[tuple[StoredLog, Gate]]:
    """The log without the application on it: nothing is told in it but what is told here."""
    opened = open_log(
        dsn=publishing.appender, keys=publishing.keys, origin=publishing.origin, log_no=publishing.log_no
    )
    with closing(opened):
        stored = StoredLog(opened)
        yield stored, Gate(stored, utc_now, uuid4)
