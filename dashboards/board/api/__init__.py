"""The read API for machines: levels, totals and alerts as JSON at ``/api/v1/``.

``models`` says what may be asked and what is answered, and is the only place that does: requests
are checked by it, and ``openapi`` makes the OpenAPI document of it. ``questions`` are the
statements, ``routes`` the handlers, ``bearer`` who may ask. Answers come from PostgreSQL, so they
are what the sink has written, and every fault is a problem as RFC 9457 has it. Nothing is
reckoned here, and nothing is written.
"""
