"""Takes the rows of records whose content was erased out of every generation of a projection.

Whoever follows with a generation, live or being built, does so with each batch. This is for the others: those
that nobody reads any more, builds that wait, and a live one that has stopped or is of another version.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from psycopg import sql

from projections import leader
from projections.generations import schema_of
from projections.projection import Projection
from projections.source import Source

# Of each generation that holds tables: its number, and what changes when rows are added to it again.
_GENERATIONS = """
    SELECT g.generation, CASE WHEN g.state IN ('building', 'checking') THEN g.folded_at END
    FROM views.generation AS g
    WHERE g.log_no = %s AND g.projection = %s AND g.phase <> 'asked' ORDER BY g.generation"""

# Whatever version a generation is of, the first column of its tables tells whose row it is.
_TABLES = """
    SELECT c.relname, a.attname FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = 1
    WHERE n.nspname = %s AND c.relkind = 'r' ORDER BY c.relname"""


class Erasure:
    """Sweeps the generations of one projection. Used by one thread."""

    def __init__(self, projection: Projection, source: Source) -> None:
        self._projection = projection
        self._source = source
        self._swept: dict[tuple[int, object], set[UUID]] = {}

    def sweep(self) -> None:
        """Remove what was erased since the last sweep, or ever. Raises psycopg.OperationalError."""
        erased = self._source.erased()
        swept: dict[tuple[int, object], set[UUID]] = {}
        for one in self._generations() if erased else ():
            generation, unfinished = one
            new = erased - self._swept.get(one, set())
            if new and unfinished and self._is_built():
                continue  # by somebody who sees to it as soon as it is loaded
            if new:
                self._remove(generation, list(new))
            swept[one] = set(erased)
        self._swept = swept

    def _is_built(self) -> bool:
        key = leader.key("builds", self._projection.name, self._source.place.log_no)
        return leader.held(self._source.db).get(key, 0) > 0

    def _generations(self) -> Iterator[tuple[int, object]]:
        asked = [self._source.place.log_no, self._projection.name]
        yield from self._source.db.execute(_GENERATIONS, asked).fetchall()

    def _remove(self, generation: int, records: Sequence[UUID]) -> None:
        db, schema = self._source.db, schema_of(self._projection.name, generation)
        with db.transaction():
            db.execute("SET LOCAL statement_timeout = 0")  # what is being loaded has no index yet
            held = db.execute(
                "SELECT FROM views.generation WHERE generation = %s FOR KEY SHARE", [generation]
            ).fetchone()
            if held is None:
                return  # dropped meanwhile, with its tables
            for table, owner in db.execute(_TABLES, [schema]).fetchall():
                delete = sql.SQL("DELETE FROM {} WHERE {} = ANY (%s)")
                db.execute(
                    delete.format(sql.Identifier(schema, table), sql.Identifier(owner)), [list(records)]
                )
