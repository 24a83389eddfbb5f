-- A dispute as it stands now; told again where another return has come to it.
INSERT INTO disputed_returns (
    receipt_no, location_id, reason, due_at, beyond, paid_minor, refunded_minor,
    sales_count, sales, returns_count, returns
)
VALUES (
    %(receipt_no)s, %(location_id)s, %(reason)s, %(due_at)s, %(beyond)s, %(paid_minor)s,
    %(refunded_minor)s, %(sales_count)s, %(sales)s, %(returns_count)s, %(returns)s
)
ON CONFLICT (receipt_no, location_id) DO UPDATE SET
    reason = excluded.reason,
    due_at = excluded.due_at,
    beyond = excluded.beyond,
    paid_minor = excluded.paid_minor,
    refunded_minor = excluded.refunded_minor,
    sales_count = excluded.sales_count,
    sales = excluded.sales,
    returns_count = excluded.returns_count,
    returns = excluded.returns,
    told_at = CASE
        WHEN disputed_returns.reason = excluded.reason
            AND disputed_returns.returns = excluded.returns
        THEN disputed_returns.told_at
    END
