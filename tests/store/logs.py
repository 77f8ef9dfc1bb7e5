"""Logs on a real database for the store's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from store.clock import Clock
from store.database import APPENDER, Database
from store.key_place import KeysAt
from store.keys import KeyStore
from store.keys_sqlite import SqliteKeys
from store.wiring import OpenLog, open_log

_numbers = count(1)


def unused_log_no() -> int:
    """Each test has a log of its own in the module's database."""
    return next(_numbers)


def origin_of(log_no: int) -> str:
    return f"lifelong.example/test/{log_no}"


@contextmanager
def opened(database: Database, log_no: int, keys: KeysAt, clock: Clock | None = None) -> Iterator[OpenLog]:
    """One opening of a log; the same number and keys open it again."""
    log = open_log(
        dsn=database.dsn(APPENDER), keys=keys, origin=origin_of(log_no), log_no=log_no, clock=clock, readers=4
    )
    try:
        yield log
    finally:
        log.close()


@contextmanager
def new_log(database: Database, clock: Clock | None = None) -> Iterator[OpenLog]:
    with (
        TemporaryDirectory(prefix="lifelong-keys-") as folder,
        opened(database, unused_log_no(), Path(folder), clock) as log,
    ):
        yield log


def path_of(keys: KeyStore) -> Path:
    """The file in which the keys lie."""
    assert isinstance(keys.table, SqliteKeys)
    return keys.table.path
