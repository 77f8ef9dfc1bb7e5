-- What all migrations make together. Written by `make schema`; never applied, never edited.

CREATE SCHEMA migrations;

ALTER SCHEMA migrations OWNER TO lifelong_owner;

CREATE SCHEMA store;

ALTER SCHEMA store OWNER TO lifelong_owner;

CREATE FUNCTION store.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of store.% is refused: the log is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

ALTER FUNCTION store.refuse_change() OWNER TO lifelong_owner;

CREATE TABLE migrations.applied (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 bytea NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT applied_number_check CHECK ((number > 0)),
    CONSTRAINT applied_sha256_check CHECK ((octet_length(sha256) = 32))
);

ALTER TABLE migrations.applied OWNER TO lifelong_owner;

CREATE TABLE store.append_key (
    recorded_at timestamp with time zone NOT NULL,
    first_position bigint NOT NULL,
    log_no integer NOT NULL,
    events integer NOT NULL,
    key_hash bytea NOT NULL,
    request_hash bytea NOT NULL,
    CONSTRAINT append_key_events_check CHECK ((events > 0)),
    CONSTRAINT append_key_key_hash_check CHECK ((octet_length(key_hash) = 32)),
    CONSTRAINT append_key_request_hash_check CHECK ((octet_length(request_hash) = 32))
);

ALTER TABLE store.append_key OWNER TO lifelong_owner;

CREATE TABLE store.claim (
    log_no integer NOT NULL,
    namespace text NOT NULL,
    value_hash bytea NOT NULL,
    stream_id uuid NOT NULL,
    "position" bigint NOT NULL,
    CONSTRAINT claim_value_hash_check CHECK ((octet_length(value_hash) = 32))
);

ALTER TABLE store.claim OWNER TO lifelong_owner;

CREATE TABLE store.content (
    "position" bigint NOT NULL,
    log_no integer NOT NULL,
    key_generation integer NOT NULL,
    ciphertext bytea NOT NULL,
    CONSTRAINT content_key_generation_check CHECK ((key_generation > 0))
);
ALTER TABLE ONLY store.content ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

ALTER TABLE store.content OWNER TO lifelong_owner;

CREATE TABLE store.event (
    "position" bigint NOT NULL,
    version bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    stream_id uuid NOT NULL,
    log_no integer NOT NULL,
    topic text NOT NULL,
    leaf_hash bytea NOT NULL,
    envelope bytea NOT NULL,
    CONSTRAINT event_leaf_hash_check CHECK ((octet_length(leaf_hash) = 32)),
    CONSTRAINT event_position_check CHECK (("position" > 0)),
    CONSTRAINT event_version_check CHECK ((version >= 0))
);

ALTER TABLE store.event OWNER TO lifelong_owner;

CREATE TABLE store.log (
    log_no integer NOT NULL,
    origin text NOT NULL,
    key_store bytea NOT NULL,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT log_key_store_check CHECK ((octet_length(key_store) = 32)),
    CONSTRAINT log_log_no_check CHECK ((log_no > 0)),
    CONSTRAINT log_origin_check CHECK ((origin <> ''::text))
);

ALTER TABLE store.log OWNER TO lifelong_owner;

CREATE TABLE store.snapshot (
    log_no integer NOT NULL,
    stream_id uuid NOT NULL,
    fold text NOT NULL,
    version bigint NOT NULL,
    key_generation integer NOT NULL,
    ciphertext bytea NOT NULL
);
ALTER TABLE ONLY store.snapshot ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

ALTER TABLE store.snapshot OWNER TO lifelong_owner;

CREATE TABLE store.stream (
    log_no integer NOT NULL,
    stream_id uuid NOT NULL,
    category text NOT NULL,
    CONSTRAINT stream_category_check CHECK ((category <> ''::text))
);

ALTER TABLE store.stream OWNER TO lifelong_owner;

ALTER TABLE ONLY migrations.applied
    ADD CONSTRAINT applied_pkey PRIMARY KEY (number);

ALTER TABLE ONLY store.append_key
    ADD CONSTRAINT append_key_pkey PRIMARY KEY (log_no, key_hash);

ALTER TABLE ONLY store.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (log_no, namespace, value_hash);

ALTER TABLE ONLY store.content
    ADD CONSTRAINT content_pkey PRIMARY KEY (log_no, "position");

ALTER TABLE ONLY store.event
    ADD CONSTRAINT event_log_no_stream_id_version_key UNIQUE (log_no, stream_id, version);

ALTER TABLE ONLY store.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (log_no, "position");

ALTER TABLE ONLY store.log
    ADD CONSTRAINT log_origin_key UNIQUE (origin);

ALTER TABLE ONLY store.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (log_no);

ALTER TABLE ONLY store.snapshot
    ADD CONSTRAINT snapshot_pkey PRIMARY KEY (log_no, stream_id, fold, version);

ALTER TABLE ONLY store.stream
    ADD CONSTRAINT stream_pkey PRIMARY KEY (log_no, stream_id);

CREATE INDEX append_key_age ON store.append_key USING brin (recorded_at);

CREATE INDEX claim_stream ON store.claim USING btree (log_no, stream_id);

CREATE INDEX stream_of_log ON store.stream USING btree (log_no) WHERE (category = 'log'::text);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.event FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.event ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.log FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.log ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.stream FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.stream ENABLE ALWAYS TRIGGER append_only;

GRANT USAGE ON SCHEMA store TO lifelong_appender;
GRANT USAGE ON SCHEMA store TO lifelong_projector;
GRANT USAGE ON SCHEMA store TO lifelong_reader;

REVOKE ALL ON FUNCTION store.refuse_change() FROM PUBLIC;

GRANT SELECT,INSERT,DELETE ON TABLE store.append_key TO lifelong_appender;

GRANT SELECT,INSERT,DELETE ON TABLE store.claim TO lifelong_appender;

GRANT SELECT,INSERT ON TABLE store.content TO lifelong_appender;
GRANT SELECT ON TABLE store.content TO lifelong_projector;

GRANT SELECT,INSERT ON TABLE store.event TO lifelong_appender;
GRANT SELECT ON TABLE store.event TO lifelong_projector;
GRANT SELECT ON TABLE store.event TO lifelong_reader;

GRANT SELECT,INSERT ON TABLE store.log TO lifelong_appender;
GRANT SELECT ON TABLE store.log TO lifelong_projector;
GRANT SELECT ON TABLE store.log TO lifelong_reader;

GRANT UPDATE(log_no) ON TABLE store.log TO lifelong_appender;

GRANT SELECT,INSERT,DELETE ON TABLE store.snapshot TO lifelong_appender;

GRANT SELECT,INSERT ON TABLE store.stream TO lifelong_appender;
GRANT SELECT ON TABLE store.stream TO lifelong_projector;
GRANT SELECT ON TABLE store.stream TO lifelong_reader;
