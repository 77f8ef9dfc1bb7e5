"""Questions to the database as prepared statements, several in one round trip, answered in its own bytes.

psycopg's cursors make objects of every value and cost about as much as what is asked here; a fold wants the
bytes. So this speaks to libpq through psycopg's own wrapper of it, as the append does.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import psycopg
from psycopg.pq.abc import PGresult

from store.pipeline import Pipeline
from store.statements import Statement

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]  # Any: a row, as the database has it
Question: TypeAlias = tuple[Statement, Sequence[bytes]]

_prepared: WeakKeyDictionary[Connection, set[bytes]] = WeakKeyDictionary()


def ask(connection: Connection, questions: Sequence[Question]) -> list[PGresult]:
    """The result of each question. A connection on which one fails is closed."""
    pipeline = Pipeline(connection)
    try:
        known = _prepared.setdefault(connection, set())
        for statement, _ in questions:
            if statement.name not in known:
                pipeline.prepare(statement.name, statement.text, statement.types)
                known.add(statement.name)
        pipeline.enter()
        for statement, arguments in questions:
            pipeline.send(statement.name, arguments)
        pipeline.sync()
        results = pipeline.results()
        pipeline.leave()
    except BaseException:
        connection.close()
        raise
    return results
