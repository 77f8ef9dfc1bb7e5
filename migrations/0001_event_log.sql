-- 0001 event log: events in one gap-free order, their encrypted content, claims and request keys.
-- Lock: new schema and tables only. Undo: DROP SCHEMA store CASCADE (before the first event).
SET LOCAL lock_timeout = '4s';

CREATE SCHEMA store;

-- One row per log. Its row is the lock of every append and is never updated: a row that changes with
-- each append loses ten times its speed under one open snapshot.
CREATE TABLE store.log (
    log_no    integer PRIMARY KEY CHECK (log_no > 0),
    origin    text NOT NULL UNIQUE CHECK (origin <> ''),
    key_store bytea NOT NULL CHECK (octet_length(key_store) = 32),  -- fingerprint: no other store's keys will do
    opened_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE store.stream (
    log_no    integer NOT NULL,
    stream_id uuid NOT NULL,
    category  text NOT NULL CHECK (category <> ''),
    PRIMARY KEY (log_no, stream_id)
);
CREATE INDEX stream_of_log ON store.stream (log_no) WHERE category = 'log';

-- Positions are 1, 2, 3 … in commit order: position − 1 is the leaf index. No foreign keys: the
-- append checks under the lock what they would check, and each would cost a lookup per event.
CREATE TABLE store.event (
    position    bigint NOT NULL CHECK (position > 0),
    version     bigint NOT NULL CHECK (version >= 0),
    recorded_at timestamptz NOT NULL,
    stream_id   uuid NOT NULL,
    log_no      integer NOT NULL,
    topic       text NOT NULL,
    leaf_hash   bytea NOT NULL CHECK (octet_length(leaf_hash) = 32),
    envelope    bytea NOT NULL,
    PRIMARY KEY (log_no, position),
    UNIQUE (log_no, stream_id, version)
);

-- May be rewritten (re-encryption, tiering): the commitments in the envelope guard it.
CREATE TABLE store.content (
    position       bigint NOT NULL,
    log_no         integer NOT NULL,
    key_generation integer NOT NULL CHECK (key_generation > 0),
    ciphertext     bytea NOT NULL,
    PRIMARY KEY (log_no, position)
);
ALTER TABLE store.content ALTER COLUMN ciphertext SET STORAGE EXTERNAL;  -- ciphertext does not compress

-- What may exist only once (an identity document, a record number, a login): a keyed hash, never the
-- value, and the stream that holds it. Released claims are deleted.
CREATE TABLE store.claim (
    log_no     integer NOT NULL,
    namespace  text NOT NULL,
    value_hash bytea NOT NULL CHECK (octet_length(value_hash) = 32),
    stream_id  uuid NOT NULL,
    position   bigint NOT NULL,
    PRIMARY KEY (log_no, namespace, value_hash)
);
CREATE INDEX claim_stream ON store.claim (log_no, stream_id);

-- The first answer to a request, found again under its key for 90 days: events lie at
-- first_position … first_position + events − 1.
CREATE TABLE store.append_key (
    recorded_at    timestamptz NOT NULL,
    first_position bigint NOT NULL,
    log_no         integer NOT NULL,
    events         integer NOT NULL CHECK (events > 0),
    key_hash       bytea NOT NULL CHECK (octet_length(key_hash) = 32),
    request_hash   bytea NOT NULL CHECK (octet_length(request_hash) = 32),
    PRIMARY KEY (log_no, key_hash)
);
CREATE INDEX append_key_age ON store.append_key USING brin (recorded_at);

-- An encrypted cache of folded state, keyed by the edition of the fold; deletable at any time.
CREATE TABLE store.snapshot (
    log_no         integer NOT NULL,
    stream_id      uuid NOT NULL,
    fold           text NOT NULL,
    version        bigint NOT NULL,
    key_generation integer NOT NULL,
    ciphertext     bytea NOT NULL,
    PRIMARY KEY (log_no, stream_id, fold, version)
);
ALTER TABLE store.snapshot ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

-- Statement triggers cost an insert nothing and bind everyone, the owner included.
CREATE FUNCTION store.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of store.% is refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON store.event
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON store.log
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON store.stream
    FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

-- Also where a session plays a replica, which skips ordinary triggers.
ALTER TABLE store.event ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE store.log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE store.stream ENABLE ALWAYS TRIGGER append_only;

REVOKE ALL ON FUNCTION store.refuse_change() FROM PUBLIC;

GRANT USAGE ON SCHEMA store TO lifelong_appender, lifelong_projector, lifelong_reader;
GRANT SELECT, INSERT ON store.log, store.stream, store.event, store.content TO lifelong_appender;
-- SELECT … FOR UPDATE asks for UPDATE on a column; the trigger refuses the update itself.
GRANT UPDATE (log_no) ON store.log TO lifelong_appender;
GRANT SELECT, INSERT, DELETE ON store.claim, store.append_key, store.snapshot TO lifelong_appender;
GRANT SELECT ON store.log, store.stream, store.event, store.content TO lifelong_projector;
GRANT SELECT ON store.log, store.stream, store.event TO lifelong_reader;
