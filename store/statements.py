"""The statements of an append, prepared once per connection."""

from typing import LiteralString, NamedTuple

from store.pipeline import INSTANT_OID, INT4_OID, INT8_OID


class Statement(NamedTuple):
    name: bytes
    text: str
    types: tuple[int, ...] = ()


_INT4S, _INT8S, _TEXTS, _UUIDS, _BYTESS, _INSTANTS = 1007, 1016, 1009, 2951, 1001, 1185  # array types

# Up to which instant an operator has confirmed that the log may run ahead of the clock; NULL: never.
CONFIRMED: LiteralString = """
    SELECT max(e.recorded_at) FROM store.event AS e JOIN store.stream AS s USING (log_no, stream_id)
    WHERE log_no = $1 AND s.category = 'log' AND e.topic = 'log.clock-confirmed.v1'"""

ALL = (
    Statement(b"begin", "BEGIN ISOLATION LEVEL READ COMMITTED"),
    Statement(b"commit", "COMMIT"),
    Statement(b"rollback", "ROLLBACK"),
    Statement(b"lock", "SELECT FROM store.log WHERE log_no = $1 FOR UPDATE", (INT4_OID,)),
    Statement(
        b"tail",
        """SELECT clock_timestamp(), e.position, e.recorded_at,
                  EXISTS (SELECT FROM proof.fence WHERE log_no = $1)
           FROM (VALUES (1)) AS one LEFT JOIN LATERAL (
               SELECT position, recorded_at FROM store.event WHERE log_no = $1
               ORDER BY position DESC LIMIT 1) AS e ON true""",
        (INT4_OID,),
    ),
    Statement(
        b"heads",
        """SELECT s.stream_id, h.version, h.leaf_hash
           FROM unnest($2) AS s(stream_id) CROSS JOIN LATERAL (
               SELECT version, leaf_hash FROM store.event AS e
               WHERE e.log_no = $1 AND e.stream_id = s.stream_id ORDER BY version DESC LIMIT 1) AS h""",
        (INT4_OID, _UUIDS),
    ),
    Statement(
        b"requests",
        """SELECT key_hash, request_hash, first_position, events
           FROM store.append_key WHERE log_no = $1 AND key_hash = ANY ($2)""",
        (INT4_OID, _BYTESS),
    ),
    Statement(
        b"claims",
        """SELECT namespace, value_hash, stream_id FROM store.claim
           WHERE log_no = $1 AND (namespace, value_hash) IN (SELECT * FROM unnest($2, $3))""",
        (INT4_OID, _TEXTS, _BYTESS),
    ),
    Statement(
        b"leaves",
        """SELECT leaf_hash FROM store.event
           WHERE log_no = $1 AND position BETWEEN $2 AND $3 ORDER BY position""",
        (INT4_OID, INT8_OID, INT8_OID),
    ),
    Statement(b"confirmed", CONFIRMED, (INT4_OID,)),
    Statement(
        b"insert_events",
        """INSERT INTO store.event
               (log_no, position, stream_id, version, topic, recorded_at, leaf_hash, envelope)
           SELECT $1, * FROM unnest($2, $3, $4, $5, $6, $7, $8)""",
        (INT4_OID, _INT8S, _UUIDS, _INT8S, _TEXTS, _INSTANTS, _BYTESS, _BYTESS),
    ),
    Statement(
        b"insert_content",
        """INSERT INTO store.content (log_no, position, key_generation, ciphertext)
           SELECT $1, * FROM unnest($2, $3, $4)""",
        (INT4_OID, _INT8S, _INT4S, _BYTESS),
    ),
    Statement(
        b"insert_streams",
        "INSERT INTO store.stream (log_no, stream_id, category) SELECT $1, * FROM unnest($2, $3)",
        (INT4_OID, _UUIDS, _TEXTS),
    ),
    Statement(
        b"insert_claims",
        """INSERT INTO store.claim (log_no, namespace, value_hash, stream_id, position)
           SELECT $1, * FROM unnest($2, $3, $4, $5)""",
        (INT4_OID, _TEXTS, _BYTESS, _UUIDS, _INT8S),
    ),
    Statement(
        b"delete_claims",
        """DELETE FROM store.claim WHERE log_no = $1
           AND (namespace, value_hash) IN (SELECT * FROM unnest($2, $3))""",
        (INT4_OID, _TEXTS, _BYTESS),
    ),
    Statement(
        b"insert_requests",
        """INSERT INTO store.append_key (log_no, key_hash, request_hash, first_position, events, recorded_at)
           SELECT $1, k.*, $6 FROM unnest($2, $3, $4, $5) AS k""",
        (INT4_OID, _BYTESS, _BYTESS, _INT8S, _INT4S, INSTANT_OID),
    ),
)
