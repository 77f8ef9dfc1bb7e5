-- 0005 proof: what is published of the log, made behind the commits by one publisher: tiles of the tree,
-- checkpoints, and what others say of them. And the fence, behind which nothing is appended.
-- Lock: new schema and tables only. Undo: DROP SCHEMA proof CASCADE loses what witnesses and time-stamping
-- authorities said; tiles and roots can be made again from the events, under other signatures.
SET LOCAL lock_timeout = '4s';

CREATE SCHEMA proof;

-- Full tiles alone (C2SP tlog-tiles), each once and for ever; partial ones are made of leaf hashes and of the
-- roots kept here. root: of the 256 hashes in data, which is one hash of the level above.
CREATE TABLE proof.tile (
    number bigint NOT NULL CHECK (number >= 0),
    log_no integer NOT NULL,
    level  smallint NOT NULL CHECK (level >= 0),
    root   bytea NOT NULL CHECK (octet_length(root) = 32),
    data   bytea NOT NULL CHECK (octet_length(data) = 8192),
    PRIMARY KEY (log_no, level, number)
);
ALTER TABLE proof.tile ALTER COLUMN data SET STORAGE EXTERNAL;  -- hashes do not compress

-- One checkpoint for each size, signed once. It is public from published_at on, when it is also kept in a
-- second place outside of this database. Of old ones that nobody refers to the note is dropped (empty); size
-- and root stay.
CREATE TABLE proof.checkpoint (
    size         bigint NOT NULL CHECK (size > 0),
    log_no       integer NOT NULL,
    root         bytea NOT NULL CHECK (octet_length(root) = 32),
    note         bytea NOT NULL,
    made_at      timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    PRIMARY KEY (log_no, size)
);

-- What witnesses signed of a checkpoint: the signature line of each key, as it came.
CREATE TABLE proof.cosignature (
    size   bigint NOT NULL,
    log_no integer NOT NULL,
    key    text NOT NULL,                 -- name+key id of the witness's key
    line   bytea NOT NULL,
    at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, size, key),
    FOREIGN KEY (log_no, size) REFERENCES proof.checkpoint
);

-- Time-stamp tokens (RFC 3161) over a checkpoint's note as it stood then, with what is needed to check them
-- when the authority is gone.
CREATE TABLE proof.token (
    size       bigint NOT NULL,
    log_no     integer NOT NULL,
    authority  text NOT NULL,             -- as configured
    note       bytea NOT NULL,            -- the bytes that were stamped
    token      bytea NOT NULL,            -- DER of the TimeStampResp
    chain      bytea NOT NULL,            -- PEM: certificates up to the root
    revocation bytea NOT NULL DEFAULT '', -- PEM: revocation lists at the time
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, size, authority),
    FOREIGN KEY (log_no, size) REFERENCES proof.checkpoint
);

-- Head lists: of every stream the head at a size, in 4096 buckets by the first bits of its key. A bucket that
-- did not change since the list before is not stored again.
CREATE TABLE proof.head_list (
    size     bigint NOT NULL CHECK (size > 0),
    log_no   integer NOT NULL,
    streams  bigint NOT NULL,
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    root_512 bytea CHECK (octet_length(root_512) = 64),  -- of the same envelopes under SHA-512: once a day
    edge_512 bytea,                       -- from which the next one goes on
    event    uuid,                        -- that tells it in the log
    made_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, size)
);
CREATE TABLE proof.head_bucket (
    size    bigint NOT NULL,              -- of the first list that has it so
    log_no  integer NOT NULL,
    bucket  smallint NOT NULL CHECK (bucket BETWEEN 0 AND 4095),
    streams integer NOT NULL,
    root    bytea NOT NULL CHECK (octet_length(root) = 32),
    leaves  bytea NOT NULL,               -- its heads in order, 72 bytes each: key, count, leaf hash
    PRIMARY KEY (log_no, bucket, size)
);
ALTER TABLE proof.head_bucket ALTER COLUMN leaves SET STORAGE EXTERNAL;

-- While a log has a row here nothing is appended to it: the database is behind what was published, or the log
-- was closed.
CREATE TABLE proof.fence (
    log_no integer PRIMARY KEY,
    reason text NOT NULL CHECK (reason IN ('behind', 'forked', 'closed')),
    size   bigint NOT NULL,               -- of the published checkpoint that this database does not reach
    since  timestamptz NOT NULL DEFAULT now()
);

-- What is published stays as it was published.
CREATE FUNCTION proof.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of proof.% is refused: what was published stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
REVOKE ALL ON FUNCTION proof.refuse_change() FROM PUBLIC;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON proof.tile
    FOR EACH STATEMENT EXECUTE FUNCTION proof.refuse_change();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON proof.checkpoint
    FOR EACH STATEMENT EXECUTE FUNCTION proof.refuse_change();
ALTER TABLE proof.tile ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE proof.checkpoint ENABLE ALWAYS TRIGGER append_only;

GRANT USAGE ON SCHEMA proof TO lifelong_publisher, lifelong_appender, lifelong_reader;
GRANT SELECT, INSERT ON proof.tile, proof.checkpoint, proof.cosignature, proof.token, proof.head_list,
    proof.head_bucket TO lifelong_publisher;
GRANT UPDATE (published_at, note) ON proof.checkpoint TO lifelong_publisher;
GRANT UPDATE (event) ON proof.head_list TO lifelong_publisher;
GRANT SELECT, INSERT, DELETE ON proof.fence TO lifelong_publisher;
GRANT SELECT ON proof.tile TO lifelong_appender;
GRANT SELECT, INSERT ON proof.fence TO lifelong_appender;
GRANT SELECT ON proof.tile, proof.checkpoint, proof.cosignature, proof.token, proof.head_list,
    proof.head_bucket, proof.fence TO lifelong_reader;
GRANT USAGE ON SCHEMA store TO lifelong_publisher;
GRANT SELECT ON store.log, store.stream, store.event, store.content TO lifelong_publisher;
