"""The local stack: real PostgreSQL, Kafka and Connect, and whatever runs on them.

Lives here: what it takes to fetch, start, watch and stop these on one machine, without root
and without containers. May not live here: anything that a production set-up needs, or that
knows what an event means. Of our packages it imports `identity` alone: what runs on the servers
is handed in.
"""
