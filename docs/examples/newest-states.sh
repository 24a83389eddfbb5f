#!/bin/sh
# Keep the newest state of each key of one of Tillstream's topics: Kafka's own console consumer.
#
#     ./newest-states.sh localhost:9092 stock.levels
#
# It ends when nothing has come for five seconds, and prints each key with its state.
# Before a cluster that asks who you are, KAFKA_JAVA_PROPERTIES names a file of properties that say
# so: eval "$(tillstream local env)" sets it for the local stack.
# KAFKA_CONSOLE_CONSUMER names the consumer where it is not on the path.
set -eu
bootstrap=$1
topic=$2

# read_committed: else a state may be seen that is then taken back.
${KAFKA_CONSOLE_CONSUMER:-kafka-console-consumer.sh} \
    --bootstrap-server "$bootstrap" --topic "$topic" --from-beginning \
    ${KAFKA_JAVA_PROPERTIES:+--command-config "$KAFKA_JAVA_PROPERTIES"} \
    --isolation-level read_committed --timeout-ms 5000 \
    --formatter-property print.key=true 2>/dev/null |
awk -F '\t' '
    # A tombstone: the key is gone.
    $2 == "null" { delete state[$1]; delete version[$1]; next }
    {
        if (!match($2, /"version": *[0-9]+/)) next
        found = substr($2, RSTART, RLENGTH)
        sub(/[^0-9]*/, "", found)
        # Seen before, or older: a version never goes back.
        if ($1 in version && found + 0 <= version[$1]) next
        version[$1] = found + 0
        state[$1] = $2
    }
    END { for (key in state) print key "\t" state[key] }
' | LC_ALL=C sort
