"""How what is published is read: over the publisher's one connection, or over the few that readers share."""

from collections.abc import Callable, Sequence
from typing import Any, LiteralString, TypeAlias

from store.connect import Connection

Row: TypeAlias = tuple[Any, ...]  # Any: as the database has it
Rows: TypeAlias = Callable[[LiteralString, Sequence[object]], list[Row]]
"""The rows of a query, read in binary. `store.connect.Reads.rows` is one."""


def over(db: Connection) -> Rows:
    """The rows over one connection."""

    def rows(statement: LiteralString, arguments: Sequence[object]) -> list[Row]:
        return db.execute(statement, arguments, binary=True).fetchall()

    return rows
