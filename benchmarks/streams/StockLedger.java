package benchmarks;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/** The reference job on the Processor API: two stores, one sink, no repartition. */
public final class StockLedger {
    private static final String TILLS = "tills";
    private static final String STOCK = "stock";
    /** No record for so long, after some have come, ends the warm-up. */
    private static final long QUIET_MS = 2500;

    public static final class Line {
        public String sku;
        public long quantity;
    }

    public static final class Sale {
        public String location_id;
        public String till_id;
        public long sequence;
        public List<Line> lines;
    }

    private static final ObjectReader SALE = new ObjectMapper()
        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false)
        .readerFor(Sale.class);

    private static String setting(String name) {
        return System.getenv("BENCH_" + name);
    }

    private static final class Ledger implements Processor<String, byte[], String, byte[]> {
        private final AtomicLong seen;
        private final boolean timed;
        private ProcessorContext<String, byte[]> context;
        private KeyValueStore<String, Long> sequences;
        private KeyValueStore<String, Long> stock;
        private boolean emitsOnFlush;

        Ledger(AtomicLong seen, boolean timed) {
            this.seen = seen;
            this.timed = timed;
        }

        @Override
        public void init(ProcessorContext<String, byte[]> given) {
            context = given;
            sequences = given.getStateStore(TILLS);
            stock = given.getStateStore(STOCK);
            emitsOnFlush = listenToCache();
        }

        /**
         * With a cache, a level leaves once per key, when the cache evicts it or the task commits:
         * what the DSL's aggregations do, by the same listener. The DSL itself would send every
         * line through a repartition topic first, since the key is finer than the location.
         */
        @SuppressWarnings("unchecked")
        private boolean listenToCache() {
            InternalProcessorContext<String, byte[]> inner =
                (InternalProcessorContext<String, byte[]>) context;
            ProcessorNode<?, ?, ?, ?> own = inner.currentNode();
            return ((CachedStateStore<String, Long>) (Object) stock)
                .setFlushListener(change -> {
                    ProcessorNode<?, ?, ?, ?> interrupted = inner.currentNode();
                    inner.setCurrentNode(own);
                    try {
                        emit(change.key(), change.value().newValue, change.timestamp());
                    } finally {
                        inner.setCurrentNode(interrupted);
                    }
                }, false);
        }

        @Override
        public void process(Record<String, byte[]> record) {
            if (seen.getAndIncrement() == 0 && timed) {
                System.out.println("FIRST");
                System.out.flush();
            }
            Sale sale = decoded(record.value());
            Long last = sequences.get(sale.till_id);
            if (last != null && sale.sequence <= last) {
                return;
            }
            sequences.put(sale.till_id, sale.sequence);
            for (Line line : sale.lines) {
                String key = sale.location_id + "/" + line.sku;
                Long before = stock.get(key);
                long onHand = (before == null ? 0 : before) - line.quantity;
                stock.put(key, onHand);
                if (!emitsOnFlush) {
                    emit(key, onHand, record.timestamp());
                }
            }
        }

        private static Sale decoded(byte[] value) {
            try {
                return SALE.readValue(value);
            } catch (IOException error) {
                throw new UncheckedIOException(error);
            }
        }

        private void emit(String key, long onHand, long timestamp) {
            int slash = key.indexOf('/');
            String level = "{\"location_id\":\"" + key.substring(0, slash) + "\",\"sku\":\""
                + key.substring(slash + 1) + "\",\"on_hand\":" + onHand + "}";
            context.forward(new Record<>(key, level.getBytes(StandardCharsets.UTF_8), timestamp));
        }
    }

    /** A level goes to the partition of its location, as the input does; hashed once each. */
    private static final class ByLocation {
        private final Map<String, Optional<Set<Integer>>> known = new HashMap<>();

        Optional<Set<Integer>> partitions(String key, int count) {
            String location = key.substring(0, key.indexOf('/'));
            return known.computeIfAbsent(location, name -> {
                int hash = Utils.murmur2(name.getBytes(StandardCharsets.UTF_8));
                return Optional.of(Set.of(Utils.toPositive(hash) % count));
            });
        }
    }

    private static StoreBuilder<KeyValueStore<String, Long>> store(String name) {
        KeyValueBytesStoreSupplier supplier = setting("STORE").equals("memory")
            ? Stores.inMemoryKeyValueStore(name)
            : Stores.persistentKeyValueStore(name);
        StoreBuilder<KeyValueStore<String, Long>> builder =
            Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.Long())
                .withLoggingEnabled(Map.of());
        return setting("CACHE_BYTES").equals("0")
            ? builder.withCachingDisabled()
            : builder.withCachingEnabled();
    }

    private static KafkaStreams streams(String id, String output, AtomicLong seen, boolean timed) {
        ByLocation byLocation = new ByLocation();
        Topology topology = new Topology();
        topology.addSource(
            "sales", new StringDeserializer(), new ByteArrayDeserializer(), setting("INPUT_TOPIC"));
        topology.addProcessor("ledger", () -> new Ledger(seen, timed), "sales");
        topology.addStateStore(store(TILLS), "ledger");
        topology.addStateStore(store(STOCK), "ledger");
        topology.addSink(
            "levels", output, new StringSerializer(), new ByteArraySerializer(),
            (topic, key, value, count) -> byLocation.partitions((String) key, count), "ledger");
        return new KafkaStreams(topology, properties(id));
    }

    private static Properties properties(String id) {
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, id);
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, setting("BOOTSTRAP"));
        p.put(StreamsConfig.STATE_DIR_CONFIG, setting("STATE_FOLDER"));
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, setting("GUARANTEE"));
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
        p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, Long.parseLong(setting("CACHE_BYTES")));
        p.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        p.put(StreamsConfig.consumerPrefix("max.poll.records"), 4000);
        p.put(StreamsConfig.producerPrefix("batch.size"), 256 * 1024);
        p.put(StreamsConfig.producerPrefix("linger.ms"), 20);
        p.put(StreamsConfig.producerPrefix("buffer.memory"), 64 * 1024 * 1024);
        return p;
    }

    /** The whole input once, under another name, so that the compiler has done its work. */
    private static void warmUp() throws InterruptedException {
        AtomicLong seen = new AtomicLong();
        KafkaStreams streams =
            streams(setting("NAME") + "-warmup", setting("WARMUP_TOPIC"), seen, false);
        streams.start();
        long before = -1;
        while (seen.get() == 0 || seen.get() != before) {
            before = seen.get();
            Thread.sleep(QUIET_MS);
        }
        streams.close();
    }

    public static void main(String[] arguments) throws InterruptedException {
        warmUp();
        KafkaStreams streams =
            streams(setting("NAME"), setting("OUTPUT_TOPIC"), new AtomicLong(), true);
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
    }
}
