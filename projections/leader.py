"""Who leads: one session in the whole database for each thing to be done, by an advisory lock.

The lock is the session's and ends with its connection, however that ends; whoever else wants to lead finds
it free at the next try. Who leads is not written down anywhere: the locks themselves are asked.
"""

from hashlib import sha256
from typing import Literal

from projections.generations import Db

Role = Literal["runs", "builds", "stands by"]
ROLES: tuple[Role, ...] = ("runs", "builds", "stands by")


def key(role: Role, projection: str, log_no: int) -> int:
    """The key of a role's advisory lock: 64 bits, signed."""
    name = f"views/{log_no}/{projection}/{role}".encode()
    return int.from_bytes(sha256(name).digest()[:8], "big", signed=True)


def lead(db: Db, role: Role, projection: str, log_no: int) -> bool:
    """Take the role for this session, if nobody has it."""
    row = db.execute("SELECT pg_try_advisory_lock(%s)", [key(role, projection, log_no)]).fetchone()
    return bool(row and row[0])


def present(db: Db, projection: str, log_no: int) -> None:
    """Be counted among the runners of a projection, leading or waiting to, for this session."""
    db.execute("SELECT pg_try_advisory_lock_shared(%s)", [key("stands by", projection, log_no)])


def resign(db: Db, role: Role, projection: str, log_no: int) -> None:
    """Give the role back."""
    db.execute("SELECT pg_advisory_unlock(%s)", [key(role, projection, log_no)])


def held(db: Db) -> dict[int, int]:
    """How many sessions hold each advisory lock of this database, by its key."""
    rows = db.execute(
        """SELECT ((classid::bigint << 32) | objid::bigint), count(*) FROM pg_locks
           WHERE locktype = 'advisory' AND granted AND objsubid = 1
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           GROUP BY 1"""
    ).fetchall()
    return {int(found): int(count) for found, count in rows}
