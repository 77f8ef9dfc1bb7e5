-- The roles of the cluster, made once and again without harm. They carry no right but what migrations
-- grant them, and cannot log in: on the embedded server the set-up allows it, through the socket alone;
-- elsewhere the deployment's own user takes one of them for each connection.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['lifelong_owner', 'lifelong_appender', 'lifelong_projector', 'lifelong_publisher',
        'lifelong_reader', 'lifelong_resealer']
    LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                NULL;  -- another database of the cluster is being set up at this moment
            END;
        END IF;
    END LOOP;
END $$;

-- Who sets up must be able to take each role. From PostgreSQL 16 on, who makes a role is its member but
-- may not take it before saying so.
DO $$
DECLARE
    role_name text;
    right_to_take constant text :=
        CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['lifelong_owner', 'lifelong_appender', 'lifelong_projector', 'lifelong_publisher',
        'lifelong_reader', 'lifelong_resealer']
    LOOP
        IF NOT pg_catalog.pg_has_role(current_user, role_name, right_to_take) THEN
            EXECUTE format('GRANT %I TO CURRENT_USER', role_name);
        END IF;
    END LOOP;
END $$;

-- The owner makes schemas in this database, and the projector one for each generation of a view; nobody else.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['lifelong_owner', 'lifelong_projector']
    LOOP
        IF NOT pg_catalog.has_database_privilege(role_name, current_database(), 'CREATE') THEN
            EXECUTE format('GRANT CREATE ON DATABASE %I TO %I', current_database(), role_name);
        END IF;
    END LOOP;
END $$;
