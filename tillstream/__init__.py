"""The composition root: the one package that knows all the others.

Here live the settings, the command line, the local stack, and what joins the other packages to
Kafka, Connect and PostgreSQL. Domain rules may not live here, and no other package imports it.
"""
