-- migrate:up

-- Inputs that a worker has put into the dead letters and the sink has not come to yet: it passes
-- over them. Forgotten once it is past them.
CREATE TABLE sink_refused (
    source_topic text NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (source_topic, source_partition, source_offset)
);

-- Records of derived topics that are not what their contract says, kept for whoever looks into it;
-- long ones are cut, and only the newest are kept.
CREATE TABLE sink_malformed (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_topic text NOT NULL,
    source_partition integer NOT NULL,
    source_offset bigint NOT NULL,
    key bytea,
    value bytea,
    error text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (source_topic, source_partition, source_offset)
);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
