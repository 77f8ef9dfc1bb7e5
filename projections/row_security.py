"""Row-level security of the views: lifelong_reader sees what the scope of its transaction opens, and no more.

Each table says whose rows are whose (`Table.scope`), as a condition over its columns and what stands below.
A table that does not say it shows the reader nothing. The projector owns the tables and is not bound.

The scope lies in settings of the transaction (`SET LOCAL`), under names of their own: it ends with the
transaction, whatever becomes of the connection. It guards against a condition that was forgotten, not against
who may send statements of their own as lifelong_reader: such a one can set the settings, too.
"""

from typing import Final, LiteralString

from psycopg import sql

from domain.view_scope import Scope
from projections.projection import Table

# Each in a sub-select, which is worked out once for a statement and not for each row. A setting that was
# local to an earlier transaction of the session reads as '', and what is no UUID raises: both open nothing.
THE_INSTITUTION: Final[LiteralString] = (
    "(SELECT nullif(current_setting('lifelong.institution', true), '')::uuid)"
)
THE_RECORD: Final[LiteralString] = "(SELECT nullif(current_setting('lifelong.record', true), '')::uuid)"
WITHIN_THE_AREA: Final[LiteralString] = (
    "starts_with(area, (SELECT nullif(current_setting('lifelong.area', true), '')))"
)
COUNTED: Final[LiteralString] = "(SELECT current_setting('lifelong.statistics', true)) = 'on'"

# To be read FROM, so that the settings cost no round trip of their own: one row, with nothing in it of use.
SETTINGS: Final[LiteralString] = """
    SELECT set_config('lifelong.institution', %s, true), set_config('lifelong.record', %s, true),
           set_config('lifelong.statistics', %s, true), set_config('lifelong.area', %s, true)"""

_POLICY: Final = "shown"


def arguments(scope: Scope) -> list[str]:
    """Those of SETTINGS."""
    statistics = "on" if scope.statistics else ""
    return [str(scope.institution or ""), str(scope.record or ""), statistics, scope.area or ""]


def protection(schema: str, table: Table) -> sql.Composed:
    """The statements that put a table behind the wall, whatever stood there before.

    The condition stands in the policy's comment too, as we wrote it, so that it can be compared later.
    """
    where, policy = sql.Identifier(schema, table.name), sql.Identifier(_POLICY)
    told = [sql.SQL("ALTER TABLE {} ENABLE ROW LEVEL SECURITY").format(where)]
    told += [sql.SQL("DROP POLICY IF EXISTS {} ON {}").format(policy, where)]
    if table.scope is not None:
        made = sql.SQL("CREATE POLICY {} ON {} FOR SELECT TO lifelong_reader USING ({})")
        told += [made.format(policy, where, sql.SQL(table.scope))]
        told += [sql.SQL("COMMENT ON POLICY {} ON {} IS {}").format(policy, where, table.scope)]
    return sql.SQL("; ").join(told)


STANDS: Final[LiteralString] = """
    SELECT relrowsecurity, obj_description(pg_policy.oid, 'pg_policy')
    FROM pg_class LEFT JOIN pg_policy ON polrelid = pg_class.oid WHERE pg_class.oid = to_regclass(%s)"""
"""Whether a table is behind the wall, and the condition of its policy."""
