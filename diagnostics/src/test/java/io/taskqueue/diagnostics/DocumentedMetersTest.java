package io.taskqueue.diagnostics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.taskqueue.metrics.CanaryMeters;
import io.taskqueue.metrics.ConsoleMeters;
import io.taskqueue.metrics.SinkMeters;
import io.taskqueue.metrics.SourceMeters;
import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The meters that the documentation lists are those that Prometheus scrapes. */
class DocumentedMetersTest {

    private static final Path PAGE = Path.of("..", "docs", "operations.md");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `(taskqueue_\\w+(?:\\{[\\w,]*})?)` \\|");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(taskqueue_\\w+)\\{(.*)} ");
    private static final Pattern SAMPLE_OF_TIMER = Pattern.compile("(_seconds)_(?:bucket|count|sum|max)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");
    private static final Pattern NAME = Pattern.compile("\\b(taskqueue_\\w+)");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Test
    void tableListsEveryMeterAsItIsScraped() throws IOException {
        registerAll();

        assertThat(find(ROW, page())).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(scraped());
    }

    @Test
    void everyMeterThatThePageNamesExists() throws IOException {
        registerAll();
        Set<String> names =
                scraped().stream().map(name -> name.replaceAll("\\{.*", "")).collect(Collectors.toSet());

        List<String> named = find(NAME, page()).stream()
                .map(DocumentedMetersTest::meter)
                .filter(name -> !name.equals("taskqueue_applied")
                        && !name.equals("taskqueue_effect")
                        && !name.startsWith("taskqueue_kafka_") // of Kafka's own clients
                        && !name.startsWith("taskqueue_dead_"))
                .toList();

        assertThat(named).isNotEmpty();
        assertThat(names).containsAll(named);
    }

    private void registerAll() {
        SourceMeters source = new SourceMeters(registry, "orders");
        source.buffer(this, subject -> 1);
        source.bufferUsed(this, subject -> 1);
        source.fenced(this, subject -> 1);
        source.depth("pending", this, subject -> 1);
        SinkMeters sink = new SinkMeters(registry, "billing");
        List.of(SinkMeters.APPLIED, SinkMeters.DUPLICATES, SinkMeters.FENCED, SinkMeters.GAPS, SinkMeters.MISSING)
                .forEach(name -> sink.counter(name, "orders"));
        List.of(SinkMeters.SEQUENCE_LAG, SinkMeters.WALL_CLOCK_LAG, SinkMeters.DIVERGED, SinkMeters.PARKED)
                .forEach(name -> sink.gauge(name, "orders", this, subject -> 1));
        sink.inflight(this, subject -> 1);
        sink.breaker(this, subject -> 1);
        sink.rateLimited(this, subject -> 1);
        new CanaryMeters(registry, "canary").outstanding(this, subject -> 1);
        ConsoleMeters console = new ConsoleMeters(registry, "taskqueue-console");
        console.behind(this, subject -> 1);
        console.current("queues", this, subject -> 1);
        // a new meter must be added here, and so to the page
        Set<String> registered = registry.getMeters().stream()
                .map(meter -> meter.getId().getName())
                .collect(Collectors.toSet());
        assertThat(registered)
                .isEqualTo(names(SourceMeters.class, SinkMeters.class, CanaryMeters.class, ConsoleMeters.class));
    }

    private static Set<String> names(Class<?>... meters) {
        return Arrays.stream(meters)
                .flatMap(type -> Arrays.stream(type.getFields()))
                .filter(field -> Modifier.isStatic(field.getModifiers()) && field.getType() == String.class)
                .map(field -> {
                    try {
                        return String.valueOf(field.get(null));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .filter(name -> name.startsWith("taskqueue.")) // SinkMeters.OTHER_QUEUES is the name of no meter
                .collect(Collectors.toSet());
    }

    /** Names with the names of their labels; the samples of a timer have one name. */
    private Set<String> scraped() {
        return SAMPLE.matcher(registry.scrape())
                .results()
                .map(sample -> meter(sample.group(1)) + labels(sample.group(2)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String meter(String sample) {
        return SAMPLE_OF_TIMER.matcher(sample).replaceFirst("$1");
    }

    private static String labels(String sample) {
        return find(LABEL, sample).stream()
                .filter(label -> !label.equals("le"))
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    private static List<String> find(Pattern pattern, String text) {
        Stream<MatchResult> found = pattern.matcher(text).results();
        return found.map(result -> result.group(1)).toList();
    }
}
