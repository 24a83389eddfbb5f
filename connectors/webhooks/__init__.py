"""Webhooks: every change of a restock alert, told to addresses that somebody has named.

``intake`` turns alerts into deliveries, one for each endpoint, in the transaction that moves its
offsets; ``dispatcher`` claims what is due and sends it; ``desk`` is what people do with endpoints
and deliveries. `signing`, `notices`, `addresses` and `policy` are pure. An alert may not be changed
or judged here: it is carried as it came.

Each change of an alert goes to each endpoint at least once and under the same ``webhook-id``
every time; changes of one alert go in their order. A receiver that remembers ids counts once.
"""
