"""`lifelong bench load`: a record of 500 events brought to its newest state, the library's way and ours.

The same events, with the same content, in two stores on one server: the library's own PostgreSQL recorder
with its JSON transcoder and its AES cipher, and our log. Both decrypt and both fold the same aggregate;
`stock` compares without any snapshot, `stock_snapshot` ours from a snapshot 50 events back, which is the
middle of what a snapshot about every 100 events leaves to fold. Nothing is taken from memory.

The library has two ciphers: its default one, with which the ratios are defined, and one on OpenSSL as ours
is, which costs it a thirtieth; `openssl` and `openssl_snapshot` compare with that.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from functools import partial
from itertools import cycle
from pathlib import Path
from random import sample
from typing import TypeAlias
from uuid import UUID

import psycopg
from eventsourcing.application import Application
from eventsourcing.cryptography import AESCipher  # its keys fit both ciphers
from eventsourcing.domain import DomainEvent

from domain.application import Records
from domain.record import Record
from projections.record_view import RecordRender
from store import connect
from store.database import APPENDER, Database
from store.event_log import StoredLog
from store.settling import settle
from store.wiring import OpenLog, open_log
from tools.bench import county
from tools.bench.measure import Cell, machine, ratio

EVENTS = 500
AFTER_SNAPSHOT = 50  # events
RECORDS = 10
AT_ONCE = 20
LOADS = 20  # of each contestant in each round
CIPHERS = {"stock": "eventsourcing.cipher:AESCipher", "openssl": "eventsourcing.cryptography:AESCipher"}

Load: TypeAlias = Callable[[UUID], Record | None]


class Stock:
    """The library's application as it comes, encryption turned on."""

    def __init__(self, dsn: str, name: str) -> None:
        info = {key: str(value) for key, value in psycopg.conninfo.conninfo_to_dict(dsn).items()}
        self._application = Application[UUID](
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_SCHEMA": _schema(dsn, f"bench_{name}"),
                "POSTGRES_DBNAME": info.get("dbname", ""),
                "POSTGRES_HOST": info.get("host", ""),
                "POSTGRES_PORT": info.get("port", "5432"),
                "POSTGRES_USER": info.get("user", ""),
                "POSTGRES_PASSWORD": info.get("password", ""),
                "CIPHER_TOPIC": CIPHERS[name],
                "CIPHER_KEY": AESCipher.create_key(32),
            }
        )

    def keep(self, events: Sequence[DomainEvent]) -> None:
        """Store the events through the library's own mapper, a few at a time: its recorder stalls on many."""
        mapper, recorder = self._application.mapper, self._application.recorder
        stored = [mapper.to_stored_event(event) for event in events]
        for first in range(0, len(stored), AT_ONCE):
            recorder.insert_events(stored[first : first + AT_ONCE])

    def load(self, record: UUID) -> Record:
        return self._application.repository.get(record)

    def close(self) -> None:
        self._application.close()


def run(database: Database, folder: Path, rounds: int) -> dict[str, object]:
    """Measure in interleaved rounds; a ratio is ours to the library's, median of same rounds."""
    with ExitStack() as stack:
        opened = stack.enter_context(closing(_open(database, folder / "keys")))
        stock = {name: stack.enter_context(closing(Stock(database.admin, name))) for name in CIPHERS}
        records = _lives(opened, list(stock.values()))
        loads: dict[str, Load] = {
            "ours": partial(StoredLog(opened, snapshots=False, remembered=0).load, Record),
            "ours_snapshot": partial(StoredLog(opened, remembered=0).load, Record),
            **{name: one.load for name, one in stock.items()},
        }
        _agree(loads.values(), records)
        settle()
        cells = _measure(loads, cycle(records), rounds)
    ratios = {name: ratio(cells["ours"].rates, cells[name].rates) for name in CIPHERS}
    ratios |= {f"{name}_snapshot": ratio(cells["ours_snapshot"].rates, cells[name].rates) for name in CIPHERS}
    results = {name: cell.summary() for name, cell in cells.items()}
    return {"bench": "load", "machine": machine(), "results": results, "ratios": ratios}


def _next(load: Load, turn: Iterator[UUID]) -> None:
    load(next(turn))


def _schema(dsn: str, name: str) -> str:
    with connect.plain(dsn) as connection:
        connection.execute(psycopg.sql.SQL("CREATE SCHEMA {}").format(psycopg.sql.Identifier(name)))
    return name


def _open(database: Database, keys: Path) -> OpenLog:
    return open_log(dsn=database.dsn(APPENDER), keys=keys, origin="lifelong.example/bench/2", log_no=9002)


def _measure(loads: Mapping[str, Load], turn: Iterator[UUID], rounds: int) -> dict[str, Cell]:
    cells = {name: Cell() for name in loads}
    for _ in range(rounds):
        for name in sample(list(loads), k=len(loads)):
            cells[name].run(partial(_next, loads[name], turn), LOADS)
    return cells


def _lives(opened: OpenLog, stock: Sequence[Stock]) -> list[UUID]:
    """Records of EVENTS events in all stores, each with a snapshot of ours AFTER_SNAPSHOT events back."""
    log = StoredLog(opened, remembered=0)
    records = Records(log, RecordRender())
    county.found(records)
    lives = [county.open_record(records) for _ in range(RECORDS)]
    for life in lives:
        county.fill(records, life, EVENTS - AFTER_SNAPSHOT)
        log.load(Record, life)  # long enough to leave a snapshot
        county.fill(records, life, EVENTS)
        events = [one.event for one in log.read(life)]
        for one in stock:
            one.keep(events)
    return lives


def _agree(loads: Iterable[Load], records: Sequence[UUID]) -> None:
    """Whoever loads, the state is the same; and every cache that belongs to a server is warm."""
    for record in records:
        found = [loaded for load in loads if (loaded := load(record))]
        if any(one.state != found[0].state or one.version != EVENTS for one in found):
            raise AssertionError("the contestants load different states")
