import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.utils.Utils;

/**
 * Keeps the newest state of each key of one of Tillstream's topics: kafka-clients and Jackson.
 *
 * <pre>
 * java NewestStates localhost:9092 stock.levels
 * java NewestStates localhost:9092 restock.alerts --location shop-1 --follow
 * </pre>
 *
 * Before a cluster that asks who you are, KAFKA_JAVA_PROPERTIES names a file of properties that say
 * so: eval "$(tillstream local env)" sets it for the local stack.
 *
 * Without --follow it ends once it has read all there is, and prints each key with its state. With
 * --follow it prints every change as it comes, until Ctrl-C or SIGTERM.
 */
public final class NewestStates {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(500);

    private final Map<String, JsonNode> byKey = new TreeMap<>();

    /** Whether this message changes anything. */
    boolean take(String key, JsonNode state) {
        if (state == null) { // a tombstone: the key is gone
            return byKey.remove(key) != null;
        }
        JsonNode held = byKey.get(key);
        if (held != null && state.get("version").asLong() <= held.get("version").asLong()) {
            return false; // seen before, or older: a version never goes back
        }
        byKey.put(key, state);
        return true;
    }

    /** All partitions, or the only one that the location can be in. */
    static List<TopicPartition> partitions(
            KafkaConsumer<?, ?> consumer, String topic, String location) {
        int count = consumer.partitionsFor(topic).size();
        if (location != null) {
            byte[] bytes = location.getBytes(StandardCharsets.UTF_8);
            int partition = Utils.toPositive(Utils.murmur2(bytes)) % count;
            return List.of(new TopicPartition(topic, partition));
        }
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /** A reader without a group: it keeps no offsets and shares no partitions. */
    static Map<String, Object> settings(String bootstrap) throws IOException {
        Map<String, Object> settings = new HashMap<>();
        link().forEach((name, value) -> settings.put(name.toString(), value));
        settings.put("bootstrap.servers", bootstrap);
        settings.put("key.deserializer", StringDeserializer.class);
        settings.put("value.deserializer", StringDeserializer.class);
        settings.put("enable.auto.commit", "false");
        // Without this, a state may be seen that is then taken back.
        settings.put("isolation.level", "read_committed");
        return settings;
    }

    /** How the link is secured, where the environment says so. */
    static Properties link() throws IOException {
        Properties link = new Properties();
        String file = System.getenv("KAFKA_JAVA_PROPERTIES");
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(Path.of(file))) {
                link.load(reader);
            }
        }
        return link;
    }

    private void read(KafkaConsumer<String, String> consumer, Options asked) {
        List<TopicPartition> places = partitions(consumer, asked.topic, asked.location);
        consumer.assign(places);
        consumer.seekToBeginning(places);
        Map<TopicPartition, Long> ends = consumer.endOffsets(places);
        while (asked.follow
                || places.stream().anyMatch(at -> consumer.position(at) < ends.get(at))) {
            for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                take(record, asked);
            }
        }
    }

    private void take(ConsumerRecord<String, String> record, Options asked) {
        String key = record.key() == null ? "" : record.key();
        JsonNode state = null;
        try {
            state = record.value() == null ? null : stateIn(record.value());
        } catch (JsonProcessingException | IllegalArgumentException fault) {
            // Somebody writes there who should not: what is known stays.
            String why = fault.toString().lines().findFirst().orElse("");
            System.err.println("passed over " + key + " at " + record.offset() + ": " + why);
            return;
        }
        if (asked.location != null && !key.split("/")[0].equals(asked.location)) {
            return;
        }
        if (take(key, state) && asked.follow) {
            show(key, byKey.get(key));
        }
    }

    /** The state that a value holds. */
    static JsonNode stateIn(String value) throws JsonProcessingException {
        JsonNode state = JSON.readTree(value);
        if (!state.path("version").isIntegralNumber()) {
            throw new IllegalArgumentException("a state is an object with a version");
        }
        return state;
    }

    /** One line: the key, a tab, and the state; nothing after the tab once it is gone. */
    static void show(String key, JsonNode state) {
        System.out.println(key + "\t" + (state == null ? "" : state));
    }

    public static void main(String[] arguments) throws IOException {
        Options asked = Options.of(arguments);
        NewestStates newest = new NewestStates();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings(asked.bootstrap))) {
            endOnSignal(consumer);
            newest.read(consumer, asked);
        } catch (WakeupException wishToEnd) {
            // No fault: the consumer is closed by now.
        }
        if (!asked.follow) {
            newest.byKey.forEach(NewestStates::show);
        }
    }

    private static void endOnSignal(KafkaConsumer<?, ?> consumer) {
        Thread reader = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            consumer.wakeup();
            try {
                reader.join(5_000);
            } catch (InterruptedException impatience) {
                Thread.currentThread().interrupt();
            }
        }));
    }

    private record Options(String bootstrap, String topic, String location, boolean follow) {
        static Options of(String[] arguments) {
            List<String> given = List.of(arguments);
            int at = given.indexOf("--location");
            String location = at < 0 ? null : given.get(at + 1);
            return new Options(given.get(0), given.get(1), location, given.contains("--follow"));
        }
    }
}
