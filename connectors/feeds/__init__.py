"""What each store with a Kafka of its own is told: its feed, `down.LOCATION`, and `ack.LOCATION`.

`rows`, `catalog`, `places` and `fleet` know what each store should have, `feed` what one was told,
`acks` what it hears of its tills: rules without a client. `recovery`, `writing`, `customers` and
`lists` read and write; `process` joins them. `connectors.feeds` makes no figure and decides no
price: rows go down as the database has them, or not at all.
"""
