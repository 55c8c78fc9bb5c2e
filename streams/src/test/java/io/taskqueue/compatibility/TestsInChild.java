package io.taskqueue.compatibility;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs tests, given as {@code Class} or {@code Class#method}, in a child process, whose class path has another Kafka; prints their number and both versions if all passed. */
final class TestsInChild {

    private TestsInChild() {}

    public static void main(String[] tests) throws IOException {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(Stream.of(tests).map(TestsInChild::selector).toList())
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        TestExecutionSummary summary = listener.getSummary();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        summary.printFailuresTo(out, 40);
        if (summary.getTotalFailureCount() == 0) {
            out.println(
                    summary.getTestsSucceededCount() + " passed with Kafka " + version("kafka/kafka-version.properties")
                            + "\n" + "with Kafka Streams " + version("kafka/kafka-streams-version.properties"));
        }
        System.exit(summary.getTotalFailureCount() == 0 ? 0 : 1);
    }

    private static String version(String file) throws IOException {
        Properties properties = new Properties();
        try (InputStream in = ClassLoader.getSystemResourceAsStream(file)) {
            properties.load(in);
        }
        return properties.getProperty("version");
    }

    private static DiscoverySelector selector(String test) {
        return test.contains("#") ? selectMethod(test) : selectClass(test);
    }
}
