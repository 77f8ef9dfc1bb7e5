"""Migrations: each file once, in order, in a transaction of its own, and no history rewritten."""

from pathlib import Path

import psycopg
import pytest

from store.database import APPENDER, OWNER, PROJECTOR, READER, Database, open_database
from store.migrate import Migration, MigrationError, history, migrate, migrations_folder, read_migrations
from store.postgres import EmbeddedServer
from store.settings import Settings

FIRST = "CREATE SCHEMA care; CREATE TABLE care.thing (name text)"
SECOND = "ALTER TABLE care.thing ADD COLUMN note text"


def folder_of(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name.removeprefix('m')}.sql").write_text(text, encoding="utf-8")
    return path


def names(migrations: list[Migration]) -> list[str]:
    return [migration.name for migration in migrations]


def columns(database: Database) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('care.thing') AND attnum > 0"
    with psycopg.connect(database.admin) as connection:
        return [str(name) for (name,) in connection.execute(query).fetchall()]


@pytest.fixture(params=["empty_database", "older_database"])
def any_database(request: pytest.FixtureRequest) -> Database:
    """An empty database on the newest and on the oldest PostgreSQL that we promise to work with."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Database)
    return found


def test_migrations_are_applied_once_and_in_order(any_database: Database, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "m", m0001_first=FIRST)

    assert names(migrate(any_database.admin, folder)) == ["first"]
    folder_of(folder, m0002_second=SECOND)
    assert names(migrate(any_database.admin, folder)) == ["second"]
    assert migrate(any_database.admin, folder) == []

    assert columns(any_database) == ["name", "note"]
    with psycopg.connect(any_database.admin) as connection:
        assert [(row.number, row.name) for row in history(connection)] == [(1, "first"), (2, "second")]


def test_all_our_migrations_apply(any_database: Database) -> None:
    applied = migrate(any_database.admin, login=True)

    assert applied == read_migrations(migrations_folder())
    assert migrate(any_database.admin, login=True) == []


def test_a_database_in_another_encoding_is_refused_with_what_to_do(empty_database: Database) -> None:
    with psycopg.connect(empty_database.admin, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE in_ascii ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"
        )

    with pytest.raises(MigrationError, match="UTF8"):
        migrate(psycopg.conninfo.make_conninfo(empty_database.admin, dbname="in_ascii"))


def test_a_file_changed_after_it_was_applied_is_refused(empty_database: Database, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "m", m0001_first=FIRST)
    migrate(empty_database.admin, folder)
    folder_of(folder, m0001_first=FIRST + " -- edited", m0002_second=SECOND)

    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed after it was applied"):
        migrate(empty_database.admin, folder)

    assert columns(empty_database) == ["name"]


def test_a_database_newer_than_the_release_is_refused(empty_database: Database, tmp_path: Path) -> None:
    migrate(empty_database.admin, folder_of(tmp_path / "new", m0001_first=FIRST, m0002_second=SECOND))

    with pytest.raises(MigrationError, match="newer than this release: it has 0002_second"):
        migrate(empty_database.admin, folder_of(tmp_path / "old", m0001_first=FIRST))


@pytest.mark.parametrize("present", [["m0002_b"], ["m0001_a", "m0003_c"], ["m0001_a", "m0001_b"]])
def test_a_gap_or_a_number_used_twice_is_refused(tmp_path: Path, present: list[str]) -> None:
    folder = folder_of(tmp_path / "m", **dict.fromkeys(present, "SELECT 1"))

    with pytest.raises(MigrationError, match="missing or used twice"):
        read_migrations(folder)


def test_a_file_with_a_careless_name_is_refused_rather_than_passed_over(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "m", m0001_first=FIRST, m2_second=SECOND)

    with pytest.raises(MigrationError, match=r"2_second\.sql: expected a name like"):
        read_migrations(folder)


def test_a_failing_file_leaves_nothing_behind(empty_database: Database, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "m", m0001_first=FIRST, m0002_second=SECOND + "; SELECT 1/0")

    with pytest.raises(MigrationError, match=r"0002_second\.sql failed: division by zero"):
        migrate(empty_database.admin, folder)

    assert columns(empty_database) == ["name"]
    folder_of(folder, m0002_second=SECOND)
    assert names(migrate(empty_database.admin, folder)) == ["second"]


def test_what_migrations_make_belongs_to_the_owner(empty_database: Database, tmp_path: Path) -> None:
    migrate(empty_database.admin, folder_of(tmp_path / "m", m0001_first=FIRST))

    with psycopg.connect(empty_database.admin) as connection:
        owners = connection.execute(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('care', 'migrations')"
        ).fetchall()
    assert owners == [(OWNER,)]


@pytest.mark.parametrize("role", [APPENDER, PROJECTOR, READER])
def test_a_role_at_run_time_is_itself_and_can_become_nobody_else(database: Database, role: str) -> None:
    with psycopg.connect(
        database.admin.replace("user=postgres", f"user={role}"), autocommit=True
    ) as connection:
        assert connection.execute("SELECT session_user, current_user").fetchone() == (role, role)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET ROLE lifelong_owner")


@pytest.mark.parametrize("role", [APPENDER, READER])
def test_only_the_projector_makes_schemas_at_run_time(database: Database, role: str) -> None:
    as_role = {name: database.admin.replace("user=postgres", f"user={name}") for name in (role, PROJECTOR)}
    with psycopg.connect(as_role[role]) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE SCHEMA mine")
    with psycopg.connect(as_role[PROJECTOR]) as connection:
        connection.execute("CREATE SCHEMA mine")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE store.mine (one integer)")


@pytest.mark.parametrize("fixture", ["cluster", "older_cluster"])
def test_a_dsn_of_a_user_who_is_not_superuser_works_the_same(
    request: pytest.FixtureRequest, fixture: str
) -> None:
    """As in production: a user with CREATEROLE and a database of its own, and roles that cannot log in."""
    server: EmbeddedServer = request.getfixturevalue(fixture)
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS production")
        connection.execute("DROP ROLE IF EXISTS deployer")
        connection.execute("CREATE ROLE deployer CREATEROLE")
        connection.execute("CREATE DATABASE production OWNER deployer")
        if connection.info.server_version >= 160_000:
            # There a user may only hand on roles that it made, or was given to hand on.
            for role in (OWNER, APPENDER, PROJECTOR, READER):
                exists = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                if exists is not None:
                    connection.execute(f"GRANT {role} TO deployer WITH ADMIN OPTION")
    deployer = server.dsn(dbname="production") + " options='-c session_authorization=deployer'"

    with open_database(Settings(dsn=deployer)) as database:
        with psycopg.connect(database.dsn(APPENDER)) as connection:
            assert connection.execute("SELECT current_user").fetchone() == (APPENDER,)
            assert connection.execute("SELECT count(*) FROM store.event").fetchone() == (0,)
    assert migrate(deployer) == []
