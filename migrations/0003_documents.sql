-- 0003 documents: what is uploaded in pieces, encrypted piece by piece, before and after an entry names it.
-- Lock: new tables only. Undo: DROP TABLE store.blob_chunk, store.blob (before the first document).
SET LOCAL lock_timeout = '4s';

-- One upload of one document of one record. The hashes are made here, of the bytes kept, never taken from
-- the caller. The row moves with every chunk: room is left on its page for that.
CREATE TABLE store.blob (
    log_no         integer NOT NULL,
    blob_id        uuid NOT NULL,
    record_id      uuid NOT NULL,  -- the stream whose entry may name it
    caller_hash    bytea NOT NULL CHECK (octet_length(caller_hash) = 32),  -- keyed, of issuer and subject
    length         integer NOT NULL CHECK (length BETWEEN 1 AND 26214400),
    received       integer NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
    key_generation integer NOT NULL CHECK (key_generation > 0),
    state          text NOT NULL DEFAULT 'receiving'
                   CHECK (state IN ('receiving', 'unscanned', 'clean', 'quarantined')),
    sha256         bytea CHECK (octet_length(sha256) = 32),
    sha512         bytea CHECK (octet_length(sha512) = 64),
    begun_at       timestamptz NOT NULL DEFAULT now(),
    named_at       timestamptz,  -- when an entry was last about to name it: not taken away at that moment
    expires_at     timestamptz,  -- NULL: kept for good, as what an entry names and what is quarantined is
    PRIMARY KEY (log_no, blob_id),
    CHECK ((state = 'receiving') = (sha256 IS NULL)),
    CHECK ((state = 'receiving') = (sha512 IS NULL)),
    CHECK (state = 'receiving' OR received = length)
) WITH (fillfactor = 50);
CREATE INDEX blob_open ON store.blob (log_no, expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX blob_open_of_caller ON store.blob (log_no, caller_hash) WHERE expires_at IS NOT NULL;
CREATE INDEX blob_of_record ON store.blob (log_no, record_id);

-- Chunks 0, 1, 2 … of 128 KiB before encryption, the last one shorter. A foreign key, so that what is
-- removed while a chunk arrives leaves none behind.
CREATE TABLE store.blob_chunk (
    log_no     integer NOT NULL,
    blob_id    uuid NOT NULL,
    number     integer NOT NULL CHECK (number >= 0),
    ciphertext bytea NOT NULL,
    PRIMARY KEY (log_no, blob_id, number),
    FOREIGN KEY (log_no, blob_id) REFERENCES store.blob ON DELETE CASCADE
);
ALTER TABLE store.blob_chunk ALTER COLUMN ciphertext SET STORAGE EXTERNAL;  -- ciphertext does not compress

GRANT SELECT, INSERT, UPDATE, DELETE ON store.blob TO lifelong_appender;
GRANT SELECT, INSERT, UPDATE ON store.blob_chunk TO lifelong_appender;
