"""The local stack: real PostgreSQL, Kafka and Connect, and Tillstream's processes on them.

Lives here: what it takes to fetch, start, watch and stop these on one machine, without root
and without containers. May not live here: anything that a production set-up needs, or that
knows what an event means. Of our packages it imports `identity` alone: the processes are the
command line, in processes of their own, and whoever starts the stack names the roles.
"""
