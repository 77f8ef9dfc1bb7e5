-- 0009 head_leaves: the heads of a bucket are kept for its newest list alone. What an older list said of a
-- bucket stays as its root, and is made again from the events: the head of a stream at a size is its last event
-- at a position up to it.
-- Lock: proof.head_bucket for a moment; new streams wait while the index is made, about a second for a million.
-- Leaves of before are given up: the next list makes its buckets again from the events. The disk they took is
-- free after VACUUM FULL proof.head_bucket. Undo: DROP TABLE proof.head_leaves, DROP INDEX store.stream_key;
-- the column comes back empty, and with it lists begin anew.
SET LOCAL lock_timeout = '4s';

CREATE TABLE proof.head_leaves (
    size   bigint NOT NULL,               -- of the row in proof.head_bucket that they are of
    log_no integer NOT NULL,
    bucket smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
    leaves bytea NOT NULL,                -- its heads in order, 72 bytes each: key, count, leaf hash
    PRIMARY KEY (log_no, bucket)
);
ALTER TABLE proof.head_leaves ALTER COLUMN leaves SET STORAGE EXTERNAL;  -- hashes do not compress
ALTER TABLE proof.head_bucket DROP COLUMN leaves;

-- The streams of a bucket, by the first two bytes of their keys: SHA-256("stream/v1\n" ‖ id).
CREATE INDEX stream_key ON store.stream
    (log_no, substr(sha256('\x73747265616d2f76310a'::bytea || uuid_send(stream_id)), 1, 2));

GRANT SELECT, INSERT, UPDATE ON proof.head_leaves TO lifelong_publisher;
GRANT SELECT ON proof.head_leaves TO lifelong_reader;
