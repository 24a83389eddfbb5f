-- migrate:up

-- What Debezium needs, and no more: a role that may replicate and read four tables, and a
-- publication of just these. None of it takes a superuser, but the REPLICATION attribute can
-- only be given by a role that has it. Where the migrating role may not, a DBA runs once:
--     CREATE ROLE tillstream_cdc LOGIN REPLICATION;
-- A role belongs to the whole cluster: another database may have made it already.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tillstream_cdc') THEN
        CREATE ROLE tillstream_cdc LOGIN REPLICATION;
    END IF;
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN
        NULL;
    WHEN insufficient_privilege THEN
        -- Not as a hint: the migration tool shows the message alone.
        RAISE EXCEPTION 'role % may not, so a DBA must run once: '
                'CREATE ROLE tillstream_cdc LOGIN REPLICATION', current_user
            USING ERRCODE = 'insufficient_privilege';
END $$;

DO $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_roles
        WHERE rolname = 'tillstream_cdc' AND rolcanlogin AND rolreplication AND NOT rolsuper
    ) THEN
        RAISE EXCEPTION 'role tillstream_cdc has other powers, so a DBA must run once: '
            'ALTER ROLE tillstream_cdc LOGIN REPLICATION NOSUPERUSER';
    END IF;
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO tillstream_cdc', current_database());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO tillstream_cdc', current_schema());
END $$;

GRANT SELECT ON products, locations, assortment, stock_movements TO tillstream_cdc;

-- Written by the connector itself every few seconds. The slot can only move on with a published
-- change: while the business tables are idle and others are busy, this one keeps it moving, and
-- PostgreSQL may discard the WAL behind it.
CREATE TABLE cdc_heartbeat (
    id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    beat_at timestamptz NOT NULL
) WITH (fillfactor = 50);
INSERT INTO cdc_heartbeat (beat_at) VALUES (now());
GRANT UPDATE (beat_at) ON cdc_heartbeat TO tillstream_cdc;

CREATE PUBLICATION tillstream
    FOR TABLE products, locations, assortment, stock_movements, cdc_heartbeat
    WITH (publish = 'insert, update, delete');

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
