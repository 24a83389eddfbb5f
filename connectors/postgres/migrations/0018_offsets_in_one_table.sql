-- migrate:up

-- Whoever follows topics into this database keeps its place in sink_offsets, under its name.
-- webhook_offsets stays until a later migration, so that the version before can be put back: the
-- alerts that it reads once more are known by their versions (webhook_versions) and told to nobody
-- again.
INSERT INTO sink_offsets (consumer, topic, partition, next_offset)
SELECT 'webhooks', topic, partition, next_offset FROM webhook_offsets;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
