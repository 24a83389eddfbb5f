"""Clients of Kafka, Connect and PostgreSQL are made here, from one value for each server.

`KafkaAccess`, `ConnectAccess` and `PostgresAccess` hold where the server is, who we are, and how
the link is secured. The modules beside them turn a value into the clients of one library each. No
client is made anywhere else, so a link that is to be encrypted is encrypted here.
"""
