"""What a projection is: a pure fold of one record's events into rows of a few tables.

A fold sees the events of one record in order and says which rows it makes of them; it reads no database, no
clock and no other record. Whoever runs it keeps the tables equal to what the folds say: live, batch by
batch (`projections.runner`), or all at once (`projections.rebuild`), and both come to the same rows.

Rows hold ids, codes, days, positions and tokens, never what somebody could read about a person
(docs/adr/0013-views-hold-no-content.md). Writing one is docs/projections.md.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, LiteralString, Protocol, TypeAlias
from uuid import UUID

from domain.ports import Recorded

# A projection's name begins the names of its schemas and advisory locks, a table's and column's stand in SQL.
NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
RECORD: Final = "record_id"  # the first column of a table: whose row it is
STREAM: Final = "stream_id"  # likewise, where rows are of streams of other kinds

Row: TypeAlias = tuple[object, ...]
"""Values in the order of the table's columns: as psycopg reads each type, arrays as tuples; hashable."""


class Tokens(Protocol):
    """Keyed hashes: what a view may hold of a text that people search by."""

    def token(self, kind: str, text: str) -> bytes:
        """32 bytes; the same for the same kind and text in one log, and telling nothing without its key."""


class Fold(Protocol):
    """The fold of one record. Begun anew for each, then fed all its events of the projection's topics."""

    def take(self, one: Recorded) -> None:
        """The next event. An event that cannot be folded raises, and stops the projection visibly."""

    def rows(self) -> Mapping[str, Collection[Row]]:
        """All rows of this record by table; a table left out has none. No row twice; the same each time."""


@dataclass(frozen=True)
class Table:
    """One table of a projection.

    columns: name → PostgreSQL type, as `pg_type` names it or with its [] (uuid, text, int8, date, text[] …);
    the first is record_id or stream_id. indexes: lists of columns, such as "(custodian, to_position)"; the
    first column has one.
    scope: whose rows are whose, as an SQL condition (`projections.row_security`); None: nobody reads them.
    """

    name: str
    columns: Mapping[str, str]
    indexes: tuple[str, ...] = ()
    scope: LiteralString | None = None

    def __post_init__(self) -> None:
        names = list(self.columns)
        if names[:1] not in ([RECORD], [STREAM]) or self.columns[names[0]] != "uuid":
            raise ValueError(f"table {self.name}: the first column must be {RECORD} or {STREAM}, a uuid")
        if wrong := [name for name in (self.name, *names) if not NAME.fullmatch(name)]:
            raise ValueError(f"table {self.name}: not a name: {', '.join(wrong)}")

    @property
    def owner(self) -> str:
        """The column that tells whose row it is."""
        return next(iter(self.columns))


@dataclass(frozen=True)
class Projection:
    """A fold, its tables and its version: raise the version when the same events make other rows.

    topics: the only ones its folds are fed; None: every topic of a record. Fewer topics, faster rebuild.
    journal: each event makes rows of its own, which no other event changes. So what is new is only added, and
    a stream, however long, is never folded again; a fold may be begun anywhere in it.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    begin: Callable[[UUID, Tokens], Fold]
    topics: frozenset[str] | None = None
    journal: bool = False

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"not a name of a projection: {self.name}")

    def takes(self, topic: str) -> bool:
        """Whether its folds are fed events of the topic."""
        return topic.startswith("record.") if self.topics is None else topic in self.topics


Rows: TypeAlias = Mapping[str, frozenset[Row]]


def rows_of(projection: Projection, fold: Fold) -> Rows:
    """What a fold says, by table, every table named. Raises ValueError for a table that is not its own."""
    said = fold.rows()
    if unknown := said.keys() - {table.name for table in projection.tables}:
        raise ValueError(f"{projection.name} has no table {', '.join(sorted(unknown))}")
    return {table.name: frozenset(said.get(table.name, ())) for table in projection.tables}
