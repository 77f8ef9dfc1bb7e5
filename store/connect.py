"""Connections to the log's database, each for its use."""

import psycopg
from psycopg_pool import ConnectionPool

# Timeouts end a stalled leader, so that the log's lock is never held by a process that has stopped.
# The append's statements have one good plan each; statistics of an empty table must not suggest another.
_WRITER = (
    "-c lock_timeout=5s -c statement_timeout=60s -c idle_in_transaction_session_timeout=10s "
    "-c enable_seqscan=off -c plan_cache_mode=force_generic_plan -c timezone=UTC"
)
_READER = "-c statement_timeout=60s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
CONNECT_TIMEOUT_S = 5
POOL_TIMEOUT_S = 10.0


def writer(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """The connection that appends."""
    return psycopg.connect(_with_options(dsn, _WRITER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def plain(dsn: str) -> psycopg.Connection[tuple[object, ...]]:
    """A connection in autocommit, for notifications."""
    return psycopg.connect(_with_options(dsn, _READER), autocommit=True, connect_timeout=CONNECT_TIMEOUT_S)


def pool(dsn: str, size: int) -> ConnectionPool:
    """Connections for reads: autocommit, so that no read holds a transaction open; checked when taken."""
    return ConnectionPool(
        _with_options(dsn, _READER),
        min_size=1,
        max_size=size,
        open=True,
        timeout=POOL_TIMEOUT_S,
        kwargs={"autocommit": True, "connect_timeout": CONNECT_TIMEOUT_S},
        check=ConnectionPool.check_connection,
    )


def _with_options(dsn: str, options: str) -> str:
    """Add start-up options to those the DSN carries (a role, say)."""
    given = str(psycopg.conninfo.conninfo_to_dict(dsn).get("options") or "")
    return psycopg.conninfo.make_conninfo(dsn, options=f"{given} {options}".strip())
