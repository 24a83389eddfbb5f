FROM employees_shown AS t
WHERE (%(location)s = '' OR %(location)s = ANY (t.locations))
    AND (
        %(search)s = ''
        OR position(lower(%(search)s) IN lower(t.employee_id)) > 0
        OR position(lower(%(search)s) IN lower(t.role)) > 0
    )
