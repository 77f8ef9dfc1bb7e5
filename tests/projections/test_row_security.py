"""The second wall: what the scope of a transaction does not open, lifelong_reader does not see."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from domain.access_stream import AccessRefused
from domain.acts import make
from domain.view_scope import NOTHING, STATISTICS, Scope
from domain.views import ListAsked
from projections import generations
from projections.catalogue import PROJECTIONS
from projections.projection import Projection, Table
from projections.reading import ViewReader
from projections.service import Service
from projections.tokens import KeyedTokens
from projections.view_queries import LogViews
from projections.views import population, roster
from store.database import PROJECTOR, READER, Database
from tests.builders import act
from tests.projections.catching_up import catch_up
from tests.projections.histories import EVERYTHING, Folded, folded, history, plain

TABLES = [(one, table) for one in PROJECTIONS.values() for table in one.tables]
NAMES = [f"{one.name}.{table.name}" for one, table in TABLES]
STRANGER = Scope(institution=uuid4(), record=uuid4())
ALL: LiteralString = "SELECT * FROM "
Rows = list[tuple[Any, ...]]  # Any: a row, as the database has it


@pytest.fixture(scope="module")
def world(database: Database) -> Iterator[Folded]:
    """A log with a few records, all of its views folded."""
    with folded(database) as made:
        made.append(history(EVERYTHING))
        told = {"record": uuid4(), "action": "read", "rules": ["deny-by-default"]}
        made.append([make(AccessRefused, act(), uuid4(), 0, **told)])
        catch_up(made.place)
        yield made


@pytest.fixture(scope="module")
def reader(world: Folded, database: Database) -> Iterator[ViewReader]:
    with closing(ViewReader(database.dsn(READER), world.place.log_no, readers=1)) as reader:
        yield reader


def seen(reader: ViewReader, projection: Projection, table: Table, scope: Scope) -> Rows:
    """Every row that a statement without any condition finds."""
    return [plain(row) for row in reader.read(projection, ALL + table.name, (), scope).rows]


def institutions(world: Folded) -> set[UUID]:
    return {row[1] for row in world.tables(roster.PROJECTION)["roster"] if isinstance(row[1], UUID)}


def named(world: Folded, projection: Projection, table: Table) -> set[UUID]:
    """Every id that stands in a table, whatever it is of."""
    return {one for row in world.tables(projection)[table.name] for one in row if isinstance(one, UUID)}


@pytest.mark.parametrize(("projection", "table"), TABLES, ids=NAMES)
def test_every_table_says_whose_rows_are_whose(
    world: Folded, database: Database, projection: Projection, table: Table
) -> None:
    assert table.scope is not None
    with psycopg.connect(database.admin) as db:
        name = sql.Identifier(world.live(projection).schema, table.name).as_string(db)
        told = db.execute(
            """SELECT relrowsecurity, polcmd, polroles = ARRAY['lifelong_reader'::regrole::oid]
               FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid
               WHERE pg_class.oid = to_regclass(%s)""",
            [name],
        ).fetchall()
    assert told == [(True, "r", True)]


@pytest.mark.parametrize(("projection", "table"), TABLES, ids=NAMES)
def test_without_a_scope_or_with_another_s_nothing_is_seen(
    world: Folded, reader: ViewReader, projection: Projection, table: Table
) -> None:
    assert world.tables(projection)[table.name]
    assert seen(reader, projection, table, NOTHING) == []
    assert seen(reader, projection, table, STRANGER) == []


@pytest.mark.parametrize(("projection", "table"), TABLES, ids=NAMES)
def test_the_scopes_of_all_together_open_all_rows(
    world: Folded, reader: ViewReader, projection: Projection, table: Table
) -> None:
    ids = named(world, projection, table)
    every = [STATISTICS, *(Scope(one) for one in ids), *(Scope(record=one) for one in ids)]

    found = {row for scope in every for row in seen(reader, projection, table, scope)}

    assert found == world.tables(projection)[table.name]
    for scope in every[1:]:
        for row in seen(reader, projection, table, scope):
            assert scope.institution in row or scope.record in row


def test_a_wrong_parameter_does_not_widen_what_a_decision_opens(world: Folded, reader: ViewReader) -> None:
    views = LogViews(reader, world.place.log_no, KeyedTokens(world.log.keys))
    own, other = sorted(institutions(world))[:2]

    assert views.roster(own, ListAsked(), Scope(institution=own)).rows
    assert not views.roster(other, ListAsked(), Scope(institution=own)).rows


def test_counting_opens_no_roster_and_an_institution_no_counting(world: Folded, reader: ViewReader) -> None:
    one = Scope(institution=next(iter(institutions(world))))

    assert seen(reader, roster.PROJECTION, roster.ROSTER, STATISTICS) == []
    assert seen(reader, population.PROJECTION, population.POPULATION, one) == []


def test_a_scope_ends_with_its_transaction(world: Folded, reader: ViewReader) -> None:
    """There is one connection only: the second transaction has the session of the first."""
    one = Scope(institution=next(iter(institutions(world))), record=uuid4(), statistics=True)
    told: LiteralString = """SELECT pg_backend_pid(), current_setting('lifelong.institution', true),
        current_setting('lifelong.record', true), current_setting('lifelong.statistics', true)"""

    [within] = reader.read(roster.PROJECTION, told, (), one).rows
    with pytest.raises(psycopg.errors.DivisionByZero):
        reader.read(roster.PROJECTION, "SELECT 1 / 0", (), one)
    [after] = reader.read(roster.PROJECTION, told).rows

    assert within[1:] == (str(one.institution), str(one.record), "on")
    assert after == (within[0], "", "", "")
    assert seen(reader, roster.PROJECTION, roster.ROSTER, NOTHING) == []


@pytest.mark.parametrize("value", ["", "everything", "' OR true --", "%"])
def test_a_setting_that_is_no_institution_opens_nothing(
    world: Folded, database: Database, value: str
) -> None:
    schema = sql.Identifier(world.live(roster.PROJECTION).schema)
    with psycopg.connect(database.dsn(READER)) as db:
        db.execute("SELECT set_config('lifelong.institution', %s, true)", [value])
        try:
            found = db.execute(sql.SQL("SELECT FROM {}.roster").format(schema)).fetchall()
        except psycopg.errors.InvalidTextRepresentation:
            found = []
    assert found == []


def test_the_reader_can_neither_lift_the_wall_nor_look_behind_it(world: Folded, database: Database) -> None:
    schema = sql.Identifier(world.live(roster.PROJECTION).schema)
    with psycopg.connect(database.dsn(READER), autocommit=True) as db:
        for statement in (
            "ALTER TABLE {}.roster DISABLE ROW LEVEL SECURITY",
            "DROP POLICY shown ON {}.roster",
            "CREATE POLICY all_of_them ON {}.roster USING (true)",
            "SET row_security = off; SELECT FROM {}.roster",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                db.execute(sql.SQL(statement).format(schema))


def test_a_table_that_does_not_say_whose_rows_are_whose_shows_nothing(database: Database) -> None:
    silent = replace(roster.PROJECTION, tables=(replace(roster.ROSTER, scope=None),))
    with folded(database) as made:
        made.append(history(EVERYTHING))
        made.rebuild(silent)
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
            one = Scope(institution=next(iter(institutions(made))), statistics=True)

            assert seen(reader, silent, roster.ROSTER, one) == []


def test_views_of_an_earlier_release_are_put_behind_the_wall_when_the_service_starts(
    database: Database,
) -> None:
    with folded(database) as made:
        made.append(history(EVERYTHING))
        catch_up(made.place, {roster.PROJECTION.name: roster.PROJECTION})
        name = sql.Identifier(made.live(roster.PROJECTION).schema, "roster")
        with psycopg.connect(database.dsn(PROJECTOR), autocommit=True) as db:
            db.execute(sql.SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(name))
            db.execute(sql.SQL("DROP POLICY shown ON {}").format(name))
        with closing(ViewReader(database.dsn(READER), made.place.log_no)) as reader:
            assert seen(reader, roster.PROJECTION, roster.ROSTER, NOTHING)

            for _ in range(2):  # a second start finds nothing to do
                with Service(made.place, {roster.PROJECTION.name: roster.PROJECTION}):
                    assert seen(reader, roster.PROJECTION, roster.ROSTER, NOTHING) == []

            one = Scope(institution=next(iter(institutions(made))))
            assert seen(reader, roster.PROJECTION, roster.ROSTER, one)


def test_what_stands_already_is_left_alone(world: Folded) -> None:
    """So that a start takes no lock that appends or readers would wait for."""
    with world.source() as source:
        held: LiteralString = "SELECT xmin::text FROM pg_policy ORDER BY oid"
        before = source.db.execute(held).fetchall()
        for projection in PROJECTIONS.values():
            generations.protect(source.db, projection, world.place.log_no)

        assert source.db.execute(held).fetchall() == before
