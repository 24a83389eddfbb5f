"""Kafka Streams in Java, on the Processor API.

Tuned: one stream thread as one worker; a whole pass over the input in the same JVM first, so
that its compiler has done its work; 32 MiB of record cache, from which a level leaves once per
key and commit, as the DSL's aggregations do; a commit a second; larger polls and producer
batches with a linger that fills them. No repartition topic: the DSL would need one, for the
stock's key is finer than the input's. In memory it is best without the cache and then emits
every line. Jars are locked as the project's own are, and its one file is compiled by Eclipse's
compiler on the same Java runtime: no JDK is needed.
"""
