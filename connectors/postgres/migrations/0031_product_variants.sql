-- migrate:up

-- Variants share a style and differ in colour and size. Each column may stay empty, so rows as they
-- were inserted before still come in. A product that replaces another points back at it: what the
-- shelf of the old one still holds is sold under its own number.
ALTER TABLE products
    ADD COLUMN style text CHECK (style <> '' AND char_length(style) <= 128),
    ADD COLUMN colour text CHECK (char_length(colour) <= 128),
    ADD COLUMN size text CHECK (char_length(size) <= 128),
    ADD COLUMN image text CHECK (char_length(image) <= 1024),
    ADD COLUMN replaces_sku text CHECK (replaces_sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    ADD COLUMN supplier text CHECK (supplier <> '' AND char_length(supplier) <= 128),
    ADD COLUMN pack_size bigint CHECK (pack_size BETWEEN 1 AND 1000000000000),
    ADD COLUMN cost_minor bigint CHECK (cost_minor BETWEEN 0 AND 1000000000000),
    ADD CONSTRAINT products_replaces_another CHECK (replaces_sku <> sku);

CREATE INDEX products_by_style ON products (style) WHERE style IS NOT NULL;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
