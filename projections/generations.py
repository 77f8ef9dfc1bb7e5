"""Generations: each set of a projection's tables is a schema of its own, and one of them is live.

Readers take the live one by its number, so that the switch to another is the update of two rows. What lies
in a generation up to its position is written in the transaction that moves the position.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from psycopg import Connection, sql
from psycopg.rows import class_row

from projections import row_security
from projections.projection import Projection, Row, Table

# checking: built to be compared with the live one and dropped, never switched to.
State = Literal["building", "checking", "live", "retired"]
Phase = Literal["asked", "loading", "following", "comparing", "done"]
Db = Connection[tuple[Any, ...]]  # Any: a row, as the database has it


@dataclass(frozen=True)
class Generation:
    """One row of views.generation, as far as whoever folds needs it."""

    generation: int
    log_no: int
    projection: str
    version: int
    state: State
    phase: Phase
    position: int
    target: int
    buckets: int
    jobs: int
    compared: str | None  # with the one that was live before, once that is done
    stuck_at: int | None  # the position of the event that the build cannot fold

    @property
    def schema(self) -> str:
        return schema_of(self.projection, self.generation)

    def table(self, table: Table) -> sql.Identifier:
        return sql.Identifier(self.schema, table.name)


def schema_of(projection: str, generation: int) -> str:
    """The schema that holds a generation's tables."""
    return f"views_{projection}_{generation}"


_COLUMNS = (
    "generation, log_no, projection, version, state, phase, position, target, buckets, jobs, "
    "compared, stuck_at"
)


def of_state(db: Db, projection: str, log_no: int, state: State) -> Generation | None:
    """The projection's live generation, or the one that is being built or checked."""
    with db.cursor(row_factory=class_row(Generation)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM views.generation WHERE log_no = %s AND projection = %s AND state = %s",  # noqa: S608  # our columns
            [log_no, projection, state],
        ).fetchone()


def live(db: Db, projection: Projection, log_no: int) -> Generation | None:
    """The live generation, if it is of this release's version."""
    found = of_state(db, projection.name, log_no, "live")
    return found if found and found.version == projection.version else None


def get(db: Db, generation: int) -> Generation | None:
    """A generation by its number."""
    with db.cursor(row_factory=class_row(Generation)) as cursor:
        return cursor.execute(
            f"SELECT {_COLUMNS} FROM views.generation WHERE generation = %s",  # noqa: S608  # our columns
            [generation],
        ).fetchone()


def ask(db: Db, projection: Projection, log_no: int, jobs: int = 1, state: State = "building") -> Generation:
    """The generation that is being built (or checked), or a new one that waits for whoever builds it.

    One that was stuck at an event may try it again.
    """
    with db.transaction():
        db.execute(
            """INSERT INTO views.generation (log_no, projection, version, state, jobs)
               VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [log_no, projection.name, projection.version, state, jobs],
        )
        let_try(db, projection.name, log_no)
    found = of_state(db, projection.name, log_no, state)
    return found or ask(db, projection, log_no, jobs, state)  # it was switched to between the two statements


def prepare(db: Db, projection: Projection, building: Generation, target: int, buckets: int) -> Generation:
    """Make the tables of an asked generation, and fix up to where it is loaded and in how many buckets."""
    schema = sql.Identifier(building.schema)
    with db.transaction():
        db.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
        db.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO lifelong_reader").format(schema))
        for table in projection.tables:
            db.execute(_create(building, table))
            db.execute(row_security.protection(building.schema, table))
            db.execute(sql.SQL("GRANT SELECT ON {} TO lifelong_reader").format(building.table(table)))
        db.execute(
            """UPDATE views.generation SET phase = 'loading', target = %s, buckets = %s, begun_at = now(),
               folded_at = now() WHERE generation = %s""",
            [target, buckets, building.generation],
        )
    prepared = get(db, building.generation)
    assert prepared is not None  # noqa: S101  # its row was updated
    return prepared


def protect(db: Db, projection: Projection, log_no: int) -> None:
    """Put the tables of this version behind the wall as this release says, where they are not yet."""
    states: tuple[State, ...] = ("live", "building")
    found = [of_state(db, projection.name, log_no, state) for state in states]
    for one in found:
        if one is not None and one.version == projection.version and one.phase != "asked":
            for table in projection.tables:
                _protect(db, one, table)


def _protect(db: Db, generation: Generation, table: Table) -> None:
    with db.transaction():
        db.execute("SET LOCAL lock_timeout = '10s'")
        db.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [generation.schema])
        name = f'"{generation.schema}"."{table.name}"'
        if db.execute(row_security.STANDS, [name]).fetchone() not in [(True, table.scope), None]:
            db.execute(row_security.protection(generation.schema, table))


def index(db: Db, projection: Projection, building: Generation) -> None:
    """Index what was loaded; from here on the generation follows the log from its target on."""
    with db.transaction():
        db.execute("SET LOCAL statement_timeout = 0")
        for table in projection.tables:
            for columns in (f"({table.owner})", *table.indexes):
                db.execute(
                    sql.SQL("CREATE INDEX ON {} ").format(building.table(table))
                    + sql.SQL(columns)  # written in our modules
                )
        db.execute(
            """UPDATE views.generation SET phase = 'following', position = target
               WHERE generation = %s""",
            [building.generation],
        )
    with db.transaction():
        db.execute("SET LOCAL statement_timeout = 0")
        for table in projection.tables:
            db.execute(sql.SQL("ANALYZE {}").format(building.table(table)))


def enter_phase(db: Db, generation: int, phase: Phase) -> None:
    """Tell what is being done with a generation that is built."""
    db.execute("UPDATE views.generation SET phase = %s WHERE generation = %s", [phase, generation])


def enter_compared(db: Db, generation: int, compared: str) -> None:
    """Keep what the comparison with the live one came to, for whoever goes on with this build."""
    db.execute("UPDATE views.generation SET compared = %s WHERE generation = %s", [compared, generation])


def enter_stuck(db: Db, generation: int, position: int, topic: str, error: str) -> None:
    """Tell that a build cannot go on, at which event and by what error: nobody tries again unasked."""
    db.execute(
        """UPDATE views.generation SET stuck_at = %s, stuck_topic = %s, stuck_error = %s
           WHERE generation = %s""",
        [position, topic, error, generation],
    )


def let_try(db: Db, projection: str, log_no: int) -> bool:
    """Let builds that are stuck try again; whether there were any."""
    freed = db.execute(
        """UPDATE views.generation SET stuck_at = NULL, stuck_topic = NULL, stuck_error = NULL
           WHERE log_no = %s AND projection = %s AND stuck_at IS NOT NULL""",
        [log_no, projection],
    )
    return freed.rowcount > 0


def switch(db: Db, building: Generation, compared: str, catch_up: Callable[[int], None]) -> None:
    """Make the generation the live one. Whoever follows with the one before is held where it is meanwhile.

    catch_up: brings the new one to the old one's position, inside the transaction: readers never go back.
    Where the projection had stopped at an event that the new one is past, it has not any longer.
    """
    with db.transaction():
        db.execute("SET LOCAL lock_timeout = '10s'")
        db.execute("SET LOCAL synchronous_commit = on")
        before = db.execute(
            """SELECT generation, position FROM views.generation
               WHERE log_no = %s AND projection = %s AND state = 'live' FOR UPDATE""",
            [building.log_no, building.projection],
        ).fetchone()
        if before is not None:
            catch_up(before[1])
            db.execute("UPDATE views.generation SET state = 'retired' WHERE generation = %s", [before[0]])
        db.execute(
            """UPDATE views.generation SET state = 'live', phase = 'done', live_since = now(), compared = %s
               WHERE generation = %s""",
            [compared, building.generation],
        )
        db.execute(
            """DELETE FROM views.stopped AS stop USING views.generation AS new
               WHERE new.generation = %s AND stop.position <= new.position
                 AND (stop.log_no, stop.projection, stop.version)
                   = (new.log_no, new.projection, new.version)""",
            [building.generation],
        )


def drop(db: Db, generation: Generation) -> None:
    """Remove a generation and its tables."""
    with db.transaction():
        db.execute("SET LOCAL lock_timeout = '10s'")
        db.execute("DELETE FROM views.generation WHERE generation = %s", [generation.generation])
        db.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(generation.schema)))


def droppable(db: Db, projection: Projection, log_no: int, *, unfinished: bool) -> list[Generation]:
    """The generations that were live once; and what is being built or checked, if that is wanted too."""
    states = ["retired", "building", "checking"] if unfinished else ["retired"]
    with db.cursor(row_factory=class_row(Generation)) as cursor:
        return cursor.execute(
            f"""SELECT {_COLUMNS} FROM views.generation
                WHERE log_no = %s AND projection = %s AND state = ANY (%s) ORDER BY generation""",  # noqa: S608  # our columns
            [log_no, projection.name, states],
        ).fetchall()


def load(db: Db, generation: Generation, table: Table, rows: Iterable[Row]) -> None:
    """Write rows into a table, in binary. Inside the caller's transaction."""
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(generation.table(table), columns)
    with db.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(table.columns.values()))
        for row in _as_written(table, rows):
            copy.write_row(row)


def remove(db: Db, generation: Generation, table: Table, rows: Sequence[Row]) -> None:
    """Delete these rows, each of them by all it holds. Inside the caller's transaction."""
    conditions = [sql.SQL("{} = %s").format(sql.Identifier(table.owner))]
    conditions += [
        sql.SQL("{} IS NOT DISTINCT FROM {}").format(
            sql.Identifier(name), sql.SQL(f"%s::{kind}")
        )  # written in our modules
        for name, kind in list(table.columns.items())[1:]
    ]
    statement = sql.SQL("DELETE FROM {} WHERE ").format(generation.table(table))
    with db.cursor() as cursor:
        cursor.executemany(statement + sql.SQL(" AND ").join(conditions), _as_written(table, rows))


def remove_records(db: Db, projection: Projection, generation: Generation, records: Sequence[object]) -> None:
    """Delete every row of these records. Inside the caller's transaction."""
    for table in projection.tables:
        statement = sql.SQL("DELETE FROM {} WHERE {} = ANY (%s)")
        db.execute(statement.format(generation.table(table), sql.Identifier(table.owner)), [list(records)])


def _as_written(table: Table, rows: Iterable[Row]) -> Iterable[Sequence[object]]:
    """Rows as psycopg takes them: folds tell arrays as tuples, so that rows can be compared."""
    arrays = [place for place, kind in enumerate(table.columns.values()) if kind.endswith("[]")]
    return rows if not arrays else (_with_lists(row, arrays) for row in rows)


def _with_lists(row: Row, arrays: Sequence[int]) -> list[object]:
    written = list(row)
    for place in arrays:
        value = written[place]
        written[place] = list(value) if isinstance(value, tuple) else value
    return written


def _create(generation: Generation, table: Table) -> sql.Composed:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))  # written in our modules
        for name, kind in table.columns.items()
    )
    return sql.SQL("CREATE TABLE {} ({})").format(generation.table(table), columns)
