package io.taskqueue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Secrets of each kind are given to commands that succeed and that fail, and searched for in everything that is written: what the commands
 * print, all log lines with DEBUG on, and the pages that are served meanwhile.
 */
class SecretsAreNeverShownTest {

    /** What all planted secrets have in common, but for that of the user {@code operator}. */
    private static final String PLANTED = "pLaNtEd";

    private static final List<String> SECRETS = List.of(PLANTED, SecuredKafka.OPERATOR_PASSWORD);

    /**
     * What this project and the libraries of its commands log; the broker in this process is another program. The web server is not one of
     * them: its DEBUG log repeats each request, and logback.xml does not let it be turned on.
     */
    private static final List<String> LOGGERS = List.of(
            "io.taskqueue",
            "org.apache.kafka.clients",
            "org.apache.kafka.common",
            "org.apache.kafka.streams",
            "com.zaxxer.hikari",
            "org.postgresql");

    private static final Duration STEP = Duration.ofMillis(20);

    @TempDir
    static Path directory;

    @AutoClose
    static SecuredKafka kafka;

    @AutoClose
    static Target target;

    @AutoClose
    static SecretWatch watch;

    /** Finds secrets in what is written. */
    private static final class SecretWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {

        private final Queue<String> found = new ConcurrentLinkedQueue<>();
        private final Map<Logger, Level> levels = new HashMap<>();
        private final AtomicInteger lines = new AtomicInteger();

        /** JDBC drivers and the JDK use the JDK's logging, whose default prints warnings. */
        private final Handler drivers = new Handler() {

            @Override
            public void publish(LogRecord line) {
                Throwable thrown = line.getThrown();
                search(
                        "the log of " + line.getLoggerName(),
                        new SimpleFormatter().formatMessage(line)
                                + (thrown == null ? "" : ThrowableProxyUtil.asString(new ThrowableProxy(thrown))));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };

        static SecretWatch start(List<String> loggers) {
            SecretWatch watch = new SecretWatch();
            for (String name : loggers) {
                Logger logger = (Logger) LoggerFactory.getLogger(name);
                watch.levels.put(logger, logger.getLevel());
                watch.setContext(logger.getLoggerContext());
                watch.start();
                logger.setLevel(Level.DEBUG);
                logger.setAdditive(false);
                logger.addAppender(watch);
            }
            java.util.logging.Logger.getLogger("").addHandler(watch.drivers);
            return watch;
        }

        @Override
        protected void append(ILoggingEvent event) {
            lines.incrementAndGet();
            search("the log of " + event.getLoggerName(), event.getFormattedMessage());
            IThrowableProxy thrown = event.getThrowableProxy();
            if (thrown != null) {
                search("the log of " + event.getLoggerName(), ThrowableProxyUtil.asString(thrown));
            }
        }

        void search(String where, String text) {
            if (SECRETS.stream().anyMatch(text::contains)) {
                found.add(where + ": " + text);
            }
        }

        @Override
        public void close() {
            java.util.logging.Logger.getLogger("").removeHandler(drivers);
            levels.forEach((logger, level) -> {
                logger.detachAppender(this);
                logger.setLevel(level);
                logger.setAdditive(true);
            });
        }
    }

    /** An HTTP target that refuses events, and repeats in its answer what it was sent. */
    private record Target(HttpServer server, Queue<String> authorizations) implements AutoCloseable {

        static Target start() throws IOException {
            Target target = new Target(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                    new ConcurrentLinkedQueue<>());
            target.server.createContext("/", exchange -> {
                String sent = exchange.getRequestHeaders().getFirst("Authorization");
                target.authorizations.add(sent);
                byte[] answer = (sent + exchange.getRequestURI()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(422, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            target.server.start();
            return target;
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/events?key=" + PLANTED + "-query";
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }

    @BeforeAll
    static void start() throws Exception {
        kafka = SecuredKafka.start(directory);
        TestTopics.create(kafka.server("PLAINTEXT"), 1);
        target = Target.start();
        watch = SecretWatch.start(LOGGERS);
    }

    @AfterEach
    void nothingIsFound() {
        assertThat(watch.found).isEmpty();
    }

    @Test
    void searchFindsASecret() {
        Exception cause = new IOException("password " + PLANTED);

        LoggerFactory.getLogger("io.taskqueue.cli").debug("failed", new IllegalStateException("without", cause));

        assertThat(watch.found).hasSize(1);
        watch.found.clear();
    }

    @Test
    void requestsAreNotLogged() throws IOException {
        try (InputStream configuration = TaskQueueCommand.class.getResourceAsStream("/logback.xml")) {
            assertThat(new String(configuration.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("<logger name=\"io.javalin\" level=\"WARN\"/>")
                    .contains("<logger name=\"org.eclipse.jetty\" level=\"WARN\"/>");
        }
    }

    @Test
    void runOfTheServices() throws Exception {
        Path tasks = Files.writeString(directory.resolve("tasks.ndjson"), "1\n".repeat(40));
        Path secrets = Files.writeString(
                directory.resolve("secrets.properties"),
                "operator=" + SecuredKafka.OPERATOR_PASSWORD + "\nbearer=" + PLANTED);
        Path properties =
                Files.write(directory.resolve("client.properties"), kafka.scram("${file:" + secrets + ":operator}"));

        assertThat(serving(properties, "dispatch --queue orders --work-time 30ms --fail-rate 0.2 --tasks " + tasks))
                .isZero();
        assertThat(serving(
                        properties,
                        "sink --name billing --sink http --until-idle 1s --on-permanent park --state-dir "
                                + directory.resolve("state") + " --sink-config url=" + target.url()
                                + " --sink-config kinds=Completed --sink-config bearer=${file:" + secrets + ":bearer}"
                                + " --sink-config header.X-Key=" + PLANTED + "-header"))
                .isZero();

        assertThat(watch.lines).hasValueGreaterThan(100);
        assertThat(target.authorizations).contains("Bearer " + PLANTED);
        try (RunningConsole console =
                RunningConsole.start(kafka.server("SCRAM"), properties, directory.resolve("console"), PLANTED)) {
            for (String path : List.of(
                    "/",
                    "/api/v1/view",
                    "/api/v1/queues",
                    "/api/v1/queue?name=orders",
                    "/api/v1/tasks?queue=orders",
                    "/api/v1/sinks",
                    "/api/v1/sink?name=billing",
                    "/api/v1/parked?sink=billing",
                    "/api/v1/parked/export?sink=billing",
                    "/api/v1/replay-plan?sink=billing&from=earliest&mode=recorded-only")) {
                HttpResponse<String> answer = console.await(path, path.contains("sink") ? "billing" : "");
                watch.search("the console's " + path, answer.headers() + answer.body());
            }
        }
        for (String command : List.of(
                "status",
                "status --output json",
                "results --name billing",
                "parked list --name billing",
                "parked show --name billing",
                "replay --name billing --to-earliest --execute",
                "recover --queue orders",
                "dead list --queue orders")) {
            assertThat(run(kafka.server("SCRAM"), properties, command).exitCode())
                    .as(command)
                    .isZero();
        }
    }

    @Test
    void mistakesInPropertiesOfKafka() throws Exception {
        for (List<String> properties : List.of(
                kafka.scram(PLANTED + "-wrong"),
                List.of("security.protocol=SASL_SSL", "sasl.mechanism=PLAIN", "sasl.jaas.config=" + PLANTED + "-jaas"),
                List.of(
                        "security.protocol=SASL_SSL",
                        "sasl.mechanism=PLAIN",
                        "sasl.jaas.config=" + SecuredKafka.login("u", PLANTED).replace(";", "")),
                List.of("security.protocol=SASL_SSL", "sasl.jaas.confg=" + PLANTED),
                with(kafka.trust("SSL"), "ssl.truststore.password=" + PLANTED),
                with(kafka.mutualTls("operator"), "ssl.keystore.password=" + PLANTED),
                with(kafka.trust("SSL"), "ssl.keystore.type=PEM", "ssl.keystore.key=" + PLANTED),
                with(kafka.trust("SSL"), "ssl.truststore.certificates=" + PLANTED, "ssl.truststore.type=PEM"),
                List.of(
                        "security.protocol=SASL_SSL",
                        "sasl.mechanism=OAUTHBEARER",
                        "sasl.oauthbearer.client.credentials.client.secret=" + PLANTED),
                List.of("security.protocol=SASL_SSL", "sasl.jaas.config=\\u00z " + PLANTED))) {
            Path file = Files.write(directory.resolve("wrong.properties"), properties);

            assertThat(run(kafka.server("SCRAM"), file, "status").exitCode())
                    .as(properties.toString())
                    .isNotZero();
        }
    }

    @Test
    void mistakesInSettingsOfSinks() throws Exception {
        Path properties = Files.write(directory.resolve("plain.properties"), List.of());
        String jdbc = "sink --name db --sink jdbc --until-idle 1s --sink-config password=" + PLANTED
                + " --sink-config statement=SELECT+1 --sink-config url=";
        String http = "sink --name web --sink http --until-idle 1s --sink-config url=";
        for (String command : List.of(
                jdbc + "jdbc:postgresql://127.0.0.1:1/tasks?user=u&password=" + PLANTED,
                jdbc + "jdbc:postgresql://u:" + PLANTED + "@127.0.0.1:1/tasks",
                jdbc + "jdbc:unknown://u:" + PLANTED + "@127.0.0.1:1/tasks",
                jdbc + "jdbc:postgresql://127.0.0.1:x/tasks?password=" + PLANTED,
                jdbc + "u:" + PLANTED,
                http + "ftp://u:" + PLANTED + "@127.0.0.1:1/",
                http + "http://u:" + PLANTED + "@127.0.0.1:1/",
                http + "http://u:" + PLANTED + "@127.0.0.1:x/",
                http + target.url() + " --sink-config bearer=a\n" + PLANTED,
                http + target.url() + " --sink-config header.X=\u0007" + PLANTED,
                http + target.url() + " --sink-config beraer=" + PLANTED,
                http + target.url() + " --sink-config truststore=/nofile --sink-config truststore.password=" + PLANTED,
                http + target.url() + " --sink-config " + PLANTED,
                http + target.url() + " --sink-config bearer=" + PLANTED + " --sink-config bearer.file="
                        + properties)) {
            assertThat(run(kafka.server("PLAINTEXT"), properties, command).exitCode())
                    .as(command)
                    .isNotZero();
        }
    }

    private static List<String> with(List<String> properties, String... more) {
        List<String> all = new ArrayList<>(properties);
        all.addAll(List.of(more));
        return all;
    }

    /** Runs a command that serves diagnostics, and reads all of its pages until it ends. */
    private static int serving(Path properties, String command) throws Exception {
        int port = SecuredKafka.freePort();
        CompletableFuture<CommandRun> run = CompletableFuture.supplyAsync(() -> run(
                kafka.server("SCRAM"),
                properties,
                command + " --show-payloads --port " + port + " --token " + PLANTED));
        Pages pages = new Pages("http://127.0.0.1:" + port);
        Awaitility.await().pollInterval(STEP).atMost(Duration.ofMinutes(2)).until(() -> {
            pages.read();
            return run.isDone();
        });
        assertThat(pages.answers.get())
                .as("answers to %s, which ended with %s", command, run.get())
                .isGreaterThan(4);
        return run.get().exitCode();
    }

    /** The pages that a command serves while it runs, read with the right token and with a wrong one. */
    private static final class Pages {

        private final HttpClient client = HttpClient.newHttpClient();
        private final AtomicInteger answers = new AtomicInteger();
        private final String server;
        private CompletableFuture<Void> stream = CompletableFuture.completedFuture(null);

        Pages(String server) {
            this.server = server;
        }

        void read() throws InterruptedException {
            if (stream.isDone()) {
                stream = client.sendAsync(request("/diagnostics/taskqueue", PLANTED), BodyHandlers.ofLines())
                        .thenAccept(
                                answer -> answer.body().forEach(line -> watch.search("the stream of events", line)));
            }
            for (String page : List.of("/health/live", "/health/ready", "/metrics", "/api/parked")) {
                for (String token : List.of(PLANTED, PLANTED + "-wrong")) {
                    try {
                        HttpResponse<String> answer = client.send(request(page, token), BodyHandlers.ofString());
                        watch.search(page, answer.headers() + answer.body());
                        answers.incrementAndGet();
                    } catch (IOException e) {
                        return; // it is not served yet, or no longer
                    }
                }
            }
        }

        private HttpRequest request(String page, String token) {
            return HttpRequest.newBuilder(URI.create(server + page))
                    .header("Authorization", "Bearer " + token)
                    .timeout(Duration.ofSeconds(10))
                    .build();
        }
    }

    private static CommandRun run(String server, Path properties, String command) {
        List<String> arguments = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        arguments.addAll(List.of("--bootstrap-server", server, "--command-config", properties.toString()));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        watch.search("the output of " + command, run.out());
        watch.search("the error of " + command, run.err());
        return run;
    }
}
