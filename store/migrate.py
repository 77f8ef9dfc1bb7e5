"""Applies `migrations/NNNN_name.sql` in order, each once, and refuses a history that was changed afterwards.

Every file runs in a transaction of its own as role lifelong_owner, with an empty search path: a migration
names the schema of whatever it touches. What was applied stands in `migrations.applied`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import Connection, sql
from psycopg.rows import class_row

FILE_NAME = re.compile(r"(\d{4})_([a-z0-9]+(?:_[a-z0-9]+)*)\.sql")
LOCK_KEY = 0x6C69_6665_6C6F_6E67  # "lifelong" in ASCII: the advisory lock of whoever migrates a database
LOCK_WAIT = "60s"  # for another migration to end
TABLE_LOCK_WAIT = "4s"  # within a file: a migration must not queue all appends behind itself
LOGIN_ROLES = (
    "lifelong_appender",
    "lifelong_projector",
    "lifelong_publisher",
    "lifelong_reader",
    "lifelong_resealer",
)

HISTORY = """
CREATE SCHEMA IF NOT EXISTS migrations AUTHORIZATION lifelong_owner;
CREATE TABLE IF NOT EXISTS migrations.applied (
    number     integer PRIMARY KEY CHECK (number > 0),
    name       text NOT NULL,
    sha256     bytea NOT NULL CHECK (octet_length(sha256) = 32),
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """The database cannot be brought to this release; nothing of the failing file was applied."""


@dataclass(frozen=True)
class Migration:
    """One numbered file, as it lies in the folder."""

    number: int
    name: str
    sha256: bytes
    text: str


@dataclass(frozen=True)
class Applied:
    """One row of the history."""

    number: int
    name: str
    sha256: bytes
    applied_at: datetime


def migrations_folder() -> Path:
    """The folder of this release's migrations, in the checkout or where the package is installed."""
    spec = find_spec("migrations")
    if spec is None or not spec.submodule_search_locations:
        raise MigrationError("the folder of migrations is not part of this installation")
    return Path(next(iter(spec.submodule_search_locations)))


def read_migrations(folder: Path) -> list[Migration]:
    """The numbered files in order. Raises MigrationError for a gap, or a number used twice."""
    found = []
    for path in sorted(folder.glob("[0-9]*.sql")):
        match = FILE_NAME.fullmatch(path.name)
        if match is None:
            raise MigrationError(f"{path.name}: expected a name like 0001_event_log.sql")
        data = path.read_bytes()
        found.append(Migration(int(match[1]), match[2], hashlib.sha256(data).digest(), data.decode("utf-8")))
    for expected, migration in enumerate(found, start=1):
        if migration.number != expected:
            raise MigrationError(
                f"migration {expected:04} is missing or used twice: the next is {_label(migration)}"
            )
    return found


def migrate(admin: str, folder: Path | None = None, *, login: bool = False) -> list[Migration]:
    """Bring the database up to this release; returns what was applied now, nothing the second time.

    admin: connection string of a superuser, or of a user who may create roles and owns the database, or to
    whom the roles and the right to create schemas were given before.
    login: let the run-time roles log in, as they do on the embedded server.
    Raises MigrationError; files that came before the failing one stay applied.
    """
    folder = folder or migrations_folder()
    known = read_migrations(folder)
    with psycopg.connect(admin, autocommit=True) as connection:
        _check_encoding(connection)
        _wait_for_turn(connection)
        _make_roles(connection, folder, login=login)
        connection.execute("SET ROLE lifelong_owner")
        connection.execute("SET search_path = ''")
        connection.execute("SET client_min_messages = warning")
        connection.execute(HISTORY)
        pending = _pending(known, history(connection))
        for migration in pending:
            _apply(connection, migration)
    return pending


def history(connection: Connection[tuple[object, ...]]) -> list[Applied]:
    """What was applied to this database, in order."""
    with connection.cursor(row_factory=class_row(Applied)) as cursor:
        query = "SELECT number, name, sha256, applied_at FROM migrations.applied ORDER BY number"
        return cursor.execute(query).fetchall()


def _check_encoding(connection: Connection[tuple[object, ...]]) -> None:
    """Names are Chinese, and a database in another encoding gives text back as something else."""
    if connection.info.parameter_status("server_encoding") != "UTF8":
        raise MigrationError(
            "the database is not encoded in UTF8; create it with: ENCODING 'UTF8' TEMPLATE template0"
        )


def _wait_for_turn(connection: Connection[tuple[object, ...]]) -> None:
    """Take the lock of this database; it is given back when the connection closes."""
    connection.execute(sql.SQL("SET lock_timeout = {}").format(LOCK_WAIT))
    try:
        connection.execute("SELECT pg_advisory_lock(%s)", [LOCK_KEY])
    except psycopg.errors.LockNotAvailable:
        raise MigrationError(
            f"another migration of this database is still running after {LOCK_WAIT}"
        ) from None


def _make_roles(connection: Connection[tuple[object, ...]], folder: Path, *, login: bool) -> None:
    roles = folder / "roles.sql"
    if not roles.exists():
        roles = migrations_folder() / "roles.sql"
    try:
        connection.execute(roles.read_bytes())
        if login:
            _let_log_in(connection)
    except psycopg.errors.InsufficientPrivilege as error:
        raise MigrationError(
            f"the roles of migrations/roles.sql cannot be made by this user: {error.diag.message_primary}"
        ) from error


def _let_log_in(connection: Connection[tuple[object, ...]]) -> None:
    barred = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s) AND NOT rolcanlogin"
    for (role,) in connection.execute(barred, [list(LOGIN_ROLES)]).fetchall():
        connection.execute(sql.SQL("ALTER ROLE {} LOGIN").format(sql.Identifier(str(role))))


def _pending(known: Sequence[Migration], applied: Sequence[Applied]) -> list[Migration]:
    """What is left to do. Raises MigrationError when what was done is not what the files say."""
    if len(applied) > len(known):
        raise MigrationError(
            f"the database is newer than this release: it has {applied[-1].number:04}_{applied[-1].name}"
        )
    for migration, done in zip(known, applied, strict=False):
        if (migration.number, migration.sha256) != (done.number, done.sha256):
            raise MigrationError(
                f"{_label(migration)} was changed after it was applied on {done.applied_at:%Y-%m-%d}: "
                "restore the file, and write a new migration for what is to change"
            )
    return list(known[len(applied) :])


def _apply(connection: Connection[tuple[object, ...]], migration: Migration) -> None:
    try:
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(TABLE_LOCK_WAIT))
            connection.execute(migration.text.encode())
            connection.execute(
                "INSERT INTO migrations.applied (number, name, sha256) VALUES (%s, %s, %s)",
                [migration.number, migration.name, migration.sha256],
            )
    except psycopg.Error as error:
        raise MigrationError(f"{_label(migration)} failed: {error.diag.message_primary or error}") from error


def _label(migration: Migration) -> str:
    return f"{migration.number:04}_{migration.name}.sql"
