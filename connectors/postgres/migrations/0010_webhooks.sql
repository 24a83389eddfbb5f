-- migrate:up

-- Webhooks: who is told of alerts, and what waits to be told. Written by `worker webhooks` and by
-- the command line. The secret is kept as it is, because each message is signed with it: whoever
-- may read this table can sign in our name.
CREATE TABLE webhook_endpoints (
    endpoint_id text PRIMARY KEY,
    url text NOT NULL,
    secret text NOT NULL,
    description text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Where the reading of alerts stands, moved in the transaction of the deliveries themselves.
CREATE TABLE webhook_offsets (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 50);

-- The newest version of each alert that was taken in: a replay of the topic tells nothing anew.
CREATE TABLE webhook_versions (
    subject text PRIMARY KEY,
    version bigint NOT NULL
) WITH (fillfactor = 70);

-- One row for each message and endpoint. Messages of one subject go out in the order of
-- delivery_id. A row that a worker has claimed comes due again when its claim has run out.
CREATE TABLE webhook_deliveries (
    delivery_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id text NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    message_id text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    last_status integer,
    last_error text,
    UNIQUE (endpoint_id, message_id)
) WITH (fillfactor = 70);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at)
    WHERE delivered_at IS NULL;
CREATE INDEX webhook_deliveries_order ON webhook_deliveries (endpoint_id, subject, delivery_id)
    WHERE delivered_at IS NULL;
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (delivered_at)
    WHERE delivered_at IS NOT NULL;

-- What was given up after the last attempt, until somebody sends it again.
CREATE TABLE webhook_dead_letters (
    delivery_id bigint PRIMARY KEY,
    endpoint_id text NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    message_id text NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    made_at timestamptz NOT NULL,
    attempts integer NOT NULL,
    given_up_at timestamptz NOT NULL DEFAULT now(),
    last_status integer,
    last_error text
);

CREATE INDEX webhook_dead_letters_by_endpoint ON webhook_dead_letters (endpoint_id, given_up_at);

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
