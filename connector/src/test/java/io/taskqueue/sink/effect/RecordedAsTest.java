package io.taskqueue.sink.effect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.taskqueue.event.ReplicationEvent;
import io.taskqueue.serde.GenericType;
import io.taskqueue.serde.PayloadCodec;
import io.taskqueue.serde.ReplicationJson;
import io.taskqueue.sink.EffectKey;
import io.taskqueue.sink.EffectMisuseException;
import io.taskqueue.sink.EffectMode;
import io.taskqueue.sink.Events;
import io.taskqueue.sink.OnAmbiguity;
import io.taskqueue.sink.RecordedAs;
import io.taskqueue.sink.store.EffectResult;
import io.taskqueue.sink.store.MemoryEffectStore;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Results whose type a class does not state: recorded, read back as that type, and refused as any other. */
class RecordedAsTest {

    private static final ReplicationEvent<String> EVENT = Events.enqueued("orders", 3, 7);

    private final MemoryEffectStore store = new MemoryEffectStore();

    record Quote(String shop, BigDecimal price) {}

    record Page<T>(List<T> items, Optional<String> next) {}

    interface Shape {}

    private RecordedEffects effects() {
        return new RecordedEffects("billing", 0, EVENT, store, EffectMode.RUN, EffectRules.DEFAULT);
    }

    private EffectResult.Done recorded(String effect) {
        return (EffectResult.Done) store.find(new EffectKey("billing", 0, "orders", EVENT.position(), effect))
                .orElseThrow();
    }

    static Stream<Arguments> results() {
        Quote quote = new Quote("north", new BigDecimal("1.10"));
        return Stream.of(
                Arguments.of(new GenericType<List<Quote>>() {}, List.of(quote), "json<Quote>"),
                Arguments.of(
                        new GenericType<Map<String, List<Quote>>>() {},
                        Map.of("a", List.of(quote)),
                        "json<string,json<Quote>>"),
                Arguments.of(
                        new GenericType<Page<Quote>>() {}, new Page<>(List.of(quote), Optional.empty()), "Page<Quote>"),
                Arguments.of(new GenericType<Optional<Quote>>() {}, Optional.of(quote), "Optional<Quote>"),
                Arguments.of(new GenericType<Optional<Quote>>() {}, Optional.empty(), "Optional<Quote>"),
                Arguments.of(GenericType.of(Quote.class), quote, "Quote"),
                Arguments.of(new GenericType<List<? extends Quote>>() {}, List.of(quote), "json<Quote>"));
    }

    @ParameterizedTest
    @MethodSource("results")
    void aResultWithTypeArgumentsIsReadBackAsItWas(GenericType<Object> type, Object result, String tag)
            throws Exception {
        assertThat(effects().capture("quote", type, key -> result)).isEqualTo(result);
        assertThat(recorded("quote").type()).isEqualTo(tag);

        Object again = effects().capture("quote", type, key -> {
            throw new AssertionError("it ran again");
        });
        assertThat(again).isEqualTo(result);
    }

    @Test
    void aResultIsRefusedAsAnotherType() throws Exception {
        effects().capture("quote", new GenericType<List<Quote>>() {}, key -> List.of());

        assertThatThrownBy(() -> effects().capture("quote", new GenericType<List<String>>() {}, key -> List.of()))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageContaining("has a recorded result of type 'json<Quote>', but type 'json<string>' "
                        + "(java.util.List<java.lang.String>) was requested.");
    }

    @Test
    void aTypeThatCannotBeReadBackIsRefusedBeforeTheActionRuns() {
        assertThatThrownBy(() -> effects().capture("shapes", new GenericType<List<Shape>>() {}, key -> {
                    throw new AssertionError("it ran");
                }))
                .isInstanceOf(EffectMisuseException.class)
                .hasMessageContaining("cannot be recorded as java.util.List<")
                .hasMessageContaining("because it is abstract or an interface");
    }

    @Test
    void aMapperOfTheApplicationWritesResults() throws Exception {
        record Line(String articleName, @JsonProperty("n") int count) {}
        var mapper = JsonMapper.builder()
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        RecordedAs<List<Line>> lines =
                RecordedAs.json("lines", ReplicationJson.payloads(mapper, new GenericType<List<Line>>() {}));
        List<Line> result = List.of(new Line("nail", 3));

        assertThat(effects().capture("lines", lines, key -> result)).isEqualTo(result);
        assertThat(recorded("lines"))
                .isEqualTo(new EffectResult.Done("lines", "[{\"article_name\":\"nail\",\"n\":3}]"));
        assertThat(effects().capture("lines", lines, key -> List.of())).isEqualTo(result);
    }

    @Test
    void anEventIsAResult() throws Exception {
        RecordedAs<ReplicationEvent<String>> event = RecordedAs.event(PayloadCodec.utf8());
        ReplicationEvent<String> result = Events.enqueued("invoices", 1, 2, "peer-b");

        assertThat(effects().capture("follow-up", event, key -> result)).isEqualTo(result);
        assertThat(recorded("follow-up").type()).isEqualTo("event");
        assertThat(effects().capture("follow-up", event, key -> Events.enqueued("other", 1, 1)))
                .isEqualTo(result);
    }

    @Test
    void noResultIsNull() throws Exception {
        RecordedAs<String> text = RecordedAs.json("note", PayloadCodec.utf8());

        assertThat(effects().capture("note", text, OnAmbiguity.rerun(), key -> null))
                .isNull();
        assertThat(effects().capture("note", text, key -> "another")).isNull();
    }

    @Test
    void aCodecThatFailsIsReported() {
        PayloadCodec<String> broken = new PayloadCodec<>() {
            @Override
            public byte[] encode(String payload) {
                return "not json".getBytes(StandardCharsets.UTF_8);
            }

            @Override
            public String decode(byte[] json) {
                throw new IllegalStateException("unreadable");
            }
        };
        refused(
                () -> effects().capture("note", RecordedAs.json("note", broken), key -> "x"),
                "was done, but its result of type 'note' cannot be written as JSON: ");
    }

    @Test
    void aTagOfAnotherTypeIsRefused() {
        for (String tag : List.of("", "json", "string", "x[]", "json<Quote>")) {
            refused(
                    () -> effects().capture("note", RecordedAs.json(tag, PayloadCodec.utf8()), key -> "x"),
                    "Results of a codec would be recorded under the tag '" + tag
                            + "', which is empty or used by another type. Pass another tag.");
        }
    }

    private static void refused(Callable<?> call, String message) {
        assertThatThrownBy(call::call).isInstanceOf(EffectMisuseException.class).hasMessageContaining(message);
    }
}
