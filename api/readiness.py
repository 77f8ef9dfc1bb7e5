"""What must hold for a command to be stored, asked one by one."""

import psycopg

from api.service import Service
from domain.errors import ClockWrong
from store.clock import Clock, from_datetime
from store.database import APPENDER

OK = "ok"
TIMEOUT_S = 3

TAIL = """
    SELECT clock_timestamp(),
           (SELECT recorded_at FROM store.event WHERE log_no = %(log_no)s ORDER BY position DESC LIMIT 1),
           (SELECT max(e.recorded_at) FROM store.event AS e JOIN store.stream AS s USING (log_no, stream_id)
            WHERE log_no = %(log_no)s AND s.category = 'log' AND e.topic = 'log.clock-confirmed.v1')
"""


def checks(service: Service) -> dict[str, str]:
    """Check → "ok", or what is wrong in words that name nobody."""
    return {**_database_and_clock(service), "keys": _keys(service)}


def _database_and_clock(service: Service) -> dict[str, str]:
    try:
        with psycopg.connect(
            service.database.dsn(APPENDER), connect_timeout=TIMEOUT_S, autocommit=True
        ) as connection:
            row = connection.execute(TAIL, {"log_no": service.opened.log_no}).fetchone()
    except psycopg.Error:
        return {"database": "does not answer", "clock": "cannot be compared"}
    database, tail, confirmed = (from_datetime(one) if one else 0 for one in row or (None, None, None))
    try:
        Clock().read(database=database, last=tail, confirmed=lambda: confirmed)
    except ClockWrong:
        return {
            "database": OK,
            "clock": "appends have stopped: the clock is behind the log or beside the database's",
        }
    return {"database": OK, "clock": OK}


def _keys(service: Service) -> str:
    """The key store is read and a key unwrapped, as every append needs it."""
    try:
        service.opened.keys.secret(f"log:{service.opened.origin}")
    except Exception:  # a key store that cannot be read, for whatever reason
        return "cannot be read"
    return OK
