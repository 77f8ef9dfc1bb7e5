-- What all migrations make together. Written by `make schema`; never applied, never edited.

CREATE SCHEMA migrations;

ALTER SCHEMA migrations OWNER TO lifelong_owner;

CREATE SCHEMA proof;

ALTER SCHEMA proof OWNER TO lifelong_owner;

CREATE SCHEMA store;

ALTER SCHEMA store OWNER TO lifelong_owner;

CREATE SCHEMA views;

ALTER SCHEMA views OWNER TO lifelong_owner;

CREATE FUNCTION proof.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% of proof.% is refused: what was published stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

ALTER FUNCTION proof.refuse_change() OWNER TO lifelong_owner;

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

CREATE TABLE proof.checkpoint (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    root bytea NOT NULL,
    note bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    published_at timestamp with time zone,
    CONSTRAINT checkpoint_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT checkpoint_size_check CHECK ((size > 0))
);

ALTER TABLE proof.checkpoint OWNER TO lifelong_owner;

CREATE TABLE proof.cosignature (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    key text NOT NULL,
    line bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE proof.cosignature OWNER TO lifelong_owner;

CREATE TABLE proof.fence (
    log_no integer NOT NULL,
    reason text NOT NULL,
    size bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT fence_reason_check CHECK ((reason = ANY (ARRAY['behind'::text, 'forked'::text, 'unmeasured'::text, 'closed'::text])))
);

ALTER TABLE proof.fence OWNER TO lifelong_owner;

CREATE TABLE proof.head_bucket (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    bucket smallint NOT NULL,
    streams integer NOT NULL,
    root bytea NOT NULL,
    CONSTRAINT head_bucket_bucket_check CHECK (((bucket >= 0) AND (bucket <= 4095))),
    CONSTRAINT head_bucket_root_check CHECK ((octet_length(root) = 32))
);

ALTER TABLE proof.head_bucket OWNER TO lifelong_owner;

CREATE TABLE proof.head_leaves (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    bucket smallint NOT NULL,
    leaves bytea NOT NULL,
    CONSTRAINT head_leaves_bucket_check CHECK (((bucket >= 0) AND (bucket <= 4095)))
);
ALTER TABLE ONLY proof.head_leaves ALTER COLUMN leaves SET STORAGE EXTERNAL;

ALTER TABLE proof.head_leaves OWNER TO lifelong_owner;

CREATE TABLE proof.head_list (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    streams bigint NOT NULL,
    root bytea NOT NULL,
    root_512 bytea,
    edge_512 bytea,
    event uuid,
    made_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT head_list_root_512_check CHECK ((octet_length(root_512) = 64)),
    CONSTRAINT head_list_root_check CHECK ((octet_length(root) = 32)),
    CONSTRAINT head_list_size_check CHECK ((size > 0))
);

ALTER TABLE proof.head_list OWNER TO lifelong_owner;

CREATE TABLE proof.tile (
    number bigint NOT NULL,
    log_no integer NOT NULL,
    level smallint NOT NULL,
    root bytea NOT NULL,
    data bytea NOT NULL,
    CONSTRAINT tile_data_check CHECK ((octet_length(data) = 8192)),
    CONSTRAINT tile_level_check CHECK ((level >= 0)),
    CONSTRAINT tile_number_check CHECK ((number >= 0)),
    CONSTRAINT tile_root_check CHECK ((octet_length(root) = 32))
);
ALTER TABLE ONLY proof.tile ALTER COLUMN data SET STORAGE EXTERNAL;

ALTER TABLE proof.tile OWNER TO lifelong_owner;

CREATE TABLE proof.token (
    size bigint NOT NULL,
    log_no integer NOT NULL,
    authority text NOT NULL,
    note bytea NOT NULL,
    token bytea NOT NULL,
    chain bytea NOT NULL,
    revocation bytea DEFAULT '\x'::bytea NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE proof.token OWNER TO lifelong_owner;

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

CREATE TABLE store.blob (
    log_no integer NOT NULL,
    blob_id uuid NOT NULL,
    record_id uuid NOT NULL,
    caller_hash bytea NOT NULL,
    length integer NOT NULL,
    received integer DEFAULT 0 NOT NULL,
    key_generation integer NOT NULL,
    state text DEFAULT 'receiving'::text NOT NULL,
    sha256 bytea,
    sha512 bytea,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    named_at timestamp with time zone,
    expires_at timestamp with time zone,
    CONSTRAINT blob_caller_hash_check CHECK ((octet_length(caller_hash) = 32)),
    CONSTRAINT blob_check CHECK (((received >= 0) AND (received <= length))),
    CONSTRAINT blob_check1 CHECK (((state = 'receiving'::text) = (sha256 IS NULL))),
    CONSTRAINT blob_check2 CHECK (((state = 'receiving'::text) = (sha512 IS NULL))),
    CONSTRAINT blob_check3 CHECK (((state = 'receiving'::text) OR (received = length))),
    CONSTRAINT blob_key_generation_check CHECK ((key_generation > 0)),
    CONSTRAINT blob_length_check CHECK (((length >= 1) AND (length <= 26214400))),
    CONSTRAINT blob_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT blob_sha512_check CHECK ((octet_length(sha512) = 64)),
    CONSTRAINT blob_state_check CHECK ((state = ANY (ARRAY['receiving'::text, 'unscanned'::text, 'clean'::text, 'quarantined'::text])))
)
WITH (fillfactor='50');

ALTER TABLE store.blob OWNER TO lifelong_owner;

CREATE TABLE store.blob_chunk (
    log_no integer NOT NULL,
    blob_id uuid NOT NULL,
    number integer NOT NULL,
    ciphertext bytea NOT NULL,
    CONSTRAINT blob_chunk_number_check CHECK ((number >= 0))
);
ALTER TABLE ONLY store.blob_chunk ALTER COLUMN ciphertext SET STORAGE EXTERNAL;

ALTER TABLE store.blob_chunk OWNER TO lifelong_owner;

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

CREATE TABLE views.bucket (
    generation integer NOT NULL,
    bucket integer NOT NULL,
    events bigint NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE views.bucket OWNER TO lifelong_owner;

CREATE TABLE views.generation (
    generation integer NOT NULL,
    log_no integer NOT NULL,
    projection text NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    phase text DEFAULT 'asked'::text NOT NULL,
    "position" bigint DEFAULT 0 NOT NULL,
    target bigint DEFAULT 0 NOT NULL,
    buckets integer DEFAULT 0 NOT NULL,
    jobs integer DEFAULT 1 NOT NULL,
    begun_at timestamp with time zone DEFAULT now() NOT NULL,
    folded_at timestamp with time zone DEFAULT now() NOT NULL,
    live_since timestamp with time zone,
    rate bigint DEFAULT 0 NOT NULL,
    compared text,
    stuck_at bigint,
    stuck_topic text,
    stuck_error text,
    CONSTRAINT generation_check CHECK ((((stuck_at IS NULL) = (stuck_topic IS NULL)) AND ((stuck_at IS NULL) = (stuck_error IS NULL)))),
    CONSTRAINT generation_jobs_check CHECK ((jobs > 0)),
    CONSTRAINT generation_phase_check CHECK ((phase = ANY (ARRAY['asked'::text, 'loading'::text, 'following'::text, 'comparing'::text, 'done'::text]))),
    CONSTRAINT generation_projection_check CHECK ((projection ~ '^[a-z][a-z0-9_]{0,39}$'::text)),
    CONSTRAINT generation_state_check CHECK ((state = ANY (ARRAY['building'::text, 'checking'::text, 'live'::text, 'retired'::text]))),
    CONSTRAINT generation_version_check CHECK ((version > 0))
);

ALTER TABLE views.generation OWNER TO lifelong_owner;

ALTER TABLE views.generation ALTER COLUMN generation ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME views.generation_generation_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE views.skipped (
    log_no integer NOT NULL,
    projection text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    recorded_in bigint NOT NULL,
    skipped_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE views.skipped OWNER TO lifelong_owner;

CREATE TABLE views.stopped (
    log_no integer NOT NULL,
    projection text NOT NULL,
    version integer NOT NULL,
    "position" bigint NOT NULL,
    topic text NOT NULL,
    error text NOT NULL,
    stopped_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE views.stopped OWNER TO lifelong_owner;

CREATE TABLE views.topic (
    log_no integer NOT NULL,
    topic text NOT NULL
);

ALTER TABLE views.topic OWNER TO lifelong_owner;

CREATE TABLE views.topics_known (
    log_no integer NOT NULL,
    "position" bigint NOT NULL
);

ALTER TABLE views.topics_known OWNER TO lifelong_owner;

CREATE TABLE views.trouble (
    log_no integer NOT NULL,
    projection text NOT NULL,
    error text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE views.trouble OWNER TO lifelong_owner;

ALTER TABLE ONLY migrations.applied
    ADD CONSTRAINT applied_pkey PRIMARY KEY (number);

ALTER TABLE ONLY proof.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (log_no, size);

ALTER TABLE ONLY proof.cosignature
    ADD CONSTRAINT cosignature_pkey PRIMARY KEY (log_no, size, key);

ALTER TABLE ONLY proof.fence
    ADD CONSTRAINT fence_pkey PRIMARY KEY (log_no);

ALTER TABLE ONLY proof.head_bucket
    ADD CONSTRAINT head_bucket_pkey PRIMARY KEY (log_no, bucket, size);

ALTER TABLE ONLY proof.head_leaves
    ADD CONSTRAINT head_leaves_pkey PRIMARY KEY (log_no, bucket);

ALTER TABLE ONLY proof.head_list
    ADD CONSTRAINT head_list_pkey PRIMARY KEY (log_no, size);

ALTER TABLE ONLY proof.tile
    ADD CONSTRAINT tile_pkey PRIMARY KEY (log_no, level, number);

ALTER TABLE ONLY proof.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (log_no, size, authority);

ALTER TABLE ONLY store.append_key
    ADD CONSTRAINT append_key_pkey PRIMARY KEY (log_no, key_hash);

ALTER TABLE ONLY store.blob_chunk
    ADD CONSTRAINT blob_chunk_pkey PRIMARY KEY (log_no, blob_id, number);

ALTER TABLE ONLY store.blob
    ADD CONSTRAINT blob_pkey PRIMARY KEY (log_no, blob_id);

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

ALTER TABLE ONLY views.bucket
    ADD CONSTRAINT bucket_pkey PRIMARY KEY (generation, bucket);

ALTER TABLE ONLY views.generation
    ADD CONSTRAINT generation_pkey PRIMARY KEY (generation);

ALTER TABLE ONLY views.skipped
    ADD CONSTRAINT skipped_pkey PRIMARY KEY (log_no, projection, version, "position");

ALTER TABLE ONLY views.stopped
    ADD CONSTRAINT stopped_pkey PRIMARY KEY (log_no, projection, version);

ALTER TABLE ONLY views.topic
    ADD CONSTRAINT topic_pkey PRIMARY KEY (log_no, topic);

ALTER TABLE ONLY views.topics_known
    ADD CONSTRAINT topics_known_pkey PRIMARY KEY (log_no);

ALTER TABLE ONLY views.trouble
    ADD CONSTRAINT trouble_pkey PRIMARY KEY (log_no, projection);

CREATE INDEX append_key_age ON store.append_key USING brin (recorded_at);

CREATE INDEX blob_of_record ON store.blob USING btree (log_no, record_id);

CREATE INDEX blob_open ON store.blob USING btree (log_no, expires_at) WHERE (expires_at IS NOT NULL);

CREATE INDEX blob_open_of_caller ON store.blob USING btree (log_no, caller_hash) WHERE (expires_at IS NOT NULL);

CREATE INDEX claim_stream ON store.claim USING btree (log_no, stream_id);

CREATE INDEX stream_key ON store.stream USING btree (log_no, substr(sha256(('\x73747265616d2f76310a'::bytea || uuid_send(stream_id))), 1, 2));

CREATE INDEX stream_of_log ON store.stream USING btree (log_no) WHERE (category = 'log'::text);

CREATE UNIQUE INDEX generation_building ON views.generation USING btree (log_no, projection) WHERE (state = 'building'::text);

CREATE UNIQUE INDEX generation_checking ON views.generation USING btree (log_no, projection) WHERE (state = 'checking'::text);

CREATE UNIQUE INDEX generation_live ON views.generation USING btree (log_no, projection) WHERE (state = 'live'::text);

CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON proof.checkpoint FOR EACH STATEMENT EXECUTE FUNCTION proof.refuse_change();

ALTER TABLE proof.checkpoint ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON proof.tile FOR EACH STATEMENT EXECUTE FUNCTION proof.refuse_change();

ALTER TABLE proof.tile ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.event FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.event ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.log FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.log ENABLE ALWAYS TRIGGER append_only;

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON store.stream FOR EACH STATEMENT EXECUTE FUNCTION store.refuse_change();

ALTER TABLE store.stream ENABLE ALWAYS TRIGGER append_only;

ALTER TABLE ONLY proof.cosignature
    ADD CONSTRAINT cosignature_log_no_size_fkey FOREIGN KEY (log_no, size) REFERENCES proof.checkpoint(log_no, size);

ALTER TABLE ONLY proof.token
    ADD CONSTRAINT token_log_no_size_fkey FOREIGN KEY (log_no, size) REFERENCES proof.checkpoint(log_no, size);

ALTER TABLE ONLY store.blob_chunk
    ADD CONSTRAINT blob_chunk_log_no_blob_id_fkey FOREIGN KEY (log_no, blob_id) REFERENCES store.blob(log_no, blob_id) ON DELETE CASCADE;

ALTER TABLE ONLY views.bucket
    ADD CONSTRAINT bucket_generation_fkey FOREIGN KEY (generation) REFERENCES views.generation(generation) ON DELETE CASCADE;

GRANT USAGE ON SCHEMA proof TO lifelong_publisher;
GRANT USAGE ON SCHEMA proof TO lifelong_appender;
GRANT USAGE ON SCHEMA proof TO lifelong_reader;

GRANT USAGE ON SCHEMA store TO lifelong_appender;
GRANT USAGE ON SCHEMA store TO lifelong_projector;
GRANT USAGE ON SCHEMA store TO lifelong_reader;
GRANT USAGE ON SCHEMA store TO lifelong_publisher;
GRANT USAGE ON SCHEMA store TO lifelong_resealer;

GRANT USAGE ON SCHEMA views TO lifelong_projector;
GRANT USAGE ON SCHEMA views TO lifelong_reader;

REVOKE ALL ON FUNCTION proof.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION store.refuse_change() FROM PUBLIC;

GRANT SELECT,INSERT ON TABLE proof.checkpoint TO lifelong_publisher;
GRANT SELECT ON TABLE proof.checkpoint TO lifelong_reader;
GRANT SELECT ON TABLE proof.checkpoint TO lifelong_appender;

GRANT UPDATE(note) ON TABLE proof.checkpoint TO lifelong_publisher;

GRANT UPDATE(published_at) ON TABLE proof.checkpoint TO lifelong_publisher;

GRANT SELECT,INSERT ON TABLE proof.cosignature TO lifelong_publisher;
GRANT SELECT ON TABLE proof.cosignature TO lifelong_reader;

GRANT SELECT,INSERT,DELETE ON TABLE proof.fence TO lifelong_publisher;
GRANT SELECT,INSERT ON TABLE proof.fence TO lifelong_appender;
GRANT SELECT ON TABLE proof.fence TO lifelong_reader;

GRANT SELECT,INSERT ON TABLE proof.head_bucket TO lifelong_publisher;
GRANT SELECT ON TABLE proof.head_bucket TO lifelong_reader;

GRANT SELECT,INSERT,UPDATE ON TABLE proof.head_leaves TO lifelong_publisher;
GRANT SELECT ON TABLE proof.head_leaves TO lifelong_reader;

GRANT SELECT,INSERT ON TABLE proof.head_list TO lifelong_publisher;
GRANT SELECT ON TABLE proof.head_list TO lifelong_reader;

GRANT UPDATE(event) ON TABLE proof.head_list TO lifelong_publisher;

GRANT SELECT,INSERT ON TABLE proof.tile TO lifelong_publisher;
GRANT SELECT ON TABLE proof.tile TO lifelong_appender;
GRANT SELECT ON TABLE proof.tile TO lifelong_reader;

GRANT SELECT,INSERT ON TABLE proof.token TO lifelong_publisher;
GRANT SELECT ON TABLE proof.token TO lifelong_reader;

GRANT SELECT,INSERT,DELETE ON TABLE store.append_key TO lifelong_appender;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE store.blob TO lifelong_appender;
GRANT SELECT ON TABLE store.blob TO lifelong_resealer;

GRANT SELECT,INSERT,UPDATE ON TABLE store.blob_chunk TO lifelong_appender;

GRANT SELECT,INSERT,DELETE ON TABLE store.claim TO lifelong_appender;
GRANT SELECT ON TABLE store.claim TO lifelong_publisher;

GRANT SELECT,INSERT ON TABLE store.content TO lifelong_appender;
GRANT SELECT ON TABLE store.content TO lifelong_projector;
GRANT SELECT ON TABLE store.content TO lifelong_publisher;
GRANT SELECT ON TABLE store.content TO lifelong_resealer;

GRANT UPDATE(key_generation) ON TABLE store.content TO lifelong_resealer;

GRANT UPDATE(ciphertext) ON TABLE store.content TO lifelong_resealer;

GRANT SELECT,INSERT ON TABLE store.event TO lifelong_appender;
GRANT SELECT ON TABLE store.event TO lifelong_projector;
GRANT SELECT ON TABLE store.event TO lifelong_reader;
GRANT SELECT ON TABLE store.event TO lifelong_publisher;
GRANT SELECT ON TABLE store.event TO lifelong_resealer;

GRANT SELECT,INSERT ON TABLE store.log TO lifelong_appender;
GRANT SELECT ON TABLE store.log TO lifelong_projector;
GRANT SELECT ON TABLE store.log TO lifelong_reader;
GRANT SELECT ON TABLE store.log TO lifelong_publisher;
GRANT SELECT ON TABLE store.log TO lifelong_resealer;

GRANT UPDATE(log_no) ON TABLE store.log TO lifelong_appender;
GRANT UPDATE(log_no) ON TABLE store.log TO lifelong_resealer;

GRANT SELECT,INSERT,DELETE ON TABLE store.snapshot TO lifelong_appender;
GRANT SELECT,DELETE ON TABLE store.snapshot TO lifelong_resealer;

GRANT SELECT,INSERT ON TABLE store.stream TO lifelong_appender;
GRANT SELECT ON TABLE store.stream TO lifelong_projector;
GRANT SELECT ON TABLE store.stream TO lifelong_reader;
GRANT SELECT ON TABLE store.stream TO lifelong_publisher;
GRANT SELECT ON TABLE store.stream TO lifelong_resealer;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.bucket TO lifelong_projector;
GRANT SELECT ON TABLE views.bucket TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.generation TO lifelong_projector;
GRANT SELECT ON TABLE views.generation TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.skipped TO lifelong_projector;
GRANT SELECT ON TABLE views.skipped TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.stopped TO lifelong_projector;
GRANT SELECT ON TABLE views.stopped TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.topic TO lifelong_projector;
GRANT SELECT ON TABLE views.topic TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.topics_known TO lifelong_projector;
GRANT SELECT ON TABLE views.topics_known TO lifelong_reader;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE views.trouble TO lifelong_projector;
GRANT SELECT ON TABLE views.trouble TO lifelong_reader;
