package io.taskqueue.sinks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.event.TaskEvent;
import io.taskqueue.event.TraceContext;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationEventCodec;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.ReplicationSink;
import io.taskqueue.sink.effect.ApplyOutcome;
import io.taskqueue.sink.effect.EffectRules;
import io.taskqueue.sink.effect.RecordedEffects;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@EnumSource(TestedTransport.class)
class HttpSinkHeadersTest {

    @Parameter
    private TestedTransport transport;

    @TempDir
    private Path directory;

    private final AtomicReference<Headers> received = new AtomicReference<>(new Headers());
    private final AtomicInteger status = new AtomicInteger(204);
    private HttpServer server;

    @BeforeEach
    void startTarget() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                received.set(exchange.getRequestHeaders());
                exchange.getRequestBody().readAllBytes();
                exchange.sendResponseHeaders(status.get(), -1);
            }
        });
        server.start();
    }

    @AfterEach
    void stopTarget() {
        server.stop(0);
    }

    private Map<String, String> configuration(String... settings) {
        var configuration = new HashMap<>(
                Map.of("url", "http://127.0.0.1:" + server.getAddress().getPort() + "/events", "timeout", "30s"));
        for (int i = 0; i < settings.length; i += 2) {
            configuration.put(settings[i], settings[i + 1]);
        }
        return configuration;
    }

    private ReplicationSink<String> sink(String... settings) {
        return new HttpSinkFactory(transport).create(configuration(settings));
    }

    private static ApplyOutcome apply(ReplicationSink<String> sink) {
        return apply(sink, Events.enqueued("orders", 3, 7));
    }

    private static ApplyOutcome apply(ReplicationSink<String> sink, ReplicationEvent<String> given) {
        byte[] json = new ReplicationEventCodec<>(PayloadCodec.utf8()).encode(given);
        ReplicationEvent<String> event = new ReplicationEventCodec<>(PayloadCodec.jsonText()).decode(json);
        return ApplyOutcome.of(
                sink,
                event,
                new RecordedEffects("billing", 0, event, new MemoryEffectStore(), EffectMode.RUN, EffectRules.DEFAULT));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("secret"), content);
    }

    private void refused(String message, String... settings) {
        assertThatThrownBy(() -> sink(settings))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void headersAreSentWithEachRequest() throws IOException {
        apply(sink(
                "header.X-Tenant",
                " acme ",
                "header.X-Key.file",
                file("k-1\n").toString(),
                "header.X-Path.env",
                "PATH",
                "header.Content-Type",
                "application/vnd.acme+json"));

        assertThat(received.get().getFirst("X-Tenant")).isEqualTo("acme");
        assertThat(received.get().getFirst("X-Key")).isEqualTo("k-1");
        assertThat(received.get().getFirst("X-Path")).isEqualTo(System.getenv("PATH"));
        assertThat(received.get().get("Content-Type")).containsExactly("application/vnd.acme+json");
        assertThat(received.get().getFirst("Idempotency-Key")).isEqualTo("billing/0/orders/3/7/post");
    }

    @Test
    void theTraceOfTheTaskIsSentUnlessAHeaderReplacesIt() {
        ReplicationEvent<String> event = Events.enqueued("orders", 3, 7);
        TaskEvent<String> change = event.change().orElseThrow();
        TraceContext trace = new TraceContext("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "vendor=1");
        ReplicationEvent<String> traced = ReplicationEvent.of(
                "orders",
                event.metadata(),
                TaskEvent.builder(
                                change.kind(),
                                change.number(),
                                change.occurredAt(),
                                change.task().inTrace(trace))
                        .build());

        apply(sink(), traced);
        assertThat(received.get().get("traceparent")).containsExactly(trace.traceparent());
        assertThat(received.get().get("tracestate")).containsExactly("vendor=1");
        apply(sink("header.Traceparent", "00-own"), traced);
        assertThat(received.get().get("traceparent")).containsExactly("00-own");
        apply(sink());
        assertThat(received.get().get("traceparent")).isNull();
    }

    @Test
    void bearerTokenIsReadAgainForEachRequest() throws IOException {
        ReplicationSink<String> sink = sink("bearer.file", file("old").toString());
        apply(sink);
        assertThat(received.get().getFirst("Authorization")).isEqualTo("Bearer old");

        file("new\n");
        apply(sink);
        assertThat(received.get().getFirst("Authorization")).isEqualTo("Bearer new");
    }

    @Test
    void userAndPasswordAreSentAsBasicAuthentication() throws IOException {
        apply(sink(
                "basic.user",
                "sink",
                "basic.password.file",
                file("p\u00e4ss:word").toString()));

        String sent = received.get().getFirst("Authorization");
        assertThat(sent).startsWith("Basic ");
        assertThat(new String(Base64.getDecoder().decode(sent.substring(6)), StandardCharsets.UTF_8))
                .isEqualTo("sink:p\u00e4ss:word");
    }

    @Test
    void secretThatCannotBeReadLaterIsATransientFailure() throws IOException {
        ReplicationSink<String> sink = sink("bearer.file", file("old").toString());
        Files.delete(directory.resolve("secret"));

        assertThat(apply(sink))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessage("The file " + directory.resolve("secret")
                                + " cannot be read (NoSuchFileException). Check that it exists and that this process may read "
                                + "it."));
    }

    @Test
    void secretWithALineBreakIsNeitherSentNorPrinted() throws IOException {
        ReplicationSink<String> sink = sink("header.X-Key.file", file("s3cret").toString());
        file("s3cret\r\nX-Evil: 1");

        assertThat(apply(sink))
                .isInstanceOfSatisfying(ApplyOutcome.Transient.class, failure -> assertThat(failure.cause())
                        .hasMessage("The header X-Key cannot be sent: character 7 of the content of file "
                                + directory.resolve("secret") + " is U+000D. Use one line of ASCII text."));
        assertThat(received.get()).isEmpty();
    }

    @Test
    void refusedCredentialsAreNotPrinted() throws IOException {
        status.set(401);
        ReplicationSink<String> sink = sink("bearer.file", file("s3cret").toString(), "header.X-Key", "s3cret");

        assertThat(apply(sink).toString()).contains("401").doesNotContain("s3cret");
        assertThat(sink.toString()).doesNotContain("s3cret");
        assertThat(SecretText.of("s3cret")).hasToString("(hidden)");
        assertThat(SecretText.ofFile(Path.of("/run/key"))).hasToString("the content of file /run/key");
        assertThat(SecretText.ofEnvironment("KEY")).hasToString("the value of environment variable KEY");
    }

    @Test
    void valueThatIsNoHeaderIsRefusedWithoutIt() {
        refused(
                "The sink http cannot be created: The header X-Key cannot be sent: character 3 of (hidden) is U+000A. Use one "
                        + "line of ASCII text.",
                "header.X-Key",
                "ab\nX-Evil: s3cret");
        refused(
                "The sink http cannot be created: The header X-Key cannot be sent: character 1 of (hidden) is U+00FC. Use one "
                        + "line of ASCII text.",
                "header.X-Key",
                "\u00fc");
        refused(
                "The sink http cannot be created: The header Authorization cannot be sent: character 1 of (hidden) is U+0001. "
                        + "Use one line of ASCII text.",
                "bearer",
                "\u0001s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "content-length", "Connection", "Expect", "UPGRADE"})
    void headerOfTheHttpClientIsRefused(String name) {
        refused(
                "The setting 'header." + name + "' of the sink http is invalid: The header " + name
                        + " cannot be set: the HTTP client determines it. Omit it.",
                "header." + name,
                "x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Idempotency-Key", "idempotency-key", "Transfer-Encoding"})
    void headerOfTheSinkIsRefused(String name) {
        refused(
                "The setting 'header." + name + "' of the sink http is invalid: The header " + name
                        + " is set by the sink itself. Omit it.",
                "header." + name,
                "x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X Key", "X:Key", "X-K\u00e9y", "X\r\nEvil"})
    void invalidHeaderNameIsRefused(String name) {
        refused(
                "The setting 'header." + name + "' of the sink http is invalid: The header name '"
                        + name.replace("\r\n", "\\u000d\\u000a")
                        + "' is invalid. Use ASCII letters, digits and hyphens.",
                "header." + name,
                "x");
    }

    @Test
    void contradictingSettingsAreRefused() throws IOException {
        String file = file("x").toString();
        refused(
                "The setting 'header.X' of the sink http is invalid: it is set more than once. Set one of header.X, "
                        + "header.X.file and header.X.env.",
                "header.X",
                "1",
                "header.X.file",
                file);
        refused(
                "The setting 'header.x' of the sink http is invalid: The header x is set twice. Set it once; basic and bearer "
                        + "authentication set Authorization.",
                "header.X",
                "1",
                "header.x",
                "2");
        refused(
                "The setting 'bearer' of the sink http is invalid: The header Authorization is set twice. Set it once; basic "
                        + "and bearer authentication set Authorization.",
                "header.authorization",
                "1",
                "bearer.file",
                file);
        refused(
                "The setting 'basic.user' of the sink http is invalid: basic authentication needs both. Set basic.user and one "
                        + "of basic.password.file, basic.password.env and basic.password.",
                "basic.user",
                "me");
        refused(
                "The setting 'basic.password' of the sink http is invalid: basic authentication needs both. Set basic.user and "
                        + "one of basic.password.file, basic.password.env and basic.password.",
                "basic.password.file",
                file);
        refused(
                "The setting 'basic.user' of the sink http is invalid: The user of basic authentication contains a colon, which "
                        + "separates it from the password. Use another user.",
                "basic.user",
                "a:b",
                "basic.password.file",
                file);
    }

    @Test
    void secretThatCannotBeReadIsRefusedAtTheStart() throws IOException {
        Path missing = directory.resolve("missing");
        refused(
                "The sink http cannot be created: The file " + missing
                        + " cannot be read (NoSuchFileException). Check that it exists and that this process may read it.",
                "bearer.file",
                missing.toString());
        refused(
                "The sink http cannot be created: The file " + file(" \n") + " is empty. Write the value into it.",
                "bearer.file",
                directory.resolve("secret").toString());
        refused(
                "The sink http cannot be created: The file /dev/zero has more than 65536 bytes. Name the file that contains the "
                        + "value only.",
                "bearer.file",
                "/dev/zero");
        refused(
                "The sink http cannot be created: The environment variable TASKQUEUE_NO_SUCH is not set. Set it for this "
                        + "process.",
                "bearer.env",
                "TASKQUEUE_NO_SUCH");
    }
}
