-- migrate:up

-- Returns against what was bought, by receipt number. Of a return: by what its till knew that the
-- goods were bought, whose receipt it is (null where nobody said so), and when the centre had it.
ALTER TABLE sales
    ADD COLUMN verified text,
    ADD COLUMN receipt_location_id text,
    ADD COLUMN received_at timestamptz;

CREATE INDEX sales_by_number ON sales (receipt_no, location_id);
CREATE INDEX sales_returned ON sales (receipt_no, receipt_location_id) WHERE kind = 'return';

-- Numbers of which something changed since they were judged, with the location whose receipt it is;
-- '' is any. Written with the sales themselves, so that none is missed.
CREATE TABLE returns_to_judge (
    entry_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    receipt_no text NOT NULL,
    location_id text NOT NULL
);

-- Returns that nothing explains. Told from due_at on; gone once a late sale explains them. A row's
-- location_id is '' where nobody, or several, have such a receipt.
CREATE TABLE disputed_returns (
    receipt_no text NOT NULL,
    location_id text NOT NULL,
    reason text NOT NULL
        CHECK (reason IN ('unknown_receipt', 'beyond_purchase', 'beyond_payment')),
    due_at timestamptz NOT NULL,
    beyond jsonb NOT NULL,
    paid_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL,
    sales_count integer NOT NULL,
    sales jsonb NOT NULL,
    returns_count integer NOT NULL,
    returns jsonb NOT NULL,
    told_at timestamptz,
    PRIMARY KEY (receipt_no, location_id)
);
CREATE INDEX disputed_returns_by_time ON disputed_returns (due_at);
CREATE INDEX disputed_returns_untold ON disputed_returns (due_at) WHERE told_at IS NULL;

-- Each return, and each sale whose number something came back of. The limit keeps it to one look
-- into the index for each row, however many there are, and before there are any statistics.
CREATE FUNCTION note_returns_to_judge() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan TO off AS $$
BEGIN
    INSERT INTO returns_to_judge (receipt_no, location_id)
    SELECT DISTINCT receipt_no, coalesce(receipt_location_id, '') FROM changed
    WHERE kind = 'return'
    UNION
    SELECT changed.receipt_no, changed.location_id
    FROM changed
    CROSS JOIN LATERAL (
        SELECT FROM sales
        WHERE sales.kind = 'return'
            AND sales.receipt_no = changed.receipt_no
            AND (
                sales.receipt_location_id IS NULL
                OR sales.receipt_location_id = changed.location_id
            )
        LIMIT 1
    ) AS came_back
    WHERE changed.kind = 'sale';
    RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION note_returns_to_judge FROM PUBLIC;

CREATE TRIGGER sales_come AFTER INSERT ON sales REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_returns_to_judge();
CREATE TRIGGER sales_go AFTER DELETE ON sales REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION note_returns_to_judge();

-- What came back before this migration.
INSERT INTO returns_to_judge (receipt_no, location_id)
SELECT DISTINCT receipt_no, '' FROM sales WHERE kind = 'return';

-- migrate:down
DO $$ BEGIN RAISE EXCEPTION 'migrations only go forward: write a new one'; END $$;
