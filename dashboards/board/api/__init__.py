"""The API for machines at ``/api/v1/``: levels, totals and alerts to read, documents to book.

``models`` and ``office_models`` say what may be asked and what is answered, and are the only place
that does: requests are checked by them, and ``openapi`` makes the OpenAPI document of them.
``questions`` are the statements, ``routes`` and ``office_routes`` the handlers, ``bearer`` who may
ask. Answers come from PostgreSQL, so they are what the sink has written, and every fault is a
problem as RFC 9457 has it. Nothing is reckoned here; what is booked, and how,
`dashboards.backoffice` decides.
"""
