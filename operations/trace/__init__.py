"""Where one event of a till has come to: a hop for each place that it passes, with its time.

Here live the values that a trace is made of, what Kafka and PostgreSQL say, and the words. What
stands on a till's or a gateway's own disk is read by the command, which may know tills.
"""
