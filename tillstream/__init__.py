"""The composition root: the one package that knows all the others.

Here live the settings, the command line and the roles: what joins the other packages to Kafka,
Connect and PostgreSQL as a process. What all commands share is in `terminal`, what all processes
do in `process`. Domain rules may not live here, nor what operators look up or decide, and no other
package imports it.
"""
