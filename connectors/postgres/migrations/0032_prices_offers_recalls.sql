-- migrate:up

-- What holds at a time and a place. Contract columns first and in their order; what a row is called
-- by comes last and has a default, so an INSERT of the contract's columns is enough.

-- Of the prices that hold for a product at a place, one of that place counts before one that holds
-- everywhere, and then the one that began last: a promotion lies over the usual price and ends by
-- itself. So only one may begin at a moment. valid_to is the first moment at which it holds no more.
CREATE TABLE prices (
    sku text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    location_id text CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
    currency text NOT NULL DEFAULT 'EUR' CHECK (currency ~ '^[A-Z]{3}$'),
    valid_from timestamptz NOT NULL DEFAULT now()
        CHECK (valid_from >= '0001-01-02 00:00Z' AND valid_from < '9999-12-31 00:00Z'),
    valid_to timestamptz CHECK (valid_to < '9999-12-31 00:00Z'),
    price_id text PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (price_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    CONSTRAINT prices_end_after_they_begin CHECK (valid_to > valid_from)
);
-- An id is never empty, so '' stands for everywhere.
CREATE UNIQUE INDEX prices_begin_one_at_a_time
    ON prices (sku, coalesce(location_id, ''), valid_from);

-- What the centre allows; the rows are these, and only the amounts change.
CREATE TABLE business_limits (
    name text PRIMARY KEY,
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
    CONSTRAINT business_limits_percent CHECK (name <> 'offer_percent_max' OR amount <= 100)
);
INSERT INTO business_limits (name, amount) VALUES ('offer_percent_max', 50);

-- A store's own: off one product or one category, by a percentage or to a price.
CREATE TABLE offers (
    offer_id text PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (offer_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    location_id text NOT NULL CHECK (location_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    sku text CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    category text CHECK (category ~ '\S' AND char_length(category) <= 1024),
    percent integer CHECK (percent BETWEEN 1 AND 100),
    price_minor bigint CHECK (price_minor BETWEEN 0 AND 1000000000000),
    valid_from timestamptz NOT NULL DEFAULT now()
        CHECK (valid_from >= '0001-01-02 00:00Z' AND valid_from < '9999-12-31 00:00Z'),
    valid_to timestamptz NOT NULL CHECK (valid_to < '9999-12-31 00:00Z'),
    CONSTRAINT offers_end_after_they_begin CHECK (valid_to > valid_from),
    CONSTRAINT offers_name_a_product_or_a_category CHECK (num_nonnulls(sku, category) = 1),
    CONSTRAINT offers_give_a_percentage_or_a_price CHECK (num_nonnulls(percent, price_minor) = 1),
    CONSTRAINT offers_of_a_price_name_a_product CHECK (price_minor IS NULL OR sku IS NOT NULL)
);
CREATE INDEX offers_by_location ON offers (location_id);

-- What may not be sold: all of a product, or one lot of it.
CREATE TABLE recalls (
    sku text NOT NULL CHECK (sku ~ '^[A-Za-z0-9._-]{1,64}$'),
    lot text CHECK (lot <> '' AND char_length(lot) <= 128),
    reason text NOT NULL CHECK (reason ~ '\S' AND char_length(reason) <= 1024),
    valid_from timestamptz NOT NULL DEFAULT now()
        CHECK (valid_from >= '0001-01-02 00:00Z' AND valid_from < '9999-12-31 00:00Z'),
    valid_to timestamptz CHECK (valid_to < '9999-12-31 00:00Z'),
    recall_id text PRIMARY KEY DEFAULT gen_random_uuid()::text
        CHECK (recall_id ~ '^[A-Za-z0-9._-]{1,64}$'),
    CONSTRAINT recalls_end_after_they_begin CHECK (valid_to > valid_from)
);
CREATE INDEX recalls_by_sku ON recalls (sku);

-- What a product costs at a place and a moment; null for a product that nobody knows.
CREATE FUNCTION price_at(product text, place text, moment timestamptz) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(
        (
            SELECT price_minor FROM prices
            WHERE sku = product AND (location_id IS NULL OR location_id = place)
                AND valid_from <= moment AND (valid_to IS NULL OR valid_to > moment)
            ORDER BY location_id IS NULL, valid_from DESC
            LIMIT 1
        ),
        (SELECT price_minor FROM products WHERE sku = product)
    )
$$;

-- Judged when an offer is made or changed: by what the product costs when it begins.
CREATE FUNCTION keep_offer_within_limit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    most bigint := (SELECT amount FROM business_limits WHERE name = 'offer_percent_max');
    usual bigint;
BEGIN
    IF NEW.percent > most THEN
        RAISE EXCEPTION 'an offer may take off % percent at the most, and not %', most, NEW.percent
            USING ERRCODE = 'check_violation', HINT = 'The centre sets the limit.';
    END IF;
    IF NEW.price_minor IS NULL THEN
        RETURN NEW;
    END IF;
    usual := price_at(NEW.sku, NEW.location_id, NEW.valid_from);
    IF usual IS NULL THEN
        RAISE EXCEPTION 'what % costs is not known, so nothing says how much the offer takes off',
                NEW.sku
            USING ERRCODE = 'check_violation', HINT = 'Enter the product first.';
    END IF;
    IF NEW.price_minor * 100 < usual * (100 - most) THEN
        RAISE EXCEPTION 'an offer may take off % percent at the most: % costs %, and not less than %',
                most, NEW.sku, usual, (usual * (100 - most) + 99) / 100
            USING ERRCODE = 'check_violation', HINT = 'The centre sets the limit.';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER offers_within_limit BEFORE INSERT OR UPDATE ON offers
    FOR EACH ROW EXECUTE FUNCTION keep_offer_within_limit();
ALTER TABLE offers ENABLE ALWAYS TRIGGER offers_within_limit;

CREATE FUNCTION refuse_another_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.name = OLD.name THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the limits are those that there are: % is refused', lower(TG_OP)
        USING ERRCODE = 'restrict_violation', HINT = 'Change the amount.';
END $$;

CREATE TRIGGER business_limits_are_these BEFORE INSERT OR UPDATE OR DELETE ON business_limits
    FOR EACH ROW EXECUTE FUNCTION refuse_another_limit();
ALTER TABLE business_limits ENABLE ALWAYS TRIGGER business_limits_are_these;

-- A message is keyed by some of a row's columns: under another key, nothing would say that the row
-- is gone under the old one. The trigger names what stays.
CREATE FUNCTION refuse_change_of_key() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    fixed text;
BEGIN
    FOREACH fixed IN ARRAY TG_ARGV LOOP
        IF to_jsonb(OLD) -> fixed IS DISTINCT FROM to_jsonb(NEW) -> fixed THEN
            RAISE EXCEPTION '% of a row of % cannot change', fixed, TG_TABLE_NAME
                USING ERRCODE = 'restrict_violation', HINT = 'Delete the row and insert another.';
        END IF;
    END LOOP;
    RETURN NEW;
END $$;

CREATE TRIGGER prices_key_is_fixed BEFORE UPDATE ON prices
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_key('price_id', 'sku');
ALTER TABLE prices ENABLE ALWAYS TRIGGER prices_key_is_fixed;
CREATE TRIGGER offers_key_is_fixed BEFORE UPDATE ON offers
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_key('offer_id', 'location_id');
ALTER TABLE offers ENABLE ALWAYS TRIGGER offers_key_is_fixed;
CREATE TRIGGER recalls_key_is_fixed BEFORE UPDATE ON recalls
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_key('recall_id', 'sku');
ALTER TABLE recalls ENABLE ALWAYS TRIGGER recalls_key_is_fixed;

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
