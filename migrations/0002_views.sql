-- 0002 views: how far each projection is folded. The rows of a view lie in a schema per generation, which
-- lifelong_projector makes and drops.
-- Lock: new schema and tables only. Undo: DROP SCHEMA views CASCADE, and every schema views_*; nothing is lost,
-- since views are folded from events again.
SET LOCAL lock_timeout = '4s';

CREATE SCHEMA views;

-- A generation is one set of a projection's tables, in schema views_<projection>_<generation>, folded up to
-- `position`, which is written with the rows. Readers take the live one; the switch to another is an update here.
CREATE TABLE views.generation (
    generation  integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log_no      integer NOT NULL,
    projection  text NOT NULL CHECK (projection ~ '^[a-z][a-z0-9_]{0,39}$'),
    version     integer NOT NULL CHECK (version > 0),
    state       text NOT NULL CHECK (state IN ('building', 'live', 'retired')),
    phase       text NOT NULL DEFAULT 'asked' CHECK (phase IN ('asked', 'loading', 'following', 'comparing', 'done')),
    position    bigint NOT NULL DEFAULT 0,
    target      bigint NOT NULL DEFAULT 0,      -- while it is built: loaded in buckets up to here, then followed
    buckets     integer NOT NULL DEFAULT 0,
    jobs        integer NOT NULL DEFAULT 1 CHECK (jobs > 0),
    begun_at    timestamptz NOT NULL DEFAULT now(),
    folded_at   timestamptz NOT NULL DEFAULT now(),
    live_since  timestamptz,
    rate        bigint NOT NULL DEFAULT 0,      -- events a second, when it was last folded
    compared    text                            -- with the one that was live before: equal, different, or why not
);
CREATE UNIQUE INDEX generation_live ON views.generation (log_no, projection) WHERE state = 'live';
CREATE UNIQUE INDEX generation_building ON views.generation (log_no, projection) WHERE state = 'building';

-- Which buckets of records a generation that is being built holds already; written with their rows.
CREATE TABLE views.bucket (
    generation integer NOT NULL REFERENCES views.generation ON DELETE CASCADE,
    bucket     integer NOT NULL,
    events     bigint NOT NULL,
    loaded_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (generation, bucket)
);

-- The event at which a projection stopped, until it is retried or skipped. Never what the event says.
CREATE TABLE views.stopped (
    log_no     integer NOT NULL,
    projection text NOT NULL,
    version    integer NOT NULL,
    position   bigint NOT NULL,
    topic      text NOT NULL,
    error      text NOT NULL,                   -- the name of the error's class
    stopped_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, projection, version)
);

-- Events that an operator told a version of a projection to leave out, and the event in the log that says so.
CREATE TABLE views.skipped (
    log_no      integer NOT NULL,
    projection  text NOT NULL,
    version     integer NOT NULL,
    position    bigint NOT NULL,
    recorded_in bigint NOT NULL,
    skipped_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, projection, version, position)
);

-- The last trouble of each projection's runner, over or not: a lost connection, say.
CREATE TABLE views.trouble (
    log_no     integer NOT NULL,
    projection text NOT NULL,
    error      text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (log_no, projection)
);

-- Every topic that a log holds, up to a position: what a release must be able to read before it starts.
CREATE TABLE views.topic (
    log_no integer NOT NULL,
    topic  text NOT NULL,
    PRIMARY KEY (log_no, topic)
);
CREATE TABLE views.topics_known (
    log_no   integer PRIMARY KEY,
    position bigint NOT NULL
);

GRANT USAGE ON SCHEMA views TO lifelong_projector, lifelong_reader;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA views TO lifelong_projector;
GRANT SELECT ON ALL TABLES IN SCHEMA views TO lifelong_reader;
