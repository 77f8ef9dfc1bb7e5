"""One database, and how each of our roles connects to it: on the embedded server, or by LIFELONG_DSN."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from store.migrate import LOGIN_ROLES, migrate
from store.postgres import EmbeddedServer
from store.settings import Settings

# The six roles of migrations/roles.sql. The owner holds the schema and is used by migrations alone.
Role = Literal[
    "lifelong_owner",
    "lifelong_appender",
    "lifelong_projector",
    "lifelong_publisher",
    "lifelong_reader",
    "lifelong_resealer",
]
OWNER: Role = "lifelong_owner"
APPENDER: Role = "lifelong_appender"
PROJECTOR: Role = "lifelong_projector"
PUBLISHER: Role = "lifelong_publisher"
READER: Role = "lifelong_reader"
RESEALER: Role = "lifelong_resealer"

DATABASE_NAME = "lifelong"


@dataclass(frozen=True)
class Database:
    """One database. `admin` connects as who sets it up: the embedded superuser, or the DSN's user."""

    admin: str = field(repr=False)  # may hold a password
    embedded: bool

    def dsn(self, role: Role) -> str:
        """A connection string under which the session has the rights of one role, and no others.

        On the embedded server the role logs in by itself; otherwise the DSN's user takes it on connecting.
        """
        if self.embedded and role in LOGIN_ROLES:
            return make_conninfo(self.admin, user=role)
        options = conninfo_to_dict(self.admin).get("options")
        return make_conninfo(self.admin, options=f"{options or ''} -c role={role}".strip())


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database of a deployment with every migration applied; the embedded server runs until the exit.

    Raises PostgresError, MigrationError, or psycopg.OperationalError when the DSN's server does not answer.
    """
    if settings.dsn is not None:
        migrate(settings.dsn)
        yield Database(settings.dsn, embedded=False)
        return
    with EmbeddedServer(settings.data, binaries=settings.pg_bin) as server:
        database = embedded_database(server)
        migrate(database.admin, login=True)
        yield database


def embedded_database(
    server: EmbeddedServer, name: str = DATABASE_NAME, *, template: str = "template0"
) -> Database:
    """The database of that name on the embedded server, made from the template if it is not there yet."""
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log")
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        known = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
        if known is None:
            # Another process that joined the same server may be making it at this moment.
            with suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
    return Database(server.dsn(dbname=name), embedded=True)
