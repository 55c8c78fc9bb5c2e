package io.taskqueue.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskqueue.cli.TaskQueueCommand;
import io.taskqueue.embedded.EmbeddedKafka;
import io.taskqueue.event.EventKind;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.examples.ReadmeExamples.BillingSink;
import io.taskqueue.examples.ReadmeExamples.Order;
import io.taskqueue.examples.ReadmeExamples.Receipt;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.local.LocalSinkRunner;
import io.taskqueue.sink.store.EffectStore;
import io.taskqueue.sink.store.MemoryEffectStore;
import io.taskqueue.source.ReplicationSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine.Command;

/** The Java on the pages is compiled here and behaves as described; links and named tests exist. */
class ReadmeTest {

    private static final Path ROOT = Path.of("..");
    private static final List<String> MODULES =
            List.of("serde", "connector", "streams", "diagnostics", "console", "testkit", "streams-app");
    private static final Path EXAMPLES = Path.of("src", "test", "java", "io", "taskqueue", "examples");
    private static final Pattern BLOCK = Pattern.compile("(?s)```java\n(.*?)\n```");
    private static final Pattern REGION = Pattern.compile("(?s) *// README: \\w+\n(.*?)\n *// end\n");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^):]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)`");
    private static final Duration POLL = Duration.ofMillis(200);

    @ParameterizedTest
    @CsvSource({
        "README.md, ReadmeExamples.java",
        "docs/guarantees.md, RecipeExamples.java",
        "docs/testing.md, TestingPageTest.java",
        "docs/tracing.md, TracingExamples.java"
    })
    void everyJavaBlockIsACompiledExample(String page, String examples) throws IOException {
        List<String> shown = find(BLOCK, Files.readString(ROOT.resolve(page))).toList();
        List<String> compiled = find(REGION, Files.readString(EXAMPLES.resolve(examples)))
                .map(String::stripIndent)
                .toList();

        assertThat(shown).isNotEmpty().isEqualTo(compiled);
    }

    @Test
    void everyLinkPointsToAnExistingFileAndHeading() throws IOException {
        List<Path> pages;
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            pages = Stream.concat(
                            Stream.of("README.md", "CHANGELOG.md", "examples/README.md")
                                    .map(ROOT::resolve),
                            docs)
                    .filter(page -> page.toString().endsWith(".md"))
                    .toList();
        }

        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            for (String link : find(LINK, Files.readString(page)).toList()) {
                if (!exists(page, link)) {
                    broken.add(page + ": " + link);
                }
            }
        }

        assertThat(pages).hasSizeGreaterThan(5);
        assertThat(broken).isEmpty();
    }

    private static boolean exists(Path page, String link) throws IOException {
        int anchor = link.indexOf('#');
        String file = anchor < 0 ? link : link.substring(0, anchor);
        Path target = file.isEmpty() ? page : page.resolveSibling(file);
        return Files.exists(target)
                && (anchor < 0
                        || find(HEADING, Files.readString(target))
                                .map(ReadmeTest::anchor)
                                .anyMatch(link.substring(anchor + 1)::equals));
    }

    /** The anchor that GitHub gives a heading. */
    private static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^\\w -]", "").replace(' ', '-');
    }

    @Test
    void readmeAndHelpBeginWithTheSameWords() throws IOException {
        String help = String.join(
                " ", TaskQueueCommand.class.getAnnotation(Command.class).description());
        String readme =
                Files.readString(ROOT.resolve("README.md")).replace("*", "").replace(" …", " ...");

        assertThat(words(readme.substring(readme.indexOf('\n')))).startsWith(words(help));
    }

    @Test
    void everyTestNamedInTheGuaranteesExists() throws IOException {
        List<String> named = find(TEST, Files.readString(ROOT.resolve("docs").resolve("guarantees.md")))
                .distinct()
                .toList();
        List<String> there = new ArrayList<>();
        for (String module : MODULES) {
            try (Stream<Path> files =
                    Files.walk(ROOT.resolve(module).resolve("src").resolve("test"))) {
                files.map(file -> file.getFileName().toString())
                        .filter(file -> file.endsWith("Test.java"))
                        .forEach(file -> there.add(file.substring(0, file.length() - ".java".length())));
            }
        }

        assertThat(named).isNotEmpty();
        assertThat(there).containsAll(named);
    }

    @Test
    void dispatcherAndSinkOfTheReadmeRunEachEffectOnce(@TempDir Path directory) throws Exception {
        List<Order> shipped = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        BillingSink sink = new BillingSink(
                (order, key) -> {
                    keys.add(key);
                    return new Receipt("R-" + order.id());
                },
                (receipt, key) -> keys.add(key));
        EffectStore results = new MemoryEffectStore();

        List<ReplicationEvent<Order>> events;
        try (EmbeddedKafka broker = EmbeddedKafka.start(directory, 0)) {
            ReadmeExamples.dispatch(broker.bootstrapServers(), shipped::add);
            events = read(broker.bootstrapServers());
        }
        run(sink, results, EffectMode.RUN, events);
        List<String> keysOfTheFirstRun = List.copyOf(keys);
        run(sink, results, EffectMode.RECORDED_ONLY, events);

        assertThat(shipped).containsExactly(new Order("A-17", 4_200));
        assertThat(events)
                .extracting(ReplicationEvent::kind)
                .containsExactly(
                        EventKind.SOURCE_STARTED, EventKind.ENQUEUED, EventKind.LEASE_GRANTED, EventKind.COMPLETED);
        assertThat(keysOfTheFirstRun)
                .hasSize(2)
                .allMatch(key -> key.startsWith("billing/0/orders/"))
                .doesNotHaveDuplicates();
        assertThat(keys).as("after the replay too").isEqualTo(keysOfTheFirstRun);
    }

    @Test
    void testOfTheReadmePasses() {
        List<String> charged = new ArrayList<>();
        BillingSink sink = new BillingSink(
                (order, key) -> {
                    charged.add(key);
                    return new Receipt("R-" + order.id());
                },
                (receipt, key) -> {});

        ReadmeExamples.test(sink);

        assertThat(charged).hasSize(2).containsOnly("billing/0/orders/1/3/charge");
    }

    @Test
    void serviceOfTheReadmeRunsTheSink(@TempDir Path directory) throws Exception {
        Set<String> sent = ConcurrentHashMap.newKeySet();
        BillingSink sink = new BillingSink(
                (order, key) -> new Receipt("R-" + order.id()), (receipt, key) -> sent.add(receipt.number()));

        try (EmbeddedKafka broker = EmbeddedKafka.start(directory.resolve("broker"), 0)) {
            ReadmeExamples.dispatch(broker.bootstrapServers(), order -> {});
            Thread service =
                    new Thread(() -> serve(broker.bootstrapServers(), directory.resolve("state"), sink), "service");
            service.start();
            try {
                await().atMost(Duration.ofSeconds(90))
                        .untilAsserted(() -> assertThat(sent).containsExactly("R-A-17"));
            } finally {
                service.interrupt();
                service.join();
            }
        }
    }

    private static void serve(String servers, Path state, BillingSink sink) {
        try {
            ReadmeExamples.serve(servers, state, sink);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void run(
            BillingSink sink, EffectStore results, EffectMode mode, List<ReplicationEvent<Order>> events)
            throws InterruptedException {
        LocalSinkRunner.builder("billing", sink)
                .effects(results)
                .mode(mode)
                .build()
                .run(events);
    }

    private static List<ReplicationEvent<Order>> read(String servers) {
        ReplicationEventCodec<Order> codec = new ReplicationEventCodec<>(PayloadCodec.json(Order.class));
        List<ReplicationEvent<Order>> events = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", servers), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(ReplicationSource.DEFAULT_TOPIC).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < end.get(partition))) {
                consumer.poll(POLL).forEach(record -> events.add(codec.decode(record.value())));
            }
        }
        return events;
    }

    /** The text without line breaks. */
    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static Stream<String> find(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult found) -> found.group(1));
    }
}
